//! Sessions: one actor for each person who writes, and the [`Directory`] that finds them (rank 1).
//!
//! A session owns a person's conversation: it reads an update, lets the
//! [dialog](crate::domain::dialog) decide, sees to what the decision needs, saves the dialog and
//! shows the screen. It owns no money: a purchase is one commit of the books under the update's key
//! and the quote's own order id, so an update that comes twice, or two updates of a double tap, buy
//! once, whichever replicas handle them.
//!
//! # Who sends what
//!
//! | message | from | commits |
//! |---|---|---|
//! | [`Directory::handle_noting`] | the Telegram driver | at most 1; none while only reading |
//! | [`Directory::place`] | the admin API: an order without a conversation | 1; with an invoice payment's 2 |
//! | [`Directory::purse_of`] | whoever wants a balance in order with the updates | – |
//! | `Retire` | the directory's sweep | – |
//! | [`Observe`](crate::supervision::Observe) | admin pages, tests | – |
//!
//! A session asks payment (a new invoice: 1 ask, 2 commits of payment's), the browser pool (a
//! look-up: lend and give back), and the notifier after `/start`; it rings fulfilment when it holds
//! an order.
//!
//! # Order
//!
//! Updates of one person are handled strictly one after the other, and so are their screens. What
//! takes seconds (Fragment, the gateway) runs beside the mailbox: the person sees that it is being
//! done and may go elsewhere; an answer that nobody waits for any more is dropped.
//!
//! # What a crash leaves
//!
//! An update is acknowledged after the dialog is saved. Before that it comes again; what it had
//! committed is found under its key. A second panic on one update marks it handled, apologises,
//! and the session leaves the directory; nobody else notices.

mod actor;
mod admit;
mod buy;
mod counter;
mod deck;
mod desk;
mod directory;
mod erase;
mod errands;
mod live;
mod memory;
mod opening;
mod orders;
mod outside;
mod settings;
mod stage;
mod sweep;
mod top_up;
mod turn;

pub use actor::{Session, SessionSnapshot};
pub use counter::{NotPlaced, PayBy, Placed, WantedOrder};
pub use desk::Colleagues;
pub use directory::{Directory, SessionsSnapshot};
pub use settings::SessionSettings;

use std::sync::Arc;

use crate::domain::customer::{Language, Purse};
use crate::domain::dialog::{Inbound, Note};

/// What became of an update, for the driver that brought it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reply {
    /// Handled; the screen is on its way. Acknowledge.
    Done,
    /// Handled before. Acknowledge.
    Duplicate,
    /// Too many updates of this person are waiting. Acknowledge and say "slow down"
    /// ([`Screen::slow_down`](crate::domain::dialog::Screen::slow_down)); it was not handled.
    Busy,
    /// Taken, and still at work. Acknowledge: it is handled to its end.
    Late,
    /// Not handled: the books or the dialogs cannot be reached, or the step failed. Let Telegram
    /// bring it again.
    TryLater,
}

/// What became of an update, and what may be said of it at once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Handled {
    /// What became of it.
    pub reply: Reply,
    /// The note of the screen that is on its way, in the person's language: for the line that floats
    /// over the chat after a tap.
    pub note: Option<(Language, Note)>,
}

impl From<Reply> for Handled {
    fn from(reply: Reply) -> Self {
        Self { reply, note: None }
    }
}

/// One update. Shared, because a sender that meets a retired session sends it once more.
#[derive(Clone, Debug, actix::Message)]
#[rtype(result = "Handled")]
pub(crate) struct Handle(pub(crate) Arc<Inbound>);

/// What the person has, after every update that came before. None if the session does not know its
/// person yet, or the books cannot be read.
#[derive(Clone, Copy, Debug, actix::Message)]
#[rtype(result = "Option<Purse>")]
pub(crate) struct Balance;

/// Asks a session to end. It says yes when nothing is in flight, and from then on answers `Gone`.
#[derive(Clone, Copy, Debug, actix::Message)]
#[rtype(result = "bool")]
pub(crate) struct Retire;
