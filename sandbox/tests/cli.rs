//! What a person at a terminal meets.

#![allow(
    clippy::expect_used,
    reason = "a test that cannot be carried out stops where it stands"
)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Held by the tests that take ports, so that none takes those another one has just looked for.
static PORTS: Mutex<()> = Mutex::new(());

fn ports() -> MutexGuard<'static, ()> {
    PORTS.lock().unwrap_or_else(PoisonError::into_inner)
}

fn sandbox(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_starkeeper-sandbox"));
    for name in ["MERCHANT_UUID", "API_KEY", "PAYOUT_API_KEY", "RUST_LOG"] {
        command.env_remove(name);
    }
    command.args(words).stdin(Stdio::null());
    command
}

fn run(words: &[&str]) -> Output {
    sandbox(words).output().expect("starkeeper-sandbox starts")
}

/// A base port whose five are free now, below those that the system gives to anybody who asks. Looks
/// by knocking: a listener of our own would live on for a moment in whatever another test starts
/// meanwhile.
fn free_base() -> u16 {
    let free = |port: u16| TcpStream::connect(("127.0.0.1", port)).is_err();
    std::iter::repeat_with(|| fastrand::u16(10_000..32_000))
        .take(100)
        .find(|base| (*base..=*base + 4).all(free))
        .expect("five free ports in a row")
}

/// A running sandbox that never outlives its test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ended_already = self.0.kill();
        let _reaped = self.0.wait();
    }
}

impl Running {
    /// Starts one, and reads its greeting to the last line.
    fn start(command: &mut Command) -> (Self, String) {
        let child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("starkeeper-sandbox starts");
        let mut running = Self(child);
        let out = running.0.stdout.take().expect("its output");
        let mut greeting = String::new();
        for line in BufReader::new(out).lines() {
            let line = line.expect("text");
            greeting.push_str(&line);
            greeting.push('\n');
            if line.contains("Ctrl-C") {
                return (running, greeting);
            }
        }
        let mut why = String::new();
        let mut errors = running.0.stderr.take().expect("its errors");
        errors.read_to_string(&mut why).expect("text");
        assert!(why.is_empty(), "it did not come up: {why}");
        (running, greeting)
    }

    fn terminate(mut self) -> Option<i32> {
        let id = self.0.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status();
        assert!(sent.expect("kill").success());
        self.0.wait().expect("it ends").code()
    }
}

#[test]
fn version_is_one_line_on_stdout() {
    let answer = run(&["--version"]);
    let version = String::from_utf8_lossy(&answer.stdout);
    assert_eq!(answer.status.code(), Some(0));
    assert_eq!(
        version,
        format!("starkeeper-sandbox {}\n", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn help_names_the_ports_and_the_environment() {
    let answer = run(&["--help"]);
    let help = String::from_utf8_lossy(&answer.stdout);
    assert_eq!(answer.status.code(), Some(0));
    for part in [
        "--port",
        "8090",
        "--block-time-ms",
        "5000",
        "--seed",
        "MERCHANT_UUID",
    ] {
        assert!(help.contains(part), "{part} is missing: {help}");
    }
}

#[test]
fn unknown_word_is_named_with_the_way_to_help_and_exit_code_2() {
    let answer = run(&["--faucet"]);
    let complaint = String::from_utf8_lossy(&answer.stderr);
    assert_eq!(answer.status.code(), Some(2));
    assert!(complaint.contains("'--faucet'"), "{complaint}");
    assert!(complaint.contains("--help"), "{complaint}");
}

#[test]
fn numbers_out_of_range_are_named() {
    for words in [
        ["--port", "65535"],
        ["--block-time-ms", "0"],
        ["--webhook-retry-ms", "x"],
    ] {
        let answer = run(&words);
        let complaint = String::from_utf8_lossy(&answer.stderr);
        assert_eq!(answer.status.code(), Some(2), "{words:?}");
        assert!(
            complaint.contains(words[0]) && complaint.contains(words[1]),
            "{complaint}"
        );
    }
}

#[test]
fn a_taken_port_is_named_with_what_was_to_listen_there_and_exit_code_78() {
    let _ports = ports();
    let base = free_base();
    for (port, what) in [
        (base, "control"),
        (base + 1, "Telegram"),
        (base + 2, "Heleket"),
        (base + 3, "fragment.com"),
        (base + 4, "TON"),
    ] {
        let _taken = TcpListener::bind(("127.0.0.1", port)).expect("the port was free");
        let answer = run(&["--port", &base.to_string()]);
        let complaint = String::from_utf8_lossy(&answer.stderr);
        assert_eq!(answer.status.code(), Some(78), "{complaint}");
        let named = format!("error: port {port} ({what}) is taken by ");
        assert!(complaint.contains(&named), "{complaint}");
        let owner = format!("(process {})", std::process::id());
        assert!(complaint.contains(&owner), "{complaint}");
        assert!(answer.stdout.is_empty(), "it never says that it is up");
    }
}

#[test]
fn it_says_where_it_is_and_with_what_and_ends_well_when_terminated() {
    let _ports = ports();
    let base = free_base();
    let (running, greeting) =
        Running::start(&mut sandbox(&["--port", &base.to_string(), "--seed", "5"]));
    let shown = [
        format!("http://127.0.0.1:{base}/control"),
        format!("TELEGRAM_API_URL  http://127.0.0.1:{}", base + 1),
        format!("HELEKET_API_URL   http://127.0.0.1:{}", base + 2),
        format!("FRAGMENT_URL      http://127.0.0.1:{}", base + 3),
        format!("TON_API_URL       http://127.0.0.1:{}", base + 4),
        "MERCHANT_UUID     5a4dc0de-0000-4000-8000-00000057a125".to_owned(),
        "API_KEY           sandbox-payment-key".to_owned(),
        "PAYOUT_API_KEY    sandbox-payout-key".to_owned(),
        "--seed 5".to_owned(),
        "5000 ms".to_owned(),
    ];
    for part in shown {
        assert!(greeting.contains(&part), "{part} is missing: {greeting}");
    }
    assert_eq!(running.terminate(), Some(0));
}

#[test]
fn keys_of_the_environment_are_used_and_never_printed() {
    let _ports = ports();
    let base = free_base();
    let mut command = sandbox(&["--port", &base.to_string()]);
    command
        .env("API_KEY", "hush-payment")
        .env("PAYOUT_API_KEY", "hush-payout");
    let (running, greeting) = Running::start(&mut command);
    assert!(!greeting.contains("hush"), "{greeting}");
    assert!(
        greeting.contains("API_KEY           (from the environment)"),
        "{greeting}"
    );
    assert!(
        greeting.contains("MERCHANT_UUID     5a4dc0de"),
        "{greeting}"
    );
    assert_eq!(running.terminate(), Some(0));
}

#[test]
fn an_empty_key_in_the_environment_is_a_mistake_that_is_named() {
    let answer = sandbox(&[])
        .env("API_KEY", " ")
        .output()
        .expect("it starts");
    let complaint = String::from_utf8_lossy(&answer.stderr);
    assert_eq!(answer.status.code(), Some(78));
    assert!(
        complaint.contains("API_KEY in the environment is empty"),
        "{complaint}"
    );
}

/// One request to the control port; answers the body.
fn ask(base: u16, method: &str, path: &str, body: &str) -> String {
    let mut line = TcpStream::connect(("127.0.0.1", base)).expect("it listens");
    let request = format!(
        "{method} /control/{path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    line.write_all(request.as_bytes()).expect("it is taken");
    let mut answer = String::new();
    line.read_to_string(&mut answer).expect("text");
    let (head, body) = answer.split_once("\r\n\r\n").expect("an answer");
    assert!(head.starts_with("HTTP/1.1 200"), "{answer}");
    body.to_owned()
}

#[test]
fn a_world_in_a_file_goes_on_unless_its_run_was_killed() {
    let _ports = ports();
    let base = free_base();
    let name = format!("starkeeper-sandbox-state-{}", std::process::id());
    let folder = std::env::temp_dir().join(name);
    std::fs::create_dir(&folder).expect("a folder");
    let file = folder.join("world");
    let start = || {
        let port = base.to_string();
        let words = ["--port", &port, "--state", file.to_str().expect("text")];
        Running::start(&mut sandbox(&words))
    };
    let (first, greeting) = start();
    assert!(
        !greeting.contains("goes on") && !greeting.contains("anew"),
        "{greeting}"
    );
    ask(base, "POST", "users/7/say", "{\"text\": \"remember me\"}");
    let chat = ask(base, "GET", "users/7/chat", "");
    assert_eq!(first.terminate(), Some(0));
    let (second, greeting) = start();
    assert!(
        greeting.contains("The world goes on from its file"),
        "{greeting}"
    );
    assert_eq!(ask(base, "GET", "users/7/chat", ""), chat);
    // Killed.
    drop(second);
    let (third, greeting) = start();
    assert!(
        greeting.contains("Beginning anew: the last run was killed"),
        "{greeting}"
    );
    assert!(
        folder.join("world.aside").exists(),
        "what was there is kept"
    );
    ask(base, "POST", "users/7", "{}");
    assert_eq!(ask(base, "GET", "users/7/chat", ""), "[]");
    assert_eq!(third.terminate(), Some(0));
    std::fs::remove_dir_all(folder).expect("it is gone");
}
