//! What a driver does at fragment.com: logins, people, and what was delivered.

use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use serde_json::{Value, json};

use super::answered;
use super::asked::{Asked, Wrong};
use crate::fragment::desk::Desk;
use crate::fragment::goods::{Goods, Shelf};
use crate::fragment::people::{Kind, Person, is_username};
use crate::fragment::purchase::Purchase;
use crate::fragment::raw_address;
use crate::heleket::invoice::shown::utc_time;
use crate::world::{World, hold};

/// Characters in what a person calls themselves, and in a token.
const LONGEST_TEXT: usize = 200;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/control/login", web::post().to(log_in))
        .route("/control/login/expire", web::post().to(expire))
        .route("/control/stars/{username}", web::get().to(owned))
        .route("/control/deliveries", web::get().to(deliveries))
        .route("/control/fragment", web::get().to(show))
        .route("/control/fragment", web::post().to(set))
        .route("/control/fragment/users/{name}", web::get().to(person))
        .route("/control/fragment/users/{name}", web::post().to(set_person));
}

/// Logs somebody in and answers the cookies that show it.
async fn log_in(request: HttpRequest, body: Bytes, world: web::Data<World>) -> HttpResponse {
    answered(&request, || {
        let asked = Asked::read(&body, &["wallet", "account", "username"])?;
        let wallet = wallet(&asked)?;
        let username = asked.text("username")?;
        let asked_for = asked.whole("account", 1, u64::from(u32::MAX))?;
        let mut desk = hold(&world.fragment.desk);
        let logins = &mut desk.logins;
        let account = match asked_for.and_then(|account| u32::try_from(account).ok()) {
            Some(account) if logins.has_account(account) => account,
            Some(account) => {
                let text = format!("there is no account {account}: a login without one makes it");
                return Err(Wrong::Missing(text));
            }
            None => logins.new_account(username),
        };
        let ssid = logins.open(&world.dice);
        let token = logins.log_in(account, &world.dice);
        let mut cookies = format!("stel_ssid={ssid}; stel_dt=-180; stel_token={token}");
        if let Some(wallet) = wallet {
            let ton_token = logins.connect(wallet, &world.dice);
            cookies.push_str(&format!("; stel_ton_token={ton_token}"));
        }
        Ok(json!({"cookies": cookies, "account": account}))
    })
}

/// Ends every login of one part, or those of one account or wallet.
async fn expire(request: HttpRequest, body: Bytes, world: web::Data<World>) -> HttpResponse {
    answered(&request, || {
        let asked = Asked::read(&body, &["part", "account", "wallet"])?;
        let parts = [("telegram", true), ("wallet", false)];
        let is_telegram = asked
            .word("part", &parts)?
            .ok_or_else(|| Wrong::absent("part", "\"telegram\" or \"wallet\""))?;
        let account = asked.whole("account", 1, u64::from(u32::MAX))?;
        let account = account.and_then(|account| u32::try_from(account).ok());
        let wallet = wallet(&asked)?;
        let logins = &mut hold(&world.fragment.desk).logins;
        let ended = match (is_telegram, account, wallet) {
            (true, account, None) => logins.log_all_out(account),
            (false, None, wallet) => logins.disconnect_all(wallet.as_deref()),
            (true, _, Some(_)) => return Err(Wrong::field("wallet", "none here", "one")),
            (false, Some(_), _) => return Err(Wrong::field("account", "none here", "one")),
        };
        Ok(json!({"ended": ended}))
    })
}

/// What was delivered to who has a name now.
async fn owned(
    request: HttpRequest,
    username: web::Path<String>,
    world: web::Data<World>,
) -> HttpResponse {
    answered(&request, || {
        let mut desk = settled(&world);
        let number = desk.people.by_name(bare(&username)?, &world.dice);
        let person = number.and_then(|number| desk.people.get(number));
        Ok(json!({
            "stars": person.map_or(0, |person| person.stars),
            "premium_months": person.map_or(0, |person| person.months),
        }))
    })
}

async fn deliveries(request: HttpRequest, world: web::Data<World>) -> HttpResponse {
    answered(&request, || {
        let desk = settled(&world);
        let shown = desk.deliveries().map(|purchase| shown(&desk, purchase));
        Ok(shown.collect())
    })
}

/// The site's settings, and every purchase that was asked for.
async fn show(request: HttpRequest, world: web::Data<World>) -> HttpResponse {
    answered(&request, || {
        let desk = settled(&world);
        let purchases: Value = desk
            .purchases
            .iter()
            .map(|purchase| shown(&desk, purchase))
            .collect();
        Ok(json!({"wallet_alone": desk.settings.wallet_alone, "purchases": purchases}))
    })
}

async fn set(request: HttpRequest, body: Bytes, world: web::Data<World>) -> HttpResponse {
    answered(&request, || {
        let asked = Asked::read(&body, &["wallet_alone"])?;
        let alone = asked.boolean("wallet_alone")?;
        let settings = &mut hold(&world.fragment.desk).settings;
        settings.wallet_alone = alone.unwrap_or(settings.wallet_alone);
        Ok(json!({"wallet_alone": settings.wallet_alone}))
    })
}

async fn person(
    request: HttpRequest,
    name: web::Path<String>,
    world: web::Data<World>,
) -> HttpResponse {
    answered(&request, || {
        let mut desk = settled(&world);
        let number = desk.people.by_name(bare(&name)?, &world.dice);
        let person = number.and_then(|number| desk.people.get(number));
        Ok(person.map_or_else(|| json!({"exists": false}), shown_person))
    })
}

/// Says who has a name, and what is true of them.
async fn set_person(
    request: HttpRequest,
    path: web::Path<String>,
    body: Bytes,
    world: web::Data<World>,
) -> HttpResponse {
    answered(&request, || {
        let username = bare(&path)?;
        let known = [
            "exists", "kind", "premium", "name", "photo", "token", "other",
        ];
        let asked = Asked::read(&body, &known)?;
        let kind = asked.word("kind", &Kind::NAMES)?;
        let (premium, photo) = (asked.boolean("premium")?, asked.boolean("photo")?);
        let (name, token) = (short(&asked, "name")?, short(&asked, "token")?);
        let (exists, other) = (asked.boolean("exists")?, asked.boolean("other")?);
        let mut desk = settled(&world);
        let people = &mut desk.people;
        if exists == Some(false) {
            people.vacate(username);
            return Ok(json!({"exists": false}));
        }
        let number = match people.by_name(username, &world.dice) {
            Some(number) if other != Some(true) => number,
            Some(_) | None => people.settle_in(username, &world.dice),
        };
        if let Some(token) = token {
            people.set_token(number, token);
        }
        let picture = world.dice.between(0, 999_999);
        let person = people.get_mut(number).ok_or_else(|| gone(username))?;
        person.kind = kind.unwrap_or(person.kind);
        person.premium = premium.unwrap_or(person.premium);
        if let Some(name) = name {
            name.clone_into(&mut person.name);
        }
        match photo {
            Some(true) => person.photo = Some(picture),
            Some(false) => person.photo = None,
            None => {}
        }
        Ok(shown_person(person))
    })
}

/// The site, with everything handed out that is paid and confirmed.
fn settled(world: &World) -> std::sync::MutexGuard<'_, Desk> {
    let mut desk = hold(&world.fragment.desk);
    desk.settle(world);
    desk
}

/// A name that Telegram could give out.
fn bare(name: &str) -> Result<&str, Wrong> {
    let bare = name.strip_prefix('@').unwrap_or(name);
    if is_username(bare) {
        return Ok(bare);
    }
    let expected = "a username of 4 to 32 letters, digits and single underscores, a letter first";
    Err(Wrong::field("name", expected, format!("\"{name}\"")))
}

/// The raw address of the field `wallet`.
fn wallet(asked: &Asked) -> Result<Option<String>, Wrong> {
    let Some(text) = asked.text("wallet")? else {
        return Ok(None);
    };
    let expected = "an address like \"0:<64 hex digits>\" or \"UQ…\"";
    raw_address(text)
        .map(Some)
        .ok_or_else(|| Wrong::field("wallet", expected, format!("\"{text}\"")))
}

fn gone(username: &str) -> Wrong {
    Wrong::Missing(format!("nobody is called {username}"))
}

fn short<'a>(asked: &'a Asked, field: &str) -> Result<Option<&'a str>, Wrong> {
    let text = asked.text(field)?;
    if text.is_some_and(|text| text.is_empty() || text.chars().count() > LONGEST_TEXT) {
        let expected = format!("a text of 1 to {LONGEST_TEXT} characters");
        return Err(Wrong::field(field, &expected, "another length"));
    }
    Ok(text)
}

fn shown_person(person: &Person) -> Value {
    json!({
        "exists": true,
        "username": person.username,
        "kind": person.kind.name(),
        "premium": person.premium,
        "name": person.name,
        "photo": person.photo.is_some(),
        "token": person.token,
    })
}

fn shown(desk: &Desk, purchase: &Purchase) -> Value {
    let person = desk.people.get(purchase.person);
    let (stars, months) = match purchase.goods {
        Goods::Stars(stars) => (stars, 0),
        Goods::Premium(months) => (0, months),
    };
    let hex =
        |bytes: [u8; 32]| -> String { bytes.iter().map(|byte| format!("{byte:02x}")).collect() };
    json!({
        "req_id": purchase.id,
        "ref": purchase.reference,
        "product": match purchase.goods.shelf() {
            Shelf::Stars => "stars",
            Shelf::Premium => "premium",
        },
        "username": person.map(|person| &person.username),
        "name": person.map(|person| &person.name),
        "recipient": person.map(|person| &person.token),
        "stars": stars,
        "premium_months": months,
        "nano": purchase.nano,
        "account": purchase.account,
        "state": purchase.state(),
        "confirmed": purchase.confirmed.iter().map(|(message, _)| hex(*message)).collect::<Vec<_>>(),
        "transaction": purchase.payment.as_ref().map(|payment| hex(payment.transaction)),
        "asked_at": utc_time(purchase.created_at),
        "delivered_at": purchase.delivered_at.map(utc_time),
    })
}
