//! Emulators of Telegram, Heleket, fragment.com and TON for Starkeeper's demo and tests.
//!
//! They run in a process of their own and are met on the wire. They share no type with the daemon
//! and depend on nothing of it: a wrong field name would otherwise be wrong on both sides, and
//! every test green.
//!
//! No emulator is here yet: Telegram and Heleket come with the money's way in, fragment.com and
//! TON with the goods' way out.

pub mod cli;
