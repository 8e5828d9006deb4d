//! The rules that stand against what an operator asks for.

use crate::domain::order::{Needed, OrderRefused};
use crate::domain::pricing::Contradiction;

/// A rule that stands against a deed. Operators read in their language which, and what they can do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Against {
    /// The state of the order allows no such thing (rule 20).
    State,
    /// What was signed may still execute (rule 3).
    Signed,
    /// The history of the wallet is not explained yet (rule 2).
    NotExplained,
    /// Behind a payment another person must ask for the same (rule 20).
    SecondPerson,
    /// Behind a payment Fragment's history must have shown nothing for a day (rule 20).
    SilentHistory,
    /// The row of Fragment's history belongs to another order (rule 9).
    RowTaken,
    /// The break is about no row that an order could have.
    NoRow,
    /// Nobody said why.
    NoReason,
    /// A balance would fall below zero.
    TooLittle,
    /// A payment of the customer is held for a check (rule 17).
    Frozen,
    /// The customer owes the shop (rule 17).
    Debt,
    /// Another order of the customer waits for its payment (rule 12).
    OtherOrder,
    /// Only a wallet that stopped has something to be explained.
    WalletWorks,
    /// The prices would contradict each other, or lose money (rule 22).
    Prices(Vec<Contradiction>),
    /// The text holds no cookies.
    NoCookies,
    /// Nobody is logged in with the cookies.
    LoggedOut,
    /// Fragment asks for its identity check.
    Identity,
    /// There is no such thing.
    Gone,
    /// The books keep a rule by themselves.
    Books,
}

impl From<&OrderRefused> for Against {
    fn from(why: &OrderRefused) -> Self {
        match why {
            OrderRefused::NotInState { .. } | OrderRefused::TooEarly { .. } => Self::State,
            OrderRefused::AlreadySigned { .. }
            | OrderRefused::NeedsMore {
                needs: Needed::Death,
                ..
            } => Self::Signed,
            OrderRefused::NotExplained { .. } => Self::NotExplained,
            OrderRefused::NeedsMore {
                needs: Needed::SecondPerson,
                ..
            } => Self::SecondPerson,
            OrderRefused::NeedsMore {
                needs: Needed::SilentHistory,
                ..
            } => Self::SilentHistory,
            OrderRefused::WrongWallet { .. }
            | OrderRefused::WrongTransfer { .. }
            | OrderRefused::Money(_)
            | OrderRefused::Ledger(_) => Self::Books,
        }
    }
}
