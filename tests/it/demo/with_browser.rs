//! What needs Chromium: the daemon buys in one, and the page is looked at in another.

mod going_on;
mod keeping;
mod once;
mod page;
