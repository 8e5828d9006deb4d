//! What each kind of account holds, for the page of metrics: sums, never a person's balance.

use std::collections::BTreeMap;

use starkeeper_actors::domain::ledger::{Asset, TrialBalance};
use starkeeper_actors::domain::money::{MicroUsd, NanoTon};

use crate::metrics;

/// One account of each kind, so that a kind without any is shown as zero.
const KINDS: [(Asset, &str); 15] = [
    (Asset::Usd, "customers"),
    (Asset::Usd, "customers_held"),
    (Asset::Usd, "customers_debt"),
    (Asset::Usd, "revenue"),
    (Asset::Usd, "gateway_clearing"),
    (Asset::Usd, "gateway_fees"),
    (Asset::Usd, "owner"),
    (Asset::Usd, "suspense"),
    (Asset::Ton, "cost_of_goods"),
    (Asset::Ton, "network_fees"),
    (Asset::Ton, "float"),
    (Asset::Ton, "float_held"),
    (Asset::Ton, "owner"),
    (Asset::Ton, "suspense"),
    (Asset::Ton, "opening"),
];

/// Shows the sums, and by how much debits are above credits.
pub(super) fn show(trial: &TrialBalance) {
    let mut sums: BTreeMap<(Asset, &str), i64> = KINDS.iter().map(|kind| (*kind, 0)).collect();
    for (account, balance) in &trial.accounts {
        let sum = sums.entry((account.asset(), account.kind())).or_default();
        *sum = sum.saturating_add(*balance);
    }
    for ((asset, kind), sum) in sums {
        metrics::ledger_balance(word(asset), kind, &decimal(asset, sum));
    }
    for asset in [Asset::Usd, Asset::Ton] {
        let off = trial.imbalance(asset);
        let off = i64::try_from(off).unwrap_or(if off < 0 { i64::MIN } else { i64::MAX });
        metrics::ledger_imbalance(word(asset), &decimal(asset, off));
    }
}

const fn word(asset: Asset) -> &'static str {
    match asset {
        Asset::Usd => "usd",
        Asset::Ton => "ton",
    }
}

fn decimal(asset: Asset, smallest: i64) -> String {
    match asset {
        Asset::Usd => MicroUsd::from_micros(smallest).to_decimal(),
        Asset::Ton => NanoTon::from_nanos(smallest).to_decimal(),
    }
}
