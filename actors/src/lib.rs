//! The core of Starkeeper.
