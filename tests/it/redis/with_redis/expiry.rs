//! What is forgotten, and when.

use starkeeper_actors::domain::Span;
use starkeeper_actors::domain::dialog::Dialog;
use starkeeper_actors::domain::ids::TelegramId;
use starkeeper_actors::ports::dialogs::DialogMoved;
use starkeeper_actors::ports::limits::{Allowance, Metered, Rate, Rates};
use starkeeper_actors::ports::{Dialogs, Failure, Limits};
use starkeeper_actors::testing::contract;

use super::shop::{Shop, another, of, on_one_node, person};
use crate::support::{OwnRedis, eventually};

const ONE: TelegramId = TelegramId::new(5_000_000_001);

#[test]
fn a_silent_dialog_is_forgotten_by_the_servers_clock_and_its_version_never_comes_again() {
    contract::run(async {
        let shop = Shop {
            expiry: Span::milliseconds(300),
            ..on_one_node().await
        };
        let dialogs = shop.dialogs();
        let before = dialogs.save(ONE, 0, &another()).await.unwrap();
        let forgotten = eventually("the dialog is forgotten", async || {
            match dialogs.load(ONE).await.unwrap() {
                seen if seen.version == 0 => Ok(seen.dialog),
                seen => Err(seen.version),
            }
        })
        .await;
        assert_eq!(forgotten, Dialog::default());
        let moved = Err(Failure::Refused(DialogMoved));
        assert_eq!(dialogs.save(ONE, before, &another()).await, moved);
        let after = dialogs.save(ONE, 0, &another()).await.unwrap();
        assert!(after > before, "{before}, then {after}");
    });
}

#[test]
fn every_save_prolongs_and_nothing_stays_for_ever() {
    let server = OwnRedis::start();
    contract::run(async {
        let shop = Shop {
            expiry: Span::seconds(1_000),
            ..Shop::new(of(&server))
        };
        let dialogs = shop.dialogs();
        let key = format!("{}:{{{}}}:dialog", shop.name, ONE.get());
        let left = || server.cli(&["PTTL", &key]).parse::<i64>().unwrap();
        let version = dialogs.save(ONE, 0, &another()).await.unwrap();
        assert!((990_000..=1_000_000).contains(&left()), "{}", left());
        server.cli(&["PEXPIRE", &key, "5000"]);
        dialogs.save(ONE, version, &another()).await.unwrap();
        assert!((990_000..=1_000_000).contains(&left()), "{}", left());
        let burst = Rate {
            most: 5,
            per: Span::seconds(5),
        };
        let limits = shop.limits(Rates {
            burst,
            ..Rates::default()
        });
        for what in [Metered::Message, Metered::Operation, Metered::Payment] {
            assert_eq!(limits.take(person(1), what).await, Allowance::Granted);
        }
        let keys = server.cli(&["KEYS", "*"]);
        assert_eq!(keys.lines().count(), 5, "{keys}");
        for key in keys.lines() {
            let left = server.cli(&["PTTL", key]).parse::<i64>().unwrap();
            assert!(left > 0, "{key} stays for ever");
        }
        let counters = keys.lines().filter(|key| !key.ends_with(":dialog"));
        for key in counters {
            let left = server.cli(&["PTTL", key]).parse::<i64>().unwrap();
            assert!(left <= 120_000, "{key} stays for {left} ms");
        }
    });
}

#[test]
fn a_dialog_that_cannot_be_read_is_begun_anew_and_saved_over() {
    let server = OwnRedis::start();
    contract::run(async {
        let shop = Shop::new(of(&server));
        let dialogs = shop.dialogs();
        let key = format!("{}:{{{}}}:dialog", shop.name, ONE.get());
        for (text, version) in [("77 {\"v\":\"9\"}", 77), ("nonsense", 0), ("", 0)] {
            server.cli(&["SET", &key, text]);
            let seen = dialogs.load(ONE).await.unwrap();
            assert_eq!((seen.dialog, seen.version), (Dialog::default(), version));
            let saved = dialogs.save(ONE, version, &another()).await.unwrap();
            let seen = dialogs.load(ONE).await.unwrap();
            assert_eq!((seen.dialog, seen.version), (another(), saved));
        }
    });
}
