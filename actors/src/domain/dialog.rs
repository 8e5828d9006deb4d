//! The conversation with a customer, as a machine without wording.
//!
//! [`Dialog::heard`] says what a text or a tap makes of the conversation, [`Dialog::answered`] what
//! an answer from the books or from outside makes of it. Both end in a [`Screen`], or in a [`Need`]
//! that the caller sees to and answers. Losing a dialog costs a tap, never money: what is bought is
//! named by the quote on the button, and the books accept each quote once.
//!
//! Every screen but the main menu has a way back, and a button that no longer fits shows the
//! screen that does.

use chrono::SubsecRound as _;
use serde::{Deserialize, Serialize};

use super::catalog::{Product, Username};
use super::ids::{InvoiceId, OrderId, QuoteId, UpdateKey};
use super::money::MicroUsd;
use super::pricing::Quote;
use super::{Span, Timestamp};

mod action;
mod answers;
mod deck;
mod handled;
mod heard;
mod paying;
mod render;
mod screen;
mod step;
mod taps;
mod typed;
mod words;

pub use action::{Action, Target, Topic};
#[cfg(any(test, feature = "testing"))]
pub use deck::samples as deck_samples;
pub use deck::{
    Act, Against, Asks, BreakCard, BreakLine, BreakMark, Change, DeckAnswer, DeckFace, DeckNeed,
    DeckNote, Draft, Go, Health, HomeFace, Look, NotDone, OddLine, OrderCard, ParkedFor, PriceOf,
    ROWS, ReadyReason, SalesFace, Secret, StoppedBy, StoppedFor, Sure, WaitState, WaitingOrder,
    WalletFace, Want,
};
pub use handled::Handled;
pub use heard::{Inbound, Said, Sender, Utterance};
pub use screen::{
    Body, Button, Closed, Coins, ListedOrder, Note, Offer, OrderFace, PayWays, Screen,
};
pub use step::{
    Answer, BuyRefused, Coin, DialogRules, LookUpFailed, Need, OpenRefused, Seller, Step, View,
};

#[cfg(test)]
mod tests;

/// Where a customer is in the conversation. Stored as
/// [`Stored`](super::stored::Stored)`<Dialog>`.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Dialog {
    /// The screen.
    pub place: Place,
    /// The people last bought for, newest first; at most [`Dialog::SAVED`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub saved: Vec<Username>,
    /// Updates that were handled; a set, because updates come out of order.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "handled")]
    pub handled: Vec<Handled>,
    /// What an operator is about to do by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deck: Option<Box<Draft>>,
}

/// A screen, as far as it must be remembered.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// The main menu.
    #[default]
    Menu,
    /// How many Stars?
    Stars {
        /// For whom, if that was said first.
        to: Option<Username>,
    },
    /// How long shall Premium last?
    Premium {
        /// For whom, if that was said first.
        to: Option<Username>,
    },
    /// Who for?
    Recipient {
        /// What is bought.
        product: Product,
    },
    /// Somebody else: pick, forward or write.
    Friend {
        /// What is bought.
        product: Product,
    },
    /// Fragment is asked about somebody.
    Looking {
        /// What is bought.
        product: Product,
        /// Who is looked for.
        username: Username,
    },
    /// This person, this price: yes?
    Card {
        /// The offer.
        quote: Box<Quote>,
    },
    /// How would you like to pay?
    Pay {
        /// The offer.
        quote: Box<Quote>,
        /// The less usual coins are shown.
        #[serde(default, skip_serializing_if = "is_usual")]
        more: bool,
    },
    /// The gateway is asked for an invoice.
    Opening {
        /// What it pays for.
        target: Target,
        /// Where to go back to.
        from: Box<Place>,
    },
    /// One order.
    Order {
        /// Which.
        order: OrderId,
    },
    /// Another coin for an unpaid order.
    OtherCoin {
        /// Which.
        order: OrderId,
    },
    /// How much to put on the balance?
    TopUp,
    /// In which coin?
    TopUpCoin {
        /// How much.
        amount: MicroUsd,
        /// The invoice that the buttons open: a double tap opens one.
        invoice: InvoiceId,
    },
    /// A top-up's invoice.
    Invoice {
        /// Which.
        invoice: InvoiceId,
    },
    /// The balance and its last movements.
    Balance,
    /// The orders, by pages.
    Orders {
        /// From 0.
        page: u16,
    },
    /// Where are my Stars?
    WhereAreMyStars,
    /// Something to read.
    Page {
        /// What about.
        topic: Topic,
    },
    /// What of this person can be erased (rule 23)?
    Erase,
}

/// Whether the usual coins are shown, as they were before there were others.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
const fn is_usual(more: &bool) -> bool {
    !*more
}

impl Place {
    /// A name for snapshots and logs.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Menu => "menu",
            Self::Stars { .. } => "stars",
            Self::Premium { .. } => "premium",
            Self::Recipient { .. } => "recipient",
            Self::Friend { .. } => "friend",
            Self::Looking { .. } => "looking",
            Self::Card { .. } => "card",
            Self::Pay { .. } => "pay",
            Self::Opening { .. } => "opening",
            Self::Order { .. } => "order",
            Self::OtherCoin { .. } => "other_coin",
            Self::TopUp => "top_up",
            Self::TopUpCoin { .. } => "top_up_coin",
            Self::Invoice { .. } => "invoice",
            Self::Balance => "balance",
            Self::Orders { .. } => "orders",
            Self::WhereAreMyStars => "where_are_my_stars",
            Self::Page { .. } => "page",
            Self::Erase => "erase",
        }
    }

    /// The offer that is on the screen.
    #[must_use]
    pub const fn quote(&self) -> Option<&Quote> {
        match self {
            Self::Card { quote } | Self::Pay { quote, .. } => Some(quote),
            Self::Menu
            | Self::Stars { .. }
            | Self::Premium { .. }
            | Self::Recipient { .. }
            | Self::Friend { .. }
            | Self::Looking { .. }
            | Self::Opening { .. }
            | Self::Order { .. }
            | Self::OtherCoin { .. }
            | Self::TopUp
            | Self::TopUpCoin { .. }
            | Self::Invoice { .. }
            | Self::Balance
            | Self::Orders { .. }
            | Self::WhereAreMyStars
            | Self::Page { .. }
            | Self::Erase => None,
        }
    }
}

impl Dialog {
    /// How many recipients are kept.
    pub const SAVED: usize = 3;

    /// How many handled updates are kept.
    pub const HANDLED: usize = 64;

    /// How long a handled update is kept: longer than Telegram redelivers (24 hours).
    pub const HANDLED_FOR: Span = Span::hours(48);

    /// Whether an update was handled before.
    #[must_use]
    pub fn has_handled(&self, update: UpdateKey) -> bool {
        let same = |known: &Handled| known.update == update.update && known.bot == update.bot;
        self.handled.iter().any(same)
    }

    /// Remembers an update, and forgets what is too old or too much.
    pub fn remember(&mut self, update: UpdateKey, now: Timestamp) {
        if self.has_handled(update) {
            return;
        }
        // Oldest first, so that only the front is looked at.
        let forgotten = now.checked_sub_signed(Self::HANDLED_FOR).unwrap_or(now);
        let old = self.handled.iter();
        let old = old.take_while(|known| known.at <= forgotten).count();
        let surplus = (self.handled.len() + 1).saturating_sub(Self::HANDLED);
        let gone = surplus.max(old).min(self.handled.len());
        self.handled.drain(..gone);
        if self.handled.is_empty() {
            // Of a hundred thousand people most have sent one update: room for one.
            self.handled.reserve_exact(1);
        }
        self.handled.push(Handled {
            bot: update.bot,
            update: update.update,
            at: now.trunc_subsecs(0),
        });
    }

    /// Puts a recipient first among the saved ones.
    pub(super) fn save_recipient(&mut self, username: Username) {
        self.saved.retain(|known| *known != username);
        self.saved.insert(0, username);
        self.saved.truncate(Self::SAVED);
    }

    fn at(mut self, place: Place) -> Self {
        self.place = place;
        self
    }
}

/// The order that a quote becomes. Derived, so that a second tap on the same button names the
/// same order and the books refuse it (rule 19).
#[must_use]
pub const fn order_of(quote: QuoteId) -> OrderId {
    OrderId::new(quote.get())
}
