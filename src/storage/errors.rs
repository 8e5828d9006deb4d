//! What an error of a database means. One place for both engines, with a table as its test.

use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error};
use starkeeper_actors::ports::Unreadable;
use starkeeper_actors::ports::books::CommitRefused;

/// What went wrong with a statement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Class {
    /// A row was written since it was read, or exists already.
    Stale(String),
    /// A name is taken.
    Taken(String),
    /// A rule of the books' own.
    Rule(String),
    /// The books live on under another incarnation.
    Life,
    /// A lease went to another epoch.
    Fenced,
    /// A balance would fall below its floor.
    Floor,
    /// The update was handled before.
    Handled,
    /// Somebody else was faster; the same again may work.
    Again(String),
    /// Nothing happened, and trying at once makes no sense.
    NotDone(String),
    /// The connection is gone.
    Lost(String),
}

/// Why a transaction did not get through.
#[derive(Debug)]
pub(super) enum Trouble {
    /// What the engine said.
    Sql(Error),
    /// What a statement's own answer says.
    Refused(CommitRefused),
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Sql(error)
    }
}

/// Sorts an error of either engine.
pub(super) fn classify(error: &Error) -> Class {
    match error {
        Error::DatabaseError(kind, info) => of_database(kind, &**info),
        // A transaction that is broken already: what broke it was said before.
        Error::BrokenTransactionManager => Class::Lost("the connection broke".into()),
        Error::InvalidCString(_)
        | Error::NotFound
        | Error::QueryBuilderError(_)
        | Error::DeserializationError(_)
        | Error::SerializationError(_)
        | Error::RollbackErrorOnCommit { .. }
        | Error::RollbackTransaction
        | Error::AlreadyInTransaction
        | Error::NotInTransaction
        | Error::IntegerConversion(_)
        | _ => Class::NotDone(shortened(&error.to_string())),
    }
}

/// A read that failed.
pub(super) fn unreadable(error: &Error) -> Unreadable {
    Unreadable::new(match classify(error) {
        Class::Stale(why)
        | Class::Taken(why)
        | Class::Rule(why)
        | Class::Again(why)
        | Class::NotDone(why)
        | Class::Lost(why) => why,
        Class::Life => "the books live on under another incarnation".into(),
        Class::Fenced => "the lease went to another epoch".into(),
        Class::Floor => "a balance would fall below zero".into(),
        Class::Handled => "the update was handled before".into(),
    })
}

fn of_database(kind: &DatabaseErrorKind, info: &dyn DatabaseErrorInformation) -> Class {
    let message = info.message();
    if let Some(class) = of_trigger(message) {
        return class;
    }
    match kind {
        DatabaseErrorKind::UniqueViolation => of_unique(info.constraint_name().unwrap_or(message)),
        DatabaseErrorKind::SerializationFailure => Class::Again(shortened(message)),
        DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand => {
            Class::Lost(shortened(message))
        }
        DatabaseErrorKind::ForeignKeyViolation
        | DatabaseErrorKind::NotNullViolation
        | DatabaseErrorKind::CheckViolation
        | DatabaseErrorKind::RestrictViolation
        | DatabaseErrorKind::ExclusionViolation => Class::Rule(shortened(message)),
        DatabaseErrorKind::ReadOnlyTransaction => Class::NotDone(shortened(message)),
        // What neither diesel nor we know by its kind.
        _ if is_for_again(message) => Class::Again(shortened(message)),
        _ => Class::NotDone(shortened(message)),
    }
}

/// The triggers say the class first.
fn of_trigger(message: &str) -> Option<Class> {
    let (class, text) = message.split_once(": ")?;
    let text = shortened(text);
    match class {
        "rule" => Some(Class::Rule(text)),
        "stale" => Some(Class::Stale(text)),
        "taken" => Some(Class::Taken(text)),
        "floor" => Some(Class::Floor),
        "life" => Some(Class::Life),
        "fenced" => Some(Class::Fenced),
        "handled" => Some(Class::Handled),
        "again" => Some(Class::Again(text)),
        _ => None,
    }
}

/// PostgreSQL names the constraint, SQLite the columns; its triggers come first, so that this is
/// only met where a trigger was missed.
fn of_unique(name: &str) -> Class {
    let table = name
        .trim_start_matches("UNIQUE constraint failed: ")
        .split(['.', ','])
        .next()
        .unwrap_or(name);
    match table {
        "handled_updates_pkey" | "handled_updates" => Class::Handled,
        "claims_pkey" | "claims" => Class::Taken("a claim".into()),
        "entries_key_key" | "entries" => Class::Taken("an entry".into()),
        "orders_number_key" => Class::Taken("an order number".into()),
        "orders_quote_key" => Class::Taken("a quote".into()),
        "customers_telegram_key" => Class::Taken("the account of this telegram id".into()),
        "invoices_gateway_name_key" => Class::Taken("a gateway order id".into()),
        "invoices_gateway_uuid_key" => Class::Taken("a gateway uuid".into()),
        "transfers_seqno_key" => Class::Taken("the seqno of this wallet".into()),
        "notices_pkey" => Class::Taken("a notice".into()),
        "orders_premium_key" => Class::Rule("a second live Premium order for its recipient".into()),
        "transfers_live_order_key" => Class::Rule("a second live transfer of an order".into()),
        "transfers_live_wallet_key" => Class::Rule("a second live transfer of a wallet".into()),
        "accounts_name_key" | "leases_pkey" => Class::Again(format!("{table}: both at once")),
        other => match other.strip_suffix("_pkey") {
            Some(table) => Class::Stale(format!("a row of {table}")),
            None => Class::Taken(shortened(other)),
        },
    }
}

/// Deadlocks have no kind in diesel, and SQLite says so when another process writes.
fn is_for_again(message: &str) -> bool {
    [
        "deadlock detected",
        "database is locked",
        "database table is locked",
    ]
    .iter()
    .any(|known| message.contains(known))
}

/// One line of a length for logs.
fn shortened(text: &str) -> String {
    text.lines()
        .next()
        .unwrap_or_default()
        .chars()
        .take(200)
        .collect()
}

#[cfg(test)]
mod tests;
