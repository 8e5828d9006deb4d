use std::sync::{Arc, atomic::Ordering::SeqCst};

use starkeeper_actors::supervision::*;
use tokio::{
    runtime::Builder,
    time::{Instant, pause},
};

use crate::teller::{Act, CALL, Desk, Do, How, LONG, Script, hire, secs, settle};

#[actix::test]
async fn a_call_runs_beside_the_actor_and_continues_on_it() {
    pause();
    let desk = Desk::open(Limits::default());
    let begun = desk.ask(How::CallThen(secs(10)), Act::Add(5)).await;
    assert_eq!(begun, Ok(vec![]));
    assert_eq!(desk.ask(How::Now, Act::Add(1)).await, Ok(vec![1]));
    assert_eq!(desk.line().effects, 1);
    tokio::time::sleep(secs(11)).await;
    assert_eq!(desk.script.outcomes(), [Ok(0)]);
    assert_eq!(desk.ask(How::Now, Act::Add(2)).await, Ok(vec![1, 5, 2]));
    assert_eq!(desk.line().effects, 0);
}

#[actix::test]
async fn a_panic_in_a_call_is_an_outcome_and_no_restart() {
    pause();
    let desk = Desk::open(Limits::default());
    assert!(desk.ask(How::Call(secs(1)), Act::PanicString).await.is_ok());
    tokio::time::sleep(secs(2)).await;
    assert_eq!(desk.script.outcomes(), [Err(EffectFailed::Panicked)]);
    let line = desk.line();
    assert_eq!((line.restarts, line.panics, line.effects_failed), (0, 1, 1));
    assert_eq!(line.last_panic.as_deref(), Some("a text with 7"));
}

#[actix::test]
async fn a_call_past_its_deadline_is_an_outcome() {
    pause();
    let desk = Desk::open(Limits::default());
    assert!(desk.ask(How::Call(LONG), Act::Add(1)).await.is_ok());
    tokio::time::sleep(CALL + secs(1)).await;
    let late = EffectFailed::TimedOut { after: CALL };
    assert_eq!(desk.script.outcomes(), [Err(late)]);
    let line = desk.line();
    assert_eq!((line.effects, line.effects_failed), (0, 1));
}

#[actix::test]
async fn a_panic_in_a_continuation_restarts_the_actor() {
    pause();
    let desk = Desk::open(Limits::default());
    let begun = desk.ask(How::CallThen(secs(1)), Act::PanicStr).await;
    assert!(begun.is_ok());
    tokio::time::sleep(secs(2)).await;
    assert_eq!(desk.ask(How::Now, Act::Add(1)).await, Ok(vec![1]));
    let line = desk.line();
    assert_eq!((line.restarts, line.stale_answers), (1, 0));
}

#[actix::test]
async fn an_answer_for_an_older_life_is_dropped_and_counted() {
    pause();
    let desk = Desk::open(Limits::default());
    let begun = desk.ask(How::CallThen(secs(10)), Act::Add(9)).await;
    assert!(begun.is_ok());
    assert!(desk.ask(How::Now, Act::PanicStr).await.is_err());
    assert_eq!(desk.ask(How::Now, Act::Add(1)).await, Ok(vec![1]));
    // The call itself goes on: what it does outside cannot be taken back.
    assert_eq!(desk.line().effects, 1);
    tokio::time::sleep(secs(11)).await;
    assert_eq!(desk.script.outcomes(), []);
    assert_eq!(desk.door.ask(Observe::new(), LONG).await, Ok(vec![1]));
    let line = desk.line();
    assert_eq!((line.effects, line.stale_answers), (0, 1));
}

#[actix::test]
async fn calls_run_on_the_given_runtime_and_its_end_is_an_outcome() {
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .enable_time()
        .build()
        .unwrap();
    let roster = Roster::new(Instant::now());
    let script = Arc::new(Script::default());
    let io = Io::runtime(runtime.handle().clone());
    let door = hire(roster.enlist("teller", Limits::default()), &script, io);
    let call = |takes, act| door.ask(Do(How::Call(takes), act), LONG);

    assert!(call(secs(0), Act::Add(3)).await.is_ok());
    outcomes(&script, 1).await;
    assert!(call(secs(0), Act::PanicStr).await.is_ok());
    outcomes(&script, 2).await;
    assert!(call(LONG, Act::Add(4)).await.is_ok());
    runtime.shutdown_background();
    outcomes(&script, 3).await;
    assert!(call(secs(0), Act::Add(5)).await.is_ok());
    outcomes(&script, 4).await;

    let cut = Err(EffectFailed::CutShort);
    let panicked = Err(EffectFailed::Panicked);
    assert_eq!(script.outcomes(), [Ok(3), panicked, cut, cut]);
    settle().await;
    let line = roster.snapshot(Instant::now()).actors.remove(0);
    assert_eq!((line.restarts, line.effects), (0, 0));
    assert_eq!(script.loads.load(SeqCst), 1);
}

/// Waits until so many calls have an outcome.
async fn outcomes(script: &Script, wanted: usize) {
    while script.outcomes().len() < wanted {
        tokio::task::yield_now().await;
    }
}
