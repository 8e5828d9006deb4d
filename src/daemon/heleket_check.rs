//! Joins Heleket's check of signatures to the callback that needs it: a driver knows no adapter.

use std::sync::Arc;

use crate::heleket::webhook::{Keys, Kind, Rejected, verify};
use crate::http::heleket_webhook::{About, Check, Checked, Refused};

/// The check of the callback, with these keys.
#[must_use]
pub fn heleket_check(keys: Keys) -> Check {
    Arc::new(move |body| {
        let verified = verify(body, &keys).map_err(refused)?;
        let form = verified.form.name();
        let about = match (verified.invoice(), verified.kind) {
            (Some((order_id, uuid)), _) => About::Invoice { order_id, uuid },
            (None, Kind::Payment) => About::NothingOfOurs("an invoice with another shop's name"),
            (None, Kind::Wallet) => About::NothingOfOurs("a static wallet"),
            (None, Kind::Payout) => About::NothingOfOurs("a payout"),
        };
        Ok(Checked { about, form })
    })
}

/// A body that is no webhook is malformed even when it is signed: a request of the API is signed
/// with the same key.
fn refused(why: Rejected) -> Refused {
    match why {
        Rejected::Malformed(_) | Rejected::NoWebhook(_) => Refused::Malformed(why.to_string()),
        Rejected::Unsigned | Rejected::Forged | Rejected::WrongKind => {
            Refused::Forged(why.to_string())
        }
    }
}
