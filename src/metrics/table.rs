//! The table of all metrics: name, kind, unit, labels, meaning.
//!
//! One place for code and documents: the page's `HELP` lines come from here, `docs/METRICS.md` is
//! this table, and a scrape of a whole shop is compared with it, so that a metric without a line, or
//! a line without a metric, fails a test.

use metrics::{describe_counter, describe_gauge, describe_histogram};

mod goods;
mod rows;

/// What a metric's values do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Only grows, until the process ends.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Durations, sorted into buckets.
    Histogram,
    /// A bare sample without `HELP` and `TYPE`: for scripts that cut it out of the page.
    Untyped,
}

impl Kind {
    /// As Prometheus' `TYPE` line says it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
            Self::Untyped => "untyped",
        }
    }
}

/// One metric.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Its name on the page.
    pub name: &'static str,
    /// What its values do.
    pub kind: Kind,
    /// What is counted: `seconds`, `bytes`, `TON`, `1` for a switch …
    pub unit: &'static str,
    /// Its labels, with commas; empty for none.
    pub labels: &'static str,
    /// What it means, in a line.
    pub meaning: &'static str,
}

/// Every metric there is.
pub fn rows() -> impl Iterator<Item = &'static Row> {
    rows::ROWS.iter().chain(goods::ROWS)
}

/// The line of a metric.
#[must_use]
pub fn find(name: &str) -> Option<&'static Row> {
    rows().find(|row| row.name == name)
}

/// Tells the recorder of this process what each metric means.
pub(super) fn describe() {
    for row in rows() {
        match row.kind {
            Kind::Counter => describe_counter!(row.name, row.meaning),
            Kind::Gauge => describe_gauge!(row.name, row.meaning),
            Kind::Histogram => describe_histogram!(row.name, row.meaning),
            Kind::Untyped => {}
        }
    }
}

/// The table for people, as `docs/METRICS.md` holds it.
#[must_use]
pub fn document() -> String {
    let mut text = HEAD.to_owned();
    for row in rows() {
        let labels = row.labels.split(", ").filter(|label| !label.is_empty());
        let labels: Vec<String> = labels.map(|label| format!("`{label}`")).collect();
        let line = [
            format!("`{}`", row.name),
            row.kind.word().to_owned(),
            row.unit.to_owned(),
            labels.join(", "),
            row.meaning.to_owned(),
        ];
        text.push_str(&format!("| {} |\n", line.join(" | ")));
    }
    text
}

const HEAD: &str = "# Metrics

What a daemon shows at `/metrics`, in Prometheus' text form. This page is written from the table in
[`src/metrics/table`](../src/metrics/table.rs), and a test holds it, the table and a scrape of a whole
shop against each other.

- Every daemon shows what it has: the role `webhook` has no tills and no browsers, a shop without a till has no orders.
- What waits is read from the books at the scrape, within four seconds and at most once a second however many ask. While
  the books cannot be read those lines are missing rather than old, and `starkeeper_books_reachable` is 0.
- Labels are few: never a person, an order, an address or text from outside. A till is its number.
- `error_rate` and `response_time` are bare samples for scripts:
  `curl -s localhost:8000/metrics | grep error_rate | cut -d' ' -f2` prints one number, and no other line of the page
  holds either word.
- Counters begin at 0 with the process and go on through restarts of actors.

| name | kind | unit | labels | meaning |
|---|---|---|---|---|
";

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    #[test]
    fn the_document_is_the_table() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/METRICS.md");
        if std::env::var_os("STARKEEPER_WRITE_DOCS").is_some() {
            std::fs::write(&file, document()).unwrap();
        }
        let written = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(
            written == document(),
            "docs/METRICS.md is not the table: STARKEEPER_WRITE_DOCS=1 cargo test the_document_is"
        );
    }

    #[test]
    fn names_are_told_apart_and_say_their_unit() {
        let names: BTreeSet<&str> = rows().map(|row| row.name).collect();
        assert_eq!(names.len(), rows().count(), "a name stands twice");
        for row in rows() {
            let name = row.name;
            let is_counter = row.kind == Kind::Counter;
            assert_eq!(name.ends_with("_total"), is_counter, "{name}");
            let timed = name.ends_with("_seconds");
            assert!(!timed || row.unit == "seconds", "{name} in {}", row.unit);
            assert!(row.kind != Kind::Histogram || timed, "{name}");
            assert!(
                !row.meaning.is_empty() && !row.meaning.ends_with('.'),
                "{name}"
            );
        }
    }

    #[test]
    fn scripts_find_each_of_their_two_words_once() {
        for word in ["error_rate", "response_time"] {
            let holds = |row: &&'static Row| row.name.contains(word) || row.meaning.contains(word);
            let rows: Vec<&str> = rows().filter(holds).map(|row| row.name).collect();
            assert_eq!(rows, [word]);
        }
    }
}
