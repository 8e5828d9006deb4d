//! What the page shows besides the emulators: the timeline, the daemon's life, and what its books say.
//!
//! Filled by the keeper, the journal and the watcher; read by the page and by the run without a
//! person. Keeps so many lines and forgets the oldest.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::watch;

use crate::world::hold;
use crate::world::kept::{Torn, must};

/// Lines that are kept.
const KEPT: usize = 400;

/// Who says a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Side {
    /// The daemon, in its log.
    Shop,
    /// An emulator.
    World,
    /// The keeper: starts, deaths, switches.
    Keeper,
}

/// How a line looks; the words carry the meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Tone {
    /// As it should go on.
    Plain,
    /// An end as wished.
    Good,
    /// Something that went wrong, or was broken.
    Bad,
}

/// A line of the timeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Line {
    /// Counts from 1.
    pub(crate) id: u64,
    /// Milliseconds since 1970 of the sandbox's clock.
    pub(crate) at_ms: i64,
    pub(crate) side: Side,
    pub(crate) tone: Tone,
    /// The order it is about, as people say it.
    pub(crate) order: Option<String>,
    pub(crate) text: String,
}

/// How the daemon is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Daemon {
    /// Nobody keeps one: the sandbox runs alone.
    Absent,
    /// It has been started and is not ready.
    Starting,
    /// It says that it is ready.
    Ready,
    /// It has ended and will be started again.
    Down,
}

/// An order as the books show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct OrderRow {
    pub(crate) number: String,
    pub(crate) product: String,
    pub(crate) recipient: String,
    pub(crate) price: String,
    pub(crate) state: String,
    pub(crate) finished: bool,
}

/// What the daemon's books were read as.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Books {
    /// Whether debits equal credits.
    pub(crate) balanced: bool,
    /// Sums by kind of account, dollars and TON in decimal text.
    pub(crate) sums: Value,
    /// Newest first.
    pub(crate) orders: Vec<OrderRow>,
    /// Names at the gateway of invoices whose money is credited.
    pub(crate) credited: Vec<String>,
    /// How the login is, in the daemon's word.
    pub(crate) login: Option<String>,
}

/// How the daemon is reached: by the switches that need it.
#[derive(Debug, Clone)]
pub(crate) struct Reach {
    /// Its address, without a slash at the end.
    pub(crate) url: String,
    /// What its admin API wants to be shown.
    pub(crate) token: String,
    /// The mark by which its processes are known.
    pub(crate) mark: String,
}

/// All of it.
#[derive(Debug, Clone)]
pub(crate) struct State {
    pub(crate) lines: VecDeque<Line>,
    count: u64,
    pub(crate) daemon: Daemon,
    /// The number of the daemon's process.
    pub(crate) process: Option<i32>,
    /// Times it died and was ready again.
    pub(crate) survived: u32,
    pub(crate) books: Option<Books>,
    /// The wallet that pays, as the daemon says it.
    pub(crate) wallet: Option<String>,
    /// Switches that stay on until they are pressed again.
    pub(crate) pressed: Vec<&'static str>,
    pub(crate) reach: Option<Reach>,
}

/// The stage.
#[derive(Debug)]
pub(crate) struct Stage {
    state: Mutex<State>,
    changed: watch::Sender<u64>,
}

impl Default for Stage {
    fn default() -> Self {
        Self {
            state: Mutex::new(State {
                lines: VecDeque::new(),
                count: 0,
                daemon: Daemon::Absent,
                process: None,
                survived: 0,
                books: None,
                wallet: None,
                pressed: Vec::new(),
                reach: None,
            }),
            changed: watch::Sender::new(0),
        }
    }
}

/// What of the stage is written down. The daemon, its books and how it is reached are found anew.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Kept {
    lines: VecDeque<Line>,
    count: u64,
    survived: u32,
    wallet: Option<String>,
    pressed: Vec<String>,
    /// How many orders the books had when they were last read.
    pub(crate) orders: usize,
}

impl Stage {
    /// Writes it down.
    pub(crate) fn kept(&self) -> Kept {
        self.look(|state| Kept {
            lines: state.lines.clone(),
            count: state.count,
            survived: state.survived,
            wallet: state.wallet.clone(),
            pressed: state
                .pressed
                .iter()
                .map(|name| (*name).to_owned())
                .collect(),
            orders: state.books.as_ref().map_or(0, |books| books.orders.len()),
        })
    }

    /// What was written down; `known` are the names of the switches.
    pub(crate) fn again(kept: Kept, known: &[&'static str]) -> Result<Self, Torn> {
        let stage = Self::default();
        let mut pressed = Vec::new();
        for name in kept.pressed {
            let found = known.iter().find(|known| **known == name);
            pressed.push(*found.ok_or_else(|| Torn(format!("there is no switch \"{name}\"")))?);
        }
        let newest = kept.lines.back().map_or(0, |line| line.id);
        must(newest <= kept.count && kept.lines.len() <= KEPT, || {
            "the timeline has lines that nobody has said".to_owned()
        })?;
        stage.change(|state| {
            state.lines = kept.lines;
            state.count = kept.count;
            state.survived = kept.survived;
            state.wallet = kept.wallet;
            state.pressed = pressed;
        });
        Ok(stage)
    }

    /// Adds a line.
    pub(crate) fn say(
        &self,
        at_ms: i64,
        (side, tone): (Side, Tone),
        order: Option<String>,
        text: impl Into<String>,
    ) {
        let text = text.into();
        self.change(|state| {
            state.count += 1;
            let id = state.count;
            state.lines.push_back(Line {
                id,
                at_ms,
                side,
                tone,
                order,
                text,
            });
            while state.lines.len() > KEPT {
                state.lines.pop_front();
            }
        });
    }

    /// Changes something and tells whoever waits.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let changed = change(&mut hold(&self.state));
        self.changed.send_modify(|count| *count += 1);
        changed
    }

    /// Looks at something.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&hold(&self.state))
    }

    /// Waits until `found` finds something; none when it takes longer than that.
    pub(crate) async fn until<T>(
        &self,
        patience: Duration,
        mut found: impl FnMut(&State) -> Option<T>,
    ) -> Option<T> {
        let mut changed = self.changed.subscribe();
        let waiting = async {
            loop {
                changed.borrow_and_update();
                if let Some(found) = self.look(&mut found) {
                    return found;
                }
                // The sender lives as long as `self`.
                if changed.changed().await.is_err() {
                    std::future::pending::<()>().await;
                }
            }
        };
        tokio::time::timeout(patience, waiting).await.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_lines_are_forgotten_and_numbers_go_on() {
        let stage = Stage::default();
        for number in 0..KEPT + 5 {
            let text = format!("line {number}");
            stage.say(0, (Side::Shop, Tone::Plain), None, text);
        }
        stage.look(|state| {
            assert_eq!(state.lines.len(), KEPT);
            assert_eq!(state.lines.front().unwrap().id, 6);
            assert_eq!(
                state.lines.back().unwrap().text,
                format!("line {}", KEPT + 4)
            );
        });
    }

    #[tokio::test]
    async fn waiting_ends_with_the_change_or_with_patience() {
        let stage = Stage::default();
        let ready = |state: &State| (state.daemon == Daemon::Ready).then_some(());
        assert_eq!(stage.until(Duration::from_millis(5), ready).await, None);
        let waiting = stage.until(Duration::from_secs(30), ready);
        let change = async { stage.change(|state| state.daemon = Daemon::Ready) };
        let (found, ()) = tokio::join!(waiting, change);
        assert_eq!(found, Some(()));
    }
}
