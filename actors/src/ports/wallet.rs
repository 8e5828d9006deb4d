//! The TON wallet: signing is pure and needs the key; sending and looking need neither.

use async_trait::async_trait;

use super::{Failure, Unreadable};
use crate::domain::Timestamp;
use crate::domain::catalog::Product;
use crate::domain::ids::{Hash256, WalletAddress};
use crate::domain::link::Link;
use crate::domain::transfer::{AccountState, Boc, Evidence, History, Transfer};

/// What a signature is asked for. Only checked links and burns can be asked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TransferIntent {
    /// Which wallet signs.
    pub wallet: WalletAddress,
    /// The seqno to put in.
    pub seqno: u32,
    /// The expiry to put in.
    pub valid_until: Timestamp,
    /// What is paid.
    pub pays: Pays,
    /// What was ordered: the payload must be about exactly this. None for a burn.
    pub product: Option<Product>,
}

/// What a signed message does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Pays {
    /// A checked link; its payload is forwarded verbatim.
    Link(Link),
    /// Zero TON to the wallet itself.
    Nothing,
}

/// A message as signed: deterministic for an intent, so signing twice yields the same bytes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SignedMessage {
    /// What is sent.
    pub boc: Boc,
    /// Normalised hash (TEP-467).
    pub message_hash: Hash256,
    /// Hash of the body of the message to the destination.
    pub body_hash: Hash256,
}

/// Why a signature is refused for good.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SignRefused {
    /// No key for this wallet here.
    #[error("no key for wallet {0}")]
    NoKey(WalletAddress),
    /// A cap or an allow-list of the signer's own.
    #[error("signer's rule {rule}")]
    Rule {
        /// Which rule, and the numbers.
        rule: String,
    },
}

/// The keys. Synchronous: signing reaches nothing.
pub trait Signer: Send + Sync {
    /// The wallets whose keys are here.
    fn wallets(&self) -> Vec<WalletAddress>;

    /// Signs. Nothing leaves.
    ///
    /// # Errors
    /// No key, or a rule of the signer's own.
    fn sign(&self, intent: &TransferIntent) -> Result<SignedMessage, SignRefused>;
}

/// What Fragment is told about a wallet: everything here is public.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WalletAccount {
    /// The wallet.
    pub address: WalletAddress,
    /// The network's global id: -239 is the main network, -3 the test network.
    pub network: i32,
    /// The ed25519 public key.
    pub public_key: [u8; 32],
    /// The contract's state init, as a bag of cells: its root's hash is the address.
    pub state_init: Boc,
    /// How many messages one signature of this version may carry: 4 or 255.
    pub max_messages: u16,
}

/// A signed answer to a challenge (`ton_proof` of TON Connect): shows that we hold the key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WalletProof {
    /// The second that was signed; the other side compares it with its own clock.
    pub at: Timestamp,
    /// Whose challenge it was, such as `fragment.com`.
    pub domain: String,
    /// The challenge, verbatim.
    pub challenge: String,
    /// The ed25519 signature.
    pub signature: [u8; 64],
}

/// Proves that a wallet is ours without giving its key away. Synchronous: it reaches nothing.
pub trait WalletProver: Send + Sync {
    /// What may be said about a wallet.
    ///
    /// # Errors
    /// No key for it here.
    fn account(&self, wallet: WalletAddress) -> Result<WalletAccount, SignRefused>;

    /// Answers the challenge of a domain. Such a signature can never be taken for a transfer: what
    /// is signed begins with words of its own.
    ///
    /// # Errors
    /// No key for it here, or a rule of the signer's own: a domain that is not on its list, a
    /// challenge of no sane length.
    fn prove(
        &self,
        wallet: WalletAddress,
        domain: &str,
        challenge: &str,
        now: Timestamp,
    ) -> Result<WalletProof, SignRefused>;
}

/// What a provider said to a message. Only a hint: the chain decides.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SendHint {
    /// At least one provider took it.
    Taken,
    /// Providers refused it. Often it means that an earlier copy has executed.
    Refused {
        /// In one line.
        why: String,
    },
}

/// The chain's providers.
#[async_trait]
pub trait Chain: Send + Sync {
    /// A wallet's state from the first provider that answers whole.
    async fn state(&self, wallet: WalletAddress) -> Result<AccountState, Unreadable>;

    /// The history of a wallet from a state's newest transaction down to `down_to` (exclusive).
    /// What could not be read is missing, and then `gapless_down_to` says so.
    async fn history(
        &self,
        state: &AccountState,
        wallet: WalletAddress,
        down_to: u64,
    ) -> Result<History, Unreadable>;

    /// Sends the stored bytes of a transfer to every provider. Whatever comes back, the message
    /// may execute until it expires.
    async fn send(
        &self,
        transfer: &Transfer,
    ) -> Result<SendHint, Failure<std::convert::Infallible>>;

    /// Looks for a transfer: by its normalised hash, with every provider's state, and with the
    /// history down to its `lt_before` when a state shows its seqno used up and it was not found.
    async fn look(&self, transfer: &Transfer) -> Result<Evidence, Unreadable>;
}
