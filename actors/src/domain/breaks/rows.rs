//! The books against Fragment's history. A row names goods, recipient, price and time, and no
//! order: rows of equal orders look alike, so they are counted, not recognised.

use std::collections::{BTreeMap, BTreeSet};

use super::witnesses::{Purchased, Witnesses};
use super::{BreakRules, Field, Finding, Found};
use crate::domain::ids::{OrderId, TransferId};
use crate::domain::order::{HistoryRow, Order, OrderState, Stage};
use crate::domain::transfer::{Purpose, TransferState};
use crate::domain::{Span, Timestamp};

/// The oldest row must be older than a purchase by this, or by the patience where that is less:
/// the page may round, and cuts off where it pleases.
const REACH: Span = Span::minutes(2);

/// A row may belong to a payment that is older by at most this, though it says something else.
const NEAR: Span = Span::hours(1);

/// What was judged of the history.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Rows {
    known: BTreeSet<TransferId>,
    settled: BTreeSet<TransferId>,
    explained: BTreeSet<HistoryRow>,
}

impl Rows {
    /// Whether the books were read about a transfer.
    pub(super) fn knows(&self, transfer: TransferId) -> bool {
        self.known.contains(&transfer)
    }

    /// Whether it has its row, or needs none any more.
    pub(super) fn is_settled(&self, transfer: TransferId) -> bool {
        self.settled.contains(&transfer)
    }

    /// Whether an order claims the row, or it is certainly an order's.
    pub(super) fn is_explained(&self, row: &HistoryRow) -> bool {
        self.explained.contains(row)
    }
}

/// How much a purchase wants a row.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Wish {
    /// It was paid for and delivered, or the delivery is awaited: a row must come.
    Must,
    /// It may still execute.
    May,
    /// The price went back: no row should come.
    GivenUp,
}

struct Wisher<'a> {
    purchased: &'a Purchased,
    wish: Wish,
    /// No row of it is older.
    from: Timestamp,
}

/// Compares; answers what was judged, and what was found.
pub(super) fn compare(witnesses: &Witnesses, rules: &BreakRules) -> (Rows, Vec<Found>) {
    let mut judged = Rows::default();
    let all = witnesses.purchases.iter();
    judged.known = all.map(|purchased| purchased.transfer.id).collect();
    let wishers = wishers(witnesses);
    // Whoever wants no row is settled by the books alone.
    let wanting: BTreeSet<TransferId> = wishers
        .iter()
        .filter(|one| one.wish == Wish::Must)
        .map(|one| one.purchased.transfer.id)
        .collect();
    judged.settled = judged.known.difference(&wanting).copied().collect();
    let claimed = |row: &&HistoryRow| !witnesses.unclaimed.contains(row);
    judged
        .explained
        .extend(witnesses.asked.iter().filter(claimed).cloned());
    let rows = witnesses.history.as_deref().unwrap_or_default();
    if rows.is_empty() {
        return (judged, Vec::new());
    }
    // A row that was shown and is not shown any more says nothing against anybody.
    let gone = witnesses
        .asked
        .iter()
        .filter(|row| !rows.contains(row) && reaches(rows, row));
    judged.explained.extend(gone.cloned());
    let met = meet(rows, &wishers);
    let given_up: BTreeSet<usize> = met
        .of_wisher
        .iter()
        .filter(|(wisher, _)| wishers.get(**wisher).is_some_and(Wisher::is_given_up))
        .map(|(_, row)| *row)
        .collect();
    for (wisher, row) in &met.of_wisher {
        if let (Some(wisher), Some(row)) = (wishers.get(*wisher), rows.get(*row)) {
            judged.settled.insert(wisher.purchased.transfer.id);
            if !wisher.is_given_up() {
                judged.explained.insert(row.clone());
            }
        }
    }
    let taken: BTreeSet<usize> = met.of_wisher.values().copied().collect();
    let left: Vec<&HistoryRow> = strange(witnesses, rows, &taken, rules);
    // A row that looks like one that nobody caused is not explained by its twin.
    for row in &left {
        judged.explained.remove(*row);
    }
    let lacking = lacking(witnesses, &wishers, &met, rules);
    let mut found = paired(&left, &lacking);
    let late = given_up.iter().filter_map(|place| {
        let row = rows.get(*place)?;
        let wisher = met.of_wisher.iter().find(|(_, row)| *row == place)?.0;
        let order = wishers.get(*wisher)?.purchased.order.id;
        let row = row.clone();
        let since = row.at;
        let finding = Finding::LateDelivery { order, row };
        Some(Found { finding, since })
    });
    found.extend(late.filter(|found| {
        let row = found.finding.row();
        row.is_some_and(|row| witnesses.unclaimed.contains(row))
    }));
    (judged, found)
}

/// Whether the history goes back beyond a row, so that it would still be shown.
fn reaches(rows: &[HistoryRow], row: &HistoryRow) -> bool {
    let mut older = rows.iter();
    older.any(|one| {
        let shelf = (one.login, one.goods.kind()) == (row.login, row.goods.kind());
        shelf && one.at < row.at
    })
}

/// Every purchase of this login that has or may have a row.
fn wishers(witnesses: &Witnesses) -> Vec<Wisher<'_>> {
    let wishers = witnesses.purchases.iter().filter_map(|purchased| {
        let link = purchased.transfer.link.as_ref()?;
        let wish = wish(purchased)?;
        let from = HistoryRow::earliest(&purchased.transfer);
        (Some(link.login) == witnesses.login).then_some(Wisher {
            purchased,
            wish,
            from,
        })
    });
    wishers.collect()
}

fn wish(Purchased { transfer, order }: &Purchased) -> Option<Wish> {
    match (&transfer.purpose, &transfer.state) {
        (Purpose::Burn { .. }, _) => None,
        (Purpose::Goods, TransferState::Signed) => Some(Wish::May),
        (Purpose::Goods, TransferState::Paid { .. }) => Some(match &order.state {
            OrderState::Refunded { .. } => Wish::GivenUp,
            OrderState::Paid { .. } | OrderState::Delivered { .. } => Wish::Must,
            OrderState::Parked { stage, .. } => match stage {
                Stage::Paid { bounced: false, .. } => Wish::Must,
                Stage::Paid { bounced: true, .. }
                | Stage::Unsigned
                | Stage::Signed { .. }
                | Stage::PaidOutside { .. } => Wish::May,
            },
            OrderState::AwaitingPayment { .. }
            | OrderState::Held { .. }
            | OrderState::Linked { .. }
            | OrderState::Paying { .. }
            | OrderState::Cancelled { .. } => Wish::May,
        }),
        (
            Purpose::Goods,
            TransferState::ConsumedUnpaid { .. }
            | TransferState::Dead { .. }
            | TransferState::Superseded { .. }
            | TransferState::Foreign { .. }
            | TransferState::Bounced { .. },
        ) => None,
    }
}

impl Wisher<'_> {
    fn is_given_up(&self) -> bool {
        self.wish == Wish::GivenUp
    }

    fn fits(&self, row: &HistoryRow) -> bool {
        let Purchased { transfer, order } = self.purchased;
        let link = transfer.link.as_ref();
        link.is_some_and(|link| row.fits(order, transfer, link))
    }
}

/// Who has which row, by their places.
struct Met {
    of_wisher: BTreeMap<usize, usize>,
}

/// Gives as many wishers a row as can have one. Whoever must have one comes first; of equal ones
/// the youngest, because every row that it may have, its elders may have too.
fn meet(rows: &[HistoryRow], wishers: &[Wisher<'_>]) -> Met {
    let mut turns: Vec<(usize, &Wisher<'_>)> = wishers.iter().enumerate().collect();
    turns.sort_by_key(|(_, wisher)| (wisher.wish, std::cmp::Reverse(wisher.from)));
    let mut free: Vec<(usize, &HistoryRow)> = rows.iter().enumerate().collect();
    free.sort_by_key(|(_, row)| row.at);
    let mut of_wisher = BTreeMap::new();
    for (wisher, wants) in turns {
        if let Some(place) = free.iter().position(|(_, row)| wants.fits(row)) {
            let (row, _) = free.remove(place);
            of_wisher.insert(wisher, row);
        }
    }
    Met { of_wisher }
}

/// Rows that nobody took: unclaimed, older than the patience, and from the time of these books.
fn strange<'a>(
    witnesses: &Witnesses,
    rows: &'a [HistoryRow],
    taken: &BTreeSet<usize>,
    rules: &BreakRules,
) -> Vec<&'a HistoryRow> {
    let of_login = witnesses.purchases.iter().filter(|purchased| {
        let link = purchased.transfer.link.as_ref();
        link.map(|link| link.login) == witnesses.login
    });
    // What was bought before these books signed for the first time is not theirs.
    let begun = of_login.map(|purchased| purchased.transfer.signed_at).min();
    let (Some(begun), Some(whole_from)) = (begun, witnesses.whole_from) else {
        return Vec::new();
    };
    let begun = begun.max(whole_from);
    let left = rows.iter().enumerate().filter(|(place, row)| {
        !taken.contains(place)
            && witnesses.unclaimed.contains(row)
            && row.at >= begun
            && row.at + rules.patience < witnesses.now
            && !witnesses.unfinished.iter().any(|order| awaits(order, row))
    });
    left.map(|(_, row)| row).collect()
}

/// Whether a person's word about a payment makes an order wait for such a row.
fn awaits(order: &Order, row: &HistoryRow) -> bool {
    let outside = match &order.state {
        OrderState::Parked { stage, .. } => match stage {
            Stage::PaidOutside { .. } => true,
            Stage::Unsigned | Stage::Signed { .. } | Stage::Paid { .. } => false,
        },
        OrderState::AwaitingPayment { .. }
        | OrderState::Held { .. }
        | OrderState::Linked { .. }
        | OrderState::Paying { .. }
        | OrderState::Paid { .. }
        | OrderState::Delivered { .. }
        | OrderState::Refunded { .. }
        | OrderState::Cancelled { .. } => false,
    };
    outside && row.goods == order.quote.product && row.recipient == order.quote.recipient.username
}

/// Purchases that must have a row, have none, and whose time the history still shows.
fn lacking<'a>(
    witnesses: &Witnesses,
    wishers: &'a [Wisher<'a>],
    met: &Met,
    rules: &BreakRules,
) -> Vec<&'a Wisher<'a>> {
    let rows = witnesses.history.as_deref().unwrap_or_default();
    let shows = |wisher: &Wisher<'_>| {
        let goods = wisher.purchased.order.quote.product.kind();
        let shelf = rows.iter().filter(|row| row.goods.kind() == goods);
        let oldest = shelf.map(|row| row.at).min();
        let reach = wisher.purchased.transfer.signed_at - REACH.min(rules.patience);
        oldest.is_some_and(|oldest| oldest < reach)
    };
    let lacking = wishers.iter().enumerate().filter(|(place, wisher)| {
        wisher.wish == Wish::Must
            && !met.of_wisher.contains_key(place)
            && wisher.purchased.transfer.signed_at + rules.patience < witnesses.now
            && shows(wisher)
    });
    lacking.map(|(_, wisher)| wisher).collect()
}

/// A row and a purchase that are left over, near each other and half alike, are one break.
fn paired(left: &[&HistoryRow], lacking: &[&Wisher<'_>]) -> Vec<Found> {
    let mut found = Vec::new();
    let mut with_row = BTreeSet::new();
    for row in left {
        let pair = lacking.iter().find(|wisher| {
            !with_row.contains(&wisher.purchased.transfer.id) && is_near(wisher, row)
        });
        let since = row.at;
        let row = (*row).clone();
        let finding = match pair {
            Some(wisher) => {
                with_row.insert(wisher.purchased.transfer.id);
                let order: OrderId = wisher.purchased.order.id;
                let fields = differing(wisher.purchased, &row);
                Finding::RowDiffers { order, row, fields }
            }
            None => Finding::RowUnclaimed { row },
        };
        found.push(Found { finding, since });
    }
    let alone = lacking
        .iter()
        .filter(|wisher| !with_row.contains(&wisher.purchased.transfer.id));
    found.extend(alone.map(|wisher| unseen(wisher.purchased)));
    found
}

fn unseen(Purchased { transfer, order }: &Purchased) -> Found {
    let (order_id, transfer_id) = (order.id, transfer.id);
    let finding = match &order.state {
        OrderState::Delivered { .. } => Finding::DeliveryUnproven {
            order: order_id,
            transfer: transfer_id,
        },
        OrderState::AwaitingPayment { .. }
        | OrderState::Held { .. }
        | OrderState::Linked { .. }
        | OrderState::Paying { .. }
        | OrderState::Paid { .. }
        | OrderState::Refunded { .. }
        | OrderState::Cancelled { .. }
        | OrderState::Parked { .. } => Finding::DeliveryUnseen {
            order: order_id,
            transfer: transfer_id,
        },
    };
    let since = transfer.signed_at;
    Found { finding, since }
}

fn is_near(wisher: &Wisher<'_>, row: &HistoryRow) -> bool {
    let fields = differing(wisher.purchased, row);
    // The same person with other goods or at another price; or the same goods at the same price
    // for somebody else.
    let alike = !fields.contains(&Field::Recipient) || fields.len() == 1;
    let signed_at = wisher.purchased.transfer.signed_at;
    alike && row.at >= wisher.from && row.at <= signed_at + NEAR
}

fn differing(Purchased { transfer, order }: &Purchased, row: &HistoryRow) -> Vec<Field> {
    let same = [
        (
            Field::Recipient,
            row.recipient == order.quote.recipient.username,
        ),
        (Field::Goods, row.goods == order.quote.product),
        (Field::Price, row.price == transfer.amount),
    ];
    let differing = same.into_iter().filter(|(_, same)| !same);
    differing.map(|(field, _)| field).collect()
}
