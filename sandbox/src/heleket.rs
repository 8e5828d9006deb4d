//! Heleket, the payment gateway: its merchant API, its webhooks, its pay page, the life of invoices.
//!
//! Owns every invoice and what follows from it. Written from the gateway's documents; where they are
//! silent the doc of the crate says what was guessed. It never pays anything real: coins, addresses
//! and hashes are invented.

pub(crate) mod api;
pub(crate) mod coins;
pub(crate) mod deliveries;
pub(crate) mod desk;
pub(crate) mod fields;
pub(crate) mod invoice;
mod merchant;
pub(crate) mod page;
pub(crate) mod php;
mod qr;
mod refusal;
mod request;
mod sign;
pub(crate) mod webhook;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use self::api::Overtaken;
use self::desk::Desk;
pub use self::merchant::Merchant;
use crate::world::{World, hold};
use serde::{Deserialize, Serialize};

/// Puts the API and the pay page into a server.
pub(crate) fn routes(config: &mut actix_web::web::ServiceConfig) {
    config.configure(api::routes).configure(page::routes);
}

/// Something that is due in the gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Due {
    /// A payment of an invoice has its confirmations.
    Confirmed { number: usize, payment: usize },
    /// The time of an invoice is over.
    Expired { number: usize },
    /// A refund is through.
    Refunded { number: usize, refund: usize },
    /// A webhook is to be tried, unless its turn was overtaken.
    Webhook { id: u64, turn: u32 },
}

/// The gateway.
#[derive(Debug)]
pub(crate) struct Heleket {
    /// Who may call.
    pub(crate) merchant: Merchant,
    /// The pause after the first try of a webhook; later ones double.
    pub(crate) first_retry: Duration,
    /// Everything it knows.
    pub(crate) desk: Mutex<Desk>,
    /// Answers that wait to be overtaken.
    pub(crate) overtaken: Overtaken,
    /// Where it listens, without a slash at the end.
    address: String,
}

impl Heleket {
    /// A gateway without invoices.
    pub(crate) fn new(merchant: Merchant, first_retry: Duration, address: String) -> Self {
        Self {
            merchant,
            first_retry,
            desk: Mutex::default(),
            overtaken: Overtaken::default(),
            address,
        }
    }

    /// Where invoices are paid; the uuid follows after a slash.
    pub(crate) fn pay_page(&self) -> String {
        format!("{}/pay", self.address)
    }

    /// Forgets everything, and the timers that `forget` clears, in one step.
    pub(crate) fn reset(&self, forget: impl FnOnce()) {
        let mut desk = hold(&self.desk);
        desk.reset();
        forget();
    }
}

/// Lets happen what is due.
pub(crate) fn happen(world: &Arc<World>, due: Due) {
    let change = |number, change: &dyn Fn(&mut invoice::Invoice, crate::world::clock::Moment)| {
        let mut desk = hold(&world.heleket.desk);
        let done = desk.change(world, number, |invoice, now| {
            change(invoice, now);
            Ok(())
        });
        if let Err(why) = done {
            tracing::debug!(number, "{why}");
        }
    };
    match due {
        Due::Confirmed { number, payment } => change(number, &|invoice, now| {
            invoice.confirm(payment, now);
        }),
        Due::Expired { number } => change(number, &|invoice, now| {
            invoice.look_at_clock(now);
        }),
        Due::Refunded { number, refund } => change(number, &|invoice, now| {
            invoice.end_refund(refund, None, now);
        }),
        Due::Webhook { id, turn } => webhook::attempt(world, id, turn),
    }
}
