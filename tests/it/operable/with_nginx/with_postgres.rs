//! Releases come and go behind the proxy while customers are there: no request is lost, and a release
//! that is not well is taken back.

mod crowd;

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::Duration;

use tempfile::TempDir;

use self::crowd::Crowd;
use super::Nginx;
use crate::operable::installed::program;
use crate::operable::{page, tree};
use crate::support::emulators::Emulators;
use crate::support::services::{postgres_program, run};
use crate::support::shop::{Setting, TOKEN, at_gateway, books_at};
use crate::support::{Database, ports, starkeeper};

/// For a whole deployment on a busy machine.
const DEPLOYED: Duration = Duration::from_secs(90);

/// A machine with nginx, a database, packages of releases, and places for them.
struct Host {
    nginx: Nginx,
    database: Database,
    settings: Vec<Setting>,
    /// The first of three ports: those of blue and green, or of a, b and c.
    port: u16,
    folder: TempDir,
    _emulators: Emulators,
}

impl Host {
    fn new() -> Self {
        let base = ports::block();
        let emulators = Emulators::start(base, 1);
        let database = Database::migrated();
        let mut settings = at_gateway(&emulators);
        settings.extend(books_at(&database.url()));
        // A busy machine is no lost request.
        let patient = [
            ("INVOICE_PATIENCE", "30s"),
            ("PAYMENT_CALL_TIMEOUT", "15s"),
            ("PAYMENT_STEP_TIMEOUT", "45s"),
        ];
        settings.extend(patient.map(|(name, value)| (name, value.to_owned())));
        // Nobody listens there until something is released.
        let nginx = Nginx::before(base + 9, false);
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("env"), "").expect("it is written");
        let host = Self {
            nginx,
            database,
            settings,
            port: base + 5,
            folder,
            _emulators: emulators,
        };
        host.package("one", "");
        host.package("two", "");
        host.script("notify", "printf '%s\\n' \"$1\" >>\"$RELEASES/told\"");
        host
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn script(&self, name: &str, text: &str) {
        let file = self.at(name);
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("it is made");
        std::fs::write(&file, format!("#!/bin/sh\n{text}\n")).expect("it is written");
        let all = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(&file, all).expect("it may be run");
    }

    /// A release: the program of the tests, with something wrong before it.
    fn package(&self, release: &str, wrong: &str) {
        let name = format!("packages/{release}/starkeeper");
        let text = format!("{wrong}\nexec '{}' \"$@\"", program().display());
        self.script(&name, &text);
    }

    /// `deploy/release` with what this machine has; quick where production is patient.
    fn release(&self, words: &[&str]) -> Command {
        let mut command = Command::new(tree("deploy/release"));
        let path = |name: &str| self.at(name).display().to_string();
        let (a, b, c) = (self.port, self.port + 1, self.port + 2);
        command
            .args(words)
            .env_clear()
            .envs(self.settings.iter().cloned())
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("ENVIRONMENT", "development")
            .env("ENV_FILE", path("env"))
            .env("ADMIN_TOKEN", TOKEN)
            .env("HEALTH_EVERY", "100ms")
            .env("STATE_DIR", path("state"))
            .env("LOG_DIR", path("logs"))
            .env("DRIVER", "process")
            .env("PACKAGES", path("packages"))
            .env("RELEASES", path("releases"))
            .env("NOTIFY", path("notify"))
            .env("TRAFFIC", self.nginx.traffic())
            .env("PROXY", &self.nginx.called)
            .env("PLACES", format!("blue={a} green={b} a={a} b={b} c={c}"))
            .env("INSTANCES", "a b c")
            .env("STEP_FOR", "0")
            .env("WATCH_FOR", "1")
            .env("WATCH_EVERY", "0.2")
            .env("READY_TRIES", "600")
            .env("READY_EVERY", "0.1")
            // A busy machine is no slow release.
            .env("MAX_RESPONSE_TIME", "30")
            .env("WORKERS", self.nginx.workers());
        if let Some(run) = std::env::var_os("STARKEEPER_TEST_RUN") {
            command.env("STARKEEPER_TEST_RUN", run);
        }
        command
    }

    /// It ends as it should, while the runtime goes on.
    async fn released(&self, words: &[&str]) -> String {
        let answer = self.outcome(self.release(words)).await;
        let told = told_of(&answer);
        assert!(
            answer.status.success(),
            "{words:?}: {told}\n{}",
            self.logs()
        );
        told
    }

    /// It refuses; answers what it said.
    async fn refused(&self, command: Command) -> String {
        let answer = self.outcome(command).await;
        let told = told_of(&answer);
        assert_eq!(answer.status.code(), Some(1), "{told}\n{}", self.logs());
        told
    }

    async fn outcome(&self, mut command: Command) -> Output {
        let ended = tokio::task::spawn_blocking(move || command.output());
        ended.await.expect("it runs").expect("it starts")
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.at(name)).unwrap_or_default()
    }

    fn logs(&self) -> String {
        let logs = ["blue", "green", "a", "b", "c"];
        let logs = logs.map(|place| self.read(&format!("releases/places/{place}.log")));
        logs.concat()
    }

    fn shares(&self) -> String {
        let file = self.nginx.traffic().join("upstreams.conf");
        std::fs::read_to_string(file).unwrap_or_default()
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        for place in ["blue", "green", "a", "b", "c"] {
            let pid = self.read(&format!("releases/places/{place}.pid"));
            if !pid.is_empty() {
                let words = ["-c", "kill -KILL \"$0\"", pid.trim()];
                let _gone = Command::new("sh").args(words).output();
            }
        }
    }
}

fn told_of(answer: &Output) -> String {
    let bytes = [answer.stdout.as_slice(), &answer.stderr].concat();
    String::from_utf8_lossy(&bytes).into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_release_takes_the_traffic_step_by_step_without_a_lost_request_and_gives_it_back() {
    let host = Host::new();
    let first = host.released(&["blue-green", "one"]).await;
    assert!(first.contains("release one is active in blue"), "{first}");
    let crowd = Crowd::asking(&host, true);
    crowd.has_asked(20).await;
    let second = host.released(&["blue-green", "two"]).await;
    // Each step is seen, in its order.
    let mut rest = second.as_str();
    for step in [
        "green is ready",
        "traffic: green 5 blue 95",
        "traffic: green 25 blue 75",
        "traffic: green 50 blue 50",
        "traffic: green 100 blue 0",
        "release two is active in green",
    ] {
        let at = rest
            .find(step)
            .unwrap_or_else(|| panic!("{step}: {second}"));
        rest = &rest[at..];
    }
    // The old one has ended, in order, and the new one serves.
    let left = host.read("releases/places/blue.pid");
    assert!(left.is_empty(), "{left}: {second}\n{}", host.logs());
    crowd.has_asked(20).await;
    let page = page::of(host.port + 1).await;
    assert!(page.contains("response_time"), "{page}");
    // And back, to the release that the record names.
    let back = host.released(&["rollback"]).await;
    assert!(back.contains("release one is active in blue"), "{back}");
    crowd.has_asked(20).await;
    let (asked, failed) = crowd.ends().await;
    assert_eq!(failed, Vec::<String>::new(), "of {asked}");
    let record = host.read("releases/record");
    let lines: Vec<&str> = record
        .lines()
        .map(|line| line.split_once(' ').expect("a time").1)
        .collect();
    let expected = [
        "active blue one",
        "active green two",
        "bad green two",
        "active blue one",
    ];
    assert_eq!(lines, expected);
    assert!(
        host.read("releases/told")
            .contains("rolled back from two to one")
    );
    // There is no release before that is any good.
    let none = host.refused(host.release(&["rollback"])).await;
    assert!(none.contains("no release before"), "{none}");
    let status = host.released(&["status"]).await;
    assert!(status.contains("active: one in blue"), "{status}");
    // A word of the program with the active release and its settings.
    let checked = host.released(&["run", "check", "db"]).await;
    assert!(checked.contains("db"), "{checked}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_release_that_fails_is_taken_back_by_the_numbers_of_its_own_page() {
    let host = Host::new();
    host.released(&["blue-green", "one"]).await;
    // Ready and healthy, and every invoice fails: only the canary shows it.
    host.package("bad", "export API_KEY= MERCHANT_UUID= PAYOUT_API_KEY=");
    let crowd = Crowd::asking(&host, true);
    crowd.has_asked(20).await;
    let mut command = host.release(&["blue-green", "bad"]);
    command.env("WATCH_FOR", "60");
    let told = host.refused(command).await;
    assert!(
        told.contains("error_rate") && told.contains("is above 0.05"),
        "{told}"
    );
    assert!(
        host.shares()
            .starts_with("# Written by deploy/release: blue 100\n"),
        "{}",
        host.shares()
    );
    crowd.ends().await;
    // Whoever asks now meets the old one alone.
    let crowd = Crowd::asking(&host, true);
    crowd.has_asked(20).await;
    assert_eq!(crowd.ends().await.1, Vec::<String>::new());
    assert!(
        host.read("releases/places/green.pid").is_empty(),
        "it was stopped"
    );
    assert!(
        host.read("releases/told")
            .contains("release bad was taken back")
    );
    // One that never gets ready changes nothing, and does not wait for ever.
    host.package("mute", "if [ \"$1\" = serve ]; then exec sleep 600; fi");
    let mut command = host.release(&["blue-green", "mute"]);
    command.env("READY_TRIES", "3");
    let told = host.refused(command).await;
    assert!(told.contains("not ready after 3 looks"), "{told}");
    // Nor does one that is not there.
    let told = host.refused(host.release(&["blue-green", "none"])).await;
    assert!(told.contains("nothing was changed"), "{told}");
    let status = host.released(&["status"]).await;
    assert!(status.contains("active: one in blue"), "{status}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_migrated_without_a_backup_and_what_was_migrated_is_compared() {
    let host = Host::new();
    let url = host.database.url();
    run(starkeeper()
        .args(["migrate", "down", "--yes"])
        .env("DATABASE_URL", &url));
    let current = || {
        run(starkeeper()
            .args(["migrate", "current"])
            .env("DATABASE_URL", &url))
    };
    assert!(current().contains("pending"));
    // Only the release that made the books can read all of them: nobody knows which that was.
    let told = host.refused(host.release(&["blue-green", "one"])).await;
    assert!(told.contains("name it as MADE_BY"), "{told}");
    host.package("elder", "if [ \"$1\" = backup ]; then exit 1; fi");
    let by_elder = || {
        let mut command = host.release(&["blue-green", "one"]);
        command.env("MADE_BY", "elder");
        command
    };
    let told = host.refused(by_elder()).await;
    assert!(
        told.contains("the backup failed, so nothing is migrated"),
        "{told}"
    );
    assert!(current().contains("pending"));
    assert!(host.shares().is_empty(), "no traffic");
    // With one it goes on. Its schema is one that the program of the tests reads no more.
    let dump = postgres_program("pg_dump");
    let dump = format!(
        "if [ \"$1\" = backup ]; then exec '{}' --file=\"$2\" \"$DATABASE_URL\"; fi",
        dump.display()
    );
    host.package("elder", &dump);
    let answer = host.outcome(by_elder()).await;
    assert!(answer.status.success(), "{}", told_of(&answer));
    assert!(!current().contains("pending"));
    let backups = std::fs::read_dir(host.at("releases/backups")).expect("a folder");
    assert_eq!(backups.count(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn instances_are_updated_one_by_one_and_the_first_that_fails_is_put_back() {
    let host = Host::new();
    host.released(&["rolling", "one"]).await;
    assert!(
        host.shares()
            .starts_with("# Written by deploy/release: a 1 b 1 c 1\n")
    );
    let crowd = Crowd::asking(&host, false);
    crowd.has_asked(20).await;
    // It ends at once in one of the places.
    host.package(
        "lame",
        "if [ \"$1$STARKEEPER_PLACE\" = serveb ]; then exit 1; fi",
    );
    let told = host.refused(host.release(&["rolling", "lame"])).await;
    assert!(told.contains("b does not run"), "{told}");
    assert!(!told.contains("goes to c"), "it ended there: {told}");
    assert!(host.read("releases/told").contains("failed at b"), "{told}");
    crowd.has_asked(20).await;
    let (asked, failed) = crowd.ends().await;
    assert_eq!(failed, Vec::<String>::new(), "of {asked}");
    for place in 0..3 {
        assert!(
            page::of(host.port + place)
                .await
                .contains("starkeeper_health 1"),
            "{place}"
        );
    }
    let status = host.released(&["status"]).await;
    assert!(status.contains("active: one in all"), "{status}");
}

#[test]
fn one_deployment_at_a_time() {
    let host = Host::new();
    std::fs::create_dir_all(host.at("releases")).expect("it is made");
    let held = std::fs::File::create(host.at("releases/lock")).expect("it is made");
    held.lock().expect("it is locked");
    let answer = host
        .release(&["blue-green", "one"])
        .output()
        .expect("it starts");
    assert_eq!(answer.status.code(), Some(1));
    assert!(
        told_of(&answer).contains("another deployment is under way"),
        "{}",
        told_of(&answer)
    );
}

/// The validation of the pipeline, at a proxy as it is delivered.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pipeline_sees_what_the_world_may_see_and_what_not() {
    let host = Host::new();
    host.released(&["blue-green", "one"]).await;
    let validate = |port: u16| {
        let mut command = Command::new(tree("deploy/ci/validate"));
        command.arg(format!("http://127.0.0.1:{port}"));
        command
    };
    // The tests come from this machine, which is an operator's: strangers are told by their address.
    let mut stranger = validate(host.nginx.http);
    let curl = host.at("curl-home");
    std::fs::create_dir(&curl).expect("a folder");
    std::fs::write(
        curl.join(".curlrc"),
        "header = \"CF-Connecting-IP: 203.0.113.7\"\n",
    )
    .expect("written");
    stranger.env("HOME", &curl);
    let answer = host.outcome(stranger).await;
    assert!(answer.status.success(), "{}", told_of(&answer));
    // A daemon without the proxy shows too much.
    let answer = host.outcome(validate(host.port)).await;
    assert_eq!(answer.status.code(), Some(1));
    assert!(
        told_of(&answer).contains("WRONG  /metrics: 200, expected 404"),
        "{}",
        told_of(&answer)
    );
}
