//! Each kind of break: the lie that makes it, and what makes it go away.

use super::*;

type Bend = fn(&mut HistoryRow);

#[test]
fn witnesses_that_agree_find_nothing() {
    assert_eq!(three().found(), []);
    assert_eq!(honest(Vec::new()).found(), []);
}

#[test]
fn a_payment_that_nobody_signed_names_the_order_it_fits() {
    let mut witnesses = three();
    let lost = purchase(9, "petya", samples::stars(50));
    witnesses.add_tx(tx_of(&lost));
    let finding = |fits| Finding::PaymentUnexplained {
        wallet: WALLET,
        tx: tx(lt_of(9)),
        amount: lost.transfer.amount,
        fits,
    };
    assert_eq!(witnesses.found(), [finding(None)]);
    let reference = lost.transfer.link.unwrap().reference;
    witnesses
        .known
        .references
        .push((reference, OrderId::new(2)));
    assert_eq!(witnesses.found(), [finding(Some(OrderId::new(2)))]);
    witnesses.known.assigned.push((lt_of(9), None));
    assert_eq!(witnesses.found(), [], "a person said what it was");
}

#[test]
fn a_payment_to_fragment_without_a_reference_is_strange_too_and_others_are_the_owners_own() {
    let mut witnesses = three();
    let mut strange = tx_of(&purchase(9, "petya", samples::stars(50)));
    strange.out[0].reference = None;
    witnesses.add_tx(strange);
    assert_eq!(witnesses.found().len(), 1);
    witnesses.tx_mut(9).out[0].destination = address(0x99);
    assert_eq!(witnesses.found(), []);
}

#[test]
fn money_from_fragment_is_a_break_until_somebody_says_for_what() {
    let mut witnesses = three();
    witnesses.add_tx(deposit_tx(address(0x99), ton("5"), lt_of(8)));
    assert_eq!(witnesses.found(), [], "a deposit");
    witnesses.add_tx(deposit_tx(FRAGMENT, ton("0.3"), lt_of(9)));
    let (wallet, tx) = (WALLET, tx(lt_of(9)));
    let amount = ton("0.3");
    let back = Finding::MoneyBack { wallet, tx, amount };
    assert_eq!(witnesses.found(), [back]);
    witnesses
        .known
        .assigned
        .push((lt_of(9), Some(OrderId::new(1))));
    assert_eq!(witnesses.found(), []);
}

#[test]
fn a_payment_of_the_books_that_the_chain_does_not_show_is_missing() {
    let mut witnesses = three();
    witnesses.chain_mut().txs.remove(1);
    let missing = Finding::PaymentMissing {
        order: OrderId::new(2),
        transfer: TransferId::new(2),
        tx: tx(lt_of(2)),
    };
    assert_eq!(witnesses.found(), std::slice::from_ref(&missing));
    // Below the stretch nothing is known.
    witnesses.chain_mut().gapless_down_to = Some(lt_of(2));
    witnesses.chain_mut().txs.truncate(1);
    let comparison = witnesses.compare(&BreakRules::default());
    assert!(comparison.found.is_empty());
    assert!(!comparison.agrees(&missing), "not judged is not agreed");
}

#[test]
fn a_payment_that_the_books_do_not_count_is_found_in_each_state() {
    let late = [
        TransferState::ConsumedUnpaid { tx: tx(lt_of(2)) },
        TransferState::Dead { providers: 2 },
        TransferState::Superseded {
            by: TransferId::new(7),
        },
        TransferState::Foreign { why: "?".into() },
        TransferState::Signed,
    ];
    for state in late {
        let mut witnesses = three();
        witnesses.drop_row(2);
        witnesses.purchased(2).transfer.state = state.clone();
        let unbooked = Finding::PaymentUnbooked {
            order: OrderId::new(2),
            transfer: TransferId::new(2),
            tx: tx(lt_of(2)),
        };
        assert_eq!(witnesses.found(), [unbooked], "{state:?}");
    }
    let mut witnesses = three();
    witnesses.purchased(2).transfer.state = TransferState::Signed;
    witnesses.now = signed(2) + Span::minutes(5);
    assert_eq!(witnesses.found(), [], "it may be judged at any moment");
}

#[test]
fn what_left_otherwise_than_signed_differs() {
    for bend in [
        |tx: &mut FoundTx| tx.out[0].value = ton("0.327"),
        |tx: &mut FoundTx| tx.out[0].destination = address(0x99),
        |tx: &mut FoundTx| tx.out[0].body_hash = Hash256::new([9; 32]),
        |tx: &mut FoundTx| {
            tx.out.clear();
            tx.msgs_created = 0;
        },
    ] {
        let mut witnesses = three();
        bend(witnesses.tx_mut(2));
        let differs = Finding::PaymentDiffers {
            order: OrderId::new(2),
            transfer: TransferId::new(2),
            tx: tx(lt_of(2)),
        };
        assert_eq!(witnesses.found(), [differs]);
    }
    let mut witnesses = three();
    witnesses.tx_mut(2).out.clear();
    assert_eq!(witnesses.found(), [], "its messages are not shown yet");
    let mut witnesses = three();
    let refund = crate::domain::notice::RefundReason::TookTooLong;
    witnesses.purchased(2).transfer.purpose = Purpose::Burn { refund };
    witnesses.tx_mut(2).out[0].value = ton("0");
    witnesses.drop_row(2);
    assert_eq!(witnesses.found(), [], "a burn pays nobody");
}

#[test]
fn one_reference_paid_twice_is_told_whoever_signed() {
    let mut witnesses = three();
    let mut again = tx_of(witnesses.purchased(2));
    again.tx = tx(lt_of(9));
    again.message = Some(Hash256::new([0xEE; 32]));
    witnesses.add_tx(again);
    let kinds: Vec<_> = witnesses.found().iter().map(Finding::kind).collect();
    assert_eq!(kinds, ["payment_unexplained", "reference_paid_twice"]);
    witnesses.known.assigned.push((lt_of(9), None));
    assert_eq!(witnesses.found(), []);
}

#[test]
fn an_order_that_two_transfers_paid_is_told() {
    let mut witnesses = three();
    witnesses.purchased(3).order.id = OrderId::new(2);
    witnesses.purchased(3).transfer.order = OrderId::new(2);
    let twice = Finding::OrderPaidTwice {
        order: OrderId::new(2),
        first: TransferId::new(2),
        second: TransferId::new(3),
    };
    assert_eq!(witnesses.found(), [twice]);
}

#[test]
fn a_paid_order_without_a_row_is_unseen_and_a_delivered_one_unproven() {
    let mut witnesses = three();
    let row = witnesses.drop_row(3);
    let (order, transfer) = (OrderId::new(3), TransferId::new(3));
    let unproven = Finding::DeliveryUnproven { order, transfer };
    assert_eq!(witnesses.found(), std::slice::from_ref(&unproven));
    let parked = parked(&witnesses.purchased(3).order, transfer);
    witnesses.purchased(3).order = parked;
    let unseen = Finding::DeliveryUnseen { order, transfer };
    assert_eq!(witnesses.found(), std::slice::from_ref(&unseen));
    witnesses.add_row(row);
    let comparison = witnesses.compare(&BreakRules::default());
    assert!(comparison.found.is_empty());
    assert!(comparison.agrees(&unseen) && comparison.agrees(&unproven));
}

#[test]
fn young_payments_and_those_older_than_the_history_are_not_judged() {
    let mut witnesses = three();
    witnesses.drop_row(3);
    witnesses.now = signed(3) + Span::minutes(14);
    assert_eq!(witnesses.found(), [], "it may still come");
    let mut witnesses = three();
    witnesses.drop_row(1);
    assert_eq!(witnesses.found(), [], "the history begins behind it");
}

#[test]
fn a_row_that_nobody_caused_is_told_unless_it_is_young_or_older_than_the_books() {
    let mut witnesses = three();
    let row = HistoryRow {
        at: after(5_000),
        ..history_row()
    };
    witnesses.add_row(row.clone());
    let unclaimed = Finding::RowUnclaimed { row: row.clone() };
    assert_eq!(witnesses.found(), std::slice::from_ref(&unclaimed));
    witnesses.now = after(5_000) + Span::minutes(15);
    assert_eq!(witnesses.found(), [], "its order may still be at it");
    witnesses.now = after(86_400);
    witnesses.unclaimed.clear();
    let comparison = witnesses.compare(&BreakRules::default());
    assert!(comparison.agrees(&unclaimed), "an order claims it");
    let mut witnesses = three();
    let at = signed(1) - Span::seconds(1);
    witnesses.add_row(HistoryRow { at, ..row });
    assert_eq!(witnesses.found(), [], "bought before these books began");
}

#[test]
fn rows_from_before_the_purchases_that_were_read_are_not_judged() {
    let mut witnesses = three();
    let row = HistoryRow {
        at: after(5_000),
        ..history_row()
    };
    witnesses.add_row(row);
    assert_eq!(witnesses.found().len(), 1);
    witnesses.whole_from = Some(after(5_001));
    assert_eq!(witnesses.found(), []);
    witnesses.whole_from = None;
    assert_eq!(witnesses.found(), []);
}

#[test]
fn a_second_row_like_one_that_is_explained_is_told() {
    let mut witnesses = three();
    let twin = row_of(witnesses.purchased(3));
    witnesses.history.as_mut().unwrap().push(twin.clone());
    assert_eq!(witnesses.found(), [], "claimed by name, once for both");
    witnesses.unclaimed.push(twin.clone());
    assert_eq!(witnesses.found(), [Finding::RowUnclaimed { row: twin }]);
}

#[test]
fn a_row_near_a_purchase_that_says_something_else_differs_in_that() {
    let bends: [(Field, Bend); 3] = [
        (Field::Recipient, |row| {
            row.recipient = Username::parse("somebody").unwrap();
        }),
        (Field::Goods, |row| row.goods = samples::stars(500)),
        (Field::Price, |row| row.price = ton("0.4")),
    ];
    for (field, bend) in bends {
        let mut witnesses = three();
        let mut row = witnesses.drop_row(3);
        bend(&mut row);
        witnesses.add_row(row.clone());
        let order = OrderId::new(3);
        let fields = vec![field];
        assert_eq!(
            witnesses.found(),
            [Finding::RowDiffers { order, row, fields }]
        );
    }
    let mut witnesses = three();
    let mut row = witnesses.drop_row(3);
    row.recipient = Username::parse("somebody").unwrap();
    row.goods = samples::stars(500);
    witnesses.add_row(row);
    let kinds: Vec<_> = witnesses.found().iter().map(Finding::kind).collect();
    assert_eq!(
        kinds,
        ["delivery_unproven", "row_unclaimed"],
        "nothing alike"
    );
}

#[test]
fn a_break_about_a_row_is_over_when_a_history_that_reaches_back_shows_it_no_more() {
    let mut witnesses = three();
    let order = OrderId::new(3);
    let mut row = row_of(witnesses.purchased(3));
    row.goods = samples::stars(500);
    let differs = Finding::RowDiffers {
        order,
        row: row.clone(),
        fields: vec![Field::Goods],
    };
    let unclaimed = Finding::RowUnclaimed { row: row.clone() };
    witnesses.asked.push(row.clone());
    witnesses.unclaimed.push(row);
    let comparison = witnesses.compare(&BreakRules::default());
    assert!(comparison.agrees(&differs) && comparison.agrees(&unclaimed));
    witnesses.history.as_mut().unwrap().truncate(1);
    let comparison = witnesses.compare(&BreakRules::default());
    assert!(!comparison.agrees(&differs), "it may have been cut off");
    assert!(!comparison.agrees(&unclaimed), "it may have been cut off");
}

#[test]
fn goods_that_come_for_an_order_that_was_given_up_are_told() {
    let mut witnesses = three();
    let row = witnesses.drop_row(3);
    let gone = given_up(&witnesses.purchased(3).order);
    witnesses.purchased(3).order = gone;
    assert_eq!(witnesses.found(), [], "none came");
    witnesses.add_row(row.clone());
    let order = OrderId::new(3);
    assert_eq!(witnesses.found(), [Finding::LateDelivery { order, row }]);
}

#[test]
fn an_equal_order_has_its_row_before_one_that_was_given_up() {
    let mut witnesses = honest(vec![
        purchase(1, "anya_a", samples::stars(50)),
        purchase(2, "masha", samples::stars(50)),
        purchase(3, "masha", samples::stars(50)),
    ]);
    let gone = given_up(&witnesses.purchased(2).order);
    witnesses.purchased(2).order = gone;
    witnesses.drop_row(2);
    assert_eq!(witnesses.found(), [], "one row, for the one that waits");
    let late = HistoryRow {
        at: after(900),
        ..row_of(witnesses.purchased(3))
    };
    witnesses.add_row(late);
    let kinds: Vec<_> = witnesses.found().iter().map(Finding::kind).collect();
    assert_eq!(kinds.len(), 1, "{kinds:?}");
}

#[test]
fn an_order_that_a_person_assigned_a_payment_to_waits_for_its_row() {
    let mut witnesses = three();
    let row = HistoryRow {
        at: after(5_000),
        ..history_row()
    };
    witnesses.add_row(row);
    assert_eq!(witnesses.found().len(), 1);
    let tx = tx(lt_of(9));
    let outside = samples::parked(&[], Stage::PaidOutside { tx });
    witnesses.unfinished.push(outside);
    assert_eq!(witnesses.found(), []);
}

#[test]
fn what_is_no_payment_says_nothing() {
    let mut witnesses = three();
    witnesses.add_tx(FoundTx {
        message: Some(Hash256::new([0xEE; 32])),
        ..bare_tx(lt_of(9))
    });
    assert_eq!(witnesses.found(), []);
}
