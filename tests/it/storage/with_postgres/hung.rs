//! A connection on which nothing comes back: whoever is on it waits, and everybody else goes round it.

use std::sync::Arc;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use starkeeper_actors::domain::customer::Purse;
use starkeeper_actors::domain::ids::CustomerId;
use starkeeper_actors::ports::Books;
use starkeeper_actors::testing::contract;

use crate::storage::fixture::open_postgres;
use crate::support::{Database, eventually};

/// A process of the server's that stands still until this ends.
struct Frozen(Pid);

impl Frozen {
    fn new(pid: Pid) -> Self {
        kill_process(pid, Signal::STOP).unwrap();
        Self(pid)
    }
}

impl Drop for Frozen {
    fn drop(&mut self) {
        kill_process(self.0, Signal::CONT).unwrap();
    }
}

#[test]
fn a_connection_that_hangs_holds_up_only_who_is_on_it() {
    contract::run(async {
        let database = Database::migrated();
        let books = Arc::new(open_postgres(&database.url()).await);
        let purse = |n| {
            let books = Arc::clone(&books);
            async move { books.purse(CustomerId::new(n)).await }
        };
        purse(1).await.unwrap();
        // Those that looked at the server first are closed in a moment.
        let only: i32 = eventually("one connection is left", async || {
            let all = "SELECT pid FROM pg_stat_activity \
                       WHERE datname = current_database() AND pid <> pg_backend_pid()";
            database.sql(all).trim().parse()
        })
        .await;
        let frozen = Frozen::new(Pid::from_raw(only).unwrap());
        let waits = tokio::spawn(purse(1));
        eventually("somebody else is answered", async || {
            tokio::time::timeout(Duration::from_millis(100), purse(2)).await
        })
        .await
        .unwrap();
        assert!(!waits.is_finished(), "its connection stands still");
        drop(frozen);
        assert_eq!(waits.await.unwrap(), Ok(Purse::default()));
    });
}
