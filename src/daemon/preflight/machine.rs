//! This machine: folders and their room, open files, memory, and what the kernel is set to.

use std::fs;
use std::path::{Path, PathBuf};

use starkeeper_actors::domain::shop::RoomRules;

use super::{Preflight, Report};

/// Less room than this, and a backup or a log soon fails.
const LITTLE_ROOM: u64 = 1 << 30;

/// Less room than this, and the books themselves may not be written.
const NO_ROOM: u64 = 128 << 20;

/// What a daemon with its pools, browsers and customers opens on a busy day.
const ENOUGH_FILES: u64 = 4_096;

/// What the daemon takes, in KiB.
const DAEMON_KIB: u64 = 150 << 10;

/// What one browser takes, in KiB, as measured on Fragment's pages.
const BROWSER_KIB: u64 = 350 << 10;

/// What Redis and PostgreSQL beside the daemon want of the kernel: the key, the value, and for whom.
const KERNEL: [(&str, &str, &str); 3] = [
    (
        "vm/overcommit_memory",
        "1",
        "Redis cannot save its data when memory is short",
    ),
    ("vm/swappiness", "10", "the database is swapped out early"),
    (
        "vm/max_map_count",
        "262144",
        "a browser may run out of mappings",
    ),
];

impl Preflight<'_> {
    pub(super) fn disk(&self, report: &mut Report) {
        let settings = self.settings;
        let logs = settings.logs.dir.clone();
        let backups = settings.backup.as_ref().map(|backup| backup.dir.clone());
        let folders: [(&str, Option<PathBuf>); 4] = [
            ("STATE_DIR", Some(settings.state_dir.clone())),
            ("LOG_DIR", logs),
            ("BACKUP_DIR", backups),
            ("TMPDIR", Some(std::env::temp_dir())),
        ];
        for (var, folder) in folders {
            // As the keeper of the shop judges the folders that it watches.
            let least = if var == "TMPDIR" {
                0
            } else {
                settings.shop.disk_min
            };
            match folder {
                Some(folder) => look_at(var, &folder, RoomRules { least }, report),
                None if var == "BACKUP_DIR" => {
                    report.odd(
                        "BACKUP_DIR is not set: no nightly backups are made",
                        "set it, best on another disk",
                    );
                }
                None => report.absent(format!("{var} is not set: nothing is written there")),
            }
        }
    }

    pub(super) fn limits(&self, report: &mut Report) {
        let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
        match limit.current {
            Some(files) if files < ENOUGH_FILES => report.odd(
                format!("{files} files may be open at a time"),
                "raise it to 4096 (LimitNOFILE= in the unit, ulimit -n in a shell)",
            ),
            Some(files) => report.well(format!("{files} files may be open at a time")),
            None => report.well("any number of files may be open"),
        }
        self.memory(report);
        for (key, wanted, otherwise) in KERNEL {
            let name = key.replace('/', ".");
            match fs::read_to_string(Path::new("/proc/sys").join(key)) {
                Ok(value) if value.trim() == wanted => {
                    report.well(format!("{name} is {wanted}"));
                }
                Ok(value) => report.odd(
                    format!("{name} is {}: {otherwise}", value.trim()),
                    &format!("sysctl -w {name}={wanted}, and in /etc/sysctl.d to keep it"),
                ),
                Err(why) => report.absent(format!("{name} cannot be read here: {why}")),
            }
        }
    }

    fn memory(&self, report: &mut Report) {
        let settings = self.settings;
        let browsers = if settings.browser.webdriver_url.is_some() {
            0
        } else {
            let tills = u64::try_from(settings.ton.tills.len()).unwrap_or(u64::MAX);
            tills.saturating_add(u64::from(settings.browser.look_ups))
        };
        let needed = BROWSER_KIB
            .saturating_mul(browsers)
            .saturating_add(DAEMON_KIB);
        let text = match fs::read_to_string("/proc/meminfo") {
            Ok(text) => text,
            Err(why) => return report.absent(format!("the free memory cannot be read: {why}")),
        };
        let free = text
            .lines()
            .find_map(|line| line.strip_prefix("MemAvailable:"))
            .and_then(|line| line.split_whitespace().next())
            .and_then(|kib| kib.parse::<u64>().ok());
        let Some(free) = free else {
            return report.absent("the free memory cannot be read: /proc/meminfo does not say it");
        };
        let (free_mib, needed_mib) = (free >> 10, needed >> 10);
        if free < needed {
            report.odd(
                format!("{free_mib} MiB of memory are free; the daemon and {browsers} browsers want {needed_mib}"),
                "add memory or swap, lower BROWSER_LOOK_UPS, or set WEBDRIVER_URL to a browser elsewhere",
            );
        } else {
            report.well(format!(
                "{free_mib} MiB of memory are free; the daemon and {browsers} browsers want {needed_mib}"
            ));
        }
    }
}

/// Whether a folder can be written, and how much more.
fn look_at(var: &str, folder: &Path, rules: RoomRules, report: &mut Report) {
    let shown = folder.display();
    // A folder that the daemon will make is as good as the one it is made in.
    let there = folder.ancestors().find(|folder| folder.exists());
    let there = there.unwrap_or(Path::new("."));
    let probe = there.join(format!(".starkeeper-check-{}", std::process::id()));
    let written = fs::write(&probe, b"may be deleted").and_then(|()| fs::remove_file(&probe));
    if let Err(why) = written {
        return report.wrong(
            format!("{var}: {shown} cannot be written: {why}"),
            "let the daemon's user own it, or name another folder",
        );
    }
    let room = match rustix::fs::statvfs(there) {
        Ok(room) => room.f_bavail.saturating_mul(room.f_frsize),
        Err(why) => {
            return report.absent(format!("{var}: the room in {shown} is not known: {why}"));
        }
    };
    let (mib, least) = (room >> 20, rules.least >> 20);
    if rules.is_low(false, room) {
        report.wrong(
            format!(
                "{var}: {shown} has {mib} MiB left, less than DISK_MIN ({least} MiB): sales rest"
            ),
            "make room, or lower DISK_MIN",
        );
    } else if room < NO_ROOM {
        report.wrong(
            format!("{var}: {shown} has {mib} MiB left"),
            "make room: the books must be writable",
        );
    } else if room < LITTLE_ROOM || rules.is_low(true, room) {
        report.odd(
            format!("{var}: {shown} has {mib} MiB left"),
            "make room soon",
        );
    } else {
        report.well(format!("{var}: {shown} can be written, {mib} MiB left"));
    }
}
