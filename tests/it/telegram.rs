//! The chat over the wire: the daemon against the emulated Telegram, by polling and by webhook.

mod calls;
mod contract;
mod delivered;
mod erasing;
mod fetched;
mod limits;
mod with_browser;
mod with_postgres;

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::emulators::Emulators;
use crate::support::phone::{Phone, button, text};
use crate::support::shop::{Setting, Shop, at_gateway};
use crate::support::{eventually, ports};

/// Words that nobody may ever fund.
const WORDS: &str = "canvas follow stereo mad uncle radar woman window gather remember sugar fix pride \
effort wreck become mother average disagree mercy attitude arctic will spray";

const TOKEN: &str = "4242:AAE-token-of-the-integration-tests";

const SECRET: &str = "secret-of-the-integration-tests";

const ANYA: i64 = 7;

/// How the bot's updates come.
#[derive(Clone, Copy)]
enum By {
    Polling,
    Webhook,
}

/// Settings of a shop with a chat, and no browser: it talks, takes money and sells nothing.
fn chatting(base: u16, by: By) -> Vec<Setting> {
    let text = |(name, value): (&'static str, &str)| (name, value.to_owned());
    let mut settings: Vec<Setting> = [
        ("FRAGMENT_SEED_PHRASE", WORDS),
        ("TON_WALLET_VERSION", "v5r1"),
        ("BROWSER_DRIVER", "/nonexistent/chromedriver"),
        ("TELEGRAM_TOKEN", TOKEN),
        ("WEBHOOK_SECRET", SECRET),
        ("TELEGRAM_POLL_FOR", "1s"),
        ("TELEGRAM_LEASE", "1s"),
    ]
    .map(text)
    .into();
    let switch = match by {
        By::Polling => "false",
        By::Webhook => "true",
    };
    settings.push(("WEBHOOK_ENABLED", switch.to_owned()));
    let at = |place: u16| format!("http://127.0.0.1:{}", base + place);
    settings.push(("TELEGRAM_API_URL", at(1)));
    settings.push(("FRAGMENT_URL", at(3)));
    settings.push(("TON_API_URL", format!("{0},{0}/second", at(4))));
    settings
}

/// Opens such a shop.
async fn open(by: By, more: Vec<Setting>) -> Shop {
    let base = ports::block();
    let emulators = Emulators::start(base, 1);
    let mut settings = at_gateway(&emulators);
    settings.extend(chatting(base, by));
    settings.extend(more);
    Shop::beside(emulators, base, settings).await
}

async fn anya(shop: &Shop) -> Phone<'_> {
    Phone::of(&shop.emulators, ANYA, Some("anya_k"), "en").await
}

/// Tops up by ten dollars in the chat, and pays; answers when the balance shows it.
async fn tops_up(shop: &Shop, phone: &Phone<'_>) {
    phone.say("/topup 10").await;
    let choice = phone.sees_button("1:pay_invoice").await;
    phone.tap(&button(&choice, "1:pay_invoice").unwrap()).await;
    let uuid = eventually("an invoice is open", async || {
        let invoices = shop.emulators.invoices().await;
        let open = invoices.iter().find(|invoice| invoice["amount"] == "10.00");
        match open {
            Some(invoice) => Ok(invoice["uuid"].as_str().expect("a uuid").to_owned()),
            None => Err(invoices),
        }
    })
    .await;
    shop.emulators.pay(&uuid, "exact").await;
    eventually("the money is on the balance", async || {
        match shop.door().balance(phone.id).await? {
            10_000_000 => Ok(()),
            other => Err(other.to_string()),
        }
    })
    .await;
    let ended = phone
        .sees("the top-up's message ends", |message| {
            text(message).contains("$10.00 came to your balance")
        })
        .await;
    assert!(text(&ended).starts_with("Adding $10.00"), "{ended}");
    for way in ["1:cancel", "1:sent", "pay/"] {
        assert!(!ended["buttons"].to_string().contains(way), "{ended}");
    }
}

/// What the daemon's metrics say of a line that begins so.
async fn counted(shop: &Shop, line: &str) -> u64 {
    let url = format!("http://127.0.0.1:{}/metrics", shop.door().port);
    let page = crate::support::emulators::web().get(url).send().await;
    let page = page.expect("metrics").text().await.expect("a text");
    let lines = page.lines().filter(|found| found.starts_with(line));
    lines
        .filter_map(|found| found.rsplit(' ').next()?.parse::<f64>().ok())
        .map(|count| format!("{count:.0}").parse::<u64>().expect("a count"))
        .sum()
}
