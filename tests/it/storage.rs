//! The books in SQL, on both engines.

pub mod fixture;

mod on_sqlite;
mod with_postgres;
