//! The operators' deck: the screens and buttons that only an operator's chat has.
//!
//! Looks at the shop, and prepares what a person does by hand: what, how much, why, and once more
//! whether really. What it prepares is done elsewhere, by the same hands as the admin API's. Whoever
//! is no operator is answered as by an old button; that is asked at every tap ([`View::operator`]).
//!
//! [`View::operator`]: super::View::operator

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::ids::{InvoiceId, LoginId, OrderId};
use crate::domain::money::Untaken;

mod against;
mod face;
mod go;
mod keys;
mod news;
mod price;
#[cfg(any(test, feature = "testing"))]
pub mod samples;
mod taps;

#[cfg(test)]
mod tests;

pub use against::Against;
pub use face::{
    BreakCard, BreakLine, Change, DeckFace, Health, HomeFace, OddLine, OrderCard, ParkedFor,
    SalesFace, StoppedBy, StoppedFor, Sure, WaitingOrder, WalletFace,
};
pub use go::{BreakMark, Go, ReadyReason, WaitState, Want};
pub use price::PriceOf;

/// Rows of a list on one screen.
pub const ROWS: u16 = 5;

/// Letters of a reason: less says nothing, more does not fit the audit log.
const REASON_CHARS: std::ops::RangeInclusive<usize> = 3..=500;

/// What an operator is about to do, as far as it was said. Kept with the conversation.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Draft {
    /// What the next line that is typed means.
    pub asks: Asks,
    /// What is to be done.
    pub want: Option<Want>,
    /// The number it needs: hundredths of a percent, or millionths of a dollar.
    pub value: Option<i64>,
    /// Why.
    pub reason: Option<String>,
    /// Names this very wish: pressing twice does it once, and the button of another wish does nothing.
    pub nonce: i64,
}

/// What a typed line means.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asks {
    /// Any name of an order.
    Name,
    /// Any name of the order that gets the row of this break.
    Taker(BreakMark),
    /// What a fixed price is for: a number of Stars, or Premium and its months.
    Goods,
    /// A number.
    Value,
    /// Why it is done.
    Reason,
    /// Nothing: a button is waited for.
    Yes,
    /// Cookies of this login.
    Cookies(LoginId),
    /// Nothing: the cookies of this login are being tried.
    Trying(LoginId),
}

/// Something to look at.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Look {
    /// Today, and how the shop is.
    Home,
    /// What waits.
    Waits,
    /// Orders in a state, oldest first.
    State(WaitState, u16),
    /// Open breaks, oldest first.
    Breaks(u16),
    /// Invoices that are odd, newest first.
    Odd(u16),
    /// What rests, and by whom.
    Sales,
    /// What makes prices.
    Prices,
    /// The tills.
    Wallets,
    /// One of them.
    Till(LoginId),
    /// An order.
    Order(OrderId),
    /// Orders by any name.
    Find(String),
    /// A break.
    Break(BreakMark),
    /// Orders by any name, one of which gets the row of a break.
    Takers(BreakMark, String),
    /// An invoice.
    Invoice(InvoiceId),
}

/// Something to do, complete.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Act {
    /// What.
    pub want: Want,
    /// The number it needs.
    pub value: Option<i64>,
    /// Why; always there where the want needs one.
    pub reason: Option<String>,
    /// The wish's own name.
    pub nonce: i64,
}

/// A text that nobody may see again: new cookies.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a secret")
    }
}

/// What the deck needs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum DeckNeed {
    /// Look at something.
    Look(Look),
    /// Do something.
    Act(Box<Act>),
    /// Try new cookies. Outside: it takes a browser.
    Cookies {
        /// Of which login.
        login: LoginId,
        /// As they were typed.
        text: Secret,
    },
}

impl DeckNeed {
    /// Whether it may take seconds.
    #[must_use]
    pub const fn is_outside(&self) -> bool {
        match self {
            Self::Cookies { .. } => true,
            Self::Look(_) | Self::Act(_) => false,
        }
    }
}

/// The answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum DeckAnswer {
    /// What was looked at.
    Shown(Box<DeckFace>),
    /// What came of what was to be done.
    Acted {
        /// What.
        want: Want,
        /// Nothing, or why it was not done.
        outcome: Result<(), NotDone>,
    },
    /// What came of new cookies.
    Cookies {
        /// Of which login.
        login: LoginId,
        /// Nothing, or why they were not taken.
        outcome: Result<(), NotDone>,
    },
}

/// Why something was not done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NotDone {
    /// It changed since it was shown.
    Changed,
    /// It was done before, or somebody was faster.
    Before,
    /// Another replica holds the till.
    Elsewhere,
    /// Not now: nothing was done.
    NotNow,
    /// Nobody knows whether it was done.
    Unsure,
    /// A rule is against it.
    Rule(Against),
}

/// What just happened on the deck.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum DeckNote {
    /// It is done.
    Done,
    /// The cookies work and took the place of the old ones.
    CookiesTaken,
    /// It was not done.
    NotDone(NotDone),
    /// Not a percentage that can be.
    BadNumber,
    /// Not an amount that can be read.
    BadAmount(Untaken),
    /// Nothing that is sold.
    BadGoods,
    /// Too short or too long for a reason.
    BadReason,
}
