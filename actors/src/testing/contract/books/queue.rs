//! Who comes first where there is more to do than one look takes.

use super::reads::{due, minute, new};
use super::{EmptyBooks, open_shop, till, write_rows};
use crate::testing::contract::{given, rows};

/// However many wait for a till: what keeps it busy must be seen, or none of them ever goes on.
pub async fn orders_that_wait_for_a_till_come_behind_all_others(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    let other = rows::order(20, 1);
    let lapses = other.quote.expires_at;
    let held = |n, customer| {
        let order = rows::order(n, customer);
        new(rows::held_until(&order, till(), minute(n)))
    };
    let mut all: Vec<_> = (1..=9).map(|n| held(n, 1 + n % 2)).collect();
    all.push(new(other));
    given(write_rows(&*books, all).await, "orders");
    let all = due(&*books, lapses, 100).await;
    assert_eq!((all.len(), all.first()), (10, Some(&20)));
    assert_eq!(due(&*books, lapses, 1).await, [20]);
    assert_eq!(due(&*books, lapses, 3).await, [20, 1, 2]);
}
