//! The link that is paid, with every way in which it can lie, and the report that it was paid.

use serde_json::{Value, json};

use super::super::cells::{
    DESTINATION, WRONG_DESTINATION, comment, decoded, empty_cell, encoded, hash_of, raw_address,
};
use super::super::desk::Desk;
use super::super::goods::{Goods, Shelf};
use super::super::purchase::{Issued, Purchase};
use super::super::trick::Trick;
use super::super::wire::put;
use super::{Call, access_denied, bad_request};
use crate::world::World;

/// How long a link is good for, in seconds.
const LINK_LIFE_S: i64 = 600;

/// The same when it lies about that.
const SHORT_LIFE_S: i64 = 10;

/// How long links are given for a request, in seconds.
const REQUEST_LIFE_S: i64 = 3600;

const VERIFY_POPUP: &str = "<div class=\"popup-body\"><h3>Verification Required</h3>\
<p class=\"popup-text\">To proceed with the purchase, please complete the identity \
verification.</p><a class=\"btn btn-primary\" href=\"/kyc/account\">Verify</a></div>";

/// Gives the link of a request.
pub(super) fn link(desk: &mut Desk, call: &Call<'_>, shelf: Shelf) -> Value {
    let now = call.world.clock.now().unix_s();
    let number = call.field("id").and_then(|id| desk.by_id(id));
    if call.visitor.account.is_none() && !desk.settings.wallet_alone {
        return access_denied();
    }
    let Some(wallet) = call.visitor.wallet.clone() else {
        return json!({"need_ton": true});
    };
    let purchase = number.and_then(|number| desk.purchases.get_mut(number));
    let Some(purchase) = purchase else {
        return bad_request();
    };
    let is_open = purchase.goods.shelf() == shelf
        && purchase.belongs_to(call.visitor.account, Some(&wallet))
        && purchase.payment.is_none()
        && now < purchase.created_at.unix_s() + REQUEST_LIFE_S;
    if !is_open || call.field("transaction") != Some("1") {
        return bad_request();
    }
    match call.field("account").map(account_address) {
        Some(Some(named)) if named == wallet => {}
        // Some clients name no account and get a link.
        None => {}
        Some(Some(_)) => return access_denied(),
        Some(None) => return bad_request(),
    }
    if Trick::NeedVerify.strikes(call.world) {
        return json!({"need_verify": true, "popup": VERIFY_POPUP});
    }
    let lies = Lies::of(call.world);
    let life = if lies.expiry {
        SHORT_LIFE_S
    } else {
        LINK_LIFE_S
    };
    let valid_until = now + life;
    purchase.issued = Some(Issued {
        from: wallet.clone(),
        valid_until,
    });
    let from = if lies.from { stranger() } else { wallet };
    let Some(messages) = lies.messages(purchase) else {
        return bad_request();
    };
    json!({
        "ok": true,
        "transaction": {"validUntil": valid_until, "from": from, "messages": messages},
        "confirm_method": "confirmReq",
        "confirm_params": {"id": purchase.id},
    })
}

/// Takes the report that a request was paid by a message. What it says of the message is believed
/// for the page; goods come only when the chain shows it.
pub(super) fn confirm(desk: &mut Desk, call: &Call<'_>) -> Value {
    let visitor = call.visitor;
    let wallet = visitor.wallet.as_deref();
    let number = call.field("id").and_then(|id| desk.by_id(id));
    let is_theirs = number
        .and_then(|number| desk.purchases.get(number))
        .is_some_and(|purchase| purchase.belongs_to(visitor.account, wallet));
    let message = call.field("boc").and_then(decoded);
    match (number, message) {
        (Some(number), Some(message)) if is_theirs => {
            let now = call.world.clock.now();
            desk.confirm(number, hash_of(&message), call.ssid, now);
            desk.settle(call.world);
            json!({"ok": true})
        }
        (Some(_) | None, Some(_) | None) => bad_request(),
    }
}

/// The raw address in an `account`.
fn account_address(account: &str) -> Option<String> {
    let account: Value = serde_json::from_str(account).ok()?;
    raw_address(account.get("address")?.as_str()?)
}

fn stranger() -> String {
    raw_address(WRONG_DESTINATION).unwrap_or_default()
}

/// What about a link is not true.
#[derive(Debug, Clone, Copy)]
struct Lies {
    destination: bool,
    amount: bool,
    quantity: bool,
    product: bool,
    no_ref: bool,
    two: bool,
    state_init: bool,
    expiry: bool,
    from: bool,
}

impl Lies {
    fn of(world: &World) -> Self {
        Self {
            destination: Trick::LinkDestination.strikes(world),
            amount: Trick::LinkAmount.strikes(world),
            quantity: Trick::LinkQuantity.strikes(world),
            product: Trick::LinkProduct.strikes(world),
            no_ref: Trick::LinkNoRef.strikes(world),
            two: Trick::LinkTwoMessages.strikes(world),
            state_init: Trick::LinkStateInit.strikes(world),
            expiry: Trick::LinkExpiry.strikes(world),
            from: Trick::LinkFrom.strikes(world),
        }
    }

    fn messages(self, purchase: &Purchase) -> Option<Vec<Value>> {
        let destination = if self.destination {
            WRONG_DESTINATION
        } else {
            DESTINATION
        };
        let amount = purchase.nano + u64::from(self.amount);
        let mut message = json!({
            "address": destination,
            "amount": amount.to_string(),
            "payload": encoded(&comment(&self.text(purchase))?),
        });
        if self.state_init {
            put(&mut message, "stateInit", encoded(&empty_cell()));
        }
        let count = if self.two { 2 } else { 1 };
        Some(vec![message; count])
    }

    fn text(self, purchase: &Purchase) -> String {
        let goods = match (self.quantity, self.product, purchase.goods) {
            (true, _, goods) => goods.lied(),
            (false, true, Goods::Stars(_)) => Goods::Premium(3),
            (false, true, Goods::Premium(_)) => Goods::Stars(50),
            (false, false, goods) => goods,
        };
        if self.no_ref {
            format!("{} \n\n", goods.title())
        } else {
            format!("{} \n\nRef#{}", goods.title(), purchase.reference)
        }
    }
}
