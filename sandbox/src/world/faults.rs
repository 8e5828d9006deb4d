//! Faults that a driver switches on: which calls they meet is decided by a count or by seeded dice.
//!
//! Here is only which fault strikes; what each does to a call is the business of the system met.

use std::sync::Mutex;
use std::time::Duration;

use fastrand::Rng;

use super::hold;

/// The emulated systems a fault can be put into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
#[derive(Debug, Default, Clone, PartialEq, Eq)]
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
