//! Two at once on PostgreSQL, with the interleaving that hurts: the first has written and not yet
//! committed, and the second is seen to wait for it, by the server's own word.

mod with_postgres {
    mod balances;
    mod lives;
    mod names;
    mod pair;
    mod people;
    mod snapshots;
}
