//! When payment acts: on being asked, on a wake, and every two seconds.

use std::sync::Arc;

use actix::{Actor, ActorFuture, ActorFutureExt, Context, Handler, Supervised, WrapFuture};
use serde::Serialize;
use tokio::sync::watch;
use tokio::time::Instant;

use super::counts::PaymentCounts;
use super::desk::Desk;
use super::settings::PaymentSettings;
use super::{
    ActRefused, CancelInvoice, CustomerSaysSent, Deposit, DepositReported, DepositUnsure,
    OpenInvoice, OpenRefused, Opened, OperatorActs, Unready,
};
use crate::domain::Timestamp;
use crate::domain::ids::{InvoiceId, Version};
use crate::office::Office;
use crate::ports::Unreadable;
use crate::supervision::{
    self, Asked, Begin, Clerk, EffectFailed, End, InFlight, Life, Loading, Observe, Observed, Wake,
    WakeHandle, effect, guard,
};

/// Whom payment rings, and what it publishes.
#[derive(Clone, Debug)]
pub struct Neighbours {
    /// News is owed.
    pub notifier: WakeHandle,
    /// An order was held.
    pub fulfilment: WakeHandle,
    /// When the gateway's whole list was last compared with the books; none before the first time
    /// since the start, which must precede sales (rule 2).
    pub swept: watch::Sender<Option<Timestamp>>,
}

/// The actor.
pub struct Payment {
    life: Life<Self>,
    desk: Arc<Desk>,
    memory: Memory,
}

/// What a restart forgets.
#[derive(Debug)]
struct Memory {
    work: InFlight<InvoiceId>,
    looking: Looking,
    sweep: Sweep,
}

/// Whether the list of what is due is being read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum Looking {
    Idle,
    Reading,
    /// And once more afterwards: something became due meanwhile.
    ReadingAgain,
}

/// Where the sweep is.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Sweep {
    /// Not before.
    Resting { until: Instant },
    /// Between two pages.
    At {
        since: Timestamp,
        cursor: Option<String>,
    },
    /// A page is being read.
    Reading,
}

/// What payment shows of itself.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct PaymentSnapshot {
    /// Invoices that are pursued by themselves now.
    pub pursued: usize,
    /// Invoices that somebody works on or waits for, in this daemon.
    pub lanes: usize,
    /// Whether the books are being read for what is due.
    pub looking: bool,
    /// Whether the gateway's list is being swept.
    pub sweeping: bool,
    /// When it was last swept to its end.
    pub swept_at: Option<Timestamp>,
    /// When somebody last asked for something.
    pub asked_at: Option<Timestamp>,
    /// What was done since the daemon started.
    pub counts: PaymentCounts,
}

impl Payment {
    /// Builds the actor; give it to [`supervision::start`] with its seat.
    #[must_use]
    pub fn new(
        life: Life<Self>,
        office: Office,
        settings: PaymentSettings,
        neighbours: Neighbours,
    ) -> Self {
        let memory = Memory::fresh(&settings);
        Self {
            life,
            desk: Arc::new(Desk::new(office, settings, neighbours)),
            memory,
        }
    }

    /// Reads what is due, unless that is being done.
    fn look(&mut self, ctx: &mut Context<Self>) {
        self.sweep(ctx);
        match self.memory.looking {
            Looking::Idle => {}
            Looking::Reading | Looking::ReadingAgain => {
                self.memory.looking = Looking::ReadingAgain;
                return;
            }
        }
        let room = u32::try_from(self.memory.work.room()).unwrap_or(u32::MAX);
        if room == 0 {
            return;
        }
        self.memory.looking = Looking::Reading;
        let now = self.desk.office.ports.clock.now();
        // What is in work is still listed: without these the rest might never be reached.
        let limit = room.saturating_add(u32::try_from(self.memory.work.len()).unwrap_or(u32::MAX));
        let books = Arc::clone(&self.desk.office.ports.books);
        let read = async move { books.invoices_due(now, limit).await };
        self.outside(ctx, read, Self::found);
    }

    fn found(
        &mut self,
        due: Result<Result<Vec<InvoiceId>, Unreadable>, EffectFailed>,
        ctx: &mut Context<Self>,
    ) {
        let again = self.memory.looking == Looking::ReadingAgain;
        self.memory.looking = Looking::Idle;
        match due {
            Ok(Ok(due)) => {
                for invoice in due {
                    self.pursue(invoice, ctx);
                }
            }
            Ok(Err(unreadable)) => tracing::warn!("payment cannot look at the books: {unreadable}"),
            Err(failed) => tracing::warn!("payment cannot look at the books: {failed}"),
        }
        if again {
            self.look(ctx);
        }
    }

    fn pursue(&mut self, invoice: InvoiceId, ctx: &mut Context<Self>) {
        match self.memory.work.begin(invoice) {
            Begin::Start => {}
            Begin::Running | Begin::Full => return,
        }
        let desk = Arc::clone(&self.desk);
        let step = async move { desk.pursue(invoice).await };
        self.outside(ctx, step, move |payment, end, ctx| {
            let again = payment.memory.work.end(&invoice);
            match end {
                Ok(Ok(())) => {}
                Ok(Err(trouble)) => {
                    payment.desk.counts.failed.one();
                    tracing::warn!(invoice.id = %invoice, "{invoice} was not pursued: {trouble}");
                }
                Err(failed) => {
                    payment.desk.counts.failed.one();
                    tracing::warn!(invoice.id = %invoice, "{invoice} was not pursued: {failed}");
                    return;
                }
            }
            match again {
                End::LookAgain => payment.look(ctx),
                End::Quiet => {}
            }
        });
    }

    /// Reads the next page of the gateway's list when it is time.
    fn sweep(&mut self, ctx: &mut Context<Self>) {
        let (since, cursor) = match std::mem::replace(&mut self.memory.sweep, Sweep::Reading) {
            Sweep::Resting { until } if Instant::now() >= until => {
                let now = self.desk.office.ports.clock.now();
                (now - self.desk.settings.sweep_back, None)
            }
            Sweep::At { since, cursor } => (since, cursor),
            resting @ (Sweep::Resting { .. } | Sweep::Reading) => {
                self.memory.sweep = resting;
                return;
            }
        };
        let desk = Arc::clone(&self.desk);
        let from = cursor.clone();
        let page = async move { desk.sweep_page(since, from.as_deref()).await };
        self.outside(ctx, page, move |payment, page, _| {
            let page = page.unwrap_or_else(|failed| Err(failed.to_string()));
            payment.memory.sweep = payment.after_page(since, cursor, page);
        });
    }

    fn after_page(
        &self,
        since: Timestamp,
        cursor: Option<String>,
        page: Result<Option<String>, String>,
    ) -> Sweep {
        let settings = &self.desk.settings;
        match page {
            Ok(Some(next)) => Sweep::At {
                since,
                cursor: Some(next),
            },
            Ok(None) => {
                let now = self.desk.office.ports.clock.now();
                self.desk.neighbours.swept.send_replace(Some(now));
                Sweep::Resting {
                    until: Instant::now() + settings.sweep_every,
                }
            }
            Err(cause) => {
                let at = cursor.map_or_else(|| "its beginning".into(), |at| format!("{at:?}"));
                tracing::warn!("the gateway's list cannot be swept at {at}: {cause}");
                Sweep::Resting {
                    until: Instant::now() + settings.sweep_retry,
                }
            }
        }
    }

    fn outside<T: Send + 'static>(
        &mut self,
        ctx: &mut Context<Self>,
        call: impl Future<Output = T> + Send + 'static,
        then: impl FnOnce(&mut Self, Result<T, EffectFailed>, &mut Context<Self>) + 'static,
    ) {
        let io = self.desk.office.io.clone();
        let deadline = self.desk.settings.step;
        effect::start(self, ctx, &io, deadline, call, then);
    }

    /// A step that somebody waits for; it runs on the I/O runtime and is answered from there.
    fn answer<T, S, L>(
        &self,
        step: S,
        lost: L,
    ) -> impl ActorFuture<Self, Output = T> + 'static + use<T, S, L>
    where
        T: Send + 'static,
        S: Future<Output = T> + Send + 'static,
        L: FnOnce(EffectFailed) -> T + 'static,
    {
        let io = self.desk.office.io.clone();
        let outcome = io.call(&self.life, self.desk.settings.step, step);
        outcome
            .into_actor(self)
            .map(move |outcome, payment: &mut Self, _| {
                outcome.unwrap_or_else(|failed| {
                    payment.desk.counts.failed.one();
                    lost(failed)
                })
            })
    }

    /// Longer than the call inside, which then says what happened.
    fn limit(&self) -> std::time::Duration {
        self.desk.settings.step + std::time::Duration::from_secs(5)
    }

    fn desk(&self) -> Arc<Desk> {
        let now = self.desk.office.ports.clock.now();
        self.desk.asked(now);
        Arc::clone(&self.desk)
    }
}

impl Memory {
    fn fresh(settings: &PaymentSettings) -> Self {
        Self {
            work: InFlight::new(settings.in_flight),
            looking: Looking::Idle,
            sweep: Sweep::Resting {
                until: Instant::now(),
            },
        }
    }
}

impl Clerk for Payment {
    fn life(&mut self) -> &mut Life<Self> {
        &mut self.life
    }

    fn forget(&mut self) {
        self.memory = Memory::fresh(&self.desk.settings);
    }

    fn reload(&mut self, ctx: &mut Context<Self>) -> Loading<Self> {
        guard::every(ctx, self.desk.settings.look_every, Self::look);
        Loading::done()
    }
}

impl Actor for Payment {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Context<Self>) {
        supervision::started(self, ctx);
    }
}

impl Supervised for Payment {
    fn restarting(&mut self, ctx: &mut Context<Self>) {
        supervision::restarting(self, ctx);
    }
}

impl Observed for Payment {
    type Snapshot = PaymentSnapshot;

    fn snapshot(&self) -> PaymentSnapshot {
        PaymentSnapshot {
            pursued: self.memory.work.len(),
            lanes: self.desk.lanes.len(),
            looking: self.memory.looking != Looking::Idle,
            sweeping: match self.memory.sweep {
                Sweep::Resting { .. } => false,
                Sweep::At { .. } | Sweep::Reading => true,
            },
            swept_at: *self.desk.neighbours.swept.borrow(),
            asked_at: self.desk.asked_at(),
            counts: self.desk.counts.now(),
        }
    }
}

impl Handler<Asked<Observe<Self>>> for Payment {
    type Result = ();

    fn handle(&mut self, asked: Asked<Observe<Self>>, ctx: &mut Context<Self>) {
        asked.show(self, ctx);
    }
}

impl Handler<Wake> for Payment {
    type Result = ();

    fn handle(&mut self, wake: Wake, ctx: &mut Context<Self>) {
        wake.look(self, ctx, Self::look);
    }
}

impl Handler<Asked<OpenInvoice>> for Payment {
    type Result = ();

    fn handle(&mut self, asked: Asked<OpenInvoice>, ctx: &mut Context<Self>) {
        let limit = self.limit();
        asked.answer_concurrently(self, ctx, limit, |payment, message, _| {
            let desk = payment.desk();
            let step = async move { desk.open(message).await };
            payment.answer::<Result<Opened, _>, _, _>(step, |_| Err(OpenRefused::Unknown))
        });
    }
}

impl Handler<Asked<DepositReported>> for Payment {
    type Result = ();

    fn handle(&mut self, asked: Asked<DepositReported>, ctx: &mut Context<Self>) {
        let limit = self.limit();
        asked.answer_concurrently(self, ctx, limit, |payment, message, _| {
            let desk = payment.desk();
            let step = async move { desk.deposit(message).await };
            payment.answer::<Result<Deposit, _>, _, _>(step, |failed| {
                let cause = failed.to_string();
                Err(DepositUnsure { cause })
            })
        });
    }
}

impl Handler<Asked<CustomerSaysSent>> for Payment {
    type Result = ();

    fn handle(&mut self, asked: Asked<CustomerSaysSent>, ctx: &mut Context<Self>) {
        let limit = self.limit();
        asked.answer_concurrently(self, ctx, limit, |payment, message, _| {
            let desk = payment.desk();
            let step = async move { desk.says_sent(message.invoice).await };
            let answer = payment.answer(step, |_| Err(Unready::TryAgain));
            // The look-up may be due at once.
            answer.map(|answer, payment, ctx| {
                payment.look(ctx);
                answer
            })
        });
    }
}

impl Handler<Asked<CancelInvoice>> for Payment {
    type Result = ();

    fn handle(&mut self, asked: Asked<CancelInvoice>, ctx: &mut Context<Self>) {
        let limit = self.limit();
        asked.answer_concurrently(self, ctx, limit, |payment, message, _| {
            let desk = payment.desk();
            let step = async move { desk.cancel(message.invoice).await };
            payment.answer(step, |_| Err(Unready::TryAgain))
        });
    }
}

impl Handler<Asked<OperatorActs>> for Payment {
    type Result = ();

    fn handle(&mut self, asked: Asked<OperatorActs>, ctx: &mut Context<Self>) {
        let limit = self.limit();
        asked.answer_concurrently(self, ctx, limit, |payment, message, _| {
            let desk = payment.desk();
            let step = async move { desk.operate(message).await };
            let lost = |_| Err(ActRefused::Unknown);
            let answer = payment.answer::<Result<Version, _>, _, _>(step, lost);
            // A refund is due at once.
            answer.map(|answer, payment, ctx| {
                payment.look(ctx);
                answer
            })
        });
    }
}
