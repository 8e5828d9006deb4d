//! The daemon as a process: with the sandbox on the wire, and what an operator meets at its start.

pub mod house;
mod journey;
mod starts;
mod with_postgres;
