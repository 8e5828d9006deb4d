//! A PostgreSQL server of a test's own, which it may stop, restart and kill.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::database::{on_server, psql};
use super::process::Running;
use super::services::{
    command, folder, free_port, hand_over, must_be_named, postgres_program, run,
};
use super::wait::eventually_blocking;

/// A server on a port of its own, with durable commits. Ended when dropped.
pub struct OwnPostgres {
    folder: TempDir,
    port: u16,
    server: Option<Running>,
}

const PASSWORD: &str = "own";

impl OwnPostgres {
    /// Starts one with the usual settings.
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// Starts one with more lines of `postgresql.conf`.
    pub fn start_with(lines: &[&str]) -> Self {
        let mut server = Self::create();
        server.configure(lines);
        server.resume();
        server
    }

    /// A server that is not started yet, so that files can be put beside its configuration.
    pub fn create() -> Self {
        must_be_named("postgres");
        let folder = folder("postgres");
        let password = folder.path().join("password");
        std::fs::write(&password, PASSWORD).expect("the folder can be written");
        hand_over(&password);
        let mut initdb = command(postgres_program("initdb"));
        initdb
            .args([
                "--username=starkeeper",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
            ])
            .args(["--locale=C", "--no-sync", "--no-instructions"])
            .arg(format!("--pwfile={}", password.display()))
            .arg(format!("--pgdata={}", folder.path().join("data").display()));
        run(&mut initdb);
        let mut server = Self {
            folder,
            port: 0,
            server: None,
        };
        server.configure(&[
            "listen_addresses = '127.0.0.1'",
            "unix_socket_directories = ''",
            "fsync = on",
        ]);
        server
    }

    /// Adds lines to `postgresql.conf`; they count from the next start on.
    pub fn configure(&mut self, lines: &[&str]) {
        let path = self.data().join("postgresql.conf");
        let mut file = std::fs::File::options().append(true).open(path);
        let file = file.as_mut().expect("the configuration opens");
        for line in lines {
            writeln!(file, "{line}").expect("the configuration grows");
        }
    }

    /// Its data folder.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A file in the data folder that the server may read and nobody else.
    pub fn put(&self, name: &str, bytes: &[u8]) {
        let path = self.data().join(name);
        std::fs::write(&path, bytes).expect("the folder can be written");
        restrict(&path);
        hand_over(&path);
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// How to reach its first database.
    pub fn url(&self) -> String {
        format!(
            "postgres://starkeeper:{PASSWORD}@127.0.0.1:{}/postgres",
            self.port
        )
    }

    /// Creates an empty database and says how to reach it.
    pub fn database(&self, name: &str) -> String {
        self.sql(&format!("CREATE DATABASE {name} TEMPLATE template0"));
        on_server(&self.url(), name)
    }

    /// Runs plain SQL in its first database.
    pub fn sql(&self, sql: &str) -> String {
        run(&mut psql(&self.url(), sql))
    }

    /// Starts it, anew on its old port once it has one.
    pub fn resume(&mut self) {
        assert!(self.server.is_none(), "the server runs already");
        let keeps_its_port = self.port != 0;
        let what = "the server takes connections";
        eventually_blocking(what, || {
            if !keeps_its_port {
                self.port = free_port();
            }
            let mut server = self.launch();
            let url = self.url();
            let ready = eventually_blocking(what, || {
                if server.ended().is_some() {
                    return Ok(Err(server.printed()));
                }
                let answer = psql(&url, "SELECT 1").output().expect("psql starts");
                if answer.status.success() {
                    Ok(Ok(()))
                } else {
                    Err(String::from_utf8_lossy(&answer.stderr).into_owned())
                }
            });
            match ready {
                Ok(()) => {
                    self.server = Some(server);
                    Ok(())
                }
                // Somebody took the port meanwhile, or the old server still lets go of it.
                Err(why) if why.contains("Address already in use") => Err(why),
                Err(why) => panic!("the server does not start:\n{why}"),
            }
        });
    }

    fn launch(&self) -> Running {
        let log = self.folder.path().join("log");
        // The newest start is what a failure is about.
        let _none_yet = std::fs::remove_file(&log);
        let mut postgres = command(postgres_program("postgres"));
        postgres
            .args(["-p", &self.port.to_string()])
            .arg("-D")
            .arg(self.data());
        Running::start_printing_to("the test's own PostgreSQL", postgres, &log)
    }

    /// Ends it in good order; clients lose their connections.
    pub fn stop(&mut self) {
        let mut server = self.server.take().expect("the server runs");
        server.signal("INT");
        server.wait();
    }

    /// Ends it as a loss of power would: nothing is written any more.
    pub fn kill(&mut self) {
        let mut server = self.server.take().expect("the server runs");
        server.signal("QUIT");
        server.wait();
    }

    /// Stops and starts it again on the same port.
    pub fn restart(&mut self) {
        self.stop();
        self.resume();
    }
}

impl Drop for OwnPostgres {
    fn drop(&mut self) {
        // Its children end with it on this signal, which a plain kill would not see to.
        if let Some(mut server) = self.server.take()
            && server.ended().is_none()
        {
            server.signal("QUIT");
            server.wait();
        }
    }
}

fn restrict(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(path, mode).expect("the file is ours");
}
