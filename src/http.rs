//! The HTTP server: routes, limits of size and time, and which role serves what.
//!
//! A driver: each handler checks who is calling, turns the request into one message, and turns the
//! answer into a status. Never holds a rule, a query or state of its own; how a failure becomes a
//! status code is known in [`error`] alone.

pub mod admin;
pub mod error;
pub mod health;
pub mod heleket_webhook;
pub mod metrics_page;
pub mod telegram_webhook;
