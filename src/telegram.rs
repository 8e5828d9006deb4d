//! The Telegram Bot API: implements the port `messenger`.
//!
//! Owns the words' last step: texts become messages, buttons and edits within Telegram's limits,
//! and its refusals become failures that say what the caller may do. The other direction, updates
//! becoming messages for sessions, is the driver [`inbound`].
//!
//! Never decides what to say or when, and never retries by itself: pace and order are the
//! notifier's.

pub mod face;
pub mod inbound;
pub mod words;
