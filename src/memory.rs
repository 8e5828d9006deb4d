//! Dialogs in this process: implements the port `dialogs` for a shop that runs on one machine.
//!
//! Keeps the promises of the Redis one, versions and expiry included, within a bound. Never used
//! by more than one replica, and never for anything that must outlive the process.
