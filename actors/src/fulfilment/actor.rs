//! The actor: holds the leases, hands orders to runs, and nothing else.

use std::sync::Arc;

use actix::{Actor, Context, Handler, Supervised, WrapFuture};
use tokio::time::Instant;
use tracing::Instrument as _;

use super::desk::{Bench, Stuck};
use super::link;
use super::run::{Run, RunEnd};
use super::tills::{Lanes, Tended, Tenure, Tills};
use super::{
    AssignTransaction, FulfilmentDoors, FulfilmentSettings, FulfilmentSnapshot, OpenWallet,
    OperatorActs, OperatorRefused, TillSnapshot,
};
use crate::domain::Span;
use crate::domain::dialog::Against;
use crate::domain::ids::{OrderId, WalletAddress};
use crate::domain::trace::TraceId;
use crate::office::{Office, around};
use crate::ports::Unreadable;
use crate::ports::books::{Lease, LeaseKey};
use crate::supervision::in_flight::{Begin, End};
use crate::supervision::{
    self, Asked, Clerk, Drain, InFlight, Life, Loading, Observe, Observed, Wake, effect, guard,
};

/// The actor.
pub struct Fulfilment {
    life: Life<Self>,
    bench: Bench,
    tills: Tills,
    working: InFlight<OrderId>,
    looking: InFlight<Looking>,
    runs: u64,
    stuck: u64,
}

/// What runs at most once at a time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Looking {
    Orders,
    Leases,
}

impl Fulfilment {
    /// Makes the actor; [`supervision::start`] runs it.
    #[must_use]
    pub fn new(
        life: Life<Self>,
        office: Office,
        settings: FulfilmentSettings,
        doors: FulfilmentDoors,
    ) -> Self {
        let working = InFlight::new(settings.in_flight);
        let settings = Arc::new(settings);
        let bench = Bench {
            office,
            settings,
            doors,
            lanes: Lanes::default(),
            owes: Arc::default(),
        };
        let looking = InFlight::new(2);
        Self {
            life,
            bench,
            tills: Tills::default(),
            working,
            looking,
            runs: 0,
            stuck: 0,
        }
    }

    /// Prolongs the leases of all tills, and takes free ones.
    fn tend(&mut self, ctx: &mut Context<Self>) {
        if self.life.is_draining() {
            return self.leave(ctx);
        }
        if self.looking.begin(Looking::Leases) != Begin::Start {
            return;
        }
        let bench = self.bench.clone();
        let deadline = self.bench.settings.call;
        let call = async move { tend(&bench).await };
        let io = self.bench.office.io.clone();
        effect::start(self, ctx, &io, deadline, call, |this, tended, ctx| {
            // A look that came meanwhile is as good as this one.
            let _again = this.looking.end(&Looking::Leases);
            match tended {
                Ok(Ok(tended)) => {
                    for one in tended {
                        this.tills.tended(&one, this.bench.settings.lease);
                    }
                    this.explain(ctx);
                    this.reconcile(ctx);
                    this.look(ctx);
                }
                Ok(Err(unreadable)) => tracing::warn!("leases were not prolonged: {unreadable}"),
                Err(failed) => tracing::warn!("leases were not prolonged: {failed}"),
            }
        });
    }

    /// The intake has ended: gives the tills back as soon as no run needs them, so that another
    /// replica need not wait for the leases to end.
    fn leave(&mut self, ctx: &mut Context<Self>) {
        if !self.working.is_empty() {
            return;
        }
        let leases = self.tills.leave();
        let (books, replica) = (
            self.bench.office.ports.books.clone(),
            self.bench.office.replica,
        );
        let call = async move {
            for lease in leases {
                if let Err(unreadable) = books.release(lease, replica).await {
                    tracing::info!("a lease ends by itself: {unreadable}");
                }
            }
        };
        let io = self.bench.office.io.clone();
        effect::start(self, ctx, &io, self.bench.settings.call, call, |_, _, _| {});
    }

    /// Explains the history of tills that need it.
    fn explain(&mut self, ctx: &mut Context<Self>) {
        for tenure in self
            .tills
            .begin_explaining(Instant::now(), self.bench.settings.sweep)
        {
            let bench = self.bench.clone();
            let under = tenure.clone();
            let call = async move {
                let outcome = bench.explain(&under).await;
                bench.tell();
                outcome
            };
            let io = self.bench.office.io.clone();
            let deadline = self.bench.settings.run;
            effect::start(self, ctx, &io, deadline, call, move |this, outcome, ctx| {
                let worked = matches!(outcome, Ok(Ok(())));
                this.tills.explained(&tenure, worked);
                if worked {
                    this.look(ctx);
                }
            });
        }
    }

    /// Compares books, chain and Fragment's history of tills whose time it is.
    fn reconcile(&mut self, ctx: &mut Context<Self>) {
        let every = self.bench.settings.reconcile;
        for tenure in self.tills.begin_reconciling(Instant::now(), every) {
            let bench = self.bench.clone();
            let under = tenure.clone();
            let call = async move {
                if let Err(Stuck::Rest(why)) = bench.reconcile(&under).await {
                    tracing::debug!("the sweep waits for its next time: {why}");
                }
                bench.tell();
            };
            let io = self.bench.office.io.clone();
            let deadline = self.bench.settings.run * 2;
            effect::start(self, ctx, &io, deadline, call, move |this, _, _| {
                this.tills.reconciled(&tenure);
            });
        }
    }

    /// Reads which orders are due, and starts a run for each there is room for.
    fn look(&mut self, ctx: &mut Context<Self>) {
        if self.life.is_draining() || self.looking.begin(Looking::Orders) != Begin::Start {
            return;
        }
        let books = self.bench.office.ports.books.clone();
        let now = self.bench.now();
        let limit = u32::try_from(self.bench.settings.in_flight.saturating_mul(4)).unwrap_or(100);
        let call = async move {
            let mut due = Vec::new();
            for id in books.orders_due(now, limit).await? {
                if let Some(seen) = books.order(id).await? {
                    let wallet = seen.row.purchase().map(|purchase| purchase.wallet);
                    due.push((id, wallet, link::holds_till_up(&seen.row)));
                }
            }
            // A till has one lane. Who only waits for the till must not take it from the order that
            // the till is busy with, or both would wait for ever.
            due.sort_by_key(|(.., holds_up)| !holds_up);
            Ok::<_, Unreadable>(due)
        };
        let io = self.bench.office.io.clone();
        effect::start(
            self,
            ctx,
            &io,
            self.bench.settings.call,
            call,
            |this, due, ctx| {
                let again = this.looking.end(&Looking::Orders) == End::LookAgain;
                match due {
                    Ok(Ok(due)) => due
                        .into_iter()
                        .for_each(|(order, wallet, _)| this.begin(order, wallet, ctx)),
                    Ok(Err(unreadable)) => tracing::warn!("due orders were not read: {unreadable}"),
                    Err(failed) => tracing::warn!("due orders were not read: {failed}"),
                }
                if again {
                    this.look(ctx);
                }
            },
        );
    }

    /// Starts a run. An order that is bound to no wallet yet may only lapse, on any till; one
    /// that is bound runs where its till is held, one at a time.
    fn begin(&mut self, order: OrderId, wallet: Option<WalletAddress>, ctx: &mut Context<Self>) {
        let Some(wallet) = wallet else {
            return self.lapse(order, ctx);
        };
        if self.working.contains(&order) || self.working.is_full() {
            return;
        }
        let Some(tenure) = self.tills.tenure(wallet) else {
            return;
        };
        let Some(lane) = self.bench.lanes.enter(wallet) else {
            return;
        };
        if self.working.begin(order) != Begin::Start {
            return;
        }
        let run = Run::new(self.bench.clone(), tenure, order, lane);
        let io = self.bench.office.io.clone();
        // A run ends by itself; the deadline only catches a port that hangs.
        let deadline = self
            .bench
            .settings
            .run
            .saturating_add(self.bench.settings.call * 4);
        let run = run.go().instrument(around(TraceId::of_order(order)));
        effect::start(self, ctx, &io, deadline, run, move |this, end, ctx| {
            this.ended(order, end.ok(), ctx);
        });
    }

    fn ended(&mut self, order: OrderId, end: Option<RunEnd>, ctx: &mut Context<Self>) {
        self.runs = self.runs.saturating_add(1);
        let _again = self.working.end(&order);
        if self.life.is_draining() {
            return self.leave(ctx);
        }
        match end {
            // The lane is free: the next order need not wait for the timer.
            Some(RunEnd::Done) => self.look(ctx),
            Some(RunEnd::Resting(why)) => {
                self.stuck = self.stuck.saturating_add(1);
                tracing::debug!(order.id = %order, "{order} rests: {why}");
            }
            None => self.stuck = self.stuck.saturating_add(1),
        }
    }

    /// An offer nobody paid for: any replica may close it, the version decides.
    fn lapse(&mut self, order: OrderId, ctx: &mut Context<Self>) {
        if self.working.begin(order) != Begin::Start {
            return;
        }
        let bench = self.bench.clone();
        let call = async move { bench.lapse(order).await };
        let io = self.bench.office.io.clone();
        effect::start(
            self,
            ctx,
            &io,
            self.bench.settings.call,
            call,
            move |this, _, _| {
                let _again = this.working.end(&order);
            },
        );
    }

    /// The till of a wallet, for a person's action.
    fn till(&self, wallet: WalletAddress) -> Result<Tenure, OperatorRefused> {
        self.tills.tenure(wallet).ok_or(OperatorRefused::Elsewhere)
    }
}

/// Asks the books for the leases of every wallet they or the keys know, with the login that
/// proves it.
async fn tend(bench: &Bench) -> Result<Vec<Tended>, Unreadable> {
    let ports = &bench.office.ports;
    let logins = ports.books.logins().await?;
    let mut wallets: Vec<WalletAddress> = ports.signer.wallets();
    wallets.extend(
        ports
            .books
            .wallets()
            .await?
            .iter()
            .map(|seen| seen.row.address),
    );
    wallets.sort_unstable();
    wallets.dedup();
    let mut tended = Vec::new();
    for wallet in wallets {
        let login = logins
            .iter()
            .find(|seen| seen.row.wallet == wallet)
            .map(|seen| seen.row.id);
        let asked = Instant::now();
        let of_wallet = lease(bench, LeaseKey::Wallet(wallet)).await?;
        let of_login = match login {
            Some(login) => lease(bench, LeaseKey::Login(login)).await?,
            None => None,
        };
        let complete = of_login.is_some() == login.is_some();
        let leases = of_wallet
            .filter(|_| complete)
            .map(|of_wallet| (of_wallet, of_login));
        tended.push(Tended {
            wallet,
            login,
            leases,
            asked,
        });
    }
    Ok(tended)
}

async fn lease(bench: &Bench, key: LeaseKey) -> Result<Option<Lease>, Unreadable> {
    let ttl = Span::from_std(bench.settings.lease).unwrap_or(Span::seconds(30));
    bench
        .office
        .ports
        .books
        .lease(key, bench.office.replica, ttl)
        .await
}

impl Actor for Fulfilment {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Context<Self>) {
        supervision::started(self, ctx);
    }
}

impl Supervised for Fulfilment {
    fn restarting(&mut self, ctx: &mut Context<Self>) {
        supervision::restarting(self, ctx);
    }
}

impl Clerk for Fulfilment {
    fn life(&mut self) -> &mut Life<Self> {
        &mut self.life
    }

    fn forget(&mut self) {
        self.tills = Tills::default();
        self.working.clear();
        self.looking.clear();
    }

    fn reload(&mut self, ctx: &mut Context<Self>) -> Loading<Self> {
        guard::every(ctx, self.bench.settings.look, Self::look);
        guard::every(ctx, self.bench.settings.lease / 3, Self::tend);
        self.tend(ctx);
        Loading::done()
    }
}

impl Handler<Wake> for Fulfilment {
    type Result = ();

    fn handle(&mut self, wake: Wake, ctx: &mut Context<Self>) {
        wake.look(self, ctx, Self::look);
    }
}

impl Handler<Asked<OperatorActs>> for Fulfilment {
    type Result = ();

    fn handle(&mut self, asked: Asked<OperatorActs>, ctx: &mut Context<Self>) {
        let deadline = self.bench.settings.call;
        asked.answer_concurrently(self, ctx, deadline, |this, acts, _| {
            let bench = this.bench.clone();
            let tenures: Vec<Tenure> = this
                .tills
                .shown()
                .filter_map(|(wallet, ..)| this.tills.tenure(wallet))
                .collect();
            async move {
                let file = bench.file_for(acts.order, acts.shown).await?;
                let bound = file.order.row.purchase().map(|purchase| purchase.wallet);
                let bound = bound.ok_or_else(|| OperatorRefused::Rule {
                    against: Against::State,
                    why: "nothing is tied up".to_owned(),
                })?;
                let tenure = tenures.into_iter().find(|tenure| tenure.wallet == bound);
                let tenure = tenure.ok_or(OperatorRefused::Elsewhere)?;
                bench.operate(acts, file, tenure).await
            }
            .into_actor(this)
        });
    }
}

impl Handler<Asked<OpenWallet>> for Fulfilment {
    type Result = ();

    fn handle(&mut self, asked: Asked<OpenWallet>, ctx: &mut Context<Self>) {
        let deadline = self.bench.settings.call;
        asked.answer_concurrently(self, ctx, deadline, |this, open, _| {
            let bench = this.bench.clone();
            let tenure = this.till(open.wallet);
            this.tills.explain_again(open.wallet);
            async move { bench.open_wallet(open, tenure?).await }.into_actor(this)
        });
    }
}

impl Handler<Asked<AssignTransaction>> for Fulfilment {
    type Result = ();

    fn handle(&mut self, asked: Asked<AssignTransaction>, ctx: &mut Context<Self>) {
        let deadline = self.bench.settings.call;
        asked.answer_concurrently(self, ctx, deadline, |this, assign, _| {
            let bench = this.bench.clone();
            let tenure = this.till(assign.wallet);
            async move { bench.assign_transaction(assign, tenure?).await }.into_actor(this)
        });
    }
}

impl Handler<Asked<Drain>> for Fulfilment {
    type Result = ();

    fn handle(&mut self, asked: Asked<Drain>, ctx: &mut Context<Self>) {
        asked.drain(self, ctx);
        self.leave(ctx);
    }
}

impl Handler<Asked<Observe<Self>>> for Fulfilment {
    type Result = ();

    fn handle(&mut self, asked: Asked<Observe<Self>>, ctx: &mut Context<Self>) {
        asked.show(self, ctx);
    }
}

impl Observed for Fulfilment {
    type Snapshot = FulfilmentSnapshot;

    fn snapshot(&self) -> FulfilmentSnapshot {
        let tills = self
            .tills
            .shown()
            .map(|(wallet, epoch, explained)| TillSnapshot {
                wallet: wallet.to_string(),
                epoch: epoch.get(),
                explained,
            });
        FulfilmentSnapshot {
            tills: tills.collect(),
            in_flight: self.working.len(),
            runs: self.runs,
            stuck: self.stuck,
        }
    }
}
