//! Processes of this machine, as `/proc` shows them.

use std::fs;
use std::path::Path;

use rustix::process::{Pid, Signal};

/// One process.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Process {
    pub(super) pid: i32,
    pub(super) group: i32,
    /// In ticks since the machine's start: with the number, it names a process for good.
    pub(super) started: u64,
    /// It has ended and waits for its parent to notice.
    pub(super) is_over: bool,
}

/// Reads one; none if it is not there.
pub(super) fn one(pid: i32) -> Option<Process> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name stands in brackets and may hold anything.
    let (_, rest) = stat.rsplit_once(") ")?;
    let fields: Vec<&str> = rest.split(' ').collect();
    Some(Process {
        pid,
        group: fields.get(2)?.parse().ok()?,
        started: fields.get(19)?.parse().ok()?,
        is_over: matches!(fields.first().copied(), Some("Z" | "X")),
    })
}

/// Every process that runs.
pub(super) fn all() -> Vec<Process> {
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let pids = names.filter_map(|name| name.parse().ok());
    pids.filter_map(one).filter(|one| !one.is_over).collect()
}

/// Those of a group.
pub(super) fn in_group(group: i32) -> Vec<Process> {
    let all = all().into_iter();
    all.filter(|one| one.group == group).collect()
}

/// Those that were started with this folder in an argument. The folder's name is a number that the
/// pool drew once, so nobody else's process has it.
pub(super) fn in_folder(folder: &Path) -> Vec<Process> {
    let Some(folder) = folder.to_str().filter(|folder| folder.len() > 1) else {
        return Vec::new();
    };
    let all = all().into_iter();
    all.filter(|one| {
        let line = fs::read(format!("/proc/{}/cmdline", one.pid)).unwrap_or_default();
        let mut arguments = line.split(|byte| *byte == 0);
        arguments.any(|argument| {
            std::str::from_utf8(argument).is_ok_and(|argument| is_inside(argument, folder))
        })
    })
    .collect()
}

/// `…=/folder`, or something below it; not a folder that only begins alike.
fn is_inside(argument: &str, folder: &str) -> bool {
    argument
        .split_once(folder)
        .is_some_and(|(_, rest)| rest.is_empty() || rest.starts_with('/'))
}

/// Kills a group at once. One that is gone is killed already.
pub(super) fn kill_group(group: i32) {
    if let Some(group) = Pid::from_raw(group).filter(|_| group > 1) {
        let killed = rustix::process::kill_process_group(group, Signal::KILL);
        note(killed);
    }
}

/// Kills one process at once, if it is still the one that was seen.
pub(super) fn kill(process: Process) {
    let is_same = one(process.pid).is_some_and(|there| there.started == process.started);
    if let Some(pid) = Pid::from_raw(process.pid).filter(|_| is_same) {
        let killed = rustix::process::kill_process(pid, Signal::KILL);
        note(killed);
    }
}

fn note(killed: rustix::io::Result<()>) {
    match killed {
        Ok(()) | Err(rustix::io::Errno::SRCH) => {}
        Err(why) => tracing::warn!("a browser's process was not ended: {why}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_found_by_its_number_and_group() {
        let pid = i32::try_from(std::process::id()).unwrap();
        let me = one(pid).unwrap();
        assert!(!me.is_over && me.started > 0);
        assert!(in_group(me.group).contains(&me));
        assert_eq!(one(0), None);
    }

    #[test]
    fn only_what_is_inside_a_folder_is_in_it() {
        for (argument, inside) in [
            ("--user-data-dir=/s/tmp/7", true),
            ("/s/tmp/7/x", true),
            ("/s/tmp/71", false),
            ("/s/tmp", false),
        ] {
            assert_eq!(is_inside(argument, "/s/tmp/7"), inside, "{argument}");
        }
    }
}
