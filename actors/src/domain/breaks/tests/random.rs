//! Random shops: whoever tells the truth is never accused, whatever of it is heard, and one lie is
//! found for what it is.

use proptest::prelude::*;

use super::*;

/// Some purchases of few people and goods, so that many are equal.
fn purchases() -> impl Strategy<Value = Vec<Purchased>> {
    let one = (0..3_usize, 0..2_usize, 0..4_u8);
    proptest::collection::vec(one, 1..12).prop_map(|all| {
        let people = ["anya_a", "boris", "masha"];
        let goods = [samples::stars(50), samples::stars(100)];
        let numbered = (1..).zip(all);
        let purchases = numbered.map(|(n, (who, what, state))| {
            let mut one = purchase(n, people[who], goods[what]);
            // One in four is still parked behind its payment.
            if state == 0 {
                one.order = parked(&one.order, one.transfer.id);
            }
            one
        });
        purchases.collect()
    })
}

/// How much of the truth is heard.
fn heard(mut witnesses: Witnesses, rows: usize, txs: usize, silent: (bool, bool)) -> Witnesses {
    let history = witnesses.history.as_mut().unwrap();
    history.truncate(rows);
    let chain = witnesses.chain_mut();
    chain.txs.truncate(txs.max(1));
    let last = chain.txs.last().unwrap().tx.lt;
    chain.gapless_down_to = Some(last - 1);
    if silent.0 {
        witnesses.chain = None;
    }
    if silent.1 {
        witnesses.history = None;
    }
    witnesses
}

proptest! {
    #[test]
    fn nobody_who_tells_the_truth_is_accused(
        all in purchases(),
        rows in 0..12_usize,
        txs in 1..12_usize,
        silent in any::<(bool, bool)>(),
        claimed in any::<bool>(),
        seconds in 0..100_000_i64,
    ) {
        let mut witnesses = honest(all);
        if !claimed {
            witnesses.unclaimed = witnesses.asked.clone();
        }
        witnesses.now = after(1_440) + Span::seconds(seconds);
        let witnesses = heard(witnesses, rows, txs, silent);
        prop_assert_eq!(witnesses.found(), []);
    }

    #[test]
    fn a_payment_more_is_found_and_never_agreed(all in purchases(), silent in any::<bool>()) {
        let mut witnesses = honest(all);
        let strange = purchase(99, "petya", samples::stars(50));
        witnesses.add_tx(tx_of(&strange));
        if silent {
            witnesses.history = None;
        }
        let comparison = witnesses.compare(&BreakRules::default());
        let kinds: Vec<_> = comparison.found.iter().map(|one| one.finding.kind()).collect();
        prop_assert_eq!(kinds, ["payment_unexplained"]);
        prop_assert!(!comparison.agrees(&comparison.found[0].finding));
    }

    /// Rows of equal orders look alike: whichever is lost, exactly one order lacks its row.
    #[test]
    fn a_row_less_is_one_order_without_one(all in purchases(), which in any::<proptest::sample::Index>()) {
        let count = all.len();
        prop_assume!(count > 1);
        let mut witnesses = honest(all);
        let rows = witnesses.history.as_mut().unwrap();
        // The oldest row says how far the history reaches.
        rows.remove(which.index(count - 1));
        let found = witnesses.found();
        prop_assert!(found.len() <= 1, "{found:?}");
        let reaches = row_of(&witnesses.purchases[0]).at;
        let lacking = found.iter().filter_map(Finding::order).next();
        let judged = witnesses.purchases.iter().filter(|one| {
            HistoryRow::earliest(&one.transfer) > reaches
        });
        if let Some(order) = lacking {
            prop_assert!(judged.clone().any(|one| one.order.id == order));
        }
    }

    #[test]
    fn a_row_more_is_told_once(all in purchases()) {
        let mut witnesses = honest(all);
        let row = HistoryRow {
            at: after(9_000),
            ..history_row()
        };
        witnesses.add_row(row.clone());
        prop_assert_eq!(witnesses.found(), [Finding::RowUnclaimed { row }]);
    }
}
