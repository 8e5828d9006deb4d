//! What is wrong with a setting, in words that say what to do.

use std::fmt;

/// One setting that is missing or wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// The variable or the key in a file, with other names it may be given by.
    pub name: String,
    /// What was expected, and what was found unless it is a secret.
    pub what: String,
    /// Where it was read; none if it was not set at all.
    pub origin: Option<String>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.what)?;
        match &self.origin {
            Some(origin) => write!(f, " (read from {origin})"),
            None => Ok(()),
        }
    }
}

/// Every setting that is missing or wrong; never empty.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ConfigRefused {
    /// Each of them.
    pub problems: Vec<Problem>,
}

impl fmt::Display for ConfigRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.problems.len() {
            1 => f.write_str("a setting is wrong")?,
            many => write!(f, "{many} settings are wrong")?,
        }
        self.problems
            .iter()
            .try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}

impl std::error::Error for ConfigRefused {}
