//! What goes wrong at the site and on the way, and what is made of it.

use serde_json::json;
use starkeeper_actors::domain::catalog::Username;
use starkeeper_actors::domain::pricing::samples;
use starkeeper_actors::ports::market::{MarketFailure, MarketRefused, SlotKind};
use starkeeper_actors::ports::{Browsers, Failure, Market};
use starkeeper_actors::testing::contract::run;

use super::house::{House, TILL};

/// What is expected of a failure.
#[derive(Debug)]
enum Kind {
    Refused(MarketRefused),
    NotDone,
}

fn is(failure: &MarketFailure, kind: &Kind) -> bool {
    match (failure, kind) {
        (Failure::Refused(why), Kind::Refused(expected)) => why == expected,
        (Failure::NotDone { .. }, Kind::NotDone) => true,
        (Failure::Refused(_) | Failure::NotDone { .. } | Failure::Unknown { .. }, _) => false,
    }
}

#[test]
fn what_stands_in_the_way_of_a_look_up_is_told_apart() {
    run(async {
        let house = House::empty().await;
        let slot = house.slot(SlotKind::Anonymous).await;
        let name = Username::parse("masha").unwrap();
        let product = samples::stars(50);
        let look_up = || house.fragment.find_recipient(slot, &name, &product);
        look_up().await.unwrap();
        for (more, kind) in [
            (
                json!({"status": 403}),
                Kind::Refused(MarketRefused::PathBlocked),
            ),
            (json!({"status": 429}), Kind::NotDone),
            (json!({"status": 502}), Kind::NotDone),
            (
                json!({"message": "Somebody changed something", "count": 2}),
                Kind::Refused(MarketRefused::Other {
                    text: "Somebody changed something".into(),
                }),
            ),
        ] {
            house
                .fault("searchStarsRecipient", "refuse", more.clone())
                .await;
            let failed = look_up().await.unwrap_err();
            assert!(is(&failed, &kind), "{more}: {failed:?}, expected {kind:?}");
            house.emulators.calm().await;
        }
        // Chrome repeats a call by itself whose connection, used before, ends without an answer.
        let lost = json!({"count": 3});
        house
            .fault("searchStarsRecipient", "lose-reply", lost)
            .await;
        let failed = look_up().await.unwrap_err();
        assert!(is(&failed, &Kind::NotDone), "{failed:?}");
        house.emulators.calm().await;
        look_up().await.unwrap();
        house.fragment.close_all().await;
    });
}

#[test]
fn a_stale_hash_costs_one_look_at_the_page() {
    run(async {
        let house = House::open().await;
        let slot = house.slot(TILL).await;
        let offer = || house.offer(slot);
        offer().await.unwrap();
        house.trick("hash", 1).await;
        offer().await.unwrap();
        house.fragment.close_all().await;
    });
}

#[test]
fn a_price_that_changes_is_asked_for_again_and_not_for_ever() {
    run(async {
        let house = House::open().await;
        let slot = house.slot(TILL).await;
        let offer = || house.offer(slot);
        house.trick("price_changed", 2).await;
        offer().await.unwrap();
        house.trick("price_changed", 100).await;
        let failed = offer().await.unwrap_err();
        assert!(is(&failed, &Kind::NotDone), "{failed:?}");
        house.fragment.close_all().await;
    });
}

#[test]
fn what_fragment_asks_for_is_passed_on() {
    run(async {
        let house = House::open().await;
        let slot = house.slot(TILL).await;
        let offer = || house.offer(slot);
        for (trick, why) in [
            ("need_ton", MarketRefused::LoggedOut),
            ("need_verify", MarketRefused::IdentityNeeded),
        ] {
            house.trick(trick, 1).await;
            assert_eq!(offer().await, Err(Failure::Refused(why)), "{trick}");
        }
        for status in [500, 429] {
            let refuse = json!({"status": status, "count": 1});
            house.fault("getBuyStarsLink", "refuse", refuse).await;
            let failed = offer().await.unwrap_err();
            assert!(is(&failed, &Kind::NotDone), "{status}: {failed:?}");
        }
        house.fragment.close_all().await;
    });
}

/// The core judges them; the adapter must hand over what is wrong with them.
#[test]
fn lies_of_a_link_are_handed_over_as_they_are() {
    run(async {
        let house = House::open().await;
        let slot = house.slot(TILL).await;
        let offer = || house.offer(slot);
        let honest = offer().await.unwrap();
        house.trick("link_amount", 1).await;
        let lie = offer().await.unwrap();
        assert_ne!(lie.amount, lie.init_amount);
        house.trick("link_destination", 1).await;
        assert_ne!(offer().await.unwrap().destination, honest.destination);
        house.trick("link_two_messages", 1).await;
        assert_eq!(offer().await.unwrap().messages, 2);
        house.trick("link_state_init", 1).await;
        assert!(offer().await.unwrap().has_state_init);
        house.trick("link_from", 1).await;
        assert_ne!(offer().await.unwrap().from, Some(house.wallet));
        house.trick("link_no_ref", 1).await;
        assert!(!offer().await.unwrap().payload_text.contains("Ref#"));
        house.fragment.close_all().await;
    });
}
