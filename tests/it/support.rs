//! What the integration tests stand on: databases, servers, binaries, waiting.
//!
//! Everything that is started here is ended when its value is dropped, also by a failed test; what
//! a killed test leaves behind is ended by `./x`, which knows it by the mark of the run. Nothing
//! here sleeps for a fixed time: [`eventually`] waits for a condition.

#![allow(
    dead_code,
    unused_imports,
    reason = "the ground is wider than what any one module of tests uses of it"
)]

pub mod binary;
pub mod certificates;
pub mod crowd;
pub mod cutting_proxy;
pub mod database;
pub mod due;
pub mod emulators;
pub mod pgbouncer;
pub mod phone;
pub mod ports;
pub mod postgres;
pub mod process;
pub mod redis;
pub mod services;
pub mod shop;
pub mod tracking_pooler;
pub mod wait;

pub use binary::{sandbox, starkeeper};
pub use cutting_proxy::{Cut, CuttingProxy};
pub use database::Database;
pub use pgbouncer::{PgBouncer, PoolMode};
pub use postgres::OwnPostgres;
pub use process::Running;
pub use redis::{Cluster, OwnRedis};
pub use tracking_pooler::TrackingPooler;
pub use wait::{eventually, eventually_blocking};
