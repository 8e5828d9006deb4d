//! The Telegram Bot API: implements the port `messenger`.
//!
//! Owns the words' last step: texts become messages, buttons and edits within Telegram's limits,
//! and its refusals become failures that say what the caller may do (one function,
//! `verdict::judge`). Owns the limits of its calls, the bot's own commands and descriptions, and
//! the fetching of updates. The other direction, updates becoming messages for sessions, is the
//! driver [`inbound`].
//!
//! Never decides what to say or when, never repeats a call by itself (pace and order are the
//! notifier's), and never shows the token.

mod api;
mod code;
pub mod face;
mod gate;
pub mod inbound;
mod markup;
mod messenger;
mod registration;
mod settings;
mod verdict;
pub mod words;

pub use api::{BotApi, CALL_SECONDS, CALLS};
pub use gate::LIMITED;
pub use messenger::TelegramMessenger;
pub use registration::{Introduction, KINDS, Me, WebhookState};
pub use settings::{BadSetting, BotToken, TelegramSettings};
pub use verdict::ApiRefused;
