//! Reads one value after another and collects everything that is wrong with them.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use figment::value::Value;
use secrecy::SecretString;

use super::layers::Layers;
use super::names::{self, Name};
use super::problem::{ConfigRefused, Problem};
use super::sections::Environment;
use super::values;

/// Reads typed values. A method answers none after it has noted a problem, so that the rest is
/// still looked at.
pub(super) struct Reader<'a> {
    layers: &'a Layers,
    environment: Environment,
    problems: Vec<Problem>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(layers: &'a Layers, problems: Vec<Problem>) -> Self {
        let mut reader = Self {
            layers,
            environment: Environment::Production,
            problems,
        };
        let known = reader.chosen("environment", Environment::CHOICES);
        reader.environment = known.unwrap_or(Environment::Production);
        reader
    }

    pub(super) const fn environment(&self) -> Environment {
        self.environment
    }

    /// Every problem, if there is one. Otherwise what to say if a value is missing all the same,
    /// which cannot be.
    pub(super) fn finish(self) -> Result<ConfigRefused, ConfigRefused> {
        let refused = ConfigRefused {
            problems: self.problems,
        };
        if refused.problems.is_empty() {
            Ok(refused)
        } else {
            Err(refused)
        }
    }

    /// A text, or none if it is not set.
    pub(super) fn text(&mut self, key: &str) -> Option<Option<String>> {
        let Some(value) = self.layers.value(key) else {
            return Some(None);
        };
        let text = plain(&value);
        let filled = text.filter(|text| !text.trim().is_empty());
        Some(filled.map(|text| text.trim().to_owned()))
    }

    /// A secret, or none if it is not set.
    pub(super) fn secret(&mut self, key: &str) -> Option<Option<SecretString>> {
        let text = self.text(key)?;
        Some(text.map(SecretString::from))
    }

    /// A path.
    pub(super) fn path(&mut self, key: &str) -> Option<PathBuf> {
        match self.text(key)? {
            Some(text) => Some(PathBuf::from(text)),
            None => self.wrong(key, "a path"),
        }
    }

    /// A whole number within a range.
    pub(super) fn number(&mut self, key: &str, range: RangeInclusive<u32>) -> Option<u32> {
        let found = self.text(key)?.and_then(|text| text.parse().ok());
        match found.filter(|number| range.contains(number)) {
            Some(number) => Some(number),
            None => {
                let (least, most) = range.into_inner();
                self.wrong(key, &format!("a whole number from {least} to {most}"))
            }
        }
    }

    /// A whole number within a range, or none if it is not set.
    pub(super) fn number_if_set(
        &mut self,
        key: &str,
        range: RangeInclusive<u32>,
    ) -> Option<Option<u32>> {
        match self.text(key)? {
            None => Some(None),
            Some(_) => self.number(key, range).map(Some),
        }
    }

    /// A switch.
    pub(super) fn switch(&mut self, key: &str) -> Option<bool> {
        let found = self.text(key)?;
        match found.as_deref().and_then(values::switch) {
            Some(switch) => Some(switch),
            None => self.wrong(key, "true or false"),
        }
    }

    /// A span of at least `least`; in production and staging at least `in_production`.
    pub(super) fn span(
        &mut self,
        key: &str,
        least: Duration,
        in_production: Duration,
    ) -> Option<Duration> {
        let strict = self.environment.is_strict();
        let least = if strict { in_production } else { least };
        let found = self.text(key)?;
        match found.as_deref().and_then(values::span) {
            Some(span) if span >= least && span <= LONGEST => Some(span),
            Some(_) | None => {
                let bound = values::show_span(least);
                let place = if strict {
                    format!(" in {}", self.environment)
                } else {
                    String::new()
                };
                let expected =
                    format!("a span such as 500ms, 30s, 10m, 24h or 7d, at least {bound}{place}");
                self.wrong(key, &expected)
            }
        }
    }

    /// One of a few words, whatever their case.
    pub(super) fn chosen<T: Copy>(&mut self, key: &str, choices: &[(&str, T)]) -> Option<T> {
        let found = self.text(key)?.unwrap_or_default();
        let choice = choices
            .iter()
            .find(|(word, _)| word.eq_ignore_ascii_case(&found));
        match choice {
            Some((_, choice)) => Some(*choice),
            None => {
                let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
                self.wrong(key, &format!("one of {}", words.join(", ")))
            }
        }
    }

    /// A list, as an array or with commas, each item read by `read`.
    pub(super) fn list<T>(
        &mut self,
        key: &str,
        expected: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Option<Vec<T>> {
        let text = self.text(key)?.unwrap_or_default();
        let items = text.split(',').map(str::trim);
        let items: Option<Vec<T>> = items.filter(|item| !item.is_empty()).map(read).collect();
        match items {
            Some(items) => Some(items),
            None => self.wrong(key, expected),
        }
    }

    /// What `read` makes of a text that must be set; its error says what was expected.
    pub(super) fn parsed<T, E: Display>(
        &mut self,
        key: &str,
        read: impl Fn(&str) -> Result<T, E>,
    ) -> Option<T> {
        let text = self.text(key)?.unwrap_or_default();
        match read(&text) {
            Ok(value) => Some(value),
            Err(expected) => self.wrong(key, &expected.to_string()),
        }
    }

    /// Notes that a value is not what was expected.
    pub(super) fn wrong<T>(&mut self, key: &str, expected: &str) -> Option<T> {
        let found = self.layers.value(key).as_ref().and_then(plain);
        let found = found.filter(|text| !text.trim().is_empty());
        let what = match (found, is_secret(key)) {
            (None, _) => format!("expected {expected}, but it is not set"),
            (Some(text), true) => {
                let letters = text.chars().count();
                format!("expected {expected}, found {letters} characters that are not shown")
            }
            (Some(text), false) => {
                let shown: String = text.chars().take(80).collect();
                format!("expected {expected}, found {shown:?}")
            }
        };
        self.refuse(key, what)
    }

    /// Notes what is wrong with a key in other words.
    pub(super) fn refuse<T>(&mut self, key: &str, what: impl Into<String>) -> Option<T> {
        self.problems.push(Problem {
            name: title(key),
            what: what.into(),
            origin: self.layers.origin(key),
        });
        None
    }
}

/// No span of a daemon is longer: ten years.
const LONGEST: Duration = Duration::from_secs(10 * 366 * 24 * 60 * 60);

fn is_secret(key: &str) -> bool {
    names::by_key(key).is_some_and(|name| name.secret)
}

/// How an error calls a setting: by its variable, and what else it may be given by.
fn title(key: &str) -> String {
    match names::by_key(key) {
        Some(Name {
            var, secret: true, ..
        }) => format!("{var} (or {var}_FILE)"),
        Some(Name { var, .. }) => (*var).to_owned(),
        None => key.to_owned(),
    }
}

/// A value as it would be written in `.env`; none for a table.
pub(super) fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(_, text) => Some(text.clone()),
        Value::Bool(_, switch) => Some(switch.to_string()),
        Value::Char(_, letter) => Some(letter.to_string()),
        Value::Num(_, number) => number
            .to_i128()
            .map(|whole| whole.to_string())
            .or_else(|| number.to_u128().map(|whole| whole.to_string()))
            .or_else(|| number.to_f64().map(|real| real.to_string())),
        Value::Array(_, items) => {
            let items: Option<Vec<String>> = items.iter().map(plain).collect();
            items.map(|items| items.join(","))
        }
        Value::Empty(..) => Some(String::new()),
        Value::Dict(..) => None,
    }
}
