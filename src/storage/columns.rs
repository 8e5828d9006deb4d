//! Types of columns that mean the same on both engines: instants and documents.

use std::io::Write as _;

use chrono::{DateTime, Datelike as _, NaiveDateTime, TimeZone as _, Timelike as _, Utc};
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::query_builder::QueryId;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{SqlType, Text, Timestamptz};
use diesel::sqlite::{Sqlite, SqliteValue};
use starkeeper_actors::domain::Timestamp;

/// An instant in UTC with microseconds: `timestamptz` on PostgreSQL, text on SQLite.
#[derive(Clone, Copy, Debug, SqlType, QueryId)]
#[diesel(postgres_type(oid = 1184, array_oid = 1185))]
#[diesel(sqlite_type(name = "Text"))]
pub struct Instant;

/// Earlier and later, on both: SQLite's texts are made so.
impl diesel::sql_types::SqlOrd for Instant {}

/// A JSON document: `jsonb` on PostgreSQL, text on SQLite.
#[derive(Clone, Copy, Debug, SqlType, QueryId)]
#[diesel(postgres_type(oid = 3802, array_oid = 3807))]
#[diesel(sqlite_type(name = "Text"))]
pub struct Document;

/// A value of a column of instants.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, AsExpression, FromSqlRow)]
#[diesel(sql_type = Instant)]
pub struct At(pub Timestamp);

/// A value of a column of documents.
#[derive(Clone, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Document)]
pub struct Doc(pub String);

/// Documents hold people.
impl std::fmt::Debug for Doc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Doc({} bytes)", self.0.len())
    }
}

/// Always six digits, so that the order of the texts is the order of the instants.
const SQLITE_FORM: &str = "%Y-%m-%d %H:%M:%S%.6f+00:00";

/// The instant in [`SQLITE_FORM`]. Written out: every commit has several, and reading the form anew
/// for each costs more than storing it.
fn sqlite_text(at: Timestamp) -> String {
    let (year, micros) = match (u32::try_from(at.year()), at.nanosecond() / 1_000) {
        (Ok(year), micros) if year <= 9_999 && micros <= 999_999 => (year, micros),
        (Ok(_) | Err(_), _) => return at.format(SQLITE_FORM).to_string(),
    };
    let mut text = String::with_capacity(32);
    for (value, digits, then) in [
        (year, 4, "-"),
        (at.month(), 2, "-"),
        (at.day(), 2, " "),
        (at.hour(), 2, ":"),
        (at.minute(), 2, ":"),
        (at.second(), 2, "."),
        (micros, 6, "+00:00"),
    ] {
        for place in (0..digits).rev() {
            let digit = value / 10_u32.pow(place) % 10;
            text.push(char::from_digit(digit, 10).unwrap_or('0'));
        }
        text.push_str(then);
    }
    text
}

impl ToSql<Instant, Pg> for At {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        <DateTime<Utc> as ToSql<Timestamptz, Pg>>::to_sql(&self.0, &mut out.reborrow())
    }
}

impl FromSql<Instant, Pg> for At {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        <DateTime<Utc> as FromSql<Timestamptz, Pg>>::from_sql(value).map(Self)
    }
}

impl ToSql<Instant, Sqlite> for At {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(sqlite_text(self.0));
        Ok(IsNull::No)
    }
}

impl FromSql<Instant, Sqlite> for At {
    fn from_sql(value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        let text = <String as FromSql<Text, Sqlite>>::from_sql(value)?;
        let naive = NaiveDateTime::parse_from_str(&text, "%Y-%m-%d %H:%M:%S%.f+00:00")?;
        Ok(Self(Utc.from_utc_datetime(&naive)))
    }
}

/// The version of the format that stands before a `jsonb` on the wire.
const JSONB_VERSION: u8 = 1;

impl ToSql<Document, Pg> for Doc {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(&[JSONB_VERSION])?;
        out.write_all(self.0.as_bytes())?;
        Ok(IsNull::No)
    }
}

impl FromSql<Document, Pg> for Doc {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        match value.as_bytes().split_first() {
            Some((&JSONB_VERSION, text)) => Ok(Self(std::str::from_utf8(text)?.to_owned())),
            Some(_) | None => Err("expected a document in jsonb's format 1".into()),
        }
    }
}

impl ToSql<Document, Sqlite> for Doc {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.as_str());
        Ok(IsNull::No)
    }
}

impl FromSql<Document, Sqlite> for Doc {
    fn from_sql(value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        <String as FromSql<Text, Sqlite>>::from_sql(value).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// From the year -2000 to 20000, with the microseconds that the domain keeps.
        #[test]
        fn an_instant_is_written_in_the_form_that_it_is_read_in(
            micros in -125_000_000_000_000_000_i64..570_000_000_000_000_000,
        ) {
            let at = DateTime::from_timestamp_micros(micros).unwrap();
            prop_assert_eq!(sqlite_text(at), at.format(SQLITE_FORM).to_string());
        }
    }
}
