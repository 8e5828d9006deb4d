//! The proof that money in is credited exactly once, whatever happens around it.
//!
//! The daemon, the emulated gateway and the database are processes of their own; everything is
//! ordered and looked at through their ports. What is drawn by lot follows from a seed, which is
//! printed with the command that draws it again; who is faster is the machine's affair.

mod copies;
mod gone;
mod hostile;
mod life;
mod replicas;
mod settled;
mod storm;
pub mod throws;
mod ways;
mod with_postgres;
