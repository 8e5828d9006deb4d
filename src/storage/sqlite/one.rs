//! One row a statement. diesel prepares every UPDATE anew, and here each carries its triggers: so
//! these statements are written out, and prepared once a table.

use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sqlite::Sqlite;

use super::Link;
use crate::storage::rows::Together;

/// Inserts rows; news and events that are there already are left out by their triggers.
pub(in crate::storage) fn insert<R: Together + 'static>(
    link: Link<'_>,
    rows: &[&R],
) -> QueryResult<usize> {
    let connection = &mut *link.0.borrow_mut();
    rows.iter().try_fold(0, |written, row| {
        Ok(written + Insert(*row).execute(connection)?)
    })
}

/// Writes rows over the versions before theirs; answers how many were found.
pub(in crate::storage) fn update<R: Together + 'static>(
    link: Link<'_>,
    rows: &[&R],
) -> QueryResult<usize> {
    let connection = &mut *link.0.borrow_mut();
    rows.iter().try_fold(0, |written, row| {
        Ok(written + Update(*row).execute(connection)?)
    })
}

struct Insert<'a, R>(&'a R);

impl<R: Together> QueryFragment<Sqlite> for Insert<'_, R> {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        pass.push_sql("INSERT INTO ");
        pass.push_sql(R::TABLE);
        pass.push_sql(" (");
        for (place, column) in R::COLUMNS.iter().enumerate() {
            pass.push_sql(if place == 0 { "" } else { ", " });
            pass.push_sql(column);
        }
        pass.push_sql(") VALUES (");
        self.0.bind_row(pass.reborrow())?;
        pass.push_sql(")");
        Ok(())
    }
}

impl<R: Together + 'static> QueryId for Insert<'_, R> {
    type QueryId = Insert<'static, R>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

struct Update<'a, R>(&'a R);

impl<R: Together> QueryFragment<Sqlite> for Update<'_, R> {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        pass.push_sql("UPDATE ");
        pass.push_sql(R::TABLE);
        pass.push_sql(" SET ");
        self.0.bind_change(pass.reborrow())?;
        pass.push_sql(" AND version = ");
        self.0.bind_version(pass.reborrow())?;
        pass.push_sql(" - 1");
        Ok(())
    }
}

impl<R: Together + 'static> QueryId for Update<'_, R> {
    type QueryId = Update<'static, R>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<R> RunQueryDsl<SqliteConnection> for Insert<'_, R> {}
impl<R> RunQueryDsl<SqliteConnection> for Update<'_, R> {}
