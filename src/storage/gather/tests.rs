use std::collections::BTreeSet;

use futures_util::FutureExt as _;
use futures_util::future::join_all;
use tokio::sync::Semaphore;

use super::*;

/// A number that cannot be doubled.
const BAD: u32 = 7_000_013;

/// One that ends whoever doubles it.
const FATAL: u32 = 7_000_666;

/// Doubles numbers, a question for each permit, and knows what it was asked together.
struct Doubling {
    gather: Gather<u32, u32>,
    asked: Arc<Mutex<Vec<Vec<u32>>>>,
    permits: Arc<Semaphore>,
}

impl Doubling {
    fn new(permits: usize) -> Self {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let permits = Arc::new(Semaphore::new(permits));
        let (seen, turns) = (Arc::clone(&asked), Arc::clone(&permits));
        let gather = Gather::new(Box::new(move |keys: Vec<u32>| {
            seen.lock().unwrap().push(keys.clone());
            let turns = Arc::clone(&turns);
            async move {
                turns.acquire().await.unwrap().forget();
                if keys.contains(&BAD) {
                    return Err(Unreadable::new("a bad number"));
                }
                assert!(!keys.contains(&FATAL), "a planted panic");
                Ok(keys.into_iter().map(|key| key * 2).collect())
            }
            .boxed()
        }));
        Self {
            gather,
            asked,
            permits,
        }
    }

    async fn ask(&self, key: u32) -> Result<u32, Unreadable> {
        self.gather.ask(&Handle::current(), key).await
    }

    /// What was asked together, question by question.
    fn asked(&self) -> Vec<Vec<u32>> {
        self.asked.lock().unwrap().clone()
    }

    /// The first has been sent, and so many wait for it.
    async fn until_waiting(&self, many: usize) {
        while self.asked().is_empty() || self.gather.0.waiting().queue.len() < many {
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn who_is_alone_is_asked_for_at_once() {
    let doubling = Doubling::new(2);
    assert_eq!(doubling.ask(3).await, Ok(6));
    assert_eq!(doubling.ask(4).await, Ok(8));
    assert_eq!(doubling.asked(), [[3], [4]]);
}

#[tokio::test]
async fn who_comes_meanwhile_goes_together_and_hears_the_own_answer() {
    let doubling = Doubling::new(0);
    let first = doubling.ask(0);
    let crowd = async {
        doubling.until_waiting(0).await;
        let rest = join_all((1..=20).map(|key| doubling.ask(key)));
        let go = async {
            doubling.until_waiting(20).await;
            doubling.permits.add_permits(2);
        };
        tokio::join!(rest, go).0
    };
    let (first, rest) = tokio::join!(first, crowd);
    assert_eq!(first, Ok(0));
    let doubled: Vec<_> = (1..=20).map(|key| Ok(key * 2)).collect();
    assert_eq!(rest, doubled);
    assert_eq!(doubling.asked(), [vec![0], (1..=20).collect()]);
}

#[tokio::test]
async fn a_crowd_is_not_asked_for_one_behind_the_other() {
    let doubling = Doubling::new(0);
    let crowd = join_all((100..400).map(|key| doubling.ask(key)));
    let go = async {
        while doubling.asked().len() < MOST_AT_ONCE {
            tokio::task::yield_now().await;
        }
        doubling.permits.add_permits(400);
    };
    let (answers, ()) = tokio::join!(crowd, go);
    assert!(answers.iter().all(Result::is_ok));
    let asked = doubling.asked();
    assert!(asked.iter().all(|keys| keys.len() <= MOST_TOGETHER));
    let all: BTreeSet<u32> = asked.into_iter().flatten().collect();
    assert_eq!(all, (100..400).collect());
}

#[tokio::test(start_paused = true)]
async fn a_question_that_hangs_holds_up_nobody_who_comes_later() {
    let doubling = Doubling::new(0);
    let hangs = doubling.ask(1);
    let later = async {
        doubling.until_waiting(0).await;
        tokio::time::advance(SLOW).await;
        let two = [2, 3].map(|key| doubling.ask(key));
        let go = async {
            while doubling.asked().len() < 2 {
                tokio::task::yield_now().await;
            }
            doubling.permits.add_permits(3);
        };
        tokio::join!(join_all(two), go).0
    };
    let (first, later) = tokio::join!(hangs, later);
    assert_eq!((first, later), (Ok(2), vec![Ok(4), Ok(6)]));
    assert_eq!(doubling.asked(), [vec![1], vec![2, 3]]);
}

#[tokio::test]
async fn who_does_not_wait_any_more_is_not_asked_for() {
    let doubling = Doubling::new(0);
    let first = doubling.ask(1);
    let rest = async {
        doubling.until_waiting(0).await;
        let mut gone = Box::pin(doubling.ask(2));
        assert!(gone.as_mut().now_or_never().is_none());
        drop(gone);
        let go = async {
            doubling.until_waiting(2).await;
            doubling.permits.add_permits(2);
        };
        tokio::join!(doubling.ask(3), go).0
    };
    let answers = tokio::join!(first, rest);
    assert_eq!(answers, (Ok(2), Ok(6)));
    assert_eq!(doubling.asked(), [[1], [3]]);
}

#[tokio::test]
async fn a_failure_is_told_to_all_it_concerns_and_is_over() {
    let doubling = Doubling::new(9);
    let answers = join_all([12, BAD, 14].map(|key| doubling.ask(key))).await;
    let why = Err(Unreadable::new("a bad number"));
    assert_eq!(answers, vec![why; 3]);
    assert_eq!(doubling.ask(14).await, Ok(28));
}

#[tokio::test]
async fn a_panic_leaves_nobody_waiting() {
    let doubling = Doubling::new(9);
    let stopped = Err(Unreadable::new("the read was stopped"));
    assert_eq!(doubling.ask(FATAL).await, stopped);
    assert_eq!(doubling.ask(14).await, Ok(28));
}

#[tokio::test]
async fn too_many_are_told_at_once() {
    let doubling = Doubling::new(0);
    let most = MOST_AT_ONCE * MOST_TOGETHER + LONGEST_QUEUE;
    let mut waiting = Vec::new();
    let told = loop {
        let mut one = Box::pin(doubling.ask(5));
        if let Some(told) = one.as_mut().now_or_never() {
            break told;
        }
        waiting.push(one);
        assert!(waiting.len() <= most, "nobody is told");
        tokio::task::yield_now().await;
    };
    assert!(waiting.len() >= LONGEST_QUEUE);
    assert_eq!(told, Err(Unreadable::new("too much waits for the books")));
}
