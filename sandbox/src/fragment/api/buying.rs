//! What leads to a purchase: the page's state, the look-up, prices, the request.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::super::desk::Desk;
use super::super::goods::{Goods, Rates, Shelf, nano, options_html, price_html, with_commas};
use super::super::page::view;
use super::super::people::{Kind, Person, bare_name};
use super::super::purchase::{Buyer, Purchase, Wanted};
use super::super::session::Mode;
use super::super::trick::Trick;
use super::super::wire::{escaped, put};
use super::{Call, access_denied, bad_request, error};
use crate::world::dice::Letters;

/// The ways to pay that the site knows. Only the first is here.
const PAYMENT_METHODS: [&str; 7] = [
    "ton",
    "usdt_ton",
    "usdt_eth",
    "usdt_pol",
    "usdc_eth",
    "usdc_base",
    "usdc_pol",
];

const ALREADY_PREMIUM: &str = "This account is already subscribed to Telegram Premium.";

const PRICE_CHANGED: &str = "Price was changed. Please try again.";

const NOT_A_USER: &str = "Please enter a username assigned to a user.";

/// What a selling page shows. Asked for in mode `new` it also settles the prices of the request
/// that follows.
pub(super) fn state(desk: &mut Desk, call: &Call<'_>, shelf: Shelf) -> Value {
    let rates = Rates::of(call.world);
    let now = call.world.clock.now();
    let Some(session) = desk.logins.session_mut(call.ssid) else {
        return bad_request();
    };
    let page = session.page_mut(shelf);
    match call.field("mode") {
        Some("new") => page.told = Some(rates),
        Some("processing" | "done") => {}
        Some(_) | None => return bad_request(),
    }
    let version = page.version;
    let (mut mode, mut number) = page.now;
    if let Some(ago) = call.strike.stale {
        (mode, number) = page.before(ago.map(|ago| now - ago));
    }
    if call.strike.mixed {
        number = page.before(None).1;
    }
    let purchase = number.and_then(|number| desk.purchases.get(number));
    let person = purchase.and_then(|purchase| desk.people.get(purchase.person));
    let mut answer = json!({
        "ok": true,
        "mode": mode.name(),
        "lv": version,
        "dh": 100_000_000 + version,
        "need_update": mode == Mode::Processing,
    });
    if call.field("lv") != Some(&version.to_string()) {
        let html = view::content(shelf, mode, purchase.zip(person), rates);
        put(&mut answer, "html", html);
        put(
            &mut answer,
            "options_html",
            options_html(shelf, rates, None),
        );
    }
    if let Some(purchase) = purchase {
        put(&mut answer, "req_id", purchase.id.as_str());
    }
    answer
}

/// Who has a name.
pub(super) fn search(desk: &mut Desk, call: &Call<'_>, shelf: Shelf) -> Value {
    let name = bare_name(call.field("query").unwrap_or("")).to_owned();
    let nobody = || error("No Telegram users found.");
    let Some(number) = desk.people.by_name(&name, &call.world.dice) else {
        return nobody();
    };
    let former = desk.people.former(&name);
    let shown = match former {
        Some(former) if call.strike.stale.is_some() => former,
        Some(_) | None => number,
    };
    let Some(person) = desk.people.get(shown) else {
        return nobody();
    };
    if let Some(why) = unfit(person, shelf) {
        return error(why);
    }
    let mut found = json!({
        "myself": desk.logins.is_called(call.visitor.account, &name),
        "recipient": person.token,
        "photo": photo(person),
        "name": escaped(&person.name),
    });
    if call.strike.mixed
        && let Some(former) = former.and_then(|former| desk.people.get(former))
    {
        put(&mut found, "recipient", former.token.as_str());
    }
    if Trick::Rename.strikes(call.world) {
        desk.people.settle_in(&name, &call.world.dice);
    }
    json!({"ok": true, "found": found})
}

/// What a quantity of Stars costs.
pub(super) fn stars_prices(call: &Call<'_>) -> Value {
    let rates = Rates::of(call.world);
    let quantity = [call.field("quantity"), call.field("stars")]
        .into_iter()
        .flatten()
        .find(|text| !matches!(*text, "" | "0"));
    let goods = quantity.map(|text| Goods::read(Shelf::Stars, text));
    let chosen = match goods {
        Some(None) => return bad_request(),
        Some(Some(goods)) => Some(goods),
        None => None,
    };
    json!({
        "ok": true,
        "cur_price": chosen.map_or_else(String::new, |goods| price_html(goods, rates)),
        "options_html": options_html(Shelf::Stars, rates, chosen.map(Goods::quantity)),
        "dh": 100_000_000,
    })
}

/// The page shows its form again.
pub(super) fn repeat(desk: &mut Desk, call: &Call<'_>, shelf: Shelf) -> Value {
    let now = call.world.clock.now();
    match desk.logins.session_mut(call.ssid) {
        Some(session) => {
            session.page_mut(shelf).repeat(now);
            json!({"ok": true})
        }
        None => bad_request(),
    }
}

/// Opens a request.
pub(super) fn init(desk: &mut Desk, call: &Call<'_>, shelf: Shelf) -> Value {
    let opened = may_buy(desk, call)
        .and_then(|buyer| agreed(desk, call, shelf).map(|rates| (buyer, rates)))
        .and_then(|(buyer, rates)| Ok((buyer, wanted(desk, call, shelf, rates)?)));
    let (buyer, wanted) = match opened {
        Ok(opened) => opened,
        Err(answer) => return answer,
    };
    let dice = &call.world.dice;
    let latest = desk.latest_of(call.visitor);
    let ids = match latest {
        Some(latest) if Trick::LinkReusedId.strikes(call.world) => {
            (latest.id.clone(), latest.reference.clone())
        }
        Some(_) | None => (
            dice.text(Letters::Base58, 20),
            dice.text(Letters::Base58, 9),
        ),
    };
    let now = call.world.clock.now();
    let purchase = Purchase::new(ids, wanted, buyer, call.ssid, now);
    let ton = Decimal::from(purchase.nano) / Decimal::from(1_000_000_000_u64);
    let amount = with_commas(ton.normalize());
    let person = desk.people.get(purchase.person);
    let answer = json!({
        "req_id": purchase.id,
        "amount": amount,
        "myself": person.is_some_and(|person| {
            desk.logins.is_called(call.visitor.account, &person.username)
        }),
        "to_bot": false,
        "item_title": purchase.goods.title(),
        "content": view::popup(purchase.goods, person, &amount),
        "button": format!("Buy {} for {amount} TON", purchase.goods.title()),
    });
    desk.purchases.push(purchase);
    answer
}

/// Who buys, if they may.
fn may_buy(desk: &Desk, call: &Call<'_>) -> Result<Buyer, Value> {
    match call.field("payment_method") {
        Some("ton") => {}
        Some(other) if PAYMENT_METHODS.contains(&other) => return Err(bad_request()),
        Some(_) | None => return Err(access_denied()),
    }
    let account = call.visitor.account;
    if account.is_none() && !desk.settings.wallet_alone {
        return Err(access_denied());
    }
    match &call.visitor.wallet {
        Some(wallet) if !Trick::NeedTon.strikes(call.world) => Ok(Buyer {
            account,
            wallet: wallet.clone(),
        }),
        Some(_) | None => Err(json!({"need_ton": true})),
    }
}

/// The prices that the page told, if they are still those of now and nothing is under way.
fn agreed(desk: &mut Desk, call: &Call<'_>, shelf: Shelf) -> Result<Rates, Value> {
    let rates = Rates::of(call.world);
    let now = call.world.clock.now();
    let session = desk.logins.session_mut(call.ssid).ok_or_else(bad_request)?;
    let purchases = &desk.purchases;
    let is_busy = session.is_busy(shelf, |number| {
        purchases
            .get(number)
            .is_some_and(|purchase| purchase.may_come(now))
    });
    let page = session.page_mut(shelf);
    if page.told != Some(rates) || Trick::PriceChanged.strikes(call.world) {
        page.told = None;
        return Err(error(PRICE_CHANGED));
    }
    if is_busy {
        Err(bad_request())
    } else {
        Ok(rates)
    }
}

/// What is asked for.
fn wanted(desk: &Desk, call: &Call<'_>, shelf: Shelf, rates: Rates) -> Result<Wanted, Value> {
    let quantity = match shelf {
        Shelf::Stars => call.field("quantity"),
        Shelf::Premium => call.field("months"),
    };
    let goods = quantity.and_then(|text| Goods::read(shelf, text));
    let goods = goods.ok_or_else(bad_request)?;
    let person = call
        .field("recipient")
        .and_then(|token| desk.people.by_token(token))
        .ok_or_else(bad_request)?;
    if let Some(why) = desk
        .people
        .get(person)
        .and_then(|person| unfit(person, shelf))
    {
        return Err(error(why));
    }
    let mut nano = nano(goods.ton(rates));
    if Trick::Dearer.strikes(call.world) {
        // To the fourth decimal, as every price.
        nano = (nano / 100_000 * 11).div_ceil(10) * 100_000;
    }
    Ok(Wanted {
        goods,
        person,
        nano,
    })
}

/// Why somebody cannot be given the goods of a page.
fn unfit(person: &Person, shelf: Shelf) -> Option<&'static str> {
    match (person.kind, shelf) {
        (Kind::Bot | Kind::Channel | Kind::Group, _) => Some(NOT_A_USER),
        (Kind::User, Shelf::Premium) if person.premium => Some(ALREADY_PREMIUM),
        (Kind::User, Shelf::Stars | Shelf::Premium) => None,
    }
}

fn photo(person: &Person) -> String {
    person.photo.map_or_else(String::new, |photo| {
        format!("<img src=\"/file/photo/{photo}.svg\" />")
    })
}
