//! Answers under a key.

use diesel::prelude::*;
use starkeeper_actors::ports::books::{Answer, Keyed};

use super::Link;
use crate::storage::columns::At;
use crate::storage::schema::answers;

/// Keys that are forgotten at once, at most.
const FORGOTTEN: i64 = 100;

/// A key's row: digest, status and body.
type Row = (String, Option<i64>, Option<String>);

/// What is known under a key, which is taken from now on. Keys from before an instant are forgotten.
pub(in crate::storage) async fn begin(
    link: Link<'_>,
    key: &str,
    digest: &str,
    at: At,
    before: At,
) -> QueryResult<Keyed> {
    let old = answers::table
        .filter(answers::at.lt(before))
        .order(answers::at)
        .limit(FORGOTTEN)
        .select(answers::key);
    let old: Vec<String> = load!(link, old)?;
    if !old.is_empty() {
        let old = answers::table.filter(answers::key.eq_any(old));
        execute!(link, diesel::delete(old))?;
    }
    let row = (
        answers::key.eq(key),
        answers::digest.eq(digest),
        answers::at.eq(at),
    );
    let begun = diesel::insert_into(answers::table)
        .values(row)
        .on_conflict_do_nothing();
    if execute!(link, begun)? == 1 {
        return Ok(Keyed::Fresh);
    }
    let there = answers::table.find(key.to_owned()).select((
        answers::digest,
        answers::status,
        answers::body,
    ));
    let there: Option<Row> = first!(link, there)?;
    Ok(match there {
        Some((asked, status, body)) if asked == digest => {
            let status = status.and_then(|status| u16::try_from(status).ok());
            let answer = status.zip(body);
            Keyed::Same(answer.map(|(status, body)| Answer { status, body }))
        }
        Some(_) | None => Keyed::Other,
    })
}

/// Keeps an answer, unless one is kept already.
pub(in crate::storage) async fn give(
    link: Link<'_>,
    key: &str,
    answer: &Answer,
) -> QueryResult<()> {
    let open = answers::table
        .filter(answers::key.eq(key))
        .filter(answers::status.is_null());
    let set = (
        answers::status.eq(i64::from(answer.status)),
        answers::body.eq(&answer.body),
    );
    execute!(link, diesel::update(open).set(set))?;
    Ok(())
}
