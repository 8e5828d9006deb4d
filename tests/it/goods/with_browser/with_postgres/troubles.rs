//! An order meets trouble in each of its states: replies that are lost after the deed, a provider
//! that lags, books that are gone for ten seconds. One payment, one delivery, balanced books.
//!
//! The cases are spread over both databases; `./x test --all` meets each on both.

use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sqlite::SqliteConnection;
use serde_json::json;
use starkeeper_actors::domain::order::OrderState;
use starkeeper_actors::domain::samples::every_order;
use tokio::task::block_in_place;

use crate::goods::shop::Selling;
use crate::proof::throws::so_many;
use crate::support::shop::{Setting, books_at};
use crate::support::wait::eventually_within;
use crate::support::{Database, OwnPostgres};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Trouble {
    /// Each deed of the order's way is done, and its reply is lost.
    ReplyLost,
    /// The first provider shows what was, and the chain takes its time.
    ProviderLags,
    /// PostgreSQL is stopped, or the file is locked by somebody else.
    BooksGone,
}

const TROUBLES: [Trouble; 3] = [
    Trouble::ReplyLost,
    Trouble::ProviderLags,
    Trouble::BooksGone,
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Engine {
    Embedded,
    Postgres,
}

/// For so long the books are gone.
const GONE: Duration = Duration::from_secs(10);

/// Whose reply is lost, how often: the calls that do something, and the look at the delivery.
const DEEDS: &[(&str, &str, u32)] = &[
    ("fragment", "initBuyStarsRequest", 1),
    ("fragment", "getBuyStarsLink", 1),
    ("fragment", "confirmReq", 2),
    ("fragment", "updateStarsBuyState", 1),
    ("ton", "sendBoc", 2),
    ("ton-second", "sendBoc", 1),
    ("heleket", "payment", 1),
    ("heleket", "info", 1),
];

/// What lags: system, method, kind, how often.
const LAGS: &[(&str, &str, &str, u32)] = &[
    ("ton", "getAddressInformation", "stale", 4),
    ("ton", "getAddressInformation", "mixed", 2),
    ("ton", "transactionsByMessage", "down", 3),
    ("ton", "block", "delay", 2),
    ("heleket", "info", "stale", 1),
];

/// Where the books are.
enum Books {
    Embedded,
    Shared(Database),
    /// A server that may be stopped, and the URL of the books on it.
    Own(Box<OwnPostgres>, String),
}

impl Books {
    fn of(engine: Engine, trouble: Trouble) -> Self {
        match (engine, trouble) {
            (Engine::Embedded, _) => Self::Embedded,
            (Engine::Postgres, Trouble::BooksGone) => {
                let server = OwnPostgres::start();
                let url = server.database("books");
                Self::Own(Box::new(server), url)
            }
            (Engine::Postgres, _) => Self::Shared(Database::migrated()),
        }
    }

    fn settings(&self) -> Vec<Setting> {
        match self {
            Self::Embedded => Vec::new(),
            Self::Shared(database) => books_at(&database.url()),
            Self::Own(_, url) => {
                let mut settings = books_at(url);
                settings.push(("DATABASE_MIGRATE", "auto".into()));
                settings
            }
        }
    }
}

/// How an order comes to a state. A new state does not compile until somebody says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Paid from the balance, and delivered.
    FromBalance,
    /// Paid by an invoice, and delivered.
    ByInvoice,
    /// Paid, and its goods do not come: a person must look.
    StandsStill,
    /// Nothing is to be done any more.
    Over,
}

const fn way(state: &OrderState) -> Way {
    match state {
        OrderState::AwaitingPayment { .. } => Way::ByInvoice,
        OrderState::Held { .. }
        | OrderState::Linked { .. }
        | OrderState::Paying { .. }
        | OrderState::Paid { .. } => Way::FromBalance,
        OrderState::Parked { .. } => Way::StandsStill,
        OrderState::Delivered { .. }
        | OrderState::Refunded { .. }
        | OrderState::Cancelled { .. } => Way::Over,
    }
}

/// The way to a state, by its name.
fn way_to(state: &str) -> Way {
    let orders = every_order();
    let order = orders.iter().find(|(_, order)| order.state_name() == state);
    order.map_or(Way::Over, |(_, order)| way(&order.state))
}

/// Buys while the trouble comes in this state, and sees that nothing comes of it.
async fn meets(state: &str, trouble: Trouble, engine: Engine) {
    let way = way_to(state);
    let mut books = block_in_place(|| Books::of(engine, trouble));
    let mut settings = books.settings();
    settings.push(("PAUSE_AT", format!("commit:{state}:after")));
    settings.push(("ORDER_DELIVERY_PATIENCE", patience(way).into()));
    let mut selling = Selling::open(settings).await;
    match way {
        Way::FromBalance => selling.fund("5").await,
        Way::StandsStill => {
            selling.fund("10").await;
            let never = json!({ "count": 1 });
            selling.fault("fragment", "delivery", "refuse", never).await;
        }
        Way::ByInvoice | Way::Over => {}
    }
    let come = async {
        selling.paused().await;
        match trouble {
            Trouble::ReplyLost => {
                for (system, method, count) in DEEDS {
                    let more = json!({ "count": count });
                    selling.fault(system, method, "lose-reply", more).await;
                }
                selling.go_on();
            }
            Trouble::ProviderLags => {
                for (system, method, kind, count) in LAGS {
                    let mut more = json!({ "count": count });
                    if *kind == "delay" {
                        more["delay_ms"] = json!(1_500);
                    }
                    selling.fault(system, method, kind, more).await;
                }
                selling.go_on();
            }
            Trouble::BooksGone => books_go(&selling, &mut books).await,
        }
    };
    let pay = match way {
        Way::ByInvoice => "invoice",
        Way::FromBalance | Way::StandsStill | Way::Over => "balance",
    };
    let wish = json!({"product": "stars", "quantity": 50, "recipient": "masha", "pay": pay});
    // The first commit answers whoever ordered, so that both are waited for at once.
    let (order, ()) = tokio::join!(selling.place(&wish, "masha"), come);
    if selling.shop.daemon.has_ended() {
        // As a service manager would.
        selling.shop.daemon.resume().await;
    }
    if way == Way::ByInvoice {
        selling.pay_the_only_invoice().await;
    }
    let end = selling.end_of(&order).await;
    selling.shop.emulators.calm().await;
    let case = format!("{trouble:?} in {state} on {engine:?}");
    if way != Way::StandsStill {
        assert_eq!(end, "delivered", "{case}");
        return selling.holds("masha", 50).await;
    }
    assert_eq!(end, "parked", "{case}");
    // Its till is free again, and its payment was the only one.
    let next = selling.buy("petya", 60).await;
    assert_eq!(selling.end_of(&next).await, "delivered", "{case}");
    assert_eq!(selling.end_of(&order).await, "parked", "{case}");
    assert_eq!(selling.stars_of("masha").await, 0, "{case}");
    assert_eq!(selling.stars_of("petya").await, 60, "{case}");
    assert_eq!(selling.payments().await.len(), 2, "{case}");
    assert_eq!(selling.operators_hear("parked").await, 1, "{case}");
}

/// How long a delivery may stay invisible.
const fn patience(way: Way) -> &'static str {
    match way {
        Way::StandsStill => "2s",
        Way::FromBalance | Way::ByInvoice | Way::Over => "10m",
    }
}

/// The books go, the order goes on, and ten seconds later the books are back.
async fn books_go(selling: &Selling, books: &mut Books) {
    let file = selling.shop.daemon.folder().join("state/starkeeper.db");
    let lock = match books {
        Books::Embedded => {
            let path = file.to_str().expect("a path of letters");
            let mut connection = SqliteConnection::establish(path).expect("the file opens");
            let lock = "PRAGMA busy_timeout = 5000; BEGIN EXCLUSIVE";
            connection.batch_execute(lock).expect("nobody writes now");
            Some(connection)
        }
        Books::Own(server, _) => {
            block_in_place(|| server.stop());
            None
        }
        Books::Shared(_) => panic!("a server that others use is not stopped"),
    };
    selling.go_on();
    let begun = Instant::now();
    eventually_within(
        "the books were gone for long enough",
        GONE * 2,
        async || {
            let gone = begun.elapsed();
            if gone < GONE { Err(gone) } else { Ok(()) }
        },
    )
    .await;
    drop(lock);
    if let Books::Own(server, _) = books {
        block_in_place(|| server.resume());
    }
}

/// The states in which something is still to be done.
fn states() -> Vec<&'static str> {
    let orders = every_order();
    let open = orders
        .iter()
        .filter(|(_, order)| way(&order.state) != Way::Over);
    let mut states: Vec<_> = open.map(|(_, order)| order.state_name()).collect();
    states.sort_unstable();
    states.dedup();
    states
}

/// A test for each case, and one that none is missing.
macro_rules! cases {
    ($($name:ident: $state:literal, $trouble:ident, $usual:ident;)*) => {
        $(
            #[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                let other = match Engine::$usual {
                    Engine::Embedded => Engine::Postgres,
                    Engine::Postgres => Engine::Embedded,
                };
                for engine in [Engine::$usual, other].into_iter().take(so_many(1, 2)) {
                    meets($state, Trouble::$trouble, engine).await;
                }
            }
        )*

        #[test]
        fn every_state_meets_every_trouble() {
            let mut cases = vec![$(($state, Trouble::$trouble)),*];
            cases.sort_unstable();
            let states = states();
            let product = states.iter().flat_map(|state| TROUBLES.map(|trouble| (*state, trouble)));
            assert_eq!(cases, product.collect::<Vec<_>>());
        }
    };
}

cases! {
    replies_are_lost_once_it_is_held: "held", ReplyLost, Embedded;
    a_provider_lags_once_it_is_held: "held", ProviderLags, Postgres;
    the_books_are_gone_once_it_is_held: "held", BooksGone, Embedded;
    replies_are_lost_once_it_is_linked: "linked", ReplyLost, Postgres;
    a_provider_lags_once_it_is_linked: "linked", ProviderLags, Embedded;
    the_books_are_gone_once_it_is_linked: "linked", BooksGone, Postgres;
    replies_are_lost_once_it_is_signed: "paying", ReplyLost, Embedded;
    a_provider_lags_once_it_is_signed: "paying", ProviderLags, Postgres;
    the_books_are_gone_once_it_is_signed: "paying", BooksGone, Embedded;
    replies_are_lost_once_it_is_paid: "paid", ReplyLost, Postgres;
    a_provider_lags_once_it_is_paid: "paid", ProviderLags, Embedded;
    the_books_are_gone_once_it_is_paid: "paid", BooksGone, Postgres;
    replies_are_lost_while_its_payment_is_awaited: "awaiting_payment", ReplyLost, Embedded;
    a_provider_lags_while_its_payment_is_awaited: "awaiting_payment", ProviderLags, Postgres;
    the_books_are_gone_while_its_payment_is_awaited: "awaiting_payment", BooksGone, Postgres;
    replies_are_lost_once_it_is_parked: "parked", ReplyLost, Postgres;
    a_provider_lags_once_it_is_parked: "parked", ProviderLags, Embedded;
    the_books_are_gone_once_it_is_parked: "parked", BooksGone, Embedded;
}
