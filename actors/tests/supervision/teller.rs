//! An actor whose steps, timers, calls and loading can be told to fail.

use std::{
    panic::panic_any,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use actix::prelude::*;
use starkeeper_actors::supervision::{self, *};
use tokio::time::Instant;

/// Longer than any test.
pub(crate) const LONG: Duration = Duration::from_secs(100_000);
/// How often a teller looks.
pub(crate) const PERIOD: Duration = Duration::from_secs(2);
/// The time limit of a teller's asynchronous steps.
pub(crate) const STEP: Duration = Duration::from_secs(30);
/// The time limit of a teller's outside calls.
pub(crate) const CALL: Duration = Duration::from_secs(60);

pub(crate) fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

/// Milliseconds on the paused clock since `start`, to the nearest 50: a timer of tokio fires up to
/// one millisecond late.
pub(crate) fn millis_since(start: Instant) -> u128 {
    (start.elapsed().as_millis() + 25) / 50 * 50
}

/// What a step does at its end.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Act {
    Add(u32),
    PanicStr,
    PanicString,
    PanicOther,
}

/// How a step runs; the durations are how long it takes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum How {
    Now,
    InOrder(Duration),
    Beside(Duration),
    /// Starts an outside call which takes that long; the act is what the call does.
    Call(Duration),
    /// Starts an outside call; the act is what its continuation does.
    CallThen(Duration),
    /// A concurrent step that panics when it is dropped.
    DropPanic,
}

/// Answers with the memory after the step.
#[derive(Debug)]
pub(crate) struct Do(pub How, pub Act);

impl Message for Do {
    type Result = Vec<u32>;
}

pub(crate) struct Drain;

impl Message for Drain {
    type Result = ();
}

/// What happens to a teller, shared with the test.
#[derive(Debug, Default)]
pub(crate) struct Script {
    pub(crate) loads: AtomicUsize,
    /// So many loads panic.
    pub(crate) failing_loads: AtomicUsize,
    /// So many loads never end.
    pub(crate) endless_loads: AtomicUsize,
    pub(crate) failing_forgets: AtomicUsize,
    pub(crate) failing_looks: AtomicUsize,
    pub(crate) looks: AtomicUsize,
    /// Arms no timer, as a session.
    pub(crate) timeless: bool,
    /// So many looks ring the bell once more.
    pub(crate) ring_again: AtomicUsize,
    pub(crate) bell: Mutex<Option<WakeHandle>>,
    pub(crate) running: AtomicUsize,
    pub(crate) most_running: AtomicUsize,
    pub(crate) outcomes: Mutex<Vec<Result<u32, EffectFailed>>>,
}

impl Script {
    fn due(counter: &AtomicUsize) -> bool {
        counter
            .fetch_update(SeqCst, SeqCst, |left| left.checked_sub(1))
            .is_ok()
    }

    pub(crate) fn outcomes(&self) -> Vec<Result<u32, EffectFailed>> {
        self.outcomes.lock().unwrap().clone()
    }
}

pub(crate) struct Teller {
    life: Life<Self>,
    io: Io,
    script: Arc<Script>,
    memory: Vec<u32>,
}

/// A teller, its script and its register.
pub(crate) struct Desk {
    pub(crate) roster: Roster,
    pub(crate) script: Arc<Script>,
    pub(crate) door: Door<Teller>,
}

impl Desk {
    pub(crate) fn open(limits: Limits) -> Self {
        Self::open_scripted(limits, Script::default())
    }

    pub(crate) fn open_scripted(limits: Limits, script: Script) -> Self {
        let roster = Roster::new(Instant::now());
        let script = Arc::new(script);
        let seat = roster.enlist("teller", limits);
        let door = hire(seat, &script, Io::inline());
        Self {
            roster,
            script,
            door,
        }
    }

    pub(crate) fn line(&self) -> ActorSnapshot {
        let snapshot = self.roster.snapshot(Instant::now());
        snapshot.actor("teller").unwrap().clone()
    }

    pub(crate) async fn ask(&self, how: How, act: Act) -> Result<Vec<u32>, AskFailed> {
        self.door.ask(Do(how, act), LONG).await
    }
}

pub(crate) fn hire(seat: Seat, script: &Arc<Script>, io: Io) -> Door<Teller> {
    let script = Arc::clone(script);
    supervision::start(seat, |life| Teller::new(life, script, io))
}

/// Lets all that is ready run, without moving the clock.
pub(crate) async fn settle() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}

impl Teller {
    pub(crate) fn new(life: Life<Self>, script: Arc<Script>, io: Io) -> Self {
        Self {
            life,
            io,
            script,
            memory: Vec::new(),
        }
    }

    fn act(&mut self, act: Act) -> Vec<u32> {
        self.memory.push(perform(act));
        self.memory.clone()
    }

    fn look(&mut self, _ctx: &mut Context<Self>) {
        if Script::due(&self.script.ring_again) {
            let bell = self.script.bell.lock().unwrap();
            bell.as_ref().unwrap().wake();
        }
        if Script::due(&self.script.failing_looks) {
            panic!("the look failed");
        }
        self.script.looks.fetch_add(1, SeqCst);
    }

    fn call(&mut self, ctx: &mut Context<Self>, takes: Duration, within: Act, then: Option<Act>) {
        let call = async move {
            tokio::time::sleep(takes).await;
            perform(within)
        };
        let io = self.io.clone();
        effect::start(self, ctx, &io, CALL, call, move |teller, outcome, _| {
            teller.script.outcomes.lock().unwrap().push(outcome);
            if let Some(act) = then {
                teller.act(act);
            }
        });
    }

    fn slowly(
        &mut self,
        takes: Duration,
        act: Act,
    ) -> impl ActorFuture<Self, Output = Vec<u32>> + 'static + use<> {
        let script = Arc::clone(&self.script);
        let waiting = async move {
            let running = script.running.fetch_add(1, SeqCst) + 1;
            script.most_running.fetch_max(running, SeqCst);
            let _running = Running(script);
            tokio::time::sleep(takes).await;
        };
        waiting
            .into_actor(self)
            .map(move |(), teller: &mut Self, _| teller.act(act))
    }
}

fn perform(act: Act) -> u32 {
    match act {
        Act::Add(number) => number,
        Act::PanicStr => panic!("a plain text"),
        Act::PanicString => panic!("a text with {}", 7),
        Act::PanicOther => panic_any(7_u8),
    }
}

struct Running(Arc<Script>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, SeqCst);
    }
}

struct PanicsWhenDropped;

impl Drop for PanicsWhenDropped {
    fn drop(&mut self) {
        panic!("the drop failed");
    }
}

impl Clerk for Teller {
    fn life(&mut self) -> &mut Life<Self> {
        &mut self.life
    }

    fn forget(&mut self) {
        self.memory.clear();
        if Script::due(&self.script.failing_forgets) {
            panic!("forgetting failed");
        }
    }

    fn reload(&mut self, ctx: &mut Context<Self>) -> Loading<Self> {
        self.script.loads.fetch_add(1, SeqCst);
        if Script::due(&self.script.failing_loads) {
            panic!("loading failed");
        }
        if !self.script.timeless {
            guard::every(ctx, PERIOD, Self::look);
        }
        if Script::due(&self.script.endless_loads) {
            return Loading::after(std::future::pending::<()>().into_actor(self));
        }
        Loading::after(tokio::task::yield_now().into_actor(self))
    }
}

impl Actor for Teller {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Context<Self>) {
        supervision::started(self, ctx);
    }
}

impl Supervised for Teller {
    fn restarting(&mut self, ctx: &mut Context<Self>) {
        supervision::restarting(self, ctx);
    }
}

impl Observed for Teller {
    type Snapshot = Vec<u32>;

    fn snapshot(&self) -> Vec<u32> {
        self.memory.clone()
    }
}

impl Handler<Asked<Observe<Self>>> for Teller {
    type Result = ();

    fn handle(&mut self, asked: Asked<Observe<Self>>, ctx: &mut Context<Self>) {
        asked.show(self, ctx);
    }
}

impl Handler<Wake> for Teller {
    type Result = ();

    fn handle(&mut self, wake: Wake, ctx: &mut Context<Self>) {
        wake.look(self, ctx, Self::look);
    }
}

impl Handler<Asked<Drain>> for Teller {
    type Result = ();

    fn handle(&mut self, asked: Asked<Drain>, ctx: &mut Context<Self>) {
        asked.answer_now(self, ctx, |teller, _, _| teller.life.drain());
    }
}

impl Handler<Asked<Do>> for Teller {
    type Result = ();

    fn handle(&mut self, asked: Asked<Do>, ctx: &mut Context<Self>) {
        let Do(how, act) = *asked.message();
        match how {
            How::Now => asked.answer_now(self, ctx, |teller, _, _| teller.act(act)),
            How::InOrder(takes) => {
                asked.answer_in_order(self, ctx, STEP, |teller, _, _| teller.slowly(takes, act));
            }
            How::Beside(takes) => {
                asked.answer_concurrently(self, ctx, STEP, move |teller, _, _| {
                    teller.slowly(takes, act)
                });
            }
            How::Call(takes) => asked.answer_now(self, ctx, |teller, _, ctx| {
                teller.call(ctx, takes, act, None);
                teller.memory.clone()
            }),
            How::CallThen(takes) => asked.answer_now(self, ctx, |teller, _, ctx| {
                teller.call(ctx, takes, Act::Add(0), Some(act));
                teller.memory.clone()
            }),
            How::DropPanic => asked.answer_concurrently(self, ctx, STEP, |teller, _, _| {
                let bomb = PanicsWhenDropped;
                let waiting = async move {
                    std::future::pending::<()>().await;
                    drop(bomb);
                };
                waiting
                    .into_actor(teller)
                    .map(|(), teller: &mut Self, _| teller.memory.clone())
            }),
        }
    }
}
