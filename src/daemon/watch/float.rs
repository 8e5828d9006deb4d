//! How fast a till's TON goes, and when it will be gone.

use starkeeper_actors::domain::ledger::{EntryKey, Line, Statement};
use starkeeper_actors::domain::money::{NanoTon, mul_div_ceil, mul_div_floor};
use starkeeper_actors::domain::{Span, Timestamp};

/// What the rate looks back at, and what it is counted for.
const DAY: Span = Span::hours(24);

/// A younger history counts as so old, so that the first order does not seem to empty the till.
const LEAST: Span = Span::hours(1);

/// TON that leave a till in a day, by what left it in the last 24 hours: goods, fees, and less what
/// came back. What people put in or took out is no part of it. If one of the statements begins
/// later than that, what it shows is scaled up to a day; `last` is how many lines were asked for.
/// None if that does not fit.
pub(super) fn per_day(
    float: &Statement,
    held: &Statement,
    last: usize,
    now: Timestamp,
) -> Option<NanoTon> {
    // The float's first line is the beginning of the till, or as far as its lines reach; what is
    // held begins with the first order, so that only a cut statement bounds the look back.
    let first = float.lines.first().map(|line| line.at);
    let cut = held.lines.first().filter(|_| held.lines.len() >= last);
    let bounds = [Some(now - DAY), first, cut.map(|line| line.at)];
    let from = bounds.into_iter().flatten().max()?;
    let lines = float.lines.iter().chain(&held.lines);
    let counted = lines.filter(|line| line.at >= from && is_run(line));
    let change = counted.fold(0_i64, |sum, line| sum.saturating_add(line.change));
    let left = change.saturating_neg().max(0);
    let covered = (now - from).max(LEAST).min(DAY);
    let (day, covered) = (DAY.num_seconds(), covered.num_seconds());
    let rate = mul_div_ceil(left, i128::from(day), i128::from(covered)).ok()?;
    Some(NanoTon::from_nanos(rate))
}

/// How long the free TON last at a rate; none while nothing leaves.
pub(super) fn empty_in(free: NanoTon, per_day: NanoTon) -> Option<Span> {
    if !per_day.is_positive() {
        return None;
    }
    let (free, rate) = (free.nanos().max(0), per_day.nanos());
    let seconds = mul_div_floor(free, i128::from(DAY.num_seconds()), i128::from(rate));
    // Beyond what can be counted it is as good as never.
    seconds.ok().and_then(Span::try_seconds)
}

/// Whether a line belongs to selling: goods, fees, money that bounced. Reserving moves TON between
/// the two accounts of a till, so both its lines are left out together.
const fn is_run(line: &Line) -> bool {
    match &line.key {
        EntryKey::Spent { .. } | EntryKey::NetworkFee { .. } | EntryKey::Bounce { .. } => true,
        EntryKey::Credit { .. }
        | EntryKey::Reversal { .. }
        | EntryKey::Lock { .. }
        | EntryKey::Unlock { .. }
        | EntryKey::RefundHold { .. }
        | EntryKey::RefundEnd { .. }
        | EntryKey::Hold { .. }
        | EntryKey::Release { .. }
        | EntryKey::Settle { .. }
        | EntryKey::Explained { .. }
        | EntryKey::Adopted { .. }
        | EntryKey::Orphan { .. }
        | EntryKey::OrphanBack { .. }
        | EntryKey::CarriedOver { .. }
        | EntryKey::Adjustment { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use starkeeper_actors::domain::ids::{Hash256, OrderId, TransferId, WalletAddress};
    use starkeeper_actors::domain::ledger::{Account, Entry};

    use super::*;

    const TON: i64 = 1_000_000_000;

    fn wallet() -> WalletAddress {
        WalletAddress::basic(Hash256::new([7; 32]))
    }

    fn now() -> Timestamp {
        Timestamp::from_timestamp(1_800_000_000, 0).unwrap()
    }

    fn ago(span: Span) -> Timestamp {
        now() - span
    }

    /// The till's first balance.
    fn adopted(tons: i64) -> Entry {
        let opening = Account::Opening(starkeeper_actors::domain::ledger::Asset::Ton);
        let entry = Entry::new(EntryKey::Adopted { wallet: wallet() });
        let amount = NanoTon::from_nanos(tons * TON);
        entry
            .post(Account::Float(wallet()), opening, amount)
            .unwrap()
    }

    /// An order that reserved 12 TON and cost 10, with a fee of a tenth.
    fn sold(n: i64) -> [Entry; 3] {
        let (float, held) = (Account::Float(wallet()), Account::FloatHeld(wallet()));
        let transfer = TransferId::new(n);
        let order = OrderId::new(n);
        let nanos = NanoTon::from_nanos;
        let hold = Entry::new(EntryKey::Hold { order });
        let spent = Entry::new(EntryKey::Spent { transfer });
        let spent = spent.post(Account::CostOfGoods, held, nanos(10 * TON));
        let fee = Entry::new(EntryKey::NetworkFee { transfer });
        [
            hold.post(held, float, nanos(12 * TON)).unwrap(),
            spent.unwrap().post(float, held, nanos(2 * TON)).unwrap(),
            fee.post(Account::NetworkFees, float, nanos(TON / 10))
                .unwrap(),
        ]
    }

    /// What the books would show, at most `last` lines of each.
    fn statements(entries: &[(Timestamp, Entry)], last: usize) -> [Statement; 2] {
        [Account::Float(wallet()), Account::FloatHeld(wallet())].map(|account| {
            let all = entries.iter().map(|(at, entry)| (*at, entry));
            let mut shown = Statement::of(account, 0, all);
            let cut = shown.lines.len().saturating_sub(last);
            shown.lines.drain(..cut);
            shown
        })
    }

    fn rate(entries: &[(Timestamp, Entry)], last: usize) -> i64 {
        let [float, held] = statements(entries, last);
        per_day(&float, &held, last, now()).unwrap().nanos()
    }

    fn history(age: Span, sales: &[Span]) -> Vec<(Timestamp, Entry)> {
        let mut entries = vec![(ago(age), adopted(1_000))];
        for (n, sale) in (1..).zip(sales) {
            entries.extend(sold(n).map(|entry| (ago(*sale), entry)));
        }
        entries
    }

    #[test]
    fn the_rate_is_what_left_in_a_day() {
        let cost = 10 * TON + TON / 10;
        let nothing = history(Span::days(9), &[]);
        assert_eq!(rate(&nothing, 100), 0, "putting TON in is no sale");
        let two = history(
            Span::days(9),
            &[Span::hours(30), Span::hours(20), Span::hours(1)],
        );
        assert_eq!(rate(&two, 100), 2 * cost, "and yesterday's do not count");
        let young = history(Span::hours(6), &[Span::hours(1)]);
        assert_eq!(rate(&young, 100), 4 * cost, "six hours are scaled to a day");
        let new = history(Span::minutes(1), &[Span::seconds(10)]);
        assert_eq!(rate(&new, 100), 24 * cost, "a minute counts as an hour");
    }

    #[test]
    fn a_statement_that_is_cut_covers_less_than_a_day() {
        let sales: Vec<Span> = (0..200).rev().map(|n| Span::minutes(3 * n)).collect();
        let all = history(Span::days(9), &sales);
        // 30 lines are the ten newest sales, which cover less than the least that is scaled.
        let cut = rate(&all, 30);
        assert_eq!(cut, 10 * 24 * (10 * TON + TON / 10));
        assert!(
            cut > rate(&all, 10_000),
            "which knows all 200 sales of the day"
        );
    }

    #[test]
    fn empty_in_follows_from_both() {
        let nanos = NanoTon::from_nanos;
        let days = |free, rate| empty_in(nanos(free), nanos(rate));
        assert_eq!(days(100 * TON, 50 * TON), Some(Span::days(2)));
        assert_eq!(days(0, TON), Some(Span::zero()));
        assert_eq!(
            days(-5, TON),
            Some(Span::zero()),
            "a fact may take it below zero"
        );
        assert_eq!(days(TON, 0), None);
        assert_eq!(days(i64::MAX, 1), None, "longer than can be counted");
    }
}
