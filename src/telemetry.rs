//! Logs: turns what `tracing` collects into lines for people and JSON for machines, on the
//! terminal and in files that roll by size.
//!
//! Owns the subscriber and its levels. Never sees a secret or a message of a customer: those types
//! print themselves masked, and this module is the last place that could undo it.
