use starkeeper_actors::domain::catalog::ProductKind;
use starkeeper_actors::domain::ids::Hash256;
use starkeeper_actors::domain::pricing::StopReason;
use starkeeper_actors::domain::pricing::samples::noon;

use starkeeper_actors::ports::Clock;
use starkeeper_actors::ports::books::{Commit, RowWrite, Write};
use starkeeper_actors::testing::contract::rows;
use starkeeper_actors::testing::{MemoryBooks, TestClock};

use super::*;

fn order(id: i64, state: &'static str, finished: bool) -> (OrderId, OrderLine) {
    let line = OrderLine {
        order: format!("ord_{id}"),
        number: format!("SK-{id}"),
        product: "50 Stars".into(),
        price: "0.75".into(),
        currency: "USD",
        state,
        finished,
    };
    (OrderId::new(id), line)
}

fn money(invoice: i64, change: i64, balance: i64) -> LedgerLine {
    let key = EntryKey::Credit {
        invoice: InvoiceId::new(invoice),
        n: 1,
    };
    LedgerLine {
        at: noon(),
        key,
        change,
        balance,
    }
}

fn orders<const N: usize>(orders: [(OrderId, OrderLine); N]) -> Picture {
    Picture {
        orders: orders.into(),
        ..Picture::default()
    }
}

#[test]
fn an_order_is_told_when_it_is_new_or_in_another_state_and_not_otherwise() {
    let before = orders([order(1, "held", false), order(2, "sent", false)]);
    let after = orders([
        order(1, "held", false),
        order(2, "delivered", true),
        order(3, "placed", false),
    ]);
    let told = |from, (_, order)| Event::Order { from, order };
    assert_eq!(
        after.since(&before),
        [
            told(Some("sent"), order(2, "delivered", true)),
            told(None, order(3, "placed", false)),
        ]
    );
    assert_eq!(after.since(&after), []);
    let Event::Now { orders, .. } = after.now() else {
        panic!("the first line says how everything is");
    };
    assert_eq!(orders, BTreeMap::from([("held", 1), ("placed", 1)]));
}

#[test]
fn each_line_of_the_ledger_is_told_once_also_when_two_look_the_same() {
    let before = Picture {
        money: vec![money(1, 5_000_000, 5_000_000)],
        ..Picture::default()
    };
    let after = Picture {
        money: vec![
            money(1, 5_000_000, 5_000_000),
            money(2, 5_000_000, 10_000_000),
            money(3, -1_500_000, 8_500_000),
        ],
        ..Picture::default()
    };
    let amounts: Vec<String> = after
        .since(&before)
        .into_iter()
        .map(|event| {
            let Event::Money {
                amount, balance, ..
            } = event
            else {
                panic!("{event:?}");
            };
            format!("{amount} of {balance}")
        })
        .collect();
    assert_eq!(amounts, ["5.00 of 10.00", "-1.50 of 8.50"]);
    assert_eq!(after.since(&after), []);
}

#[test]
fn stops_breaks_tills_and_restarts_are_told_in_both_directions() {
    let till = |free: &str, stopped| TillLine {
        wallet: "0:1".into(),
        free: free.into(),
        stopped,
    };
    let found = BreakLine {
        key: "delivery_unseen/ord_7".into(),
        kind: "delivery_unseen",
        order: Some("ord_7".into()),
    };
    let address = WalletAddress::basic(Hash256::new([1; 32]));
    let well = Picture {
        tills: [(address, till("3.5", false))].into(),
        restarts: [("payment", 1)].into(),
        ..Picture::default()
    };
    let stop = StopLine {
        product: Some(ProductKind::Stars),
        code: StopReason::Operator,
    };
    let sales = SalesLine {
        open: true,
        stops: vec![stop],
        unavailable: BTreeMap::new(),
    };
    let ill = Picture {
        tills: [(address, till("3.5", true))].into(),
        breaks: [(found.key.clone(), found.clone())].into(),
        sales: sales.clone(),
        restarts: [("payment", 2)].into(),
        ..Picture::default()
    };
    let of = |open| Event::Break {
        found: found.clone(),
        open,
    };
    assert_eq!(
        ill.since(&well),
        [
            Event::Till(till("3.5", true)),
            of(true),
            Event::Sales(sales),
            Event::Actor {
                actor: "payment",
                restarts: 2,
            },
        ]
    );
    assert_eq!(
        well.since(&ill),
        [
            Event::Till(till("3.5", false)),
            of(false),
            Event::Sales(SalesLine::default()),
        ]
    );
}

async fn write(books: &Arc<dyn Books>, rows: Vec<RowWrite>) {
    let mut commit = Commit::new(books.incarnation().await.unwrap(), noon());
    commit.rows = rows;
    books.commit(commit).await.unwrap();
}

async fn look(books: &Arc<dyn Books>, before: Option<&Picture>) -> Picture {
    let roster = RosterSnapshot {
        fatal: None,
        actors: Vec::new(),
    };
    let look = Picture::of(books, before, &roster, noon());
    look.await.unwrap()
}

#[tokio::test]
async fn orders_are_followed_to_their_end_however_many_newer_ones_there_are() {
    let clock: Arc<dyn Clock> = Arc::new(TestClock::at(noon()));
    let books: Arc<dyn Books> = Arc::new(MemoryBooks::new(clock));
    let till = WalletAddress::basic(Hash256::new([1; 32]));
    let waits = rows::order(1, 1);
    let held = rows::held(&rows::order(2, 1), till);
    let old = vec![
        RowWrite::Customer(Write::new(rows::customer(1))),
        RowWrite::Wallet(Write::new(rows::wallet(till))),
        RowWrite::Order(Write::new(waits.clone())),
        RowWrite::Order(Write::new(held.clone())),
    ];
    write(&books, old).await;
    let first = look(&books, None).await;
    let newer = (10..130).map(|n| RowWrite::Order(Write::new(rows::order(n, 1))));
    write(&books, newer.collect()).await;
    let second = look(&books, Some(&first)).await;
    assert_eq!(
        second.since(&first).len(),
        120,
        "more than one page of new ones"
    );
    // Nothing happens, and nothing is told, look after look.
    let third = look(&books, Some(&second)).await;
    assert_eq!(third.since(&second), []);

    let mut ends = Vec::new();
    for (id, row) in [(1, &waits), (2, &held)] {
        let seen = books.order(OrderId::new(id)).await.unwrap().unwrap();
        assert_eq!(seen.row, *row);
        ends.push(RowWrite::Order(Write::over(
            &seen,
            rows::cancelled(&seen.row),
        )));
    }
    write(&books, ends).await;
    let fourth = look(&books, Some(&third)).await;
    let told: Vec<String> = fourth
        .since(&third)
        .iter()
        .map(|event| serde_json::to_value(event).unwrap())
        .map(|line| format!("{} {}", line["order"], line["state"]))
        .collect();
    assert_eq!(told, ["\"ord_1\" \"cancelled\"", "\"ord_2\" \"cancelled\""]);
    let fifth = look(&books, Some(&fourth)).await;
    assert_eq!(fifth.since(&fourth), []);
}
