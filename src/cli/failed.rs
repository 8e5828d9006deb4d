//! Why a command did not work, and with which code it ends.

use std::fmt::Display;

use crate::config::ConfigRefused;

/// A command that did not work.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failed {
    /// The exit code.
    pub code: u8,
    /// For the person at the terminal or the service manager's log; may have several lines.
    pub text: String,
}

impl Failed {
    /// It did not work: exit code 1.
    pub fn here(text: impl Display) -> Self {
        Self {
            code: 1,
            text: text.to_string(),
        }
    }

    /// The daemon failed by itself, and starting again may help: `EX_SOFTWARE`, 70.
    pub fn by_itself(text: impl Display) -> Self {
        Self {
            code: 70,
            text: text.to_string(),
        }
    }

    /// Only an operator helps, and starting again does not: `EX_CONFIG`, 78.
    pub fn for_an_operator(text: impl Display) -> Self {
        Self {
            code: 78,
            text: text.to_string(),
        }
    }
}

impl From<ConfigRefused> for Failed {
    fn from(refused: ConfigRefused) -> Self {
        Self::for_an_operator(refused)
    }
}
