//! The demo as people start it: its keeper, the run without a person, and its page in a real browser.

mod browser;
mod ground;
mod with_browser;
