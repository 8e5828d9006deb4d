//! The books in memory: everything the port promises, as strict as any engine.
//!
//! One set of books may be shared by several replicas. A commit is checked and written under one
//! short lock, so it is whole or not at all. What the books find by an index in SQL they find by
//! an index here.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::domain::ids::{IncarnationId, OrderId};
use crate::domain::order::OrderRules;
use crate::domain::{Span, Timestamp};
use crate::ports::Clock;
use crate::ports::books::{Claim, Commit, CommitFailed, Guard};

mod checks;
mod commit;
mod customers;
mod due_orders;
mod erase;
mod faults;
mod invoices;
mod leases;
mod ledger;
mod live;
mod names;
mod notices;
mod orders;
mod port;
mod rows;
mod seed;
mod state;
mod transfers;
mod view;

pub use faults::{Counts, Fault};
pub use view::{BooksView, Predicate};

use faults::Faults;
use state::State;

/// What retired books answer instead of an incarnation.
pub const RETIRED: IncarnationId = IncarnationId::new(0);

/// The books in memory.
pub struct MemoryBooks {
    inner: Mutex<Inner>,
    clock: Arc<dyn Clock>,
    skew: AtomicI64,
    rules: OrderRules,
}

/// The books at one moment, as a backup keeps them.
#[derive(Clone)]
pub struct Snapshot(Box<State>);

struct Inner {
    state: State,
    faults: Faults,
    counts: Counts,
    journal: Option<Vec<Commit>>,
    predicates: Vec<Predicate>,
    violations: Vec<String>,
}

impl MemoryBooks {
    /// The life that new books begin with.
    pub const FIRST_LIFE: IncarnationId = IncarnationId::new(1);

    /// Empty books whose own clock is the given one.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let state = State::new(Self::FIRST_LIFE);
        Self::with(state, clock)
    }

    /// Empty books that check after every commit that they balance, and whatever is added with
    /// [`MemoryBooks::check_also`]; a violation panics and stays on record.
    #[must_use]
    pub fn checked(clock: Arc<dyn Clock>) -> Self {
        let books = Self::new(clock);
        books.check_also(balance);
        books
    }

    /// Books that were restored somewhere else, under a new life.
    #[must_use]
    pub fn restored(snapshot: Snapshot, life: IncarnationId, clock: Arc<dyn Clock>) -> Self {
        let books = Self::with(*snapshot.0, clock);
        books.lock().state.life = Some(life);
        books
    }

    /// The same books with other settings of the order machine: they decide when an order is due.
    #[must_use]
    pub fn ruled_by(self, rules: OrderRules) -> Self {
        Self { rules, ..self }
    }

    /// Adds a predicate that must hold after every commit.
    pub fn check_also(&self, predicate: Predicate) {
        self.lock().predicates.push(predicate);
    }

    /// What the predicates found so far.
    #[must_use]
    pub fn violations(&self) -> Vec<String> {
        self.lock().violations.clone()
    }

    /// Lets the next commits meet these faults, one after the other.
    pub fn fail_next(&self, fault: Fault) {
        self.lock().faults.next.push_back(fault);
    }

    /// Lets every commit meet the fault that `choose` names for it, until it is replaced.
    pub fn fail_when(&self, choose: impl FnMut(&Commit) -> Option<Fault> + Send + 'static) {
        self.lock().faults.chooser = Some(Box::new(choose));
    }

    /// Takes back every fault that has not happened yet.
    pub fn fail_no_more(&self) {
        self.lock().faults = Faults::default();
    }

    /// The next reads, leases included, fail.
    pub fn unreadable_for(&self, reads: u32) {
        self.lock().faults.unreadable = reads;
    }

    /// How often the books were asked so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.lock().counts
    }

    /// Keeps every written commit from now on.
    pub fn keep_journal(&self) {
        self.lock().journal.get_or_insert_default();
    }

    /// The commits kept so far, oldest first; forgets them.
    #[must_use]
    pub fn take_journal(&self) -> Vec<Commit> {
        let mut inner = self.lock();
        inner
            .journal
            .as_mut()
            .map(std::mem::take)
            .unwrap_or_default()
    }

    /// Moves the books' own clock away from the one they were given: leases go by it.
    pub fn skew(&self, by: Span) {
        let micros = by.num_microseconds().unwrap_or(i64::MAX);
        self.skew.store(micros, Ordering::SeqCst);
    }

    /// The books as they are now.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot(Box::new(self.lock().state.clone()))
    }

    /// Goes back to an older state, under another life; under the same one nobody notices.
    pub fn restore(&self, snapshot: Snapshot, life: IncarnationId) {
        let mut inner = self.lock();
        inner.state = *snapshot.0;
        inner.state.life = Some(life);
    }

    /// Adopts the books under another life: every commit of the old one is refused.
    pub fn adopt(&self, life: IncarnationId) {
        self.lock().state.life = Some(life);
    }

    /// Retires the books, because they were moved: no commit is taken any more.
    pub fn retire(&self) {
        self.lock().state.life = None;
    }

    /// Looks at everything at one moment. For tests; not counted as a read.
    pub fn view<T>(&self, look: impl FnOnce(&BooksView<'_>) -> T) -> T {
        look(&BooksView::of(&self.lock().state))
    }

    /// Whether a guard would hold now. For tests.
    #[must_use]
    pub fn holds(&self, guard: Guard) -> bool {
        checks::guard(&self.lock().state, guard).is_ok()
    }

    /// The order that owns a claim: none if it is free, none within if it belongs to no order.
    #[must_use]
    pub fn owner(&self, claim: &Claim) -> Option<Option<OrderId>> {
        self.lock().state.names.owner(claim)
    }

    /// The body that was logged under a key.
    #[must_use]
    pub fn event(&self, key: &str) -> Option<String> {
        self.lock().state.names.event(key).map(str::to_owned)
    }

    fn with(state: State, clock: Arc<dyn Clock>) -> Self {
        let inner = Inner {
            state,
            faults: Faults::default(),
            counts: Counts::default(),
            journal: None,
            predicates: Vec::new(),
            violations: Vec::new(),
        };
        Self {
            inner: Mutex::new(inner),
            clock,
            skew: AtomicI64::new(0),
            rules: OrderRules::default(),
        }
    }

    /// The books' own clock.
    fn now(&self) -> Timestamp {
        self.clock.now() + Span::microseconds(self.skew.load(Ordering::SeqCst))
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[expect(
        clippy::panic,
        reason = "books that are wrong must end the test that made them so"
    )]
    fn write(&self, commit: Commit) -> Result<(), CommitFailed> {
        let violation = self.lock().write(commit, &self.rules)?;
        match violation {
            None => Ok(()),
            Some(what) => panic!("the books are wrong after this commit: {what}"),
        }
    }
}

fn balance(view: &BooksView<'_>) -> Result<(), String> {
    view.balances()
}

impl Inner {
    /// Writes a commit; answers what the predicates say of the outcome.
    fn write(
        &mut self,
        commit: Commit,
        rules: &OrderRules,
    ) -> Result<Option<String>, CommitFailed> {
        let kept = self.journal.is_some().then(|| commit.clone());
        let outcome = commit::apply(&mut self.state, commit, rules);
        if let Err(why) = outcome {
            self.counts.refused += 1;
            return Err(CommitFailed::Refused(why));
        }
        self.counts.commits += 1;
        if let (Some(journal), Some(commit)) = (&mut self.journal, kept) {
            journal.push(commit);
        }
        let view = BooksView::of(&self.state);
        let found = self.predicates.iter().find_map(|holds| holds(&view).err());
        self.violations.extend(found.clone());
        Ok(found)
    }
}
