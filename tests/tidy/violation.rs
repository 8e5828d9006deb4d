//! What a rule is, and what a place that breaks one looks like to the person who meets it.

use std::fmt;

/// One rule of the tree: its name, what it expects, and what to do where it is broken.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    pub name: &'static str,
    pub expects: &'static str,
    pub remedy: &'static str,
}

/// One place that breaks a rule.
#[derive(Debug)]
pub struct Violation {
    pub rule: &'static Rule,
    /// Relative to the root of the tree.
    pub file: String,
    /// Counted from one.
    pub line: usize,
    /// What stands there.
    pub found: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            rule,
            file,
            line,
            found,
        } = self;
        writeln!(f, "{file}:{line}: {} [{}]", found, rule.name)?;
        writeln!(f, "    expected: {}", rule.expects)?;
        writeln!(f, "    do:       {}", rule.remedy)
    }
}
