<<<<<<< HEAD
//! The core of Starkeeper: the rules of the shop, the actors that apply them, and the ports
//! through which they reach the world.
//!
//! Read [`domain`] for what is allowed, [`ports`] for what must be asked of the outside, and an
//! actor's root file for what it owns and who may talk to it. No SQL, HTTP, browser or Telegram
//! type occurs in this crate.

pub mod domain;
=======
//! The core of Starkeeper.

pub mod supervision;
>>>>>>> sup
