use std::sync::{Arc, atomic::Ordering::SeqCst};

use actix::Arbiter;
use futures_util::future::join_all;
use starkeeper_actors::supervision::{self, *};
use tokio::time::{Instant, pause};

use crate::teller::{
    Act, Desk, Do, Drain, How, LONG, STEP, Script, Teller, millis_since, secs, settle,
};

fn small(mailbox: usize, in_flight: usize) -> Limits {
    Limits {
        mailbox,
        in_flight,
        ..Limits::default()
    }
}

#[actix::test]
async fn a_full_mailbox_answers_busy_and_loses_nothing() {
    pause();
    let desk = Desk::open(small(3, 1));
    settle().await;
    let blocking = desk.door.ask(Do(How::InOrder(secs(5)), Act::Add(0)), LONG);
    settle().await;
    // A clone for each ask, as a request handler would have: the bound stays exact.
    let asks: Vec<_> = (1..=10)
        .map(|n| desk.door.clone().ask(Do(How::Now, Act::Add(n)), LONG))
        .collect();
    assert_eq!(desk.door.waiting(), 3);
    assert_eq!(blocking.await, Ok(vec![0]));
    let answers = join_all(asks).await;
    assert_eq!(
        answers[..3],
        [Ok(vec![0, 1]), Ok(vec![0, 1, 2]), Ok(vec![0, 1, 2, 3])]
    );
    assert!(answers[3..].iter().all(|a| *a == Err(AskFailed::Busy)));
    assert!(AskFailed::Busy.is_certainly_not_done());
    let line = desk.line();
    assert_eq!((line.asks, line.refused, line.waiting), (4, 7, 0));
    let after = desk.ask(How::Now, Act::Add(4)).await;
    assert_eq!(after, Ok(vec![0, 1, 2, 3, 4]));
}

#[actix::test]
async fn ordered_steps_are_answered_in_order() {
    pause();
    let desk = Desk::open(Limits::default());
    let asks = [(1, 9), (2, 1), (3, 5)].map(|(n, takes)| {
        desk.door
            .ask(Do(How::InOrder(secs(takes)), Act::Add(n)), LONG)
    });
    let start = Instant::now();
    let answers = join_all(asks).await;
    assert_eq!(answers, [Ok(vec![1]), Ok(vec![1, 2]), Ok(vec![1, 2, 3])]);
    assert_eq!(millis_since(start), 15_000);
}

#[actix::test]
async fn a_step_past_its_deadline_is_timed_out_and_the_actor_carries_on() {
    pause();
    let desk = Desk::open(Limits::default());
    for how in [How::InOrder(LONG), How::Beside(LONG)] {
        let start = Instant::now();
        let late = StepFailed::TimedOut { after: STEP };
        let (failed, behind) =
            tokio::join!(desk.ask(how, Act::Add(1)), desk.ask(How::Now, Act::Add(2)));
        assert_eq!(failed, Err(AskFailed::Failed(late)));
        assert!(behind.is_ok());
        assert_eq!(millis_since(start), STEP.as_millis());
    }
    assert_eq!(desk.ask(How::Now, Act::Add(3)).await, Ok(vec![2, 2, 3]));
    let line = desk.line();
    assert_eq!((line.timed_out, line.restarts, line.in_flight), (2, 0, 0));
}

#[actix::test]
async fn a_message_is_handled_even_when_its_asker_no_longer_waits() {
    pause();
    let desk = Desk::open(Limits::default());
    let running = desk
        .door
        .ask(Do(How::InOrder(secs(5)), Act::Add(1)), secs(1));
    let queued = desk.door.ask(Do(How::Now, Act::Add(2)), secs(1));
    let late = AskFailed::TimedOut { after: secs(1) };
    assert!(!late.is_certainly_not_done());
    assert_eq!(running.await, Err(late));
    assert_eq!(queued.await, Err(late));
    drop(desk.door.ask(Do(How::Now, Act::Add(3)), LONG));
    assert_eq!(desk.ask(How::Now, Act::Add(4)).await, Ok(vec![1, 2, 3, 4]));
}

#[actix::test]
async fn so_many_steps_run_at_once_and_the_rest_keeps_its_place() {
    pause();
    let desk = Desk::open(small(4, 2));
    settle().await;
    let start = Instant::now();
    let mut asks: Vec<_> = Vec::new();
    for n in 1..=7 {
        asks.push(desk.door.ask(Do(How::Beside(secs(10)), Act::Add(n)), LONG));
        tokio::time::sleep(secs(1)).await;
    }
    assert_eq!(desk.door.waiting(), 4);
    assert_eq!(desk.line().in_flight, 2);
    let answers = join_all(asks).await;
    assert_eq!(answers[5], Ok(vec![1, 2, 3, 4, 5, 6]));
    assert_eq!(answers[6], Err(AskFailed::Busy));
    assert_eq!(desk.script.most_running.load(SeqCst), 2);
    assert_eq!(millis_since(start), 31_000);
}

#[actix::test]
async fn steps_that_wait_for_room_survive_a_restart_in_order() {
    pause();
    let desk = Desk::open(small(8, 1));
    let failing = desk.ask(How::Beside(secs(5)), Act::PanicStr);
    let waiting = desk.ask(How::Beside(secs(5)), Act::Add(1));
    let last = desk.ask(How::Beside(secs(5)), Act::Add(2));
    let (failing, waiting, last) = tokio::join!(failing, waiting, last);
    assert_eq!(failing, Err(AskFailed::Failed(StepFailed::Panicked)));
    assert_eq!((waiting, last), (Ok(vec![1]), Ok(vec![1, 2])));
}

#[actix::test]
async fn a_draining_actor_finishes_what_it_has_and_answers_gone() {
    pause();
    let desk = Desk::open(Limits::default());
    let begun = desk.door.ask(Do(How::Beside(secs(5)), Act::Add(1)), LONG);
    assert_eq!(desk.door.ask(Drain, LONG).await, Ok(()));
    assert_eq!(desk.ask(How::Now, Act::Add(2)).await, Err(AskFailed::Gone));
    assert_eq!(desk.line().phase, Phase::Draining);
    assert_eq!(begun.await, Ok(vec![1]));
    assert_eq!(desk.door.ask(Observe::new(), LONG).await, Ok(vec![1]));
}

#[actix::test]
async fn many_wakes_are_one() {
    pause();
    let desk = Desk::open(Limits::default());
    settle().await;
    let bells = [desk.door.bell(), desk.door.bell()];
    for _ in 0..500 {
        bells.iter().for_each(WakeHandle::wake);
    }
    settle().await;
    assert_eq!(desk.script.looks.load(SeqCst), 1);
    assert_eq!(desk.line().wakes, 1);
}

#[actix::test]
async fn a_wake_during_a_look_leads_to_another_look() {
    pause();
    let desk = Desk::open(Limits::default());
    settle().await;
    desk.script.bell.lock().unwrap().replace(desk.door.bell());
    desk.script.ring_again.store(3, SeqCst);
    desk.door.bell().wake();
    settle().await;
    assert_eq!(desk.script.looks.load(SeqCst), 4);
    desk.script.bell.lock().unwrap().take();
}

#[actix::test]
async fn a_wake_survives_a_restart_and_a_failed_look_can_be_woken_again() {
    pause();
    let desk = Desk::open(Limits::default());
    settle().await;
    let failing = desk.ask(How::Now, Act::PanicStr);
    let ring = async { desk.door.bell().wake() };
    let (_, ()) = tokio::join!(failing, ring);
    assert_eq!(desk.ask(How::Now, Act::Add(1)).await, Ok(vec![1]));
    assert_eq!(desk.script.looks.load(SeqCst), 1);

    desk.script.failing_looks.store(1, SeqCst);
    desk.door.bell().wake();
    desk.door.bell().wake();
    assert_eq!(desk.ask(How::Now, Act::Add(1)).await, Ok(vec![1]));
    desk.door.bell().wake();
    settle().await;
    assert_eq!(desk.script.looks.load(SeqCst), 2);
}

#[actix::test]
async fn an_asker_for_one_message_shares_the_bound_of_the_door() {
    pause();
    let desk = Desk::open(small(1, 1));
    settle().await;
    let asker: Asker<Do> = desk.door.asker();
    let first = asker.ask(Do(How::Now, Act::Add(1)), LONG);
    let second = desk.ask(How::Now, Act::Add(2)).await;
    assert_eq!(second, Err(AskFailed::Busy));
    assert_eq!(first.await, Ok(vec![1]));
}

#[test]
fn an_actor_on_another_arbiter_panics_and_answers_there() {
    actix::System::new().block_on(async {
        let roster = Roster::new(Instant::now());
        let script = Arc::new(Script::default());
        let arbiter = Arbiter::new();
        let policy = RestartPolicy {
            first_pause: secs(0),
            ..RestartPolicy::default()
        };
        let limits = Limits {
            restarts: policy,
            ..Limits::default()
        };
        let door = supervision::start_in(&arbiter.handle(), roster.enlist("teller", limits), {
            let script = Arc::clone(&script);
            move |life| Teller::new(life, script, Io::inline())
        });
        let panicked = door.ask(Do(How::Now, Act::PanicStr), LONG).await;
        assert_eq!(panicked, Err(AskFailed::Failed(StepFailed::Panicked)));
        let after = door.ask(Do(How::Now, Act::Add(1)), LONG).await;
        assert_eq!(after, Ok(vec![1]));

        // An arbiter that ends takes its actors along; their askers hear of it.
        arbiter.stop();
        arbiter.join().unwrap();
        let gone = door.ask(Do(How::Now, Act::Add(2)), LONG).await;
        assert_eq!(gone, Err(AskFailed::Gone));
        assert!(!door.is_open());
        let line = roster.snapshot(Instant::now()).actors.remove(0);
        assert_eq!((line.phase, line.waiting), (Phase::Stopped, 0));
    });
}
