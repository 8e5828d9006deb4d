//! A fresh machine is made ready: what would be done, in its order.

use std::process::Command;

use super::tree;
use crate::support::services::run;

#[test]
fn a_machine_is_prepared_without_locking_anybody_out() {
    let root = tempfile::tempdir().expect("a folder");
    let mut prepare = Command::new(tree("deploy/host/prepare"));
    let said = run(prepare.arg("--into").arg(root.path()));
    let place = |words: &str| {
        said.find(words)
            .unwrap_or_else(|| panic!("{words}: {said}"))
    };
    for package in ["curl", "wget", "git", "ufw"] {
        assert!(said.contains(&format!(" {package} ")), "{package}: {said}");
    }
    // ssh before the firewall goes up, and nothing else than the guide's ports.
    assert!(place("ufw allow 22/tcp") < place("ufw --force enable"));
    assert!(place("ufw default deny incoming") < place("ufw --force enable"));
    let allowed: Vec<&str> = said
        .lines()
        .filter_map(|line| line.strip_prefix("ufw allow "))
        .collect();
    assert_eq!(allowed, ["22/tcp", "80/tcp", "443/tcp"]);
    let kernel = root.path().join("etc/sysctl.d/90-shop.conf");
    let kernel = std::fs::read_to_string(kernel).expect("it was written");
    for line in [
        "vm.overcommit_memory = 1",
        "vm.swappiness = 10",
        "vm.max_map_count = 262144",
    ] {
        assert!(kernel.lines().any(|shown| shown == line), "{line}");
    }
    // Only shown, nothing is written.
    let mut show = Command::new(tree("deploy/host/prepare"));
    assert!(run(show.arg("--show")).contains("ufw --force enable"));
}
