//! The daemon: makes the adapters, hands them to the actors as `Ports`, starts the drivers, and
//! stops all of it in the reverse order.
//!
//! Owns the I/O runtime (pools and HTTP clients live on it, not on an arbiter or an HTTP worker)
//! and the order of start and stop: drivers first to stop, then actors drained by hand, then the
//! adapters. It is, with `cli`, the only module that knows every other.
//!
//! Never decides anything about money or orders, and never lets a half-alive daemon linger: when
//! the roster reports an actor dead it exits with code 70.
