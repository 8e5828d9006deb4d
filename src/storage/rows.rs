//! Rows as they are written: one struct a table, and the same as columns for statements that write
//! many rows at once.

use diesel::pg::Pg;
use diesel::query_builder::AstPass;
use diesel::result::QueryResult;
use diesel::sqlite::Sqlite;

/// A row that can be written together with others of its table.
pub(super) trait Together: Sized {
    /// Its table.
    const TABLE: &'static str;
    /// The column that names a row.
    const KEY: &'static str;
    /// All columns, in the order of [`Together::bind`].
    const COLUMNS: &'static [&'static str];
    /// Columns that a row keeps for good. The document says the same and is held to it, so they are
    /// not written again: SQLite would take them out of every index and put them back.
    const KEPT: &'static [&'static str];
    /// The rows as one list a column.
    type Columns: Send + Sync + 'static;

    /// What names the row.
    fn key(&self) -> String;

    /// Turns rows into columns.
    fn columns(rows: &[&Self]) -> Self::Columns;

    /// Pushes the columns as parameters, with commas between them.
    ///
    /// # Errors
    /// A value that cannot be sent.
    fn bind<'b>(columns: &'b Self::Columns, pass: AstPass<'_, 'b, Pg>) -> QueryResult<()>;

    /// Pushes the values of one row as parameters, with commas between them.
    ///
    /// # Errors
    /// A value that cannot be stored.
    fn bind_row<'b>(&'b self, pass: AstPass<'_, 'b, Sqlite>) -> QueryResult<()>;

    /// Pushes the version, of a row that has one.
    ///
    /// # Errors
    /// A value that cannot be stored.
    fn bind_version<'b>(&'b self, pass: AstPass<'_, 'b, Sqlite>) -> QueryResult<()>;

    /// Pushes `column = value` for every column that may change, then the key as the condition.
    ///
    /// # Errors
    /// A value that cannot be stored.
    fn bind_change<'b>(&'b self, pass: AstPass<'_, 'b, Sqlite>) -> QueryResult<()>;
}

macro_rules! rows {
    ($($(#[$doc:meta])* $table:ident by $key:ident $(keeps $($kept:ident),+)? {
        $first:ident: $first_type:ty => $first_sql:ty $(, $column:ident: $type:ty => $sql:ty)* $(,)?
    })*) => {$(
        $(#[$doc])*
        pub(super) mod $table {
            use diesel::pg::Pg;
            use diesel::prelude::{AsChangeset, Insertable};
            use diesel::query_builder::AstPass;
            use diesel::result::QueryResult;
            use diesel::sql_types::*;
            use diesel::sqlite::Sqlite;

            #[allow(unused_imports, reason = "not every table has an instant or a document")]
            use crate::storage::columns::*;
            use crate::storage::schema::$table;

            $(#[$doc])*
            #[derive(Clone, Debug, Insertable, AsChangeset)]
            #[diesel(table_name = $table, primary_key($key), treat_none_as_null = true)]
            #[diesel(treat_none_as_default_value = false)]
            pub(in crate::storage) struct Row {
                pub(in crate::storage) $first: $first_type,
                $(pub(in crate::storage) $column: $type,)*
            }

            /// Many rows, one list a column.
            #[derive(Debug, Default)]
            pub(in crate::storage) struct Columns {
                $first: Vec<$first_type>,
                $($column: Vec<$type>,)*
            }

            /// The order of the keys, in which rows are locked.
            #[must_use]
            #[allow(dead_code, reason = "entries keep the order in which they were made")]
            pub(in crate::storage) fn order(one: &Row, other: &Row) -> std::cmp::Ordering {
                one.$key.cmp(&other.$key)
            }

            impl super::Together for Row {
                const TABLE: &'static str = stringify!($table);
                const KEY: &'static str = stringify!($key);
                const COLUMNS: &'static [&'static str] =
                    &[stringify!($first), $(stringify!($column)),*];
                const KEPT: &'static [&'static str] = &[$($(stringify!($kept)),+)?];
                type Columns = Columns;

                fn key(&self) -> String {
                    self.$key.to_string()
                }

                fn columns(rows: &[&Self]) -> Columns {
                    let mut columns = Columns::default();
                    for row in rows {
                        columns.$first.push(row.$first.clone());
                        $(columns.$column.push(row.$column.clone());)*
                    }
                    columns
                }

                fn bind<'b>(
                    columns: &'b Columns,
                    mut pass: AstPass<'_, 'b, Pg>,
                ) -> QueryResult<()> {
                    pass.push_bind_param::<Array<$first_sql>, _>(&columns.$first)?;
                    $(
                        pass.push_sql(", ");
                        pass.push_bind_param::<Array<$sql>, _>(&columns.$column)?;
                    )*
                    Ok(())
                }

                fn bind_row<'b>(
                    &'b self,
                    mut pass: AstPass<'_, 'b, Sqlite>,
                ) -> QueryResult<()> {
                    pass.push_bind_param::<$first_sql, _>(&self.$first)?;
                    $(
                        pass.push_sql(", ");
                        pass.push_bind_param::<$sql, _>(&self.$column)?;
                    )*
                    Ok(())
                }

                fn bind_version<'b>(
                    &'b self,
                    mut pass: AstPass<'_, 'b, Sqlite>,
                ) -> QueryResult<()> {
                    $(
                        if stringify!($column) == "version" {
                            pass.push_bind_param::<$sql, _>(&self.$column)?;
                        }
                    )*
                    Ok(())
                }

                fn bind_change<'b>(
                    &'b self,
                    mut pass: AstPass<'_, 'b, Sqlite>,
                ) -> QueryResult<()> {
                    let mut between = "";
                    $(
                        if stringify!($column) != stringify!($key)
                            && !Self::KEPT.contains(&stringify!($column))
                        {
                            pass.push_sql(between);
                            pass.push_sql(concat!(stringify!($column), " = "));
                            pass.push_bind_param::<$sql, _>(&self.$column)?;
                            between = ", ";
                        }
                    )*
                    let _last = between;
                    pass.push_sql(concat!(" WHERE ", stringify!($first), " = "));
                    pass.push_bind_param::<$first_sql, _>(&self.$first)
                }
            }
        }
    )*};
}

rows! {
    /// Entries of the ledger; the database numbers them.
    entries by key {
        key: String => Text,
        is_fact: bool => Bool,
        size: i64 => BigInt,
        at: At => Instant,
        admin: Option<i64> => Nullable<BigInt>,
        reason: Option<String> => Nullable<Text>,
    }

    /// Customers.
    customers by id keeps telegram {
        id: i64 => BigInt,
        version: i64 => BigInt,
        telegram: i64 => BigInt,
        frozen: bool => Bool,
        unreachable: bool => Bool,
        wants_opening: bool => Bool,
        since: At => Instant,
        erased_at: Option<At> => Nullable<Instant>,
        pseudonym: Option<String> => Nullable<Text>,
        document: Doc => Document,
    }

    /// Wallets.
    wallets by address {
        address: String => Text,
        version: i64 => BigInt,
        next_seqno: i64 => BigInt,
        stopped: bool => Bool,
        document: Doc => Document,
    }

    /// Orders.
    orders by id keeps number, customer, quote {
        id: i64 => BigInt,
        version: i64 => BigInt,
        number: String => Text,
        customer: i64 => BigInt,
        quote: i64 => BigInt,
        price: i64 => BigInt,
        terms: i64 => BigInt,
        since: At => Instant,
        state: String => Text,
        finished: bool => Bool,
        due: Option<At> => Nullable<Instant>,
        wallet: Option<String> => Nullable<Text>,
        premium: Option<String> => Nullable<Text>,
        watched_until: Option<At> => Nullable<Instant>,
        document: Doc => Document,
    }

    /// Transfers.
    transfers by id keeps order_id, wallet, seqno, message_hash {
        id: i64 => BigInt,
        version: i64 => BigInt,
        order_id: i64 => BigInt,
        wallet: String => Text,
        seqno: i64 => BigInt,
        state: String => Text,
        live: bool => Bool,
        takes_seqno: bool => Bool,
        message_hash: String => Text,
        document: Doc => Document,
    }

    /// Invoices.
    invoices by id keeps gateway_name, customer, order_id, face {
        id: i64 => BigInt,
        version: i64 => BigInt,
        gateway_name: String => Text,
        gateway_uuid: Option<String> => Nullable<Text>,
        customer: i64 => BigInt,
        order_id: Option<i64> => Nullable<BigInt>,
        face: i64 => BigInt,
        payable: bool => Bool,
        due: Option<At> => Nullable<Instant>,
        document: Doc => Document,
    }

    /// Logins.
    logins by id {
        id: i64 => BigInt,
        version: i64 => BigInt,
        wallet: String => Text,
        document: Doc => Document,
    }

    /// Notices.
    notices by id keeps key, audience, since {
        id: i64 => BigInt,
        version: i64 => BigInt,
        key: String => Text,
        audience: i64 => BigInt,
        since: At => Instant,
        standing: String => Text,
        waiting: bool => Bool,
        kept: bool => Bool,
        due: Option<At> => Nullable<Instant>,
        document: Doc => Document,
    }

    /// Live messages.
    live_messages by order_id {
        order_id: i64 => BigInt,
        version: i64 => BigInt,
        chat: i64 => BigInt,
        message: Option<i64> => Nullable<BigInt>,
        shows: i64 => BigInt,
        wanted: i64 => BigInt,
        not_before: At => Instant,
    }

    /// The published prices.
    prices by id {
        id: i64 => BigInt,
        version: i64 => BigInt,
        document: Doc => Document,
    }

    /// The shop itself.
    shop by id {
        id: i64 => BigInt,
        version: i64 => BigInt,
        document: Doc => Document,
    }

    /// Breaks.
    breaks by key {
        key: String => Text,
        version: i64 => BigInt,
        wallet: String => Text,
        open: bool => Bool,
        document: Doc => Document,
    }

    /// Claims.
    claims by name {
        kind: String => Text,
        name: String => Text,
        order_id: Option<i64> => Nullable<BigInt>,
        wallet: Option<String> => Nullable<Text>,
        at: At => Instant,
    }

    /// Outside events.
    outside_events by key {
        key: String => Text,
        body: String => Text,
        at: At => Instant,
    }

    /// What people did.
    audit by id {
        id: i64 => BigInt,
        deed: i64 => BigInt,
        at: At => Instant,
        who: String => Text,
        act: String => Text,
        subject: String => Text,
        reason: Option<String> => Nullable<Text>,
        detail: String => Text,
        outcome: String => Text,
    }

    /// Handled updates.
    handled_updates by update_id {
        bot: i64 => BigInt,
        update_id: i64 => BigInt,
        at: At => Instant,
    }

    /// What commits believe.
    beliefs by incarnation {
        incarnation: i64 => BigInt,
        lease: Option<String> => Nullable<Text>,
        epoch: Option<i64> => Nullable<BigInt>,
    }
}
