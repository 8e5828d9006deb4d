//! One run: takes one order as far as it goes now. Every step reads the order's file anew, makes
//! the outside call that is due, and commits what came of it.

use std::time::Duration;

use tokio::time::Instant;

use super::desk::{Bench, Stuck, wallet_of};
use super::link::holds_till_up;
use super::tills::{Lane, Tenure};
use crate::browser_pool::{Purpose, Verdict};
use crate::cookie_refresh::{self, Met};
use crate::domain::Timestamp;
use crate::domain::ids::{LoginId, OrderId};
use crate::domain::order::{Order, OrderEffect, OrderEvent};
use crate::ports::Failure;
use crate::ports::books::{OrderFile, RowWrite, Write};
use crate::ports::market::{MarketFailure, MarketRefused, Slot};

/// A run re-reads at most so often without progress before it rests.
const REREADS: u32 = 5;

/// Two clocks may be a little apart: the pause before something is due is no shorter.
const LEAST_PAUSE: Duration = Duration::from_millis(5);

/// How a run ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum RunEnd {
    /// Nothing is due.
    Done,
    /// Something could not be done now.
    Resting(String),
}

/// What a step that committed means for the run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Flow {
    /// Look at what is due now.
    Onward,
    /// The same again after a pause.
    Pause(Duration),
}

/// A run in progress.
pub(super) struct Run {
    pub(super) bench: Bench,
    pub(super) tenure: Tenure,
    pub(super) order: OrderId,
    slot: Option<Slot>,
    verdict: Verdict,
    _lane: Lane,
}

impl Run {
    pub(super) const fn new(bench: Bench, tenure: Tenure, order: OrderId, lane: Lane) -> Self {
        Self {
            bench,
            tenure,
            order,
            slot: None,
            verdict: Verdict::Good,
            _lane: lane,
        }
    }

    /// Goes on until nothing is due, something cannot be done, or the time is up. The browser
    /// stays with the order from the link to the delivery.
    pub(super) async fn go(mut self) -> RunEnd {
        let ends = Instant::now() + self.bench.settings.run;
        let mut rereads = 0;
        let end = loop {
            match self.step().await {
                Ok(Some(Flow::Onward)) => rereads = 0,
                Ok(Some(Flow::Pause(pause))) => {
                    rereads = 0;
                    self.bench.tell();
                    tokio::time::sleep(pause).await;
                }
                Ok(None) => break RunEnd::Done,
                Err(Stuck::Reread) if rereads < REREADS => rereads += 1,
                Err(Stuck::Reread) => break RunEnd::Resting("the books keep changing".into()),
                Err(Stuck::Rest(why)) => break RunEnd::Resting(why),
            }
            if Instant::now() >= ends {
                break RunEnd::Resting("the run took its time; it goes on at the next look".into());
            }
        };
        self.bench.tell();
        self.give_back().await;
        end
    }

    async fn step(&mut self) -> Result<Option<Flow>, Stuck> {
        let file = self.bench.office.ports.books.order_file(self.order).await?;
        let file =
            file.ok_or_else(|| Stuck::Rest(format!("{} is not in the books", self.order)))?;
        let order = &file.order.row;
        let now = self.bench.now();
        let Some(effect) = order.due(now, &self.bench.settings.order) else {
            return Ok(self.soon(order, now));
        };
        let flow = match effect {
            OrderEffect::Tick => self.apply(&file, OrderEvent::Tick).await,
            OrderEffect::ObtainLink => self.obtain_link(&file).await,
            OrderEffect::Sign => self.sign(&file).await,
            OrderEffect::ReturnMoney => self.return_money(&file).await,
            OrderEffect::Pursue { transfer, confirm } => {
                self.pursue(&file, transfer, confirm).await
            }
            OrderEffect::FollowUp { transfer, confirm } => {
                self.follow_up(&file, transfer, confirm).await
            }
            OrderEffect::ResetTill { transfer } => self.reset_till(&file, transfer).await,
        };
        flow.map(Some)
    }

    /// What rests for a moment only keeps its run, and with it the browser: the till waits for such
    /// an order whoever has the lane, and the timer would come later.
    fn soon(&self, order: &Order, now: Timestamp) -> Option<Flow> {
        let settings = &self.bench.settings;
        let due = order.next_due(now, &settings.order)?;
        let pause = (due - now).to_std().ok()?.max(LEAST_PAUSE);
        let stays = holds_till_up(order)
            && pause <= settings.look
            // Prolonged meanwhile; before its next call the run looks again.
            && self.tenure.outlasts(pause);
        stays.then_some(Flow::Pause(pause))
    }

    /// Decides an event on the order alone and commits it.
    pub(super) async fn apply(&self, file: &OrderFile, event: OrderEvent) -> Result<Flow, Stuck> {
        let desk = self.bench.desk(wallet_of(file), &self.tenure);
        let decision = file.order.row.decide(event, desk)?;
        let mut commit = self.bench.commit(&self.tenure);
        let next = self.bench.office.absorb(&mut commit, decision);
        commit
            .rows
            .push(RowWrite::Order(Write::over(&file.order, next)));
        self.bench.write(commit).await?;
        Ok(Flow::Onward)
    }

    /// The browser of a till, lent once and kept for the run. Asked for before every call to
    /// Fragment: the leases must outlast it (rule 7).
    pub(super) async fn till_slot(&mut self, login: LoginId) -> Result<Slot, Stuck> {
        if self.tenure.login != Some(login) {
            return Err(Stuck::Rest(format!("{login} is not held with this wallet")));
        }
        if !self.tenure.outlasts(self.bench.settings.call) {
            return Err(Stuck::Rest("the till's lease is about to end".into()));
        }
        if let Some(slot) = self.slot {
            return Ok(slot);
        }
        let settings = &self.bench.settings;
        let for_at_most = settings.run + settings.call;
        let lender = &self.bench.doors.lender;
        let fence = self.tenure.fence_of(login);
        let fence = fence.ok_or_else(|| Stuck::Rest(format!("{login} is not leased")))?;
        let purpose = Purpose::Purchase;
        match lender.borrow_till(login, fence, purpose, for_at_most).await {
            Ok(slot) => {
                self.slot = Some(slot);
                self.verdict = Verdict::Good;
                Ok(slot)
            }
            Err(not_lent) => Err(Stuck::Rest(format!("no browser for {login}: {not_lent}"))),
        }
    }

    /// Runs a call to Fragment under its deadline.
    pub(super) async fn call<T>(
        &self,
        call: impl Future<Output = Result<T, MarketFailure>>,
    ) -> Result<T, MarketFailure> {
        self.bench.call(call).await
    }

    /// What a failed call says about the browser, and whether the login must be looked at.
    pub(super) async fn note(&mut self, login: LoginId, failure: &MarketFailure) {
        if let Some(verdict) = self.bench.met(login, failure).await {
            self.verdict = verdict;
            self.give_back().await;
        }
    }

    async fn give_back(&mut self) {
        let Some(slot) = self.slot.take() else {
            return;
        };
        self.bench.doors.lender.give_back(slot, self.verdict).await;
    }
}

impl Bench {
    /// Runs a call to Fragment under its deadline. A call that takes longer may have happened.
    pub(super) async fn call<T>(
        &self,
        call: impl Future<Output = Result<T, MarketFailure>>,
    ) -> Result<T, MarketFailure> {
        match tokio::time::timeout(self.settings.call, call).await {
            Ok(outcome) => outcome,
            Err(_elapsed) => Err(Failure::unknown("fragment did not answer in time")),
        }
    }

    /// What a failed call says about its browser, if anything. A login that was found logged out
    /// is reported.
    pub(super) async fn met(&self, login: LoginId, failure: &MarketFailure) -> Option<Verdict> {
        let verdict = match failure {
            Failure::Refused(MarketRefused::LoggedOut | MarketRefused::IdentityNeeded) => {
                Verdict::LoggedOut
            }
            Failure::Refused(MarketRefused::PathBlocked) => Verdict::PathBlocked,
            Failure::Unknown { .. } => Verdict::Broken,
            Failure::Refused(
                MarketRefused::NoSuchUser
                | MarketRefused::NotAPerson
                | MarketRefused::AlreadyPremium
                | MarketRefused::Other { .. },
            )
            | Failure::NotDone { .. } => return None,
        };
        if verdict == Verdict::LoggedOut {
            let met = match failure {
                Failure::Refused(MarketRefused::IdentityNeeded) => Met::IdentityAsked,
                Failure::Refused(_) | Failure::NotDone { .. } | Failure::Unknown { .. } => {
                    Met::LoggedOut
                }
            };
            cookie_refresh::report(&self.office, login, met).await;
            self.doors.cookie_refresh.wake();
        }
        Some(verdict)
    }
}
