//! One row each: the document, and beside it the columns by which the books search and refuse.

use starkeeper_actors::domain::Timestamp;
use starkeeper_actors::domain::audit::Audited;
use starkeeper_actors::domain::breaks::Break;
use starkeeper_actors::domain::customer::Customer;
use starkeeper_actors::domain::ids::NoticeId;
use starkeeper_actors::domain::invoice::{Invoice, Purpose};
use starkeeper_actors::domain::ledger::Entry;
use starkeeper_actors::domain::login::Login;
use starkeeper_actors::domain::notice::{self, Audience, Notice, Owed};
use starkeeper_actors::domain::order::{Order, OrderRules};
use starkeeper_actors::domain::pricing::{ShopPrices, StoredShopPrices};
use starkeeper_actors::domain::shop::Shop;
use starkeeper_actors::domain::transfer::Transfer;
use starkeeper_actors::domain::wallet::{self, Wallet};
use starkeeper_actors::ports::books::{Claim, Commit, CommitRefused, LiveMessage};

use super::{clean, document, key_of, text_of};
use crate::storage::columns::At;
use crate::storage::names;
use crate::storage::rows::{
    audit, beliefs, breaks, claims, customers, entries, invoices, live_messages, logins, notices,
    orders, prices, shop, transfers, wallets,
};

type Encoded<R> = Result<R, CommitRefused>;

/// The one row of the prices.
pub(super) const PRICES: i64 = 1;

/// The one row of the shop.
pub(super) const SHOP: i64 = 1;

/// The audience of the operators; no customer has this id.
pub(in crate::storage) const OPERATORS: i64 = 0;

pub(super) fn beliefs(commit: &Commit) -> Vec<beliefs::Row> {
    let incarnation = commit.incarnation.get();
    if commit.fences.is_empty() {
        return vec![beliefs::Row {
            incarnation,
            lease: None,
            epoch: None,
        }];
    }
    let mut rows: Vec<_> = commit
        .fences
        .iter()
        .map(|fence| beliefs::Row {
            incarnation,
            lease: Some(names::lease(fence.key)),
            epoch: Some(fence.epoch.get()),
        })
        .collect();
    // Always in the same order, so that two commits never wait for each other.
    rows.sort_unstable_by(|one, other| one.lease.cmp(&other.lease));
    rows
}

pub(super) fn audited(line: Audited) -> audit::Row {
    audit::Row {
        id: line.id.get(),
        deed: line.deed.get(),
        at: At(line.at),
        who: clean(line.who.to_string()),
        act: clean(line.act),
        subject: clean(line.subject),
        reason: line.reason.map(clean),
        detail: clean(line.detail),
        outcome: clean(line.outcome.to_string()),
    }
}

pub(in crate::storage) fn customer(row: &Customer, version: i64) -> Encoded<customers::Row> {
    Ok(customers::Row {
        id: row.id.get(),
        version,
        telegram: row.telegram.get(),
        frozen: row.is_frozen(),
        unreachable: row.unreachable,
        wants_opening: row.wants_opening,
        since: At(row.since),
        erased_at: row.erased.as_ref().map(|erased| At(erased.at)),
        pseudonym: row
            .erased
            .as_ref()
            .and_then(|erased| erased.pseudonym)
            .map(|pseudonym| pseudonym.hash().to_string()),
        document: document(row)?,
    })
}

pub(super) fn wallet(row: &Wallet, version: i64) -> Encoded<wallets::Row> {
    let stopped = match &row.standing {
        wallet::Standing::Open => false,
        wallet::Standing::Stopped { .. } => true,
    };
    Ok(wallets::Row {
        address: row.address.to_string(),
        version,
        next_seqno: i64::from(row.next_seqno),
        stopped,
        document: document(row)?,
    })
}

pub(super) fn order(
    row: &Order,
    version: i64,
    at: Timestamp,
    rules: &OrderRules,
) -> Encoded<orders::Row> {
    Ok(orders::Row {
        id: row.id.get(),
        version,
        number: row.number.to_string(),
        customer: row.customer.get(),
        quote: row.quote.id.get(),
        price: row.quote.price.micros(),
        terms: i64::from(row.terms),
        since: At(row.since),
        state: row.state_name().into(),
        finished: row.is_finished(),
        due: row.next_due(at, rules).map(At),
        wallet: row.purchase().map(|purchase| purchase.wallet.to_string()),
        premium: row.premium_key(),
        watched_until: row.watched_until().map(At),
        document: document(row)?,
    })
}

pub(super) fn transfer(row: &Transfer, version: i64) -> Encoded<transfers::Row> {
    Ok(transfers::Row {
        id: row.id.get(),
        version,
        order_id: row.order.get(),
        wallet: row.wallet.to_string(),
        seqno: i64::from(row.seqno),
        state: row.state.name().into(),
        live: row.is_live(),
        takes_seqno: row.state.takes_seqno(),
        message_hash: row.message_hash.to_string(),
        document: document(row)?,
    })
}

pub(super) fn invoice(row: &Invoice, version: i64) -> Encoded<invoices::Row> {
    let order_id = match row.purpose {
        Purpose::TopUp => None,
        Purpose::Order(order) => Some(order.get()),
    };
    Ok(invoices::Row {
        id: row.id.get(),
        version,
        gateway_name: row.gateway_order_id.to_string(),
        gateway_uuid: row.gateway_uuid().map(ToString::to_string),
        customer: row.customer.get(),
        order_id,
        face: row.face.micros(),
        payable: row.may_be_paid(),
        due: row.next_due().map(At),
        document: document(row)?,
    })
}

pub(super) fn login(row: &Login, version: i64) -> Encoded<logins::Row> {
    Ok(logins::Row {
        id: row.id.get(),
        version,
        wallet: row.wallet.to_string(),
        document: document(row)?,
    })
}

pub(super) fn owed(id: NoticeId, owed: Owed, at: Timestamp) -> Encoded<notices::Row> {
    notice(&Notice::new(id, owed, at), 1)
}

pub(super) fn notice(row: &Notice, version: i64) -> Encoded<notices::Row> {
    let (standing, waiting, kept) = match &row.standing {
        notice::Standing::Waiting { .. } => ("waiting", true, false),
        notice::Standing::Kept => ("kept", false, true),
        notice::Standing::Delivered { .. } => ("delivered", false, false),
        notice::Standing::Undeliverable { .. } => ("undeliverable", false, false),
    };
    Ok(notices::Row {
        id: row.id.get(),
        version,
        key: clean(row.owed.key.clone()),
        audience: audience(row.owed.audience),
        since: At(row.since),
        standing: standing.into(),
        waiting,
        kept,
        due: row.due().map(At),
        document: document(row)?,
    })
}

pub(in crate::storage) const fn audience(audience: Audience) -> i64 {
    match audience {
        Audience::Customer(customer) => customer.get(),
        Audience::Operators => OPERATORS,
    }
}

pub(super) const fn live(row: &LiveMessage, version: i64) -> live_messages::Row {
    live_messages::Row {
        order_id: row.order.get(),
        version,
        chat: row.chat.get(),
        message: row.message,
        shows: row.shows.get(),
        wanted: 0,
        not_before: At(row.not_before),
    }
}

/// Prices bring their own envelope.
pub(super) fn prices(row: ShopPrices, version: i64) -> Encoded<prices::Row> {
    Ok(prices::Row {
        id: PRICES,
        version,
        document: text_of(&StoredShopPrices::from(row))?,
    })
}

pub(super) fn shop(row: &Shop, version: i64) -> Encoded<shop::Row> {
    Ok(shop::Row {
        id: SHOP,
        version,
        document: document(row)?,
    })
}

pub(super) fn disagreement(row: &Break, version: i64) -> Encoded<breaks::Row> {
    Ok(breaks::Row {
        key: clean(row.key.clone()),
        version,
        wallet: row.wallet.to_string(),
        open: row.is_open(),
        document: document(row)?,
    })
}

pub(super) fn entry(entry: &Entry, at: At) -> entries::Row {
    entries::Row {
        key: key_of(entry),
        is_fact: entry.key.is_fact(),
        size: i64::try_from(entry.postings.len()).unwrap_or(i64::MAX),
        at,
        admin: entry.by.as_ref().map(|by| by.admin.get()),
        reason: entry.by.as_ref().map(|by| clean(by.reason.clone())),
    }
}

pub(super) fn claim(claim: &Claim, order_id: Option<i64>, at: At) -> claims::Row {
    let (kind, name) = names::claim(claim);
    let wallet = match claim {
        Claim::Assigned { wallet, .. } => Some(wallet.to_string()),
        Claim::Request(_) | Claim::Reference(_) | Claim::History(_) | Claim::Press(_) => None,
    };
    claims::Row {
        kind: kind.into(),
        name,
        order_id,
        wallet,
        at,
    }
}
