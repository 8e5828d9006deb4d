//! The TON chain: implements the port `wallet`, with our own wallet contracts and the public APIs.
//!
//! Owns keys, cells and addresses: signing is pure and gives bytes that the books keep before
//! anything leaves. Never chooses a seqno by itself (the books do) and never calls a transfer dead
//! without proof.
//!
//! - [`WalletKey`] comes out of the 24 words and is wiped when it goes; [`WalletContract`] is what
//!   it signs for: V4R2 or V5R1.
//! - [`TonChain`] reads and sends through several providers. What an answer (or none) means is
//!   decided in one function, `verdict::judge`; what a transaction did is read from its own cells.
//! - [`TonSigner`] signs what passes the [firewall](FirewallRules), and nothing else; it also
//!   proves to fragment.com that a wallet is ours.
//!
//! Protocol: docs.ton.org, TEP-467 (normalised hashes), TON Connect (`ton_proof`).

mod address;
mod cells;
mod chain;
mod choice;
mod comment;
mod contract;
mod firewall;
mod history;
mod key;
mod message;
mod outgoings;
mod proof;
mod provider;
mod settings;
mod signer;
mod transaction;
mod verdict;
mod wire;
mod words;

pub use address::{BadAddress, friendly, parse_address};
pub use cells::BadCells;
pub use chain::TonChain;
pub use choice::{NoWallet, WantedWallet, choose_wallet, named_wallet, wallets_of};
pub use comment::comment_of;
pub use contract::{BadVersion, TonNetwork, WalletContract, WalletVersion};
pub use firewall::FirewallRules;
pub use key::WalletKey;
pub use message::normalised_hash;
pub use outgoings::Outgoings;
pub use settings::{BadChain, ChainSettings, ProviderSettings};
pub use signer::TonSigner;
pub use words::{BadWords, draw_words};
