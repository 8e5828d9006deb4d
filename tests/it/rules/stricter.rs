//! A server that begins transactions at a stricter level by itself: the books are written at the
//! level that their rules need, and not refused.

mod with_postgres {
    use starkeeper_actors::domain::Span;
    use starkeeper_actors::domain::ids::ReplicaId;
    use starkeeper_actors::ports::Books as _;
    use starkeeper_actors::ports::books::{Commit, LeaseKey, OutsideEvent};

    use crate::storage::fixture::open_postgres;
    use crate::support::Database;

    #[tokio::test(flavor = "multi_thread")]
    async fn a_commit_is_made_at_read_committed_whatever_the_server_would_begin_with() {
        let database = Database::migrated();
        database.sql(&format!(
            "ALTER DATABASE {} SET default_transaction_isolation = 'repeatable read'",
            database.name()
        ));
        assert_eq!(
            database.sql("SHOW transaction_isolation").trim(),
            "repeatable read"
        );
        let storage = open_postgres(&database.url()).await;
        let life = storage.incarnation().await.unwrap();
        let lease = storage.lease(LeaseKey::Notifier, ReplicaId::new(1), Span::seconds(60));
        let lease = lease.await.unwrap().expect("nobody has it");
        let mut commit = Commit::new(life, lease.until);
        commit.fences.push(lease.fence());
        commit.events.push(OutsideEvent {
            key: "heleket/1".into(),
            body: "{}".into(),
        });
        storage.commit(commit).await.unwrap();
        let heard = database.sql("SELECT key FROM outside_events");
        assert_eq!(heard.trim(), "heleket/1");
    }
}
