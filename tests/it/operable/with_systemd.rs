//! The units as systemd reads them: whole, and with few rights.

use std::path::Path;
use std::process::Command;

use super::installed::{Machine, program};
use crate::support::services::run;

fn analyze(unit: &Path, words: &[&str]) {
    let mut command = Command::new("systemd-analyze");
    let answer = command.args(words).arg(unit).output();
    let answer = answer.expect("systemd-analyze is there");
    let told = String::from_utf8_lossy(&answer.stderr).into_owned();
    assert!(answer.status.success(), "{words:?} {unit:?}: {told}");
    assert_eq!(told, "", "{words:?} {unit:?}");
}

#[test]
fn systemd_takes_the_units_and_finds_them_little_exposed() {
    let machine = Machine::new();
    run(&mut machine.x(&program(), &["install"]));
    // Of 100: what systemd itself calls OK ends at 40. Browsers need more than backups do.
    for (name, exposed) in [
        ("starkeeper.service", Some("30")),
        ("starkeeper-away.service", Some("25")),
        ("starkeeper-try-restore.service", Some("25")),
        ("starkeeper-away.timer", None),
        ("starkeeper-try-restore.timer", None),
    ] {
        let unit = machine.at(&format!("/etc/systemd/system/{name}"));
        let text = std::fs::read_to_string(&unit).expect("it was installed");
        // The programs lie below the folder of the test, and systemd looks whether they are there.
        let here = format!("{}/", machine.at("/usr/local").display());
        std::fs::write(&unit, text.replace("/usr/local/", &here)).expect("it is written");
        analyze(&unit, &["verify"]);
        if let Some(exposed) = exposed {
            let words = [
                "security",
                "--offline=yes",
                "--no-pager",
                "--threshold",
                exposed,
            ];
            analyze(&unit, &words);
        }
    }
    // An instance differs from the one in what it runs and where it listens.
    let read = |name: &str| {
        let file = machine.at(&format!("/etc/systemd/system/{name}"));
        std::fs::read_to_string(file).expect("it was installed")
    };
    let instance = read("starkeeper@.service");
    for line in [
        "ExecStart=/opt/starkeeper/%i/starkeeper serve",
        "EnvironmentFile=/etc/starkeeper/%i.env",
        "RestartPreventExitStatus=78",
        "TimeoutStopSec=60",
    ] {
        assert!(instance.lines().any(|shown| shown == line), "{line}");
    }
}
