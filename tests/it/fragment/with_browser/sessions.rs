//! Cookies, who is logged in, and the page's script that must not run.

use serde_json::json;
use starkeeper_actors::domain::Span;
use starkeeper_actors::domain::link::{Expected, Link, LinkOffer, LinkRules};
use starkeeper_actors::domain::login::Look;
use starkeeper_actors::domain::money::NanoTon;
use starkeeper_actors::domain::pricing::samples;
use starkeeper_actors::ports::market::{Delivery, Fitness, MarketRefused, SlotKind};
use starkeeper_actors::ports::{Browsers, Clock, Failure, Market};
use starkeeper_actors::testing::contract::run;

use super::house::{House, LOGIN, TILL};

#[test]
fn the_wallet_stays_connected_whatever_is_visited() {
    run(async {
        let house = House::open().await;
        let slot = house.slot(TILL).await;
        let connected = Look {
            telegram: true,
            proven: Some(house.wallet),
        };
        for _ in 0..3 {
            assert_eq!(house.fragment.look(slot).await, Ok(connected));
            house.offer(slot).await.unwrap();
            assert_eq!(house.fragment.history(slot).await, Ok(Vec::new()));
            house
                .fragment
                .reset(slot, &samples::stars(50))
                .await
                .unwrap();
        }
        // The script would have asked after its page was shown; a second browser asks later still.
        let again = house.slot(TILL).await;
        assert_eq!(house.fragment.look(again).await, Ok(connected));
        assert_eq!(house.fragment.look(slot).await, Ok(connected));
        house.fragment.close_all().await;
    });
}

#[test]
fn what_the_site_ends_is_seen_and_bars_a_purchase() {
    run(async {
        let house = House::open().await;
        let slot = house.slot(TILL).await;
        house
            .emulators
            .order("login/expire", json!({"part": "wallet"}))
            .await;
        let out = Look {
            telegram: true,
            proven: None,
        };
        assert_eq!(house.fragment.look(slot).await, Ok(out));
        let refused = house.offer(slot).await;
        assert_eq!(refused, Err(Failure::Refused(MarketRefused::LoggedOut)));
        house
            .emulators
            .order("login/expire", json!({"part": "telegram"}))
            .await;
        let look = house.fragment.look(slot).await.unwrap();
        assert!(!look.telegram);
        let refused = house.fragment.prove_wallet(slot).await;
        assert_eq!(refused, Err(Failure::Refused(MarketRefused::LoggedOut)));
        house.fragment.close_all().await;
    });
}

#[test]
fn a_login_without_cookies_is_nobodys() {
    run(async {
        let house = House::empty().await;
        let slot = house.slot(TILL).await;
        let look = house.fragment.look(slot).await.unwrap();
        assert_eq!((look.telegram, look.proven), (false, None));
        house.fragment.close_all().await;
    });
}

#[test]
fn newer_cookies_are_noticed_by_a_probe_and_carried_by_the_next_browser() {
    run(async {
        let house = House::open().await;
        let slot = house.slot(TILL).await;
        let fit = house.fragment.probe(slot.browser).await;
        assert_eq!(fit, Ok(Fitness::Fit));
        let fresh = house.log_in(None).await;
        let (version, _) = house.vault.newest(LOGIN).await.unwrap().unwrap();
        house.store(version, &fresh).await;
        let old = house.fragment.probe(slot.browser).await;
        assert_eq!(old, Ok(Fitness::OldJar));
        house.fragment.close(slot.browser).await;
        let slot = house.slot(TILL).await;
        let look = house.fragment.look(slot).await.unwrap();
        assert_eq!((look.telegram, look.proven), (true, None));
        house.fragment.close_all().await;
    });
}

#[test]
fn cookies_are_tried_without_being_stored() {
    run(async {
        let house = House::empty().await;
        let slot = house.slot(SlotKind::Anonymous).await;
        let good = house.log_in(Some(house.wallet)).await;
        let look = house.fragment.try_jar(slot, &good.to_jar()).await.unwrap();
        assert_eq!((look.telegram, look.proven), (true, Some(house.wallet)));
        let fit = house.fragment.probe(slot.browser).await;
        assert_eq!(fit, Ok(Fitness::OldJar), "the session is spoilt");
        assert_eq!(house.vault.newest(LOGIN).await.unwrap(), None);
        house.fragment.close_all().await;
    });
}

#[test]
fn a_wallet_is_proven_without_a_person_and_its_cookies_are_stored_for_everybody() {
    run(async {
        let house = House::empty().await;
        let cookies = house.log_in(None).await;
        let first = house.store(0, &cookies).await;
        let slot = house.slot(TILL).await;
        assert_eq!(house.fragment.look(slot).await.unwrap().proven, None);
        house.fragment.prove_wallet(slot).await.unwrap();
        let look = house.fragment.look(slot).await.unwrap();
        assert_eq!(look.proven, Some(house.wallet));
        let (version, _) = house.vault.newest(LOGIN).await.unwrap().unwrap();
        assert!(version > first, "the new cookies are not stored");
        assert_eq!(
            house.vault.version(LOGIN, first).await.unwrap(),
            Some(cookies.to_jar()),
            "the jar before stays as it was"
        );
        let fit = house.fragment.probe(slot.browser).await;
        assert_eq!(fit, Ok(Fitness::Fit), "it carries what it has stored");
        let other = house.slot(TILL).await;
        let look = house.fragment.look(other).await.unwrap();
        assert_eq!(look.proven, Some(house.wallet));
        house.fragment.close_all().await;
    });
}

#[test]
fn new_cookies_without_a_claim_to_the_lease_are_not_passed_off_as_stored() {
    run(async {
        let house = House::empty().await;
        let cookies = house.log_in(None).await;
        house.store(0, &cookies).await;
        let slot = house.slot(TILL).await;
        let bare = starkeeper_actors::ports::market::Slot {
            fence: None,
            ..slot
        };
        let failed = house.fragment.prove_wallet(bare).await;
        assert!(matches!(failed, Err(Failure::NotDone { .. })), "{failed:?}");
        let newest = house.vault.newest(LOGIN).await.unwrap();
        assert_eq!(newest, Some((1, cookies.to_jar())));
        let old = house.fragment.probe(slot.browser).await;
        assert_eq!(old, Ok(Fitness::OldJar), "nobody else has its cookies");
        house.fragment.close_all().await;
    });
}

/// Rule 8: the new session is of another account, which knows nothing of the purchase.
#[test]
fn a_purchase_is_confirmed_in_the_session_that_linked_it_whatever_was_imported_since() {
    run(async {
        let house = House::open().await;
        let slot = house.slot(TILL).await;
        let offer = house.offer(slot).await.unwrap();
        let boc = offer.payload.clone();
        let link = checked(&house, offer);
        house.fragment.close(slot.browser).await;
        let imported = house.log_in(None).await;
        let version = house.store(link.jar, &imported).await;
        let slot = house.slot(TILL).await;
        house.fragment.confirm(slot, &link, &boc).await.unwrap();
        let delivery = house
            .fragment
            .delivery(slot, &samples::stars(50), &link)
            .await;
        assert_eq!(delivery, Ok(Delivery::Pending));
        let look = house.fragment.look(slot).await.unwrap();
        assert_eq!(look.proven, None, "the browser is back in the new session");
        let newest = house.vault.newest(LOGIN).await.unwrap();
        assert_eq!(newest, Some((version, imported.to_jar())));
        // Not an order more in a browser that has been in two sessions.
        let offer = house.offer(slot).await;
        assert!(offer.is_err(), "{offer:?}");
        let old = house.fragment.probe(slot.browser).await;
        assert_eq!(old, Ok(Fitness::OldJar));
        house.fragment.close_all().await;
    });
}

/// Both parts of the login that linked a purchase are gone for good; a person has logged in anew.
#[test]
fn a_purchase_whose_session_has_ended_is_confirmed_in_todays() {
    run(async {
        let house = House::open().await;
        let slot = house.slot(TILL).await;
        let offer = house.offer(slot).await.unwrap();
        let boc = offer.payload.clone();
        let link = checked(&house, offer);
        house.fragment.close(slot.browser).await;
        for part in ["telegram", "wallet"] {
            let ended = serde_json::json!({ "part": part });
            house.emulators.order("login/expire", ended).await;
        }
        let imported = house.log_in(Some(house.wallet)).await;
        house.store(link.jar, &imported).await;
        let slot = house.slot(TILL).await;
        house.fragment.confirm(slot, &link, &boc).await.unwrap();
        house.fragment.close_all().await;
    });
}

fn checked(house: &House, offer: LinkOffer) -> Link {
    let rules = LinkRules {
        destinations: vec![offer.destination],
        cap: NanoTon::from_nanos(i64::MAX),
        min_validity: Span::minutes(1),
    };
    let (product, recipient) = (samples::stars(50), offer.recipient.clone());
    let expected = Expected {
        wallet: house.wallet,
        product: &product,
        recipient: &recipient,
    };
    offer.check(expected, &rules, house.clock.now()).unwrap()
}
