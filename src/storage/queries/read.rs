//! Reads: each at one moment.

use diesel::dsl::{first_value, row_number};
use diesel::prelude::*;
use starkeeper_actors::domain::ids::{
    CustomerId, GatewayOrderId, InvoiceId, OrderId, OrderNumber, TelegramId, TransferId,
    WalletAddress,
};
use starkeeper_actors::domain::order::Order;
use starkeeper_actors::ports::books::{LeaseKey, Page};

use super::Link;
use crate::storage::columns::{At, Doc};
use crate::storage::decode::AuditLine;
use crate::storage::names;
use crate::storage::schema::{
    accounts, audit, books, breaks, claims, customers, invoices, leases, logins, orders, prices,
    shop, transfers, wallets,
};

/// A row's version and document.
pub(in crate::storage) type Raw = (i64, Doc);

/// The longest page of any list.
pub(super) const LONGEST_PAGE: u32 = 100;

pub(super) type Found = QueryResult<Option<Raw>>;
pub(super) type Listed = QueryResult<Vec<Raw>>;

pub(in crate::storage) async fn incarnation(link: Link<'_>) -> QueryResult<Option<i64>> {
    first!(link, books::table.select(books::incarnation))
}

pub(in crate::storage) async fn epoch(link: Link<'_>, key: LeaseKey) -> QueryResult<Option<i64>> {
    let lease = leases::table.find(names::lease(key));
    first!(link, lease.select(leases::epoch))
}

/// A row's version and document, of a table that has both.
macro_rules! raw {
    ($table:ident) => {
        ($table::version, $table::document)
    };
}
pub(super) use raw;

pub(in crate::storage) async fn customer_at(link: Link<'_>, telegram: TelegramId) -> Found {
    let row = customers::table.filter(customers::telegram.eq(telegram.get()));
    first!(link, row.select(raw!(customers)))
}

pub(in crate::storage) async fn customer(link: Link<'_>, id: CustomerId) -> Found {
    first!(
        link,
        customers::table.find(id.get()).select(raw!(customers))
    )
}

pub(in crate::storage) async fn customers_waiting(
    link: Link<'_>,
    after: Option<CustomerId>,
    limit: u32,
) -> Listed {
    let waiting = customers::table
        .filter(customers::wants_opening)
        .filter(customers::id.gt(after.map_or(i64::MIN, CustomerId::get)))
        .order(customers::id)
        .limit(i64::from(limit.min(LONGEST_PAGE)))
        .select(raw!(customers));
    load!(link, waiting)
}

/// Accounts of a person who was erased under a pseudonym after an instant, newest first.
pub(in crate::storage) async fn erased(link: Link<'_>, pseudonym: String, after: At) -> Listed {
    let erased = customers::table
        .filter(customers::pseudonym.eq(pseudonym))
        .filter(customers::erased_at.gt(after))
        .order(customers::id.desc())
        .select(raw!(customers));
    load!(link, erased)
}

/// Erased accounts whose pseudonyms are older than an instant.
pub(in crate::storage) async fn lapsed(link: Link<'_>, before: At, limit: u32) -> Listed {
    let lapsed = customers::table
        .filter(customers::pseudonym.is_not_null())
        .filter(customers::erased_at.le(before))
        .order(customers::id)
        .limit(i64::from(limit.min(LONGEST_PAGE)))
        .select(raw!(customers));
    load!(link, lapsed)
}

/// Kind and balance of the stored accounts of an owner.
pub(in crate::storage) async fn balances(
    link: Link<'_>,
    owner: String,
) -> QueryResult<Vec<(String, i64)>> {
    // Not a list of kinds: a statement whose text depends on its values is prepared every time.
    let kind = |name: &'static str| accounts::kind.eq(name);
    let of_a_person = kind(names::CUSTOMER)
        .or(kind(names::HELD))
        .or(kind(names::DEBT))
        .or(kind(names::FLOAT));
    let stored = accounts::table
        .filter(of_a_person)
        .filter(accounts::owner.eq(owner))
        .select((accounts::kind, accounts::balance));
    load!(link, stored)
}

pub(in crate::storage) async fn order(link: Link<'_>, id: OrderId) -> Found {
    first!(link, orders::table.find(id.get()).select(raw!(orders)))
}

pub(in crate::storage) async fn order_numbered(link: Link<'_>, number: &OrderNumber) -> Found {
    let row = orders::table.filter(orders::number.eq(number.as_str()));
    first!(link, row.select(raw!(orders)))
}

pub(in crate::storage) async fn orders_due(
    link: Link<'_>,
    now: At,
    limit: u32,
) -> QueryResult<Vec<i64>> {
    // The first of every customer, by the instant at which it is due; then the second of every one.
    let turn = row_number()
        .partition_by(orders::customer)
        .window_order((orders::due, orders::id));
    let head_due = first_value(orders::due)
        .partition_by(orders::customer)
        .window_order((orders::due, orders::id));
    let head = first_value(orders::id)
        .partition_by(orders::customer)
        .window_order((orders::due, orders::id));
    let due = orders::table
        .filter(orders::due.le(now))
        .select(orders::id)
        // Who may only wait for a till comes behind all others.
        .order((
            orders::state.eq(Order::WAITS_FOR_A_TILL),
            turn,
            head_due,
            head,
        ))
        .limit(i64::from(limit));
    load!(link, due)
}

pub(in crate::storage) async fn orders_of_wallet(link: Link<'_>, wallet: WalletAddress) -> Listed {
    let bound = orders::table
        .filter(orders::wallet.eq(wallet.to_string()))
        .order(orders::id)
        .select(raw!(orders));
    load!(link, bound)
}

pub(in crate::storage) async fn orders_of(
    link: Link<'_>,
    customer: CustomerId,
    page: Page,
) -> Listed {
    let theirs = orders::table
        .filter(orders::customer.eq(customer.get()))
        .order(orders::id.desc())
        .offset(i64::from(page.offset))
        .limit(i64::from(page.limit.min(LONGEST_PAGE)))
        .select(raw!(orders));
    load!(link, theirs)
}

pub(in crate::storage) async fn latest_orders(link: Link<'_>, page: Page) -> Listed {
    let all = orders::table
        .order(orders::id.desc())
        .offset(i64::from(page.offset))
        .limit(i64::from(page.limit.min(LONGEST_PAGE)))
        .select(raw!(orders));
    load!(link, all)
}

/// Orders that a search finds.
const FOUND: i64 = 20;

/// Orders that own a name that Fragment gave, or a transfer whose message or transaction has a hash.
pub(in crate::storage) async fn orders_with(
    link: Link<'_>,
    name: String,
    hash: Option<String>,
) -> Listed {
    let kinds = [names::REQUEST, names::REFERENCE];
    let owners = claims::table
        .filter(claims::kind.eq_any(kinds))
        .filter(claims::name.eq(name))
        .select(claims::order_id);
    let mut owners: Vec<Option<i64>> = load!(link, owners)?;
    if let Some(hash) = hash {
        let text =
            diesel::dsl::sql::<diesel::sql_types::Bool>("CAST(transfers.document AS TEXT) LIKE ")
                .bind::<diesel::sql_types::Text, _>(format!("%{hash}%"));
        let signed = transfers::table
            .filter(transfers::message_hash.eq(hash).or(text))
            .order(transfers::id.desc())
            .limit(FOUND)
            .select(transfers::order_id.nullable());
        let signed: Vec<Option<i64>> = load!(link, signed)?;
        owners.extend(signed);
    }
    let owners: Vec<i64> = owners.into_iter().flatten().collect();
    let found = orders::table
        .filter(orders::id.eq_any(owners))
        .order(orders::id.desc())
        .limit(FOUND)
        .select(raw!(orders));
    load!(link, found)
}

pub(in crate::storage) async fn transfer(link: Link<'_>, id: TransferId) -> Found {
    first!(
        link,
        transfers::table.find(id.get()).select(raw!(transfers))
    )
}

pub(in crate::storage) async fn transfers_of(link: Link<'_>, order: OrderId) -> Listed {
    let signed = transfers::table
        .filter(transfers::order_id.eq(order.get()))
        .order(transfers::id)
        .select(raw!(transfers));
    load!(link, signed)
}

/// A transfer's document, and its order's.
pub(in crate::storage) type Bought = (Doc, Doc);

pub(in crate::storage) async fn purchases(
    link: Link<'_>,
    wallet: WalletAddress,
    limit: u32,
) -> QueryResult<Vec<Bought>> {
    let newest = transfers::table
        .inner_join(orders::table.on(orders::id.eq(transfers::order_id)))
        .filter(transfers::wallet.eq(wallet.to_string()))
        .order(transfers::id.desc())
        .limit(i64::from(limit.min(LONGEST_PAGE)))
        .select((transfers::document, orders::document));
    load!(link, newest)
}

pub(in crate::storage) async fn watched(
    link: Link<'_>,
    wallet: WalletAddress,
    now: At,
    limit: u32,
) -> QueryResult<Vec<Bought>> {
    let watched = transfers::table
        .inner_join(orders::table.on(orders::id.eq(transfers::order_id)))
        .filter(orders::watched_until.gt(now))
        .filter(transfers::wallet.eq(wallet.to_string()))
        .filter(transfers::state.eq("paid"))
        .order(transfers::id.desc())
        .limit(i64::from(limit.min(LONGEST_PAGE)))
        .select((transfers::document, orders::document));
    load!(link, watched)
}

/// The longest list of breaks.
const LONGEST_BREAKS: u32 = 500;

pub(in crate::storage) async fn breaks_open(link: Link<'_>, limit: u32) -> Listed {
    let open = breaks::table
        .filter(breaks::open)
        .order(breaks::key)
        .limit(i64::from(limit.min(LONGEST_BREAKS)))
        .select(raw!(breaks));
    load!(link, open)
}

pub(in crate::storage) async fn breaks_named(link: Link<'_>, keys: Vec<String>) -> Listed {
    let named = breaks::table
        .filter(breaks::key.eq_any(keys))
        .order(breaks::key)
        .select(raw!(breaks));
    load!(link, named)
}

pub(in crate::storage) async fn wallet(link: Link<'_>, address: WalletAddress) -> Found {
    let row = wallets::table.find(address.to_string());
    first!(link, row.select(raw!(wallets)))
}

pub(in crate::storage) async fn all_wallets(link: Link<'_>) -> Listed {
    load!(
        link,
        wallets::table.order(wallets::address).select(raw!(wallets))
    )
}

pub(in crate::storage) async fn messages_of(
    link: Link<'_>,
    wallet: WalletAddress,
) -> QueryResult<Vec<(String, i64)>> {
    let signed = transfers::table
        .filter(transfers::wallet.eq(wallet.to_string()))
        .order(transfers::id)
        .select((transfers::message_hash, transfers::id));
    load!(link, signed)
}

pub(in crate::storage) async fn references(
    link: Link<'_>,
) -> QueryResult<Vec<(String, Option<i64>)>> {
    let known = claims::table
        .filter(claims::kind.eq(names::REFERENCE))
        .filter(claims::order_id.is_not_null())
        .order(claims::name)
        .select((claims::name, claims::order_id));
    load!(link, known)
}

pub(in crate::storage) async fn assigned(
    link: Link<'_>,
    wallet: WalletAddress,
) -> QueryResult<Vec<(String, Option<i64>)>> {
    let known = claims::table
        .filter(claims::wallet.eq(wallet.to_string()))
        .order(claims::name)
        .select((claims::name, claims::order_id));
    load!(link, known)
}

/// Those of these names of rows of the history that are taken.
pub(in crate::storage) async fn claimed(
    link: Link<'_>,
    rows: Vec<String>,
) -> QueryResult<Vec<String>> {
    let taken = claims::table
        .filter(claims::kind.eq(names::HISTORY))
        .filter(claims::name.eq_any(rows))
        .select(claims::name);
    load!(link, taken)
}

pub(in crate::storage) async fn invoice(link: Link<'_>, id: InvoiceId) -> Found {
    first!(link, invoices::table.find(id.get()).select(raw!(invoices)))
}

pub(in crate::storage) async fn invoice_named(link: Link<'_>, name: &GatewayOrderId) -> Found {
    let row = invoices::table.filter(invoices::gateway_name.eq(name.as_str()));
    first!(link, row.select(raw!(invoices)))
}

pub(in crate::storage) async fn invoices_due(
    link: Link<'_>,
    now: At,
    limit: u32,
) -> QueryResult<Vec<i64>> {
    let due = invoices::table
        .filter(invoices::due.le(now))
        .order((invoices::due, invoices::id))
        .limit(i64::from(limit))
        .select(invoices::id);
    load!(link, due)
}

pub(in crate::storage) async fn invoices_of(link: Link<'_>, customer: CustomerId) -> Listed {
    let payable = invoices::table
        .filter(invoices::customer.eq(customer.get()))
        .filter(invoices::payable)
        .order(invoices::id.desc())
        .select(raw!(invoices));
    load!(link, payable)
}

pub(in crate::storage) async fn latest_invoices(
    link: Link<'_>,
    customer: Option<CustomerId>,
    page: Page,
) -> Listed {
    let newest = invoices::table
        .order(invoices::id.desc())
        .offset(i64::from(page.offset))
        .limit(i64::from(page.limit.min(LONGEST_PAGE)))
        .select(raw!(invoices));
    match customer {
        Some(customer) => load!(link, newest.filter(invoices::customer.eq(customer.get()))),
        None => load!(link, newest),
    }
}

/// A lease's row: key, epoch, holder and end.
pub(in crate::storage) async fn leases(
    link: Link<'_>,
    limit: u32,
) -> QueryResult<Vec<(String, i64, Option<i64>, At)>> {
    let all = leases::table
        .order(leases::key)
        .limit(i64::from(limit.min(LONGEST_PAGE)))
        .select((leases::key, leases::epoch, leases::holder, leases::until));
    load!(link, all)
}

/// All invoices that were opened for an order, newest first.
pub(in crate::storage) async fn invoices_for(link: Link<'_>, order: OrderId) -> Listed {
    let opened = invoices::table
        .filter(invoices::order_id.eq(order.get()))
        .order(invoices::id.desc())
        .select(raw!(invoices));
    load!(link, opened)
}

pub(in crate::storage) async fn all_logins(link: Link<'_>) -> Listed {
    load!(link, logins::table.order(logins::id).select(raw!(logins)))
}

pub(in crate::storage) async fn published(link: Link<'_>) -> Found {
    first!(link, prices::table.select(raw!(prices)))
}

pub(in crate::storage) async fn the_shop(link: Link<'_>) -> Found {
    first!(link, shop::table.select(raw!(shop)))
}

pub(in crate::storage) async fn audit(
    link: Link<'_>,
    subject: Option<String>,
    page: Page,
) -> QueryResult<Vec<AuditLine>> {
    let newest = audit::table
        .order(audit::id.desc())
        .offset(i64::from(page.offset))
        .limit(i64::from(page.limit.min(LONGEST_PAGE)));
    match subject {
        Some(subject) => load!(link, newest.filter(audit::subject.eq(subject))),
        None => load!(link, newest),
    }
}
