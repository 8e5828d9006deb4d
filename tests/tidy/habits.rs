//! What one file shows by itself: its name, its length, its words and its comments.

use crate::rules;
use crate::source::Source;
use crate::tree::{Member, Target, Tree};
use crate::violation::{Rule, Violation};

/// Longer files hide a second responsibility.
const LONGEST_FILE: usize = 500;

/// Names that say nothing about what is owned.
const EMPTY_NAMES: &[&str] = &[
    "common", "helper", "helpers", "manager", "managers", "misc", "shared", "util", "utils",
];

/// Files of the core that may read the machine's clock, each with its reason.
const CLOCK_READERS: &[(&str, &str)] = &[];

/// Every file that breaks a habit.
pub fn check(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (member, source) in &tree.files {
        let mut found = Found {
            source,
            violations: &mut violations,
        };
        found.names();
        found.length();
        found.comments();
        found.words_everywhere();
        if *member == Member::Core && source.file.starts_with("actors/src/domain") {
            found.words_of_the_domain();
        }
        if *member == Member::Core {
            found.clocks(tree);
        }
        if source.file.starts_with("src/http") && source.file != "src/http/error.rs" {
            found.status_codes();
        }
    }
    violations
}

struct Found<'a> {
    source: &'a Source,
    violations: &'a mut Vec<Violation>,
}

impl Found<'_> {
    fn add(&mut self, rule: &'static Rule, line: usize, found: impl Into<String>) {
        self.violations.push(Violation {
            rule,
            file: self.source.file.clone(),
            line,
            found: found.into(),
        });
    }

    fn names(&mut self) {
        let stem = self.source.file.rsplit('/').next().unwrap_or_default();
        let stem = stem.strip_suffix(".rs").unwrap_or(stem);
        if stem == "mod" {
            self.add(&rules::NO_MOD_RS, 1, "this file");
        }
        if EMPTY_NAMES.contains(&stem) {
            self.add(&rules::NAMES_SAY_WHAT_IS_OWNED, 1, format!("`{stem}`"));
        }
    }

    fn length(&mut self) {
        let file = &self.source.file;
        let for_tests = ["tests/", "benches/"]
            .iter()
            .any(|folder| file.starts_with(folder) || file.contains(&format!("/{folder}")))
            || file.ends_with("/tests.rs");
        let lines = self.source.lines;
        if !for_tests && lines > LONGEST_FILE {
            self.add(
                &rules::FILES_STAY_SMALL,
                LONGEST_FILE + 1,
                format!("{lines} lines"),
            );
        }
    }

    fn comments(&mut self) {
        for comment in &self.source.comments {
            for word in ["TODO", "FIXME", "XXX"] {
                if lacks_an_issue(&comment.text, word) {
                    self.add(
                        &rules::TODO_NAMES_AN_ISSUE,
                        comment.line,
                        format!("`{}`", comment.text),
                    );
                }
            }
        }
    }

    fn words_everywhere(&mut self) {
        for word in &self.source.words {
            if word.text == "do_send" {
                self.add(&rules::NO_DO_SEND, word.line, "`do_send`");
            }
        }
    }

    fn words_of_the_domain(&mut self) {
        for word in &self.source.words {
            match word.text.as_str() {
                "async" | "await" => {
                    let found = format!("`{}`", word.text);
                    self.add(&rules::DOMAIN_IS_SYNCHRONOUS, word.line, found);
                }
                "f32" | "f64" => {
                    let found = format!("`{}`", word.text);
                    self.add(&rules::DOMAIN_COUNTS_IN_INTEGERS, word.line, found);
                }
                _ => {}
            }
        }
        for number in &self.source.floats {
            let found = format!("`{}`", number.text);
            self.add(&rules::DOMAIN_COUNTS_IN_INTEGERS, number.line, found);
        }
    }

    fn clocks(&mut self, tree: &Tree) {
        if CLOCK_READERS
            .iter()
            .any(|(file, _)| *file == self.source.file)
        {
            return;
        }
        for module in &self.source.modules {
            for mention in &module.mentions {
                let target = tree.target(Member::Core, module, &mention.segments);
                if let Target::Foreign(name, path) = target
                    && reads_the_machines_clock(&name, &path)
                {
                    let found = format!("`{}`", mention.segments.join("::"));
                    self.add(&rules::TIME_COMES_FROM_THE_CLOCK, mention.line, found);
                }
            }
        }
    }

    fn status_codes(&mut self) {
        for word in &self.source.words {
            if word.text == "StatusCode" {
                self.add(&rules::STATUS_CODES_IN_ONE_PLACE, word.line, "`StatusCode`");
            }
        }
    }
}

/// `tokio::time::Instant` is not meant: a test can pause it.
fn reads_the_machines_clock(name: &str, path: &[String]) -> bool {
    let mut last_first = path.iter().rev().map(String::as_str);
    let method = last_first.next();
    let of = last_first.next();
    let clock = match name {
        "std" => ["SystemTime", "Instant"],
        "chrono" => ["Utc", "Local"],
        _ => return false,
    };
    method == Some("now") && of.is_some_and(|of| clock.contains(&of))
}

/// True when `word` stands in the comment and no `(#number)` follows it.
fn lacks_an_issue(comment: &str, word: &str) -> bool {
    let Some((before, after)) = comment.split_once(word) else {
        return false;
    };
    let inside_a_word = before.ends_with(|letter: char| letter.is_alphanumeric())
        || after.starts_with(|letter: char| letter.is_alphanumeric());
    let issue = after
        .strip_prefix("(#")
        .and_then(|rest| rest.split_once(')'))
        .is_some_and(|(number, _)| {
            !number.is_empty() && number.chars().all(|digit| digit.is_ascii_digit())
        });
    !inside_a_word && !issue
}
