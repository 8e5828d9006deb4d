//! The clerk's desk: reads, decides, commits, and does so anew when the books have moved.
//!
//! It runs on the I/O runtime and shares nothing with the actor's memory, so a step that outlives
//! a restart of the actor is still right.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use super::actor::Neighbours;
use super::counts::Counts;
use super::decide::{self, Joined, Terms};
use super::lanes::Lanes;
use super::settings::PaymentSettings;
use crate::domain::Timestamp;
use crate::domain::ids::{InvoiceId, Nonce, Version};
use crate::domain::invoice::{Invoice, InvoiceEvent, InvoiceRefused, LookUps, Report, Ticket};
use crate::domain::ledger::EntryKey;
use crate::domain::money::{CoinAmount, MicroUsd};
use crate::domain::trace::TraceId;
use crate::office::Office;
use crate::ports::Failure;
use crate::ports::books::{
    Claim, Commit, CommitFailed, CommitRefused, Guard, InvoiceFile, OutsideEvent, RowWrite, Write,
};

/// What all steps share.
#[derive(Debug)]
pub(super) struct Desk {
    pub(super) office: Office,
    pub(super) settings: PaymentSettings,
    pub(super) neighbours: Neighbours,
    pub(super) lanes: Lanes,
    pub(super) counts: Counts,
    turn: AtomicU64,
    /// In microseconds since the epoch; zero is never.
    asked_at: AtomicI64,
}

/// One change of an invoice.
#[derive(Debug, Default)]
pub(super) struct Step<'a> {
    /// What happened, in order; committed as one.
    pub(super) events: Vec<InvoiceEvent>,
    /// The order that waits is cancelled if the invoice can no longer be paid for it.
    pub(super) ends_order: bool,
    /// Only while nobody has looked since: the ticket in `events` was not committed.
    pub(super) unless_looked_since: Option<LookUps>,
    /// An operator's press: the version that was shown, and the press itself.
    pub(super) press: Option<(Version, &'a Nonce)>,
}

/// What a step came to.
#[derive(Debug)]
pub(super) enum Done {
    /// Committed.
    Changed(Box<Changed>),
    /// Nothing was to be changed.
    Nothing,
    /// Somebody looked since: ask the gateway anew.
    Overtaken,
}

/// An invoice before and after.
#[derive(Debug)]
pub(super) struct Changed {
    pub(super) before: Invoice,
    pub(super) after: Invoice,
    pub(super) version: Version,
    pub(super) ticket: Option<Ticket>,
}

/// Why a step could not be made.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    #[error("no such invoice")]
    NotFound,
    #[error("changed since it was shown")]
    Moved,
    #[error("pressed before")]
    Pressed,
    #[error(transparent)]
    Refused(#[from] InvoiceRefused),
    #[error("not done: {0}")]
    NotDone(String),
    #[error("outcome unknown: {0}")]
    Unknown(String),
}

/// What is learned about a decision in its rounds.
#[derive(Debug)]
struct Rounds {
    may_hold: bool,
    uuid_taken: bool,
    floors: u32,
    last: Trouble,
}

impl Desk {
    pub(super) fn new(office: Office, settings: PaymentSettings, neighbours: Neighbours) -> Self {
        Self {
            office,
            settings,
            neighbours,
            lanes: Lanes::default(),
            counts: Counts::default(),
            turn: AtomicU64::new(0),
            asked_at: AtomicI64::new(0),
        }
    }

    /// Somebody asks for something.
    pub(super) fn asked(&self, now: Timestamp) {
        self.asked_at
            .store(now.timestamp_micros(), Ordering::Relaxed);
    }

    /// When somebody last did.
    pub(super) fn asked_at(&self) -> Option<Timestamp> {
        let micros = self.asked_at.load(Ordering::Relaxed);
        (micros != 0).then(|| Timestamp::from_timestamp_micros(micros))?
    }

    /// Makes one change: reads, decides and commits, in a few rounds where the books move
    /// meanwhile. After a commit of unknown outcome the books are read again; a change that is
    /// there already is then [`Done::Nothing`].
    pub(super) async fn settle(&self, id: InvoiceId, step: &Step<'_>) -> Result<Done, Trouble> {
        let mut rounds = Rounds {
            may_hold: true,
            uuid_taken: false,
            floors: 0,
            last: Trouble::NotDone("no round was made".into()),
        };
        for round in 0..self.settings.rounds {
            if round > 0 {
                self.counts.decided_anew.one();
            }
            let file = self.office.ports.books.invoice_file(id).await;
            let file = file.map_err(|unreadable| Trouble::NotDone(unreadable.cause))?;
            let file = file.ok_or(Trouble::NotFound)?;
            if let Some(end) = step.meets(&file, &rounds.last)? {
                return Ok(end);
            }
            let terms = self.terms(step, rounds.may_hold, rounds.uuid_taken);
            let joined = match decide::decide(&file, &step.events, terms)? {
                Ok(joined) => joined,
                Err(_dropped) => return Ok(Done::Nothing),
            };
            match self.commit(&file, joined, step).await {
                Ok(changed) => return Ok(Done::Changed(Box::new(changed))),
                Err((failed, held)) => rounds.learn(failed, held, step)?,
            }
        }
        Err(rounds.last)
    }

    /// The terms of a first round.
    pub(super) fn terms_of(&self, step: &Step<'_>) -> Terms<'_> {
        self.terms(step, true, false)
    }

    fn terms(&self, step: &Step<'_>, may_hold: bool, uuid_taken: bool) -> Terms<'_> {
        Terms {
            settings: &self.settings,
            may_hold,
            uuid_taken,
            ends_order: step.ends_order,
            turn: self.turn.fetch_add(1, Ordering::Relaxed),
            now: self.office.ports.clock.now(),
        }
    }

    async fn commit(
        &self,
        file: &InvoiceFile,
        joined: Joined,
        step: &Step<'_>,
    ) -> Result<Changed, (CommitFailed, bool)> {
        let Joined {
            decision,
            order,
            holds,
        } = joined;
        let mut commit = self.office.commit();
        let after = self.office.absorb(&mut commit, decision);
        if let (Some(seen), Some(order)) = (&file.order, order) {
            commit.rows.push(RowWrite::Order(Write::over(seen, order)));
        }
        if let Some(customer) = after.customer {
            let write = Write::over(&file.customer, customer);
            commit.rows.push(RowWrite::Customer(write));
        }
        if holds {
            let customer = file.customer.row.id;
            commit.guards.push(Guard::NotFrozen(customer));
            commit.guards.push(Guard::NoDebt(customer));
        }
        if let Some((_, press)) = step.press {
            commit.claims.push((Claim::Press(press.clone()), None));
        }
        commit.events.extend(news_of(file, &step.events));
        let write = Write::over(&file.invoice, after.invoice.clone());
        commit.rows.push(RowWrite::Invoice(write));
        let credits = commit.entries.iter().any(|entry| is_credit(&entry.key));
        self.write(commit).await.map_err(|failed| (failed, holds))?;
        if credits {
            let (id, trace) = (after.invoice.id, TraceId::of_invoice(&after.invoice));
            tracing::info!(invoice.id = %id, %trace, "{id} is credited");
            self.counts.credits.one();
        }
        if holds {
            self.counts.held.one();
            self.neighbours.fulfilment.wake();
        }
        Ok(Changed {
            before: file.invoice.row.clone(),
            after: after.invoice,
            version: file.invoice.version.next(),
            ticket: after.ticket,
        })
    }

    /// Commits, and rings the notifier if somebody is owed news.
    pub(super) async fn write(&self, commit: Commit) -> Result<(), CommitFailed> {
        let owes = !commit.notices.is_empty() || !commit.stale.is_empty();
        self.office.write(commit).await?;
        self.counts.commits.one();
        if owes {
            self.neighbours.notifier.wake();
        }
        Ok(())
    }
}

impl<'a> Step<'a> {
    pub(super) fn of(event: InvoiceEvent) -> Self {
        Self {
            events: vec![event],
            ..Self::default()
        }
    }

    /// The end that the file alone brings, before anything is decided.
    fn meets(&self, file: &InvoiceFile, last: &Trouble) -> Result<Option<Done>, Trouble> {
        if let Some((shown, _)) = self.press
            && shown != file.invoice.version
        {
            // It may be our own commit that moved it.
            return Err(match last {
                Trouble::Unknown(cause) => Trouble::Unknown(cause.clone()),
                Trouble::NotFound
                | Trouble::Moved
                | Trouble::Pressed
                | Trouble::Refused(_)
                | Trouble::NotDone(_) => Trouble::Moved,
            });
        }
        let looked = self.unless_looked_since.is_some_and(|mark| {
            let now = &file.invoice.row.look_ups;
            now.next_ticket != mark.next_ticket || now.applied != mark.applied
        });
        Ok(looked.then_some(Done::Overtaken))
    }
}

impl Rounds {
    /// Learns from a commit that failed; an error when another round would change nothing.
    fn learn(&mut self, failed: CommitFailed, held: bool, step: &Step<'_>) -> Result<(), Trouble> {
        let refused = match failed {
            Failure::Refused(refused) => refused,
            Failure::NotDone { cause } => return Err(self.ended_by(cause)),
            Failure::Unknown { cause } => {
                self.last = Trouble::Unknown(cause);
                return Ok(());
            }
        };
        self.last = Trouble::NotDone(refused.to_string());
        match refused {
            CommitRefused::Stale { .. } => Ok(()),
            CommitRefused::Taken { .. } => {
                if step.press.is_some() {
                    return Err(Trouble::Pressed);
                }
                // A uuid of another invoice; or an entry that a commit of unknown outcome made,
                // which the next reading shows.
                self.uuid_taken = true;
                Ok(())
            }
            CommitRefused::Floor { .. } => {
                // The first time a balance has moved since it was read; then a floor that holds.
                self.may_hold &= self.floors == 0;
                self.floors = self.floors.saturating_add(1);
                Ok(())
            }
            CommitRefused::Guard(_) | CommitRefused::Rule { .. } if held => {
                self.may_hold = false;
                Ok(())
            }
            refused @ (CommitRefused::Guard(_)
            | CommitRefused::Rule { .. }
            | CommitRefused::OtherLife { .. }
            | CommitRefused::Fenced { .. }
            | CommitRefused::Handled(_)) => Err(Trouble::NotDone(refused.to_string())),
        }
    }

    /// "Not done" after an unknown outcome does not make that outcome known.
    fn ended_by(&self, cause: String) -> Trouble {
        match &self.last {
            Trouble::Unknown(earlier) => Trouble::Unknown(format!("{earlier}; then {cause}")),
            Trouble::NotFound
            | Trouble::Moved
            | Trouble::Pressed
            | Trouble::Refused(_)
            | Trouble::NotDone(_) => Trouble::NotDone(cause),
        }
    }
}

/// What the log keeps of reports: each that differs from what was stored, under its ticket.
fn news_of(file: &InvoiceFile, events: &[InvoiceEvent]) -> Vec<OutsideEvent> {
    let invoice = &file.invoice.row;
    let reports = events.iter().filter_map(|event| match event {
        InvoiceEvent::Reported { ticket, report } => Some((ticket, report)),
        InvoiceEvent::Created(_)
        | InvoiceEvent::CreationRefused { .. }
        | InvoiceEvent::CreationNotDone { .. }
        | InvoiceEvent::CreationUnknown
        | InvoiceEvent::Claimed
        | InvoiceEvent::SweepFound
        | InvoiceEvent::LookUpStarted
        | InvoiceEvent::LookUpFailed { .. }
        | InvoiceEvent::CustomerSaysSent
        | InvoiceEvent::CustomerCancelled
        | InvoiceEvent::Replaced
        | InvoiceEvent::RefundRequested { .. }
        | InvoiceEvent::RefundStarted
        | InvoiceEvent::RefundAnswered(_)
        | InvoiceEvent::RefundGivenUp { .. }
        | InvoiceEvent::LockLifted { .. } => None,
    });
    reports
        .filter(|(_, report)| invoice.status.as_ref() != Some(&report.status))
        .map(|(ticket, report)| OutsideEvent {
            key: format!("gateway/{}/{}", invoice.id, ticket.get()),
            body: in_one_line(report),
        })
        .collect()
}

fn in_one_line(report: &Report) -> String {
    let coins = report.payment_amount.map(CoinAmount::units);
    let dollars = report.payment_amount_usd.map(MicroUsd::micros);
    let txid = report.txid.as_deref().unwrap_or("-");
    let line = format!(
        "{} {:?} final={} coins_1e18={coins:?} micro_usd={dollars:?} txid={txid}",
        report.uuid, report.status, report.is_final,
    );
    line.chars().take(4_000).collect()
}

const fn is_credit(key: &EntryKey) -> bool {
    match key {
        EntryKey::Credit { .. } => true,
        EntryKey::Reversal { .. }
        | EntryKey::Lock { .. }
        | EntryKey::Unlock { .. }
        | EntryKey::RefundHold { .. }
        | EntryKey::RefundEnd { .. }
        | EntryKey::Hold { .. }
        | EntryKey::Release { .. }
        | EntryKey::Spent { .. }
        | EntryKey::NetworkFee { .. }
        | EntryKey::Settle { .. }
        | EntryKey::Bounce { .. }
        | EntryKey::Explained { .. }
        | EntryKey::Adopted { .. }
        | EntryKey::Orphan { .. }
        | EntryKey::OrphanBack { .. }
        | EntryKey::CarriedOver { .. }
        | EntryKey::Adjustment { .. } => false,
    }
}
