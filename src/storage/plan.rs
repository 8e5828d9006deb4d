//! A commit as rows: everything is encoded before a transaction begins, so that none waits for it.

use std::collections::{BTreeSet, HashSet};

use serde::Serialize;
use starkeeper_actors::domain::Timestamp;
use starkeeper_actors::domain::ids::{IncarnationId, OrderId, UpdateKey, Version};
use starkeeper_actors::domain::ledger::{Account, Entry};
use starkeeper_actors::domain::order::OrderRules;
use starkeeper_actors::domain::stored::Stored;
use starkeeper_actors::ports::books::{Commit, CommitRefused, Fence, Guard, RowWrite};

use super::columns::{At, Doc};
use super::names;
use super::rows::{
    Together, audit, beliefs, breaks, claims, customers, entries, handled_updates, invoices,
    live_messages, logins, notices, orders, outside_events, prices, shop, transfers, wallets,
};

pub(super) mod encode;

/// The longest body of an outside event, in characters.
const LONGEST_EVENT: usize = 4_000;

/// The most postings that one entry has room for.
pub(super) const LONGEST_ENTRY: usize = 64;

/// Rows of one table.
#[derive(Debug)]
pub(super) struct Writes<R> {
    /// Rows that must not exist yet.
    pub(super) new: Vec<R>,
    /// Rows over the version before theirs.
    pub(super) over: Vec<R>,
}

impl<R> Default for Writes<R> {
    fn default() -> Self {
        Self {
            new: Vec::new(),
            over: Vec::new(),
        }
    }
}

/// An entry and what it moves.
#[derive(Debug)]
pub(super) struct Entered {
    pub(super) row: entries::Row,
    pub(super) entry: Entry,
}

/// A commit that is ready to be written.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) believed: IncarnationId,
    pub(super) fences: Vec<Fence>,
    pub(super) update: Option<UpdateKey>,
    pub(super) guards: Vec<Guard>,
    pub(super) at: At,
    pub(super) beliefs: Vec<beliefs::Row>,
    pub(super) handled: Vec<handled_updates::Row>,
    pub(super) customers: Writes<customers::Row>,
    pub(super) wallets: Writes<wallets::Row>,
    pub(super) orders: Writes<orders::Row>,
    pub(super) transfers: Writes<transfers::Row>,
    pub(super) invoices: Writes<invoices::Row>,
    pub(super) logins: Writes<logins::Row>,
    pub(super) notices: Writes<notices::Row>,
    pub(super) live: Writes<live_messages::Row>,
    pub(super) prices: Writes<prices::Row>,
    pub(super) shop: Writes<shop::Row>,
    pub(super) breaks: Writes<breaks::Row>,
    /// Orders whose live message is stale.
    pub(super) stale: Vec<i64>,
    pub(super) entries: Vec<Entered>,
    pub(super) claims: Vec<claims::Row>,
    pub(super) events: Vec<outside_events::Row>,
    pub(super) audit: Vec<audit::Row>,
    /// Every account it touches or judges.
    pub(super) accounts: BTreeSet<Account>,
    /// The rows it writes: two commits with one of them in common cannot be written together.
    pub(super) touched: HashSet<(&'static str, String)>,
}

impl Plan {
    /// Encodes a commit.
    ///
    /// # Errors
    /// What the books refuse whatever they hold.
    pub(super) fn of(commit: Commit, rules: &OrderRules) -> Result<Self, CommitRefused> {
        let mut plan = Self::blank(&commit);
        for row in commit.rows {
            plan.row(row, commit.at, rules)?;
        }
        for entry in commit.entries {
            plan.entry(entry)?;
        }
        for (claim, order) in &commit.claims {
            let row = encode::claim(claim, order.map(OrderId::get), plan.at);
            plan.claims.push(row);
        }
        for (id, owed) in commit.notices {
            plan.notices.new.push(encode::owed(id, owed, commit.at)?);
        }
        plan.stale = commit.stale.iter().map(|order| order.get()).collect();
        plan.stale.sort_unstable();
        plan.stale.dedup();
        for order in plan.stale.clone() {
            plan.touched.insert(("live_messages", order.to_string()));
        }
        for event in commit.events {
            if event.body.chars().count() > LONGEST_EVENT {
                let rule = format!("an outside event has at most {LONGEST_EVENT} characters");
                return Err(CommitRefused::Rule { rule });
            }
            plan.events.push(outside_events::Row {
                key: clean(event.key),
                body: clean(event.body),
                at: plan.at,
            });
        }
        plan.audit = commit.audit.into_iter().map(encode::audited).collect();
        Ok(plan)
    }

    fn blank(commit: &Commit) -> Self {
        let at = At(commit.at);
        let mut plan = Self {
            believed: commit.incarnation,
            fences: commit.fences.clone(),
            update: commit.update,
            guards: commit.guards.clone(),
            at,
            beliefs: encode::beliefs(commit),
            handled: Vec::new(),
            customers: Writes::default(),
            wallets: Writes::default(),
            orders: Writes::default(),
            transfers: Writes::default(),
            invoices: Writes::default(),
            logins: Writes::default(),
            notices: Writes::default(),
            live: Writes::default(),
            prices: Writes::default(),
            shop: Writes::default(),
            breaks: Writes::default(),
            stale: Vec::new(),
            entries: Vec::new(),
            claims: Vec::new(),
            events: Vec::new(),
            audit: Vec::new(),
            accounts: BTreeSet::new(),
            touched: HashSet::new(),
        };
        if let Some(update) = commit.update {
            plan.handled.push(handled_updates::Row {
                bot: update.bot.get(),
                update_id: update.update,
                at,
            });
        }
        for guard in &commit.guards {
            if let Guard::NoDebt(customer) = guard {
                plan.accounts.insert(Account::CustomerDebt(*customer));
            }
        }
        plan
    }

    fn row(
        &mut self,
        write: RowWrite,
        at: Timestamp,
        rules: &OrderRules,
    ) -> Result<(), CommitRefused> {
        match write {
            RowWrite::Customer(write) => {
                if write.seen.is_none() && write.row.is_erased() {
                    let rule = format!("{} is erased by erasing alone", write.row.id);
                    return Err(CommitRefused::Rule { rule });
                }
                let row = encode::customer(&write.row, next(write.seen))?;
                self.put(write.seen, |plan| &mut plan.customers, row)
            }
            RowWrite::Order(write) => {
                let row = encode::order(&write.row, next(write.seen), at, rules)?;
                self.put(write.seen, |plan| &mut plan.orders, row)
            }
            RowWrite::Transfer(write) => {
                let row = encode::transfer(&write.row, next(write.seen))?;
                self.put(write.seen, |plan| &mut plan.transfers, row)
            }
            RowWrite::Wallet(write) => {
                let row = encode::wallet(&write.row, next(write.seen))?;
                self.put(write.seen, |plan| &mut plan.wallets, row)
            }
            RowWrite::Invoice(write) => {
                let row = encode::invoice(&write.row, next(write.seen))?;
                self.put(write.seen, |plan| &mut plan.invoices, row)
            }
            RowWrite::Login(write) => {
                let row = encode::login(&write.row, next(write.seen))?;
                self.put(write.seen, |plan| &mut plan.logins, row)
            }
            RowWrite::Notice(write) => {
                if write.seen.is_none() {
                    let rule = format!("{} becomes owed as a notice, not as a row", write.row.id);
                    return Err(CommitRefused::Rule { rule });
                }
                let row = encode::notice(&write.row, next(write.seen))?;
                self.put(write.seen, |plan| &mut plan.notices, row)
            }
            RowWrite::Live(write) => {
                let row = encode::live(&write.row, next(write.seen));
                self.put(write.seen, |plan| &mut plan.live, row)
            }
            RowWrite::Prices(write) => {
                let row = encode::prices(write.row, next(write.seen))?;
                self.put(write.seen, |plan| &mut plan.prices, row)
            }
            RowWrite::Shop(write) => {
                let row = encode::shop(&write.row, next(write.seen))?;
                self.put(write.seen, |plan| &mut plan.shop, row)
            }
            RowWrite::Break(write) => {
                let row = encode::disagreement(&write.row, next(write.seen))?;
                self.put(write.seen, |plan| &mut plan.breaks, row)
            }
        }
    }

    fn put<R: Together>(
        &mut self,
        seen: Option<Version>,
        writes: impl FnOnce(&mut Self) -> &mut Writes<R>,
        row: R,
    ) -> Result<(), CommitRefused> {
        let key = row.key();
        if !self.touched.insert((R::TABLE, key.clone())) {
            let rule = format!(
                "a commit writes a row once, not {key} of {} twice",
                R::TABLE
            );
            return Err(CommitRefused::Rule { rule });
        }
        let writes = writes(self);
        match seen {
            None => writes.new.push(row),
            Some(_) => writes.over.push(row),
        }
        Ok(())
    }

    fn entry(&mut self, entry: Entry) -> Result<(), CommitRefused> {
        let rule = |rule: &str| CommitRefused::Rule { rule: rule.into() };
        if entry.is_empty() {
            return Err(rule("an entry moves something"));
        }
        if entry.postings.len() > LONGEST_ENTRY {
            return Err(rule("an entry has at most 64 postings"));
        }
        for posting in &entry.postings {
            self.accounts.insert(posting.debit());
            self.accounts.insert(posting.credit());
        }
        let row = encode::entry(&entry, self.at);
        self.entries.push(Entered { row, entry });
        Ok(())
    }
}

/// The version that a write gives its row.
fn next(seen: Option<Version>) -> i64 {
    seen.map_or(Version::FIRST, Version::next).get()
}

/// A row in its envelope.
fn document<T: Serialize>(row: &T) -> Result<Doc, CommitRefused> {
    text_of(&Stored::today(row))
}

fn text_of<T: Serialize>(row: &T) -> Result<Doc, CommitRefused> {
    let unfit = |why: serde_json::Error| CommitRefused::Rule {
        rule: format!("a row that cannot be stored: {why}"),
    };
    let text = serde_json::to_string(row).map_err(unfit)?;
    if !text.contains("\\u0000") {
        return Ok(Doc(text));
    }
    // Not every engine stores a zero character, and what an outside system says may hold one.
    let mut value: serde_json::Value = serde_json::from_str(&text).map_err(unfit)?;
    without_zeros(&mut value);
    serde_json::to_string(&value).map(Doc).map_err(unfit)
}

fn without_zeros(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::String(text) => *text = clean(std::mem::take(text)),
        serde_json::Value::Array(values) => values.iter_mut().for_each(without_zeros),
        serde_json::Value::Object(fields) => fields.values_mut().for_each(without_zeros),
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => {}
    }
}

fn clean(text: String) -> String {
    if text.contains('\0') {
        text.replace('\0', "\u{fffd}")
    } else {
        text
    }
}

/// The text of an entry's key.
pub(super) fn key_of(entry: &Entry) -> String {
    names::entry(&entry.key)
}

#[cfg(test)]
mod tests;
