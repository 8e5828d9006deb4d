//! The envelope in which states are stored: it says by which version of this crate's types.
//!
//! A row written by an older version stays readable: when a state's shape changes, the old shape
//! is kept as a variant here and turned into the new one on reading. `tests/golden/` holds one
//! document a state.

use serde::{Deserialize, Serialize};

/// A stored state with the version of its shape: `{"v": "1", "is": {…}}`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "v", content = "is")]
pub enum Stored<T> {
    /// The first shape.
    #[serde(rename = "1")]
    V1(T),
}

impl<T> Stored<T> {
    /// Wraps a state in today's version.
    pub const fn today(state: T) -> Self {
        Self::V1(state)
    }

    /// The state in today's shape.
    pub fn into_today(self) -> T {
        match self {
            Self::V1(state) => state,
        }
    }
}
