//! How far an order had come when it was parked: decides what may be done by hand.

use serde::{Deserialize, Serialize};

use crate::domain::Timestamp;
use crate::domain::ids::TransferId;
use crate::domain::transfer::TxPos;

/// How far a parked order had come.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Nothing live is signed.
    Unsigned,
    /// A message was signed, and what the chain shows needs a person.
    Signed {
        /// Which.
        transfer: TransferId,
    },
    /// The chain shows the payment, the delivery is not visible. Never paid again.
    Paid {
        /// The transfer that paid.
        transfer: TransferId,
        /// When the payment was seen.
        paid_at: Timestamp,
        /// Fragment accepted the confirm call.
        confirmed: bool,
        /// The TON came back.
        bounced: bool,
        /// The till's page was reset, so the till is free and only history is a witness.
        till_reset: bool,
    },
    /// A person assigned a payment to it that the books did not sign.
    PaidOutside {
        /// The transaction.
        tx: TxPos,
    },
}
