use std::sync::{Arc, atomic::Ordering::SeqCst};

use starkeeper_actors::supervision::*;
use tokio::time::{Instant, pause};

use crate::teller::{
    Act, Desk, Do, How, LONG, PERIOD, STEP, Script, hire, millis_since, secs, settle,
};

const PANICKED: Result<Vec<u32>, AskFailed> = Err(AskFailed::Failed(StepFailed::Panicked));

/// The failing step loses its memory and nothing else, whichever way it runs.
async fn survives(how: How, act: Act, text: &str) {
    pause();
    let desk = Desk::open(Limits::default());
    assert_eq!(desk.ask(How::Now, Act::Add(1)).await, Ok(vec![1]));

    let failing = desk.ask(how, act);
    let behind = desk.ask(How::InOrder(secs(1)), Act::Add(2));
    let last = desk.ask(How::Now, Act::Add(3));
    let (failing, behind, last) = tokio::join!(failing, behind, last);

    assert_eq!(failing, PANICKED);
    assert_eq!(behind, Ok(vec![2]));
    assert_eq!(last, Ok(vec![2, 3]));
    assert_eq!(desk.script.loads.load(SeqCst), 2);
    let line = desk.line();
    assert_eq!((line.restarts, line.panics), (1, 1));
    assert_eq!(line.phase, Phase::Running);
    assert_eq!(line.last_panic.as_deref(), Some(text));
    assert_eq!((line.waiting, line.in_flight), (0, 0));
}

#[actix::test]
async fn a_panic_in_a_synchronous_step_costs_only_the_memory() {
    survives(How::Now, Act::PanicStr, "a plain text").await;
}

#[actix::test]
async fn a_panic_with_a_formatted_text_keeps_its_text() {
    survives(How::Now, Act::PanicString, "a text with 7").await;
}

#[actix::test]
async fn a_panic_without_a_text_is_a_panic_too() {
    survives(How::Now, Act::PanicOther, "a panic without a text").await;
}

#[actix::test]
async fn a_panic_in_an_ordered_step_costs_only_the_memory() {
    survives(How::InOrder(secs(5)), Act::PanicString, "a text with 7").await;
}

#[actix::test]
async fn a_panic_in_a_concurrent_step_restarts_and_cuts_the_others_short() {
    pause();
    let desk = Desk::open(Limits::default());
    let failing = desk.ask(How::Beside(secs(5)), Act::PanicStr);
    let other = desk.ask(How::Beside(secs(20)), Act::Add(1));
    let at_once = desk.ask(How::Now, Act::Add(2));
    let (failing, other, at_once) = tokio::join!(failing, other, at_once);
    assert_eq!(failing, PANICKED);
    assert_eq!(other, Err(AskFailed::Failed(StepFailed::Interrupted)));
    assert_eq!(at_once, Ok(vec![2]));
    assert_eq!(desk.ask(How::Now, Act::Add(3)).await, Ok(vec![3]));
    let line = desk.line();
    assert_eq!((line.restarts, line.in_flight), (1, 0));
}

#[actix::test]
async fn steps_cut_short_give_their_room_back() {
    pause();
    let limits = Limits {
        in_flight: 2,
        ..Limits::default()
    };
    let desk = Desk::open(limits);
    let cut = [1, 2].map(|n| desk.door.ask(Do(How::Beside(secs(9)), Act::Add(n)), LONG));
    assert_eq!(desk.ask(How::Now, Act::PanicStr).await, PANICKED);
    for cut in cut {
        let interrupted = AskFailed::Failed(StepFailed::Interrupted);
        assert_eq!(cut.await, Err(interrupted));
    }
    let start = Instant::now();
    let first = desk.ask(How::Beside(secs(8)), Act::Add(3));
    let second = desk.ask(How::Beside(secs(9)), Act::Add(4));
    let both = tokio::join!(first, second);
    assert_eq!(both, (Ok(vec![3]), Ok(vec![3, 4])));
    assert_eq!(millis_since(start), 100 + 9_000);
}

#[actix::test]
async fn steps_that_wait_for_room_hear_that_their_actor_was_given_up() {
    pause();
    let limits = Limits {
        in_flight: 1,
        restarts: RestartPolicy {
            restarts: 0,
            ..RestartPolicy::default()
        },
        ..Limits::default()
    };
    let desk = Desk::open(limits);
    let asks = [1, 2].map(|n| desk.door.ask(Do(How::Beside(secs(9)), Act::Add(n)), LONG));
    assert_eq!(desk.ask(How::Now, Act::PanicStr).await, PANICKED);
    let [running, waiting] = asks;
    let interrupted = AskFailed::Failed(StepFailed::Interrupted);
    assert_eq!(running.await, Err(interrupted));
    assert_eq!(waiting.await, Err(AskFailed::Gone));
    assert_eq!(desk.line().waiting, 0);
}

#[actix::test]
async fn an_actor_without_timers_ends_when_its_last_door_is_dropped() {
    pause();
    let roster = Roster::new(Instant::now());
    let crowd = roster.enlist_crowd("session", Limits::default());
    let script = Arc::new(Script {
        timeless: true,
        ..Script::default()
    });
    let door = hire(crowd.member(), &script, Io::inline());
    let last = door.clone();
    let members = || roster.snapshot(Instant::now()).actors.remove(0).members;
    assert_eq!(door.ask(Do(How::Now, Act::PanicStr), LONG).await, PANICKED);
    drop(door);
    assert_eq!(last.ask(Do(How::Now, Act::Add(1)), LONG).await, Ok(vec![1]));
    assert_eq!(members(), 1);

    // What was taken before the last door closed is still done.
    let begun = last.ask(Do(How::Beside(secs(5)), Act::Add(2)), LONG);
    drop(last);
    assert_eq!(begun.await, Ok(vec![1, 2]));
    settle().await;
    assert_eq!(members(), 0);
}

#[actix::test]
async fn a_neighbour_answers_while_a_failed_actor_waits_out_its_pause() {
    pause();
    let desk = Desk::open(Limits::default());
    let script = Arc::new(Script::default());
    let seat = desk.roster.enlist("neighbour", Limits::default());
    let neighbour = hire(seat, &script, Io::inline());
    let ask = |act| neighbour.ask(Do(How::Now, act), LONG);
    assert_eq!(ask(Act::Add(1)).await, Ok(vec![1]));

    assert_eq!(desk.ask(How::Now, Act::PanicStr).await, PANICKED);
    assert_eq!(desk.line().phase, Phase::Restarting);
    let start = Instant::now();
    assert_eq!(ask(Act::Add(2)).await, Ok(vec![1, 2]));
    assert_eq!(millis_since(start), 0);
    assert_eq!(desk.line().phase, Phase::Restarting);

    assert_eq!(desk.ask(How::Now, Act::Add(3)).await, Ok(vec![3]));
    assert_eq!(millis_since(start), 100);
    let snapshot = desk.roster.snapshot(Instant::now());
    let line = snapshot.actor("neighbour").unwrap();
    assert_eq!((line.restarts, line.panics), (0, 0));
}

#[actix::test]
async fn a_panic_while_loading_is_retried_and_what_is_queued_waits() {
    pause();
    let script = Script {
        failing_loads: 2.into(),
        ..Script::default()
    };
    let desk = Desk::open_scripted(Limits::default(), script);
    let start = Instant::now();
    assert_eq!(desk.ask(How::Now, Act::Add(1)).await, Ok(vec![1]));
    assert_eq!(millis_since(start), 100 + 400);
    assert_eq!(desk.line().restarts, 2);
    assert_eq!(desk.script.loads.load(SeqCst), 3);
}

#[actix::test]
async fn loading_that_never_ends_is_a_failure() {
    pause();
    let script = Script {
        endless_loads: 1.into(),
        ..Script::default()
    };
    let limits = Limits::default();
    let desk = Desk::open_scripted(limits, script);
    let start = Instant::now();
    assert_eq!(desk.ask(How::Now, Act::Add(1)).await, Ok(vec![1]));
    assert!(start.elapsed() >= limits.load);
    let line = desk.line();
    assert_eq!((line.restarts, line.timed_out), (1, 1));
    assert_eq!(
        line.last_panic.as_deref(),
        Some("loading took longer than 30s")
    );
}

#[actix::test]
async fn a_panic_in_forgetting_is_one_failure_more() {
    pause();
    let desk = Desk::open(Limits::default());
    desk.script.failing_forgets.store(1, SeqCst);
    assert_eq!(desk.ask(How::Now, Act::PanicStr).await, PANICKED);
    assert_eq!(desk.ask(How::Now, Act::Add(1)).await, Ok(vec![1]));
    assert_eq!(desk.line().restarts, 2);
}

#[actix::test]
async fn a_panic_in_the_drop_of_a_step_ends_nothing() {
    pause();
    let desk = Desk::open(Limits::default());
    let dropped = desk.ask(How::DropPanic, Act::Add(0)).await;
    assert_eq!(
        dropped,
        Err(AskFailed::Failed(StepFailed::TimedOut { after: STEP }))
    );
    assert_eq!(desk.ask(How::Now, Act::Add(1)).await, Ok(vec![1]));

    let interrupted = desk.ask(How::DropPanic, Act::Add(0));
    let (interrupted, _) = tokio::join!(interrupted, desk.ask(How::Now, Act::PanicStr));
    assert_eq!(interrupted, Err(AskFailed::Failed(StepFailed::Interrupted)));
    assert_eq!(desk.ask(How::Now, Act::Add(2)).await, Ok(vec![2]));
}

#[actix::test]
async fn timers_are_armed_again_and_only_once() {
    pause();
    let desk = Desk::open(Limits::default());
    assert_eq!(desk.ask(How::Now, Act::PanicStr).await, PANICKED);
    assert_eq!(desk.ask(How::Now, Act::Add(1)).await, Ok(vec![1]));
    let before = desk.script.looks.load(SeqCst);
    tokio::time::sleep(PERIOD * 10 + secs(1)).await;
    assert_eq!(desk.script.looks.load(SeqCst) - before, 10);
}

#[actix::test]
async fn a_panic_in_a_timer_restarts_the_actor_and_its_timer() {
    pause();
    let desk = Desk::open(Limits::default());
    desk.script.failing_looks.store(1, SeqCst);
    tokio::time::sleep(PERIOD * 3).await;
    assert!(desk.script.looks.load(SeqCst) >= 1);
    assert_eq!(desk.line().last_panic.as_deref(), Some("the look failed"));
    assert_eq!(desk.ask(How::Now, Act::Add(1)).await, Ok(vec![1]));
}

#[actix::test]
async fn an_actor_that_fails_too_often_is_dead_and_the_daemon_hears_of_it() {
    pause();
    let script = Script {
        failing_loads: usize::MAX.into(),
        ..Script::default()
    };
    let desk = Desk::open_scripted(Limits::default(), script);
    let queued = desk.ask(How::Now, Act::Add(1));
    let start = Instant::now();
    let (queued, fatal) = tokio::join!(queued, desk.roster.fatal());

    assert_eq!(millis_since(start), 100 + 400 + 1_600 + 6_400 + 10_000);
    let text = "actor teller failed too often and was given up: loading failed";
    assert_eq!(fatal.to_string(), text);
    assert_eq!(queued, Err(AskFailed::Gone));
    assert_eq!(desk.ask(How::Now, Act::Add(1)).await, Err(AskFailed::Gone));
    assert_eq!(desk.door.ask(Observe::new(), LONG).await, Ok(vec![]));
    let line = desk.line();
    assert_eq!(
        (line.phase, line.restarts, line.given_up),
        (Phase::Dead, 5, 1)
    );
    assert_eq!(desk.script.loads.load(SeqCst), 6);
    let snapshot = desk.roster.snapshot(Instant::now());
    assert_eq!(snapshot.fatal.as_deref(), Some(text));
}

#[actix::test]
async fn failures_spread_over_time_are_forgiven() {
    pause();
    let desk = Desk::open(Limits::default());
    for _ in 0..20 {
        assert_eq!(desk.ask(How::Now, Act::PanicStr).await, PANICKED);
        tokio::time::sleep(secs(15)).await;
    }
    assert_eq!(desk.line().phase, Phase::Running);
    assert_eq!(desk.roster.given_up(), None);
}

#[actix::test]
async fn one_of_many_that_fails_too_often_leaves_without_ending_the_daemon() {
    pause();
    let roster = Roster::new(Instant::now());
    let crowd = roster.enlist_crowd("session", Limits::default());
    let script = Arc::new(Script::default());
    let bad = hire(crowd.member(), &script, Io::inline());
    let good = hire(crowd.member(), &script, Io::inline());
    for _ in 0..6 {
        assert_eq!(bad.ask(Do(How::Now, Act::PanicStr), LONG).await, PANICKED);
    }
    let after = bad.ask(Do(How::Now, Act::Add(1)), LONG).await;
    assert_eq!(after, Err(AskFailed::Gone));
    let unaffected = good.ask(Do(How::Now, Act::Add(1)), LONG).await;
    assert_eq!(unaffected, Ok(vec![1]));
    assert_eq!(roster.given_up(), None);

    let line = roster.snapshot(Instant::now()).actors.remove(0);
    assert_eq!((line.phase, line.members), (Phase::Crowd, 2));
    assert_eq!((line.panics, line.restarts, line.given_up), (6, 5, 1));
    drop((bad, good));
    settle().await;
}

#[actix::test]
async fn an_idle_actor_gets_on_by_its_timer_and_a_blocked_one_is_noticed() {
    pause();
    let desk = Desk::open(Limits::default());
    tokio::time::sleep(secs(3600)).await;
    let snapshot = desk.roster.snapshot(Instant::now());
    assert!(snapshot.stalled(secs(5)).is_empty());

    let blocking = desk.door.ask(Do(How::InOrder(secs(29)), Act::Add(1)), LONG);
    tokio::time::sleep(secs(20)).await;
    let snapshot = desk.roster.snapshot(Instant::now());
    assert_eq!(snapshot.stalled(secs(5)), ["teller"]);
    assert_eq!(blocking.await, Ok(vec![1]));
}

#[actix::test]
async fn the_register_can_be_shown_as_json() {
    pause();
    let desk = Desk::open(Limits::default());
    assert_eq!(desk.ask(How::Now, Act::Add(1)).await, Ok(vec![1]));
    tokio::time::advance(std::time::Duration::from_millis(250)).await;
    let snapshot = desk.roster.snapshot(Instant::now());
    let json = serde_json::to_value(snapshot).unwrap();
    let line = &json["actors"][0];
    assert_eq!(line["name"], "teller");
    assert_eq!(line["phase"], "running");
    assert_eq!((&line["asks"], &line["handled"]), (&1.into(), &2.into()));
    assert_eq!(line["progress_age_ms"], 250);
    assert_eq!(line["up_ms"], 250);
}
