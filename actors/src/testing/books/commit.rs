//! One commit, whole or not at all: everything is written and noted down, then judged, and taken
//! back if anything is refused.

use super::checks;
use super::orders::OrderRow;
use super::rows::{next_version, rule};
use super::state::State;
use crate::domain::Timestamp;
use crate::domain::audit::{Audited, Outcome};
use crate::domain::breaks::Break;
use crate::domain::customer::Customer;
use crate::domain::ids::{
    AuditId, CustomerId, InvoiceId, LoginId, NoticeId, OrderId, TransferId, UpdateKey,
    WalletAddress,
};
use crate::domain::invoice::Invoice;
use crate::domain::login::Login;
use crate::domain::notice::{Notice, Owed};
use crate::domain::order::OrderRules;
use crate::domain::pricing::ShopPrices;
use crate::domain::shop::Shop;
use crate::domain::transfer::Transfer;
use crate::domain::wallet::Wallet;
use crate::ports::books::{Claim, Commit, CommitRefused, LiveMessage, RowWrite, Seen, Write};

/// Writes a commit.
pub(super) fn apply(
    state: &mut State,
    commit: Commit,
    rules: &OrderRules,
) -> Result<(), CommitRefused> {
    let mut step = Step {
        state,
        rules,
        at: commit.at,
        done: Vec::new(),
    };
    let outcome = step.write(commit);
    if outcome.is_err() {
        step.take_back();
    }
    outcome
}

/// What was there before a write.
enum Done {
    Customer(CustomerId, Option<Seen<Customer>>),
    Order(OrderId, Option<OrderRow>),
    Transfer(TransferId, Option<Seen<Transfer>>),
    Wallet(WalletAddress, Option<Seen<Wallet>>),
    Invoice(InvoiceId, Option<Seen<Invoice>>),
    Login(LoginId, Option<Seen<Login>>),
    Notice(NoticeId, Option<Seen<Notice>>),
    Live(OrderId, Option<Seen<LiveMessage>>),
    Prices(Option<Seen<ShopPrices>>),
    Shop(Option<Seen<Shop>>),
    Break(String, Option<Seen<Break>>),
    Update(UpdateKey),
    Entry,
    Claim(Claim),
    Event(String),
    Audit(AuditId),
}

struct Step<'a> {
    state: &'a mut State,
    rules: &'a OrderRules,
    at: Timestamp,
    done: Vec<Done>,
}

impl Step<'_> {
    fn write(&mut self, commit: Commit) -> Result<(), CommitRefused> {
        checks::life(self.state, commit.incarnation)?;
        for fence in &commit.fences {
            self.state.leases.check(*fence)?;
        }
        if let Some(update) = commit.update {
            self.state.names.handle(update)?;
            self.done.push(Done::Update(update));
        }
        for row in commit.rows {
            self.row(row)?;
        }
        for entry in commit.entries {
            self.state.ledger.post(self.at, entry)?;
            self.done.push(Done::Entry);
        }
        for (claim, order) in commit.claims {
            self.state.names.claim(&claim, order)?;
            self.done.push(Done::Claim(claim));
        }
        for (id, owed) in &commit.notices {
            self.owe(*id, owed)?;
        }
        for order in commit.stale {
            self.stale(order)?;
        }
        for event in commit.events {
            let key = event.key.clone();
            if self.state.names.log(event)? {
                self.done.push(Done::Event(key));
            }
        }
        for line in commit.audit {
            self.audit(line)?;
        }
        self.judge()?;
        for guard in commit.guards {
            checks::guard(self.state, guard)?;
        }
        Ok(())
    }

    fn row(&mut self, row: RowWrite) -> Result<(), CommitRefused> {
        let done = match row {
            RowWrite::Customer(write) => {
                let (id, row) = (write.row.id, self.state.customers.check(&write)?);
                Done::Customer(id, self.state.customers.replace(id, Some(row)))
            }
            RowWrite::Order(write) => self.order(&write)?,
            RowWrite::Transfer(write) => {
                let (id, row) = (write.row.id, self.state.transfers.check(&write)?);
                Done::Transfer(id, self.state.transfers.replace(id, Some(row)))
            }
            RowWrite::Wallet(write) => self.wallet(write)?,
            RowWrite::Invoice(write) => {
                let (id, row) = (write.row.id, self.state.invoices.check(&write)?);
                Done::Invoice(id, self.state.invoices.replace(id, Some(row)))
            }
            RowWrite::Login(write) => self.login(write)?,
            RowWrite::Notice(write) => {
                let (id, row) = (write.row.id, self.state.notices.check(&write)?);
                Done::Notice(id, self.state.notices.replace(id, Some(row)))
            }
            RowWrite::Live(write) => {
                let (order, row) = (write.row.order, self.state.live.check(&write)?);
                Done::Live(order, self.state.live.replace(order, Some(row)))
            }
            RowWrite::Prices(write) => self.prices(write)?,
            RowWrite::Shop(write) => self.shop(write)?,
            RowWrite::Break(write) => self.disagree(write)?,
        };
        self.done.push(done);
        Ok(())
    }

    fn order(&mut self, write: &Write<crate::domain::order::Order>) -> Result<Done, CommitRefused> {
        let id = write.row.id;
        let seen = self.state.orders.check(write)?;
        let due = seen.row.next_due(self.at, self.rules);
        let row = OrderRow { seen, due };
        Ok(Done::Order(id, self.state.orders.replace(id, Some(row))))
    }

    fn wallet(&mut self, write: Write<Wallet>) -> Result<Done, CommitRefused> {
        let Write { seen, row } = write;
        let id = row.address;
        let there = self.state.wallets.get(&id);
        let version = next_version(there, seen, || format!("wallet {id}"))?;
        let goes_back = there.is_some_and(|there| there.row.next_seqno > row.next_seqno);
        rule(!goes_back, || {
            format!("the seqno of wallet {id} never goes back")
        })?;
        let row = Seen { row, version };
        Ok(Done::Wallet(id, self.state.wallets.insert(id, row)))
    }

    fn login(&mut self, write: Write<Login>) -> Result<Done, CommitRefused> {
        let Write { seen, row } = write;
        let id = row.id;
        let there = self.state.logins.get(&id);
        let version = next_version(there, seen, || format!("login {id}"))?;
        let row = Seen { row, version };
        Ok(Done::Login(id, self.state.logins.insert(id, row)))
    }

    fn prices(&mut self, write: Write<ShopPrices>) -> Result<Done, CommitRefused> {
        let Write { seen, row } = write;
        let version = next_version(self.state.prices.as_ref(), seen, || "the prices".into())?;
        Ok(Done::Prices(
            self.state.prices.replace(Seen { row, version }),
        ))
    }

    fn shop(&mut self, write: Write<Shop>) -> Result<Done, CommitRefused> {
        let Write { seen, row } = write;
        let version = next_version(self.state.shop.as_ref(), seen, || "the shop".into())?;
        Ok(Done::Shop(self.state.shop.replace(Seen { row, version })))
    }

    fn disagree(&mut self, write: Write<Break>) -> Result<Done, CommitRefused> {
        let Write { seen, row } = write;
        let key = row.key.clone();
        let there = self.state.breaks.get(&key);
        let version = next_version(there, seen, || format!("break {key}"))?;
        let same = there.is_none_or(|there| there.row.wallet == row.wallet);
        rule(same, || format!("the wallet of break {key} never changes"))?;
        let row = Seen { row, version };
        let old = self.state.breaks.insert(key.clone(), row);
        Ok(Done::Break(key, old))
    }

    fn audit(&mut self, line: Audited) -> Result<(), CommitRefused> {
        let (id, audit) = (line.id, &mut self.state.audit);
        if audit.contains_key(&id) {
            let row = format!("{id} of the audit log");
            return Err(CommitRefused::Stale { row });
        }
        let ends = |line: &Audited| line.outcome != Outcome::Asked;
        if ends(&line) && audit.values().any(|it| it.deed == line.deed && ends(it)) {
            let what = format!("the outcome of {}", line.deed);
            return Err(CommitRefused::Taken { what });
        }
        audit.insert(id, line);
        self.done.push(Done::Audit(id));
        Ok(())
    }

    fn owe(&mut self, id: NoticeId, owed: &Owed) -> Result<(), CommitRefused> {
        if let Some(row) = self.state.notices.owe(id, owed, self.at)? {
            let old = self.state.notices.replace(id, Some(row));
            self.done.push(Done::Notice(id, old));
        }
        Ok(())
    }

    /// After the rows: the message must show what this commit makes of the order.
    fn stale(&mut self, order: OrderId) -> Result<(), CommitRefused> {
        let chat = self.state.orders.get(order).and_then(|seen| {
            let customer = self.state.customers.get(seen.row.customer)?;
            Some(customer.row.telegram)
        });
        let Some(chat) = chat else {
            return rule(false, || {
                format!("{order} has a live message, so it must exist")
            });
        };
        let row = self.state.live.stale(order, chat, self.at);
        let old = self.state.live.replace(order, Some(row));
        self.done.push(Done::Live(order, old));
        Ok(())
    }

    /// What must hold between rows once all of them are written.
    fn judge(&self) -> Result<(), CommitRefused> {
        for done in &self.done {
            match done {
                Done::Order(id, old) => {
                    checks::order(self.state, *id)?;
                    let new = old.is_none().then_some(*id);
                    let order = new.and_then(|id| self.state.orders.get(id));
                    checks::not_erased(self.state, order.map(|seen| seen.row.customer))?;
                }
                Done::Transfer(id, _) => checks::transfer(self.state, *id)?,
                Done::Invoice(id, old) => {
                    checks::invoice(self.state, *id)?;
                    let new = old.is_none().then_some(*id);
                    let invoice = new.and_then(|id| self.state.invoices.get(id));
                    checks::not_erased(self.state, invoice.map(|seen| seen.row.customer))?;
                }
                Done::Customer(..)
                | Done::Wallet(..)
                | Done::Login(..)
                | Done::Notice(..)
                | Done::Live(..)
                | Done::Prices(_)
                | Done::Shop(_)
                | Done::Break(..)
                | Done::Update(_)
                | Done::Entry
                | Done::Claim(_)
                | Done::Event(_)
                | Done::Audit(_) => {}
            }
        }
        Ok(())
    }

    fn take_back(&mut self) {
        while let Some(done) = self.done.pop() {
            let state = &mut *self.state;
            match done {
                Done::Customer(id, old) => drop(state.customers.replace(id, old)),
                Done::Order(id, old) => drop(state.orders.replace(id, old)),
                Done::Transfer(id, old) => drop(state.transfers.replace(id, old)),
                Done::Wallet(id, old) => drop(put_back(&mut state.wallets, id, old)),
                Done::Invoice(id, old) => drop(state.invoices.replace(id, old)),
                Done::Login(id, old) => drop(put_back(&mut state.logins, id, old)),
                Done::Notice(id, old) => drop(state.notices.replace(id, old)),
                Done::Live(order, old) => drop(state.live.replace(order, old)),
                Done::Prices(old) => state.prices = old,
                Done::Shop(old) => state.shop = old,
                Done::Break(key, old) => drop(put_back(&mut state.breaks, key, old)),
                Done::Update(update) => state.names.unhandle(update),
                Done::Entry => state.ledger.unpost(),
                Done::Claim(claim) => state.names.unclaim(&claim),
                Done::Event(key) => state.names.unlog(&key),
                Done::Audit(id) => drop(state.audit.remove(&id)),
            }
        }
    }
}

fn put_back<K: Ord, V>(
    rows: &mut std::collections::BTreeMap<K, V>,
    key: K,
    old: Option<V>,
) -> Option<V> {
    match old {
        Some(old) => rows.insert(key, old),
        None => rows.remove(&key),
    }
}
