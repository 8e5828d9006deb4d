//! What needs a browser.

#[cfg(feature = "crash-points")]
mod crashes;
mod hostile;
mod journey;
#[cfg(feature = "crash-points")]
mod killed;
mod restored;
mod storm;
mod sweep;
mod with_postgres;
