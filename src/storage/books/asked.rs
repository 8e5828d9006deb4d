//! How a method of the port asks whichever engine there is: what is the same for all of them.

/// Asks the engine for something that only reads, all at one moment. `queries` are those of the
/// engine, whichever it is.
macro_rules! read {
    ($self:ident, $given:tt, $queries:ident, |$link:ident| $work:expr) => {
        ask!(read, read_postgres, $self, $given, $queries, |$link| $work)
    };
}

/// The same for a few rows by their keys, which every update of a chat looks at.
macro_rules! glance {
    ($self:ident, $given:tt, $queries:ident, |$link:ident| $work:expr) => {
        ask!(glance, read_postgres, $self, $given, $queries, |$link| {
            $work
        })
    };
}

/// The same for what a single statement finds: a moment by itself.
macro_rules! pick {
    ($self:ident, $given:tt, $queries:ident, |$link:ident| $work:expr) => {
        ask!(pick, pick_postgres, $self, $given, $queries, |$link| $work)
    };
}

/// The same for a key that many ask about at once: PostgreSQL is asked for all of them together.
macro_rules! gather {
    ($self:ident, $gathered:ident, $key:expr, $how:ident, $queries:ident, |$link:ident| $work:expr) => {
        match &$self.engine {
            Engine::Postgres(postgres) => postgres.$gathered.ask(&$self.io, $key).await,
            Engine::Sqlite(sqlite) => sqlite
                .readers
                .$how(move |$link| {
                    use crate::storage::sqlite::{at_once, queries as $queries};
                    at_once(async { Ok($work) })
                })
                .await
                .map_err(calls::failed),
        }
    };
}

macro_rules! ask {
    ($how:ident, $afar:ident, $self:ident, [$($given:ident),*], $queries:ident, |$link:ident| $work:expr) => {
        match &$self.engine {
            Engine::Postgres(postgres) => {
                calls::$afar(&$self.io, postgres, move |$link| {
                    use crate::storage::postgres::queries as $queries;
                    $(let $given = Clone::clone(&$given);)*
                    Box::pin(async move { Ok($work) })
                })
                .await
            }
            Engine::Sqlite(sqlite) => {
                sqlite
                    .readers
                    .$how(move |$link| {
                        use crate::storage::sqlite::{at_once, queries as $queries};
                        at_once(async { Ok($work) })
                    })
                    .await
            }
        }
        .map_err(calls::failed)
    };
}

/// Asks the engine for something that writes, in a transaction of its own.
macro_rules! write {
    ($self:ident, [$($given:ident),*], $queries:ident, |$link:ident| $work:expr) => {
        match &$self.engine {
            Engine::Postgres(postgres) => {
                calls::write_postgres(&$self.io, postgres, move |$link| {
                    use crate::storage::postgres::queries as $queries;
                    $(let $given = Clone::clone(&$given);)*
                    Box::pin(async move { Ok($work) })
                })
                .await
                .map_err(error_of)
            }
            Engine::Sqlite(sqlite) => {
                sqlite
                    .writer
                    .run(move |$link| {
                        use crate::storage::sqlite::{at_once, queries as $queries};
                        $(let $given = Clone::clone(&$given);)*
                        at_once(async { Ok($work) })
                    })
                    .await
            }
        }
    };
}
