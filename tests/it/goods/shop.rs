//! A shop that sells: a till, a person with money, and what the world outside saw.

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::emulators::Emulators;
use crate::support::shop::{Door, Setting, Shop, at_gateway};
use crate::support::wait::eventually_within;
use crate::support::{eventually, ports};

/// Words that nobody may ever fund.
const WORDS: &str = "canvas follow stereo mad uncle radar woman window gather remember sugar fix pride \
effort wreck become mother average disagree mercy attitude arctic will spray";

/// Where fragment.com takes its money.
const FRAGMENT: &str = "UQBAjaOyi2wGWlk-EDkSabqqnF-MrrwMadnwqrurKpkla4QB";

/// For an order to come to an end, whatever happened to it: browsers start again, leases run out.
const ENDING: Duration = Duration::from_secs(90);

pub const PERSON: i64 = 7;

/// A shop with one till.
pub struct Selling {
    pub shop: Shop,
    /// What every daemon of this shop is set to.
    pub settings: Vec<Setting>,
}

impl Selling {
    /// Opens one with these settings besides the usual ones, and gives [`PERSON`] some dollars.
    pub async fn open(more: Vec<Setting>) -> Self {
        let base = ports::block();
        let emulators = Emulators::start_with(base, 1, "100");
        let mut settings = at_gateway(&emulators);
        settings.extend(selling(&emulators, base).await);
        let common = settings.clone();
        settings.extend(more);
        let shop = Shop::beside(emulators, base, settings).await;
        Self {
            shop,
            settings: common,
        }
    }

    /// The same with a second till.
    pub async fn open_with_second_till(words: &str) -> Self {
        let base = ports::block();
        let emulators = Emulators::start_with(base, 1, "100");
        let mut settings = at_gateway(&emulators);
        settings.extend(selling(&emulators, base).await);
        let login = emulators.order("login", json!({})).await;
        let cookies = login["cookies"].as_str().expect("cookies").to_owned();
        settings.push(("FRAGMENT_SEED_PHRASE_2", words.to_owned()));
        settings.push(("FRAGMENT_COOKIES_2", cookies));
        let shop = Shop::beside(emulators, base, settings.clone()).await;
        Self { shop, settings }
    }

    /// The order's end, if it has one.
    pub async fn is_over(&self, order: &str) -> Result<String, String> {
        let path = format!("/admin/v1/orders/{order}");
        let shown = self.door().glance(&path).await?;
        let state = shown["state"].as_str().expect("a state").to_owned();
        match state.as_str() {
            "delivered" | "refunded" | "parked" => Ok(state),
            _ => Err(state),
        }
    }

    pub fn door(&self) -> Door {
        self.shop.door()
    }

    /// Puts dollars on [`PERSON`]'s balance, through the gateway.
    pub async fn fund(&self, amount: &str) {
        let invoice = self.door().open(PERSON, amount).await;
        let uuid = invoice["uuid"].as_str().expect("a uuid").to_owned();
        self.shop.emulators.pay(&uuid, "exact").await;
        eventually("the money is on the balance", async || {
            match self.door().balance(PERSON).await? {
                0 => Err("nothing".to_owned()),
                some => Ok(some),
            }
        })
        .await;
    }

    /// Pays the invoice that the gateway has by now.
    pub async fn pay_the_only_invoice(&self) {
        let uuid = eventually("the gateway has the invoice", async || {
            let invoices = self.shop.emulators.invoices().await;
            let [invoice] = invoices.as_slice() else {
                return Err(format!("{invoices:?}"));
            };
            Ok(invoice["uuid"].as_str().expect("a uuid").to_owned())
        });
        let uuid = uuid.await;
        self.shop.emulators.pay(&uuid, "exact").await;
    }

    /// Orders Stars from the balance, as soon as the shop sells; answers the order's name.
    pub async fn buy(&self, recipient: &str, quantity: u32) -> String {
        let body = json!({"product": "stars", "quantity": quantity, "recipient": recipient,
            "pay": "balance"});
        self.place(&body, recipient).await
    }

    /// Orders as [`Self::buy`] does, from a daemon that may die of it; none if it did.
    pub async fn try_buy(&self, recipient: &str, quantity: u32) -> Option<String> {
        let path = format!("/admin/v1/users/{PERSON}/orders");
        let body = json!({"product": "stars", "quantity": quantity, "recipient": recipient,
            "pay": "balance"});
        eventually_within(
            "the order is taken or the daemon dies",
            ENDING,
            async || {
                let door = self.door();
                let asked = door.ask(Method::POST, &path, Some(&body), Some(recipient));
                match asked.await {
                    Ok((201, order)) => Ok(order["order"].as_str().map(str::to_owned)),
                    Ok((503 | 504, why)) => Err(why.to_string()),
                    Err(_gone) => Ok(None),
                    Ok((status, why)) => panic!("the order was refused: {status} {why}"),
                }
            },
        )
        .await
    }

    /// Waits until the daemon has died of `CRASH_AT`, and starts it again without.
    pub async fn died_and_resumed(&mut self) {
        let daemon = &mut self.shop.daemon;
        eventually_within("the daemon dies", ENDING, async || {
            daemon.has_ended().then_some(()).ok_or("it lives")
        })
        .await;
        daemon.take_back("CRASH_AT");
        daemon.resume().await;
    }

    /// Places an order under a key.
    pub async fn place(&self, body: &Value, key: &str) -> String {
        let path = format!("/admin/v1/users/{PERSON}/orders");
        let placed = eventually_within("the order is taken", ENDING, async || {
            match self
                .door()
                .ask(Method::POST, &path, Some(body), Some(key))
                .await
            {
                Ok((201, order)) => Ok(order),
                Ok((503 | 504, why)) => Err(why.to_string()),
                Err(why) => Err(why),
                Ok((status, why)) => panic!("the order was refused: {status} {why}"),
            }
        });
        let placed = placed.await;
        placed["order"].as_str().expect("a name").to_owned()
    }

    /// Switches a fault of an emulator on.
    pub async fn fault(&self, system: &str, method: &str, kind: &str, more: Value) {
        self.shop
            .emulators
            .fault_of(system, method, kind, more)
            .await;
    }

    /// Waits until the operators were told something of this kind; answers how often.
    pub async fn operators_hear(&self, kind: &str) -> usize {
        eventually_within("the operators hear of it", ENDING, async || {
            let notices = self.door().glance("/admin/v1/notices?limit=100").await?;
            let all = notices["notices"].as_array().expect("a list").iter();
            let of_kind = all.filter(|notice| !notice["message"]["operators"][kind].is_null());
            match of_kind.count() {
                0 => Err(notices.to_string()),
                some => Ok(some),
            }
        })
        .await
    }

    /// Why each order is parked, by its name, as the operators were told.
    pub async fn parked_because(&self) -> BTreeMap<String, String> {
        let mut reasons = BTreeMap::new();
        for offset in (0..).step_by(100) {
            let path = format!("/admin/v1/notices?limit=100&offset={offset}");
            let page = self.door().look(&path).await;
            let page = page["notices"].as_array().expect("a list");
            let told = page
                .iter()
                .map(|notice| &notice["message"]["operators"]["parked"]);
            reasons.extend(told.filter(|told| !told.is_null()).map(|told| {
                let order = told["order"].as_i64().expect("an order");
                let why = told["why"].as_str().expect("a reason");
                (format!("ord_{order}"), why.to_owned())
            }));
            if page.is_empty() {
                break;
            }
        }
        reasons
    }

    /// Waits until the daemon stands at the point of `PAUSE_AT`.
    pub async fn paused(&self) {
        let mark = self.shop.daemon.folder().join("state/paused");
        eventually_within("the daemon waits at its point", ENDING, async || {
            mark.exists().then_some(()).ok_or("it goes on")
        })
        .await;
    }

    /// Lets it go on.
    pub fn go_on(&self) {
        let go = self.shop.daemon.folder().join("state/go");
        std::fs::write(go, "").expect("the mark is written");
    }

    /// The order's end: `delivered`, `refunded` or `parked`.
    pub async fn end_of(&self, order: &str) -> String {
        self.end_at(&self.door(), order).await
    }

    /// The same as another daemon shows it.
    pub async fn end_at(&self, door: &Door, order: &str) -> String {
        let path = format!("/admin/v1/orders/{order}");
        eventually_within("the order comes to an end", ENDING, async || {
            let shown = door.glance(&path).await?;
            let state = shown["state"].as_str().expect("a state").to_owned();
            match state.as_str() {
                "delivered" | "refunded" | "parked" => Ok(state),
                _ => Err(state),
            }
        })
        .await
    }

    /// How many Stars somebody got.
    pub async fn stars_of(&self, username: &str) -> u64 {
        let shown = self.shop.emulators.look(&format!("stars/{username}")).await;
        shown["stars"].as_u64().expect("a number")
    }

    /// The payments to Fragment that the chain has executed.
    pub async fn payments(&self) -> Vec<Value> {
        let shown = self.shop.emulators.look("chain").await;
        let transfers = shown.as_array().expect("a list").iter();
        let paid = transfers.filter(|transfer| {
            let to = transfer["destination"].as_str().unwrap_or_default();
            transfer["ok"] == true && (to == FRAGMENT || to.contains("408da3b28b6c065a593e"))
        });
        paid.cloned().collect()
    }

    /// Nothing was paid twice, nothing was delivered twice, and the books balance.
    pub async fn holds(&self, username: &str, stars: u64) {
        self.holds_all(&[(username, stars)]).await;
    }

    /// The same for several people, each with one order at most.
    pub async fn holds_all(&self, people: &[(&str, u64)]) {
        for (username, stars) in people {
            assert_eq!(self.stars_of(username).await, *stars, "stars of {username}");
        }
        let payments = self.payments().await;
        let expected = people.iter().filter(|(_, stars)| *stars > 0).count();
        assert_eq!(payments.len(), expected, "{payments:?}");
        let books = self.door().look("/admin/v1/books").await;
        assert_eq!(books["balanced"], true, "{books}");
    }
}

/// Settings of a daemon with one till at the emulators.
pub async fn selling(emulators: &Emulators, base: u16) -> Vec<Setting> {
    let login = emulators.order("login", json!({})).await;
    let cookies = login["cookies"].as_str().expect("cookies").to_owned();
    let text = |(name, value): (&'static str, &str)| (name, value.to_owned());
    let mut settings: Vec<Setting> = [
        ("FRAGMENT_SEED_PHRASE", WORDS),
        ("TON_WALLET_VERSION", "v5r1"),
        ("FULFILMENT_LOOK_EVERY", "200ms"),
        ("FULFILMENT_CHAIN_PAUSE", "200ms"),
        ("FULFILMENT_SWEEP_EVERY", "2s"),
        ("FULFILMENT_LEASE", "8s"),
        ("FULFILMENT_CALL_TIMEOUT", "4s"),
        // One browser for look-ups and prices is enough here, and each costs seconds to start.
        ("BROWSER_LOOK_UPS", "1"),
        ("ORDER_FIRST_PAUSE", "200ms"),
        ("ORDER_LONGEST_PAUSE", "1s"),
        ("PRICE_RATES_EVERY", "1s"),
        ("PRICE_GOODS_EVERY", "5s"),
        ("PRICE_GOODS_AGAIN", "500ms"),
        ("PRICE_LOOK_EVERY", "200ms"),
    ]
    .map(text)
    .into();
    settings.push(("FRAGMENT_COOKIES", cookies));
    settings.push(("FRAGMENT_URL", format!("http://127.0.0.1:{}", base + 3)));
    let ton = base + 4;
    let providers = format!("http://127.0.0.1:{ton},http://127.0.0.1:{ton}/second");
    settings.push(("TON_API_URL", providers));
    settings
}
