//! The daemon under the load, what it weighs, and how soon it is ready.

use std::time::{Duration, Instant};

use crate::ground::support::emulators::Emulators;
use crate::ground::support::ports;
use crate::ground::support::shop::{Daemon, Setting, at_gateway};
use crate::load::Load;
use crate::{SECRET, TOKEN, bare, bot_api, show};

/// Words that nobody may ever fund.
const WORDS: &str = "canvas follow stereo mad uncle radar woman window gather remember sugar fix pride \
effort wreck become mother average disagree mercy attitude arctic will spray";

/// People who write under load.
const WRITERS: usize = 1_000;

/// Starts of which the quickest is shown.
const STARTS: u32 = 5;

/// Measures one engine beside the bare handler.
pub async fn measure(engine: &str, books: Vec<Setting>, updates: usize, people: usize) {
    let (bot_api, awaited) = bot_api::serve();
    let base = ports::block();
    let emulators = Emulators::start(base, 1);
    let mut settings = at_gateway(&emulators);
    settings.extend(chatting(base, &bot_api));
    settings.extend(books);
    let mut daemon = Daemon::start(base + 5, settings).await;
    show(
        &format!("{engine}: memory of the idle daemon"),
        resident(&daemon),
        "kB",
    );

    let (mut handler, port) = bare::start(&bot_api);
    let limit = Load::on(port, &awaited);
    let limit = limit.measure("bare handler", WRITERS, updates).await;
    handler.kill();
    let load = Load::on(base + 5, &awaited);
    let rate = load.measure(engine, WRITERS, updates).await;
    show(
        &format!("{engine}: of the limit"),
        rate * 100 / limit.max(1),
        "%",
    );

    load.flood(people, people).await;
    let figure = format!("{engine}: memory with {people} sessions");
    show(&figure, resident(&daemon), "kB");

    let mut quickest = Duration::MAX;
    for _ in 0..STARTS {
        daemon.terminate().await;
        let begun = Instant::now();
        daemon.resume_at_once().await;
        quickest = quickest.min(begun.elapsed());
    }
    show(
        &format!("{engine}: ready after a start"),
        quickest.as_millis(),
        "ms",
    );
}

/// Settings of a shop that talks, and whose limits are out of the way.
fn chatting(base: u16, bot_api: &str) -> Vec<Setting> {
    let at = |place: u16| format!("http://127.0.0.1:{}", base + place);
    let text = |(name, value): (&'static str, &str)| (name, value.to_owned());
    let mut settings: Vec<Setting> = [
        ("FRAGMENT_SEED_PHRASE", WORDS),
        ("TON_WALLET_VERSION", "v5r1"),
        ("BROWSER_DRIVER", "/nonexistent/chromedriver"),
        ("TELEGRAM_TOKEN", TOKEN),
        ("TELEGRAM_API_URL", bot_api),
        ("WEBHOOK_SECRET", SECRET),
        ("WEBHOOK_ENABLED", "true"),
        ("TELEGRAM_RATE", "1000000"),
        ("TELEGRAM_CHAT_EVERY", "1ms"),
        ("TELEGRAM_CHAT_BURST", "1000"),
        ("RATE_LIMIT_USER_MESSAGES", "1000000"),
        ("RATE_LIMIT_GLOBAL_MESSAGES", "1000000"),
        ("RATE_LIMIT_BURST", "1000000"),
        ("LOG_LEVEL", "warn"),
    ]
    .map(text)
    .into();
    settings.push(("WEBHOOK_PUBLIC_URL", at(5)));
    settings.push(("FRAGMENT_URL", at(3)));
    settings.push(("TON_API_URL", format!("{0},{0}/second", at(4))));
    settings
}

/// Resident kilobytes of the daemon's process.
fn resident(daemon: &Daemon) -> u128 {
    let statm = std::fs::read_to_string(format!("/proc/{}/statm", daemon.process())).unwrap();
    let pages: u128 = statm.split(' ').nth(1).unwrap().parse().unwrap();
    pages * 4
}
