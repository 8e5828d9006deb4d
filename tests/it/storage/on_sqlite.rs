//! Embedded books.

mod contract {
    use crate::storage::fixture::sqlite;
    use starkeeper_actors::testing::contract;

    contract::books!(sqlite);
}
