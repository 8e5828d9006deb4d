//! Books that are restored from a backup know less than the chain: nothing is paid again.

use super::sweep::{broken, impatient};
use crate::goods::shop::Selling;

#[tokio::test]
async fn books_restored_from_before_three_deliveries_pay_nothing_and_say_what_is_missing() {
    let mut one = impatient();
    one.push(("DATABASE_URL", "sqlite:one.db".to_owned()));
    let mut selling = Selling::open(one).await;
    selling.fund("10").await;
    let first = selling.buy("masha", 50).await;
    assert_eq!(selling.end_of(&first).await, "delivered");
    let backup = selling.shop.daemon.run(&["backup", "before.db"]);
    assert!(backup.status.success(), "{backup:?}");
    for person in ["petya", "vasya", "kolya"] {
        let order = selling.buy(person, 50).await;
        assert_eq!(selling.end_of(&order).await, "delivered");
    }
    assert_eq!(selling.payments().await.len(), 4);
    selling.shop.daemon.terminate().await;
    selling.shop.daemon.set("DATABASE_URL", "sqlite:two.db");
    let restored = selling.shop.daemon.run(&["restore", "before.db"]);
    assert!(restored.status.success(), "{restored:?}");
    selling.shop.daemon.resume().await;
    // What the old life may have signed runs out by the chain's clock, and only then is judged.
    let later = serde_json::json!({"advance_s": 900});
    selling.shop.emulators.order("clock", later).await;
    // The wallet's history holds three payments that these books do not know.
    assert_eq!(selling.operators_hear("unexplained").await, 3);
    assert_eq!(selling.operators_hear("wallet_stopped").await, 1);
    assert_eq!(selling.payments().await.len(), 4);
    // The sweep shows each of them, and what came of it at Fragment.
    let kinds = [["payment_unexplained"; 3], ["row_unclaimed"; 3]].concat();
    broken(&selling, &kinds).await;
    let books = selling.door().look("/admin/v1/books").await;
    assert_eq!(books["balanced"], true, "{books}");
}
