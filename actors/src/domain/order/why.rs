//! Why an order waits for a person. The line of it stands in the books and the admin API; operators
//! in the chat read it in their own language.

use serde::{Deserialize, Serialize};

use crate::domain::ids::WalletAddress;
use crate::domain::link::LinkRefused;
use crate::domain::transfer::ChainFault;

/// What a person must look at.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum WhyParked {
    /// Fragment refused in words that mean nothing to the shop.
    #[error("fragment says {0:?}")]
    FragmentSays(String),
    /// A link did not pass a check. Nothing was signed.
    #[error("{0}")]
    Link(LinkRefused),
    /// The key of its wallet is not here.
    #[error("no key for wallet {0}")]
    NoKey(WalletAddress),
    /// A rule at the key itself said no.
    #[error("signer's rule {0}")]
    SignerRule(String),
    /// Its wallet has a transaction that nobody can explain.
    #[error("the wallet's history holds a transaction that the books cannot explain")]
    HistoryUnexplained,
    /// A person assigned a payment to it that the books did not sign.
    #[error("a payment at lt {lt} was assigned to it by hand")]
    AssignedByHand {
        /// Where.
        lt: u64,
    },
    /// Paid, and Fragment shows no delivery.
    #[error("paid on chain, delivery not visible")]
    DeliveryUnseen,
    /// Fragment sent the TON back.
    #[error("Fragment sent the TON back at lt {lt}")]
    SentBack {
        /// Where.
        lt: u64,
    },
    /// The chain shows what it should not.
    #[error("{0}")]
    Chain(ChainFault),
}
