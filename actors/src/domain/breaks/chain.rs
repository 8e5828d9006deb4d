//! The books against the chain: every payment that left, and every payment that should have.

use std::collections::BTreeMap;

use super::witnesses::{Purchased, Witnesses};
use super::{BreakRules, Finding, Found};
use crate::domain::ids::{OrderId, PaymentRef, TransferId};
use crate::domain::money::NanoTon;
use crate::domain::transfer::{FoundTx, OutMessage, Purpose, Transfer, TransferState, TxPos};

/// The stretch of the wallet's transactions that the chain has told without a gap.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Chain {
    /// Everything above this logical time …
    above: u64,
    /// … up to this one.
    up_to: u64,
}

impl Chain {
    /// Whether a transaction at this logical time would have been told.
    pub(super) const fn covers(&self, lt: u64) -> bool {
        self.above < lt && lt <= self.up_to
    }
}

/// The chain's word, if it counts: gapless to its end, no older than what the books know, and
/// nothing in it that may still be reorganised away.
pub(super) fn heard(witnesses: &Witnesses) -> Option<Chain> {
    let history = witnesses.chain.as_ref()?;
    let (above, head) = (history.gapless_down_to?, history.head?);
    let paid = witnesses.purchases.iter().filter_map(paid_at);
    let newest_known = paid
        .chain(witnesses.wallet.last)
        .map(|tx| tx.lt)
        .max()
        .unwrap_or(0);
    let whole = history
        .txs
        .iter()
        .all(|tx| tx.committed && tx.tx.lt > above);
    let begins = history.txs.iter().any(|tx| tx.tx == head) || above >= head.lt;
    let counts = head.lt >= newest_known && whole && begins;
    counts.then_some(Chain {
        above,
        up_to: head.lt,
    })
}

/// Orders that two transfers have paid; the books alone say so.
pub(super) fn twice(witnesses: &Witnesses) -> Vec<Found> {
    let mut paid: BTreeMap<OrderId, Vec<&Transfer>> = BTreeMap::new();
    for Purchased { transfer, .. } in &witnesses.purchases {
        if let (TransferState::Paid { .. }, Purpose::Goods) = (&transfer.state, transfer.purpose) {
            paid.entry(transfer.order).or_default().push(transfer);
        }
    }
    let twice = paid.into_iter().filter_map(|(order, mut transfers)| {
        transfers.sort_by_key(|transfer| transfer.id);
        let [first, second, ..] = transfers.as_slice() else {
            return None;
        };
        let finding = Finding::OrderPaidTwice {
            order,
            first: first.id,
            second: second.id,
        };
        let since = second.signed_at;
        Some(Found { finding, since })
    });
    twice.collect()
}

/// Compares, in a stretch that counts.
pub(super) fn compare(witnesses: &Witnesses, chain: &Chain, rules: &BreakRules) -> Vec<Found> {
    let txs = witnesses.chain.iter().flat_map(|history| &history.txs);
    let txs: Vec<&FoundTx> = txs.filter(|tx| chain.covers(tx.tx.lt)).collect();
    let told = txs
        .iter()
        .filter_map(|tx| of_tx(witnesses, tx, rules))
        .collect::<Vec<_>>();
    let missing = witnesses
        .purchases
        .iter()
        .filter_map(|purchased| missing(purchased, chain, &txs));
    let mut found = told;
    found.extend(missing);
    found.extend(same_reference(witnesses, &txs));
    found
}

/// What a transaction says against the books.
fn of_tx(witnesses: &Witnesses, tx: &FoundTx, rules: &BreakRules) -> Option<Found> {
    let known = &witnesses.known;
    if is_assigned(witnesses, tx.tx) {
        return None;
    }
    let wallet = witnesses.wallet.address;
    let Some(message) = tx.message else {
        let from_fragment = tx
            .from
            .is_some_and(|from| known.destinations.contains(&from));
        let finding = Finding::MoneyBack {
            wallet,
            tx: tx.tx,
            amount: tx.value_in,
        };
        return (tx.bounced || from_fragment).then(|| at(finding, tx));
    };
    let ours = known.messages.iter().find(|(hash, _)| *hash == message);
    if let Some((_, transfer)) = ours {
        let purchased = find(witnesses, *transfer)?;
        return of_transfer(witnesses, purchased, tx, rules);
    }
    let reference = tx.out.iter().find_map(|out| out.reference.as_ref());
    let to_fragment = |out: &&OutMessage| known.destinations.contains(&out.destination);
    if reference.is_none() && !tx.out.iter().any(|out| to_fragment(&out)) {
        return None;
    }
    let sum = tx.out.iter().map(|out| out.value);
    let amount = sum
        .into_iter()
        .try_fold(NanoTon::ZERO, NanoTon::checked_add)
        .unwrap_or(NanoTon::ZERO);
    let finding = Finding::PaymentUnexplained {
        wallet,
        tx: tx.tx,
        amount,
        fits: reference.and_then(|reference| owner(witnesses, reference)),
    };
    Some(at(finding, tx))
}

/// What the transaction of a message of ours says against its transfer.
fn of_transfer(
    witnesses: &Witnesses,
    Purchased { transfer, .. }: &Purchased,
    tx: &FoundTx,
    rules: &BreakRules,
) -> Option<Found> {
    let shown = u32::try_from(tx.out.len()).unwrap_or(u32::MAX);
    // A burn pays nobody; a transaction whose messages are not all shown yet says nothing.
    if matches!(transfer.purpose, Purpose::Burn { .. }) || shown < tx.msgs_created {
        return None;
    }
    let pays = tx.out.iter().any(|out| {
        let same = (out.destination, out.value, out.body_hash);
        same == (transfer.destination, transfer.amount, transfer.body_hash)
    });
    let (order, transfer_id) = (transfer.order, transfer.id);
    let differs = Finding::PaymentDiffers {
        order,
        transfer: transfer_id,
        tx: tx.tx,
    };
    let unbooked = Finding::PaymentUnbooked {
        order,
        transfer: transfer_id,
        tx: tx.tx,
    };
    let finding = match &transfer.state {
        TransferState::Paid { tx: place } | TransferState::Bounced { tx: place, .. } => {
            let as_booked = pays && *place == tx.tx;
            (!as_booked).then_some(differs)
        }
        // It may be judged at any moment.
        TransferState::Signed => {
            let late = tx.at + rules.patience < witnesses.now;
            (pays && late).then_some(unbooked)
        }
        TransferState::ConsumedUnpaid { .. }
        | TransferState::Dead { .. }
        | TransferState::Superseded { .. }
        | TransferState::Foreign { .. } => pays.then_some(unbooked),
    };
    finding.map(|finding| at(finding, tx))
}

/// A payment of the books that the chain does not show where it should stand.
fn missing(purchased: &Purchased, chain: &Chain, txs: &[&FoundTx]) -> Option<Found> {
    let place = paid_at(purchased)?;
    let there = txs.iter().any(|tx| tx.tx == place);
    let Purchased { transfer, .. } = purchased;
    let finding = Finding::PaymentMissing {
        order: transfer.order,
        transfer: transfer.id,
        tx: place,
    };
    let since = transfer.signed_at;
    (chain.covers(place.lt) && !there).then_some(Found { finding, since })
}

fn same_reference(witnesses: &Witnesses, txs: &[&FoundTx]) -> Vec<Found> {
    let mut payments: BTreeMap<&PaymentRef, Vec<&FoundTx>> = BTreeMap::new();
    for tx in txs {
        if is_assigned(witnesses, tx.tx) {
            continue;
        }
        for reference in tx.out.iter().filter_map(|out| out.reference.as_ref()) {
            payments.entry(reference).or_default().push(tx);
        }
    }
    let twice = payments.into_iter().filter_map(|(reference, mut txs)| {
        txs.sort_by_key(|tx| tx.tx.lt);
        let [first, second, ..] = txs.as_slice() else {
            return None;
        };
        let finding = Finding::ReferencePaidTwice {
            reference: reference.clone(),
            wallet: witnesses.wallet.address,
            order: owner(witnesses, reference),
            first: first.tx,
            second: second.tx,
        };
        Some(at(finding, second))
    });
    twice.collect()
}

/// Where the books say that it paid.
fn paid_at(purchased: &Purchased) -> Option<TxPos> {
    match &purchased.transfer.state {
        TransferState::Paid { tx } | TransferState::Bounced { tx, .. } => Some(*tx),
        TransferState::Signed
        | TransferState::ConsumedUnpaid { .. }
        | TransferState::Dead { .. }
        | TransferState::Superseded { .. }
        | TransferState::Foreign { .. } => None,
    }
}

/// Whether a person said what it was.
fn is_assigned(witnesses: &Witnesses, tx: TxPos) -> bool {
    let assigned = &witnesses.known.assigned;
    assigned.iter().any(|(lt, _)| *lt == tx.lt)
}

fn owner(witnesses: &Witnesses, reference: &PaymentRef) -> Option<OrderId> {
    let mut known = witnesses.known.references.iter();
    let owned = known.find(|(ours, _)| ours == reference);
    owned.map(|(_, order)| *order)
}

fn find(witnesses: &Witnesses, transfer: TransferId) -> Option<&Purchased> {
    let mut all = witnesses.purchases.iter();
    all.find(|purchased| purchased.transfer.id == transfer)
}

const fn at(finding: Finding, tx: &FoundTx) -> Found {
    Found {
        finding,
        since: tx.at,
    }
}
