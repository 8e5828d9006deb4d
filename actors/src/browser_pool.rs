//! Owns the living browsers and lends them.
//!
//! A browser is opened under a name the pool draws, probed, lent to one borrower at a time,
//! recycled when it is worn out, and closed and replaced when it is broken or its borrower does
//! not bring it back. A till's slot carries a Fragment login and there is one a login; anonymous
//! slots are a set of their own, so that a look-up never queues behind a purchase (rule 9).
//!
//! It remembers nothing worth keeping: after a restart every browser of the life before is closed,
//! and whoever still holds a slot of it sees its calls fail.
//!
//! Who asks: session (look-ups), fulfilment (tills), `cookie_refresh` (care of a login), pricing
//! (anonymous). It asks nobody, and reads the logins' health from a `watch` value.

use std::{sync::Arc, time::Duration};

use actix::Message;
use tokio::sync::watch;

use crate::{
    domain::login::Login,
    office::Office,
    ports::{
        books::Fence,
        market::{Slot, SlotKind},
    },
    supervision::{self, Door, Limits, Seat},
};

mod actor;
mod lender;
mod settings;
mod slots;

pub use actor::BrowserPool;
pub use lender::{Lender, NotLent};
pub use settings::BrowserPoolSettings;
pub use slots::snapshot::{GroupSnapshot, PoolSnapshot, Totals};

/// Borrows a browser. The ask should wait [`BrowserPoolSettings::ask_deadline`]: a slot that is
/// granted to nobody is lost until its loan is over.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Message)]
#[rtype(result = "Result<Slot, LendRefused>")]
pub struct Lend {
    /// Whose session.
    pub kind: SlotKind,
    /// What for.
    pub purpose: Purpose,
    /// After so long without a return the browser counts as broken and is closed, whatever the
    /// borrower still does with it. Longer than all deadlines of the borrower's calls together.
    pub for_at_most: Duration,
    /// The borrower's claim to the lease of a till's login, which the slot carries; none for
    /// anonymous slots.
    pub fence: Option<Fence>,
}

/// What a browser is borrowed for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Purpose {
    /// A step of an order. Needs a usable login and goes before care.
    Purchase,
    /// A look at recipients or prices.
    LookUp,
    /// The care of a login: any health will do, but never while the till is in use or awaited.
    Care,
}

/// Why no browser was lent. Nothing happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum LendRefused {
    /// All are in use and none came back in time, or too many wait already.
    #[error("no browser is free")]
    NoneFree,
    /// The login is not usable, or not one of this shop's: `cookie_refresh` is at it.
    #[error("the login is not usable")]
    LoginUnusable,
    /// No browser can be opened at the moment, or the pool is ending.
    #[error("no browser can be opened")]
    PoolDown,
}

/// Brings a browser back. Repeating it does nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Message)]
#[rtype(result = "()")]
pub struct Return {
    /// What was lent.
    pub slot: Slot,
    /// How it was.
    pub verdict: Verdict,
}

/// How a borrower found a browser.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Verdict {
    /// It worked, whatever Fragment answered.
    Good,
    /// Its session was logged out or is spoilt: it is reopened with the newest jar.
    LoggedOut,
    /// It hung, died or answered nonsense: it is closed and replaced.
    Broken,
    /// The browser works, the way to Fragment is blocked.
    PathBlocked,
}

/// Ends the pool: refuses who waits, closes every browser, and answers when the last is closed.
/// From then on asks are answered `Gone`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Message)]
#[rtype(result = "()")]
pub struct CloseAll;

/// The bounds the pool must be enlisted with: every waiting borrower is a running step, so there
/// must be as many of them as the mailbox holds, or look-ups would wait behind purchases.
#[must_use]
pub fn limits() -> Limits {
    let mailbox = 256;
    Limits {
        mailbox,
        in_flight: mailbox,
        ..Limits::default()
    }
}

/// Starts the pool on the current arbiter.
pub fn start(
    seat: Seat,
    office: Office,
    logins: watch::Receiver<Arc<Vec<Login>>>,
    settings: BrowserPoolSettings,
) -> Door<BrowserPool> {
    supervision::start(seat, move |life| {
        BrowserPool::new(life, office, logins, settings)
    })
}
