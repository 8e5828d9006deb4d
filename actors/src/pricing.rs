//! Owns the prices everybody reads: asks the sources of the TON rate and Fragment, stores what they
//! say, and publishes it whole.
//!
//! One replica asks, under a lease; the others read what it stored. A source that fails is left to
//! age: the rules pause what can no longer be believed, so the shop fails closed without anybody
//! deciding it. Operators hear of a pause once, and once when it is over.
//!
//! Nobody asks it for a price: readers take the newest [`ShopPrices`] from a `watch` value and wait
//! for nothing. It borrows anonymous browsers from `browser_pool`.

use std::sync::Arc;

use tokio::sync::watch;

use crate::{
    browser_pool::Lender,
    domain::{
        login::Login,
        pricing::{CheckedRules, ShopPrices},
    },
    office::Office,
    supervision::{self, Door, Seat},
};

mod actor;
mod gather;
mod judge;
mod round;
mod settings;

pub use actor::{Pricing, PricingSnapshot, Role, UnavailableLine};
pub use settings::PricingSettings;

/// The end of the published prices that pricing writes.
#[derive(Debug)]
pub struct PricesBoard(watch::Sender<Arc<ShopPrices>>);

/// A board on which nothing was observed yet: everything is paused.
#[must_use]
pub fn board(rules: CheckedRules) -> (PricesBoard, watch::Receiver<Arc<ShopPrices>>) {
    let (sender, receiver) = watch::channel(Arc::new(ShopPrices::new(rules)));
    (PricesBoard(sender), receiver)
}

/// Starts the actor on the current arbiter. `logins` is what cookie refresh publishes: with every
/// login lost, sales stop.
pub fn start(
    seat: Seat,
    office: Office,
    lender: Lender,
    logins: watch::Receiver<Arc<Vec<Login>>>,
    board: PricesBoard,
    settings: PricingSettings,
) -> Door<Pricing> {
    supervision::start(seat, move |life| {
        Pricing::new(life, office, lender, logins, board, settings)
    })
}
