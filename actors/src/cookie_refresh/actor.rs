//! The clerk of the logins: reads their rows, publishes them, and starts what is due.

use std::{collections::BTreeMap, sync::Arc};

use actix::{Actor, ActorFutureExt, Context, Handler, Supervised, WrapFuture};
use serde::Serialize;
use tokio::time::Instant;

use super::{
    CookieRefreshSettings, ImportCookies, ImportRefused, Imported, LoginsBoard,
    care::{Cared, Carer, Stopped},
};
use crate::{
    browser_pool::Lender,
    domain::{
        Timestamp,
        ids::LoginId,
        login::{Health, Login},
    },
    office::Office,
    ports::{Unreadable, books::Seen},
    supervision::{
        self, Asked, Begin, Clerk, EffectFailed, End, InFlight, Life, Loading, Observe, Observed,
        Wake, effect, guard,
    },
};

/// The actor.
pub struct CookieRefresh {
    life: Life<Self>,
    carer: Carer,
    board: LoginsBoard,
    /// Logins in care.
    caring: InFlight<LoginId>,
    /// Logins whose care just ended early, and until when they rest.
    resting: BTreeMap<LoginId, Instant>,
    /// At most one read of the rows at a time, so that an older one never overtakes a newer one.
    reading: InFlight<()>,
    read_at: Option<Instant>,
    totals: Totals,
}

#[derive(Clone, Copy, Default)]
struct Totals {
    looks: u64,
    proofs: u64,
    imports: u64,
    stopped: u64,
}

/// What the actor shows of itself.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct CookieRefreshSnapshot {
    /// The logins as published.
    pub logins: Vec<LoginLine>,
    /// Milliseconds since the rows were last read; none before the first time.
    pub read_age_ms: Option<u64>,
    /// Looks at Fragment's page since the last start.
    pub looks: u64,
    /// Attempts to prove a wallet since the last start.
    pub proofs: u64,
    /// Imports taken since the last start.
    pub imports: u64,
    /// Care that ended early since the last start.
    pub stopped: u64,
}

/// One login.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct LoginLine {
    /// Which.
    pub id: LoginId,
    /// How it is.
    pub health: Health,
    /// When Fragment last showed it.
    pub checked_at: Option<Timestamp>,
    /// How often it was lost.
    pub losses: u32,
    /// Something is being done for it.
    pub in_care: bool,
}

impl CookieRefresh {
    pub(super) fn new(
        life: Life<Self>,
        office: Office,
        lender: Lender,
        board: LoginsBoard,
        settings: CookieRefreshSettings,
    ) -> Self {
        let logins = settings.logins.len();
        let carer = Carer {
            office,
            lender,
            settings: Arc::new(settings),
        };
        Self {
            life,
            carer,
            board,
            caring: InFlight::new(logins),
            resting: BTreeMap::new(),
            reading: InFlight::new(1),
            read_at: None,
            totals: Totals::default(),
        }
    }

    /// Reads the rows, publishes them, and starts the care that is due.
    fn look(&mut self, ctx: &mut Context<Self>) {
        match self.reading.begin(()) {
            Begin::Start => {}
            Begin::Running | Begin::Full => return,
        }
        let books = Arc::clone(&self.carer.office.ports.books);
        let (io, deadline) = (self.carer.office.io.clone(), self.carer.settings.books);
        let call = async move { books.logins().await };
        effect::start(self, ctx, &io, deadline, call, |actor, rows, ctx| {
            let again = actor.reading.end(&());
            actor.have_read(rows, ctx);
            match again {
                End::LookAgain => actor.look(ctx),
                End::Quiet => {}
            }
        });
    }

    fn have_read(
        &mut self,
        rows: Result<Result<Vec<Seen<Login>>, Unreadable>, EffectFailed>,
        ctx: &mut Context<Self>,
    ) {
        let rows = match rows {
            Ok(Ok(rows)) => rows,
            Ok(Err(why)) => return tracing::warn!("the logins were not read: {why}"),
            Err(why) => return tracing::warn!("the logins were not read: {why}"),
        };
        let rows: Vec<Login> = rows.into_iter().map(|seen| seen.row).collect();
        let settings = Arc::clone(&self.carer.settings);
        let now = self.carer.office.ports.clock.now();
        let (due, rest): (Vec<_>, Vec<_>) = settings.logins.iter().partition(|(id, _)| {
            let row = rows.iter().find(|row| row.id == *id);
            row.is_none_or(|row| row.due(&settings.rules, now).is_some())
        });
        for (login, _) in rest {
            self.resting.remove(&login);
        }
        self.read_at = Some(Instant::now());
        self.publish(rows);
        for (login, _) in due {
            self.care(login, ctx);
        }
    }

    fn publish(&self, rows: Vec<Login>) {
        self.board.0.send_if_modified(|published| {
            let changed = **published != rows;
            if changed {
                *published = Arc::new(rows);
            }
            changed
        });
    }

    fn care(&mut self, login: LoginId, ctx: &mut Context<Self>) {
        let rests = self.resting.get(&login);
        if rests.is_some_and(|until| *until > Instant::now()) {
            return;
        }
        match self.caring.begin(login) {
            Begin::Start => {}
            Begin::Running | Begin::Full => return,
        }
        let carer = self.carer.clone();
        let (io, deadline) = (carer.office.io.clone(), carer.settings.whole());
        let call = async move { carer.care(login).await };
        effect::start(self, ctx, &io, deadline, call, move |actor, cared, ctx| {
            actor.have_cared(login, cared, ctx);
        });
    }

    fn have_cared(
        &mut self,
        login: LoginId,
        cared: Result<Cared, EffectFailed>,
        ctx: &mut Context<Self>,
    ) {
        // Whatever came up meanwhile is found by the look below.
        let _same = self.caring.end(&login);
        let stopped = match cared {
            Ok(cared) => {
                self.totals.looks += cared.looks;
                self.totals.proofs += cared.proofs;
                cared.stopped
            }
            Err(why) => Some(Stopped::Unread(why.to_string())),
        };
        match stopped {
            None => {}
            Some(why) => {
                self.totals.stopped += 1;
                tracing::info!(%login, "the care of {login} goes on later: {why}");
                let rest = self.carer.settings.look;
                self.resting.insert(login, Instant::now() + rest);
            }
        }
        self.look(ctx);
    }

    fn have_imported(
        &mut self,
        outcome: Result<Result<Imported, ImportRefused>, EffectFailed>,
        ctx: &mut Context<Self>,
    ) -> Result<Imported, ImportRefused> {
        let outcome = outcome.unwrap_or_else(|why| Err(ImportRefused::Unknown(why.to_string())));
        if outcome.is_ok() {
            self.totals.imports += 1;
        }
        self.look(ctx);
        outcome
    }
}

impl Clerk for CookieRefresh {
    fn life(&mut self) -> &mut Life<Self> {
        &mut self.life
    }

    fn forget(&mut self) {
        self.caring.clear();
        self.reading.clear();
        self.resting.clear();
        self.read_at = None;
        self.totals = Totals::default();
    }

    fn reload(&mut self, ctx: &mut Context<Self>) -> Loading<Self> {
        guard::every(ctx, self.carer.settings.look, Self::look);
        self.look(ctx);
        Loading::done()
    }
}

impl Actor for CookieRefresh {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Context<Self>) {
        supervision::started(self, ctx);
    }
}

impl Supervised for CookieRefresh {
    fn restarting(&mut self, ctx: &mut Context<Self>) {
        supervision::restarting(self, ctx);
    }
}

impl Handler<Wake> for CookieRefresh {
    type Result = ();

    fn handle(&mut self, wake: Wake, ctx: &mut Context<Self>) {
        wake.look(self, ctx, Self::look);
    }
}

impl Handler<Asked<ImportCookies>> for CookieRefresh {
    type Result = ();

    fn handle(&mut self, asked: Asked<ImportCookies>, ctx: &mut Context<Self>) {
        let deadline = self.carer.settings.import_deadline();
        asked.answer_concurrently(self, ctx, deadline, |actor, import, _| {
            let carer = actor.carer.clone();
            let (io, deadline) = (carer.office.io.clone(), carer.settings.whole());
            let call = async move { carer.import(import.login, import.jar).await };
            let call = io.call(&actor.life, deadline, call);
            call.into_actor(actor)
                .map(|outcome, actor: &mut Self, ctx| actor.have_imported(outcome, ctx))
        });
    }
}

impl Observed for CookieRefresh {
    type Snapshot = CookieRefreshSnapshot;

    fn snapshot(&self) -> CookieRefreshSnapshot {
        let logins = self.board.0.borrow();
        let lines = logins.iter().map(|login| LoginLine {
            id: login.id,
            health: login.health.clone(),
            checked_at: login.checked_at,
            losses: login.losses,
            in_care: self.caring.contains(&login.id),
        });
        let age = self.read_at.map(|at| at.elapsed().as_millis());
        CookieRefreshSnapshot {
            logins: lines.collect(),
            read_age_ms: age.map(|age| u64::try_from(age).unwrap_or(u64::MAX)),
            looks: self.totals.looks,
            proofs: self.totals.proofs,
            imports: self.totals.imports,
            stopped: self.totals.stopped,
        }
    }
}

impl Handler<Asked<Observe<Self>>> for CookieRefresh {
    type Result = ();

    fn handle(&mut self, asked: Asked<Observe<Self>>, ctx: &mut Context<Self>) {
        asked.show(self, ctx);
    }
}
