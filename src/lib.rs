//! The daemon of Starkeeper: wiring, HTTP and the adapters around the core.
//!
//! The rules and the actors live in [`starkeeper_actors`]; this crate gives them a world to act
//! in. It has four kinds of modules, and `tests/tidy` keeps them apart:
//!
//! - **Drivers** ([`http`], [`telegram::inbound`]) turn what arrives into messages for actors.
//! - **Adapters** ([`storage`], [`redis`], [`memory`], [`heleket`], [`fragment`], [`ton`],
//!   [`telegram`]) implement the ports of the core, each with its one outside library. An adapter
//!   answers; it never calls an actor and never knows another adapter.
//! - **Leaves** ([`config`], [`telemetry`], [`metrics`], [`record`], `outside`) are used and use nothing of
//!   the others; adapters use the last two alone.
//! - **The wiring** ([`daemon`], [`cli`]) is the only place that sees everything.
//!
//! It is a library so that tests and benches can use what the binary is made of.

pub mod cli;
pub mod config;
pub mod daemon;
pub mod fragment;
pub mod heleket;
pub mod http;
pub mod memory;
pub mod metrics;
mod outside;
pub mod record;
pub mod redis;
pub mod storage;
pub mod telegram;
pub mod telemetry;
pub mod ton;
