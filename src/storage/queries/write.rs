//! One commit, or several that have no row in common: every statement of its transaction.

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use starkeeper_actors::domain::ids::{CustomerId, OrderId};
use starkeeper_actors::domain::ledger::Account;
use starkeeper_actors::ports::books::{CommitRefused, Guard};

use super::super::{lock_accounts, lock_customers, post};
use super::Link;
use crate::storage::accounts::Ids;
use crate::storage::columns::At;
use crate::storage::errors::Trouble;
use crate::storage::plan::{Plan, Writes};
use crate::storage::rows::{self, Together};
use crate::storage::schema::{accounts, customers, live_messages, orders};

type Done = Result<(), Trouble>;

/// Writes everything. What is believed is checked first, what is judged is locked before it is
/// written, tables come in one order and rows in the order of their keys: two writers that meet
/// wait for each other and never both for ever.
pub(in crate::storage) async fn write(link: Link<'_>, plans: &[&Plan], ids: &Ids) -> Done {
    in_order!(
        believe(link, plans),
        handle(link, plans),
        lock_customers(link, guarded(plans)),
        same_people(link, plans),
        over_customers(link, plans),
        new_customers(link, plans),
        over_wallets(link, plans),
        new_wallets(link, plans),
        // What gives a name up goes before what takes it.
        over_orders(link, plans, false),
        over_orders(link, plans, true),
        new_orders(link, plans),
        over_transfers(link, plans, false),
        over_transfers(link, plans, true),
        new_transfers(link, plans),
        over_invoices(link, plans),
        new_invoices(link, plans),
        over_logins(link, plans),
        new_logins(link, plans),
        over_prices(link, plans),
        new_prices(link, plans),
        over_shop(link, plans),
        new_shop(link, plans),
        over_breaks(link, plans),
        new_breaks(link, plans),
        over_notices(link, plans),
        new_live(link, plans),
        over_live(link, plans),
        stale(link, plans),
        lock_accounts(link, locked(plans, ids)),
        enter(link, plans),
        post(link, plans, ids),
        claim(link, plans),
        owe(link, plans),
        log(link, plans),
        note(link, plans),
        guard(link, plans),
    )
}

async fn believe(link: Link<'_>, plans: &[&Plan]) -> Done {
    let mut rows: Vec<_> = plans.iter().flat_map(|plan| &plan.beliefs).collect();
    rows.sort_unstable_by(|one, other| one.lease.cmp(&other.lease));
    rows.dedup_by(|one, other| {
        (one.incarnation, &one.lease, one.epoch) == (other.incarnation, &other.lease, other.epoch)
    });
    insert!(link, beliefs, rows)?;
    Ok(())
}

macro_rules! plain_inserts {
    ($($name:ident into $table:ident from $field:ident;)*) => {$(
        async fn $name(link: Link<'_>, plans: &[&Plan]) -> Done {
            let mut rows: Vec<&rows::$table::Row> =
                plans.iter().flat_map(|plan| &plan.$field).collect();
            rows.sort_by(|one, other| rows::$table::order(one, other));
            if !rows.is_empty() {
                insert!(link, $table, rows)?;
            }
            Ok(())
        }
    )*};
}

plain_inserts! {
    handle into handled_updates from handled;
    claim into claims from claims;
    log into outside_events from events;
    note into audit from audit;
}

async fn enter(link: Link<'_>, plans: &[&Plan]) -> Done {
    let entries = plans.iter().flat_map(|plan| &plan.entries);
    let rows: Vec<&rows::entries::Row> = entries.map(|entered| &entered.row).collect();
    if !rows.is_empty() {
        insert!(link, entries, rows)?;
    }
    Ok(())
}

/// News that are owed already add nothing.
async fn owe(link: Link<'_>, plans: &[&Plan]) -> Done {
    let rows: Vec<&rows::notices::Row> = plans.iter().flat_map(|plan| &plan.notices.new).collect();
    if !rows.is_empty() {
        insert!(link, notices, rows)?;
    }
    Ok(())
}

macro_rules! new_rows {
    ($($name:ident into $table:ident from $field:ident;)*) => {$(
        async fn $name(link: Link<'_>, plans: &[&Plan]) -> Done {
            let mut rows: Vec<&rows::$table::Row> =
                plans.iter().flat_map(|plan| &plan.$field.new).collect();
            rows.sort_by(|one, other| rows::$table::order(one, other));
            if !rows.is_empty() {
                insert!(link, $table, rows)?;
            }
            Ok(())
        }
    )*};
}

new_rows! {
    new_customers into customers from customers;
    new_wallets into wallets from wallets;
    new_orders into orders from orders;
    new_transfers into transfers from transfers;
    new_invoices into invoices from invoices;
    new_logins into logins from logins;
    new_prices into prices from prices;
    new_shop into shop from shop;
    new_breaks into breaks from breaks;
    new_live into live_messages from live;
}

macro_rules! changed_rows {
    ($($name:ident over $table:ident by $key:ident from $field:ident;)*) => {$(
        async fn $name(link: Link<'_>, plans: &[&Plan]) -> Done {
            let mut rows = over(plans, |plan| &plan.$field);
            rows.sort_by(|one, other| rows::$table::order(one, other));
            if rows.is_empty() {
                return Ok(());
            }
            let written = update!(link, $table, $key, rows)?;
            as_many(written, &rows)
        }
    )*};
}

changed_rows! {
    over_customers over customers by id from customers;
    over_wallets over wallets by address from wallets;
    over_invoices over invoices by id from invoices;
    over_logins over logins by id from logins;
    over_notices over notices by id from notices;
    over_prices over prices by id from prices;
    over_shop over shop by id from shop;
    over_breaks over breaks by key from breaks;
}

async fn over_orders(link: Link<'_>, plans: &[&Plan], taking: bool) -> Done {
    let mut rows = over(plans, |plan| &plan.orders);
    rows.retain(|row| row.premium.is_some() == taking);
    rows.sort_by(|one, other| rows::orders::order(one, other));
    if rows.is_empty() {
        return Ok(());
    }
    let written = update!(link, orders, id, rows)?;
    as_many(written, &rows)
}

async fn over_transfers(link: Link<'_>, plans: &[&Plan], taking: bool) -> Done {
    let mut rows = over(plans, |plan| &plan.transfers);
    rows.retain(|row| row.takes_seqno == taking);
    rows.sort_by(|one, other| rows::transfers::order(one, other));
    if rows.is_empty() {
        return Ok(());
    }
    let written = update!(link, transfers, id, rows)?;
    as_many(written, &rows)
}

fn over<'a, R>(plans: &[&'a Plan], of: impl Fn(&'a Plan) -> &'a Writes<R>) -> Vec<&'a R> {
    plans.iter().flat_map(|plan| &of(plan).over).collect()
}

/// Every row was found under the version that was seen.
fn as_many<R: Together>(written: usize, rows: &[&R]) -> Done {
    if written == rows.len() {
        return Ok(());
    }
    let keys: Vec<String> = rows.iter().map(|row| row.key()).collect();
    let row = format!("{} {}", R::TABLE, keys.join(", "));
    Err(Trouble::Refused(CommitRefused::Stale { row }))
}

/// What a message should show is not in its row's hands.
async fn over_live(link: Link<'_>, plans: &[&Plan]) -> Done {
    for row in over(plans, |plan| &plan.live) {
        let seen = live_messages::table
            .filter(live_messages::order_id.eq(row.order_id))
            .filter(live_messages::version.eq(row.version - 1));
        let set = (
            live_messages::version.eq(row.version),
            live_messages::chat.eq(row.chat),
            live_messages::message.eq(row.message),
            live_messages::shows.eq(row.shows),
            live_messages::not_before.eq(row.not_before),
        );
        let written = execute!(link, diesel::update(seen).set(set))?;
        as_many(written, &[row])?;
    }
    Ok(())
}

/// After the orders: the message must show what this commit makes of each.
async fn stale(link: Link<'_>, plans: &[&Plan]) -> Done {
    for plan in plans {
        for order in &plan.stale {
            stale_one(link, *order, plan).await?;
        }
    }
    Ok(())
}

async fn stale_one(link: Link<'_>, order: i64, plan: &Plan) -> Done {
    let message = live_messages::table.find(order);
    let first = orders::table
        .inner_join(customers::table.on(customers::id.eq(orders::customer)))
        .filter(orders::id.eq(order))
        .filter(not(exists(message)))
        .select((
            orders::id,
            1_i64.into_sql::<diesel::sql_types::BigInt>(),
            customers::telegram,
            0_i64.into_sql::<diesel::sql_types::BigInt>(),
            1_i64.into_sql::<diesel::sql_types::BigInt>(),
            plan.at.into_sql::<crate::storage::columns::Instant>(),
        ));
    let columns = (
        live_messages::order_id,
        live_messages::version,
        live_messages::chat,
        live_messages::shows,
        live_messages::wanted,
        live_messages::not_before,
    );
    let first = diesel::insert_into(live_messages::table)
        .values(first)
        .into_columns(columns);
    if execute!(link, first)? == 1 {
        return Ok(());
    }
    let wanted = live_messages::wanted.eq(live_messages::wanted + 1);
    let there = message.filter(exists(orders::table.find(order)));
    if execute!(link, diesel::update(there).set(wanted))? == 1 {
        return Ok(());
    }
    let order = OrderId::new(order);
    let rule = format!("{order} has a live message, so it must exist");
    Err(Trouble::Refused(CommitRefused::Rule { rule }))
}

/// A commit neither erases a person nor brings one back.
async fn same_people(link: Link<'_>, plans: &[&Plan]) -> Done {
    let rows = over(plans, |plan| &plan.customers);
    if rows.is_empty() {
        return Ok(());
    }
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let there = customers::table.filter(customers::id.eq_any(ids)).select((
        customers::id,
        customers::erased_at,
        customers::pseudonym,
    ));
    let there: Vec<(i64, Option<At>, Option<String>)> = load!(link, there)?;
    for (id, erased_at, pseudonym) in there {
        let same = |row: &rows::customers::Row| {
            row.id != id || (row.erased_at, &row.pseudonym) == (erased_at, &pseudonym)
        };
        if !rows.iter().all(|row| same(row)) {
            let rule = format!("{} is erased by erasing alone", CustomerId::new(id));
            return Err(Trouble::Refused(CommitRefused::Rule { rule }));
        }
    }
    Ok(())
}

/// The customers who are judged or written.
fn guarded(plans: &[&Plan]) -> Vec<i64> {
    let written = over(plans, |plan| &plan.customers);
    let guards = plans.iter().flat_map(|plan| &plan.guards);
    let mut customers: Vec<i64> = guards
        .map(|guard| match guard {
            Guard::NotFrozen(customer)
            | Guard::NoDebt(customer)
            | Guard::NoOtherOpenOrder { customer, .. } => customer.get(),
        })
        .chain(written.into_iter().map(|row| row.id))
        .collect();
    customers.sort_unstable();
    customers.dedup();
    customers
}

/// The accounts whose balances are stored, in the order of their ids.
fn locked(plans: &[&Plan], ids: &Ids) -> Vec<i64> {
    let accounts = plans.iter().flat_map(|plan| &plan.accounts);
    let stored = accounts.filter(|account| account.has_floor());
    let mut locked: Vec<i64> = stored.filter_map(|account| ids.of(*account)).collect();
    locked.sort_unstable();
    locked.dedup();
    locked
}

/// After everything else: what the commit itself brings about counts.
async fn guard(link: Link<'_>, plans: &[&Plan]) -> Done {
    for guard in plans.iter().flat_map(|plan| &plan.guards) {
        let holds = match guard {
            Guard::NotFrozen(customer) => not_frozen(link, *customer).await?,
            Guard::NoDebt(customer) => no_debt(link, *customer).await?,
            Guard::NoOtherOpenOrder { customer, except } => {
                no_other(link, *customer, *except).await?
            }
        };
        if !holds {
            return Err(Trouble::Refused(CommitRefused::Guard(*guard)));
        }
    }
    Ok(())
}

async fn not_frozen(link: Link<'_>, customer: CustomerId) -> QueryResult<bool> {
    let frozen = customers::table
        .find(customer.get())
        .select(customers::frozen);
    let frozen: Option<bool> = first!(link, frozen)?;
    Ok(frozen == Some(false))
}

async fn no_debt(link: Link<'_>, customer: CustomerId) -> QueryResult<bool> {
    let name = crate::storage::names::account(Account::CustomerDebt(customer));
    let debt = accounts::table
        .filter(accounts::kind.eq(name.kind))
        .filter(accounts::owner.eq(name.owner))
        .filter(accounts::asset.eq(name.asset))
        .select(accounts::balance);
    let debt: Option<i64> = first!(link, debt)?;
    Ok(debt.is_none_or(|debt| debt <= 0))
}

async fn no_other(link: Link<'_>, customer: CustomerId, except: OrderId) -> QueryResult<bool> {
    let other = orders::table
        .filter(orders::customer.eq(customer.get()))
        .filter(orders::state.eq("awaiting_payment"))
        .filter(orders::id.ne(except.get()))
        .select(orders::id);
    let other: Option<i64> = first!(link, other)?;
    Ok(other.is_none())
}
