//! Books on PostgreSQL.

mod contract {
    use crate::storage::fixture::postgres;
    use starkeeper_actors::testing::contract;

    contract::books!(postgres);
}
