use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use starkeeper_actors::{
    browser_pool::{Purpose, Verdict},
    cookie_refresh::{ImportCookies, ImportRefused, Imported, Met, report},
    domain::{
        Span,
        ids::{LoginId, ReplicaId},
        login::{Health, Needs},
        notice::OperatorNews,
    },
    ports::{
        Books, Failure, Vault,
        books::{CommitRefused, LeaseKey, RowWrite},
        market::MarketRefused,
    },
    supervision::{Observe, Phase},
    testing::Fault,
};

use crate::{
    fragment::{Instead, till},
    shop::{LOGIN, Shop, eventually, jar, pass, secs, wallet},
};

fn import(text: &str) -> ImportCookies {
    ImportCookies {
        login: LOGIN,
        jar: jar(text),
    }
}

fn is_lost(health: &Health) -> bool {
    matches!(health, Health::Lost { .. })
}

#[actix::test]
async fn a_configured_login_gets_its_row_is_looked_at_and_published() {
    let shop = Shop::new();
    let mut daemon = shop.daemon(1);
    let care = daemon.cookie_refresh();
    assert!(!daemon.logins.can_deliver());
    eventually("it is usable", || daemon.logins.is_usable(LOGIN)).await;
    assert_eq!(shop.login().await.health, Health::Good);
    assert_eq!(shop.fragment.lock().looks, 1);
    let shown = care.ask(Observe::new(), secs(5)).await.unwrap();
    assert_eq!((shown.looks, shown.proofs), (1, 0));
    assert!(serde_json::to_string(&shown).unwrap().contains("good"));
}

/// Journey (d): one wake, no person.
#[actix::test]
async fn a_lost_wallet_proof_is_renewed_without_a_person_after_one_wake() {
    let shop = Shop::new();
    shop.books.seed_login(LOGIN, wallet());
    let mut daemon = shop.daemon(1);
    let care = daemon.cookie_refresh();
    eventually("it is usable", || daemon.logins.is_usable(LOGIN)).await;
    shop.fragment.session(b"good", true, None);

    report(&daemon.office, LOGIN, Met::LoggedOut).await;
    care.bell().wake();
    eventually("it is proven", || shop.fragment.lock().proofs == 1).await;
    eventually("it is usable again", || daemon.logins.can_deliver()).await;
    assert_eq!(shop.login().await.health, Health::Good);
    let line = daemon.line("cookie_refresh");
    assert_eq!((line.wakes, line.asks), (1, 0));
    // Borrowed once and brought back once, for a look and a proof.
    assert_eq!(daemon.line("browser_pool").asks, 2);
    let inner = shop.fragment.lock();
    assert_eq!((inner.looks, inner.proofs), (1, 1));
    drop(inner);
    assert_eq!(shop.operators_heard(), []);
}

#[actix::test]
async fn a_lost_telegram_login_is_told_once_and_degrades_the_shop() {
    let shop = Shop::new();
    shop.fragment.session(b"good", false, None);
    let mut daemon = shop.daemon(1);
    let _care = daemon.cookie_refresh();
    pass(secs(3_600)).await;
    assert!(!daemon.logins.can_deliver());
    let health = shop.login().await.health;
    assert!(matches!(
        health,
        Health::Lost {
            needs: Needs::TelegramLogin,
            ..
        }
    ));
    let heard = shop.operators_heard();
    assert!(matches!(
        heard.as_slice(),
        [OperatorNews::LoginLost {
            login: LOGIN,
            n: 1,
            ..
        }]
    ));
    assert!(
        shop.fragment.lock().looks >= 4,
        "it is looked at slowly, in case a person mended it"
    );
}

#[actix::test]
async fn imported_cookies_heal_a_lost_login() {
    let shop = Shop::new();
    shop.fragment.session(b"good", false, None);
    shop.fragment.session(b"new", true, Some(wallet()));
    let mut daemon = shop.daemon(1);
    let care = daemon.cookie_refresh();
    eventually("it is lost", || {
        daemon.logins.all().iter().any(|l| is_lost(&l.health))
    })
    .await;
    let imported = care.ask(import("new"), secs(300)).await.unwrap();
    let expected = Imported {
        version: 2,
        wallet_proven: true,
    };
    assert_eq!(imported, Ok(expected));
    eventually("it is usable", || daemon.logins.is_usable(LOGIN)).await;
    let heard = shop.operators_heard();
    assert!(matches!(
        heard.as_slice(),
        [
            OperatorNews::LoginLost { .. },
            OperatorNews::LoginBack { .. }
        ]
    ));
    // The old version stays for the orders it linked, and the next loan carries the new one.
    assert_eq!(shop.vault.version(LOGIN, 1).await, Ok(Some(jar("good"))));
    let slot = daemon.borrow(till(1), Purpose::Purchase).await;
    assert_eq!(shop.fragment.lock().alive[&slot.browser].1, 2);
}

#[actix::test]
async fn imported_cookies_without_a_proven_wallet_are_proven_by_the_shop() {
    let shop = Shop::new();
    shop.fragment.session(b"new", true, None);
    let mut daemon = shop.daemon(1);
    let care = daemon.cookie_refresh();
    eventually("it is usable", || daemon.logins.is_usable(LOGIN)).await;
    let imported = care.ask(import("new"), secs(300)).await.unwrap();
    assert_eq!(
        imported,
        Ok(Imported {
            version: 2,
            wallet_proven: false
        })
    );
    eventually("it is proven", || shop.fragment.lock().proofs == 1).await;
    eventually("it is usable", || daemon.logins.is_usable(LOGIN)).await;
}

#[actix::test]
async fn cookies_with_which_nobody_is_logged_in_replace_nothing() {
    let shop = Shop::new();
    let mut daemon = shop.daemon(1);
    let care = daemon.cookie_refresh();
    eventually("it is usable", || daemon.logins.is_usable(LOGIN)).await;
    let refused = care.ask(import("stale"), secs(300)).await.unwrap();
    assert_eq!(refused, Err(ImportRefused::LoggedOut));
    assert_eq!(shop.vault.newest(LOGIN).await.unwrap().unwrap().0, 1);
    let other = ImportCookies {
        login: LoginId::new(7),
        jar: jar("new"),
    };
    let refused = care.ask(other, secs(300)).await.unwrap();
    assert_eq!(refused, Err(ImportRefused::NoSuchLogin(LoginId::new(7))));
    assert!(daemon.logins.is_usable(LOGIN));
}

#[actix::test]
async fn an_import_whose_store_was_not_answered_looks_instead_of_storing_again() {
    let shop = Shop::new();
    shop.fragment.session(b"new", true, Some(wallet()));
    let mut daemon = shop.daemon(1);
    let care = daemon.cookie_refresh();
    eventually("it is usable", || daemon.logins.is_usable(LOGIN)).await;
    shop.vault.lose_answers_of(1);
    let imported = care.ask(import("new"), secs(300)).await.unwrap();
    assert_eq!(
        imported,
        Ok(Imported {
            version: 2,
            wallet_proven: true
        })
    );
    assert_eq!(shop.vault.newest(LOGIN).await.unwrap().unwrap().0, 2);
}

#[actix::test]
async fn care_leaves_a_till_alone_while_an_order_uses_it() {
    let shop = Shop::new();
    shop.books.seed_login(LOGIN, wallet());
    let mut daemon = shop.daemon(1);
    let care = daemon.cookie_refresh();
    eventually("it is usable", || daemon.logins.is_usable(LOGIN)).await;
    let order = daemon
        .lender
        .borrow(till(1), Purpose::Purchase, secs(200))
        .await
        .unwrap();
    report(&daemon.office, LOGIN, Met::LoggedOut).await;
    care.bell().wake();
    pass(secs(100)).await;
    assert_eq!(shop.fragment.lock().looks, 0);
    daemon.lender.give_back(order, Verdict::Good).await;
    eventually("it is looked at", || daemon.logins.can_deliver()).await;
    assert_eq!(shop.fragment.lock().looks, 1);
}

#[actix::test]
async fn a_call_that_hangs_or_panics_costs_the_browser_and_is_tried_again() {
    tokio::time::pause();
    for instead in [Instead::Hang, Instead::Panic] {
        let shop = Shop::another();
        shop.fragment.lock().instead.push_back(instead);
        let mut daemon = shop.daemon(1);
        let _care = daemon.cookie_refresh();
        eventually("it is usable", || daemon.logins.is_usable(LOGIN)).await;
        assert_eq!(shop.fragment.lock().looks, 2);
        assert_eq!(daemon.pool_shown().await.totals.broken, 1);
        assert_eq!(daemon.line("cookie_refresh").restarts, 0);
        assert_eq!(shop.operators_heard(), []);
    }
}

#[actix::test]
async fn a_blocked_path_is_no_lost_login() {
    let shop = Shop::new();
    let blocked = Instead::Fail(Failure::Refused(MarketRefused::PathBlocked));
    shop.fragment
        .lock()
        .instead
        .extend([blocked.clone(), blocked]);
    let mut daemon = shop.daemon(1);
    let _care = daemon.cookie_refresh();
    pass(secs(4)).await;
    assert!(matches!(
        shop.login().await.health,
        Health::PathBlocked { .. }
    ));
    eventually("it is usable", || daemon.logins.is_usable(LOGIN)).await;
    assert_eq!(shop.operators_heard(), []);
    assert_eq!(daemon.pool_shown().await.totals.broken, 0);
}

#[actix::test]
async fn a_proof_that_is_refused_again_and_again_asks_a_person_once() {
    let shop = Shop::new();
    shop.fragment.session(b"good", true, None);
    shop.fragment.lock().proofs_refused = 1_000;
    let mut daemon = shop.daemon(1);
    let _care = daemon.cookie_refresh();
    eventually("it is lost", || {
        daemon.logins.all().iter().any(|l| is_lost(&l.health))
    })
    .await;
    assert_eq!(shop.fragment.lock().proofs, 5);
    let health = shop.login().await.health;
    assert!(matches!(
        health,
        Health::Lost {
            needs: Needs::WalletProof,
            ..
        }
    ));
    assert_eq!(shop.operators_heard().len(), 1);
}

#[actix::test]
async fn a_replica_without_the_lease_acts_not_but_publishes_what_the_other_found() {
    let shop = Shop::new();
    let mut first = shop.daemon(1);
    let mut second = shop.daemon(2);
    let _first = first.cookie_refresh();
    eventually("the first has it", || first.logins.is_usable(LOGIN)).await;
    let looks = shop.fragment.lock().looks;
    let care = second.cookie_refresh();
    eventually("the second publishes it", || second.logins.is_usable(LOGIN)).await;
    report(&second.office, LOGIN, Met::LoggedOut).await;
    care.bell().wake();
    eventually("the second saw the doubt", || !second.logins.can_deliver()).await;
    eventually("the first mended it", || second.logins.can_deliver()).await;
    assert_eq!(shop.fragment.lock().looks, looks + 1);
    shop.fragment.session(b"new", true, Some(wallet()));
    let refused = care.ask(import("new"), secs(300)).await.unwrap();
    assert_eq!(refused, Err(ImportRefused::Elsewhere));
}

#[actix::test]
async fn a_lease_that_went_elsewhere_during_a_call_refuses_the_late_commit() {
    let shop = Shop::new();
    shop.books.seed_login(LOGIN, wallet());
    let mut daemon = shop.daemon(1);
    let care = daemon.cookie_refresh();
    eventually("it is usable", || daemon.logins.is_usable(LOGIN)).await;
    report(&daemon.office, LOGIN, Met::LoggedOut).await;
    shop.fragment.lock().instead.push_back(Instead::Hang);
    care.bell().wake();
    eventually("it looks", || shop.fragment.lock().looks == 1).await;
    // The lease runs out while the call hangs, by a jump of the books' clock.
    shop.books.skew(Span::minutes(10));
    let other = ReplicaId::new(2);
    let taken = shop
        .books
        .lease(LeaseKey::Login(LOGIN), other, Span::hours(1))
        .await;
    assert!(taken.unwrap().is_some());
    let refused = shop.books.counts().refused;
    pass(secs(40)).await;
    assert_eq!(
        shop.books.counts().refused,
        refused + 1,
        "its late commit is refused"
    );
    pass(secs(60)).await;
    assert_eq!(shop.fragment.lock().looks, 1, "and it stops acting");
    assert_eq!(shop.login().await.health, Health::Unknown);
}

#[actix::test]
async fn a_commit_without_an_outcome_is_read_again_and_never_assumed() {
    let faults = [
        Fault::Unknown { done: true },
        Fault::Unknown { done: false },
        Fault::NotDone,
        Fault::Hangs { done: true },
        Fault::Refused(CommitRefused::Stale {
            row: "till_1".into(),
        }),
    ];
    tokio::time::pause();
    for fault in faults {
        let shop = Shop::another();
        shop.fragment.session(b"good", false, None);
        let mut daemon = shop.daemon(1);
        let met = Arc::new(AtomicUsize::new(0));
        let (count, fault) = (Arc::clone(&met), fault.clone());
        // The commit that tells of the loss, the first time.
        shop.books.fail_when(move |commit| {
            let lost = commit
                .rows
                .iter()
                .any(|row| matches!(row, RowWrite::Login(write) if is_lost(&write.row.health)));
            let first = lost && count.fetch_add(1, SeqCst) == 0;
            first.then(|| fault.clone())
        });
        let _care = daemon.cookie_refresh();
        eventually("it is lost", || {
            daemon
                .logins
                .all()
                .iter()
                .any(|login| is_lost(&login.health))
        })
        .await;
        pass(secs(30)).await;
        assert!(met.load(SeqCst) >= 1);
        assert_eq!(shop.operators_heard().len(), 1);
        assert_eq!(shop.login().await.losses, 1);
    }
}

#[actix::test]
async fn unreadable_books_are_waited_for_and_nothing_is_unpublished() {
    let shop = Shop::new();
    let mut daemon = shop.daemon(1);
    let _care = daemon.cookie_refresh();
    eventually("it is usable", || daemon.logins.is_usable(LOGIN)).await;
    shop.books.unreadable_for(5);
    pass(secs(30)).await;
    assert!(daemon.logins.is_usable(LOGIN));
}

#[actix::test]
async fn a_panic_restarts_the_clerk_and_keeps_who_is_queued() {
    let shop = Shop::new();
    shop.fragment.session(b"new", true, Some(wallet()));
    shop.books.seed_login(LOGIN, wallet());
    let mut daemon = shop.daemon(1);
    let care = daemon.cookie_refresh();
    eventually("it is usable", || daemon.logins.is_usable(LOGIN)).await;
    // The continuation of the next look reads the clock first.
    shop.clock.blow_next_now();
    care.bell().wake();
    pass(std::time::Duration::from_millis(5)).await;
    let behind = care.ask(import("new"), secs(300)).await.unwrap();
    assert_eq!(
        behind,
        Ok(Imported {
            version: 2,
            wallet_proven: true
        })
    );
    let line = daemon.line("cookie_refresh");
    assert_eq!((line.restarts, line.phase), (1, Phase::Running));
    assert!(daemon.logins.is_usable(LOGIN), "what was published stays");
}
