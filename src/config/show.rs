//! All settings in one table: name, value, origin. What `starkeeper config` prints.

use super::layers::Layers;
use super::names::{self, NAMES};
use super::reader::plain;

/// What stands for a secret.
const MASK: &str = "***";

/// The table, a line each, secrets masked.
pub(super) fn table(layers: &Layers) -> String {
    let mut lines: Vec<[String; 3]> = NAMES
        .iter()
        .map(|name| {
            let value = layers.value(name.key).as_ref().and_then(plain);
            let value = value.filter(|value| !value.trim().is_empty());
            let (shown, origin) = match (value, name.secret) {
                (None, _) => ("-".to_owned(), "not set".to_owned()),
                (Some(_), true) => (MASK.to_owned(), origin(layers, name.key)),
                (Some(value), false) => (value, origin(layers, name.key)),
            };
            [name.var.to_owned(), shown, origin]
        })
        .collect();
    lines.extend(layers.later().map(|(var, value, origin)| {
        let secret = names::later(var).unwrap_or(true);
        let shown = if secret { MASK } else { value };
        [
            var.to_owned(),
            shown.to_owned(),
            format!("{origin}, not used yet"),
        ]
    }));
    let width = |column: usize| {
        let cells = lines.iter().filter_map(|line| line.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let (first, second) = (width(0), width(1).min(60));
    let rows = lines
        .iter()
        .map(|[var, shown, origin]| format!("{var:first$}  {shown:second$}  {origin}\n"));
    rows.collect()
}

fn origin(layers: &Layers, key: &str) -> String {
    layers.origin(key).unwrap_or_else(|| "nowhere".into())
}
