//! Whether books agree with themselves: asked of every copy before anybody relies on it.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::DeserializeOwned;
use starkeeper_actors::domain::invariants;
use starkeeper_actors::domain::stored::Stored;
use starkeeper_actors::domain::transfer::Transfer;
use starkeeper_actors::domain::wallet::Wallet;

use super::CopyFailed;
use super::side::Side;

/// Books that agree with themselves.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Checked {
    /// Customers.
    pub customers: i64,
    /// Orders.
    pub orders: i64,
    /// Entries of the ledger.
    pub entries: i64,
    /// The balance of every account that ever moved: kind, owner and asset, then the balance in
    /// the asset's smallest unit on the side on which the account grows.
    pub trial: BTreeMap<String, i64>,
}

impl fmt::Display for Checked {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{} customers, {} orders, {} entries of the ledger, {} accounts; the books balance",
            self.customers,
            self.orders,
            self.entries,
            self.trial.len()
        )
    }
}

/// Questions that must answer 0, with what another answer means.
const MUST_BE_NONE: &[(&str, &str)] = &[
    (
        "SELECT count(*) FROM postings p WHERE amount < 1 OR NOT EXISTS (SELECT 1 FROM accounts d, accounts c \
         WHERE d.id = p.debit AND c.id = p.credit AND d.asset = c.asset AND d.id <> c.id)",
        "postings do not move between two accounts of one asset",
    ),
    (
        "SELECT count(*) FROM entries e WHERE size <> \
         (SELECT count(*) FROM postings p WHERE p.id >= e.id * 64 AND p.id < e.id * 64 + 64)",
        "entries do not have all their postings",
    ),
    (
        "SELECT count(*) FROM postings p WHERE entry <> id / 64 OR NOT EXISTS \
         (SELECT 1 FROM entries e WHERE e.id = p.entry)",
        "postings belong to no entry",
    ),
    (
        "SELECT count(*) FROM accounts a LEFT JOIN (SELECT account, sum(amount) AS moved FROM \
         (SELECT debit AS account, amount FROM postings UNION ALL SELECT credit, -amount FROM postings) sides \
         GROUP BY account) s ON s.account = a.id WHERE a.balance <> CASE WHEN NOT a.floored THEN 0 \
         WHEN a.side = 'debit' THEN coalesce(s.moved, 0) ELSE -coalesce(s.moved, 0) END",
        "stored balances are not the sum of their postings",
    ),
    (
        "SELECT count(*) FROM account_snapshots s JOIN accounts a ON a.id = s.account WHERE s.upto = \
         (SELECT max(upto) FROM account_snapshots WHERE account = s.account) AND s.balance <> \
         (CASE a.side WHEN 'debit' THEN 1 ELSE -1 END) * \
         (coalesce((SELECT sum(amount) FROM postings WHERE debit = s.account AND entry <= s.upto), 0) \
         - coalesce((SELECT sum(amount) FROM postings WHERE credit = s.account AND entry <= s.upto), 0))",
        "snapshots are not the sum of what they stand for",
    ),
    (
        "SELECT count(*) FROM orders WHERE customer NOT IN (SELECT id FROM customers)",
        "orders belong to nobody",
    ),
    (
        "SELECT count(*) FROM transfers WHERE order_id NOT IN (SELECT id FROM orders)",
        "transfers serve no order",
    ),
];

/// Every balance, summed from all postings.
const TRIAL: &str = "SELECT a.kind || ' ' || a.owner || ' ' || a.asset || ' ' || a.side || ' ' || \
     CAST(CAST(sum(CASE WHEN s.debit = (a.side = 'debit') THEN s.amount ELSE -s.amount END) AS BIGINT) AS TEXT) \
     AS line FROM (SELECT debit AS account, amount, true AS debit FROM postings \
     UNION ALL SELECT credit, amount, false FROM postings) s JOIN accounts a ON a.id = s.account \
     GROUP BY a.id, a.kind, a.owner, a.asset, a.side";

/// Checks the books within the transaction that the side is in.
///
/// # Errors
/// The first contradiction.
pub(in crate::storage) fn books(side: &mut Side) -> Result<Checked, CopyFailed> {
    for (question, means) in MUST_BE_NONE {
        let found = side.number("checking the books", question)?;
        if found != 0 {
            return Err(broken(side, format!("{found} {means}")));
        }
    }
    let trial = trial_balance(side)?;
    live_transfers(side)?;
    let mut count = |table: &str| side.number("counting", &format!("SELECT count(*) FROM {table}"));
    Ok(Checked {
        customers: count("customers")?,
        orders: count("orders")?,
        entries: count("entries")?,
        trial,
    })
}

fn trial_balance(side: &mut Side) -> Result<BTreeMap<String, i64>, CopyFailed> {
    let mut trial = BTreeMap::new();
    let mut totals: BTreeMap<String, i128> = BTreeMap::new();
    for line in side.lines("drawing the trial balance", TRIAL)? {
        let words: Vec<&str> = line.split(' ').collect();
        let [kind, owner, asset, grows, balance] = words.as_slice() else {
            return Err(broken(side, format!("an account reads {line}")));
        };
        let Ok(balance) = balance.parse::<i64>() else {
            return Err(broken(side, format!("an account reads {line}")));
        };
        trial.insert(format!("{kind} {owner} {asset}"), balance);
        let signed = if *grows == "debit" {
            i128::from(balance)
        } else {
            -i128::from(balance)
        };
        let total = totals.entry((*asset).to_owned()).or_default();
        *total = total.saturating_add(signed);
    }
    match totals.iter().find(|(_, total)| **total != 0) {
        None => Ok(trial),
        Some((asset, total)) => {
            let what =
                format!("the books do not balance: debits minus credits of {asset} are {total}");
            Err(broken(side, what))
        }
    }
}

/// What may still execute is one message a wallet and an order, and the wallets know which.
fn live_transfers(side: &mut Side) -> Result<(), CopyFailed> {
    let live: Vec<Transfer> = documents(
        side,
        "SELECT CAST(document AS TEXT) AS line FROM transfers WHERE live",
    )?;
    let wallets: Vec<Wallet> =
        documents(side, "SELECT CAST(document AS TEXT) AS line FROM wallets")?;
    invariants::one_live_transfer(&live).map_err(|why| broken(side, why.to_string()))?;
    for wallet in &wallets {
        invariants::wallet_names_its_live(wallet, &live)
            .map_err(|why| broken(side, why.to_string()))?;
    }
    Ok(())
}

fn documents<T: DeserializeOwned>(side: &mut Side, sql: &str) -> Result<Vec<T>, CopyFailed> {
    let mut read = Vec::new();
    for line in side.lines("reading documents", sql)? {
        // The text stays out of the error: it may hold a person.
        let document: Stored<T> = serde_json::from_str(&line).map_err(|why| {
            broken(
                side,
                format!("a document cannot be read ({:?})", why.classify()),
            )
        })?;
        read.push(document.into_today());
    }
    Ok(read)
}

fn broken(side: &Side, what: String) -> CopyFailed {
    CopyFailed::Broken {
        database: side.database().to_owned(),
        what,
    }
}
