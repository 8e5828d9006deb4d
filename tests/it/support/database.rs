//! A fresh database for one test, on the server that `./x` has started.

use std::fmt::Write as _;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use starkeeper::storage::migrate;
use starkeeper::storage::url::DatabaseUrl;

use super::services::{given, must_be_named, postgres_program, run};

/// A database of its own; dropped with the value, also from under open connections.
pub struct Database {
    server: String,
    name: String,
}

static NUMBER: AtomicU32 = AtomicU32::new(0);

impl Database {
    /// An empty database.
    pub fn empty() -> Self {
        Self::create("template0")
    }

    /// A database with the schema of the books and nothing in them.
    pub fn migrated() -> Self {
        Self::copy_of(&template(&format!("books_{:x}", migrations()), |url| {
            let url = DatabaseUrl::parse(url).expect("a good URL");
            // On a thread of its own: the test may already be on a runtime.
            std::thread::scope(|scope| {
                let up = scope.spawn(|| {
                    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
                    runtime.block_on(migrate::up(&url))
                });
                up.join()
                    .expect("it does not panic")
                    .expect("the migrations run");
            });
        }))
    }

    /// A copy of another one, which nobody may be connected to.
    pub fn copy_of(template: &str) -> Self {
        Self::create(template)
    }

    fn create(template: &str) -> Self {
        must_be_named("postgres");
        let server = given("STARKEEPER_TEST_POSTGRES");
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{}_{number}", std::process::id());
        run(&mut psql(
            &server,
            &format!("CREATE DATABASE {name} TEMPLATE {template}"),
        ));
        Self { server, name }
    }

    /// How to reach it: `postgres://user:password@host:port/name`.
    pub fn url(&self) -> String {
        on_server(&self.server, &self.name)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Runs plain SQL in it, as an operator with `psql` would, and answers the rows: fields are
    /// separated by `|`, rows by line ends.
    pub fn sql(&self, sql: &str) -> String {
        run(&mut psql(&self.url(), sql))
    }

    /// Runs plain SQL that must fail, and answers the complaint.
    pub fn sql_refused(&self, sql: &str) -> String {
        let answer = psql(&self.url(), sql).output().expect("psql starts");
        assert!(!answer.status.success(), "{sql} was taken");
        String::from_utf8_lossy(&answer.stderr).into_owned()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let drop = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        // The server may be gone with the run; then so is the database.
        let _gone = psql(&self.server, &drop).output();
    }
}

/// A number that changes with the migrations.
fn migrations() -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/postgres");
    let mut folders: Vec<_> = std::fs::read_dir(root)
        .expect("the migrations are there")
        .map(|folder| folder.expect("it can be read").path())
        .collect();
    folders.sort();
    let mut hasher = DefaultHasher::new();
    for folder in folders {
        folder.hash(&mut hasher);
        let up = std::fs::read_to_string(folder.join("up.sql")).expect("each has its way up");
        up.hash(&mut hasher);
    }
    hasher.finish()
}

/// The URL of another database of the same server.
pub fn on_server(server: &str, name: &str) -> String {
    let (server, _) = server.rsplit_once('/').expect("the URL names a database");
    format!("{server}/{name}")
}

/// The name of a database that `fill` has filled, made once for each `key` on this server.
///
/// Several test processes may want it at once: one fills, the others wait.
pub fn template(key: &str, fill: impl FnOnce(&str)) -> String {
    must_be_named("postgres");
    let server = given("STARKEEPER_TEST_POSTGRES");
    let mut name = String::from("template_");
    for byte in key.bytes().take(50) {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'_' => name.push(char::from(byte)),
            _ => name
                .write_fmt(format_args!("{byte:02x}"))
                .expect("a string grows"),
        }
    }
    let services = given("STARKEEPER_TEST_SERVICES");
    let lock = std::path::Path::new(&services).join(format!("{name}.lock"));
    let lock = std::fs::File::create(lock).expect("a file to lock");
    lock.lock().expect("the file locks");
    let known = format!("SELECT count(*) FROM pg_database WHERE datname = '{name}'");
    if run(&mut psql(&server, &known)).trim() == "0" {
        let draft = format!("{name}_draft");
        run(&mut psql(
            &server,
            &format!("DROP DATABASE IF EXISTS {draft} WITH (FORCE)"),
        ));
        run(&mut psql(
            &server,
            &format!("CREATE DATABASE {draft} TEMPLATE template0"),
        ));
        fill(&on_server(&server, &draft));
        run(&mut psql(
            &server,
            &format!("ALTER DATABASE {draft} RENAME TO {name}"),
        ));
    }
    name
}

/// `psql` with one command, which stops at the first error.
pub fn psql(url: &str, sql: &str) -> Command {
    let mut command = Command::new(postgres_program("psql"));
    command
        .args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align"])
        .args(["--set", "ON_ERROR_STOP=1", "--command", sql, url]);
    command
}
