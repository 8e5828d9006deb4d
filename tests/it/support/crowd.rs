//! A crowd of virtual customers in the emulated chat, and what must be true when they have gone.
//!
//! Each says `/start` and wanders through the menus; some top up, buy Stars and wait for them. Every
//! word and tap has to be answered: who hears nothing asks again, and is counted. At the end the
//! books balance, the chain shows one payment and Fragment one delivery for every order that was
//! delivered, and who bought was told.

mod person;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use fastrand::Rng;
use futures_util::stream::{self, StreamExt as _};
use serde_json::{Value, json};

use self::person::Person;
use super::emulators::Emulators;
use super::shop::{Door, Setting, Shop, at_gateway};
use super::wait::eventually_within;
use super::{ports, starkeeper};

/// The number of the first person.
const FIRST: i64 = 1_000_000;

/// For an order to come to its end on an idle till, faults, kills and a busy machine included.
const ENDING: Duration = Duration::from_secs(300);

/// For each order that is before it.
const EACH: Duration = Duration::from_secs(30);

const TOKEN: &str = "4242:AAE-token-of-the-integration-tests";

/// What the settings of each till are called: its words, and the cookies of its login.
const TILLS: [(&str, &str); 4] = [
    ("FRAGMENT_SEED_PHRASE", "FRAGMENT_COOKIES"),
    ("FRAGMENT_SEED_PHRASE_2", "FRAGMENT_COOKIES_2"),
    ("FRAGMENT_SEED_PHRASE_3", "FRAGMENT_COOKIES_3"),
    ("FRAGMENT_SEED_PHRASE_4", "FRAGMENT_COOKIES_4"),
];

/// Whether anything goes wrong outside.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Weather {
    Fair,
    Foul,
}

/// Faults of foul weather: system, method, kind, how often, and for how many milliseconds.
const FOUL: [(&str, &str, &str, &str, u64); 10] = [
    ("telegram", "update", "duplicate", "0.05", 0),
    ("telegram", "update", "reorder", "0.02", 300),
    ("telegram", "sendMessage", "refuse", "0.01", 0),
    ("telegram", "sendMessage", "lose-reply", "0.01", 0),
    ("telegram", "editMessageText", "down", "0.01", 0),
    ("telegram", "sendMessage", "delay", "0.02", 300),
    ("heleket", "webhook", "duplicate", "0.2", 0),
    ("heleket", "webhook", "lose-reply", "0.1", 0),
    ("heleket", "info", "refuse", "0.02", 0),
    ("ton", "sendBoc", "lose-reply", "0.1", 0),
];

/// Who comes.
#[derive(Clone, Copy, Debug)]
pub struct Crowd {
    pub people: usize,
    /// So many of them buy.
    pub buyers: usize,
    /// So many are in the chat at a time.
    pub at_once: usize,
    pub tills: usize,
    pub seed: u64,
    /// So often the daemon is killed on the way.
    pub kills: usize,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    pub people: usize,
    pub delivered: usize,
    pub refunded: usize,
    /// Words and taps.
    pub acts: usize,
    /// Acts that had to be repeated, because nothing was heard.
    pub repeated: usize,
    pub kills: usize,
    /// From a word or a tap to what the person then saw.
    pub reactions: Vec<Duration>,
    pub took: Duration,
}

/// A crowd in a shop.
pub(super) struct Errand<'a> {
    pub(super) emulators: &'a Emulators,
    pub(super) door: Door,
    pub(super) seed: u64,
    /// The longest anybody waits for anything; only a failing run waits it out.
    pub(super) ending: Duration,
    acts: AtomicUsize,
    repeated: AtomicUsize,
    reactions: Mutex<Vec<Duration>>,
}

impl Errand<'_> {
    pub(super) fn note(&self, reaction: Duration) {
        self.acts.fetch_add(1, Ordering::Relaxed);
        self.reactions
            .lock()
            .expect("nobody panicked")
            .push(reaction);
    }

    pub(super) fn note_repeat(&self) {
        self.repeated.fetch_add(1, Ordering::Relaxed);
    }
}

impl Crowd {
    /// Lets them all come and go, and judges what is left.
    pub async fn live(self, weather: Weather) -> Seen {
        let Shop {
            emulators,
            mut daemon,
            ..
        } = self.open().await;
        if weather == Weather::Foul {
            self.spoil(&emulators).await;
        }
        let errand = Errand {
            emulators: &emulators,
            door: daemon.door.clone(),
            seed: self.seed,
            ending: self.ending(),
            acts: AtomicUsize::new(0),
            repeated: AtomicUsize::new(0),
            reactions: Mutex::default(),
        };
        let begun = Instant::now();
        let gone = AtomicUsize::new(0);
        let (talkers, buyers) = (self.people - self.buyers, self.buyers);
        let talking = stream::iter(0..talkers).map(|number| {
            let mut person = Person::new(&errand, id_of(number));
            let gone = &gone;
            async move {
                person.wander(5).await;
                gone.fetch_add(1, Ordering::Relaxed);
            }
        });
        let talking = talking.buffer_unordered(self.at_once).collect::<Vec<()>>();
        let buying = stream::iter(talkers..talkers + buyers).map(|number| {
            let mut person = Person::new(&errand, id_of(number));
            async move {
                person.wander(1).await;
                person.top_up().await;
                person.buy().await
            }
        });
        let buying = buying
            .buffer_unordered(self.at_once)
            .collect::<Vec<String>>();
        let killing = async {
            for turn in 1..=self.kills {
                let after = talkers * turn / (self.kills + 1);
                let so_many = async || match gone.load(Ordering::Relaxed) {
                    so_far if so_far >= after => Ok(()),
                    so_far => Err(so_far),
                };
                eventually_within("so many people have gone", errand.ending, so_many).await;
                daemon.kill();
                daemon.resume().await;
            }
        };
        let ((), ends, ()) = tokio::join!(async { drop(talking.await) }, buying, killing);
        let took = begun.elapsed();
        emulators.calm().await;
        let mut seen = errand.seen(took);
        seen.people = self.people;
        seen.kills = self.kills;
        for end in &ends {
            match end.as_str() {
                "delivered" => seen.delivered += 1,
                "refunded" => seen.refunded += 1,
                other => panic!("an order is {other}"),
            }
        }
        self.judge(&errand, &ends).await;
        daemon.terminate().await;
        seen
    }

    /// Makes the weather foul.
    async fn spoil(&self, emulators: &Emulators) {
        for (system, method, kind, probability, delay_ms) in FOUL {
            let mut more = json!({"probability": probability, "seed": self.seed});
            if delay_ms > 0 {
                more["delay_ms"] = json!(delay_ms);
            }
            emulators.fault_of(system, method, kind, more).await;
        }
    }

    fn ending(&self) -> Duration {
        let before = u32::try_from(self.buyers / self.tills).expect("a number of buyers");
        ENDING + EACH * before
    }

    /// A shop with its tills, and limits that are out of everybody's way.
    async fn open(&self) -> Shop {
        let base = ports::block();
        let emulators = Emulators::start_unlimited(base, self.seed, "100");
        let text = |(name, value): (&'static str, &str)| (name, value.to_owned());
        let mut settings = at_gateway(&emulators);
        let ours: Vec<Setting> = [
            ("TON_WALLET_VERSION", "v5r1"),
            ("TELEGRAM_TOKEN", TOKEN),
            ("WEBHOOK_ENABLED", "true"),
            ("TELEGRAM_LEASE", "1s"),
            ("TELEGRAM_RATE", "10000"),
            ("TELEGRAM_CHAT_EVERY", "1ms"),
            ("TELEGRAM_CHAT_BURST", "1000"),
            ("LOG_LEVEL", "warn"),
            ("FULFILMENT_LOOK_EVERY", "200ms"),
            ("FULFILMENT_CHAIN_PAUSE", "200ms"),
            ("FULFILMENT_SWEEP_EVERY", "2s"),
            // What a daemon that was killed leaves leased is soon the next one's.
            ("FULFILMENT_LEASE", "8s"),
            ("FULFILMENT_CALL_TIMEOUT", "4s"),
            ("ORDER_FIRST_PAUSE", "200ms"),
            ("ORDER_LONGEST_PAUSE", "1s"),
            ("PRICE_RATES_EVERY", "1s"),
            ("PRICE_GOODS_EVERY", "5s"),
            ("PRICE_GOODS_AGAIN", "500ms"),
            ("PRICE_LOOK_EVERY", "200ms"),
        ]
        .map(text)
        .into();
        settings.extend(ours);
        let at = |place: u16| format!("http://127.0.0.1:{}", base + place);
        settings.push(("TELEGRAM_API_URL", at(1)));
        settings.push(("FRAGMENT_URL", at(3)));
        settings.push(("TON_API_URL", format!("{0},{0}/second", at(4))));
        for (words, cookies) in TILLS.into_iter().take(self.tills) {
            let login = emulators.order("login", json!({})).await;
            let login = login["cookies"].as_str().expect("cookies").to_owned();
            settings.extend([(words, fresh_words()), (cookies, login)]);
        }
        Shop::beside(emulators, base, settings).await
    }

    /// What must be true of the books, the chain and Fragment.
    async fn judge(&self, errand: &Errand<'_>, ends: &[String]) {
        let door = &errand.door;
        let books = door.look("/admin/v1/books").await;
        assert_eq!(books["balanced"], true, "{books}");
        let delivered = ends.iter().filter(|end| *end == "delivered").count();
        let shown = errand.emulators.look("deliveries").await;
        let shown = shown.as_array().expect("a list").len();
        assert_eq!(
            shown, delivered,
            "Fragment delivered as often as it was told"
        );
        let chain = errand.emulators.look("chain").await;
        let paid = |transfer: &&Value| transfer["ok"] == true && transfer["nano"] != 0;
        let paid = chain
            .as_array()
            .expect("a list")
            .iter()
            .filter(paid)
            .count();
        assert_eq!(paid, delivered, "one payment for each: {chain}");
        let first = id_of(self.people - self.buyers);
        for (id, end) in (first..)
            .take(self.buyers)
            .zip(buyers_ends(errand, first, self.buyers).await)
        {
            let stars = errand
                .emulators
                .look(&format!("stars/{}", errand.name(id)))
                .await;
            let expected = if end == "delivered" { 50 } else { 0 };
            assert_eq!(stars["stars"], expected, "{id}: {end}");
        }
    }
}

/// The number of a person in Telegram.
fn id_of(number: usize) -> i64 {
    FIRST + i64::try_from(number).expect("a number of people")
}

/// How the order of each buyer ended. A double tap has bought once.
async fn buyers_ends(errand: &Errand<'_>, first: i64, buyers: usize) -> Vec<String> {
    let mut ends = Vec::new();
    for id in (first..).take(buyers) {
        let orders = errand.orders(id).await;
        assert_eq!(orders.len(), 1, "{id} bought once: {orders:?}");
        ends.extend(orders);
    }
    ends
}

impl Errand<'_> {
    /// What a person is called.
    pub(super) fn name(&self, id: i64) -> String {
        format!("soak{}x{id}", self.seed)
    }

    /// Dice of one person.
    pub(super) fn dice(&self, id: i64) -> Rng {
        Rng::with_seed(
            self.seed
                .wrapping_mul(1_000_003)
                .wrapping_add(id.unsigned_abs()),
        )
    }

    /// The states of a person's orders.
    pub(super) async fn orders(&self, id: i64) -> Vec<String> {
        let shown = self.door.look(&format!("/admin/v1/orders?user={id}")).await;
        let orders = shown["orders"].as_array().expect("a list").iter();
        orders
            .map(|order| order["state"].as_str().expect("a state").to_owned())
            .collect()
    }

    fn seen(&self, took: Duration) -> Seen {
        let reactions = std::mem::take(&mut *self.reactions.lock().expect("nobody panicked"));
        Seen {
            acts: self.acts.load(Ordering::Relaxed),
            repeated: self.repeated.load(Ordering::Relaxed),
            reactions,
            took,
            ..Seen::default()
        }
    }
}

/// Words that nobody has drawn before.
fn fresh_words() -> String {
    let answer = starkeeper().args(["wallet", "new"]).output();
    let printed = String::from_utf8(answer.expect("it starts").stdout).unwrap();
    let line = |line: &str| Some(line.strip_prefix("FRAGMENT_SEED_PHRASE=")?.to_owned());
    let words = printed.lines().find_map(line).expect("words");
    words.trim_matches('"').to_owned()
}
