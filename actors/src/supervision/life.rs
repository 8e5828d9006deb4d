//! The life of an actor: started, failed, restarted with fresh memory, given up.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use actix::{
    Actor, ActorContext, ActorFuture, ActorFutureExt, AsyncContext, Context, Supervised,
    Supervisor, WrapFuture, fut::LocalBoxActorFuture,
};
use actix_rt::ArbiterHandle;
use tokio::{sync::watch, time::Instant};

use super::{
    ask::{Door, Queue},
    guard,
    rehearsal::What,
    restart_budget::{RestartBudget, Verdict},
    roster::{
        Fatal, Phase,
        entry::{Counted, Entry},
    },
};

/// An actor that is supervised: a clerk who may lose his memory at any time and carry on.
///
/// `started` must call [`started`] and `restarting` must call [`restarting`], and nothing else.
pub trait Clerk: Actor<Context = Context<Self>> + Supervised {
    /// The actor's own supervision, kept in its struct across restarts.
    fn life(&mut self) -> &mut Life<Self>;

    /// Drops all memory: whatever may disagree with the books.
    ///
    /// Runs before every restart; timers and running steps are gone by then.
    fn forget(&mut self);

    /// Loads from the books and arms the timers ([`guard::every`]). No message is handled before
    /// the returned loading has ended. Runs at every start and restart.
    fn reload(&mut self, ctx: &mut Context<Self>) -> Loading<Self>;
}

/// The loading of an actor's memory.
pub struct Loading<A: Actor> {
    rest: Option<LocalBoxActorFuture<A, ()>>,
}

impl<A: Actor> Loading<A> {
    /// All is loaded.
    #[must_use]
    pub fn done() -> Self {
        Self { rest: None }
    }

    /// All is loaded when this future ends. It has [`Limits::load`](super::Limits) to do so.
    ///
    /// A port that fails is no panic: the future decides itself whether to try again or to start
    /// with nothing and look again by a timer.
    #[must_use]
    pub fn after(rest: impl ActorFuture<A, Output = ()> + 'static) -> Self {
        Self {
            rest: Some(Box::pin(rest)),
        }
    }
}

impl<A: Actor> fmt::Debug for Loading<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Loading")
            .field("done", &self.rest.is_none())
            .finish()
    }
}

/// Starts a supervised actor on the current arbiter. `make` only builds the struct.
pub fn start<A: Clerk>(seat: Seat, make: impl FnOnce(Life<A>) -> A + 'static) -> Door<A> {
    let queue = Arc::clone(&seat.queue);
    let addr = Supervisor::start(move |ctx| build(seat, make, ctx));
    Door::new(addr, queue)
}

/// Starts a supervised actor on another arbiter. `make` runs there and only builds the struct.
pub fn start_in<A: Clerk>(
    arbiter: &ArbiterHandle,
    seat: Seat,
    make: impl FnOnce(Life<A>) -> A + Send + 'static,
) -> Door<A> {
    let queue = Arc::clone(&seat.queue);
    let addr = Supervisor::start_in_arbiter(arbiter, move |ctx| build(seat, make, ctx));
    Door::new(addr, queue)
}

/// To be called by `Actor::started`: waits out the pause of a restart, then loads.
pub fn started<A: Clerk>(actor: &mut A, ctx: &mut Context<A>) {
    let life = actor.life();
    if life.dead {
        return;
    }
    let pause = std::mem::take(&mut life.pause);
    if pause.is_zero() {
        load(actor, ctx);
        return;
    }
    // The mailbox is closed while this waits, and what is queued is kept.
    let pause = tokio::time::sleep(pause).into_actor(actor);
    ctx.wait(pause.map(|(), actor, ctx| load(actor, ctx)));
}

/// To be called by `Supervised::restarting`: drops the memory.
pub fn restarting<A: Clerk>(actor: &mut A, ctx: &mut Context<A>) {
    actor.life().running = 0;
    // A failure has been counted if it stopped the actor; a panic in here is one more.
    let _counted = guard::caught(actor, ctx, What::named("forget"), |actor, _| {
        actor.forget();
    });
}

const RELOAD: What = What::named("reload");

fn reload<A: Clerk>(actor: &mut A, ctx: &mut Context<A>) -> Loading<A> {
    let loading = actor.reload(ctx);
    if loading.rest.is_none() {
        RELOAD.ends(&actor.life().entry);
    }
    loading
}

fn build<A: Clerk>(seat: Seat, make: impl FnOnce(Life<A>) -> A, ctx: &mut Context<A>) -> A {
    // actix grants every clone of an address one message above the limit. The exact bound is
    // ours (`Queue`), so the inexact one is put out of the way.
    ctx.set_mailbox_capacity(usize::MAX >> 2);
    make(Life::new(seat))
}

fn load<A: Clerk>(actor: &mut A, ctx: &mut Context<A>) {
    let Ok(loading) = guard::caught(actor, ctx, RELOAD, reload) else {
        return;
    };
    let Some(rest) = loading.rest else {
        return loaded(actor, ctx);
    };
    let limit = actor.life().entry.limits.load;
    let rest = guard::Guarded::new(rest, RELOAD, Some(limit));
    ctx.wait(rest.map(|end, actor: &mut A, ctx| match end {
        Ok(()) => loaded(actor, ctx),
        Err(guard::StepFailed::TimedOut { after }) => {
            let text = format!("loading took longer than {after:?}");
            actor.life().failed(&text, Instant::now());
            ctx.stop();
        }
        Err(guard::StepFailed::Panicked | guard::StepFailed::Interrupted) => {}
    }));
}

fn loaded<A: Clerk>(actor: &mut A, ctx: &mut Context<A>) {
    let life = actor.life();
    life.entry.came_up(Instant::now());
    life.entry.set_phase(match life.draining {
        true => Phase::Draining,
        false => Phase::Running,
    });
    run_waiting(actor, ctx);
}

/// Starts waiting steps, oldest first, as far as the limit allows.
pub(super) fn run_waiting<A: Clerk>(actor: &mut A, ctx: &mut Context<A>) {
    while ctx.state().alive() && actor.life().has_room() {
        let Some(step) = actor.life().backlog.pop_front() else {
            return;
        };
        step(actor, ctx);
    }
}

/// A registered place for an actor that is not yet started.
#[derive(Debug)]
pub struct Seat {
    entry: Arc<Entry>,
    queue: Arc<Queue>,
    fatal: Option<watch::Sender<Option<Fatal>>>,
}

impl Seat {
    pub(super) fn new(entry: Arc<Entry>, fatal: Option<watch::Sender<Option<Fatal>>>) -> Self {
        Self {
            queue: Arc::new(Queue::new(Arc::clone(&entry))),
            entry,
            fatal,
        }
    }
}

type Waiting<A> = Box<dyn FnOnce(&mut A, &mut <A as Actor>::Context)>;

/// The supervision of one actor. It outlives restarts; [`Clerk::forget`] leaves it alone.
pub struct Life<A: Actor> {
    pub(super) entry: Arc<Entry>,
    fatal: Option<watch::Sender<Option<Fatal>>>,
    budget: Option<Box<RestartBudget>>,
    pause: Duration,
    dead: bool,
    draining: bool,
    running: usize,
    backlog: VecDeque<Waiting<A>>,
    _member: Counted,
}

impl<A: Actor> Life<A> {
    fn new(seat: Seat) -> Self {
        Self {
            _member: Counted::new(&seat.entry, |entry| &entry.members),
            entry: seat.entry,
            fatal: seat.fatal,
            budget: None,
            pause: Duration::ZERO,
            dead: false,
            draining: false,
            running: 0,
            backlog: VecDeque::new(),
        }
    }

    /// The actor's name in the register and in the log.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.entry.name
    }

    /// True when nothing runs concurrently and nothing waits for a free step.
    ///
    /// Outside calls ([`effect`](super::effect)) are not steps; who starts them counts them.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.running == 0 && self.backlog.is_empty()
    }

    /// From now on asks are answered `Gone`; what was taken before is finished. Survives restarts.
    pub fn drain(&mut self) {
        self.draining = true;
        if !self.dead {
            self.entry.set_phase(Phase::Draining);
        }
    }

    /// True after [`Life::drain`].
    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.draining
    }

    pub(super) fn refuses(&self) -> bool {
        self.dead || self.draining
    }

    pub(super) fn is_dead(&self) -> bool {
        self.dead
    }

    pub(super) fn has_room(&self) -> bool {
        self.running < self.entry.limits.in_flight.max(1)
    }

    pub(super) fn must_wait(&self) -> bool {
        !self.has_room() || !self.backlog.is_empty()
    }

    pub(super) fn put_back(&mut self, step: Waiting<A>) {
        self.backlog.push_back(step);
    }

    pub(super) fn step_began(&mut self) {
        self.running = self.running.saturating_add(1);
    }

    pub(super) fn step_ended(&mut self) {
        self.running = self.running.saturating_sub(1);
    }

    /// Counts a failure and decides whether and when the actor comes back. Logged here, once.
    pub(super) fn failed(&mut self, text: &str, now: Instant) {
        let name = self.entry.name;
        self.entry.panicked(text);
        let policy = self.entry.limits.restarts;
        let budget = self
            .budget
            .get_or_insert_with(|| Box::new(RestartBudget::new(policy)));
        match budget.record(now) {
            Verdict::RestartAfter(pause) => {
                tracing::error!(actor = name, "{name} failed, restart in {pause:?}: {text}");
                self.entry.restarts.fetch_add(1, Ordering::Relaxed);
                self.entry.set_phase(Phase::Restarting);
                self.pause = self.pause.max(pause);
            }
            Verdict::Exhausted => self.give_up(text),
        }
    }

    fn give_up(&mut self, text: &str) {
        let name = self.entry.name;
        tracing::error!(actor = name, "{name} failed too often, given up: {text}");
        self.dead = true;
        self.entry.given_up.fetch_add(1, Ordering::Relaxed);
        self.entry.set_phase(Phase::Dead);
        // Steps that wait for room would wait for ever; their askers hear `Gone`.
        self.backlog.clear();
        let Some(fatal) = &self.fatal else { return };
        fatal.send_if_modified(|first| {
            let is_first = first.is_none();
            first.get_or_insert_with(|| Fatal {
                actor: name,
                last_failure: text.to_owned(),
            });
            is_first
        });
    }
}

impl<A: Actor> Drop for Life<A> {
    fn drop(&mut self) {
        if !self.dead {
            self.entry.set_phase(Phase::Stopped);
        }
    }
}

impl<A: Actor> fmt::Debug for Life<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Life")
            .field("name", &self.entry.name)
            .field("dead", &self.dead)
            .field("draining", &self.draining)
            .field("running", &self.running)
            .field("waiting", &self.backlog.len())
            .finish_non_exhaustive()
    }
}
