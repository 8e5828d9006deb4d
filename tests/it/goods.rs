//! Goods out: orders over the wire, with a real browser, real wallet contracts and real books.

pub mod shop;
mod with_browser;
