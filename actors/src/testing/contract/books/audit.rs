//! The log of what people did.

use super::{EmptyBooks, assert_stale, assert_taken, blank, open_shop, rows};
use crate::domain::Span;
use crate::domain::audit::{Audited, Deed, Outcome, Who};
use crate::domain::ids::{AuditId, TelegramId};
use crate::ports::Books;
use crate::ports::books::{Commit, CommitFailed, Page};
use crate::testing::contract::given;

const ALL: Page = Page {
    offset: 0,
    limit: 100,
};

fn line(id: i64, who: Who, subject: &str) -> Audited {
    let deed = Deed {
        act: "POST /orders/{id}/refund".into(),
        subject: subject.into(),
        reason: Some("the goods never came".into()),
        detail: "{\"version\":3}".into(),
    };
    Audited::announced(AuditId::new(id), rows::noon(), who, deed)
}

async fn write(books: &dyn Books, audit: Vec<Audited>) -> Result<(), CommitFailed> {
    let commit = blank(books).await;
    books.commit(Commit { audit, ..commit }).await
}

async fn ids(books: &dyn Books, subject: Option<&str>, page: Page) -> Vec<i64> {
    let subject = subject.map(str::to_owned);
    let found = given(books.audit(subject, page).await, "the audit log");
    found.iter().map(|line| line.id.get()).collect()
}

/// Whole, as it was written.
pub async fn what_people_did_comes_newest_first_and_by_its_subject(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    let first = line(11, Who::Token("desk".into()), "ord_7");
    let other = line(12, Who::Person(TelegramId::new(77)), "cus_1");
    let later = rows::noon() + Span::seconds(2);
    let ended = first.ended(AuditId::new(13), later, Outcome::Refused("changed".into()));
    let plain = Audited {
        reason: None,
        ..line(14, Who::Token("desk".into()), "sales")
    };
    given(
        write(&*books, vec![first.clone(), other]).await,
        "two deeds",
    );
    given(write(&*books, vec![plain.clone()]).await, "a third");
    given(write(&*books, vec![ended.clone()]).await, "an outcome");
    assert_eq!(ids(&*books, None, ALL).await, [14, 13, 12, 11]);
    assert_eq!(ids(&*books, Some("ord_7"), ALL).await, [13, 11]);
    assert_eq!(ids(&*books, Some("ord_8"), ALL).await, Vec::<i64>::new());
    let middle = Page {
        offset: 1,
        limit: 2,
    };
    assert_eq!(ids(&*books, None, middle).await, [13, 12]);
    let lines = given(books.audit(None, ALL).await, "the audit log");
    let [newest, end, _, begin] = lines.as_slice() else {
        return given(Err("not four lines"), "four lines");
    };
    assert_eq!((newest, end, begin), (&plain, &ended, &first));
}

/// And an id is used once.
pub async fn a_deed_has_one_outcome_and_a_refused_commit_says_nothing(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    let deed = line(11, Who::Token("desk".into()), "ord_7");
    given(write(&*books, vec![deed.clone()]).await, "a deed");
    assert_stale(write(&*books, vec![deed.clone()]).await);
    let done = deed.ended(AuditId::new(12), rows::noon(), Outcome::Done);
    given(write(&*books, vec![done]).await, "its outcome");
    let unsure = deed.ended(AuditId::new(13), rows::noon(), Outcome::Unsure);
    let other = line(14, Who::Token("desk".into()), "ord_8");
    assert_taken(write(&*books, vec![other, unsure]).await);
    assert_eq!(ids(&*books, None, ALL).await, [12, 11]);
}
