//! The books in SQL, on both engines.

pub mod fixture;
mod jars;
pub mod schema_file;

mod on_sqlite;
mod together;
mod with_postgres;
