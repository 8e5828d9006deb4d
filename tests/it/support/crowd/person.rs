//! One virtual customer.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use fastrand::Rng;
use reqwest::Method;
use serde_json::{Value, json};

use super::super::wait::eventually_within;
use super::Errand;

/// Nobody waits longer for an answer before they ask again: a daemon that was killed is back by then.
const REACTION: Duration = Duration::from_secs(20);

/// Who has seen no invoice for so long begins anew.
const FORGOTTEN: Duration = Duration::from_secs(60);

/// Asked so often in vain, it is a bug.
const TRIES: usize = 5;

/// Between two looks at an order that takes its time.
const LOOK: Duration = Duration::from_secs(10);

/// Buttons that cost something, or lead out of the chat's menus.
const SERIOUS: [&str; 4] = ["1:confirm", "1:pay_", "1:cancel", "1:erase"];

/// What a person does in the chat.
#[derive(Clone, Debug)]
enum Act {
    Say(String),
    Tap(String),
}

/// A person with their phone.
pub(super) struct Person<'a> {
    errand: &'a Errand<'a>,
    id: i64,
    dice: Rng,
    /// Up to this change the chat was seen.
    version: u64,
    /// The bot's messages as they are now, by number.
    messages: BTreeMap<i64, Value>,
}

impl<'a> Person<'a> {
    pub(super) fn new(errand: &'a Errand<'a>, id: i64) -> Self {
        Self {
            errand,
            id,
            dice: errand.dice(id),
            version: 0,
            messages: BTreeMap::new(),
        }
    }

    /// Comes in, and presses so many buttons, or says something odd.
    pub(super) async fn wander(&mut self, acts: usize) {
        let language = if self.dice.bool() { "ru" } else { "en" };
        let who = json!({"username": self.errand.name(self.id), "language": language});
        let path = format!("users/{}", self.id);
        self.errand.emulators.order(&path, who).await;
        self.act(Act::Say("/start".to_owned())).await;
        for _ in 0..acts {
            let odd = ["привет", "100", "/help", "сто звёзд", "/balance", "?"];
            let buttons = self.harmless();
            let act = match self.dice.choice(&buttons) {
                Some(data) if self.dice.u8(..) > 60 => Act::Tap(data.clone()),
                Some(_) | None => Act::Say((*self.dice.choice(odd).unwrap()).to_owned()),
            };
            self.act(act).await;
        }
    }

    /// Puts ten dollars on the balance, through the gateway.
    pub(super) async fn top_up(&mut self) {
        let begun = Instant::now();
        let uuid = 'paying: loop {
            let way = self.ask("/topup 10", &["1:pay_invoice"]).await;
            self.act(Act::Tap(way)).await;
            let tapped = Instant::now();
            // A daemon that was killed has forgotten the tap; it was asked for nothing yet.
            while tapped.elapsed() < FORGOTTEN {
                if let Some(uuid) = self.pay_page() {
                    break 'paying uuid;
                }
                self.hears(REACTION).await;
            }
            assert!(
                begun.elapsed() < self.errand.ending,
                "{}: no invoice: {:?}",
                self.id,
                self.messages
            );
        };
        self.errand.emulators.pay(&uuid, "exact").await;
        let (door, id) = (&self.errand.door, self.id);
        eventually_within(
            "the money is on the balance",
            self.errand.ending,
            async || match door.balance(id).await? {
                0 => {
                    tokio::time::sleep(Duration::from_millis(200)).await;
                    Err("nothing".to_owned())
                }
                some => Ok(some),
            },
        )
        .await;
    }

    /// Buys fifty Stars for themselves with a double tap, and waits for the end.
    pub(super) async fn buy(&mut self) -> String {
        let pay = self.offer().await;
        let twice = [self.tap(&pay, 0), self.tap(&pay, 0)];
        futures_util::future::join_all(twice).await;
        let begun = Instant::now();
        let mut pressed = begun;
        loop {
            self.hears(LOOK).await;
            let states = self.errand.orders(self.id).await;
            let is_told = self
                .messages
                .values()
                .any(|message| message["rings"] == true && has(message, &["1:again"]).is_some());
            match states.first().map(String::as_str) {
                Some("delivered") if is_told => return "delivered".to_owned(),
                Some("refunded") => return "refunded".to_owned(),
                None if pressed.elapsed() > REACTION => {
                    self.errand.note_repeat();
                    // A daemon that was killed has forgotten the dialog, and shows the menu instead.
                    let pay = match self.button(&["1:pay_balance"], 0) {
                        Some(pay) => pay,
                        None => self.offer().await,
                    };
                    self.tap(&pay, 0).await;
                    pressed = Instant::now();
                }
                Some(_) | None => {}
            }
            assert!(
                begun.elapsed() < self.errand.ending,
                "{}: {states:?}, told: {is_told}",
                self.id
            );
        }
    }

    /// Asks for fifty Stars, up to the button that pays from the balance.
    async fn offer(&mut self) -> String {
        loop {
            let button = self.ask("/buy 50", &["1:pay_balance", "1:confirm"]).await;
            if !button.starts_with("1:confirm") {
                return button;
            }
            self.act(Act::Tap(button)).await;
            if let Some(pay) = self.button(&["1:pay_balance"], 0) {
                return pay;
            }
        }
    }

    /// Asks until a message comes that has one of these buttons.
    async fn ask(&mut self, words: &str, buttons: &[&str]) -> String {
        let begun = Instant::now();
        loop {
            let before = self.version;
            self.act(Act::Say(words.to_owned())).await;
            let mut button = self.button(buttons, before);
            if button.is_none() {
                // The card may take the place of "looking up".
                self.hears(Duration::from_secs(2)).await;
                button = self.button(buttons, before);
            }
            if let Some(button) = button {
                return button;
            }
            assert!(
                begun.elapsed() < self.errand.ending,
                "{} to {words}: {:?}",
                self.id,
                self.messages
            );
        }
    }

    /// Does it until it has been answered.
    async fn act(&mut self, act: Act) {
        for _ in 0..TRIES {
            let begun = Instant::now();
            let is_answered = match &act {
                Act::Say(words) => {
                    let path = format!("users/{}/say", self.id);
                    self.errand
                        .emulators
                        .order(&path, json!({"text": words}))
                        .await;
                    false
                }
                Act::Tap(data) => match self.tap(data, 15_000).await {
                    Some(answered) => answered,
                    // The message has changed meanwhile, and the button is gone.
                    None => return,
                },
            };
            let patience = if is_answered {
                Duration::ZERO
            } else {
                REACTION
            };
            if self.hears(patience).await || is_answered {
                self.errand.note(begun.elapsed());
                return;
            }
            self.errand.note_repeat();
        }
        panic!("{} was not answered: {act:?}: {:?}", self.id, self.messages);
    }

    /// Taps; says whether it was answered, or nothing when there is no such button.
    async fn tap(&self, data: &str, wait_ms: u64) -> Option<bool> {
        let path = format!("users/{}/tap", self.id);
        let tap = json!({"button": data, "wait_ms": wait_ms});
        let (status, shown) = self
            .errand
            .emulators
            .control(Method::POST, &path, &tap)
            .await;
        (status == 200).then(|| shown["answered"] == true)
    }

    /// Looks until the bot has said or changed something.
    async fn hears(&mut self, patience: Duration) -> bool {
        let until = Instant::now() + patience;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let wait = left.min(Duration::from_secs(15)).as_millis();
            let path = format!(
                "users/{}/chat?after={}&wait_ms={wait}",
                self.id, self.version
            );
            let shown = self.errand.emulators.look(&path).await;
            self.version = shown["version"].as_u64().expect("a number");
            let mut heard = false;
            for message in shown["messages"].as_array().expect("a list") {
                if message["from"] == "bot" {
                    heard = true;
                    let id = message["message_id"].as_i64().expect("a number");
                    self.messages.insert(id, message.clone());
                }
            }
            if heard || left.is_zero() {
                return heard;
            }
        }
    }

    /// The first of these buttons in the newest message that has one and changed after `after`.
    fn button(&self, data: &[&str], after: u64) -> Option<String> {
        let messages = self.messages.values().rev();
        let mut fresh = messages.filter(|message| message["version"].as_u64() > Some(after));
        fresh.find_map(|message| has(message, data))
    }

    /// Where the newest invoice is paid.
    fn pay_page(&self) -> Option<String> {
        self.messages.values().rev().find_map(|message| {
            let mut urls = buttons(message).filter_map(|button| button["url"].as_str());
            urls.find_map(|url| Some(url.split_once("/pay/")?.1.to_owned()))
        })
    }

    /// Buttons of the newest message that cost nothing.
    fn harmless(&self) -> Vec<String> {
        let Some(newest) = self.messages.values().next_back() else {
            return Vec::new();
        };
        let data = buttons(newest).filter_map(|button| button["data"].as_str());
        data.filter(|data| !SERIOUS.iter().any(|serious| data.starts_with(serious)))
            .map(str::to_owned)
            .collect()
    }
}

fn buttons(message: &Value) -> impl Iterator<Item = &Value> {
    let rows = message["buttons"].as_array().into_iter().flatten();
    rows.filter_map(Value::as_array).flatten()
}

/// The data of a message's first button that begin with one of these, in their order.
fn has(message: &Value, starts: &[&str]) -> Option<String> {
    starts.iter().find_map(|start| {
        let mut data = buttons(message).filter_map(|button| button["data"].as_str());
        data.find(|data| data.starts_with(start)).map(str::to_owned)
    })
}
