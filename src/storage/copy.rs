//! Books from one place to another: every row, checked, and alive in one place only.
//!
//! Owns the order in which tables are filled, the check of books ([`check`]) and the hand-over of
//! their life. A copy is written in one transaction and read back before it is committed. Until
//! then, and until the source is retired, it has no life, and a daemon refuses it; so a copy that
//! was cut off at any moment leaves one set of living books. Never copies the life itself, never
//! writes into books that hold something, and never trusts the old life's history: wallets wait
//! until nothing that it signed can execute (rule 2).

pub mod check;
mod column;
pub(super) mod opening;
pub(super) mod side;
mod tables;
mod write;

use std::fmt;

use starkeeper_actors::domain::ids::IncarnationId;
use starkeeper_actors::domain::{Span, Timestamp};

use super::migrate::{self, MigrateFailed};
use super::postgres_connect::Unfit;
use super::url::DatabaseUrl;
use check::Checked;
use opening::Opening;
use side::Side;

/// The life that copied books begin.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NewLife {
    /// Its name; another than any before.
    pub incarnation: IncarnationId,
    /// When it begins.
    pub now: Timestamp,
    /// How long a message that the old life signed may still execute, the difference of clocks
    /// included.
    pub wait: Span,
}

/// How far a copy has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Progress {
    /// What is done.
    pub doing: Doing,
    /// With which table.
    pub table: &'static str,
    /// How many of its rows so far.
    pub rows: u64,
}

/// A stage of a copy.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Doing {
    /// Rows are written.
    Writing,
    /// Rows are read back and compared.
    Comparing,
}

impl fmt::Display for Progress {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let doing = match self.doing {
            Doing::Writing => "wrote",
            Doing::Comparing => "compared",
        };
        write!(out, "{doing} {} rows of {}", self.rows, self.table)
    }
}

/// Hears how far a copy has come.
pub type Teller = Box<dyn Fn(Progress) + Send>;

/// What became of the source.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Source {
    /// It lives on, and the copy has no life: something to look at, or a backup.
    Kept,
    /// It is retired, and the copy lives.
    Retired,
}

/// Books that were copied.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Copied {
    /// What they hold, as the check found it in the copy.
    pub books: Checked,
    /// Which of the two lives.
    pub source: Source,
}

/// Why there is no copy. Unless it says otherwise, nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum CopyFailed {
    /// A place cannot be reached, or its schema not be made.
    #[error(transparent)]
    Schema(#[from] MigrateFailed),
    /// A server cannot keep books.
    #[error(transparent)]
    Unfit(#[from] Unfit),
    /// A file cannot be opened.
    #[error("{database}: {why}")]
    File {
        /// Which.
        database: String,
        /// What is wrong with it.
        why: String,
    },
    /// A daemon has the embedded books.
    #[error("{database} is in use by a daemon; expected it to be stopped before")]
    InUse {
        /// Which.
        database: String,
    },
    /// Both names mean the same books.
    #[error("source and target are both {database}; expected two places")]
    Same {
        /// Which.
        database: String,
    },
    /// The schemas differ.
    #[error(
        "{database} is not at this version's schema ({what}); run `starkeeper migrate up` on it first"
    )]
    OtherSchema {
        /// Which.
        database: String,
        /// What differs.
        what: String,
    },
    /// The target holds something.
    #[error(
        "{database} is not empty: {what}; expected an empty database, because rows of the books are never deleted. \
         {}",
        remedy(*.lifeless)
    )]
    NotEmpty {
        /// Which.
        database: String,
        /// What it holds.
        what: String,
        /// Whether it has no life, as a copy that was cut off.
        lifeless: bool,
    },
    /// The source does not live.
    #[error(
        "{database} is retired: its books live on elsewhere, or it is a backup, which `starkeeper restore` takes"
    )]
    Retired {
        /// Which.
        database: String,
    },
    /// The source lives, and is no backup.
    #[error("{database} holds living books and is no backup; `starkeeper copy-books` moves those")]
    Alive {
        /// Which.
        database: String,
    },
    /// What was read back differs from what was written.
    #[error(
        "{database}: {table} does not read back as it was written ({what}); the copy was given up"
    )]
    Differs {
        /// Which.
        database: String,
        /// Which table.
        table: String,
        /// How.
        what: String,
    },
    /// The books contradict themselves.
    #[error("{database}: {what}")]
    Broken {
        /// Which.
        database: String,
        /// The first contradiction.
        what: String,
    },
    /// A database refused.
    #[error("{database}: {doing} failed: {why}")]
    Database {
        /// Which.
        database: String,
        /// What was being done.
        doing: String,
        /// Its words.
        why: String,
    },
    /// The copy is whole and the source is retired, but the copy could not be given its life.
    #[error(
        "the source is retired and the copy in {database} is whole, but could not be given its life ({why}); \
         run the same command once more to finish"
    )]
    Unfinished {
        /// Which.
        database: String,
        /// Why.
        why: String,
    },
}

const fn remedy(lifeless: bool) -> &'static str {
    if lifeless {
        "It has no life, as a copy that was cut off: delete the file, or drop and create the database, and run this again"
    } else {
        "Name another one"
    }
}

/// Copies books from one place to another, and moves their life there unless the source is kept.
/// Both daemons must be stopped; the source takes no commit meanwhile.
///
/// If it is cut off after the source was retired, the same call finishes it.
///
/// # Errors
/// Why not, and what that leaves.
pub async fn copy_books(
    from: &DatabaseUrl,
    to: &DatabaseUrl,
    source: Source,
    life: NewLife,
    tell: Teller,
) -> Result<Copied, CopyFailed> {
    if opening::is_same(from, to) {
        let database = from.to_string();
        return Err(CopyFailed::Same { database });
    }
    opening::expect_schema(from).await?;
    migrate::up(to).await?;
    let opening_from = Opening::of(from).await?;
    let opening_to = Opening::of(to).await?;
    opening::blocking(move || {
        let mut from = opening_from.open(source == Source::Retired)?;
        let mut to = opening_to.open(true)?;
        move_between(&mut from, &mut to, source, life, &tell)
    })
    .await
}

fn move_between(
    from: &mut Side,
    to: &mut Side,
    source: Source,
    life: NewLife,
    tell: &Teller,
) -> Result<Copied, CopyFailed> {
    match source {
        Source::Retired => from.begin_excluding()?,
        Source::Kept => from.begin_reading()?,
    }
    to.begin_excluding()?;
    if from.life()? == 0 {
        // Cut off between the source's end and the copy's beginning?
        return resume(from, to, source, life, tell);
    }
    write::expect_empty(to)?;
    let adopt = (source == Source::Retired).then_some(life);
    write::all(from, to, adopt, tell)?;
    let books = check::books(to)?;
    // The copy is whole, durable and without life; the source still lives.
    to.commit()?;
    if source == Source::Kept {
        from.commit()?;
        return Ok(Copied { books, source });
    }
    from.live_on(0, life.now)?;
    from.commit()?;
    give_life(to, life)?;
    Ok(Copied { books, source })
}

/// Finishes a move whose source is retired already, if the target is its copy.
fn resume(
    from: &mut Side,
    to: &mut Side,
    source: Source,
    life: NewLife,
    tell: &Teller,
) -> Result<Copied, CopyFailed> {
    let database = from.database().to_owned();
    let retired = || CopyFailed::Retired {
        database: database.clone(),
    };
    if source == Source::Kept || to.life()? != 0 || write::is_empty(to)? {
        return Err(retired());
    }
    let adopted = write::adopted(to)?;
    if !adopted || !write::is_copy(from, to, tell)? {
        return Err(retired());
    }
    let books = check::books(to)?;
    to.commit()?;
    from.commit()?;
    give_life(to, life)?;
    Ok(Copied { books, source })
}

fn give_life(to: &mut Side, life: NewLife) -> Result<(), CopyFailed> {
    let given = to
        .begin_excluding()
        .and_then(|()| to.live_on(life.incarnation.get(), life.now))
        .and_then(|()| to.commit());
    given.map_err(|why| CopyFailed::Unfinished {
        database: to.database().to_owned(),
        why: why.to_string(),
    })
}

/// Fills the target, which must be empty, from books without life, and lets them live there.
pub(super) fn revive(
    from: &mut Side,
    to: &mut Side,
    life: NewLife,
    tell: &Teller,
) -> Result<Checked, CopyFailed> {
    from.begin_reading()?;
    to.begin_excluding()?;
    if from.life()? != 0 {
        return Err(CopyFailed::Alive {
            database: from.database().to_owned(),
        });
    }
    write::expect_empty(to)?;
    write::all(from, to, Some(life), tell)?;
    let books = check::books(to)?;
    to.live_on(life.incarnation.get(), life.now)?;
    to.commit()?;
    from.commit()?;
    Ok(books)
}

/// Fills the target, which must be empty, as it is at one moment; it gets no life.
pub(super) fn preserve(
    from: &mut Side,
    to: &mut Side,
    tell: &Teller,
) -> Result<Checked, CopyFailed> {
    from.begin_reading()?;
    to.begin_excluding()?;
    write::expect_empty(to)?;
    write::all(from, to, None, tell)?;
    let books = check::books(to)?;
    to.commit()?;
    from.commit()?;
    Ok(books)
}
