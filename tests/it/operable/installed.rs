//! A shop that is put onto a machine, updated, carried to another and taken away again: in folders.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use starkeeper_actors::system::DrainSettings;
use tempfile::TempDir;

use super::{text, tree, yaml};
use crate::support::services::run;
use crate::support::starkeeper;

/// A machine, as far as files go.
pub struct Machine {
    pub root: TempDir,
}

impl Machine {
    pub fn new() -> Self {
        let root = tempfile::tempdir().expect("a folder");
        Self { root }
    }

    /// A file of it.
    pub fn at(&self, path: &str) -> PathBuf {
        self.root.path().join(path.trim_start_matches('/'))
    }

    /// `./x` with this program and its words.
    pub fn x(&self, program: &Path, words: &[&str]) -> Command {
        let mut command = Command::new(tree("x"));
        command
            .args(words)
            .env("DESTDIR", self.root.path())
            .env("STARKEEPER_BINARY", program);
        command
    }

    fn read(&self, path: &str) -> String {
        let file = self.at(path);
        std::fs::read_to_string(&file).unwrap_or_else(|why| panic!("{}: {why}", file.display()))
    }

    fn mode(&self, path: &str) -> u32 {
        let file = self.at(path);
        let known = std::fs::metadata(&file).unwrap_or_else(|why| panic!("{path}: {why}"));
        known.permissions().mode() & 0o7777
    }
}

/// The program that the tests run.
pub fn program() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_starkeeper"))
}

/// A program that says a version and nothing else: quick to pack.
fn small(folder: &Path, version: &str) -> PathBuf {
    let file = folder.join("program");
    let script = format!("#!/bin/sh\necho starkeeper {version}\n");
    std::fs::write(&file, script).expect("it is written");
    let all = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(&file, all).expect("it may be run");
    file
}

fn told(answer: &Output) -> String {
    let bytes = [answer.stdout.as_slice(), &answer.stderr].concat();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A line `name=value` of the unit.
fn line<'a>(unit: &'a str, name: &str) -> &'a str {
    let mut values = unit.lines().filter_map(|line| {
        let (found, value) = line.split_once('=')?;
        (found == name).then_some(value)
    });
    let value = values.next().unwrap_or_else(|| panic!("no {name}"));
    assert_eq!(values.next(), None, "{name} twice");
    value
}

const PROGRAM: &str = "/usr/local/lib/starkeeper/starkeeper";
const COMMAND: &str = "/usr/local/bin/starkeeper";
const SETTINGS: &str = "/etc/starkeeper/starkeeper.env";
const UNIT: &str = "/etc/systemd/system/starkeeper.service";

#[test]
fn an_installed_shop_has_a_program_folders_settings_and_a_unit_with_no_more_rights_than_needed() {
    let machine = Machine::new();
    let said = run(&mut machine.x(&program(), &["install"]));
    for (path, mode) in [
        (PROGRAM, 0o755),
        (COMMAND, 0o755),
        ("/etc/starkeeper", 0o750),
        (SETTINGS, 0o640),
        ("/var/lib/starkeeper", 0o700),
        ("/var/lib/starkeeper/backups", 0o700),
        ("/var/log/starkeeper", 0o750),
        (UNIT, 0o644),
        ("/etc/systemd/system/starkeeper-away.service", 0o644),
    ] {
        assert_eq!(machine.mode(path), mode, "{path}");
    }
    for next in ["starkeeper check", "migrate up", "enable --now starkeeper"] {
        assert!(said.contains(next), "{next}: {said}");
    }
    // What was written is what a real shop is set to, and the program takes it.
    let shown = starkeeper()
        .arg("config")
        .env("ENV_FILE", machine.at(SETTINGS))
        .output()
        .expect("it starts");
    assert!(shown.status.success(), "{}", told(&shown));
    let shown = told(&shown);
    for value in [
        "production",
        "/var/lib/starkeeper/backups",
        "/var/log/starkeeper",
    ] {
        assert!(shown.contains(value), "{value}: {shown}");
    }
}

#[test]
fn the_unit_starts_always_but_not_after_a_wrong_setting_and_waits_for_the_drain() {
    let unit = text("deploy/systemd/starkeeper.service");
    assert_eq!(line(&unit, "Restart"), "always");
    assert_eq!(line(&unit, "RestartPreventExitStatus"), "78");
    assert_eq!(line(&unit, "StartLimitIntervalSec"), "0");
    assert_eq!(line(&unit, "User"), "starkeeper");
    let longest = DrainSettings::default().longest();
    let wait = Duration::from_secs(line(&unit, "TimeoutStopSec").parse().expect("seconds"));
    assert!(wait > longest, "{wait:?} is not above {longest:?}");
    // The same holds for containers.
    let compose = yaml("docker-compose.yml");
    for name in ["app", "webhook"] {
        let grace = compose["services"][name]["stop_grace_period"].as_str();
        let grace = grace
            .and_then(|grace| grace.strip_suffix('s'))
            .expect("seconds");
        let grace = Duration::from_secs(grace.parse().expect("seconds"));
        assert!(grace > longest, "{name}");
    }
}

#[test]
fn a_second_installation_keeps_settings_books_and_the_program_before() {
    let machine = Machine::new();
    let folder = tempfile::tempdir().expect("a folder");
    run(&mut machine.x(&small(folder.path(), "1.0.0"), &["install"]));
    std::fs::write(machine.at(SETTINGS), "TELEGRAM_TOKEN=mine\n").expect("it is written");
    let books = "/var/lib/starkeeper/starkeeper.db";
    std::fs::write(machine.at(books), "books").expect("it is written");
    run(&mut machine.x(&small(folder.path(), "1.0.1"), &["install"]));
    // Once more the same: the program before is still the one before.
    let said = run(&mut machine.x(&small(folder.path(), "1.0.1"), &["install"]));
    assert!(said.contains("settings are kept"), "{said}");
    assert_eq!(machine.read(SETTINGS), "TELEGRAM_TOKEN=mine\n");
    assert!(machine.read(PROGRAM).contains("1.0.1"));
    assert!(machine.read(&format!("{PROGRAM}.before")).contains("1.0.0"));
    let said = run(&mut machine.x(&program(), &["uninstall"]));
    assert!(said.contains("/var/lib/starkeeper"), "{said}");
    for gone in [COMMAND, UNIT, "/usr/local/lib/starkeeper"] {
        assert!(!machine.at(gone).exists(), "{gone}");
    }
    assert_eq!(machine.read(books), "books");
    assert_eq!(machine.read(SETTINGS), "TELEGRAM_TOKEN=mine\n");
    // And what is gone already is no trouble.
    run(&mut machine.x(&program(), &["uninstall"]));
}

#[test]
fn a_program_that_cannot_run_here_is_told_before_anything_is_changed() {
    let machine = Machine::new();
    let folder = tempfile::tempdir().expect("a folder");
    let foreign = small(folder.path(), "1.0.0");
    std::fs::write(&foreign, "\u{7f}ELF of another processor").expect("it is written");
    let answer = machine.x(&foreign, &["install"]).output().expect("a shell");
    assert!(!answer.status.success());
    assert!(
        told(&answer).contains("does not run on this machine"),
        "{}",
        told(&answer)
    );
    assert!(!machine.at(PROGRAM).exists());
}

#[test]
fn a_package_is_carried_checked_and_installed_without_the_source() {
    let out = tempfile::tempdir().expect("a folder");
    let folder = tempfile::tempdir().expect("a folder");
    let machine = Machine::new();
    let to = out.path().display().to_string();
    let packed = machine
        .x(&small(folder.path(), "1.2.3"), &["package", &to])
        .output()
        .expect("a shell");
    assert!(packed.status.success(), "{}", told(&packed));
    for word in ["scp", "sha256sum -c", "glibc"] {
        assert!(told(&packed).contains(word), "{word}: {}", told(&packed));
    }
    // What it says is typed on the other machine.
    let script = "sha256sum -c ./*.tar.gz.sha256 && tar xzf ./*.tar.gz && cd starkeeper-1.2.3-* \
                  && sha256sum -c SHA256SUMS && ./install --prefix /opt/shop";
    let mut shell = Command::new("sh");
    shell
        .args(["-c", script])
        .current_dir(out.path())
        .env("DESTDIR", machine.root.path());
    let said = run(&mut shell);
    assert!(said.contains("starkeeper 1.2.3 is installed"), "{said}");
    assert!(
        said.contains("sudo /opt/shop/bin/starkeeper check"),
        "{said}"
    );
    let starts = "ExecStart=/opt/shop/lib/starkeeper/starkeeper serve";
    assert!(machine.read(UNIT).contains(starts));
    for name in ["@PREFIX@", "@CONFIG@", "@STATE@", "@LOGS@"] {
        assert!(
            text("deploy/systemd/starkeeper.service").contains(name),
            "{name}"
        );
        for file in [UNIT, "/opt/shop/bin/starkeeper"] {
            assert!(!machine.read(file).contains(name), "{name} in {file}");
        }
    }
    // Neither the package nor the prefix is needed to be rid of it.
    let mut remove = Command::new(machine.at("/opt/shop/lib/starkeeper/install"));
    run(remove.arg("remove").env("DESTDIR", machine.root.path()));
    for gone in [UNIT, "/opt/shop/bin/starkeeper", "/opt/shop/lib/starkeeper"] {
        assert!(!machine.at(gone).exists(), "{gone}");
    }
    assert!(machine.at(SETTINGS).exists());
}

/// What people type after an installation, in the folder of a test: whoever names settings of their own,
/// or asks for what needs none, gets the program; the shop's settings are for root and its own user.
#[test]
fn the_installed_command_is_the_program_with_the_shops_settings_or_ones_own() {
    let machine = Machine::new();
    let folder = tempfile::tempdir().expect("a folder");
    let says = folder.path().join("says");
    std::fs::write(&says, "#!/bin/sh\necho \"$ENV_FILE|$(id -un)|$PWD|$*\"\n").expect("written");
    let all = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(&says, all).expect("it may be run");
    run(&mut machine.x(&says, &["install"]));
    // The folders of a machine are the test's here, and its user is who runs it.
    let me = run(Command::new("id").arg("-un"));
    let there = |path: &str| machine.at(path).display().to_string();
    let command = machine
        .read(COMMAND)
        .replace("=/usr/local", &format!("={}", there("/usr/local")))
        .replace("=/etc", &format!("={}", there("/etc")))
        .replace("user=starkeeper", &format!("user={}", me.trim()));
    std::fs::write(machine.at(COMMAND), command).expect("it is written");
    let typed = |words: &[&str], settings: Option<&str>| {
        let mut command = Command::new(machine.at(COMMAND));
        command.args(words).current_dir(folder.path());
        command.env_remove("ENV_FILE");
        if let Some(settings) = settings {
            command.env("ENV_FILE", settings);
        }
        run(&mut command)
    };
    let here = folder.path().canonicalize().expect("it is there");
    let here = here.display().to_string();
    let ours = format!(
        "{}|{}|{}|",
        there(SETTINGS),
        me.trim(),
        there("/etc/starkeeper")
    );
    assert_eq!(typed(&["check", "db"], None), format!("{ours}check db\n"));
    // Files are named from where one stands.
    assert_eq!(
        typed(&["login", "import", "cookies", "--till", "2"], None),
        format!("{ours}login import {here}/cookies --till 2\n")
    );
    assert_eq!(
        typed(&["backup", "--force", "b.db"], None),
        format!("{ours}backup --force {here}/b.db\n")
    );
    for words in [["login", "import", "-"], ["restore", "/x.db", "--help"]] {
        assert!(typed(&words, None).ends_with(&format!("|{}\n", words.join(" "))));
    }
    let own = typed(&["check"], Some("mine"));
    assert_eq!(own, format!("mine|{}|{here}|check\n", me.trim()));
}

#[test]
fn a_machine_that_is_too_small_is_told_what_to_do_instead() {
    let folder = tempfile::tempdir().expect("a folder");
    let memory = folder.path().join("meminfo");
    std::fs::write(&memory, "MemAvailable: 900000 kB\nSwapFree: 100000 kB\n").expect("written");
    for words in ["package", "install"] {
        let answer = Command::new(tree("x"))
            .arg(words)
            .env("STARKEEPER_MEMINFO", &memory)
            .env("DESTDIR", folder.path())
            .output()
            .expect("a shell");
        assert_eq!(answer.status.code(), Some(1), "{words}");
        let told = told(&answer);
        for word in ["976 MiB are free", "./x package && scp", "swapon"] {
            assert!(told.contains(word), "{words}, {word}: {told}");
        }
    }
}
