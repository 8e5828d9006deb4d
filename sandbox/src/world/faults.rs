//! Faults that a driver switches on: which calls they meet is decided by a count or by seeded dice.
//!
//! Here is only which fault strikes; what each does to a call is the business of the system met.

use std::sync::Mutex;
use std::time::Duration;

use fastrand::Rng;
use serde::{Deserialize, Serialize};

use super::hold;
use super::kept::{Torn, must};

/// The emulated systems a fault can be put into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum System {
    /// Heleket.
    Heleket,
    /// fragment.com.
    Fragment,
    /// TON, and what its first provider tells.
    Ton,
    /// What the second provider of TON tells.
    TonSecond,
    /// Telegram.
    Telegram,
}

impl System {
    /// Every system there is.
    pub(crate) const ALL: [Self; 5] = [
        Self::Heleket,
        Self::Fragment,
        Self::Ton,
        Self::TonSecond,
        Self::Telegram,
    ];

    /// Its name on the control API.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Heleket => "heleket",
            Self::Fragment => "fragment",
            Self::Ton => "ton",
            Self::TonSecond => "ton-second",
            Self::Telegram => "telegram",
        }
    }
}

/// What a fault does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Kind {
    /// The call is refused; a webhook is never sent.
    Refuse,
    /// The answer, or the webhook, comes later.
    Delay,
    /// The call is carried out twice; a webhook is sent twice.
    Duplicate,
    /// The answer, or the webhook, is overtaken by the next one.
    Reorder,
    /// The call is carried out and the line is cut before the answer.
    LoseReply,
    /// What is told is from before.
    Stale,
    /// What is told is put together from now and before.
    Mixed,
    /// The line is cut before anything happens.
    Down,
}

impl Kind {
    /// Every kind there is.
    pub(crate) const ALL: [Self; 8] = [
        Self::Refuse,
        Self::Delay,
        Self::Duplicate,
        Self::Reorder,
        Self::LoseReply,
        Self::Stale,
        Self::Mixed,
        Self::Down,
    ];

    /// Its name on the control API.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Refuse => "refuse",
            Self::Delay => "delay",
            Self::Duplicate => "duplicate",
            Self::Reorder => "reorder",
            Self::LoseReply => "lose-reply",
            Self::Stale => "stale",
            Self::Mixed => "mixed",
            Self::Down => "down",
        }
    }
}

/// How often a fault strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Often {
    /// The next so many calls, and then no more.
    Times(u64),
    /// So many calls of a million, as its dice fall.
    PerMillion(u32),
}

/// A fault as a driver asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wish {
    /// Where.
    pub(crate) system: System,
    /// On which calls; none: on every call, and on nothing that is named alone.
    pub(crate) method: Option<&'static str>,
    /// What it does.
    pub(crate) kind: Kind,
    /// How often.
    pub(crate) often: Often,
    /// The seed of its dice.
    pub(crate) seed: u64,
    /// How long, for the kinds that wait.
    pub(crate) delay: Option<Duration>,
    /// How it refuses: the HTTP status.
    pub(crate) status: Option<u16>,
    /// How it refuses: the text.
    pub(crate) message: Option<String>,
}

/// A fault that is on.
#[derive(Debug, Clone)]
pub(crate) struct Fault {
    /// Its number.
    pub(crate) id: u64,
    /// What was asked for.
    pub(crate) wish: Wish,
    /// How many calls it has looked at.
    pub(crate) met: u64,
    /// How many it struck.
    pub(crate) struck: u64,
    dice: Rng,
}

/// What strikes one call. Several faults may strike together.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Strike {
    /// Refused, with this status and text where they were named.
    pub(crate) refuse: Option<(Option<u16>, Option<String>)>,
    /// Late by so much.
    pub(crate) delay: Option<Duration>,
    /// Twice.
    pub(crate) duplicate: bool,
    /// Overtaken; held back for no longer than this.
    pub(crate) reorder: Option<Duration>,
    /// Without an answer.
    pub(crate) lose_reply: bool,
    /// Told from before: from so long ago, or from before the last change.
    pub(crate) stale: Option<Option<Duration>>,
    /// Told from two moments.
    pub(crate) mixed: bool,
    /// Not carried out at all.
    pub(crate) down: bool,
}

/// How late a `delay` without `delay_ms` is.
const USUAL_DELAY: Duration = Duration::from_secs(3);

/// How long a `reorder` without `delay_ms` waits to be overtaken, so that nothing hangs for ever.
const USUAL_WAIT: Duration = Duration::from_secs(60);

/// The faults that are on.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    on: Mutex<On>,
}

#[derive(Debug, Default)]
struct On {
    faults: Vec<Fault>,
    count: u64,
}

impl Faults {
    /// More faults than this at a time are a mistake of the driver.
    pub(crate) const MOST: usize = 256;

    /// Switches a fault on, or answers nothing when there are too many.
    pub(crate) fn add(&self, wish: Wish) -> Option<Fault> {
        let mut on = hold(&self.on);
        if on.faults.len() >= Self::MOST {
            return None;
        }
        on.count += 1;
        let fault = Fault {
            id: on.count,
            met: 0,
            struck: 0,
            dice: Rng::with_seed(wish.seed),
            wish,
        };
        on.faults.push(fault.clone());
        Some(fault)
    }

    /// Every fault, used up ones too.
    pub(crate) fn all(&self) -> Vec<Fault> {
        hold(&self.on).faults.clone()
    }

    /// Everything that is on, to be written down, with how many there were in all.
    pub(crate) fn kept(&self) -> (u64, Vec<Kept>) {
        let on = hold(&self.on);
        (on.count, on.faults.iter().map(Kept::of).collect())
    }

    /// What was written down; `known` names what a fault of a system can be for.
    pub(crate) fn again(
        (count, kept): (u64, Vec<Kept>),
        known: fn(System) -> Vec<&'static str>,
    ) -> Result<Self, Torn> {
        must(kept.len() <= Self::MOST, || "too many faults".to_owned())?;
        let faults = kept.into_iter().map(|kept| kept.open(known));
        let faults = faults.collect::<Result<Vec<_>, _>>()?;
        let mut ids = faults.iter().map(|fault| fault.id);
        must(ids.all(|id| id <= count), || {
            "a fault was never switched on".to_owned()
        })?;
        Ok(Self {
            on: Mutex::new(On { faults, count }),
        })
    }

    /// Switches all of them off and says how many they were.
    pub(crate) fn clear(&self) -> usize {
        std::mem::take(&mut hold(&self.on).faults).len()
    }

    /// Switches those off that somebody means.
    pub(crate) fn remove(&self, is_meant: impl Fn(&Wish) -> bool) {
        hold(&self.on).faults.retain(|fault| !is_meant(&fault.wish));
    }

    /// Which faults strike a call of `method`. What is named alone (a webhook, say) is met only by
    /// faults that name it.
    pub(crate) fn strike(&self, system: System, method: &str, is_named_alone: bool) -> Strike {
        let mut strike = Strike::default();
        let mut on = hold(&self.on);
        for fault in &mut on.faults {
            let meant = fault.wish.system == system
                && match fault.wish.method {
                    Some(name) => name == method,
                    None => !is_named_alone,
                };
            if meant && fault.strikes() {
                strike.take(&fault.wish);
            }
        }
        strike
    }
}

/// A fault that is written down.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Kept {
    id: u64,
    system: System,
    method: Option<String>,
    kind: Kind,
    often: Often,
    seed: u64,
    delay: Option<Duration>,
    status: Option<u16>,
    message: Option<String>,
    met: u64,
    struck: u64,
    /// How its dice lie.
    at: u64,
}

impl Kept {
    fn of(fault: &Fault) -> Self {
        let wish = fault.wish.clone();
        Self {
            id: fault.id,
            system: wish.system,
            method: wish.method.map(str::to_owned),
            kind: wish.kind,
            often: wish.often,
            seed: wish.seed,
            delay: wish.delay,
            status: wish.status,
            message: wish.message,
            met: fault.met,
            struck: fault.struck,
            at: fault.dice.get_seed(),
        }
    }

    fn open(self, known: fn(System) -> Vec<&'static str>) -> Result<Fault, Torn> {
        let method = match self.method {
            Some(name) => {
                let found = known(self.system).into_iter().find(|known| *known == name);
                let nothing = || Torn(format!("no fault of {:?} is for {name}", self.system));
                Some(found.ok_or_else(nothing)?)
            }
            None => None,
        };
        Ok(Fault {
            id: self.id,
            met: self.met,
            struck: self.struck,
            dice: Rng::with_seed(self.at),
            wish: Wish {
                system: self.system,
                method,
                kind: self.kind,
                often: self.often,
                seed: self.seed,
                delay: self.delay,
                status: self.status,
                message: self.message,
            },
        })
    }
}

impl Fault {
    fn strikes(&mut self) -> bool {
        let strikes = match self.wish.often {
            Often::Times(times) => self.struck < times,
            Often::PerMillion(chance) => self.dice.u32(0..1_000_000) < chance,
        };
        self.met += 1;
        self.struck += u64::from(strikes);
        strikes
    }
}

impl Strike {
    fn take(&mut self, wish: &Wish) {
        match wish.kind {
            Kind::Refuse => self.refuse = Some((wish.status, wish.message.clone())),
            Kind::Delay => {
                let more = wish.delay.unwrap_or(USUAL_DELAY);
                self.delay = Some(self.delay.unwrap_or_default().saturating_add(more));
            }
            Kind::Duplicate => self.duplicate = true,
            Kind::Reorder => self.reorder = Some(wish.delay.unwrap_or(USUAL_WAIT)),
            Kind::LoseReply => self.lose_reply = true,
            Kind::Stale => self.stale = Some(wish.delay),
            Kind::Mixed => self.mixed = true,
            Kind::Down => self.down = true,
        }
    }
}
