use futures_util::FutureExt as _;
use starkeeper_actors::domain::ids::{LoginId, OrderId};
use starkeeper_actors::domain::login::{Health, Login};
use starkeeper_actors::domain::notice::Message;
use starkeeper_actors::domain::order::OrderState;
use starkeeper_actors::domain::pricing::samples::{noon, prices};
use starkeeper_actors::domain::samples;
use starkeeper_actors::domain::shop::Opening;
use starkeeper_actors::testing::contract::rows;
use starkeeper_actors::testing::{MemoryBooks, TestClock, World};

use super::*;

const OPERATOR: TelegramId = TelegramId::new(900);

/// A replica's keeper in a world of its own, and what is wrong by its check.
struct Replica {
    keeper: Keeper,
    memory: Memory,
    shut: watch::Receiver<Option<Shutters>>,
}

impl Replica {
    fn of(world: &World, founding: Founding, wrong: &'static [&'static str]) -> Self {
        let (shutters, shut) = watch::channel(None);
        let wrong: Vec<String> = wrong.iter().map(|line| (*line).to_owned()).collect();
        let keeper = Keeper {
            books: Arc::<MemoryBooks>::clone(&world.books),
            clock: Arc::<TestClock>::clone(&world.clock),
            every: Duration::from_secs(10),
            alive: AliveRules {
                mark_every: Span::seconds(60),
                away_after: Span::seconds(180),
            },
            zone: Tz::UTC,
            report_at: NaiveTime::from_hms_opt(9, 0, 0),
            founding,
            operators: vec![OPERATOR],
            preflight: Arc::new(move || std::future::ready(wrong.clone()).boxed()),
            folders: Vec::new(),
            room: 0,
            logs: LogHealth::default(),
            prices: Some(watch::channel(Arc::new(prices(noon()))).1),
            shutters,
        };
        Self {
            keeper,
            memory: Memory::default(),
            shut,
        }
    }

    async fn looks(&mut self) {
        self.keeper.look(&mut self.memory).await.unwrap();
    }

    fn sells_to(&self, operator: bool) -> Option<bool> {
        self.shut.borrow().map(|shutters| shutters.let_in(operator))
    }
}

/// What the operators are owed, oldest first.
fn told(world: &World) -> Vec<ShopNews> {
    world.books.view(|books| {
        let notices = books.notices().map(|seen| &seen.row.owed.message);
        let news = notices.filter_map(|message| {
            if let Message::Operators(OperatorNews::Shop(news)) = message {
                Some(news.clone())
            } else {
                None
            }
        });
        news.collect()
    })
}

fn stored(world: &World) -> Shop {
    let read = world.books.shop().now_or_never().unwrap();
    read.unwrap().unwrap().row
}

#[tokio::test(start_paused = true)]
async fn an_absence_is_told_once_by_whichever_replica_is_first() {
    let world = World::new();
    let [mut one, mut other] = [0, 0].map(|_| Replica::of(&world, Founding::Rehearses, &[]));
    one.looks().await;
    other.looks().await;
    assert_eq!(told(&world), [], "a start is no absence");
    let from = world.clock.now();
    world.clock.advance(Span::seconds(170));
    other.looks().await;
    assert_eq!(told(&world), [], "nor is a restart of seconds");
    world.clock.advance(Span::minutes(28));
    one.looks().await;
    other.looks().await;
    one.looks().await;
    let [
        ShopNews::Away {
            from: left,
            to,
            going_on: 0,
        },
    ] = told(&world)[..]
    else {
        panic!("{:?}", told(&world));
    };
    assert_eq!(left, from + Span::seconds(170));
    assert_eq!(to, world.clock.now());
}

#[tokio::test(start_paused = true)]
async fn an_end_in_good_order_is_noted_to_the_second() {
    let world = World::new();
    let mut shop = Replica::of(&world, Founding::Rehearses, &[]);
    shop.looks().await;
    world.clock.advance(Span::seconds(40));
    shop.keeper.leave().await;
    assert_eq!(stored(&world).alive_at, world.clock.now());
    assert_eq!(told(&world), []);
}

#[tokio::test(start_paused = true)]
async fn marks_are_few() {
    let world = World::new();
    let mut replicas = [0, 0, 0].map(|_| Replica::of(&world, Founding::Rehearses, &[]));
    world.books.keep_journal();
    for _ in 0..360 {
        world.clock.advance(Span::seconds(10));
        for replica in &mut replicas {
            replica.looks().await;
        }
    }
    let written = world.books.take_journal().len();
    assert!((59..=64).contains(&written), "{written} commits in an hour");
}

#[tokio::test(start_paused = true)]
async fn a_new_shop_sells_to_operators_until_one_of_them_was_delivered_an_order() {
    let world = World::new();
    let mut shop = Replica::of(&world, Founding::MustProve, &[]);
    assert_eq!(shop.sells_to(true), None, "not known yet");
    shop.looks().await;
    assert_eq!(shop.sells_to(false), Some(false));
    assert_eq!(shop.sells_to(true), Some(true));
    assert!(matches!(told(&world)[..], [ShopNews::New { .. }]));
    let customer = world.books.seed_customer(OPERATOR);
    let order = delivered(&world, 11, customer.id.get());
    shop.looks().await;
    tokio::task::yield_now().await;
    shop.looks().await;
    assert_eq!(shop.sells_to(false), Some(false), "no login is good yet");
    let mut login = Login::new(LoginId::new(1), samples::WALLET);
    login.health = Health::Good;
    world
        .books
        .seed(vec![RowWrite::Login(Write::new(login))], vec![]);
    for _ in 0..4 {
        shop.looks().await;
        tokio::task::yield_now().await;
    }
    assert_eq!(shop.sells_to(false), Some(true));
    assert!(matches!(stored(&world).opening, Opening::Open { proof: Some(of), .. } if of == order));
    let opened = told(&world);
    assert!(opened.contains(&ShopNews::Opened { order }), "{opened:?}");
    // The next life of the daemon, and any other replica, finds it open.
    let mut next = Replica::of(&world, Founding::MustProve, &["everything is wrong"]);
    next.looks().await;
    assert_eq!(next.sells_to(false), Some(true));
}

#[tokio::test(start_paused = true)]
async fn a_shop_without_a_till_is_closed_and_bothers_nobody_until_it_has_one() {
    let world = World::new();
    let mut shop = Replica::of(&world, Founding::MustProve, &[]);
    let prices = shop.keeper.prices.take();
    shop.looks().await;
    assert_eq!(shop.sells_to(false), Some(false));
    assert_eq!(told(&world), []);
    shop.keeper.prices = prices;
    shop.looks().await;
    shop.looks().await;
    assert!(matches!(told(&world)[..], [ShopNews::New { .. }]));
}

#[tokio::test(start_paused = true)]
async fn what_is_wrong_and_what_others_bought_open_nothing() {
    let world = World::new();
    let mut shop = Replica::of(&world, Founding::MustProve, &["no TON"]);
    let mut login = Login::new(LoginId::new(1), samples::WALLET);
    login.health = Health::Good;
    world
        .books
        .seed(vec![RowWrite::Login(Write::new(login))], vec![]);
    let operator = world.books.seed_customer(OPERATOR);
    delivered(&world, 11, operator.id.get());
    for _ in 0..4 {
        shop.looks().await;
        tokio::task::yield_now().await;
    }
    assert_eq!(shop.sells_to(false), Some(false), "the check is red");
    let mut well = Replica::of(&world, Founding::MustProve, &[]);
    well.keeper.operators = vec![TelegramId::new(901)];
    for _ in 0..4 {
        well.looks().await;
        tokio::task::yield_now().await;
    }
    assert_eq!(well.sells_to(false), Some(false), "nobody of theirs bought");
    assert_eq!(stored(&world).opening, checked(&world));
}

fn checked(world: &World) -> Opening {
    let Opening::New { checked_at, told } = stored(world).opening else {
        panic!("it is open");
    };
    assert!(checked_at.is_some());
    Opening::New { checked_at, told }
}

/// A delivered order of a customer.
fn delivered(world: &World, n: i64, customer: i64) -> OrderId {
    let mut order = rows::order(n, customer);
    let (_, sample) = samples::every_order()
        .into_iter()
        .find(|(_, order)| matches!(order.state, OrderState::Delivered { .. }))
        .unwrap();
    order.state = sample.state;
    let id = order.id;
    world
        .books
        .seed(vec![RowWrite::Order(Write::new(order))], vec![]);
    id
}

#[tokio::test(start_paused = true)]
async fn a_day_is_told_once_across_replicas_and_a_missed_one_late() {
    let world = World::new();
    let [mut one, mut other] = [0, 0].map(|_| Replica::of(&world, Founding::Rehearses, &[]));
    one.looks().await;
    other.looks().await;
    let days = |world: &World| -> Vec<(String, bool)> {
        let days = told(world).into_iter().filter_map(|news| {
            if let ShopNews::Day { report, late } = news {
                Some((report.day.to_string(), late))
            } else {
                None
            }
        });
        let mut days: Vec<_> = days.collect();
        days.sort();
        days
    };
    assert_eq!(days(&world), []);
    let today = world.clock.now().date_naive();
    let name = |back: i64| (today + Span::days(back)).to_string();
    let nine = |back: i64| {
        let day = today + Span::days(back);
        day.and_hms_opt(9, 0, 1).unwrap().and_utc()
    };
    world.clock.set(nine(1));
    for _ in 0..3 {
        one.looks().await;
        other.looks().await;
    }
    assert_eq!(days(&world), [(name(0), false)]);
    world.clock.set(nine(3));
    for _ in 0..4 {
        other.looks().await;
        one.looks().await;
    }
    let expected = [(name(0), false), (name(1), true), (name(2), false)];
    assert_eq!(days(&world), expected);
}

#[tokio::test(start_paused = true)]
async fn a_full_disk_rests_sales_for_everybody_and_is_told_once_each_way() {
    let world = World::new();
    let mut shop = Replica::of(&world, Founding::Rehearses, &[]);
    let folder = tempfile::tempdir().unwrap();
    shop.keeper.folders = vec![Folder {
        name: "state",
        path: folder.path().join("not made yet"),
    }];
    shop.looks().await;
    assert_eq!(shop.sells_to(false), Some(true));
    shop.keeper.room = u64::MAX;
    shop.looks().await;
    shop.looks().await;
    assert_eq!(
        (shop.sells_to(false), shop.sells_to(true)),
        (Some(false), Some(false))
    );
    assert!(
        matches!(told(&world)[..], [ShopNews::DiskLow { .. }]),
        "{:?}",
        told(&world)
    );
    shop.keeper.room = 0;
    shop.looks().await;
    shop.looks().await;
    assert_eq!(shop.sells_to(false), Some(true));
    let told = told(&world);
    let fine = told
        .iter()
        .filter(|news| matches!(news, ShopNews::DiskFine { .. }));
    assert_eq!((fine.count(), told.len()), (1, 2), "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn books_that_cannot_be_read_leave_a_new_start_closed_and_the_disk_watched() {
    let world = World::new();
    let mut shop = Replica::of(&world, Founding::Rehearses, &[]);
    world.books.unreadable_for(1);
    assert!(shop.keeper.look(&mut shop.memory).await.is_err());
    assert_eq!(
        shop.sells_to(true),
        None,
        "nothing is begun before the books are read"
    );
    shop.looks().await;
    assert_eq!(shop.sells_to(true), Some(true));
}
