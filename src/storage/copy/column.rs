//! A column, and how its values are written in rows of JSON, in which they go from engine to engine.

/// A column, and how it is written in a row of JSON.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) kind: Kind,
    /// Whether PostgreSQL numbers it.
    pub(super) numbered: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// As SQLite has it, which needs no translation.
    Plain,
    Number,
    Flag,
    Instant,
    Text,
    Document,
}

/// Texts in the order of their bytes, as SQLite has them.
pub(super) fn ordered(columns: &[Column], name: &str) -> String {
    let is_text = |column: &&Column| column.name == name && column.kind == Kind::Text;
    match columns.iter().find(is_text) {
        Some(_) => format!("{name} COLLATE \"C\""),
        None => name.to_owned(),
    }
}

impl Column {
    /// The value in PostgreSQL as it is written in a row of JSON.
    pub(super) fn as_json(&self) -> String {
        let name = &self.name;
        match self.kind {
            Kind::Plain | Kind::Number | Kind::Text => name.clone(),
            Kind::Flag => format!("{name}::int"),
            Kind::Instant => format!(
                "to_char({name} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') || '+00:00'"
            ),
            Kind::Document => format!("{name}::text"),
        }
    }

    /// The value of a row of JSON as PostgreSQL has it.
    pub(super) fn out_of_json(&self, place: usize) -> String {
        let text = format!("row ->> {place}");
        match self.kind {
            Kind::Plain | Kind::Text => text,
            Kind::Number => format!("({text})::bigint"),
            Kind::Flag => format!("({text})::int::boolean"),
            Kind::Instant => format!("({text})::timestamptz"),
            Kind::Document => format!("({text})::jsonb"),
        }
    }
}
