use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind as Kind, Error};

use super::{Class, classify, unreadable};

/// What PostgreSQL says with a constraint.
struct Named(&'static str);

impl DatabaseErrorInformation for Named {
    fn message(&self) -> &'static str {
        "duplicate key value violates a unique constraint"
    }
    fn details(&self) -> Option<&str> {
        Some("Key (telegram)=(5000000001) already exists.")
    }
    fn hint(&self) -> Option<&str> {
        None
    }
    fn table_name(&self) -> Option<&str> {
        None
    }
    fn column_name(&self) -> Option<&str> {
        None
    }
    fn constraint_name(&self) -> Option<&str> {
        Some(self.0)
    }
    fn statement_position(&self) -> Option<i32> {
        None
    }
}

fn said(kind: Kind, text: &str) -> Class {
    classify(&Error::DatabaseError(kind, Box::new(text.to_owned())))
}

fn unique(constraint: &'static str) -> Class {
    classify(&Error::DatabaseError(
        Kind::UniqueViolation,
        Box::new(Named(constraint)),
    ))
}

#[test]
fn a_trigger_names_its_class_on_either_engine() {
    let text = || "so it is".to_owned();
    let table = [
        ("rule: so it is", Class::Rule(text())),
        ("stale: so it is", Class::Stale(text())),
        ("taken: so it is", Class::Taken(text())),
        ("floor: so it is", Class::Floor),
        ("life: so it is", Class::Life),
        ("fenced: so it is", Class::Fenced),
        ("handled: so it is", Class::Handled),
        ("again: so it is", Class::Again(text())),
        ("other: so it is", Class::NotDone("other: so it is".into())),
    ];
    for (message, expected) in table {
        assert_eq!(said(Kind::Unknown, message), expected);
    }
}

#[test]
fn a_unique_index_says_what_is_taken_and_what_is_stale() {
    let stale = |class: Class| matches!(class, Class::Stale(_));
    let taken = |class: Class| matches!(class, Class::Taken(_));
    let rule = |class: Class| matches!(class, Class::Rule(_));
    for key in [
        "orders_pkey",
        "customers_pkey",
        "wallets_pkey",
        "live_messages_pkey",
    ] {
        assert!(stale(unique(key)), "{key}");
    }
    for key in [
        "orders_number_key",
        "orders_quote_key",
        "customers_telegram_key",
        "claims_pkey",
        "entries_key_key",
        "invoices_gateway_name_key",
        "invoices_gateway_uuid_key",
        "transfers_seqno_key",
        "notices_pkey",
        "an_index_of_tomorrow",
    ] {
        assert!(taken(unique(key)), "{key}");
    }
    for key in [
        "orders_premium_key",
        "transfers_live_order_key",
        "transfers_live_wallet_key",
    ] {
        assert!(rule(unique(key)), "{key}");
    }
    assert_eq!(unique("handled_updates_pkey"), Class::Handled);
    for key in ["accounts_name_key", "leases_pkey"] {
        assert!(matches!(unique(key), Class::Again(_)), "{key}");
    }
}

#[test]
fn what_the_engines_cannot_do_now_is_not_done_or_done_again() {
    let again = [
        (Kind::SerializationFailure, "could not serialize access"),
        (Kind::Unknown, "deadlock detected"),
        (Kind::Unknown, "database is locked"),
    ];
    for (kind, text) in again {
        assert_eq!(said(kind, text), Class::Again(text.into()));
    }
    let not_done = [
        (
            Kind::Unknown,
            "canceling statement due to statement timeout",
        ),
        (Kind::Unknown, "canceling statement due to lock timeout"),
        (Kind::Unknown, "database or disk is full"),
        (
            Kind::Unknown,
            "could not extend file: No space left on device",
        ),
        (Kind::Unknown, "attempt to write a readonly database"),
        (
            Kind::ReadOnlyTransaction,
            "cannot execute INSERT in a read-only transaction",
        ),
    ];
    for (kind, text) in not_done {
        assert_eq!(said(kind, text), Class::NotDone(text.into()));
    }
    for kind in [Kind::ClosedConnection, Kind::UnableToSendCommand] {
        assert_eq!(said(kind, "closed"), Class::Lost("closed".into()));
    }
}

#[test]
fn no_error_repeats_what_a_row_holds() {
    let error = Error::DatabaseError(Kind::UniqueViolation, Box::new(Named("x_key")));
    let text = unreadable(&error).to_string();
    assert!(!text.contains("5000000001"), "{text}");
}
