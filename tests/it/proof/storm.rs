//! Many payers at once, a gateway whose webhooks come late, twice, out of order or never, and a
//! daemon that is ended and killed in the middle of it.

use std::rc::Rc;
use std::time::Instant;

use fastrand::Rng;
use tokio::sync::watch;
use tokio::task::{LocalSet, spawn_local};

use super::life::{Act, Life, carry_out, lives, trouble};
use super::settled::{Opened, assert_settled};
use super::throws::{Books, seed, so_many};
use crate::support::emulators::Emulators;
use crate::support::shop::{Door, Setting, Shop};

/// Payers who act at the same time.
const PAYERS: usize = 8;

/// How a daemon ends in the middle of its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// As a loss of power ends it.
    Killed,
    /// In order.
    Asked,
}

/// What is thrown at a daemon.
pub struct Storm {
    pub test: &'static str,
    pub invoices: usize,
    pub ends: usize,
    /// Whether it is always killed, or every other time asked.
    pub only_killed: bool,
    pub books: Books,
}

impl Storm {
    /// Weathers it: everything due is credited, nothing twice, and the daemon is back every time.
    pub async fn weather(self) {
        LocalSet::new().run_until(self.throw()).await;
    }

    async fn throw(self) {
        let seed = seed(self.test);
        let mut dice = Rng::with_seed(seed);
        let lives = lives(&mut dice, self.invoices);
        let steps: usize = lives.iter().map(|life| life.acts.len() + 1).sum();
        let mut ends: Vec<(usize, End)> = (0..self.ends)
            .map(|number| {
                let asked = !self.only_killed && number % 2 == 1;
                (
                    dice.usize(1..steps),
                    if asked { End::Asked } else { End::Killed },
                )
            })
            .collect();
        ends.sort_by_key(|(at, _)| *at);

        let begun = Instant::now();
        let mut settings: Vec<Setting> = self.books.settings();
        // So many look-ups a second, and no more, are left to polling.
        let poll = format!("{}s", (self.invoices / 50).clamp(2, 15));
        settings.push(("INVOICE_POLL_EVERY", poll));
        settings.push(("LOG_LEVEL", "warn".to_owned()));
        let mut shop = Shop::open_with_seed(seed, settings).await;
        trouble(&shop.emulators, &mut dice).await;
        let gateway = Rc::new(shop.emulators);
        let (tell, taken) = watch::channel(0);
        let hands = deal(lives, &mut dice);
        let payers: Vec<_> = hands
            .into_iter()
            .map(|hand| {
                let (gateway, door, tell) =
                    (Rc::clone(&gateway), shop.daemon.door.clone(), tell.clone());
                spawn_local(play(hand, gateway, door, tell))
            })
            .collect();
        drop(tell);
        for (at, end) in ends {
            let mut taken = taken.clone();
            // If the payers are done before, it ends all the same.
            drop(taken.wait_for(|steps| *steps >= at).await);
            match end {
                End::Killed => shop.daemon.kill(),
                End::Asked => shop.daemon.terminate().await,
            }
            shop.daemon.resume().await;
        }
        let mut opened = Vec::new();
        for payer in payers {
            opened.extend(payer.await.expect("a payer comes to an end"));
        }
        let acted = begun.elapsed();
        assert_settled(&shop.daemon.door, &gateway, &opened).await;
        eprintln!(
            "{}: {} invoices, {steps} steps, {} ends in {acted:.1?}; settled after {:.1?}",
            self.test,
            opened.len(),
            self.ends,
            begun.elapsed()
        );
    }
}

/// The lives of one payer, with dice of its own.
struct Hand {
    lives: Vec<Life>,
    dice: Rng,
}

fn deal(lives: Vec<Life>, dice: &mut Rng) -> Vec<Hand> {
    let mut hands: Vec<Hand> = (0..PAYERS)
        .map(|_| Hand {
            lives: Vec::new(),
            dice: Rng::with_seed(dice.u64(..)),
        })
        .collect();
    for (number, life) in lives.into_iter().enumerate() {
        hands[number % PAYERS].lives.push(life);
    }
    hands
}

/// Opens the invoices and acts on those that are open, in an order drawn by lot.
async fn play(
    mut hand: Hand,
    gateway: Rc<Emulators>,
    door: Door,
    tell: watch::Sender<usize>,
) -> Vec<Opened> {
    let mut begun: Vec<(Opened, Vec<Act>)> = Vec::new();
    let mut done = Vec::new();
    while !hand.lives.is_empty() || !begun.is_empty() {
        // A few are open at a time, so that what is done to them mingles.
        let opens = !hand.lives.is_empty() && (begun.len() < 2 || hand.dice.u8(0..4) == 0);
        if opens && let Some(life) = hand.lives.pop() {
            let amount = format!("{}.{:02}", life.cents / 100, life.cents % 100);
            let shown = door.open(life.person, &amount).await;
            let uuid = shown["uuid"].as_str().expect("a uuid").to_owned();
            let acts = life.acts.iter().rev().cloned().collect();
            begun.push((Opened { life, uuid }, acts));
        } else {
            let place = hand.dice.usize(0..begun.len());
            match begun[place].1.pop() {
                Some(act) => carry_out(&gateway, &begun[place].0.uuid, &act).await,
                None => {
                    done.push(begun.swap_remove(place).0);
                    continue;
                }
            }
        }
        tell.send_modify(|steps| *steps += 1);
    }
    done
}

pub async fn mixed(test: &'static str, books: Books) {
    let storm = Storm {
        test,
        invoices: so_many(300, 1_000),
        ends: 4,
        only_killed: false,
        books,
    };
    storm.weather().await;
}

pub async fn killed(test: &'static str, books: Books) {
    let storm = Storm {
        test,
        invoices: so_many(120, 800),
        ends: so_many(8, 50),
        only_killed: true,
        books,
    };
    storm.weather().await;
}

#[tokio::test]
async fn every_payment_of_a_storm_is_credited_once_on_sqlite() {
    mixed(
        "every_payment_of_a_storm_is_credited_once_on_sqlite",
        Books::Embedded,
    )
    .await;
}

#[tokio::test]
async fn a_daemon_killed_at_any_moment_loses_and_repeats_nothing_on_sqlite() {
    killed(
        "a_daemon_killed_at_any_moment_loses_and_repeats_nothing_on_sqlite",
        Books::Embedded,
    )
    .await;
}
