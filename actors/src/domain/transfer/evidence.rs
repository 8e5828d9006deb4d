//! What the chain's providers say about a wallet, each answer with its age.

use serde::{Deserialize, Serialize};

use crate::domain::Timestamp;
use crate::domain::ids::{Hash256, PaymentRef, WalletAddress};
use crate::domain::money::NanoTon;

/// A place on an account's chain of transactions.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct TxPos {
    /// Logical time: grows with every transaction of the account.
    pub lt: u64,
    /// The transaction's hash.
    pub hash: Hash256,
}

/// An independent source of answers about the chain, by its number in the configuration.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Provider(pub u8);

/// An account as one provider showed it: seqno, balance and *the block time of that very state*
/// in one answer (toncenter's `getAddressInformation`).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct AccountState {
    /// Who said it.
    pub provider: Provider,
    /// The contract's seqno; zero for an account that is not deployed.
    pub seqno: u32,
    /// The account's balance.
    pub balance: NanoTon,
    /// The newest transaction the state includes; none on an account without any.
    pub last: Option<TxPos>,
    /// Block time of this state.
    pub time: Timestamp,
}

impl AccountState {
    /// The newest logical time the state includes; zero without any transaction.
    #[must_use]
    pub const fn last_lt(&self) -> u64 {
        match self.last {
            Some(tx) => tx.lt,
            None => 0,
        }
    }
}

/// A message that a transaction of the wallet sent out.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct OutMessage {
    /// To whom.
    pub destination: WalletAddress,
    /// How much.
    pub value: NanoTon,
    /// Hash of the body cell.
    pub body_hash: Hash256,
    /// The `Ref#…` of a text body, if there is one.
    pub reference: Option<PaymentRef>,
}

/// A transaction of the wallet.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct FoundTx {
    /// Where it stands.
    pub tx: TxPos,
    /// Block time.
    pub at: Timestamp,
    /// Normalised hash of the external message that caused it; none if it was caused by an
    /// internal message (a deposit, a bounce).
    pub message: Option<Hash256>,
    /// Whether a masterchain block refers to it. What is not may be reorganised away.
    pub committed: bool,
    /// Exit code of the compute phase; none if it was skipped.
    pub exit_code: Option<i32>,
    /// Whether the transaction was aborted.
    pub aborted: bool,
    /// Actions that were skipped because they could not be afforded.
    pub skipped_actions: u32,
    /// Messages the action phase created. May be known before the messages themselves.
    pub msgs_created: u32,
    /// The messages sent out, as far as the provider shows them.
    pub out: Vec<OutMessage>,
    /// Who sent the internal message that caused it.
    pub from: Option<WalletAddress>,
    /// TON that came in with an internal message.
    pub value_in: NanoTon,
    /// Whether the incoming message is one of ours that bounced.
    pub bounced: bool,
    /// What the chain charged.
    pub fees: NanoTon,
}

/// A stretch of a wallet's transactions.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct History {
    /// The newest transaction looked from; none if the account has none.
    pub head: Option<TxPos>,
    /// The stretch holds every transaction above this logical time: each names its predecessor
    /// down to here. None if a link was missing.
    pub gapless_down_to: Option<u64>,
    /// Newest first.
    pub txs: Vec<FoundTx>,
}

/// Everything one look brought.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Evidence {
    /// The transaction of our message, if a provider showed it.
    pub found: Option<FoundTx>,
    /// At most one state a provider.
    pub states: Vec<AccountState>,
    /// The wallet's history, if it was asked for.
    pub history: Option<History>,
}
