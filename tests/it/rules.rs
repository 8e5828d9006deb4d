//! What the databases refuse by themselves, asked with plain SQL that goes around all of our code.
//!
//! One list of cases for both engines ([`cases`]): the statement that must be refused with its
//! class and sentence, and its harmless twin that must pass. Each case names the trigger or unique
//! index that refuses it, and the suite proves the name by taking it away. What is in a database's
//! catalog and in no case fails the suite ([`catalog`]). Races are run with the real interleaving,
//! and transactions are cut in the middle by killing who runs them.

mod case;
mod cases;
mod catalog;
mod engine;
mod killed;
mod races;
mod stricter;
mod suite;
mod waiting;
pub mod world;
