//! What browsers take of the machine's memory.

use std::fs;

use starkeeper_actors::ports::market::BrowserId;

use super::processes;

/// A browser with all its processes, its driver included.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BrowserMemory {
    /// Which browser.
    pub browser: BrowserId,
    /// How many processes it is.
    pub processes: usize,
    /// Their memory in bytes, each page that several share counted once in all (PSS).
    pub proportional: u64,
    /// The same with shared pages counted for every process (RSS).
    pub resident: u64,
}

/// Reads it. Processes that end meanwhile are left out.
pub(super) fn of(browser: BrowserId, group: i32) -> BrowserMemory {
    let mut memory = BrowserMemory {
        browser,
        processes: 0,
        proportional: 0,
        resident: 0,
    };
    for process in processes::in_group(group) {
        let path = format!("/proc/{}/smaps_rollup", process.pid);
        let Ok(sums) = fs::read_to_string(path) else {
            continue;
        };
        memory.processes += 1;
        memory.proportional += sum_of(&sums, "Pss:");
        memory.resident += sum_of(&sums, "Rss:");
    }
    memory
}

/// A line such as `Pss:   1234 kB`, in bytes.
fn sum_of(sums: &str, name: &str) -> u64 {
    let line = sums.lines().find_map(|line| line.strip_prefix(name));
    let number = line.and_then(|line| line.split_whitespace().next());
    let kib: u64 = number.and_then(|kib| kib.parse().ok()).unwrap_or_default();
    kib.saturating_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_read_in_bytes() {
        let sums = "7f00-7fff ---p 00000000 00:00 0 [rollup]\nRss:   2048 kB\nPss:   1000 kB\n";
        assert_eq!(sum_of(sums, "Rss:"), 2_097_152);
        assert_eq!(sum_of(sums, "Pss:"), 1_024_000);
        assert_eq!(sum_of(sums, "Swap:"), 0);
    }
}
