//! A witness that is silent, stale or odd: no break, and no all-clear.

use super::*;

/// Every break that concerns the chain, or the history, of the third purchase.
fn all() -> Vec<Finding> {
    let (order, transfer, wallet) = (OrderId::new(3), TransferId::new(3), WALLET);
    let tx = tx(lt_of(3));
    let row = HistoryRow {
        at: after(5_000),
        ..history_row()
    };
    vec![
        Finding::PaymentUnexplained {
            wallet,
            tx,
            amount: ton("1"),
            fits: None,
        },
        Finding::MoneyBack {
            wallet,
            tx,
            amount: ton("1"),
        },
        Finding::PaymentMissing {
            order,
            transfer,
            tx,
        },
        Finding::PaymentUnbooked {
            order,
            transfer,
            tx,
        },
        Finding::PaymentDiffers {
            order,
            transfer,
            tx,
        },
        Finding::ReferencePaidTwice {
            reference: PaymentRef::parse("Ref3").unwrap(),
            wallet,
            order: None,
            first: tx,
            second: tx,
        },
        Finding::DeliveryUnseen { order, transfer },
        Finding::DeliveryUnproven { order, transfer },
        Finding::RowUnclaimed { row: row.clone() },
        Finding::LateDelivery { order, row },
    ]
}

/// What is judged, by kind.
fn judged(witnesses: &Witnesses) -> Vec<&'static str> {
    let comparison = witnesses.compare(&BreakRules::default());
    let all = all().into_iter();
    all.filter(|finding| comparison.agrees(finding))
        .map(|finding| finding.kind())
        .collect()
}

const OF_CHAIN: [&str; 6] = [
    "payment_unexplained",
    "money_back",
    "payment_missing",
    "payment_unbooked",
    "payment_differs",
    "reference_paid_twice",
];

const OF_ROWS: [&str; 2] = ["delivery_unseen", "delivery_unproven"];

#[test]
fn witnesses_that_are_heard_judge_what_they_cover() {
    assert_eq!(judged(&three()), [&OF_CHAIN[..], &OF_ROWS[..]].concat());
}

#[test]
fn a_chain_that_is_silent_stale_or_odd_decides_nothing() {
    let odd: [fn(&mut Witnesses); 7] = [
        |witnesses| witnesses.chain = None,
        |witnesses| witnesses.chain_mut().gapless_down_to = None,
        |witnesses| witnesses.chain_mut().head = None,
        // Everything there is, and nothing of it is shown.
        |witnesses| witnesses.chain_mut().txs.clear(),
        // Older than what the books know.
        |witnesses| {
            witnesses.chain_mut().txs.remove(0);
            witnesses.chain_mut().head = Some(tx(lt_of(2)));
        },
        |witnesses| witnesses.wallet.last = Some(tx(lt_of(9))),
        |witnesses| witnesses.tx_mut(1).committed = false,
    ];
    for (nth, bend) in odd.into_iter().enumerate() {
        let mut witnesses = three();
        let lost = purchase(9, "petya", samples::stars(50));
        witnesses.chain_mut().txs.push(tx_of(&lost));
        bend(&mut witnesses);
        assert_eq!(witnesses.found(), [], "{nth}");
        assert_eq!(judged(&witnesses), OF_ROWS, "{nth}");
    }
}

#[test]
fn a_history_that_is_silent_or_empty_decides_nothing() {
    for history in [None, Some(Vec::new())] {
        let mut witnesses = three();
        witnesses.history = history;
        assert_eq!(witnesses.found(), []);
        assert_eq!(judged(&witnesses), OF_CHAIN);
    }
}

#[test]
fn one_shelf_of_the_history_says_nothing_of_the_other() {
    let premium = Product::Premium(crate::domain::catalog::PremiumMonths::Three);
    let mut witnesses = honest(vec![
        purchase(1, "anya_a", samples::stars(50)),
        purchase(2, "boris", samples::stars(50)),
        purchase(3, "masha", premium),
    ]);
    witnesses.drop_row(3);
    assert_eq!(witnesses.found(), [], "no row of Premium at all");
}

#[test]
fn purchases_that_were_not_read_are_not_judged() {
    let mut witnesses = three();
    witnesses
        .purchases
        .retain(|one| one.transfer.id != TransferId::new(3));
    let judged = judged(&witnesses);
    for kind in ["payment_missing", "delivery_unseen", "payment_differs"] {
        assert!(!judged.contains(&kind), "{kind}");
    }
}

#[test]
fn the_history_of_another_login_is_not_this_tills() {
    let mut witnesses = three();
    witnesses.login = Some(LoginId::new(2));
    witnesses.add_row(HistoryRow {
        at: after(5_000),
        login: LoginId::new(2),
        ..history_row()
    });
    assert_eq!(
        witnesses.found(),
        [],
        "this login bought nothing for these books"
    );
}
