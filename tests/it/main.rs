//! The integration tests: real databases, the real binaries, the sandbox on the wire.
//!
//! A test that needs a service lies in a module whose name begins with `with_` and names it
//! (`with_postgres`), so that `./x test quick` can leave it out by that name. [`support`] gives it
//! what it needs and takes it away again.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::disallowed_methods,
    clippy::print_stderr,
    missing_docs,
    unreachable_pub,
    reason = "a test that cannot go on has failed, and says where"
)]

mod admin;
mod books;
mod callback;
mod check;
mod connect;
mod daemon;
mod demo;
mod fragment;
mod goods;
mod ground;
mod heleket;
mod init;
mod logs;
mod migrate;
mod operable;
mod proof;
mod redis;
mod rules;
mod sandboxed;
mod soak;
mod statuses;
mod storage;
mod support;
mod telegram;
mod ton;
