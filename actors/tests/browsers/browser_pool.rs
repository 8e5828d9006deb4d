use starkeeper_actors::{
    browser_pool::{CloseAll, Lend, LendRefused, NotLent, Purpose, Return, Verdict},
    ports::{Market, market::SlotKind},
    supervision::{AskFailed, Observe, Phase, StepFailed},
};

use crate::{
    fragment::till,
    shop::{LOGIN, Shop, eventually, pass, secs, wallet},
};

const LOOK: Lend = Lend {
    kind: SlotKind::Anonymous,
    purpose: Purpose::LookUp,
    for_at_most: secs_const(60),
    fence: None,
};

const fn secs_const(secs: u64) -> std::time::Duration {
    std::time::Duration::from_secs(secs)
}

/// A daemon whose only login is usable.
async fn open_for_business(shop: &Shop) -> crate::shop::Daemon {
    shop.books.seed_login(LOGIN, wallet());
    let mut daemon = shop.daemon(1);
    let _care = daemon.cookie_refresh();
    eventually("the login is published", || daemon.logins.is_usable(LOGIN)).await;
    daemon
}

#[actix::test]
async fn a_warm_browser_is_there_before_anybody_asks() {
    let shop = Shop::new();
    let daemon = shop.daemon(1);
    eventually("the warm spare", || {
        shop.fragment.alive(SlotKind::Anonymous).len() == 1
    })
    .await;
    let shown = daemon.pool_shown().await;
    assert_eq!(shown.group("anonymous").unwrap().free, 1);
    assert_eq!(shop.fragment.lock().close_alls, 1);
    let json = serde_json::to_string(&shown).unwrap();
    assert!(json.contains("till_1"), "{json}");
}

#[actix::test]
async fn look_ups_go_on_while_the_till_is_busy_and_wanted() {
    let shop = Shop::new();
    let daemon = open_for_business(&shop).await;
    let busy = daemon.borrow(till(1), Purpose::Purchase).await;
    let asker = daemon.pool.asker::<Lend>();
    let purchase = Lend {
        kind: till(1),
        purpose: Purpose::Purchase,
        for_at_most: secs(60),
        fence: None,
    };
    let waiting: Vec<_> = (0..20).map(|_| asker.ask(purchase, secs(60))).collect();
    for _ in 0..30 {
        let slot = daemon.pool.ask(LOOK, secs(1)).await.unwrap().unwrap();
        daemon.lender.give_back(slot, Verdict::Good).await;
    }
    daemon.lender.give_back(busy, Verdict::Good).await;
    drop(waiting);
}

#[actix::test]
async fn a_till_of_an_unusable_login_is_lent_to_care_only() {
    let shop = Shop::new();
    let daemon = shop.daemon(1);
    let refused = daemon
        .lender
        .borrow(till(1), Purpose::Purchase, secs(5))
        .await;
    assert_eq!(refused, Err(NotLent::Refused(LendRefused::LoginUnusable)));
    daemon.borrow(till(1), Purpose::Care).await;
}

#[actix::test]
async fn a_borrower_that_never_returns_costs_its_browser_and_nothing_else() {
    let shop = Shop::new();
    let daemon = open_for_business(&shop).await;
    let lost = daemon.borrow(till(1), Purpose::Purchase).await;
    pass(secs(62)).await;
    let next = daemon.borrow(till(1), Purpose::Purchase).await;
    assert_ne!(next.browser, lost.browser);
    assert_eq!(shop.fragment.lock().closed[&lost.browser], 1);
    daemon.lender.give_back(lost, Verdict::Good).await;
    let shown = daemon.pool_shown().await;
    assert_eq!(shown.group("till_1").unwrap().busy, 1);
    assert_eq!((shown.totals.overdue, shown.totals.returned_late), (1, 1));
}

#[actix::test]
async fn a_browser_that_dies_while_lent_is_replaced() {
    let shop = Shop::new();
    let daemon = open_for_business(&shop).await;
    let slot = daemon.borrow(till(1), Purpose::Purchase).await;
    shop.fragment.lock().dead.insert(slot.browser);
    assert!(shop.fragment.look(slot).await.is_err());
    daemon.lender.give_back(slot, Verdict::Broken).await;
    let next = daemon.borrow(till(1), Purpose::Purchase).await;
    assert!(shop.fragment.look(next).await.is_ok());
    assert_eq!(shop.fragment.alive(till(1)), [next.browser]);
}

#[actix::test]
async fn a_browser_that_dies_while_idle_is_found_out_before_it_is_lent() {
    let shop = Shop::new();
    let daemon = open_for_business(&shop).await;
    let slot = daemon.borrow(till(1), Purpose::Purchase).await;
    daemon.lender.give_back(slot, Verdict::Good).await;
    shop.fragment.lock().dead.insert(slot.browser);
    let next = daemon.borrow(till(1), Purpose::Purchase).await;
    assert_ne!(next.browser, slot.browser);
}

#[actix::test]
async fn browsers_that_do_not_start_are_closed_and_borrowers_hear_that_the_pool_is_down() {
    let shop = Shop::new();
    shop.fragment.lock().opens_fail = 5;
    let daemon = shop.daemon(1);
    pass(secs(2)).await;
    let refused = daemon
        .lender
        .borrow(SlotKind::Anonymous, Purpose::LookUp, secs(5));
    assert_eq!(refused.await, Err(NotLent::Refused(LendRefused::PoolDown)));
    eventually("it comes up again", || {
        !shop.fragment.alive(SlotKind::Anonymous).is_empty()
    })
    .await;
    daemon.borrow(SlotKind::Anonymous, Purpose::LookUp).await;
    let shown = daemon.pool_shown().await;
    assert_eq!((shown.totals.open_failed, shown.totals.closed), (5, 5));
}

#[actix::test]
async fn an_opening_that_hangs_leaves_no_browser_behind() {
    let shop = Shop::new();
    shop.fragment.lock().opens_hang = 1;
    let daemon = shop.daemon(1);
    pass(secs(40)).await;
    assert_eq!(shop.fragment.alive(SlotKind::Anonymous).len(), 1);
    let inner = shop.fragment.lock();
    assert_eq!((inner.opened, inner.closed.len()), (2, 1));
    drop(inner);
    assert_eq!(daemon.line("browser_pool").effects_failed, 1);
}

#[actix::test]
async fn a_closing_that_hangs_is_tried_again_and_counts_until_then() {
    let shop = Shop::new();
    let daemon = open_for_business(&shop).await;
    let slot = daemon.borrow(till(1), Purpose::Purchase).await;
    shop.fragment.lock().closes_hang = 1;
    daemon.lender.give_back(slot, Verdict::Broken).await;
    pass(secs(2)).await;
    assert_eq!(shop.fragment.alive(till(1)), [slot.browser]);
    assert_eq!(
        daemon.pool_shown().await.group("till_1").unwrap().closing,
        1
    );
    pass(secs(12)).await;
    let next = daemon.borrow(till(1), Purpose::Purchase).await;
    assert_eq!(shop.fragment.alive(till(1)), [next.browser]);
    assert_eq!(shop.fragment.lock().closed[&slot.browser], 1);
    assert_eq!(daemon.pool_shown().await.totals.close_failed, 1);
}

#[actix::test]
async fn a_newer_jar_in_the_vault_reopens_the_tills_browser_when_it_is_idle() {
    let shop = Shop::new();
    let daemon = open_for_business(&shop).await;
    let old = daemon.borrow(till(1), Purpose::Purchase).await;
    shop.vault.seed(LOGIN, crate::shop::jar("newer"));
    pass(secs(5)).await;
    assert_eq!(
        shop.fragment.alive(till(1)),
        [old.browser],
        "not while it is lent"
    );
    daemon.lender.give_back(old, Verdict::Good).await;
    let new = daemon.borrow(till(1), Purpose::Purchase).await;
    assert_ne!(new.browser, old.browser);
    assert_eq!(shop.fragment.lock().alive[&new.browser].1, 2);
}

#[actix::test]
async fn a_panic_while_lending_restarts_the_pool_and_keeps_who_is_queued() {
    let shop = Shop::new();
    let daemon = shop.daemon(1);
    daemon.borrow(SlotKind::Anonymous, Purpose::LookUp).await;
    pass(secs(1)).await;
    daemon.borrow(SlotKind::Anonymous, Purpose::LookUp).await;
    // The next one needs a name for a till's browser.
    shop.clock.blow_next_id();
    let care = Lend {
        kind: till(1),
        purpose: Purpose::Care,
        for_at_most: secs(60),
        fence: None,
    };
    let failing = daemon.pool.ask(care, secs(60));
    let behind = daemon.pool.ask(LOOK, secs(60));
    let (failing, behind) = tokio::join!(failing, behind);
    assert_eq!(failing, Err(AskFailed::Failed(StepFailed::Panicked)));
    assert!(behind.unwrap().is_ok());
    let line = daemon.line("browser_pool");
    assert_eq!((line.restarts, line.phase), (1, Phase::Running));
    let inner = shop.fragment.lock();
    assert_eq!(
        inner.close_alls, 2,
        "the browsers of the life before are closed"
    );
    assert!(inner.alive.len() <= 2);
}

#[actix::test]
async fn a_panic_while_taking_back_restarts_the_pool_and_keeps_who_is_queued() {
    let shop = Shop::new();
    let daemon = shop.daemon(1);
    let slot = daemon.borrow(SlotKind::Anonymous, Purpose::LookUp).await;
    pass(secs(1)).await;
    let spare = daemon.borrow(SlotKind::Anonymous, Purpose::LookUp).await;
    pass(secs(1)).await;
    let verdict = Verdict::LoggedOut;
    shop.clock.blow_next_id();
    let failing = daemon.pool.ask(Return { slot, verdict }, secs(60));
    let behind = daemon.pool.ask(LOOK, secs(60));
    let (failing, behind) = tokio::join!(failing, behind);
    // The name is needed when the old browser is gone: the continuation panics, not the return.
    assert_eq!(failing, Ok(()));
    // The one behind was waiting by then, and was told that its step was cut short.
    assert_eq!(behind, Err(AskFailed::Failed(StepFailed::Interrupted)));
    assert_eq!(daemon.line("browser_pool").restarts, 1);
    // A slot of the life before frees nothing.
    let new = daemon.borrow(SlotKind::Anonymous, Purpose::LookUp).await;
    daemon.lender.give_back(spare, Verdict::Good).await;
    let shown = daemon.pool_shown().await;
    assert_eq!(shown.group("anonymous").unwrap().busy, 1);
    assert_ne!(new.browser, spare.browser);
    assert!(
        shown.totals.lent >= 3,
        "two of the life before are counted on"
    );
}

#[actix::test]
async fn a_borrower_that_stops_waiting_costs_one_loan_at_most() {
    let shop = Shop::new();
    let daemon = shop.daemon_with(1, |settings| settings.anonymous = 1);
    let slot = daemon.borrow(SlotKind::Anonymous, Purpose::LookUp).await;
    let impatient = daemon
        .pool
        .ask(
            Lend {
                for_at_most: secs(10),
                ..LOOK
            },
            secs(1),
        )
        .await;
    assert_eq!(impatient, Err(AskFailed::TimedOut { after: secs(1) }));
    daemon.lender.give_back(slot, Verdict::Good).await;
    pass(secs(12)).await;
    daemon.borrow(SlotKind::Anonymous, Purpose::LookUp).await;
}

#[actix::test]
async fn the_end_of_the_pool_closes_every_browser_once() {
    let shop = Shop::new();
    let daemon = open_for_business(&shop).await;
    daemon.borrow(till(1), Purpose::Purchase).await;
    daemon.borrow(SlotKind::Anonymous, Purpose::LookUp).await;
    assert_eq!(daemon.pool.ask(CloseAll, secs(60)).await, Ok(()));
    {
        let inner = shop.fragment.lock();
        assert!(inner.alive.is_empty());
        assert_eq!(u64::try_from(inner.closed.len()).unwrap(), inner.opened);
        assert!(inner.closed.values().all(|times| *times == 1));
    }
    assert_eq!(daemon.pool.ask(LOOK, secs(5)).await, Err(AskFailed::Gone));
    assert!(daemon.pool.ask(Observe::new(), secs(5)).await.unwrap().shut);
}
