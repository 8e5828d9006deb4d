//! The notifier: owns what people are owed to hear (rank 6, the sink: it asks nobody).
//!
//! Delivers notices at least once and in order for each person, and keeps the one live message of
//! an order showing its latest state. Owes nobody an answer: whoever commits a notice or makes a
//! live message stale rings its bell ([`Wake`](crate::supervision::Wake)), and every two seconds
//! it looks by itself. The session sends [`CameBack`] at a `/start`.
//!
//! One replica delivers at a time ([`LeaseKey::Notifier`](crate::ports::books::LeaseKey)); every
//! outcome is committed under its epoch and the notice's version. A crash between sending and the
//! commit tells a person twice, never zero times.
//!
//! # Order and pace
//!
//! The books give the first notice of each person only, and nothing overtakes it: a notice that
//! must wait keeps the person's later ones waiting, and nobody else's. Messages keep to two
//! limits, of the whole bot and of each chat; when Telegram itself says "too fast", what it says
//! holds.
//!
//! # Who blocked the bot
//!
//! The customer is marked, and what is owed is kept without trying again. [`CameBack`] revives
//! it, oldest first.

use crate::domain::ids::CustomerId;

mod actor;
mod counts;
mod deliver;
mod desk;
mod live;
mod operators;
mod pace;
mod returning;
mod settings;

pub use actor::{Notifier, NotifierSnapshot};
pub use counts::NotifierCounts;
pub use settings::{NotifierSettings, Rate};

/// A customer opened the chat again: deliver what was kept. Any replica may take it.
#[derive(Clone, Copy, Debug, actix::Message)]
#[rtype(result = "()")]
pub struct CameBack {
    /// Who.
    pub customer: CustomerId,
}
