//! Heleket, the payment gateway: implements the port `invoicing`, and gives `rates` its prices of
//! currencies.
//!
//! Owns the wire format, the signatures and the account's keys. Reports what an invoice is; what
//! that is worth to a customer is decided in the core. Never credits, and never treats a lost
//! answer as a refusal.
//!
//! - [`HeleketClient`] makes the calls. What an answer (or none) means for the caller is decided
//!   in one function, `verdict::judge`.
//! - [`HeleketRate`] is a source of the TON rate.
//! - [`webhook`] checks the signature of what Heleket calls us with.
//!
//! Protocol: doc.heleket.com; where it is silent, Heleket's own SDKs (Go, PHP, Python).

mod client;
mod coins;
mod endpoint;
mod heard;
mod port;
mod rate;
mod settings;
mod sign;
mod transport;
mod verdict;
pub mod webhook;
mod wire;

pub use client::{AmlLink, Balances, HeleketClient, Holding, TestWebhook};
pub use rate::HeleketRate;
pub use settings::{BadSetting, HeleketSettings};
pub use sign::{ApiKey, BadKey};
