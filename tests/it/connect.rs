//! Connections to PostgreSQL: encryption as demanded, and servers that cannot keep books refused.

use std::net::TcpListener;
use std::time::Duration;

use diesel::sql_types::{BigInt, Bool};
use diesel::{IntoSql, select};
use diesel_async::RunQueryDsl;
use starkeeper::storage::postgres_connect::{CannotConnect, PostgresConnector};
use starkeeper::storage::url::{DatabaseUrl, PostgresUrl};

fn server(url: &str) -> PostgresUrl {
    match DatabaseUrl::parse(url).expect("a good URL") {
        DatabaseUrl::Postgres(server) => *server,
        DatabaseUrl::Sqlite(file) => panic!("{file} is no server"),
    }
}

fn connector(url: &str) -> PostgresConnector {
    PostgresConnector::new(&server(url)).expect("nothing is read that is not there")
}

async fn refusal(url: &str) -> String {
    match connector(url).open().await {
        Ok(_) => panic!("{url} was opened"),
        Err(why) => why.to_string(),
    }
}

/// Whether the connection works, and whether it is encrypted.
async fn is_encrypted(url: &str) -> bool {
    let mut connection = connector(url)
        .open()
        .await
        .unwrap_or_else(|why| panic!("{url}: {why}"));
    let one: i64 = select(1_i64.into_sql::<BigInt>())
        .get_result(&mut connection)
        .await
        .unwrap();
    assert_eq!(one, 1);
    let sql = "(SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid())";
    select(diesel::dsl::sql::<Bool>(sql))
        .get_result(&mut connection)
        .await
        .unwrap()
}

#[test]
fn a_file_of_authorities_must_hold_some() {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in [
        ("absent.pem", None),
        ("empty.pem", Some("")),
        ("no.pem", Some("hello")),
    ] {
        let path = folder.path().join(name);
        if let Some(bytes) = bytes {
            std::fs::write(&path, bytes).unwrap();
        }
        let url = format!(
            "postgres://a:SECRET@db.example.com/c?sslmode=verify-full&sslrootcert={}",
            path.display()
        );
        let why = PostgresConnector::new(&server(&url)).unwrap_err();
        assert!(matches!(why, CannotConnect::Authorities { .. }), "{why}");
        let why = why.to_string();
        assert!(why.contains(name) && why.contains("PEM file"), "{why}");
        assert!(!why.contains("SECRET"), "{why}");
    }
}

#[tokio::test]
async fn nobody_listening_is_said_with_the_address() {
    let port = crate::support::services::free_port();
    let why = refusal(&format!("postgres://a:SECRET@127.0.0.1:{port}/c")).await;
    assert!(why.contains(&format!("127.0.0.1:{port}")), "{why}");
    assert!(why.contains("refused") && !why.contains("SECRET"), "{why}");
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_given_up_in_time() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let url = format!("postgres://a:SECRET@127.0.0.1:{port}/c?connect_timeout=1");
    let begun = std::time::Instant::now();
    let why = refusal(&url).await;
    assert!(
        why.contains("within 1 s") && !why.contains("SECRET"),
        "{why}"
    );
    assert!(begun.elapsed() < Duration::from_secs(10));
}

mod with_postgres {
    use starkeeper::storage::postgres_connect::{Pooler, Unfit};
    use starkeeper::storage::url::DatabaseUrl;
    use starkeeper::storage::{Storage, StorageSettings};
    use starkeeper_actors::domain::customer::Language;
    use starkeeper_actors::domain::ids::{CustomerId, TelegramId};
    use starkeeper_actors::ports::Books as _;

    use super::{connector, is_encrypted, refusal};
    use crate::support::certificates::Authority;
    use crate::support::tracking_pooler::HandsOut;
    use crate::support::{Database, OwnPostgres, PgBouncer, PoolMode, TrackingPooler};

    async fn unfit(url: &str) -> (Unfit, String) {
        let why = connector(url)
            .examine()
            .await
            .expect_err("it must be refused");
        let text = why.to_string();
        (why, text)
    }

    #[tokio::test]
    async fn a_usual_server_can_keep_books() {
        let database = Database::empty();
        assert!(!is_encrypted(&database.url()).await);
        let server = connector(&database.url()).examine().await.unwrap();
        assert!(server.version >= 150_000, "{server:?}");
        assert_eq!(server.pooler, Pooler::None);
        assert!(server.fsync);
        assert_eq!(server.synchronous_commit, "on");
    }

    #[tokio::test]
    async fn a_wrong_password_or_a_missing_database_is_named_with_the_remedy() {
        let database = Database::empty();
        let url = database.url();
        let missing = url.replace(database.name(), "no_such_database");
        let why = refusal(&missing).await;
        assert!(
            why.contains("createdb --owner=starkeeper no_such_database"),
            "{why}"
        );
        let (before, after) = url.split_once("starkeeper:").unwrap();
        let (_, after) = after.split_once('@').unwrap();
        let why = refusal(&format!("{before}starkeeper:WRONGWORD@{after}")).await;
        assert!(why.contains("password"), "{why}");
        assert!(!why.contains("WRONGWORD"), "{why}");
    }

    #[tokio::test]
    async fn a_server_that_answers_before_a_commit_is_durable_is_refused_by_name() {
        let database = Database::empty();
        database.sql(&format!(
            "ALTER DATABASE {} SET synchronous_commit = off",
            database.name()
        ));
        let (why, text) = unfit(&database.url()).await;
        assert!(matches!(why, Unfit::LosesCommits { .. }), "{text}");
        assert!(text.contains("synchronous_commit=off (database)"), "{text}");
        assert!(text.contains("RESET synchronous_commit"), "{text}");
    }

    #[tokio::test]
    async fn a_database_that_keeps_no_utf8_is_refused_by_name() {
        let database = Database::empty();
        let name = format!("{}_ascii", database.name());
        database.sql(&format!(
            "CREATE DATABASE {name} TEMPLATE template0 ENCODING 'SQL_ASCII'"
        ));
        let (why, text) = unfit(&database.url().replace(database.name(), &name)).await;
        database.sql(&format!("DROP DATABASE {name} WITH (FORCE)"));
        assert!(matches!(why, Unfit::Encoding { .. }), "{text}");
        assert!(text.contains("SQL_ASCII"), "{text}");
    }

    #[tokio::test]
    async fn a_standby_is_refused_by_name() {
        let mut server = OwnPostgres::start();
        server.stop();
        server.put("standby.signal", b"");
        server.resume();
        let (why, text) = unfit(&server.url()).await;
        assert!(matches!(why, Unfit::Standby { .. }), "{text}");
    }

    #[tokio::test]
    async fn encryption_is_what_the_url_demands() {
        let (authority, stranger) = (Authority::create(), Authority::create());
        let mut server = OwnPostgres::create();
        let (certificate, key) = authority.issue("DNS:db.example.com,IP:127.0.0.1");
        server.put("server.crt", &certificate);
        server.put("server.key", &key);
        server.configure(&["ssl = on"]);
        server.resume();
        let url = server.url();
        let (own, other) = (authority.file(), stranger.file());
        let (own, other) = (own.display(), other.display());
        for options in [
            "?sslmode=prefer".to_owned(),
            "?ssl=require".to_owned(),
            "?sslmode=no-verify".to_owned(),
            "?sslmode=require&channel_binding=require".to_owned(),
            format!("?ssl=require&sslrootcert={own}"),
            format!("?sslmode=verify-ca&sslrootcert={own}"),
            format!("?sslmode=verify-full&sslrootcert={own}&channel_binding=require"),
        ] {
            assert!(is_encrypted(&format!("{url}{options}")).await, "{options}");
        }
        assert!(!is_encrypted(&format!("{url}?sslmode=disable")).await);
        for options in [
            "?sslmode=verify-full".to_owned(),
            format!("?ssl=require&sslrootcert={other}"),
            format!("?sslmode=verify-ca&sslrootcert={other}"),
            format!("?sslmode=verify-full&sslrootcert={other}"),
        ] {
            let why = refusal(&format!("{url}{options}")).await;
            assert!(
                why.contains("certificate") && why.contains("sslrootcert=FILE"),
                "{why}"
            );
        }
        // The same address under a name that the certificate does not have.
        let named = url.replace("127.0.0.1", "localhost");
        let why = refusal(&format!("{named}?sslmode=verify-full&sslrootcert={own}")).await;
        assert!(why.contains("the host that the certificate names"), "{why}");
        assert!(is_encrypted(&format!("{named}?sslmode=verify-ca&sslrootcert={own}")).await);
    }

    #[tokio::test]
    async fn a_server_without_encryption_is_refused_where_it_is_demanded() {
        let database = Database::empty();
        let why = refusal(&format!("{}?ssl=require", database.url())).await;
        assert!(why.contains("ssl=on at the server"), "{why}");
        assert!(!is_encrypted(&format!("{}?sslmode=prefer", database.url())).await);
    }

    #[tokio::test]
    async fn an_old_pooler_in_transaction_mode_is_refused_by_name() {
        let database = Database::empty();
        for lines in [
            &[][..],
            &["default_pool_size = 1"],
            &["server_round_robin = 1"],
        ] {
            let pooler = PgBouncer::before(&database.url(), PoolMode::Transaction, lines);
            let (why, text) = unfit(pooler.url()).await;
            assert!(
                matches!(why, Unfit::LosesStatements { .. }),
                "{lines:?}: {text}"
            );
            assert!(text.contains("PgBouncer 1.21 or newer"), "{text}");
            assert!(text.contains("pool_mode = session"), "{text}");
        }
    }

    #[tokio::test]
    async fn an_old_pooler_that_says_its_version_is_called_by_it() {
        let database = Database::empty();
        let lines = ["stats_users = starkeeper"];
        let pooler = PgBouncer::before(&database.url(), PoolMode::Transaction, &lines);
        let (_, text) = unfit(pooler.url()).await;
        assert!(text.contains("(PgBouncer 1."), "{text}");
    }

    #[tokio::test]
    async fn a_pooler_that_keeps_statements_apart_is_known_and_taken() {
        let database = Database::empty();
        for servers in [1, 2, 3] {
            let pooler = TrackingPooler::before(&database.url(), servers, HandsOut::Newest).await;
            let server = connector(pooler.url()).examine().await.unwrap();
            assert_eq!(server.pooler, Pooler::Tracking, "{servers}");
        }
        // Handed out in turn, connections are not met; statements work all the same.
        let pooler = TrackingPooler::before(&database.url(), 3, HandsOut::InTurn).await;
        connector(pooler.url()).examine().await.unwrap();
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn the_books_are_kept_through_a_pooler_that_keeps_statements_apart() {
        let database = Database::migrated();
        let pooler = TrackingPooler::before(&database.url(), 3, HandsOut::InTurn).await;
        let url = DatabaseUrl::parse(pooler.url()).unwrap();
        let books = Storage::open(StorageSettings::at(url)).await.unwrap();
        let asked = (1..=40).map(|number| {
            let books = books.clone();
            tokio::spawn(async move {
                // Every chat asks twice and is one customer.
                let (chat, fresh) = (TelegramId::new(number % 20), CustomerId::new(number));
                let now = starkeeper_actors::domain::samples::noon();
                books
                    .customer_of(chat, Language::En, fresh, now)
                    .await
                    .unwrap();
                books.trial_balance().await.unwrap();
            })
        });
        for asked in asked.collect::<Vec<_>>() {
            asked.await.unwrap();
        }
        assert_eq!(database.sql("SELECT count(*) FROM customers").trim(), "20");
        assert!(
            pooler.switches() > 20,
            "clients kept their servers: {}",
            pooler.switches()
        );
    }

    #[tokio::test]
    async fn a_pooler_in_session_mode_is_as_good_as_the_server() {
        let database = Database::empty();
        let pooler = PgBouncer::before(&database.url(), PoolMode::Session, &[]);
        let server = connector(pooler.url()).examine().await.unwrap();
        assert_eq!(server.pooler, Pooler::None);
        assert!(!is_encrypted(pooler.url()).await);
    }

    #[tokio::test]
    async fn a_pooler_in_statement_mode_is_refused_by_name() {
        let database = Database::empty();
        let pooler = PgBouncer::before(&database.url(), PoolMode::Statement, &[]);
        let (why, text) = unfit(pooler.url()).await;
        assert!(matches!(why, Unfit::NoTransactions { .. }), "{text}");
        assert!(text.contains("pool_mode"), "{text}");
    }
}
