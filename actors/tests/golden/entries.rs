//! Entries of the ledger: their keys are names in the books for good.

use std::collections::BTreeSet;

use starkeeper_actors::domain::ids::{AdminId, GatewayUuid, InvoiceId, Nonce, TransferId};
use starkeeper_actors::domain::ledger::{Account, Asset, Authority, Entry, EntryKey, Posting};
use starkeeper_actors::domain::money::{MicroUsd, NanoTon};
use starkeeper_actors::domain::samples::{CUSTOMER, ORDER, WALLET};

use crate::rows::{Rows, named};
use crate::{check_machine, variants};

variants!(Keys of EntryKey {
    EntryKey::Credit { .. } => "credit",
    EntryKey::Reversal { .. } => "reversal",
    EntryKey::Lock { .. } => "lock",
    EntryKey::Unlock { .. } => "unlock",
    EntryKey::RefundHold { .. } => "refund hold",
    EntryKey::RefundEnd { .. } => "refund end",
    EntryKey::Hold { .. } => "hold",
    EntryKey::Release { .. } => "release",
    EntryKey::Spent { .. } => "spent",
    EntryKey::NetworkFee { .. } => "network fee",
    EntryKey::Settle { .. } => "settle",
    EntryKey::Bounce { .. } => "bounce",
    EntryKey::Explained { .. } => "explained",
    EntryKey::Adopted { .. } => "adopted",
    EntryKey::Orphan { .. } => "orphan",
    EntryKey::OrphanBack { .. } => "orphan back",
    EntryKey::CarriedOver { .. } => "carried over",
    EntryKey::Adjustment { .. } => "adjustment",
});

variants!(Accounts of Account {
    Account::Customer(_) => "customer",
    Account::CustomerHeld(_) => "customer held",
    Account::CustomerDebt(_) => "customer debt",
    Account::Revenue => "revenue",
    Account::GatewayClearing => "gateway clearing",
    Account::GatewayFees => "gateway fees",
    Account::CostOfGoods => "cost of goods",
    Account::NetworkFees => "network fees",
    Account::Float(_) => "float",
    Account::FloatHeld(_) => "float held",
    Account::Owner(_) => "owner",
    Account::Suspense(_) => "suspense",
    Account::Opening(_) => "opening",
});

pub(crate) fn names() -> BTreeSet<String> {
    let all = all().into_iter();
    all.map(|(name, _)| format!("entry-{name}")).collect()
}

fn usd(key: EntryKey, debit: Account, credit: Account) -> Entry {
    let amount = MicroUsd::from_micros(1_250_000);
    Entry::new(key).post(debit, credit, amount).unwrap()
}

fn ton(key: EntryKey, debit: Account, credit: Account) -> Entry {
    let amount = NanoTon::from_nanos(326_000_000);
    Entry::new(key).post(debit, credit, amount).unwrap()
}

fn all() -> Rows<Entry> {
    [payments(), orders(), by_hand()].concat()
}

fn payments() -> Rows<Entry> {
    let (invoice, n) = (InvoiceId::new(9), 2);
    let customer = Account::Customer(CUSTOMER);
    let held = Account::CustomerHeld(CUSTOMER);
    let debt = Account::CustomerDebt(CUSTOMER);
    let gateway = Account::GatewayClearing;
    let suspense = Account::Suspense(Asset::Usd);
    let credit = EntryKey::Credit { invoice, n };
    let fees = EntryKey::Credit { invoice, n: 3 };
    let reversal = EntryKey::Reversal { invoice, n };
    let lock = EntryKey::Lock { invoice, n };
    let unlock = EntryKey::Unlock { invoice, n };
    let refund_hold = EntryKey::RefundHold { invoice };
    let refund_end = EntryKey::RefundEnd { invoice };
    let uuid = || GatewayUuid::parse("uuid-of-nobody").unwrap();
    let orphan = EntryKey::Orphan { uuid: uuid() };
    let orphan_back = EntryKey::OrphanBack { uuid: uuid() };
    named([
        ("credit", usd(credit, gateway, customer)),
        ("gateway_fees", usd(fees, Account::GatewayFees, gateway)),
        ("reversal", usd(reversal, debt, gateway)),
        ("lock", usd(lock, customer, held)),
        ("unlock", usd(unlock, held, customer)),
        ("refund_hold", usd(refund_hold, customer, held)),
        ("refund_end", usd(refund_end, held, gateway)),
        ("orphan", usd(orphan, gateway, suspense)),
        ("orphan_back", usd(orphan_back, suspense, gateway)),
    ])
}

fn orders() -> Rows<Entry> {
    let (order, transfer) = (ORDER, TransferId::new(7));
    let held = Account::CustomerHeld(CUSTOMER);
    let (float, reserved) = (Account::Float(WALLET), Account::FloatHeld(WALLET));
    let cost = Account::CostOfGoods;
    let fee = EntryKey::NetworkFee { transfer };
    named([
        ("hold", ton(EntryKey::Hold { order }, reserved, float)),
        ("release", ton(EntryKey::Release { order }, float, reserved)),
        ("spent", ton(EntryKey::Spent { transfer }, cost, reserved)),
        ("network_fee", ton(fee, Account::NetworkFees, float)),
        (
            "settle",
            usd(EntryKey::Settle { order }, held, Account::Revenue),
        ),
        ("bounce", ton(EntryKey::Bounce { transfer }, float, cost)),
    ])
}

fn by_hand() -> Rows<Entry> {
    let wallet = WALLET;
    let (customer, float) = (Account::Customer(CUSTOMER), Account::Float(wallet));
    let explained = EntryKey::Explained { wallet, lt: 1_010 };
    let adopted = EntryKey::Adopted { wallet };
    let nonce = Nonce::parse("press-1").unwrap();
    let gift = EntryKey::Adjustment { nonce };
    let mut adjustment = usd(gift, Account::Owner(Asset::Usd), customer);
    adjustment.by = Some(Authority {
        admin: AdminId::new(1),
        reason: "a gift".into(),
    });
    named([
        (
            "explained",
            ton(explained, Account::Suspense(Asset::Ton), float),
        ),
        ("adopted", ton(adopted, float, Account::Opening(Asset::Ton))),
        (
            "carried_over",
            Entry::carried_over(CUSTOMER, MicroUsd::from_micros(1_250_000)).unwrap(),
        ),
        ("adjustment", adjustment),
    ])
}

#[test]
fn entries_stay_readable() {
    let variants = [Keys::ALL, Accounts::ALL].concat();
    check_machine("entry", &all(), &variants, |entry| {
        let sides = |posting: &Posting| {
            [
                Accounts::of(&posting.debit()),
                Accounts::of(&posting.credit()),
            ]
        };
        let accounts = entry.postings.iter().flat_map(sides);
        accounts.chain([Keys::of(&entry.key)]).collect()
    });
}
