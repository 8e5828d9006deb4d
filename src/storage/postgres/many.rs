//! Many rows in one statement, whatever their number: the text stays the same, so that it is
//! prepared once.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Text};
use diesel_async::RunQueryDsl;

use super::Link;
use crate::storage::accounts::Ids;
use crate::storage::errors::Trouble;
use crate::storage::names;
use crate::storage::plan::Plan;
use crate::storage::rows::Together;
use starkeeper_actors::ports::books::CommitRefused;

/// Inserts rows; of news and events those that are there already are left out.
pub(in crate::storage) async fn insert<R: Together + 'static>(
    link: Link<'_>,
    rows: &[&R],
) -> QueryResult<usize> {
    let columns = R::columns(rows);
    let insert: Insert<R> = Insert { columns };
    insert.execute(&mut { link }).await
}

/// Writes rows over the versions before theirs; answers how many were found.
pub(in crate::storage) async fn update<R: Together + 'static>(
    link: Link<'_>,
    rows: &[&R],
) -> QueryResult<usize> {
    let columns = R::columns(rows);
    let update: Update<R> = Update { columns };
    update.execute(&mut { link }).await
}

struct Insert<R: Together> {
    columns: R::Columns,
}

impl<R: Together> QueryFragment<Pg> for Insert<R> {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        pass.push_sql("INSERT INTO ");
        pass.push_sql(R::TABLE);
        pass.push_sql(" (");
        list(&mut pass, "", R::COLUMNS);
        pass.push_sql(") SELECT * FROM unnest(");
        R::bind(&self.columns, pass.reborrow())?;
        pass.push_sql(")");
        pass.push_sql(match R::TABLE {
            "notices" | "outside_events" => " ON CONFLICT (key) DO NOTHING",
            _ => "",
        });
        Ok(())
    }
}

struct Update<R: Together> {
    columns: R::Columns,
}

impl<R: Together> QueryFragment<Pg> for Update<R> {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        pass.push_sql("UPDATE ");
        pass.push_sql(R::TABLE);
        pass.push_sql(" AS t SET ");
        let changed = R::COLUMNS.iter().filter(|column| **column != R::KEY);
        for (place, column) in changed.enumerate() {
            pass.push_sql(if place == 0 { "" } else { ", " });
            pass.push_identifier(column)?;
            pass.push_sql(" = u.");
            pass.push_identifier(column)?;
        }
        pass.push_sql(" FROM unnest(");
        R::bind(&self.columns, pass.reborrow())?;
        pass.push_sql(") AS u (");
        list(&mut pass, "", R::COLUMNS);
        pass.push_sql(") WHERE t.version = u.version - 1 AND t.");
        pass.push_sql(R::KEY);
        pass.push_sql(" = u.");
        pass.push_sql(R::KEY);
        Ok(())
    }
}

fn list(pass: &mut AstPass<'_, '_, Pg>, before: &str, columns: &[&str]) {
    for (place, column) in columns.iter().enumerate() {
        pass.push_sql(if place == 0 { "" } else { ", " });
        pass.push_sql(before);
        pass.push_sql(column);
    }
}

impl<R: Together + 'static> QueryId for Insert<R> {
    type QueryId = Insert<R>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<R: Together + 'static> QueryId for Update<R> {
    type QueryId = Update<R>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

/// Postings find their entries by the keys, which are unique; so the ids need not be known here.
pub(in crate::storage) async fn post(
    link: Link<'_>,
    plans: &[&Plan],
    ids: &Ids,
) -> Result<(), Trouble> {
    let mut post = Post::default();
    for entered in plans.iter().flat_map(|plan| &plan.entries) {
        for (place, posting) in (0_i64..).zip(&entered.entry.postings) {
            let id = |account| ids.of(account).ok_or_else(|| unknown(account));
            post.keys.push(entered.row.key.clone());
            post.places.push(place);
            post.debits.push(id(posting.debit())?);
            post.credits.push(id(posting.credit())?);
            post.amounts.push(posting.amount().units());
        }
    }
    if !post.keys.is_empty() {
        post.execute(&mut { link }).await?;
    }
    Ok(())
}

fn unknown(account: starkeeper_actors::domain::ledger::Account) -> Trouble {
    let name = names::account(account);
    let rule = format!("an account that was not opened: {}", name.kind);
    Trouble::Refused(CommitRefused::Rule { rule })
}

#[derive(Default, QueryId)]
struct Post {
    keys: Vec<String>,
    places: Vec<i64>,
    debits: Vec<i64>,
    credits: Vec<i64>,
    amounts: Vec<i64>,
}

impl QueryFragment<Pg> for Post {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        pass.push_sql(
            "INSERT INTO postings (id, entry, debit, credit, amount) \
             SELECT e.id * 64 + u.place, e.id, u.debit, u.credit, u.amount FROM unnest(",
        );
        pass.push_bind_param::<Array<Text>, _>(&self.keys)?;
        pass.push_sql(", ");
        pass.push_bind_param::<Array<BigInt>, _>(&self.places)?;
        pass.push_sql(", ");
        pass.push_bind_param::<Array<BigInt>, _>(&self.debits)?;
        pass.push_sql(", ");
        pass.push_bind_param::<Array<BigInt>, _>(&self.credits)?;
        pass.push_sql(", ");
        pass.push_bind_param::<Array<BigInt>, _>(&self.amounts)?;
        pass.push_sql(
            ") AS u (key, place, debit, credit, amount) \
             JOIN entries e ON e.key = u.key ORDER BY e.id, u.place",
        );
        Ok(())
    }
}
