//! The core of Starkeeper.

pub mod supervision;
