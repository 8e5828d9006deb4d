use std::sync::Arc;

use starkeeper_actors::{
    domain::{
        Span,
        catalog::{Product, StarsQuantity},
        notice::OperatorNews,
        pricing::{Bps, NoPrice, Paused, PriceRules, ShopPrices, UsdPerTon, samples},
    },
    ports::{
        Books, Clock,
        books::{Lease, LeaseKey},
    },
    pricing::Role,
    supervision::{Observe, Phase},
    testing::Fault,
};
use tokio::sync::watch;

use crate::{
    fragment::Instead,
    shop::{Shop, eventually, pass, secs},
};

const STARS: Product = Product::Stars(StarsQuantity::MIN);

type Prices = watch::Receiver<Arc<ShopPrices>>;

fn price(shop: &Shop, prices: &Prices) -> Result<i64, NoPrice> {
    let priced = prices.borrow().price(STARS, shop.clock.now())?;
    Ok(priced.price.micros())
}

fn rate(text: &str) -> UsdPerTon {
    UsdPerTon::parse(text).unwrap()
}

async fn is_open(shop: &Shop, prices: &Prices) {
    eventually("it sells", || price(shop, prices).is_ok()).await;
}

#[actix::test]
async fn what_the_sources_say_is_stored_and_published() {
    let shop = Shop::new();
    let daemon = shop.daemon(1);
    let (door, prices) = daemon.pricing(samples::rules());
    assert!(
        price(&shop, &prices).is_err(),
        "nothing is sold before anything was seen"
    );
    is_open(&shop, &prices).await;
    assert_eq!(
        **prices.borrow(),
        shop.books.prices().await.unwrap().unwrap().row
    );
    assert_eq!(shop.operators_heard(), []);
    pass(secs(600)).await;
    assert!(price(&shop, &prices).is_ok());
    let (asked, read) = (shop.north.asked(), shop.fragment.lock().price_reads);
    assert!((18..=21).contains(&asked), "every 30 s: {asked}");
    assert!((4..=6).contains(&read), "every 2 min: {read}");
    let shown = door.ask(Observe::new(), secs(5)).await.unwrap();
    assert_eq!(shown.role, Some(Role::Holder));
    assert_eq!(shown.unavailable, []);
    serde_json::to_string(&shown).unwrap();
}

#[actix::test]
async fn sources_that_diverge_pause_sales_and_are_told_once_each_way() {
    let shop = Shop::new();
    let daemon = shop.daemon(1);
    let (_door, prices) = daemon.pricing(samples::rules());
    is_open(&shop, &prices).await;
    shop.south.set(rate("2.50"));
    eventually("it is paused", || price(&shop, &prices).is_err()).await;
    let why = price(&shop, &prices).unwrap_err();
    assert!(
        matches!(why, NoPrice::Paused(Paused::SourcesApart { .. })),
        "{why}"
    );
    pass(secs(200)).await;
    let heard = shop.operators_heard();
    let [OperatorNews::Paused { why, .. }] = heard.as_slice() else {
        panic!("{heard:?}");
    };
    assert!(why.contains("north") && why.contains("south"), "{why}");
    shop.south.set(rate("2.31"));
    is_open(&shop, &prices).await;
    pass(secs(200)).await;
    let heard = shop.operators_heard();
    assert!(
        matches!(
            heard.as_slice(),
            [OperatorNews::Paused { .. }, OperatorNews::OpenAgain { .. }]
        ),
        "{heard:?}"
    );
}

#[actix::test]
async fn a_source_that_fails_is_left_to_age_until_sales_pause() {
    let shop = Shop::new();
    let daemon = shop.daemon(1);
    let (door, prices) = daemon.pricing(samples::rules());
    is_open(&shop, &prices).await;
    shop.south.set_down(true);
    pass(secs(200)).await;
    assert!(
        price(&shop, &prices).is_ok(),
        "an old rate is good for its age"
    );
    pass(secs(150)).await;
    let why = price(&shop, &prices).unwrap_err();
    assert!(
        matches!(why, NoPrice::Paused(Paused::TooOld { .. })),
        "{why}"
    );
    assert_eq!(shop.operators_heard().len(), 1);
    let shown = door.ask(Observe::new(), secs(5)).await.unwrap();
    assert_eq!(shown.silent, ["south"]);
    assert_eq!(shown.unavailable[0].code, "too_old");
    shop.south.set_down(false);
    is_open(&shop, &prices).await;
    eventually("told", || shop.operators_heard().len() == 2).await;
}

#[actix::test]
async fn a_fragment_that_fails_pauses_by_age_and_rates_go_on() {
    let shop = Shop::new();
    let daemon = shop.daemon(1);
    let (_door, prices) = daemon.pricing(samples::rules());
    is_open(&shop, &prices).await;
    shop.fragment.lock().goods_down = true;
    pass(secs(1_100)).await;
    let why = price(&shop, &prices).unwrap_err();
    assert!(
        matches!(why, NoPrice::Paused(Paused::TooOld { .. })),
        "{why}"
    );
    assert!(prices.borrow().rate(shop.clock.now()).is_ok());
    shop.fragment.lock().goods_down = false;
    is_open(&shop, &prices).await;
}

#[actix::test]
async fn a_look_at_prices_that_hangs_or_panics_costs_one_browser_and_no_round() {
    tokio::time::pause();
    for instead in [Instead::Hang, Instead::Panic] {
        let shop = Shop::another();
        shop.fragment.lock().instead.push_back(instead);
        let daemon = shop.daemon(1);
        let (_door, prices) = daemon.pricing(samples::rules());
        is_open(&shop, &prices).await;
        assert_eq!(daemon.pool_shown().await.totals.broken, 1);
        assert_eq!(daemon.line("pricing").restarts, 0);
    }
}

#[actix::test]
async fn a_second_replica_publishes_what_the_first_stored_and_asks_nobody() {
    let shop = Shop::new();
    let (first, second) = (shop.daemon(1), shop.daemon(2));
    let (_first, prices) = first.pricing(samples::rules());
    is_open(&shop, &prices).await;
    let (door, theirs) = second.pricing(samples::rules());
    is_open(&shop, &theirs).await;
    pass(secs(60)).await;
    let shown = door.ask(Observe::new(), secs(5)).await.unwrap();
    assert_eq!(shown.role, Some(Role::Reader));
    assert_eq!(second.line("browser_pool").asks, 0);
    shop.north.set(rate("2.311"));
    pass(secs(40)).await;
    let newest = theirs.borrow().rates.all()[0].value;
    assert_eq!(newest, rate("2.311"));
}

#[actix::test]
async fn a_holder_that_lost_its_lease_stores_nothing_and_reads() {
    let shop = Shop::new();
    let daemon = shop.daemon(1);
    let (door, prices) = daemon.pricing(samples::rules());
    is_open(&shop, &prices).await;
    shop.books.skew(Span::minutes(10));
    let taken = shop
        .books
        .lease(LeaseKey::Pricing, 9.into_replica(), Span::hours(1))
        .await;
    let Lease { epoch, .. } = taken.unwrap().unwrap();
    let before = shop.books.prices().await.unwrap().unwrap().version;
    pass(secs(100)).await;
    assert_eq!(shop.books.prices().await.unwrap().unwrap().version, before);
    assert_eq!(shop.books.view(|view| view.epoch(LeaseKey::Pricing)), epoch);
    let shown = door.ask(Observe::new(), secs(5)).await.unwrap();
    assert_eq!(shown.role, Some(Role::Reader));
}

trait IntoReplica {
    fn into_replica(self) -> starkeeper_actors::domain::ids::ReplicaId;
}

impl IntoReplica for i64 {
    fn into_replica(self) -> starkeeper_actors::domain::ids::ReplicaId {
        starkeeper_actors::domain::ids::ReplicaId::new(self)
    }
}

#[actix::test]
async fn stored_prices_are_read_under_the_rules_of_today() {
    let shop = Shop::new();
    let daemon = shop.daemon(1);
    let mut old = samples::prices(shop.clock.now());
    let ordinary = samples::rules();
    let dearer = PriceRules {
        tiers: ordinary
            .tiers
            .iter()
            .map(|tier| starkeeper_actors::domain::pricing::Tier {
                markup: Bps::new(tier.markup.get() + 2_000),
                ..*tier
            })
            .collect(),
        ..ordinary.clone()
    };
    old.told = Vec::new();
    shop.books.seed_prices(old);
    let (_door, prices) = daemon.pricing(dearer.clone());
    is_open(&shop, &prices).await;
    assert_eq!(*prices.borrow().rules.get(), dearer);
    eventually("stored", || {
        let rules = prices.borrow().rules.get().clone();
        rules == dearer
    })
    .await;
    pass(secs(5)).await;
    let stored = shop.books.prices().await.unwrap().unwrap().row;
    assert_eq!(*stored.rules.get(), dearer);
}

#[actix::test]
async fn a_commit_without_an_outcome_is_read_again_and_never_assumed() {
    tokio::time::pause();
    for fault in [
        Fault::Unknown { done: true },
        Fault::Unknown { done: false },
        Fault::NotDone,
        Fault::Hangs { done: false },
    ] {
        let shop = Shop::another();
        let daemon = shop.daemon(1);
        shop.books.fail_next(fault);
        let (_door, prices) = daemon.pricing(samples::rules());
        is_open(&shop, &prices).await;
        let stored = shop.books.prices().await.unwrap().unwrap().row;
        assert_eq!(**prices.borrow(), stored);
        assert_eq!(shop.operators_heard(), []);
    }
}

#[actix::test]
async fn with_every_login_lost_sales_stop_and_go_on_when_one_is_back() {
    let shop = Shop::new();
    let mut daemon = shop.daemon(1);
    let _care = daemon.cookie_refresh();
    let (_door, prices) = daemon.pricing(samples::rules());
    is_open(&shop, &prices).await;
    shop.fragment.session(b"good", false, None);
    starkeeper_actors::cookie_refresh::report(
        &daemon.office,
        crate::shop::LOGIN,
        starkeeper_actors::cookie_refresh::Met::LoggedOut,
    )
    .await;
    eventually("it stops", || price(&shop, &prices).is_err()).await;
    let why = price(&shop, &prices).unwrap_err();
    assert!(
        matches!(why, NoPrice::Paused(Paused::Stopped { .. })),
        "{why}"
    );
    pass(secs(100)).await;
    let heard = shop.operators_heard();
    assert!(
        matches!(heard.as_slice(), [OperatorNews::LoginLost { .. }]),
        "told once: {heard:?}"
    );
    shop.fragment
        .session(b"good", true, Some(crate::shop::wallet()));
    pass(secs(1_000)).await;
    assert!(price(&shop, &prices).is_ok());
}

#[actix::test]
async fn a_panic_restarts_the_clerk_and_readers_keep_their_prices() {
    let shop = Shop::new();
    let daemon = shop.daemon(1);
    let (door, prices) = daemon.pricing(samples::rules());
    is_open(&shop, &prices).await;
    pass(std::time::Duration::from_millis(100)).await;
    shop.clock.blow_next_now();
    let failing = door.ask(Observe::new(), secs(60));
    let behind = door.ask(Observe::new(), secs(60));
    let (failing, behind) = tokio::join!(failing, behind);
    assert!(failing.is_err());
    assert!(behind.is_ok());
    assert!(price(&shop, &prices).is_ok());
    let line = daemon.line("pricing");
    assert_eq!((line.restarts, line.phase), (1, Phase::Running));
}
