//! A whole purchase in the chat, with markers in everything that must stay out of the logs.

mod with_postgres;

use std::time::Duration;

use base64::Engine as _;
use serde_json::json;

use super::{files, logging};
use crate::support::emulators::{Emulators, PAYMENT_KEY, PAYOUT_KEY};
use crate::support::phone::{Phone, button};
use crate::support::shop::{Setting, Shop, at_gateway};
use crate::support::wait::eventually_within;
use crate::support::{eventually, ports};

/// Words that nobody may ever fund.
const WORDS: &str = "canvas follow stereo mad uncle radar woman window gather remember sugar fix pride \
effort wreck become mother average disagree mercy attitude arctic will spray";

const BOT: &str = "4242:AAE-marker-of-the-bot";
const SECRET: &str = "marker-of-the-webhook";
const PERSON: i64 = 77;
/// Who buys, for whom, and what they write besides.
const ANYA: &str = "marker_anya";
const FRIEND: &str = "marker_friend";
const WORDS_OF_ANYA: &str = "marker words of a customer";

/// For an order to come to an end, whatever happened to it.
const ENDING: Duration = Duration::from_secs(90);

/// A shop that sells in the chat, with markers wherever somebody may plant them.
struct Marked {
    shop: Shop,
    /// What must be in no line.
    markers: Vec<String>,
}

impl Marked {
    async fn open(more: Vec<Setting>, more_markers: &[&str]) -> Self {
        let base = ports::block();
        let emulators = Emulators::start_with(base, 1, "100");
        let login = emulators.order("login", json!({})).await;
        let cookies = login["cookies"].as_str().expect("cookies").to_owned();
        let vault = base64::engine::general_purpose::STANDARD.encode([0x5a; 32]);
        let at = |place: u16| format!("http://127.0.0.1:{}", base + place);
        let mut settings = at_gateway(&emulators);
        let text = |(name, value): (&'static str, &str)| (name, value.to_owned());
        settings.extend(logging(&[]));
        settings.extend(
            [
                ("LOG_LEVEL", "trace"),
                ("DEBUG", "true"),
                ("FRAGMENT_SEED_PHRASE", WORDS),
                ("TON_WALLET_VERSION", "v5r1"),
                ("TELEGRAM_TOKEN", BOT),
                ("WEBHOOK_SECRET", SECRET),
                ("WEBHOOK_ENABLED", "true"),
                ("BROWSER_LOOK_UPS", "1"),
                ("FULFILMENT_LOOK_EVERY", "200ms"),
                ("FULFILMENT_CHAIN_PAUSE", "200ms"),
                ("FULFILMENT_LEASE", "8s"),
                ("FULFILMENT_CALL_TIMEOUT", "4s"),
                ("ORDER_FIRST_PAUSE", "200ms"),
                ("ORDER_LONGEST_PAUSE", "1s"),
                ("PRICE_RATES_EVERY", "1s"),
                ("PRICE_GOODS_EVERY", "5s"),
                ("PRICE_GOODS_AGAIN", "500ms"),
                ("PRICE_LOOK_EVERY", "200ms"),
            ]
            .map(text),
        );
        settings.push(("VAULT_KEY", vault.clone()));
        settings.push(("FRAGMENT_COOKIES", cookies.clone()));
        settings.push(("TELEGRAM_API_URL", at(1)));
        settings.push(("FRAGMENT_URL", at(3)));
        settings.push(("TON_API_URL", format!("{0},{0}/second", at(4))));
        settings.extend(more);
        let mut markers: Vec<String> = [
            "AAE-marker-of-the-bot",
            SECRET,
            PAYMENT_KEY,
            PAYOUT_KEY,
            crate::support::shop::TOKEN,
            "canvas follow",
            "uncle radar woman",
            "arctic will spray",
            ANYA,
            FRIEND,
            WORDS_OF_ANYA,
            "marker words",
        ]
        .map(str::to_owned)
        .into();
        markers.push(vault);
        markers.extend(cookies.split("; ").filter_map(|cookie| {
            let value = cookie.split_once('=')?.1;
            // A short one, such as the offset of a time zone, is no secret.
            (value.len() >= 8).then(|| value.to_owned())
        }));
        markers.extend(more_markers.iter().map(|marker| (*marker).to_owned()));
        let shop = Shop::beside(emulators, base, settings).await;
        Self { shop, markers }
    }

    /// Somebody tops up, writes things, and buys fifty Stars for a friend.
    async fn sells(&self) {
        let phone = Phone::of(&self.shop.emulators, PERSON, Some(ANYA), "en").await;
        phone.say("/start").await;
        phone.sees_button("1:stars").await;
        phone.say(WORDS_OF_ANYA).await;
        phone.say("/topup 10").await;
        let choice = phone.sees_button("1:pay_invoice").await;
        phone.tap(&button(&choice, "1:pay_invoice").unwrap()).await;
        let uuid = eventually("an invoice is open", async || {
            let invoices = self.shop.emulators.invoices().await;
            let first = invoices
                .first()
                .and_then(|invoice| invoice["uuid"].as_str());
            first.map(str::to_owned).ok_or(invoices.len())
        })
        .await;
        self.shop.emulators.pay(&uuid, "exact").await;
        let door = self.shop.door();
        eventually("the money is on the balance", async || {
            match door.balance(PERSON).await? {
                10_000_000 => Ok(()),
                other => Err(other.to_string()),
            }
        })
        .await;
        let line = format!("/buy 50 @{FRIEND}");
        let offer = phone.offered(&line, &["1:confirm", "1:pay_balance"]).await;
        phone.tap(&offer).await;
        if offer.starts_with("1:confirm") {
            let ways = phone.sees_button("1:pay_balance").await;
            phone.tap(&button(&ways, "1:pay_balance").unwrap()).await;
        }
    }

    /// Waits until the daemon has died of `CRASH_AT`, and starts it again without.
    #[cfg(feature = "crash-points")]
    async fn dies_and_goes_on(&mut self) {
        let daemon = &mut self.shop.daemon;
        eventually_within("the daemon dies", ENDING, async || {
            daemon.has_ended().then_some(()).ok_or("it lives")
        })
        .await;
        daemon.take_back("CRASH_AT");
        daemon.resume().await;
    }

    /// Waits until the friend has the Stars and the customer was told.
    async fn delivers(&self) {
        let shop = &self.shop;
        eventually_within("the Stars are there and it is told", ENDING, async || {
            let look = shop.emulators.look(&format!("stars/{FRIEND}")).await;
            let log = shop.daemon.log();
            let told = log
                .lines()
                .any(|line| line.contains("told: ") && line.contains("/delivered"));
            (look["stars"] == 50 && told).then_some(()).ok_or(look)
        })
        .await;
    }

    /// What was written, by name: what was printed, and each file.
    fn written(&self) -> Vec<(String, String)> {
        let mut written = files(&self.shop.daemon.folder().join("logs"));
        written.push(("what was printed".to_owned(), self.shop.daemon.log()));
        written
    }

    /// No marker is in anything that was written.
    fn keeps_quiet(&self) {
        for (name, text) in self.written() {
            assert!(!text.is_empty(), "{name} has grown");
            for marker in &self.markers {
                let line = text.lines().find(|line| line.contains(marker.as_str()));
                assert!(line.is_none(), "{marker} is in {name}: {line:?}");
            }
        }
    }
}

/// The lines of the common log about one order, in their order, over all lives of the daemon.
fn lines_of<'a>(log: &'a str, trace: &str) -> Vec<&'a str> {
    let needle = format!("trace={trace}");
    log.lines().filter(|line| line.contains(&needle)).collect()
}

#[cfg(feature = "crash-points")]
#[tokio::test]
async fn one_name_leads_from_the_tap_to_the_delivery_past_a_death() {
    let more = vec![("CRASH_AT", "confirm:before".to_owned())];
    let mut marked = Marked::open(more, &[]).await;
    marked.sells().await;
    marked.dies_and_goes_on().await;
    marked.delivers().await;
    let folder = marked.shop.daemon.folder().join("logs");
    let log = std::fs::read_to_string(folder.join("app.log")).expect("the log");
    let tap = log
        .lines()
        .find(|line| line.contains("a customer tapped pay_balance"));
    let tap = tap.expect("the tap is in the log");
    let (_, trace) = tap.rsplit_once("trace=").expect("it has a name");
    assert_eq!(trace.len(), 16, "{tap}");
    let lines = lines_of(&log, trace);
    let mut rest = lines.iter();
    for step in [
        "tapped pay_balance",
        "is paid from the balance",
        "fragment offers what",
        "linked → paying",
        "fragment took the confirm call",
        "→ delivered",
        "told: ",
    ] {
        let found = rest.any(|line| line.contains(step));
        assert!(found, "{step} does not follow:\n{}", lines.join("\n"));
    }
    let of_fragment = std::fs::read_to_string(folder.join("fragment.log")).expect("its log");
    assert!(!lines_of(&of_fragment, trace).is_empty(), "{of_fragment}");
    marked.keeps_quiet();
}
