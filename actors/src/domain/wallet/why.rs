//! Why a wallet stopped, and what no order explains in its history. The lines of both stand in the
//! books and the admin API; operators in the chat read them in their own language.

use serde::{Deserialize, Serialize};

use crate::domain::ids::{OrderId, PaymentRef, WalletAddress};
use crate::domain::money::NanoTon;
use crate::domain::notice::OperatorNews;
use crate::domain::transfer::ChainFault;

/// Why a wallet signs nothing more.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum WhyStopped {
    /// Two transfers in a row used up their seqno and paid nothing.
    #[error("two transfers in a row were accepted but not paid: top the wallet up")]
    Unpaid,
    /// The chain is ahead of the books: somebody else signs with this key, or the books are old.
    #[error("chain shows seqno {shown}, books say {books}: a break")]
    Ahead {
        /// What was shown.
        shown: u32,
        /// What the books own.
        books: u32,
    },
    /// A wallet, this one or another, has a transaction that nobody can explain.
    #[error("wallet {wallet} has a transaction nobody can explain")]
    Unexplained {
        /// Which.
        wallet: WalletAddress,
    },
    /// The chain shows what it should not.
    #[error("{0}")]
    Chain(ChainFault),
}

/// What no order explains in a wallet's history.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Strangeness {
    /// The owner sent TON by hand.
    #[error("sent by hand, messages: {messages}")]
    ByHand {
        /// How many the transaction sent.
        messages: usize,
    },
    /// The owner did so while a message of the shop could still execute.
    #[error("the wallet was used by hand while an order was being paid")]
    HandWhilePaying,
    /// Seqnos were used up by nothing that the history shows, or not by what it shows.
    #[error("the wallet shows seqno {shown}, its explained history ends at {explained}")]
    SeqnoOff {
        /// What the chain shows.
        shown: u32,
        /// Where the explained history ends.
        explained: u32,
    },
    /// A payment to Fragment without a reference, which the books did not sign.
    #[error("a payment to Fragment that the books did not sign")]
    UnsignedPayment,
    /// A payment with a reference, which the books did not sign.
    #[error("a payment with Ref#{reference} that the books did not sign{}", fitting(*.fits))]
    UnsignedReference {
        /// Its reference.
        reference: PaymentRef,
        /// The order it seems to belong to.
        fits: Option<OrderId>,
    },
    /// TON that Fragment sent back, or that bounced.
    #[error("{amount} came back from Fragment")]
    CameBack {
        /// How much.
        amount: NanoTon,
    },
}

impl Strangeness {
    /// What the operators hear of it; `lt` is where it happened, zero if it is about the whole
    /// stretch.
    #[must_use]
    pub fn news(self, wallet: WalletAddress, lt: u64) -> OperatorNews {
        OperatorNews::Unexplained {
            wallet,
            lt,
            what: self.to_string(),
            strange: Some(self),
        }
    }
}

fn fitting(order: Option<OrderId>) -> String {
    order.map_or_else(String::new, |order| format!("; it fits {order}"))
}
