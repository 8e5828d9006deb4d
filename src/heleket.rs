//! Heleket, the payment gateway: implements the port `invoicing`, and gives `rates` its prices of
//! currencies.
//!
//! Owns the wire format, the signatures and the account's keys. Reports what an invoice is; what
//! that is worth to a customer is decided in the core. Never credits, and never treats a lost
//! answer as a refusal.
