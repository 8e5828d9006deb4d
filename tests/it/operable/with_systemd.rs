//! The unit as systemd reads it: whole, and with few rights.

use std::process::Command;

use super::installed::{Machine, program};
use crate::support::services::run;

/// Of 100: what systemd itself calls OK ends at 40.
const EXPOSED: &str = "30";

#[test]
fn systemd_takes_the_unit_and_finds_it_little_exposed() {
    let machine = Machine::new();
    run(&mut machine.x(&program(), &["install"]));
    // The program lies below the folder of the test, and systemd looks whether it is there.
    let installed = machine.at("/etc/systemd/system/starkeeper.service");
    let unit = std::fs::read_to_string(&installed).expect("it was installed");
    let here = machine.at("/usr/local/bin/starkeeper");
    let unit = unit.replace("/usr/local/bin/starkeeper", &here.display().to_string());
    std::fs::write(&installed, unit).expect("it is written");
    let analyze = |words: &[&str]| {
        let mut command = Command::new("systemd-analyze");
        let answer = command.args(words).arg(&installed).output();
        let answer = answer.expect("systemd-analyze is there");
        let told = String::from_utf8_lossy(&answer.stderr).into_owned();
        assert!(answer.status.success(), "{words:?}: {told}");
        assert_eq!(told, "", "{words:?}");
    };
    analyze(&["verify"]);
    analyze(&[
        "security",
        "--offline=yes",
        "--no-pager",
        "--threshold",
        EXPOSED,
    ]);
}
