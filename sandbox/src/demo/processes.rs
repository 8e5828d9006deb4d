//! The processes that a demo has started, known by their environment: a mark, or a home below the
//! demo's folder, which the daemon gives its browsers. Killed one by one when a switch says so, and
//! all together at the end.
//!
//! Never touches any other process.

use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

/// The variable that marks them.
pub(super) const MARK: &str = "STARKEEPER_DEMO";

/// A marked process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Marked {
    pub(super) pid: i32,
    group: i32,
    /// Processor time it has used, in ticks.
    ticks: u64,
    /// Its arguments.
    line: Vec<String>,
}

impl Marked {
    /// The main process of a browser, not its helpers and not its driver.
    fn is_browser(&self) -> bool {
        let program = self.line.first().map_or("", String::as_str);
        let program = program.rsplit('/').next().unwrap_or_default();
        let is_one = ["chrom", "headless_shell", "google-chrome"]
            .iter()
            .any(|name| program.starts_with(name));
        is_one
            && !program.starts_with("chromedriver")
            && self
                .line
                .iter()
                .any(|word| word.starts_with("--user-data-dir"))
            && !self.line.iter().any(|word| word.starts_with("--type="))
    }
}

/// Every process of the demo in this folder, this one left out.
pub(super) fn marked(mark: &str) -> Vec<Marked> {
    let (wanted, home) = (format!("{MARK}={mark}"), format!("HOME={mark}/"));
    let me = std::process::id();
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let pids = names.filter_map(|name| name.parse::<i32>().ok());
    pids.filter(|pid| u32::try_from(*pid).is_ok_and(|pid| pid != me))
        .filter(|pid| {
            let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
            let mut settings = environment.split(|byte| *byte == 0);
            settings
                .any(|setting| setting == wanted.as_bytes() || setting.starts_with(home.as_bytes()))
        })
        .filter_map(one)
        .collect()
}

fn one(pid: i32) -> Option<Marked> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name stands in brackets and may hold anything.
    let (_, rest) = stat.rsplit_once(") ")?;
    let fields: Vec<&str> = rest.split(' ').collect();
    if matches!(fields.first().copied(), Some("Z" | "X")) {
        return None;
    }
    let ticks = |place: usize| fields.get(place).and_then(|text| text.parse::<u64>().ok());
    let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let words = line.split(|byte| *byte == 0);
    Some(Marked {
        pid,
        group: fields.get(2)?.parse().ok()?,
        ticks: ticks(11)?.saturating_add(ticks(12)?),
        line: words
            .map(|word| String::from_utf8_lossy(word).into_owned())
            .collect(),
    })
}

/// Kills the browser that has worked most, and says whether there was one.
pub(super) fn kill_a_browser(mark: &str) -> bool {
    let found = marked(mark).into_iter().filter(Marked::is_browser);
    found
        .max_by_key(|browser| browser.ticks)
        .is_some_and(|browser| kill(browser.pid))
}

/// Kills a process as a loss of power would; answers whether it was there.
pub(super) fn kill(pid: i32) -> bool {
    let pid = Pid::from_raw(pid);
    pid.is_some_and(|pid| kill_process(pid, Signal::KILL).is_ok())
}

/// Asks a process to end.
pub(super) fn terminate(pid: i32) -> bool {
    let pid = Pid::from_raw(pid);
    pid.is_some_and(|pid| kill_process(pid, Signal::TERM).is_ok())
}

/// Kills everything with this mark and whatever runs in their groups, until nothing is left; answers
/// how many were still there at last.
pub(super) async fn end_all(mark: &str) -> usize {
    let mine = one(i32::try_from(std::process::id()).unwrap_or_default()).map(|me| me.group);
    let mut left = marked(mark);
    for _ in 0..50 {
        if left.is_empty() {
            break;
        }
        let groups: BTreeSet<i32> = left.iter().map(|one| one.group).collect();
        for group in groups.into_iter().filter(|group| Some(*group) != mine) {
            if let Some(group) = Pid::from_raw(group) {
                // One that is gone is killed already.
                let _gone = kill_process_group(group, Signal::KILL);
            }
        }
        for one in &left {
            kill(one.pid);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        left = marked(mark);
    }
    left.len()
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::CommandExt as _;
    use std::process::{Command, Stdio};

    use super::*;

    fn marked_child(name: &str, value: &str) -> std::process::Child {
        Command::new("cat")
            .env(name, value)
            .stdin(Stdio::piped())
            .process_group(0)
            .spawn()
            .unwrap()
    }

    #[tokio::test]
    async fn what_bears_the_mark_is_ended_and_nothing_else() {
        let mark = format!("/test/{}", std::process::id());
        let mut ours = marked_child(MARK, &mark);
        let mut browsers = marked_child("HOME", &format!("{mark}/tmp/7"));
        let mut other = marked_child(MARK, &format!("{mark}/of/somebody/else"));
        assert_eq!(marked(&mark).len(), 2);
        assert_eq!(end_all(&mark).await, 0);
        assert!(ours.wait().unwrap().code().is_none(), "it was killed");
        assert!(browsers.wait().unwrap().code().is_none(), "it was killed");
        assert_eq!(other.try_wait().unwrap(), None);
        other.kill().unwrap();
        other.wait().unwrap();
    }

    #[test]
    fn helpers_and_drivers_are_no_browsers() {
        let line = |words: &[&str]| Marked {
            pid: 1,
            group: 1,
            ticks: 0,
            line: words.iter().map(|word| (*word).to_owned()).collect(),
        };
        let browser = ["/usr/lib/chromium/chromium", "--user-data-dir=/s/1"];
        assert!(line(&browser).is_browser());
        assert!(!line(&[browser[0], browser[1], "--type=renderer"]).is_browser());
        assert!(!line(&["/usr/bin/chromedriver", "--port=0"]).is_browser());
    }
}
