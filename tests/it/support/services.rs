//! Where `./x` has put the services, and as whom they may run.

use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// A word of the environment that `./x` sets, or the end of the test.
pub fn given(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| {
        panic!(
            "{name} is not set: this test needs a service. Run ./x test, or for some tests only \
             ./x test it WORDS, or start the services with ./x services and paste what it prints"
        )
    })
}

/// Refuses a test that uses a service and would not be left out by `./x test quick`.
pub fn must_be_named(service: &str) {
    let thread = std::thread::current();
    // The test's own thread bears its name; others (a runtime's worker, or `main` when tests run
    // one after the other) say nothing.
    if let Some(name) = thread.name().filter(|name| name.contains("::")) {
        let module = format!("with_{service}");
        assert!(
            name.contains(&module),
            "{name} uses {service}: put it into a module `{module}`, so that ./x test quick can \
             leave it out"
        );
    }
}

/// A port of the loopback that nobody listens on now. Whoever uses it must cope with losing it.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a free port");
    listener.local_addr().expect("it has an address").port()
}

/// A folder of its own for a service, which it may write; gone with the value.
pub fn folder(service: &str) -> TempDir {
    let all = given("STARKEEPER_TEST_SERVICES");
    let folder = tempfile::Builder::new()
        .prefix(&format!("{service}-"))
        .permissions(std::fs::Permissions::from_mode(0o700))
        .tempdir_in(all)
        .expect("the folder of services is there");
    hand_over(folder.path());
    folder
}

/// Makes a file or folder belong to the one who runs the services.
pub fn hand_over(path: &Path) {
    if let Some((user, group)) = service_user() {
        chown(path, Some(user), Some(group)).expect("root may give files away");
    }
}

/// A command that runs as the one who may run services: PostgreSQL and PgBouncer refuse root.
pub fn command(program: impl AsRef<Path>) -> Command {
    let mut command = Command::new(program.as_ref());
    if let Some((user, group)) = service_user() {
        command.uid(user).gid(group);
    }
    command.current_dir("/");
    command
}

/// A program of PostgreSQL.
pub fn postgres_program(name: &str) -> PathBuf {
    Path::new(&given("STARKEEPER_TEST_POSTGRES_BIN")).join(name)
}

/// Set when the tests run as root.
fn service_user() -> Option<(u32, u32)> {
    let ids = std::env::var("STARKEEPER_TEST_SERVICE_USER").ok()?;
    let (user, group) = ids.split_once(':')?;
    Some((
        user.parse().expect("a numeric user"),
        group.parse().expect("a numeric group"),
    ))
}

/// Runs a command to its end, which must be good; answers what it printed.
pub fn run(command: &mut Command) -> String {
    let answer = command
        .output()
        .unwrap_or_else(|why| panic!("{command:?} does not start: {why}"));
    assert!(
        answer.status.success(),
        "{command:?}: {}\n{}{}",
        answer.status,
        String::from_utf8_lossy(&answer.stdout),
        String::from_utf8_lossy(&answer.stderr)
    );
    String::from_utf8_lossy(&answer.stdout).into_owned()
}
