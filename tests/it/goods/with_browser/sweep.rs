//! What the sweep of books, chain and Fragment's history finds, over the wire.

use serde_json::{Value, json};

use crate::goods::shop::Selling;
use crate::support::shop::Setting;
use crate::support::wait::eventually;

/// Sweeps every second, and waits for hardly anybody.
pub(super) fn impatient() -> Vec<Setting> {
    let settings = [
        ("FULFILMENT_RECONCILE_EVERY", "1s"),
        ("FULFILMENT_RECONCILE_PATIENCE", "200ms"),
    ];
    settings
        .map(|(name, value)| (name, value.to_owned()))
        .into()
}

/// The breaks that the admin API shows.
async fn breaks(selling: &Selling) -> Result<Vec<Value>, String> {
    let shown = selling.door().glance("/admin/v1/breaks").await?;
    Ok(shown["breaks"].as_array().expect("a list").clone())
}

/// Waits until exactly these kinds are open, in the order of the letters.
pub(super) async fn broken(selling: &Selling, kinds: &[&str]) -> Vec<Value> {
    eventually("the sweep finds it", async || {
        let found = breaks(selling).await?;
        let mut shown: Vec<&str> = found
            .iter()
            .filter_map(|one| one["kind"].as_str())
            .collect();
        shown.sort_unstable();
        if shown == kinds {
            return Ok(found);
        }
        Err(format!("{found:?}"))
    })
    .await
}

/// A history that lies about its newest row is found out, told once, and over when it tells the
/// truth.
#[tokio::test]
async fn each_lie_of_the_history_is_a_break_until_it_tells_the_truth() {
    let selling = Selling::open(impatient()).await;
    selling.fund("10").await;
    // An older row shows how far back the history reaches.
    let first = selling.buy("petya", 60).await;
    assert_eq!(selling.end_of(&first).await, "delivered");
    let order = selling.buy("masha", 50).await;
    assert_eq!(selling.end_of(&order).await, "delivered");
    broken(&selling, &[]).await;
    let lies = [
        ("history_lacks", "delivery_unproven"),
        ("history_recipient", "row_differs"),
        ("history_quantity", "row_differs"),
        ("history_price", "row_differs"),
    ];
    for (lie, kind) in lies {
        selling
            .fault("fragment", lie, "refuse", json!({"probability": "1"}))
            .await;
        let found = broken(&selling, &[kind]).await;
        assert_eq!(found[0]["order"], order.as_str(), "{lie}: {found:?}");
        selling.shop.emulators.calm().await;
        broken(&selling, &[]).await;
    }
    // While an order is on its way so little patience may find more.
    assert!(selling.operators_hear("break").await >= lies.len());
    assert!(selling.operators_hear("break_over").await >= lies.len());
    selling.holds_all(&[("petya", 60), ("masha", 50)]).await;
}
