//! What was stored, in the words of the domain.

use serde::de::DeserializeOwned;
use starkeeper_actors::domain::audit::{Audited, Outcome, Who};
use starkeeper_actors::domain::breaks::Purchased;
use starkeeper_actors::domain::customer::Purse;
use starkeeper_actors::domain::ids::{
    AuditId, Epoch, Hash256, OrderId, PaymentRef, ReplicaId, TelegramId, TransferId, Version,
};
use starkeeper_actors::domain::ledger::{Account, Line, Statement, TrialBalance};
use starkeeper_actors::domain::money::{MicroUsd, NanoTon};
use starkeeper_actors::domain::order::Order;
use starkeeper_actors::domain::pricing::{ShopPrices, StoredShopPrices};
use starkeeper_actors::domain::stored::Stored;
use starkeeper_actors::domain::transfer::Transfer;
use starkeeper_actors::ports::Unreadable;
use starkeeper_actors::ports::books::{CommitRefused, LeaseRow, LiveMessage, Seen};

use super::columns::{At, Doc};
use super::errors::Trouble;
use super::names;

/// A row as the domain has it.
pub(super) fn seen<T: DeserializeOwned>(
    (version, Doc(text)): (i64, Doc),
) -> Result<Seen<T>, Unreadable> {
    let stored: Stored<T> = read(&text)?;
    Ok(Seen {
        row: stored.into_today(),
        version: Version::new(version),
    })
}

/// A row that may not be there.
pub(super) fn found<T: DeserializeOwned>(
    raw: Option<(i64, Doc)>,
) -> Result<Option<Seen<T>>, Unreadable> {
    raw.map(seen).transpose()
}

/// Rows in their order.
pub(super) fn list<T: DeserializeOwned>(raw: Vec<(i64, Doc)>) -> Result<Vec<Seen<T>>, Unreadable> {
    raw.into_iter().map(seen).collect()
}

/// Transfers with their orders.
pub(super) fn purchases(raw: Vec<(Doc, Doc)>) -> Result<Vec<Purchased>, Unreadable> {
    let purchases = raw.into_iter().map(|(Doc(transfer), Doc(order))| {
        let transfer: Stored<Transfer> = read(&transfer)?;
        let order: Stored<Order> = read(&order)?;
        Ok(Purchased {
            transfer: transfer.into_today(),
            order: order.into_today(),
        })
    });
    purchases.collect()
}

/// A line of the audit log: id, deed, at, who, act, subject, reason, detail, outcome.
pub(super) type AuditLine = (
    i64,
    i64,
    At,
    String,
    String,
    String,
    Option<String>,
    String,
    String,
);

/// Lines of the audit log.
pub(super) fn audit(raw: Vec<AuditLine>) -> Result<Vec<Audited>, Unreadable> {
    let odd = |what: &str| Unreadable::new(format!("{what} of the audit log cannot be read"));
    let lines = raw.into_iter();
    let lines = lines.map(
        |(id, deed, At(at), who, act, subject, reason, detail, outcome)| {
            Ok(Audited {
                id: AuditId::new(id),
                deed: AuditId::new(deed),
                at,
                who: Who::parse(&who).ok_or_else(|| odd("who did a deed"))?,
                act,
                subject,
                reason,
                detail,
                outcome: Outcome::parse(&outcome).ok_or_else(|| odd("the outcome of a deed"))?,
            })
        },
    );
    lines.collect()
}

/// A lease's row.
pub(super) fn lease((key, epoch, holder, At(until)): (String, i64, Option<i64>, At)) -> LeaseRow {
    LeaseRow {
        key,
        epoch: Epoch::new(epoch),
        holder: holder.map(ReplicaId::new),
        until,
    }
}

/// Prices bring their own envelope.
pub(super) fn prices(raw: Option<(i64, Doc)>) -> Result<Option<Seen<ShopPrices>>, Unreadable> {
    let Some((version, Doc(text))) = raw else {
        return Ok(None);
    };
    let stored: StoredShopPrices = read(&text)?;
    Ok(Some(Seen {
        row: stored.into(),
        version: Version::new(version),
    }))
}

/// The document's text stays out of the error: it may hold a person.
fn read<T: DeserializeOwned>(text: &str) -> Result<T, Unreadable> {
    serde_json::from_str(text).map_err(|why| {
        let (line, column, kind) = (why.line(), why.column(), why.classify());
        Unreadable::new(format!(
            "a stored document is not what this version knows: {kind:?} at {line}:{column}"
        ))
    })
}

/// A stored row that cannot be read ends the transaction that met it.
pub(super) fn trouble(Unreadable { cause: rule }: Unreadable) -> Trouble {
    Trouble::Refused(CommitRefused::Rule { rule })
}

pub(super) fn purse(balances: &[(String, i64)]) -> Purse {
    let of = |kind: &str| {
        let found = balances.iter().find(|(known, _)| known == kind);
        MicroUsd::from_micros(found.map_or(0, |(_, balance)| *balance))
    };
    Purse {
        available: of(names::CUSTOMER),
        held: of(names::HELD),
        debt: of(names::DEBT),
    }
}

pub(super) fn float(balances: &[(String, i64)]) -> NanoTon {
    let found = balances.iter().find(|(kind, _)| kind == names::FLOAT);
    NanoTon::from_nanos(found.map_or(0, |(_, balance)| *balance))
}

/// The newest lines of an account, as they are stored.
#[derive(Default)]
pub(super) struct Lines {
    /// The balance now.
    pub(super) balance: i64,
    /// One an entry, oldest first: when, the entry's key, what it added.
    pub(super) lines: Vec<(At, String, i64)>,
}

/// The lines of an account, with the balance before the first counted back from the last.
pub(super) fn statement(account: Account, raw: Lines) -> Result<Statement, Unreadable> {
    let Lines {
        balance,
        lines: raw,
    } = raw;
    let moved = raw.iter().map(|(.., change)| *change);
    let opening = balance.saturating_sub(moved.fold(0_i64, i64::saturating_add));
    let mut balance = opening;
    let mut lines = Vec::new();
    for (At(at), key, change) in raw {
        let known = names::entry_of(&key);
        let key = known.ok_or_else(|| {
            Unreadable::new(format!(
                "an entry of a kind that this version does not know: {key}"
            ))
        })?;
        if change != 0 {
            balance = balance.saturating_add(change);
            lines.push(Line {
                at,
                key,
                change,
                balance,
            });
        }
    }
    Ok(Statement {
        account,
        opening,
        lines,
    })
}

/// An account's kind, owner and asset, and its balance.
pub(super) type Balance = (String, String, String, i64);

pub(super) fn trial_balance(raw: Vec<Balance>) -> Result<TrialBalance, Unreadable> {
    let mut all = TrialBalance::default();
    for (kind, owner, asset, balance) in raw {
        let account = names::account_of(&kind, &owner, &asset).ok_or_else(|| {
            Unreadable::new(format!(
                "an account of a kind that this version does not know: {kind}"
            ))
        })?;
        all.accounts.insert(account, balance);
    }
    Ok(all)
}

pub(super) fn messages(raw: Vec<(String, i64)>) -> Result<Vec<(Hash256, TransferId)>, Unreadable> {
    let messages = raw.into_iter().map(|(hash, id)| {
        let hash = Hash256::parse(&hash).map_err(|why| Unreadable::new(why.to_string()))?;
        Ok((hash, TransferId::new(id)))
    });
    messages.collect()
}

pub(super) fn references(
    raw: Vec<(String, Option<i64>)>,
) -> Result<Vec<(PaymentRef, OrderId)>, Unreadable> {
    let references = raw.into_iter().filter_map(|(name, order)| {
        let order = OrderId::new(order?);
        let reference = PaymentRef::parse(&name);
        Some(
            reference
                .map(|reference| (reference, order))
                .map_err(|why| Unreadable::new(why.to_string())),
        )
    });
    references.collect()
}

pub(super) fn assigned(
    raw: Vec<(String, Option<i64>)>,
) -> Result<Vec<(u64, Option<OrderId>)>, Unreadable> {
    let assigned = raw.into_iter().map(|(name, order)| {
        let lt = names::assigned_lt(&name);
        let lt = lt.ok_or_else(|| Unreadable::new("an assigned transaction without its time"))?;
        Ok((lt, order.map(OrderId::new)))
    });
    assigned.collect()
}

/// Version, order, chat, message, the mark it shows, the one it should show, not before.
pub(super) fn live(raw: (i64, i64, i64, Option<i64>, i64, i64, At)) -> Seen<LiveMessage> {
    let (version, order, chat, message, shows, wanted, At(not_before)) = raw;
    Seen {
        row: LiveMessage {
            order: OrderId::new(order),
            chat: TelegramId::new(chat),
            message,
            shows: Version::new(shows),
            wanted: Version::new(wanted),
            not_before,
        },
        version: Version::new(version),
    }
}
