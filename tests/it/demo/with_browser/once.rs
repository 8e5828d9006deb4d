//! `./x demo --once`, with nothing broken and with each switch of the page.

use std::time::Duration;

use crate::demo::ground::{Swept, command, marked};
use crate::support::wait::eventually_within;
use crate::support::{Running, ports};

/// For the slowest switch: the chain lags 30 s.
const ONCE: Duration = Duration::from_secs(300);

/// Plays once; answers what was printed.
async fn once(fault: Option<&str>) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let home = folder
        .path()
        .canonicalize()
        .expect("it is there")
        .join("once");
    let _swept = Swept(home.clone());
    let mut words = vec!["--once"];
    words.extend(fault.map(|name| ["--fault", name]).into_iter().flatten());
    let mut demo = Running::start("the demo", command(folder.path(), ports::block(), &words));
    let status = eventually_within("it is over", ONCE, async || {
        demo.ended().ok_or_else(|| demo.printed())
    });
    let status = status.await;
    let printed = demo.printed();
    assert_eq!(status.code(), Some(0), "{printed}");
    let end = printed.lines().last().expect("a last line");
    let ends = [
        "ok: 50 Stars, 1 payment, books balanced",
        "ok: refunded, 0 Stars, 0 payments, books balanced",
    ];
    assert!(ends.contains(&end), "{printed}");
    let left = marked(
        &folder
            .path()
            .canonicalize()
            .expect("it is there")
            .join("once"),
    );
    assert_eq!(left, Vec::<u32>::new());
    printed
}

#[tokio::test]
async fn one_customer_buys_and_gets_exactly_that() {
    let printed = once(None).await;
    assert!(printed.contains("50 Stars, 1 payment"), "{printed}");
}

macro_rules! faults {
    ($($test:ident: $name:literal, $said:literal;)*) => {
        $(
            #[tokio::test]
            async fn $test() {
                let printed = once(Some($name)).await;
                assert!(printed.contains($said), "{printed}");
            }
        )*
    };
}

faults! {
    the_daemon_is_killed: "kill-daemon", "DAEMON KILLED";
    a_browser_is_killed: "kill-browser", "a browser was killed";
    a_webhook_is_lost: "lose-webhook", "webhook will be lost";
    a_webhook_comes_again_and_again: "webhook-x5", "five more times";
    a_payment_is_a_little_short: "pay-less", "1 % less";
    a_payment_comes_late: "pay-late", "after its end";
    the_chain_lags: "chain-lags", "waiting for 30 s";
    fragment_logs_out: "fragment-logs-out", "login has ended";
    heleket_is_down: "heleket-down", "Heleket is up again";
    the_wallet_is_empty: "empty-wallet", "the wallet is empty";
}
