//! Rows from one side to the other, and whether they came to be there as they were.

use md5::{Digest, Md5};
use serde_json::Value;

use super::column::{Column, Kind};
use super::side::Side;
use super::tables::{Document, LIFE, TABLES, Table, is_restored, restored};
use super::{CopyFailed, Doing, NewLife, Progress, Teller};

/// Rows are sent together until their text is about this long, in bytes.
const TOGETHER: usize = 512 * 1024;

/// Between two words about how far it has come, in rows.
const BETWEEN_WORDS: u64 = 100_000;

/// What a table holds, as a number of rows and a digest of them all in their order.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Sum {
    rows: u64,
    digest: [u8; 16],
}

#[derive(Default)]
struct Summing {
    rows: u64,
    digest: Md5,
}

impl Summing {
    fn add(&mut self, row: &str) {
        self.rows = self.rows.saturating_add(1);
        self.digest.update(row.as_bytes());
        self.digest.update(b"\n");
    }

    fn done(self) -> Sum {
        Sum {
            rows: self.rows,
            digest: self.digest.finalize().into(),
        }
    }
}

/// Refuses a side that holds anything.
pub(super) fn expect_empty(to: &mut Side) -> Result<(), CopyFailed> {
    let lifeless = to.life()? == 0;
    for table in TABLES {
        let name = table.name;
        let rows = to.number(
            "looking whether it is empty",
            &format!("SELECT count(*) FROM {name}"),
        )?;
        if rows != 0 {
            return Err(CopyFailed::NotEmpty {
                database: to.database().to_owned(),
                what: format!("{name} holds {rows} rows"),
                lifeless,
            });
        }
    }
    Ok(())
}

/// Whether a side holds nothing.
pub(super) fn is_empty(to: &mut Side) -> Result<bool, CopyFailed> {
    match expect_empty(to) {
        Ok(()) => Ok(true),
        Err(CopyFailed::NotEmpty { .. }) => Ok(false),
        Err(why) => Err(why),
    }
}

/// Copies all rows and reads them back. The target ends without a life.
pub(super) fn all(
    from: &mut Side,
    to: &mut Side,
    adopt: Option<NewLife>,
    tell: &Teller,
) -> Result<(), CopyFailed> {
    for side in [&mut *from, &mut *to] {
        expect_known_tables(side)?;
    }
    to.run(
        "retiring the target until it is whole",
        "UPDATE books SET incarnation = 0 WHERE id = 1",
    )?;
    let mut written = Vec::new();
    for table in TABLES {
        written.push(one(from, to, table, adopt, tell)?);
    }
    for (table, written) in TABLES.iter().zip(written) {
        let columns = to.columns(table.name)?;
        let there = sum(to, table, &columns, tell)?;
        if there != written {
            return Err(CopyFailed::Differs {
                database: to.database().to_owned(),
                table: table.name.to_owned(),
                what: format!("{} rows instead of {}", there.rows, written.rows),
            });
        }
    }
    Ok(())
}

/// A table that is not known here would be lost.
fn expect_known_tables(side: &mut Side) -> Result<(), CopyFailed> {
    let found = side.tables()?;
    let is_known = |name: &str| name == LIFE || TABLES.iter().any(|table| table.name == name);
    let unknown: Vec<&String> = found.iter().filter(|name| !is_known(name)).collect();
    if let Some(name) = unknown.first() {
        return Err(CopyFailed::OtherSchema {
            database: side.database().to_owned(),
            what: format!("it has a table {name}"),
        });
    }
    let lost = TABLES
        .iter()
        .find(|table| !found.iter().any(|name| name == table.name));
    match lost {
        None => Ok(()),
        Some(table) => Err(CopyFailed::OtherSchema {
            database: side.database().to_owned(),
            what: format!("it has no table {}", table.name),
        }),
    }
}

/// Copies one table, and answers the sum of what was written.
fn one(
    from: &mut Side,
    to: &mut Side,
    table: &Table,
    adopt: Option<NewLife>,
    tell: &Teller,
) -> Result<Sum, CopyFailed> {
    let (ours, theirs) = (to.columns(table.name)?, from.columns(table.name)?);
    let names = |columns: &[Column]| columns.iter().map(|column| column.name.clone()).collect();
    let (here, there): (Vec<String>, Vec<String>) = (names(&ours), names(&theirs));
    if here != there {
        return Err(CopyFailed::OtherSchema {
            database: from.database().to_owned(),
            what: format!("{} has the columns {}", table.name, there.join(", ")),
        });
    }
    let insertion = to.insertion(table.name, &ours);
    let database = from.database().to_owned();
    let mut summing = Summing::default();
    let mut batch = Batch::new(to, insertion, table.name);
    from.each_row(table.name, &theirs, table.by, &mut |mut row| {
        translate(&database, table, &theirs, &mut row, adopt)?;
        // Balances are moved by the postings that follow; what they come to is compared.
        let row = if table.name == "accounts" {
            summing.add(&text(&database, table, &row)?);
            text(&database, table, &emptied(&theirs, row))?
        } else {
            let row = text(&database, table, &row)?;
            summing.add(&row);
            row
        };
        batch.add(&row)?;
        word(tell, Doing::Writing, table, summing.rows);
        Ok(())
    })?;
    batch.send()?;
    to.number_on(table.name, &ours)?;
    tell(Progress {
        doing: Doing::Writing,
        table: table.name,
        rows: summing.rows,
    });
    Ok(summing.done())
}

/// An account as it begins.
fn emptied(columns: &[Column], mut row: Vec<Value>) -> Vec<Value> {
    for (column, value) in columns.iter().zip(&mut row) {
        if column.name == "balance" || column.name == "last_posting" {
            *value = Value::from(0);
        }
    }
    row
}

/// A row as it shall be on the other side.
fn translate(
    database: &str,
    table: &Table,
    columns: &[Column],
    row: &mut [Value],
    adopt: Option<NewLife>,
) -> Result<(), CopyFailed> {
    for (column, value) in columns.iter().zip(row) {
        let name = column.name.as_str();
        match (table.document, adopt, value) {
            (Document::Wallet, Some(life), Value::String(document))
                if column.kind == Kind::Document =>
            {
                let told = restored(document, life.now, life.wait);
                *document = told.map_err(|why| unread(database, table, &why))?;
            }
            (Document::Wallet, Some(_), Value::Number(version)) if name == "version" => {
                let next = version.as_i64().unwrap_or(0).saturating_add(1);
                *version = next.into();
            }
            (kind, _, Value::String(document)) if column.kind == Kind::Document => {
                *document = kind
                    .retold(document)
                    .map_err(|why| unread(database, table, &why))?;
            }
            // Whoever held a lease held it in the old life; the next holder gets the next epoch.
            (_, Some(_), holder) if table.name == "leases" && name == "holder" => {
                *holder = Value::Null;
            }
            _ => {}
        }
    }
    Ok(())
}

/// The text stays out of the error: it may hold a person.
fn unread(database: &str, table: &Table, why: &serde_json::Error) -> CopyFailed {
    CopyFailed::Broken {
        database: database.to_owned(),
        what: format!(
            "a document of {} cannot be read ({:?} at {}:{})",
            table.name,
            why.classify(),
            why.line(),
            why.column()
        ),
    }
}

fn text(database: &str, table: &Table, row: &[Value]) -> Result<String, CopyFailed> {
    serde_json::to_string(row).map_err(|why| unread(database, table, &why))
}

/// Rows on their way.
struct Batch<'a> {
    to: &'a mut Side,
    insertion: String,
    table: &'static str,
    rows: String,
}

impl<'a> Batch<'a> {
    fn new(to: &'a mut Side, insertion: String, table: &'static str) -> Self {
        Self {
            to,
            insertion,
            table,
            rows: String::new(),
        }
    }

    fn add(&mut self, row: &str) -> Result<(), CopyFailed> {
        self.rows.push(if self.rows.is_empty() { '[' } else { ',' });
        self.rows.push_str(row);
        if self.rows.len() >= TOGETHER {
            self.send()?;
        }
        Ok(())
    }

    fn send(&mut self) -> Result<(), CopyFailed> {
        if !self.rows.is_empty() {
            self.rows.push(']');
            let doing = format!("writing {}", self.table);
            self.to.run_with(&doing, &self.insertion, &self.rows)?;
            self.rows.clear();
        }
        Ok(())
    }
}

/// The sum of what a table holds, told in the words of this version.
fn sum(
    side: &mut Side,
    table: &Table,
    columns: &[Column],
    tell: &Teller,
) -> Result<Sum, CopyFailed> {
    let database = side.database().to_owned();
    let mut summing = Summing::default();
    side.each_row(table.name, columns, table.by, &mut |mut row| {
        translate(&database, table, columns, &mut row, None)?;
        summing.add(&text(&database, table, &row)?);
        word(tell, Doing::Comparing, table, summing.rows);
        Ok(())
    })?;
    Ok(summing.done())
}

fn word(tell: &Teller, doing: Doing, table: &Table, rows: u64) {
    if rows.is_multiple_of(BETWEEN_WORDS) {
        let table = table.name;
        tell(Progress { doing, table, rows });
    }
}

/// Whether the wallets of a copy wait out an old life.
pub(super) fn adopted(to: &mut Side) -> Result<bool, CopyFailed> {
    let sql = "SELECT CAST(document AS TEXT) AS line FROM wallets";
    for document in to.lines("reading wallets", sql)? {
        let is_one = is_restored(&document)
            .map_err(|why| to.refused("reading wallets", &format!("{:?}", why.classify())))?;
        if !is_one {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether one side is the copy of the other, but for what a new life changes.
pub(super) fn is_copy(from: &mut Side, to: &mut Side, tell: &Teller) -> Result<bool, CopyFailed> {
    for table in TABLES {
        let changed = table.document == Document::Wallet || table.name == "leases";
        let same = if changed {
            let count = format!("SELECT count(*) FROM {}", table.name);
            from.number("counting", &count)? == to.number("counting", &count)?
        } else {
            let (theirs, ours) = (from.columns(table.name)?, to.columns(table.name)?);
            sum(from, table, &theirs, tell)? == sum(to, table, &ours, tell)?
        };
        if !same {
            return Ok(false);
        }
    }
    Ok(true)
}
