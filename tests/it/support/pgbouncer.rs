//! PgBouncer before a database, as operators put it there.

use tempfile::TempDir;

use super::process::Running;
use super::services::{command, folder, free_port, given, hand_over, must_be_named};

/// How long a client keeps a server connection.
#[derive(Debug, Clone, Copy)]
pub enum PoolMode {
    Session,
    Transaction,
    Statement,
}

/// A pooler in front of one database. Ended when dropped.
pub struct PgBouncer {
    _folder: TempDir,
    _process: Running,
    url: String,
}

impl PgBouncer {
    /// Starts one in front of the database that the URL names
    /// (`postgres://user:password@host:port/name`), with more lines for its `[pgbouncer]` section.
    pub fn before(url: &str, mode: PoolMode, lines: &[&str]) -> Self {
        must_be_named("postgres");
        let target = url::Url::parse(url).expect("a URL");
        let (host, port) = (
            target.host_str().expect("a host"),
            target.port().expect("a port"),
        );
        let (user, password) = (target.username(), target.password().expect("a password"));
        let name = target.path().trim_start_matches('/');
        let mode = match mode {
            PoolMode::Session => "session",
            PoolMode::Transaction => "transaction",
            PoolMode::Statement => "statement",
        };
        let folder = folder("pgbouncer");
        let listen = free_port();
        let users = folder.path().join("users.txt");
        std::fs::write(&users, format!("\"{user}\" \"{password}\"\n")).expect("a file of users");
        let config = folder.path().join("pgbouncer.ini");
        let text = format!(
            "[databases]\n{name} = host={host} port={port} dbname={name} user={user} \
             password={password}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {listen}\n\
             unix_socket_dir =\nauth_type = plain\nauth_file = {}\npool_mode = {mode}\n\
             max_client_conn = 500\ndefault_pool_size = 20\n{}\n",
            users.display(),
            lines.join("\n")
        );
        std::fs::write(&config, text).expect("a configuration");
        hand_over(&users);
        hand_over(&config);
        let mut pgbouncer = command(given("STARKEEPER_TEST_PGBOUNCER"));
        pgbouncer.arg(&config);
        let mut process = Running::start("PgBouncer", pgbouncer);
        process.wait_for_port(listen);
        Self {
            _folder: folder,
            _process: process,
            url: format!("postgres://{user}:{password}@127.0.0.1:{listen}/{name}"),
        }
    }

    /// How to reach the database through it.
    pub fn url(&self) -> &str {
        &self.url
    }
}
