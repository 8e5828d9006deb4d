//! The same statements by pgbench, on the same server.

use std::path::PathBuf;
use std::process::Command;

use starkeeper_actors::domain::ids::IncarnationId;
use starkeeper_actors::domain::invoice::Invoice;
use starkeeper_actors::domain::notice::Notice;
use starkeeper_actors::domain::stored::Stored;
use starkeeper_actors::testing::contract::rows;

use super::{Asked, TASKS, credits};

/// A database of the bench's own, dropped at its end.
pub struct Fresh {
    server: String,
    name: String,
    pub url: String,
}

impl Fresh {
    pub fn on(server: &str) -> Self {
        let name = format!("deposits_{}", std::process::id());
        sql(server, &format!("CREATE DATABASE {name}"));
        let (host, _) = server.rsplit_once('/').expect("the URL names a database");
        Self {
            server: server.into(),
            url: format!("{host}/{name}"),
            name,
        }
    }

    /// Lets nothing of what went before disturb what comes.
    pub fn settle(&self) {
        sql(&self.url, "VACUUM ANALYZE");
        sql(&self.url, "CHECKPOINT");
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        sql(
            &self.server,
            &format!("DROP DATABASE {} WITH (FORCE)", self.name),
        );
    }
}

fn program(name: &str) -> PathBuf {
    let folder = std::env::var("STARKEEPER_TEST_POSTGRES_BIN").unwrap_or_default();
    PathBuf::from(folder).join(name)
}

fn sql(url: &str, statement: &str) -> String {
    let answer = Command::new(program("psql"))
        .args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align"])
        .args(["--set", "ON_ERROR_STOP=1", "--command", statement, url])
        .output()
        .expect("psql starts");
    let said = String::from_utf8_lossy(&answer.stderr).into_owned();
    assert!(answer.status.success(), "{statement}: {said}");
    String::from_utf8_lossy(&answer.stdout).trim().to_owned()
}

/// Credits the second half of the invoices.
pub fn pgbench(database: &Fresh, asked: &Asked, life: IncarnationId, sample: &Invoice) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("credit.sql");
    std::fs::write(&file, script(database, asked, life, sample)).unwrap();
    let each = asked.many / TASKS as i64;
    let answer = Command::new(program("pgbench"))
        .args(["--no-vacuum", "--protocol=prepared", "--define=n=0"])
        .args(["--client", &TASKS.to_string(), "--jobs", "2"])
        .args(["--transactions", &each.to_string(), "--file"])
        .arg(&file)
        .arg(&database.url)
        .output()
        .expect("pgbench starts");
    let said = String::from_utf8_lossy(&answer.stdout).into_owned();
    let why = String::from_utf8_lossy(&answer.stderr).into_owned();
    assert!(answer.status.success(), "pgbench: {why}");
    let rate = said.lines().find_map(|line| line.strip_prefix("tps = "));
    let rate = rate.and_then(|line| line.split('.').next()).unwrap_or("?");
    let figure = format!("pgbench, the same statements, {TASKS} clients");
    println!("{figure:<52} {rate:>10}  credits/s");
    let failed = said
        .lines()
        .find(|line| line.contains("failed transactions: 0"));
    assert!(failed.is_some(), "{said}");
}

/// A text of SQL in which the sample's number stands for the invoice's.
fn literal(text: &str) -> String {
    // A colon before a letter would name a variable of pgbench.
    let text = text.replace('\'', "''").replace("\":", "\": ");
    let text = text.replace("987654321", "' || :id || '");
    format!("'{}'", text.replace("654322", "' || :customer || '"))
}

fn script(database: &Fresh, asked: &Asked, life: IncarnationId, sample: &Invoice) -> String {
    let account = |kind: &str| {
        sql(
            &database.url,
            &format!("SELECT min(id) FROM accounts WHERE kind = '{kind}'"),
        )
    };
    let (first, clearing, fees) = (
        account("customer"),
        account("gateway_clearing"),
        account("gateway_fees"),
    );
    let mut sample = sample.clone();
    sample.customer = starkeeper_actors::domain::ids::CustomerId::new(654_322);
    let document = literal(&serde_json::to_string(&Stored::today(&sample)).unwrap());
    let mut owed = credits::news(987_654_321);
    owed.key = owed.key.replace("cus_322", "cus_654322");
    let notice = Notice::new(rows::notice(987_654_321), owed, rows::noon());
    let news = literal(&serde_json::to_string(&Stored::today(&notice)).unwrap());
    let news = news.replace("\"customer\": 322}", "\"customer\": ' || :customer || '}");
    let event = credits::event(987_654_321);
    let (key, body) = (literal(&event.key), literal(&event.body));
    let (life, base) = (life.get(), asked.many);
    let (each, customers) = (asked.many / TASKS as i64, credits::CUSTOMERS);
    format!(
        "\\set n :n + 1\n\
         \\set id {base} + :client_id * {each} + :n\n\
         \\set customer :id % {customers} + 1\n\
         \\set account {first} + :customer - 1\n\
         BEGIN;\n\
         SET LOCAL statement_timeout = 3000;\n\
         SET LOCAL lock_timeout = 2000;\n\
         INSERT INTO beliefs (incarnation, lease, epoch) VALUES ({life}, NULL, NULL);\n\
         UPDATE invoices SET version = 2, gateway_name = 'case-' || :id::bigint, \
         gateway_uuid = 'uuid-' || :id::bigint, customer = :customer, order_id = NULL, \
         face = 20000000, payable = FALSE, due = NULL, document = ({document})::jsonb \
         WHERE id = :id AND version = 1;\n\
         SELECT id FROM accounts WHERE id = :account ORDER BY id FOR NO KEY UPDATE;\n\
         INSERT INTO entries (key, is_fact, size, at) \
         VALUES ('credit/' || :id::bigint || '/1', FALSE, 2, '2026-07-15 12:00:00+00');\n\
         INSERT INTO postings (id, entry, debit, credit, amount) \
         SELECT e.id * 64 + u.place, e.id, u.debit, u.credit, u.amount FROM (VALUES \
         (0, {clearing}::bigint, :account::bigint, 20000000::bigint), \
         (1, {fees}, {clearing}, 80000)) AS u (place, debit, credit, amount) \
         JOIN entries e ON e.key = 'credit/' || :id::bigint || '/1' ORDER BY e.id, u.place;\n\
         INSERT INTO notices (id, version, key, audience, since, standing, waiting, kept, due, document) \
         VALUES (:id, 1, 'cus_' || :customer::bigint || '/inv_' || :id::bigint || '/credit/1', :customer, \
         '2026-07-15 12:00:00+00', 'waiting', TRUE, FALSE, '2026-07-15 12:00:00+00', ({news})::jsonb) \
         ON CONFLICT (key) DO NOTHING;\n\
         INSERT INTO outside_events (key, body, at) VALUES ({key}, {body}, '2026-07-15 12:00:00+00') \
         ON CONFLICT (key) DO NOTHING;\n\
         COMMIT;\n"
    )
    .replace(":id ||", ":id::bigint ||")
    .replace(":customer ||", ":customer::bigint ||")
}
