//! Breadth-first search over all states of a machine, so that the first violation that is met has
//! the shortest trace.
//!
//! Of every state the search checks two things: that it breaks no rule, and that from it, when
//! faults stop, one fair schedule comes to a good end ([`Machine::settle`]).

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};
use std::time::{Duration, Instant};

/// Something that takes steps.
pub trait Machine {
    type State: Clone;
    type Act;

    fn start(&self) -> Self::State;
    /// Every step that may be taken, in a fixed order.
    fn acts(&self, state: &Self::State) -> Vec<Self::Act>;
    fn apply(&self, state: &Self::State, act: &Self::Act) -> Self::State;
    /// The step in plain words.
    fn say(&self, state: &Self::State, act: &Self::Act) -> String;
    fn key(&self, state: &Self::State) -> u128;
    /// The rule this state breaks.
    fn check(&self, state: &Self::State) -> Result<(), String>;
    /// Follows the fair schedule to its end, or to a state in `good`. What was passed on the way
    /// to a good end joins `good`.
    fn settle(&self, state: &Self::State, good: &mut Seen) -> Result<(), Unfair>;
}

/// A fair schedule that came to no good end.
pub struct Unfair {
    pub what: String,
    pub steps: Vec<String>,
}

/// A violation and the way to it.
pub struct Found {
    pub what: String,
    pub trace: Vec<String>,
}

/// What a search brought.
pub struct Outcome {
    pub states: usize,
    pub steps: usize,
    pub depth: usize,
    pub took: Duration,
    /// Every state was visited; otherwise the limit was met.
    pub complete: bool,
    pub found: Option<Found>,
}

/// Digests need no further hashing.
#[derive(Default, Clone, Copy)]
pub struct Asis(u64);

impl Hasher for Asis {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, _: &[u8]) {}
    fn write_u128(&mut self, n: u128) {
        self.0 = n as u64;
    }
}

pub type Seen = HashSet<u128, BuildHasherDefault<Asis>>;

/// Where a state was reached from: its predecessor and which of the predecessor's steps it was.
type Origin = (u32, u16);

pub fn search<M: Machine>(machine: &M, limit: usize) -> Outcome {
    let begun = Instant::now();
    let start = machine.start();
    let mut seen = Seen::default();
    let mut good = Seen::default();
    let mut origins: Vec<Origin> = vec![(0, 0)];
    let (mut steps, mut depth) = (0, 0);
    seen.insert(machine.key(&start));
    let mut found = judge(machine, &start, &mut good).map(|bad| told(machine, &origins, 0, bad));
    let mut level = vec![(0_u32, start)];
    let mut complete = true;
    'levels: while found.is_none() && !level.is_empty() {
        let mut next = Vec::new();
        for (id, state) in level {
            for (n, act) in machine.acts(&state).iter().enumerate() {
                steps += 1;
                let reached = machine.apply(&state, act);
                if !seen.insert(machine.key(&reached)) {
                    continue;
                }
                let new = u32::try_from(origins.len()).expect("fewer than 2^32 states");
                origins.push((id, u16::try_from(n).expect("fewer than 2^16 steps")));
                if let Some(bad) = judge(machine, &reached, &mut good) {
                    found = Some(told(machine, &origins, new, bad));
                    depth += 1;
                    break 'levels;
                }
                next.push((new, reached));
            }
            if seen.len() >= limit {
                complete = false;
                break 'levels;
            }
        }
        depth += usize::from(!next.is_empty());
        level = next;
    }
    Outcome {
        states: seen.len(),
        steps,
        depth,
        took: begun.elapsed(),
        complete,
        found,
    }
}

fn judge<M: Machine>(machine: &M, state: &M::State, good: &mut Seen) -> Option<Unfair> {
    if let Err(what) = machine.check(state) {
        return Some(Unfair {
            what,
            steps: Vec::new(),
        });
    }
    machine.settle(state, good).err()
}

/// Walks from the start to a state once more, in words.
fn told<M: Machine>(machine: &M, origins: &[Origin], to: u32, bad: Unfair) -> Found {
    let mut path = Vec::new();
    let mut at = to;
    while at != 0 {
        let (from, n) = origins[at as usize];
        path.push(n);
        at = from;
    }
    let mut state = machine.start();
    let mut trace = Vec::new();
    for n in path.iter().rev() {
        let act = &machine.acts(&state)[usize::from(*n)];
        trace.push(machine.say(&state, act));
        state = machine.apply(&state, act);
    }
    if !bad.steps.is_empty() {
        trace.push("(from here on nothing fails any more, and everybody does what is due)".into());
        trace.extend(bad.steps);
    }
    Found {
        what: bad.what,
        trace,
    }
}
