//! What needs a browser.

#[cfg(feature = "crash-points")]
mod crashes;
mod journey;
