//! The ledger: entries in the order of their commits, and the balances they make.

use std::collections::{HashMap, HashSet};

use crate::domain::Timestamp;
use crate::domain::ledger::{Account, Entry, EntryKey, Statement, TrialBalance};
use crate::domain::money::{MicroUsd, NanoTon};
use crate::domain::report::Turnover;
use crate::ports::books::CommitRefused;

#[derive(Clone, Default)]
pub(super) struct Ledger {
    entries: Vec<(Timestamp, Entry)>,
    keys: HashSet<EntryKey>,
    balances: HashMap<Account, i64>,
    /// The places of an account's entries.
    places: HashMap<Account, Vec<usize>>,
}

impl Ledger {
    pub(super) fn balance(&self, account: Account) -> i64 {
        self.balances.get(&account).copied().unwrap_or(0)
    }

    pub(super) fn entries(&self) -> &[(Timestamp, Entry)] {
        &self.entries
    }

    pub(super) fn trial_balance(&self) -> TrialBalance {
        let accounts = self.balances.iter();
        TrialBalance {
            accounts: accounts
                .map(|(account, units)| (*account, *units))
                .collect(),
        }
    }

    pub(super) fn turnover(&self, from: Timestamp, to: Timestamp) -> Turnover {
        let within = self
            .entries
            .iter()
            .filter(|(at, _)| from <= *at && *at < to);
        let postings = within.flat_map(|(_, entry)| &entry.postings);
        let mut turnover = Turnover::default();
        let added = |sum: i64, change: i64| sum.saturating_add(change);
        for posting in postings {
            let of = |account| posting.effect_on(account);
            let sales = of(Account::Revenue);
            turnover.orders += u64::from(sales > 0);
            let (cost, network) = (of(Account::CostOfGoods), of(Account::NetworkFees));
            turnover.sales = MicroUsd::from_micros(added(turnover.sales.micros(), sales));
            turnover.cost = NanoTon::from_nanos(added(turnover.cost.nanos(), cost));
            turnover.network = NanoTon::from_nanos(added(turnover.network.nanos(), network));
        }
        turnover
    }

    pub(super) fn statement(&self, account: Account, last: u32) -> Statement {
        let places = self.places.get(&account).map_or(&[][..], Vec::as_slice);
        let last = usize::try_from(last).unwrap_or(usize::MAX);
        let (_, newest) = places.split_at(places.len().saturating_sub(last));
        let lines = || {
            let entries = newest.iter().filter_map(|place| self.entries.get(*place));
            entries.map(|(at, entry)| (*at, entry))
        };
        let moved = Statement::of(account, 0, lines()).balance();
        let opening = self.balance(account).saturating_sub(moved);
        Statement::of(account, opening, lines())
    }

    /// Posts an entry whole, or refuses it whole.
    pub(super) fn post(&mut self, at: Timestamp, entry: Entry) -> Result<(), CommitRefused> {
        if self.keys.contains(&entry.key) {
            let what = format!("entry {:?}", entry.key);
            return Err(CommitRefused::Taken { what });
        }
        let after = self.after(&entry)?;
        let place = self.entries.len();
        for (account, balance) in after {
            self.balances.insert(account, balance);
            self.places.entry(account).or_default().push(place);
        }
        self.keys.insert(entry.key.clone());
        self.entries.push((at, entry));
        Ok(())
    }

    /// Takes the newest entry back, for a commit that is refused later on.
    pub(super) fn unpost(&mut self) {
        let Some((_, entry)) = self.entries.pop() else {
            return;
        };
        self.keys.remove(&entry.key);
        let place = self.entries.len();
        let mut empty = Vec::new();
        for posting in &entry.postings {
            for account in [posting.debit(), posting.credit()] {
                let balance = self.balances.entry(account).or_default();
                *balance = balance.saturating_sub(posting.effect_on(account));
                let places = self.places.entry(account).or_default();
                if places.last() == Some(&place) {
                    places.pop();
                }
                if places.is_empty() {
                    empty.push(account);
                }
            }
        }
        for account in empty {
            self.places.remove(&account);
            self.balances.remove(&account);
        }
    }

    /// The balances after an entry, one posting after the other: none may fall below its floor on
    /// the way, unless the entry is a fact.
    fn after(&self, entry: &Entry) -> Result<Vec<(Account, i64)>, CommitRefused> {
        let rule = |rule: &str| CommitRefused::Rule { rule: rule.into() };
        if entry.is_empty() {
            return Err(rule("an entry moves something"));
        }
        let mut after: Vec<(Account, i64)> = Vec::new();
        for posting in &entry.postings {
            for account in [posting.debit(), posting.credit()] {
                let change = posting.effect_on(account);
                let there = after.iter().position(|(known, _)| *known == account);
                let before = there.and_then(|place| after.get(place));
                let before = before.map_or_else(|| self.balance(account), |(_, units)| *units);
                let balance = before
                    .checked_add(change)
                    .ok_or_else(|| rule("a balance fits 64 bits"))?;
                let guarded = account.has_floor() && !entry.key.is_fact();
                if guarded && change < 0 && balance < 0 {
                    return Err(CommitRefused::Floor { account });
                }
                match there.and_then(|place| after.get_mut(place)) {
                    Some(known) => known.1 = balance,
                    None => after.push((account, balance)),
                }
            }
        }
        Ok(after)
    }
}
