//! How keys of the domain are written in the books: short, unique, and readable by people.

use starkeeper_actors::domain::ids::{CustomerId, InvoiceId, OrderId, TransferId, WalletAddress};
use starkeeper_actors::domain::ledger::{Account, Asset, EntryKey, Side};
use starkeeper_actors::ports::books::{Claim, LeaseKey};

/// A lease's row: epoch, holder and end.
pub(super) type HeldLease = (i64, Option<i64>, super::columns::At);

/// The key of a lease's row.
pub(super) fn lease(key: LeaseKey) -> String {
    match key {
        LeaseKey::Wallet(wallet) => format!("wallet/{wallet}"),
        LeaseKey::Login(login) => format!("login/{}", login.get()),
        LeaseKey::Poller(bot) => format!("poller/{}", bot.get()),
        LeaseKey::Pricing => "pricing".into(),
        LeaseKey::Notifier => "notifier".into(),
    }
}

/// What a lease's row is a lease of: the same word as [`LeaseKey::kind`].
pub(super) fn kind_of_lease(key: &str) -> &str {
    key.split_once('/').map_or(key, |(kind, _)| kind)
}

/// Kind and name of a claim's row.
pub(super) fn claim(claim: &Claim) -> (&'static str, String) {
    match claim {
        Claim::Request(request) => (REQUEST, request.as_str().into()),
        Claim::Reference(reference) => (REFERENCE, reference.as_str().into()),
        Claim::History(row) => {
            // Names that differ in case only are one name.
            let (login, recipient) = (row.login.get(), row.recipient.to_key());
            let (nanos, at) = (row.price.nanos(), row.at.timestamp_micros());
            let name = format!("{login}/{recipient}/{:?}/{nanos}/{at}", row.goods);
            (HISTORY, name)
        }
        Claim::Press(nonce) => ("press", nonce.as_str().into()),
        Claim::Assigned { wallet, lt } => ("assigned", format!("{wallet}/{lt}")),
    }
}

/// The kind of a purchase's id.
pub(super) const REQUEST: &str = "request";

/// The kind of a payment's reference.
pub(super) const REFERENCE: &str = "reference";

/// The kind of a row of Fragment's history.
pub(super) const HISTORY: &str = "history";

/// The logical time in the name of an assigned transaction.
pub(super) fn assigned_lt(name: &str) -> Option<u64> {
    name.rsplit_once('/').and_then(|(_, lt)| lt.parse().ok())
}

/// What an account's row is found by: kind, owner, asset.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) struct AccountName {
    pub(super) kind: &'static str,
    pub(super) owner: String,
    pub(super) asset: &'static str,
}

pub(super) fn account(account: Account) -> AccountName {
    let (kind, owner) = match account {
        Account::Customer(id) => (CUSTOMER, id.get().to_string()),
        Account::CustomerHeld(id) => (HELD, id.get().to_string()),
        Account::CustomerDebt(id) => (DEBT, id.get().to_string()),
        Account::Revenue => ("revenue", String::new()),
        Account::GatewayClearing => ("gateway_clearing", String::new()),
        Account::GatewayFees => ("gateway_fees", String::new()),
        Account::CostOfGoods => ("cost_of_goods", String::new()),
        Account::NetworkFees => ("network_fees", String::new()),
        Account::Float(wallet) => (FLOAT, wallet.to_string()),
        Account::FloatHeld(wallet) => ("float_held", wallet.to_string()),
        Account::Owner(_) => ("owner", String::new()),
        Account::Suspense(_) => ("suspense", String::new()),
        Account::Opening(_) => ("opening", String::new()),
    };
    let asset = asset(account.asset());
    AccountName { kind, owner, asset }
}

/// The kinds that purses and floats are read by.
pub(super) const CUSTOMER: &str = "customer";
pub(super) const HELD: &str = "customer_held";
pub(super) const DEBT: &str = "customer_debt";
pub(super) const FLOAT: &str = "float";

const fn asset(asset: Asset) -> &'static str {
    match asset {
        Asset::Usd => "usd",
        Asset::Ton => "ton",
    }
}

/// The side on which an account grows, as its row says it.
pub(super) const fn side(account: Account) -> &'static str {
    match account.side() {
        Side::Debit => "debit",
        Side::Credit => "credit",
    }
}

/// The account of a row; none for a row that this version does not know.
pub(super) fn account_of(kind: &str, owner: &str, asset: &str) -> Option<Account> {
    let customer = || owner.parse().ok().map(CustomerId::new);
    let wallet = || WalletAddress::parse(owner).ok();
    let asset = || match asset {
        "usd" => Some(Asset::Usd),
        "ton" => Some(Asset::Ton),
        _ => None,
    };
    match kind {
        CUSTOMER => customer().map(Account::Customer),
        HELD => customer().map(Account::CustomerHeld),
        DEBT => customer().map(Account::CustomerDebt),
        "revenue" => Some(Account::Revenue),
        "gateway_clearing" => Some(Account::GatewayClearing),
        "gateway_fees" => Some(Account::GatewayFees),
        "cost_of_goods" => Some(Account::CostOfGoods),
        "network_fees" => Some(Account::NetworkFees),
        FLOAT => wallet().map(Account::Float),
        "float_held" => wallet().map(Account::FloatHeld),
        "owner" => asset().map(Account::Owner),
        "suspense" => asset().map(Account::Suspense),
        "opening" => asset().map(Account::Opening),
        _ => None,
    }
}

/// The key of an entry's row, such as `credit/7/1`.
pub(super) fn entry(key: &EntryKey) -> String {
    let of_invoice = |what: &str, id: &InvoiceId, n: &u32| format!("{what}/{}/{n}", id.get());
    match key {
        EntryKey::Credit { invoice, n } => of_invoice("credit", invoice, n),
        EntryKey::Reversal { invoice, n } => of_invoice("reversal", invoice, n),
        EntryKey::Lock { invoice, n } => of_invoice("lock", invoice, n),
        EntryKey::Unlock { invoice, n } => of_invoice("unlock", invoice, n),
        EntryKey::RefundHold { invoice } => format!("refund_hold/{}", invoice.get()),
        EntryKey::RefundEnd { invoice } => format!("refund_end/{}", invoice.get()),
        EntryKey::Hold { order } => format!("hold/{}", order.get()),
        EntryKey::Release { order } => format!("release/{}", order.get()),
        EntryKey::Spent { transfer } => format!("spent/{}", transfer.get()),
        EntryKey::NetworkFee { transfer } => format!("network_fee/{}", transfer.get()),
        EntryKey::Settle { order } => format!("settle/{}", order.get()),
        EntryKey::Bounce { transfer } => format!("bounce/{}", transfer.get()),
        EntryKey::Explained { wallet, lt } => format!("explained/{wallet}/{lt}"),
        EntryKey::Adopted { wallet } => format!("adopted/{wallet}"),
        EntryKey::Orphan { uuid } => format!("orphan/{uuid}"),
        EntryKey::OrphanBack { uuid } => format!("orphan_back/{uuid}"),
        EntryKey::CarriedOver { customer } => format!("carried_over/{}", customer.get()),
        // The names of outside systems may hold any visible character.
        EntryKey::Adjustment { nonce } => format!("adjustment/{nonce}"),
    }
}

/// The key that a row's text means; none for a row that this version does not know.
pub(super) fn entry_of(text: &str) -> Option<EntryKey> {
    let (what, rest) = text.split_once('/')?;
    let number = || rest.parse::<i64>().ok();
    let numbered = || {
        let (id, n) = rest.split_once('/')?;
        Some((InvoiceId::new(id.parse().ok()?), n.parse::<u32>().ok()?))
    };
    let invoice = || number().map(InvoiceId::new);
    let order = || number().map(OrderId::new);
    let transfer = || number().map(TransferId::new);
    Some(match what {
        "credit" => numbered().map(|(invoice, n)| EntryKey::Credit { invoice, n })?,
        "reversal" => numbered().map(|(invoice, n)| EntryKey::Reversal { invoice, n })?,
        "lock" => numbered().map(|(invoice, n)| EntryKey::Lock { invoice, n })?,
        "unlock" => numbered().map(|(invoice, n)| EntryKey::Unlock { invoice, n })?,
        "refund_hold" => EntryKey::RefundHold {
            invoice: invoice()?,
        },
        "refund_end" => EntryKey::RefundEnd {
            invoice: invoice()?,
        },
        "hold" => EntryKey::Hold { order: order()? },
        "release" => EntryKey::Release { order: order()? },
        "spent" => EntryKey::Spent {
            transfer: transfer()?,
        },
        "network_fee" => EntryKey::NetworkFee {
            transfer: transfer()?,
        },
        "settle" => EntryKey::Settle { order: order()? },
        "bounce" => EntryKey::Bounce {
            transfer: transfer()?,
        },
        "explained" => {
            let (wallet, lt) = rest.split_once('/')?;
            let wallet = WalletAddress::parse(wallet).ok()?;
            let lt = lt.parse().ok()?;
            EntryKey::Explained { wallet, lt }
        }
        "adopted" => EntryKey::Adopted {
            wallet: WalletAddress::parse(rest).ok()?,
        },
        "orphan" => EntryKey::Orphan {
            uuid: rest.parse().ok()?,
        },
        "orphan_back" => EntryKey::OrphanBack {
            uuid: rest.parse().ok()?,
        },
        "carried_over" => EntryKey::CarriedOver {
            customer: CustomerId::new(number()?),
        },
        "adjustment" => EntryKey::Adjustment {
            nonce: rest.parse().ok()?,
        },
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
