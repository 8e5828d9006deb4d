//! What the core asks of the outside, as traits. Adapters implement them; tests script them.
//!
//! Every failure says what the caller may do ([`Failure`]): the one distinction that keeps a shop
//! from paying twice.

use std::sync::Arc;

pub mod books;
pub mod clock;
pub mod deck;
pub mod dialogs;
pub mod invoicing;
pub mod limits;
pub mod market;
pub mod messenger;
pub mod rates;
pub mod vault;
pub mod wallet;

pub use books::Books;
pub use clock::Clock;
pub use deck::Deck;
pub use dialogs::Dialogs;
pub use invoicing::Invoicing;
pub use limits::Limits;
pub use market::{Browsers, Market};
pub use messenger::Messenger;
pub use rates::RateSource;
pub use vault::Vault;
pub use wallet::{Chain, Signer, WalletProver};

/// Why a port did not do what it was asked.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Failure<R> {
    /// Will never work as asked; the reason is typed.
    #[error("refused: {0}")]
    Refused(R),
    /// Nothing happened: safe to try again.
    #[error("not done: {cause}")]
    NotDone {
        /// In one line, without secrets or personal data.
        cause: String,
    },
    /// May have happened: look before you leap, never repeat under a new identity.
    #[error("outcome unknown: {cause}")]
    Unknown {
        /// In one line, without secrets or personal data.
        cause: String,
    },
}

impl<R> Failure<R> {
    /// Nothing happened.
    pub fn not_done(cause: impl Into<String>) -> Self {
        Self::NotDone {
            cause: cause.into(),
        }
    }

    /// May have happened.
    pub fn unknown(cause: impl Into<String>) -> Self {
        Self::Unknown {
            cause: cause.into(),
        }
    }

    /// The same failure with another type of refusal.
    pub fn map<S>(self, change: impl FnOnce(R) -> S) -> Failure<S> {
        match self {
            Self::Refused(why) => Failure::Refused(change(why)),
            Self::NotDone { cause } => Failure::NotDone { cause },
            Self::Unknown { cause } => Failure::Unknown { cause },
        }
    }
}

/// A read cannot be refused, and a read that failed did not happen.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("cannot read: {cause}")]
pub struct Unreadable {
    /// In one line, without secrets or personal data.
    pub cause: String,
}

impl Unreadable {
    /// In one line, without secrets or personal data.
    pub fn new(cause: impl Into<String>) -> Self {
        Self {
            cause: cause.into(),
        }
    }
}

/// All ports of one daemon: the only way from the core to the world.
#[derive(Clone)]
pub struct Ports {
    /// The books.
    pub books: Arc<dyn Books>,
    /// Time and ids.
    pub clock: Arc<dyn Clock>,
    /// The dialogs of customers.
    pub dialogs: Arc<dyn Dialogs>,
    /// The payment gateway.
    pub invoicing: Arc<dyn Invoicing>,
    /// Rate limits.
    pub limits: Arc<dyn Limits>,
    /// Fragment, through a borrowed browser.
    pub market: Arc<dyn Market>,
    /// The browsers themselves.
    pub browsers: Arc<dyn Browsers>,
    /// Telegram, outbound.
    pub messenger: Arc<dyn Messenger>,
    /// Sources of the TON rate.
    pub rates: Vec<Arc<dyn RateSource>>,
    /// Cookie jars.
    pub vault: Arc<dyn Vault>,
    /// The chain's providers.
    pub chain: Arc<dyn Chain>,
    /// The keys.
    pub signer: Arc<dyn Signer>,
    /// Whoever serves operators.
    pub deck: Arc<dyn Deck>,
}
