//! The page in a real Chromium: read by everybody, and used as a customer does who breaks things.

use serde_json::{Value, json};

use crate::demo::browser::Browser;
use crate::demo::ground::{Demo, PATIENCE, picture};
use crate::support::wait::eventually_within;

/// Where axe-core lies: `./x` installs it.
fn axe() -> String {
    let target = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    let below = "tools/axe/node_modules/axe-core/axe.min.js";
    let path = target.parent().expect("the target folder").join(below);
    std::fs::read_to_string(&path)
        .unwrap_or_else(|why| panic!("{}: {why}: ./x test installs it", path.display()))
}

/// Nothing that keeps people out, as far as axe-core sees it.
async fn is_for_everybody(browser: &Browser, axe: &str, what: &str) {
    browser.run(axe, json!([])).await;
    let found = browser
        .run_later(
            "const done = arguments[arguments.length - 1];
            axe.run().then((found) => done(found.violations
                .filter((one) => ['serious', 'critical'].includes(one.impact))
                .map((one) => one.id + ': ' + one.nodes.map((node) => node.html).join(' '))));",
            json!([]),
        )
        .await;
    assert_eq!(found, json!([]), "{what}");
}

#[tokio::test]
async fn everybody_can_use_the_page_whatever_its_size_and_colours() {
    let axe = axe();
    let demo = Demo::start().await;
    let browser = Browser::open(&demo.url(), (1280, 800)).await;
    browser.sees("No messages yet").await;
    is_for_everybody(&browser, &axe, "empty").await;
    browser.say("/start").await;
    browser.sees("Hello Anya!").await;
    is_for_everybody(&browser, &axe, "light").await;
    browser.prefer("dark").await;
    is_for_everybody(&browser, &axe, "dark").await;
    picture(&browser, "dark").await;
    browser.size(320, 640).await;
    for view in ["World", "Break it", "Chat"] {
        browser.click(view).await;
        is_for_everybody(&browser, &axe, view).await;
        let fits = "return document.documentElement.scrollWidth <= 320";
        assert_eq!(browser.run(fits, json!([])).await, true, "{view} at 320 px");
        picture(&browser, &format!("dark-320-{view}").replace(' ', "-")).await;
    }
    browser.prefer("light").await;
    picture(&browser, "light-320").await;
    // What is typed stays while the page looks for news, and so does the focus.
    let typed = "const field = document.getElementById('say');
        field.focus(); field.value = 'half a thought'; window.looks = 0;
        const ask = window.fetch; window.fetch = (...all) => { window.looks += 1; return ask(...all); };
        return true;";
    browser.run(typed, json!([])).await;
    browser
        .until("the page looks again", "return window.looks > 8")
        .await;
    let kept = "return document.activeElement.id + ' ' + document.activeElement.value";
    assert_eq!(browser.run(kept, json!([])).await, "say half a thought");
}

#[tokio::test]
async fn a_page_without_its_server_says_so_and_comes_back_with_what_was_typed() {
    let mut demo = Demo::start().await;
    let browser = Browser::open(&demo.url(), (1280, 800)).await;
    browser.sees("daemon running").await;
    let typed = "document.getElementById('say').value = 'half a thought'; return true;";
    browser.run(typed, json!([])).await;
    demo.process.terminate();
    browser.sees("Reconnecting").await;
    let again = demo.again();
    let hidden = "return document.getElementById('banner').hidden";
    browser.until("the banner is gone", hidden).await;
    let kept = "return document.getElementById('say').value";
    assert_eq!(browser.run(kept, json!([])).await, "half a thought");
    drop(again);
}

/// Opens the pay page of the invoice of this number through the chat's link, pays there, and comes
/// back.
async fn pay(demo: &Demo, browser: &Browser, number: usize) {
    let uuid = demo.invoice(number).await;
    let linked = format!(
        "return [...document.querySelectorAll('.log a')].some(
            (one) => one.getAttribute('href') === '/pay/{uuid}')"
    );
    browser.until("the chat links the pay page", &linked).await;
    browser.go(&format!("{}/pay/{uuid}", demo.url())).await;
    browser.click("Pay exactly").await;
    browser.go(&demo.url()).await;
}

/// Writes what is wanted, again while the shop is still starting, and taps the button it offers.
async fn ask_and_tap(browser: &Browser, line: &str, button: &str) {
    let asked = eventually_within("the shop makes an offer", PATIENCE, async || {
        let before = browser.written().await;
        browser.say(line).await;
        let offered = browser.is_offered(button, before).await;
        offered.then_some(()).ok_or("it is still starting")
    });
    asked.await;
    browser.click(button).await;
}

/// Buys from a balance that suffices.
async fn buy_from_balance(browser: &Browser, line: &str) {
    ask_and_tap(browser, line, "Buy from balance for").await;
}

#[tokio::test]
async fn a_customer_pays_and_buys_for_a_friend_for_themselves_and_premium() {
    let demo = Demo::start().await;
    let browser = Browser::open(&demo.url(), (1280, 800)).await;
    browser.say("/start").await;
    browser.sees("Hello Anya!").await;
    browser.say("/topup 30").await;
    browser.click("USDT").await;
    pay(&demo, &browser, 1).await;
    browser.sees("Your balance has grown").await;
    buy_from_balance(&browser, "100 @boris").await;
    let signed = |shown: &Value| {
        let mut lines = shown["lines"].as_array()?.iter();
        let is_signed = |text: &str| text.starts_with("signed");
        lines
            .any(|line| line["text"].as_str().is_some_and(is_signed))
            .then_some(())
    };
    demo.until("the payment is signed", signed).await;
    browser.click("Kill the daemon").await;
    browser.sees("Done! @boris has 100 Stars").await;
    browser.sees("daemon running").await;
    demo.until("the counters say so", |shown| {
        let so = &shown["world"];
        let wished = so["counters"]["delivered"] == 1
            && so["survived"] == 1
            && so["payments"] == 1
            && shown["books"]["balanced"] == true;
        wished.then_some(())
    })
    .await;
    browser
        .until(
            "the page shows it",
            "const shown = document.body.innerText;
            return shown.includes('100 ★') && shown.includes('held $0');",
        )
        .await;
    picture(&browser, "delivered").await;
    // The first thing that a reader of README sees. Only when asked: no two runs draw the same times.
    if std::env::var_os("STARKEEPER_WRITE_DOCS").is_some() {
        let readme = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/demo.png");
        browser.picture(&readme).await;
    }
    buy_from_balance(&browser, "50 @anya").await;
    browser.sees("Done! @anya has 50 Stars").await;
    browser.say("/start").await;
    browser.click("Premium").await;
    browser.click("3 months").await;
    browser.click("A friend").await;
    buy_from_balance(&browser, "@masha").await;
    browser.sees("Done! @masha has Premium").await;
    let counters = &demo.look("/demo/now").await["world"]["counters"];
    let expected = json!({"delivered": 3, "refunded": 0, "paid_twice": 0, "lost": 0});
    assert_eq!(*counters, expected);
}

#[tokio::test]
async fn a_customer_pays_too_little_cancels_pays_late_and_changes_the_language() {
    let demo = Demo::start().await;
    let browser = Browser::open(&demo.url(), (1280, 800)).await;
    browser.say("/start").await;
    browser.sees("Hello Anya!").await;
    ask_and_tap(&browser, "100 @boris", "Yes, Boris").await;
    browser.click("USDT").await;
    browser.sees("Waiting for payment").await;
    demo.pay_the_newest("1").await;
    browser.sees("We received $1.0").await;
    // In the coin of the first invoice.
    browser.click("Add $").await;
    pay(&demo, &browser, 2).await;
    browser.sees("Done! @boris has 100 Stars").await;
    ask_and_tap(&browser, "50 @petya", "Yes, ").await;
    browser.click("USDT").await;
    browser.sees("50 Stars for @petya\nSend").await;
    browser.click("Cancel").await;
    browser.sees("Do not pay to the old address any more").await;
    browser.say("/topup 5").await;
    browser.click("USDT").await;
    browser.sees("Adding $5.00").await;
    browser.click("Pay late").await;
    // Late by the gateway's clock; by the shop's the invoice is still young.
    browser.sees("Your balance has grown by $5.00").await;
    browser.say("/start").await;
    browser.click("Русский").await;
    browser.sees("Здравствуйте, Anya!").await;
    let russian = "return document.getElementById('log').lang === 'ru'";
    browser.until("the chat is Russian", russian).await;
    browser.say("100 @boris").await;
    browser.sees("Комиссию перевода добавит").await;
    browser.until("the whole card is in sight", CARD).await;
    pictures(&browser, "ru").await;
}

/// Whether the newest card shows its picture, and everything from there to its buttons at once.
const CARD: &str = "const log = document.getElementById('log').getBoundingClientRect();
    const picture = [...document.querySelectorAll('.bubble img')].at(-1);
    if (!picture?.naturalWidth) return false;
    const card = picture.closest('.bubble').getBoundingClientRect();
    return card.top >= log.top - 1 && card.bottom <= log.bottom + 1;";

/// What is seen now, in both sizes and colours.
async fn pictures(browser: &Browser, name: &str) {
    for (width, height) in [(1280, 800), (320, 640)] {
        browser.size(width, height).await;
        for scheme in ["light", "dark"] {
            browser.prefer(scheme).await;
            picture(browser, &format!("{name}-{scheme}-{width}")).await;
        }
    }
}
