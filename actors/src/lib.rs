//! The core of Starkeeper: the rules of the shop, the actors that apply them, and the ports
//! through which they reach the world.
//!
//! Read [`domain`] for what is allowed, [`ports`] for what must be asked of the outside,
//! [`supervision`] for what a restart guarantees, and an actor's root file for what it owns and
//! who may talk to it. No SQL, HTTP, browser or Telegram type occurs in this crate.

pub mod browser_pool;
pub mod cookie_refresh;
pub mod domain;
pub mod fulfilment;
pub mod notifier;
pub mod office;
pub mod payment;
pub mod ports;
pub mod pricing;
pub mod session;
pub mod supervision;
pub mod system;
#[cfg(feature = "testing")]
pub mod testing;
