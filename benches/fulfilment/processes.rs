//! What the processes of the shop take of the machine, as `/proc` shows it.

use std::fs;
use std::time::Duration;

/// `/proc` counts computing time in hundredths of a second, whatever the kernel's own tick.
const TICK: Duration = Duration::from_millis(10);

/// One process.
struct Process {
    pid: u32,
    name: String,
    parent: u32,
    group: u32,
    /// By itself, in its own code and in the kernel's.
    busy: Duration,
}

pub const WHOSE: [&str; 3] = ["the daemon", "the browsers", "the emulators"];

/// Computing time of [`WHOSE`] processes, and the time it was taken in. A browser that is replaced
/// takes its own with it.
pub struct Spent(pub [Duration; 3], Duration);

impl Spent {
    /// Since each process began.
    pub fn now() -> Self {
        let all = all();
        let (daemon, drivers) = (daemon(&all), drivers(&all));
        let of = |wanted: &dyn Fn(&Process) -> bool| {
            let wanted = all.iter().filter(|one| wanted(one));
            wanted.map(|one| one.busy).sum()
        };
        let spent = [
            of(&|one| one.pid == daemon),
            of(&|one| drivers.contains(&one.group)),
            of(&|one| one.parent == std::process::id() && one.pid != daemon),
        ];
        Self(spent, Duration::ZERO)
    }

    /// From then to now, which is so long.
    pub fn since(&self, took: Duration) -> Self {
        let now = Self::now();
        let each = |n: usize| now.0[n].saturating_sub(self.0[n]);
        Self([each(0), each(1), each(2)], took)
    }

    /// Less what is taken anyway.
    pub fn without(&self, idle: &Self) -> Self {
        let each = |n: usize| {
            let anyway = idle.0[n].as_micros() * self.1.as_micros() / idle.1.as_micros();
            self.0[n].saturating_sub(Duration::from_micros(u64::try_from(anyway).unwrap()))
        };
        Self([each(0), each(1), each(2)], self.1)
    }
}

/// The memory of every browser with its driver, in bytes.
pub fn browsers() -> Vec<u64> {
    let all = all();
    let memory = |group: &u32| {
        let of_it = all.iter().filter(|one| one.group == *group);
        of_it.map(|one| proportional(one.pid)).sum()
    };
    drivers(&all).iter().map(memory).collect()
}

/// The daemon's number: the child of this name.
fn daemon(all: &[Process]) -> u32 {
    let mut ours = all.iter().filter(|one| one.parent == std::process::id());
    let daemon = ours.find(|one| one.name == "starkeeper");
    daemon.expect("the daemon runs").pid
}

/// The groups of the browsers' drivers: their browsers are in them.
fn drivers(all: &[Process]) -> Vec<u32> {
    let daemon = daemon(all);
    let drivers = all.iter().filter(|one| one.parent == daemon);
    drivers.map(|one| one.group).collect()
}

fn all() -> Vec<Process> {
    let entries = fs::read_dir("/proc").unwrap().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    names.filter_map(|name| one(name.parse().ok()?)).collect()
}

/// None if it has ended.
fn one(pid: u32) -> Option<Process> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name stands in brackets and may hold anything.
    let (name, rest) = stat.rsplit_once(") ")?;
    let (_, name) = name.split_once('(')?;
    let fields: Vec<&str> = rest.split(' ').collect();
    let ticks: u32 = fields[11].parse::<u32>().ok()? + fields[12].parse::<u32>().ok()?;
    Some(Process {
        pid,
        name: name.to_owned(),
        parent: fields[1].parse().ok()?,
        group: fields[2].parse().ok()?,
        busy: TICK * ticks,
    })
}

/// Its memory, with its part of each page that it shares; nothing if it has ended.
fn proportional(pid: u32) -> u64 {
    let sums = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    let line = sums.lines().find_map(|line| line.strip_prefix("Pss:"));
    let kib = line.and_then(|line| line.split_whitespace().next());
    kib.map_or(0, |kib| kib.parse::<u64>().unwrap() * 1024)
}
