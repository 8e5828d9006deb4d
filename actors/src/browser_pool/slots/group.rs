//! The slots of one kind: one till's, or the anonymous ones.

use std::{collections::BTreeMap, time::Duration};

use tokio::time::Instant;

use super::{
    Step,
    queue::{Queue, Waiter},
    snapshot::{GroupSnapshot, Totals},
};
use crate::{
    browser_pool::{BrowserPoolSettings, LendRefused, Purpose, Return, Verdict},
    ports::market::{BrowserId, Fitness, Slot, SlotKind},
};

/// What a step of a group needs besides the group.
pub(super) struct Surroundings<'a> {
    settings: &'a BrowserPoolSettings,
    totals: &'a mut Totals,
    steps: &'a mut Vec<Step>,
}

impl<'a> Surroundings<'a> {
    pub(super) fn new(
        settings: &'a BrowserPoolSettings,
        totals: &'a mut Totals,
        steps: &'a mut Vec<Step>,
    ) -> Self {
        Self {
            settings,
            totals,
            steps,
        }
    }

    fn refuse(&mut self, waiters: Vec<super::WaiterId>, why: LendRefused) {
        for waiter in waiters {
            self.totals.refused += 1;
            self.steps.push(Step::Refuse { waiter, why });
        }
    }
}

/// Where one browser is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Opening,
    Probing,
    /// Idle since then; known to be fit at an instant, if at all.
    Free {
        since: Instant,
        fit_at: Option<Instant>,
    },
    Busy {
        until: Instant,
    },
    Closing,
    /// Closing had no outcome; to be tried again. It still counts as a browser.
    Unclosed {
        retry_at: Instant,
    },
}

#[derive(Clone, Copy, Debug)]
struct Cell {
    state: State,
    born: Instant,
    loans: u32,
}

/// The browsers of one kind, those who wait for them, and how well opening went lately.
pub(super) struct Group {
    kind: SlotKind,
    capacity: usize,
    warm: usize,
    cells: BTreeMap<BrowserId, Cell>,
    queue: Queue,
    failures: u32,
    not_before: Option<Instant>,
}

impl Group {
    pub(super) fn new(kind: SlotKind, settings: &BrowserPoolSettings) -> Self {
        let (capacity, warm) = match kind {
            // One session, one browser: Fragment keeps one purchase a session.
            SlotKind::Till(_) => (1, 0),
            SlotKind::Anonymous => (settings.anonymous, settings.warm.min(settings.anonymous)),
        };
        Self {
            kind,
            capacity,
            warm,
            cells: BTreeMap::new(),
            queue: Queue::new(settings.queue),
            failures: 0,
            not_before: None,
        }
    }

    pub(super) const fn kind(&self) -> SlotKind {
        self.kind
    }

    pub(super) fn has(&self, browser: BrowserId) -> bool {
        self.cells.contains_key(&browser)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// Takes a borrower in, or says why not. Care never waits for a till that others use.
    pub(super) fn enqueue(&mut self, waiter: Waiter) -> Result<(), LendRefused> {
        let breaks_in = match (self.kind, waiter.purpose) {
            (SlotKind::Till(_), Purpose::Care) => {
                self.queue.len() > 0 || self.count(|state| matches!(state, State::Busy { .. })) > 0
            }
            (SlotKind::Till(_), Purpose::Purchase | Purpose::LookUp)
            | (SlotKind::Anonymous, Purpose::Purchase | Purpose::LookUp | Purpose::Care) => false,
        };
        if !breaks_in && self.queue.push(waiter) {
            Ok(())
        } else {
            Err(LendRefused::NoneFree)
        }
    }

    /// False if this loan is over already.
    pub(super) fn returned(
        &mut self,
        back: Return,
        now: Instant,
        around: &mut Surroundings<'_>,
    ) -> bool {
        let Some(cell) = self.cells.get_mut(&back.slot.browser) else {
            return false;
        };
        let busy = matches!(cell.state, State::Busy { .. });
        if !busy || cell.loans != back.slot.loan {
            return false;
        }
        let fit_at = match self.kind {
            // Others may store a newer jar for it at any time: probe before every loan.
            SlotKind::Till(_) => None,
            SlotKind::Anonymous => Some(now),
        };
        cell.state = State::Free { since: now, fit_at };
        match back.verdict {
            Verdict::Good => {
                self.worked();
                self.retire(back.slot.browser, now, now, around);
            }
            Verdict::PathBlocked => {
                self.worked();
                around.totals.path_blocked += 1;
                self.retire(back.slot.browser, now, now, around);
            }
            Verdict::LoggedOut => {
                self.worked();
                around.totals.reopened += 1;
                self.close(back.slot.browser, around);
            }
            Verdict::Broken => self.broke(back.slot.browser, now, around),
        }
        true
    }

    pub(super) fn opened(
        &mut self,
        browser: BrowserId,
        worked: bool,
        now: Instant,
        around: &mut Surroundings<'_>,
    ) {
        // Anything but Opening was told to close meanwhile, and that outcome follows.
        if self.state(browser) != Some(State::Opening) {
            return;
        }
        if worked {
            around.totals.opened += 1;
            self.set(browser, free_and_fit(now));
        } else {
            around.totals.open_failed += 1;
            self.failed(now, around.settings);
            self.close(browser, around);
        }
    }

    pub(super) fn probed(
        &mut self,
        browser: BrowserId,
        found: Option<Fitness>,
        now: Instant,
        around: &mut Surroundings<'_>,
    ) {
        if self.state(browser) != Some(State::Probing) {
            return;
        }
        match found {
            Some(Fitness::Fit) => self.set(browser, free_and_fit(now)),
            Some(Fitness::OldJar) => {
                around.totals.reopened += 1;
                self.close(browser, around);
            }
            None => self.broke(browser, now, around),
        }
    }

    pub(super) fn closed(
        &mut self,
        browser: BrowserId,
        surely: bool,
        now: Instant,
        around: &mut Surroundings<'_>,
    ) {
        if self.state(browser) != Some(State::Closing) {
            return;
        }
        if surely {
            around.totals.closed += 1;
            self.cells.remove(&browser);
        } else {
            around.totals.close_failed += 1;
            let retry_at = now + around.settings.first_pause;
            self.set(browser, State::Unclosed { retry_at });
        }
    }

    pub(super) fn tick(&mut self, now: Instant, around: &mut Surroundings<'_>) {
        let late = self.queue.take_if(|waiter| waiter.until <= now);
        around.refuse(late, LendRefused::NoneFree);
        let names: Vec<BrowserId> = self.cells.keys().copied().collect();
        for browser in names {
            match self.state(browser) {
                Some(State::Busy { until }) if until <= now => {
                    around.totals.overdue += 1;
                    self.broke(browser, now, around);
                }
                Some(State::Unclosed { retry_at }) if retry_at <= now => {
                    self.close(browser, around);
                }
                Some(State::Free { since, .. }) => self.retire(browser, since, now, around),
                Some(
                    State::Opening
                    | State::Probing
                    | State::Busy { .. }
                    | State::Closing
                    | State::Unclosed { .. },
                )
                | None => {}
            }
        }
    }

    /// Closes what is not closing yet and sends everybody away.
    pub(super) fn close_all(&mut self, now: Instant, around: &mut Surroundings<'_>) {
        let all = self.queue.take_if(|_| true);
        around.refuse(all, LendRefused::PoolDown);
        let names: Vec<BrowserId> = self.cells.keys().copied().collect();
        for browser in names {
            match self.state(browser) {
                Some(State::Opening | State::Probing | State::Free { .. } | State::Busy { .. }) => {
                    self.close(browser, around);
                }
                Some(State::Unclosed { retry_at }) if retry_at <= now => {
                    self.close(browser, around);
                }
                Some(State::Closing | State::Unclosed { .. }) | None => {}
            }
        }
    }

    /// Grants what can be granted and brings up what is wanted.
    pub(super) fn settle(
        &mut self,
        usable: bool,
        draw: &mut dyn FnMut() -> BrowserId,
        now: Instant,
        around: &mut Surroundings<'_>,
    ) {
        if !usable {
            let waiters = self.queue.take_if(|waiter| waiter.purpose != Purpose::Care);
            around.refuse(waiters, LendRefused::LoginUnusable);
        }
        self.grant(now, around);
        self.bring(draw, now, around);
        if self.failures >= around.settings.down_after && self.paused(now) && self.living() == 0 {
            let all = self.queue.take_if(|_| true);
            around.refuse(all, LendRefused::PoolDown);
        }
    }

    pub(super) fn snapshot(&self, now: Instant) -> GroupSnapshot {
        let pause = self
            .not_before
            .map(|at| at.saturating_duration_since(now))
            .filter(|pause| !pause.is_zero());
        GroupSnapshot {
            kind: match self.kind {
                SlotKind::Till(login) => login.to_string(),
                SlotKind::Anonymous => "anonymous".to_owned(),
            },
            capacity: self.capacity,
            opening: self.count(|state| matches!(state, State::Opening)),
            probing: self.count(|state| matches!(state, State::Probing)),
            free: self.count(|state| matches!(state, State::Free { .. })),
            busy: self.count(|state| matches!(state, State::Busy { .. })),
            closing: self.count(|state| matches!(state, State::Closing | State::Unclosed { .. })),
            waiting: self.queue.len(),
            failures_in_row: self.failures,
            pause_ms: pause.map(|pause| u64::try_from(pause.as_millis()).unwrap_or(u64::MAX)),
        }
    }

    fn grant(&mut self, now: Instant, around: &mut Surroundings<'_>) {
        let fresh_for = match self.kind {
            SlotKind::Till(_) => Duration::ZERO,
            SlotKind::Anonymous => around.settings.probe_after,
        };
        let kind = self.kind;
        for (browser, cell) in &mut self.cells {
            let State::Free {
                fit_at: Some(fit_at),
                ..
            } = cell.state
            else {
                continue;
            };
            if now.saturating_duration_since(fit_at) > fresh_for {
                continue;
            }
            let Some(waiter) = self.queue.pop() else {
                return;
            };
            cell.loans = cell.loans.saturating_add(1);
            cell.state = State::Busy {
                until: now + waiter.for_at_most,
            };
            around.totals.lent += 1;
            let slot = Slot {
                browser: *browser,
                kind,
                loan: cell.loans,
                fence: waiter.fence,
            };
            let waiter = waiter.id;
            around.steps.push(Step::Grant { waiter, slot });
        }
    }

    /// Probes idle browsers for those who wait, and opens what is then still missing.
    fn bring(
        &mut self,
        draw: &mut dyn FnMut() -> BrowserId,
        now: Instant,
        around: &mut Surroundings<'_>,
    ) {
        let waiting = self.queue.len();
        let coming = self.count(|state| matches!(state, State::Opening | State::Probing));
        let mut unserved = waiting.saturating_sub(coming);
        for (browser, cell) in &mut self.cells {
            if unserved > 0 && matches!(cell.state, State::Free { .. }) {
                cell.state = State::Probing;
                around.steps.push(Step::Probe { browser: *browser });
                unserved -= 1;
            }
        }
        let at_hand = self
            .count(|state| matches!(state, State::Opening | State::Probing | State::Free { .. }));
        let room = self.capacity.saturating_sub(self.cells.len());
        let missing = (waiting + self.warm).saturating_sub(at_hand).min(room);
        for _ in 0..missing {
            if self.paused(now) {
                return;
            }
            let browser = draw();
            let cell = Cell {
                state: State::Opening,
                born: now,
                loans: 0,
            };
            self.cells.insert(browser, cell);
            let kind = self.kind;
            around.steps.push(Step::Open { browser, kind });
        }
    }

    /// Closes a free browser that is worn out, or idle and not needed.
    fn retire(
        &mut self,
        browser: BrowserId,
        since: Instant,
        now: Instant,
        around: &mut Surroundings<'_>,
    ) {
        let Some(cell) = self.cells.get(&browser) else {
            return;
        };
        let settings = around.settings;
        let age = now.saturating_duration_since(cell.born);
        let spare = match self.kind {
            SlotKind::Till(_) => false,
            SlotKind::Anonymous => {
                self.count(|state| matches!(state, State::Free { .. })) > self.warm
            }
        };
        if cell.loans >= settings.max_loans || age >= settings.max_age {
            around.totals.recycled += 1;
            self.close(browser, around);
        } else if spare && now.saturating_duration_since(since) >= settings.idle {
            around.totals.idle += 1;
            self.close(browser, around);
        }
    }

    fn close(&mut self, browser: BrowserId, around: &mut Surroundings<'_>) {
        self.set(browser, State::Closing);
        around.steps.push(Step::Close { browser });
    }

    fn broke(&mut self, browser: BrowserId, now: Instant, around: &mut Surroundings<'_>) {
        around.totals.broken += 1;
        self.failed(now, around.settings);
        self.close(browser, around);
    }

    fn failed(&mut self, now: Instant, settings: &BrowserPoolSettings) {
        self.failures = self.failures.saturating_add(1);
        self.not_before = Some(now + settings.pause(self.failures));
    }

    fn worked(&mut self) {
        self.failures = 0;
        self.not_before = None;
    }

    fn paused(&self, now: Instant) -> bool {
        self.not_before.is_some_and(|at| at > now)
    }

    fn living(&self) -> usize {
        self.count(|state| match state {
            State::Opening | State::Probing | State::Free { .. } | State::Busy { .. } => true,
            State::Closing | State::Unclosed { .. } => false,
        })
    }

    fn state(&self, browser: BrowserId) -> Option<State> {
        self.cells.get(&browser).map(|cell| cell.state)
    }

    fn set(&mut self, browser: BrowserId, state: State) {
        if let Some(cell) = self.cells.get_mut(&browser) {
            cell.state = state;
        }
    }

    fn count(&self, which: impl Fn(State) -> bool) -> usize {
        self.cells.values().filter(|cell| which(cell.state)).count()
    }
}

const fn free_and_fit(now: Instant) -> State {
    State::Free {
        since: now,
        fit_at: Some(now),
    }
}
