//! Answers under a key.

use super::EmptyBooks;
use crate::domain::Span;
use crate::ports::Books;
use crate::ports::books::{Answer, Keyed};
use crate::testing::contract::{given, rows};

fn answer(status: u16) -> Answer {
    Answer {
        status,
        body: "{\"state\":\"done\"}".into(),
    }
}

async fn begin(books: &dyn Books, key: &str, digest: &str, seconds: i64) -> Keyed {
    let at = rows::noon() + Span::seconds(seconds);
    let (key, digest) = (key.to_owned(), digest.to_owned());
    given(books.answer_begun(key, digest, at).await, "a key")
}

/// And another body under the same key is noticed.
pub async fn a_key_gets_one_answer(empty: &dyn EmptyBooks) {
    let (books, other) = (empty.client(), empty.client());
    assert_eq!(begin(&*books, "desk/1", "a", 0).await, Keyed::Fresh);
    let same = Keyed::Same;
    assert_eq!(begin(&*other, "desk/1", "a", 1).await, same(None));
    assert_eq!(begin(&*other, "desk/1", "b", 1).await, Keyed::Other);
    assert_eq!(begin(&*books, "desk/2", "a", 1).await, Keyed::Fresh);
    let given_once = books.answer_given("desk/1".into(), answer(201)).await;
    given(given_once, "an answer");
    let again = other.answer_given("desk/1".into(), answer(422)).await;
    given(again, "a second answer changes nothing");
    assert_eq!(
        begin(&*other, "desk/1", "a", 2).await,
        same(Some(answer(201)))
    );
    assert_eq!(begin(&*other, "desk/1", "b", 2).await, Keyed::Other);
    let nobody = books.answer_given("desk/3".into(), answer(201)).await;
    given(nobody, "an answer to nothing is nothing");
    assert_eq!(begin(&*books, "desk/3", "a", 3).await, Keyed::Fresh);
}

/// Two days later.
pub async fn a_key_is_forgotten_after_a_while(empty: &dyn EmptyBooks) {
    let books = empty.client();
    assert_eq!(begin(&*books, "desk/1", "a", 0).await, Keyed::Fresh);
    let given_once = books.answer_given("desk/1".into(), answer(201)).await;
    given(given_once, "an answer");
    let day = 86_400;
    let known = begin(&*books, "desk/1", "b", day).await;
    assert_eq!(known, Keyed::Other);
    let later = begin(&*books, "desk/1", "b", 2 * day + 1).await;
    assert_eq!(later, Keyed::Fresh);
}
