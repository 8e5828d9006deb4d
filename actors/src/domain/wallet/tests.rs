//! The wallet's row: what may be signed, and how its history is explained.

mod explains;
mod plans;
