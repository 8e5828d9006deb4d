//! A shop with tills, and orders that are watched on their way.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use crate::ground::support::emulators::Emulators;
use crate::ground::support::shop::{Setting, Shop};
use crate::ground::support::wait::eventually_within;
use crate::ground::support::{ports, starkeeper};

/// For the first browsers and prices, or for one more order to be delivered.
const PATIENCE: Duration = Duration::from_secs(120);

/// Between two looks at the orders: so exact are their times.
const BETWEEN: Duration = Duration::from_millis(20);

const PERSON: i64 = 7;

/// What the settings of each till are called: its words, and the cookies of its login.
const TILLS: [(&str, &str); 4] = [
    ("FRAGMENT_SEED_PHRASE", "FRAGMENT_COOKIES"),
    ("FRAGMENT_SEED_PHRASE_2", "FRAGMENT_COOKIES_2"),
    ("FRAGMENT_SEED_PHRASE_3", "FRAGMENT_COOKIES_3"),
    ("FRAGMENT_SEED_PHRASE_4", "FRAGMENT_COOKIES_4"),
];

/// What was seen of an order.
#[derive(Clone)]
pub struct Way {
    /// When the shop had taken it: its price is held since.
    pub placed: Instant,
    /// When each state was seen first, oldest first.
    seen: Vec<(String, Instant)>,
}

impl Way {
    /// From the held price to the Stars.
    pub fn took(&self) -> Duration {
        let (_, end) = self.seen.last().expect("it was delivered");
        end.duration_since(self.placed)
    }

    /// How long it was in a state; no time if that was over before anybody looked.
    pub fn in_state(&self, state: &str) -> Duration {
        let Some(place) = self.seen.iter().position(|(name, _)| name == state) else {
            return Duration::ZERO;
        };
        // It entered its first state when it was placed.
        let (from, to) = (self.seen[place].1, self.seen[place + 1].1);
        let from = if place == 0 { self.placed } else { from };
        to.duration_since(from)
    }
}

/// The shop.
pub struct Selling {
    shop: Shop,
    placed: usize,
}

impl Selling {
    /// Opens it with so many tills at a chain with blocks of so many milliseconds and
    /// providers that may be called so often a second.
    pub async fn open(tills: usize, block_ms: u64, calls: u64) -> Self {
        let base = ports::block();
        let emulators = Emulators::start_with(base, 1, &block_ms.to_string());
        let ton = base + 4;
        let text = |(name, value): (&'static str, &str)| (name, value.to_owned());
        let mut settings: Vec<Setting> = [
            ("TON_WALLET_VERSION", "v5r1"),
            ("PAYMENT_LOOK_EVERY", ""),
            ("HEALTH_EVERY", "2s"),
            ("LOG_LEVEL", "warn"),
            // The first prices may be asked for before the first browser is there.
            ("PRICE_GOODS_AGAIN", "2s"),
        ]
        .map(text)
        .into();
        settings.extend([
            ("FRAGMENT_URL", emulators.fragment()),
            ("TON_RATE", calls.to_string()),
            (
                "TON_API_URL",
                format!("http://127.0.0.1:{ton},http://127.0.0.1:{ton}/second"),
            ),
            (
                "FULFILMENT_CHAIN_PAUSE",
                format!("{}ms", (block_ms * 3 / 5).max(100)),
            ),
        ]);
        for (words, cookies) in TILLS.into_iter().take(tills) {
            let login = emulators.order("login", json!({})).await;
            let login = login["cookies"].as_str().expect("cookies").to_owned();
            settings.extend([(words, fresh_words()), (cookies, login)]);
        }
        let shop = Shop::beside(emulators, base, settings).await;
        Self { shop, placed: 0 }
    }

    /// Puts so many dollars on the balance, through the gateway.
    pub async fn fund(&self, dollars: usize) {
        let door = self.shop.door();
        let invoice = door.open(PERSON, &dollars.to_string()).await;
        let uuid = invoice["uuid"].as_str().expect("a uuid");
        self.shop.emulators.pay(uuid, "exact").await;
        let paid = async || match door.balance(PERSON).await? {
            0 => Err("nothing".to_owned()),
            some => Ok(some),
        };
        eventually_within("the money is on the balance", PATIENCE, paid).await;
    }

    /// Has so many orders placed at once and delivered.
    pub async fn deliver(&mut self, many: usize) -> Vec<Way> {
        let numbers = self.placed..self.placed + many;
        self.placed += many;
        let placed = futures_util::future::join_all(numbers.map(|number| self.place(number)));
        let watched = async {
            let mut seen: BTreeMap<String, Vec<(String, Instant)>> = BTreeMap::new();
            let mut last = Instant::now();
            let mut delivered = 0;
            while delivered < many {
                for (order, state) in self.states().await {
                    let states = seen.entry(order).or_default();
                    if states.last().is_none_or(|(before, _)| *before != state) {
                        assert!(state != "refunded" && state != "parked", "it was {state}");
                        last = Instant::now();
                        states.push((state, last));
                    }
                }
                // Those delivered before are shown too, but were not seen on their way.
                let ended = |states: &&Vec<(String, Instant)>| {
                    states.len() > 1 && states.last().is_some_and(|(last, _)| last == "delivered")
                };
                delivered = seen.values().filter(ended).count();
                assert!(last.elapsed() < PATIENCE, "no order gets on: {seen:?}");
                tokio::time::sleep(BETWEEN).await;
            }
            seen
        };
        let (placed, mut seen) = tokio::join!(placed, watched);
        let way = |(order, placed): (String, Instant)| Way {
            placed,
            seen: seen.remove(&order).expect("it was watched"),
        };
        placed.into_iter().map(way).collect()
    }

    /// Looks at the orders for so long as if some were on their way.
    pub async fn watch_for(&self, span: Duration) {
        let begun = Instant::now();
        while begun.elapsed() < span {
            self.states().await;
            tokio::time::sleep(BETWEEN).await;
        }
    }

    /// Every order and its state.
    async fn states(&self) -> Vec<(String, String)> {
        let shown = self.shop.door().look("/admin/v1/orders?limit=100").await;
        let text = |order: &Value, name: &str| order[name].as_str().expect("a text").to_owned();
        let orders = shown["orders"].as_array().expect("a list").iter();
        orders
            .map(|order| (text(order, "order"), text(order, "state")))
            .collect()
    }

    /// Places an order as soon as the shop sells; answers its name and when it was taken.
    async fn place(&self, number: usize) -> (String, Instant) {
        let path = format!("/admin/v1/users/{PERSON}/orders");
        let recipient = format!("person{number}");
        let body = json!({"product": "stars", "quantity": 50, "recipient": recipient,
            "pay": "balance"});
        let door = self.shop.door();
        let placed = eventually_within("the order is taken", PATIENCE, async || {
            let asked = door.ask(Method::POST, &path, Some(&body), Some(&recipient));
            match asked.await? {
                (201, order) => Ok(order),
                (503 | 504, why) => Err(why.to_string()),
                (status, why) => panic!("the order was refused: {status} {why}"),
            }
        });
        let placed = placed.await;
        let order = placed["order"].as_str().expect("a name").to_owned();
        (order, Instant::now())
    }

    /// How many orders each wallet has paid.
    pub async fn paid(&self) -> Vec<usize> {
        let mut wallets: BTreeMap<String, usize> = BTreeMap::new();
        let chain = self.shop.emulators.look("chain").await;
        let transfers = chain.as_array().expect("a list").iter();
        for transfer in transfers.filter(|transfer| transfer["ok"] == true) {
            let wallet = transfer["wallet"].as_str().expect("an address");
            *wallets.entry(wallet.to_owned()).or_default() += 1;
        }
        wallets.into_values().collect()
    }

    /// The books balance, everything was delivered once, and the daemon ends with its browsers.
    pub async fn close(mut self) {
        let books = self.shop.door().look("/admin/v1/books").await;
        assert_eq!(books["balanced"], true, "{books}");
        let delivered = self.shop.emulators.look("deliveries").await;
        let delivered = delivered.as_array().expect("a list").len();
        assert_eq!(delivered, self.placed, "each was delivered once");
        self.shop.daemon.terminate().await;
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
