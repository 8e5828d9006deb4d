//! What people are owed, and live messages.

use super::{EmptyBooks, blank, open_shop, refused, till, write_rows};
use crate::domain::customer::Customer;
use crate::domain::ids::{CustomerId, OrderId, Version};
use crate::domain::notice::{Attempt, Audience, Notice, Owed};
use crate::domain::{Span, Timestamp};
use crate::ports::Books;
use crate::ports::books::{Commit, LiveMessage, Page, RowWrite, Seen, Write};
use crate::testing::contract::{given, rows, there};

async fn owe(books: &dyn Books, notices: &[(i64, Owed)]) {
    let notices = notices.iter();
    let notices = notices.map(|(id, owed)| (rows::notice(*id), owed.clone()));
    let commit = Commit {
        notices: notices.collect(),
        ..blank(books).await
    };
    given(books.commit(commit).await, "notices");
}

async fn due(books: &dyn Books, at: Timestamp, limit: u32) -> Vec<i64> {
    let due = given(books.notices_due(at, limit).await, "due notices");
    due.iter().map(|seen| seen.row.id.get()).collect()
}

async fn seen(books: &dyn Books, id: i64) -> Seen<Notice> {
    let due = given(books.notices_due(rows::noon(), 100).await, "due notices");
    let found = due.into_iter().find(|seen| seen.row.id == rows::notice(id));
    there(found, "the notice")
}

async fn attempt(books: &dyn Books, id: i64, attempt: Attempt) {
    let seen = seen(books, id).await;
    let next = seen.row.after(attempt, rows::noon());
    let row = RowWrite::Notice(Write::over(&seen, next));
    given(write_rows(books, vec![row]).await, "an attempt");
}

/// A second commit that owes it adds nothing, and goes through.
pub async fn the_same_news_is_owed_once(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    owe(&*books, &[(1, rows::news(1, 10))]).await;
    owe(&*books, &[(2, rows::news(1, 10)), (3, rows::news(2, 10))]).await;
    assert_eq!(due(&*books, rows::noon(), 10).await, [1, 3]);
    attempt(&*books, 1, Attempt::Accepted).await;
    owe(&*books, &[(4, rows::news(1, 10))]).await;
    assert_eq!(due(&*books, rows::noon(), 10).await, [3], "not even later");
}

/// Only the first that waits is due, even if a later one could go.
pub async fn a_person_hears_things_in_order(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    owe(&*books, &[(1, rows::news(1, 10)), (2, rows::news(1, 11))]).await;
    assert_eq!(due(&*books, rows::noon(), 10).await, [1]);
    let until = rows::noon() + Span::minutes(1);
    attempt(&*books, 1, Attempt::Later { until }).await;
    assert_eq!(due(&*books, rows::noon(), 10).await, [0_i64; 0]);
    assert_eq!(due(&*books, until, 10).await, [1]);
}

/// In the order the notices became owed, up to the limit.
pub async fn everybody_has_a_turn(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    let third = RowWrite::Customer(Write::new(rows::customer(3)));
    given(write_rows(&*books, vec![third]).await, "a third customer");
    let owed = [
        (1, rows::news(2, 10)),
        (2, rows::news(2, 11)),
        (3, rows::news(1, 10)),
        (4, rows::news(3, 10)),
    ];
    owe(&*books, &owed).await;
    assert_eq!(due(&*books, rows::noon(), 10).await, [1, 3, 4]);
    assert_eq!(due(&*books, rows::noon(), 2).await, [1, 3]);
}

/// And no longer.
pub async fn a_notice_waits_until_it_is_due(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    owe(&*books, &[(1, rows::news(1, 10))]).await;
    let until = rows::noon() + Span::seconds(30);
    attempt(&*books, 1, Attempt::Unknown { until }).await;
    let before = until - Span::microseconds(1);
    assert_eq!(due(&*books, before, 10).await, [0_i64; 0]);
    assert_eq!(due(&*books, until, 10).await, [1]);
}

/// Delivered or not deliverable at all.
pub async fn a_delivered_notice_makes_room_for_the_next(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    let owed = [
        (1, rows::news(1, 10)),
        (2, rows::news(1, 11)),
        (3, rows::news(1, 12)),
    ];
    owe(&*books, &owed).await;
    attempt(&*books, 1, Attempt::Accepted).await;
    assert_eq!(due(&*books, rows::noon(), 10).await, [2]);
    let why = "too long".into();
    attempt(&*books, 2, Attempt::Refused { why }).await;
    assert_eq!(due(&*books, rows::noon(), 10).await, [3]);
}

/// And delivered in order when the person is back.
pub async fn what_a_blocked_person_missed_is_kept(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    let customer = CustomerId::new(1);
    owe(&*books, &[(1, rows::news(1, 10)), (2, rows::news(1, 11))]).await;
    attempt(&*books, 1, Attempt::Blocked).await;
    attempt(&*books, 2, Attempt::Blocked).await;
    assert_eq!(due(&*books, rows::noon(), 10).await, [0_i64; 0]);
    let kept = given(books.notices_kept(customer).await, "what is kept");
    let ids: Vec<i64> = kept.iter().map(|seen| seen.row.id.get()).collect();
    assert_eq!(ids, [1, 2]);
    let revived = kept.iter().map(|seen| {
        let next = seen.row.revived(rows::noon());
        RowWrite::Notice(Write::over(seen, next))
    });
    given(write_rows(&*books, revived.collect()).await, "/start");
    assert_eq!(due(&*books, rows::noon(), 10).await, [1]);
    let kept = given(books.notices_kept(customer).await, "what is kept");
    assert_eq!(kept, vec![]);
}

/// Only where it stands does.
pub async fn what_a_notice_says_never_changes(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    owe(&*books, &[(1, rows::news(1, 10))]).await;
    let seen = seen(&*books, 1).await;
    let other = Notice {
        owed: rows::news(1, 11),
        ..seen.row.clone()
    };
    let row = RowWrite::Notice(Write::over(&seen, other));
    refused(write_rows(&*books, vec![row]).await);
}

/// Delivered or not, page by page; nobody sees what another is owed.
pub async fn all_notices_of_one_audience_come_newest_first(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    let owed = [
        (1, rows::news(1, 10)),
        (2, rows::news(2, 10)),
        (3, rows::news(1, 11)),
        (4, rows::news(1, 12)),
    ];
    owe(&*books, &owed).await;
    attempt(&*books, 1, Attempt::Accepted).await;
    let page = async |customer, offset, limit| {
        let audience = Audience::Customer(CustomerId::new(customer));
        let page = books.notices_of(audience, Page { offset, limit }).await;
        let page = given(page, "a page");
        page.iter()
            .map(|seen| seen.row.id.get())
            .collect::<Vec<_>>()
    };
    assert_eq!(page(1, 0, 2).await, [4, 3]);
    assert_eq!(page(1, 2, 100).await, [1]);
    assert_eq!(page(2, 0, 100).await, [2]);
    assert_eq!(page(3, 0, 100).await, [0_i64; 0]);
}

async fn live(books: &dyn Books, at: Timestamp) -> Vec<Seen<LiveMessage>> {
    given(books.live_due(at, 10).await, "live messages")
}

/// Writes an order anew and says that its message no longer shows it.
async fn redraw(books: &dyn Books, seen: Option<Version>) {
    let row = rows::held(&rows::order(10, 1), till());
    let commit = Commit {
        rows: vec![RowWrite::Order(Write { seen, row })],
        stale: vec![OrderId::new(10)],
        ..blank(books).await
    };
    given(books.commit(commit).await, "a change to show");
}

/// A message that shows an older state stays due; changes that need no drawing do not count.
pub async fn a_stale_order_is_shown_until_its_newest_state_is(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    redraw(&*books, None).await;
    let first = live(&*books, rows::noon()).await;
    let seen = there(first.first(), "the live message").clone();
    let Customer { telegram, .. } = rows::customer(1);
    assert_eq!((seen.row.chat, seen.row.message), (telegram, None));
    redraw(&*books, Some(Version::FIRST)).await;
    let shows = |seen: &Seen<LiveMessage>, version| {
        let row = LiveMessage {
            message: Some(5),
            shows: Version::new(version),
            ..seen.row.clone()
        };
        vec![RowWrite::Live(Write::over(seen, row))]
    };
    given(write_rows(&*books, shows(&seen, 1)).await, "the old state");
    let still = live(&*books, rows::noon()).await;
    let seen = there(still.first(), "the live message").clone();
    assert_eq!(seen.row.message, Some(5));
    given(write_rows(&*books, shows(&seen, 2)).await, "the newest");
    assert_eq!(live(&*books, rows::noon()).await, vec![]);
    let row = rows::held(&rows::order(10, 1), till());
    let quiet = RowWrite::Order(Write {
        seen: Some(Version::new(2)),
        row,
    });
    given(write_rows(&*books, vec![quiet]).await, "nothing to show");
    assert_eq!(live(&*books, rows::noon()).await, vec![]);
}

/// After Telegram asked for a pause.
pub async fn a_live_message_waits_until_it_is_due(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    redraw(&*books, None).await;
    let first = live(&*books, rows::noon()).await;
    let seen = there(first.first(), "the live message").clone();
    let later = rows::noon() + Span::seconds(3);
    let row = LiveMessage {
        not_before: later,
        ..seen.row.clone()
    };
    let row = RowWrite::Live(Write::over(&seen, row));
    given(write_rows(&*books, vec![row]).await, "a pause");
    assert_eq!(live(&*books, rows::noon()).await, vec![]);
    assert_eq!(live(&*books, later).await.len(), 1);
}
