//! fragment.com: its pages, the API behind them, who is logged in, and what was delivered.
//!
//! Owns sessions, accounts, people and purchases. It looks for its money where arrivals on the
//! chain are written down, and hands goods out once: for the right payment and the confirmation
//! of the message that made it. It never touches the chain and never pays anybody.

pub(crate) mod api;
mod cells;
mod cookies;
pub(crate) mod desk;
pub(crate) mod goods;
pub(crate) mod page;
pub(crate) mod people;
mod proof;
pub(crate) mod purchase;
pub(crate) mod session;
pub(crate) mod trick;
mod wire;

#[cfg(test)]
mod tests;

use std::sync::Mutex;

use self::api::Overtaken;
pub(crate) use self::cells::raw_address;
use self::desk::Desk;
use crate::world::hold;

/// Puts the API and the pages into a server.
pub(crate) fn routes(config: &mut actix_web::web::ServiceConfig) {
    config.configure(api::routes).configure(page::routes);
}

/// The site.
#[derive(Debug, Default)]
pub(crate) struct Fragment {
    /// Everything it knows.
    pub(crate) desk: Mutex<Desk>,
    /// Answers that wait to be overtaken.
    pub(crate) overtaken: Overtaken,
}

impl Fragment {
    /// Forgets everything: whoever was logged in is not any more.
    pub(crate) fn reset(&self) {
        *hold(&self.desk) = Desk::default();
    }
}
