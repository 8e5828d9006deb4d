//! Everything here talks to real servers.

mod atomic;
mod away;
mod cluster;
mod expiry;
mod shop;
mod single;
mod starts;
