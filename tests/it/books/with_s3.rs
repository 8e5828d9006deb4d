//! Backups off the machine: carried by rclone to a server of S3, read back, restored, forgotten in time.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use super::Books;
use crate::support::services::given;
use crate::support::{Running, ports};

const BUCKET: &str = "telegram-bot-backups";
const SECRET: &str = "S3RVER";

/// A server of S3 with one bucket, and what a shop has to reach it.
struct Away {
    _server: Running,
    folder: TempDir,
}

impl Away {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let port = ports::block();
        let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let below = "tools/s3rver/node_modules/s3rver/bin/s3rver.js";
        let server = target.parent().expect("the target folder").join(below);
        assert!(
            server.exists(),
            "{}: ./x test installs it",
            server.display()
        );
        let mut command = Command::new("node");
        command
            .arg(server)
            .args(["--address", "127.0.0.1", "--port", &port.to_string()])
            .args(["--configure-bucket", BUCKET, "--directory"])
            .arg(folder.path().join("objects"));
        let mut server = Running::start("the server of S3", command);
        server.wait_for_port(port);
        let config = folder.path().join("rclone.conf");
        let text = format!(
            "[s3]\ntype = s3\nprovider = Other\nendpoint = http://127.0.0.1:{port}\n\
             access_key_id = S3RVER\nsecret_access_key = {SECRET}\nforce_path_style = true\n"
        );
        std::fs::write(&config, text).expect("it is written");
        let owner = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(&config, owner).expect("it is the owner's");
        Self {
            _server: server,
            folder,
        }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.at(name)).unwrap_or_default()
    }

    /// A command that knows the way.
    fn knows(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new(program.as_ref());
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.folder.path())
            .env("RCLONE_CONFIG", self.at("rclone.conf"))
            .env("REMOTE", format!("s3:{BUCKET}"))
            .env("STARKEEPER", env!("CARGO_BIN_EXE_starkeeper"))
            .env("LOG", self.at("backup.log"))
            .env("REPORT", self.at("report.log"))
            .env("MARK", self.at("mark"));
        command
    }

    fn script(&self, name: &str) -> Command {
        let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/backup");
        self.knows(scripts.join(name))
    }

    fn carries(&self, books: &Books) -> Output {
        let mut command = self.script("away");
        command.env("DATABASE_URL", books.url());
        command.current_dir(self.folder.path());
        command.output().expect("a shell")
    }

    fn rclone(&self, words: &[&str]) -> String {
        let mut command = self.knows("rclone");
        crate::support::services::run(command.args(words))
    }

    /// Names in a folder of the bucket.
    fn holds(&self, folder: &str) -> Vec<String> {
        let listed = self.rclone(&["lsf", &format!("s3:{BUCKET}/{folder}")]);
        listed.lines().map(str::to_owned).collect()
    }
}

fn told(answer: &Output) -> String {
    let bytes = [answer.stdout.as_slice(), &answer.stderr].concat();
    let told = String::from_utf8_lossy(&bytes).into_owned();
    assert!(!told.contains(SECRET), "{told}");
    told
}

/// It went well.
fn well(answer: &Output) -> String {
    let told = told(answer);
    assert!(answer.status.success(), "{told}");
    told
}

/// It ended with 1, and says why.
fn fails(answer: &Output) -> String {
    let told = told(answer);
    assert_eq!(answer.status.code(), Some(1), "{told}");
    told
}

#[test]
fn a_backup_goes_away_is_read_back_and_restored_by_itself() {
    let (away, books) = (Away::new(), Books::filled());
    well(&away.carries(&books));
    let names = away.holds("books");
    assert_eq!(names.len(), 2, "{names:?}");
    assert!(
        names[0].starts_with("starkeeper_2") && names[0].ends_with(".db.gz"),
        "{names:?}"
    );
    assert_eq!(names[1], format!("{}.sha256", names[0]));
    assert!(
        away.read("mark")
            .starts_with("starkeeper_backup_away_last_success_timestamp_seconds{what=\"books\"} ")
    );
    assert!(away.read("backup.log").contains("sha256"));
    // Of last year, and of another kind: the first is forgotten, the second is nobody's business.
    for name in ["starkeeper_20250101_023000.db.gz", "notes.txt"] {
        let file = away.at(name);
        std::fs::write(&file, "old").expect("it is written");
        let touched = Command::new("touch")
            .args(["-d", "2025-01-01"])
            .arg(&file)
            .status();
        assert!(touched.expect("touch").success());
        let to = format!("s3:{BUCKET}/books/{name}");
        away.rclone(&["copyto", file.to_str().expect("a path"), &to]);
    }
    assert_eq!(away.holds("books").len(), 4);
    // Not before the next second, which names the next one.
    crate::support::eventually_blocking("a second backup lies there", || {
        well(&away.carries(&books));
        let names = away.holds("books");
        if names.len() == 5 { Ok(()) } else { Err(names) }
    });
    let names = away.holds("books");
    assert!(names.contains(&"notes.txt".to_owned()), "{names:?}");
    assert!(!names.iter().any(|name| name.contains("2025")), "{names:?}");
    // Once a week somebody looks whether it can be used.
    let said = well(&away.script("try-restore").output().expect("a shell"));
    for word in [
        "ok: starkeeper_",
        "2 customers, 2 orders",
        "the books balance",
    ] {
        assert!(said.contains(word), "{word}: {said}");
    }
    assert_eq!(away.read("report.log"), said);
    assert!(
        away.read("mark")
            .starts_with("starkeeper_restore_tried_last_success")
    );
    // The second one alone is looked at: it is the newest.
    let newest = names.iter().filter(|name| name.ends_with(".db.gz")).max();
    assert!(said.contains(newest.expect("one").as_str()), "{said}");
}

#[test]
fn what_is_damaged_old_or_missing_is_told_and_nothing_is_marked_as_done() {
    let (away, books) = (Away::new(), Books::filled());
    let mut tried = away.script("try-restore");
    let said = fails(&tried.output().expect("a shell"));
    assert!(said.contains("there is no backup"), "{said}");
    well(&away.carries(&books));
    let said = fails(&tried.env("MAX_AGE", "0").output().expect("a shell"));
    assert!(said.contains("older than 0 h"), "{said}");
    std::fs::remove_file(away.at("mark")).expect("it was there");
    let name = away.holds("books").remove(0);
    let broken = away.at("broken");
    std::fs::write(&broken, "not what was sent").expect("it is written");
    let to = format!("s3:{BUCKET}/books/{name}");
    away.rclone(&["copyto", broken.to_str().expect("a path"), &to]);
    let said = fails(&away.script("try-restore").output().expect("a shell"));
    assert!(said.contains("is damaged"), "{said}");
    // Books that contradict themselves give no backup, and nothing is sent.
    books.run(
        "DROP TRIGGER accounts_follow; UPDATE accounts SET balance = balance + 1 WHERE id = 2",
    );
    let said = fails(&away.carries(&books));
    assert!(
        said.contains("no backup was made: nothing was sent"),
        "{said}"
    );
    // Nor is a file that is none.
    let mut command = away.script("away");
    let said = fails(&command.arg(&broken).output().expect("a shell"));
    assert!(said.contains("is no backup of starkeeper"), "{said}");
    assert!(!away.at("mark").exists());
    assert_eq!(away.holds("books").len(), 2);
    assert!(away.read("report.log").contains("FAILED"));
}

#[test]
fn a_place_that_cannot_be_reached_is_told_without_its_keys() {
    let (away, books) = (Away::new(), Books::filled());
    let config = away.read("rclone.conf");
    let nobody = crate::support::services::free_port();
    let (before, after) = config.split_once("127.0.0.1:").expect("an address");
    let (_, after) = after.split_once('\n').expect("a line");
    let config = format!("{before}127.0.0.1:{nobody}\n{after}");
    std::fs::write(away.at("rclone.conf"), config).expect("it is written");
    let mut command = away.script("away");
    command
        .env("DATABASE_URL", books.url())
        .env("RCLONE_RETRIES", "1");
    command.env("RCLONE_LOW_LEVEL_RETRIES", "1");
    let said = fails(&command.output().expect("a shell"));
    assert!(said.contains("takes nothing"), "{said}");
    assert!(!away.at("mark").exists());
}

#[test]
fn a_node_of_redis_is_carried_as_it_is() {
    let away = Away::new();
    let url = url::Url::parse(&given("STARKEEPER_TEST_REDIS")).expect("an address");
    let node = format!("127.0.0.1:{}", url.port().expect("a port"));
    let mut command = away.script("away");
    command
        .arg("redis")
        .env("REDIS_NODES", &node)
        .env("REDIS_PASSWORD", url.password().unwrap_or_default());
    let said = well(&command.output().expect("a shell"));
    assert!(
        !said.contains(url.password().expect("a password")),
        "{said}"
    );
    let name = away.holds("redis").remove(0);
    let file = away.at("dump.gz");
    let from = format!("s3:{BUCKET}/redis/{name}");
    away.rclone(&["copyto", &from, file.to_str().expect("a path")]);
    let unpacked = Command::new("gunzip").arg("-c").arg(&file).output();
    let unpacked = unpacked.expect("gunzip").stdout;
    assert!(unpacked.starts_with(b"REDIS"), "{} bytes", unpacked.len());
}
