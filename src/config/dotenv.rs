//! `.env`: names and values, a line each. The values are not put into the environment.

use std::path::Path;

use super::problem::Problem;

/// Reads the file. Its errors name a line and never repeat what stands there.
pub(super) fn read(text: &str, file: &Path) -> Result<Vec<(String, String)>, Vec<Problem>> {
    let problem = |name: String, what: String| Problem {
        name,
        what,
        origin: None,
    };
    if let Some((line, name)) = substitution(text) {
        return Err(vec![problem(
            format!("{} line {line}", file.display()),
            format!(
                "the value of {name} holds a `$`, which would be taken for the name of a variable: \
                 put the value into single quotes"
            ),
        )]);
    }
    let mut values = Vec::new();
    let mut problems = Vec::new();
    for item in dotenvy::from_read_iter(text.as_bytes()) {
        match item {
            Ok(value) => values.push(value),
            Err(dotenvy::Error::LineParse(broken, _)) => {
                let first = broken.lines().next().unwrap_or_default();
                let number = text.lines().position(|line| line == first);
                let place = number.map_or_else(String::new, |n| format!(" line {}", n + 1));
                problems.push(problem(
                    format!("{}{place}", file.display()),
                    "expected NAME=value, with quotes around a value that holds spaces or quotes"
                        .into(),
                ));
            }
            Err(other) => problems.push(problem(file.display().to_string(), other.to_string())),
        }
    }
    if problems.is_empty() {
        Ok(values)
    } else {
        Err(problems)
    }
}

/// The first line whose value would be changed by a substitution, and its name. A password with a
/// `$` in it would silently become another one.
fn substitution(text: &str) -> Option<(usize, String)> {
    let mut inside = Quote::None;
    let mut name = String::new();
    for (number, line) in text.lines().enumerate() {
        let value = match inside {
            Quote::None if line.trim_start().starts_with('#') => continue,
            Quote::None => match line.split_once('=') {
                Some((before, after)) => {
                    let before = before.trim();
                    before
                        .strip_prefix("export ")
                        .unwrap_or(before)
                        .clone_into(&mut name);
                    after
                }
                None => continue,
            },
            Quote::Single | Quote::Double => line,
        };
        match scan(value, inside) {
            Ok(Quote::None) => inside = Quote::None,
            Ok(open) => inside = open,
            Err(Substitutes) => return Some((number + 1, name)),
        }
    }
    None
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Quote {
    None,
    Single,
    Double,
}

struct Substitutes;

/// Goes through one line of a value; answers the quote that is open at its end.
fn scan(value: &str, mut inside: Quote) -> Result<Quote, Substitutes> {
    let mut before = ' ';
    for letter in value.chars() {
        let escaped = before == '\\' && inside != Quote::Single;
        before = if escaped { ' ' } else { letter };
        if escaped {
            continue;
        }
        inside = match (letter, inside) {
            ('\'', Quote::None) => Quote::Single,
            ('"', Quote::None) => Quote::Double,
            ('\'', Quote::Single) | ('"', Quote::Double) => Quote::None,
            ('#', Quote::None) => return Ok(Quote::None),
            ('$', Quote::None | Quote::Double) => return Err(Substitutes),
            (_, same) => same,
        };
    }
    Ok(inside)
}
