//! The daemon dies at every point of an order's way, and is started again: one payment, one
//! delivery.

use starkeeper::daemon::points::CALLS;
use starkeeper_actors::domain::order::OrderState;

use crate::goods::shop::Selling;

/// Which states an order that is paid from the balance and delivered goes through. A new state does
/// not compile until somebody says how it is tested.
const fn is_on_the_way(state: &OrderState) -> bool {
    match state {
        OrderState::Held { .. }
        | OrderState::Linked { .. }
        | OrderState::Paying { .. }
        | OrderState::Paid { .. }
        | OrderState::Delivered { .. } => true,
        // Waits for money; `proof` kills the daemon there.
        OrderState::AwaitingPayment { .. } => false,
        // Other ends; see `ends`.
        OrderState::Refunded { .. } | OrderState::Cancelled { .. } | OrderState::Parked { .. } => {
            false
        }
    }
}

/// Every point that such an order visits.
fn points() -> Vec<String> {
    let orders = starkeeper_actors::domain::samples::every_order();
    let mut states: Vec<&str> = orders
        .iter()
        .filter(|(_, order)| is_on_the_way(&order.state))
        .map(|(_, order)| order.state_name())
        .collect();
    states.sort_unstable();
    states.dedup();
    let commits = states.into_iter().map(|state| format!("commit:{state}"));
    let unvisited = ["history", "reset"];
    let calls = CALLS.iter().filter(|call| !unvisited.contains(call));
    let both = commits.chain(calls.map(|call| (*call).to_owned()));
    both.flat_map(|point| [format!("{point}:before"), format!("{point}:after")])
        .collect()
}

/// Kills the daemon there, and sees that nothing comes of it.
async fn killed_at(point: &str) {
    let mut selling = Selling::open(vec![("CRASH_AT", point.to_owned())]).await;
    selling.fund("5").await;
    let order = selling.try_buy("masha", 50).await;
    selling.died_and_resumed().await;
    let order = match order {
        Some(order) => order,
        None => selling.buy("masha", 50).await,
    };
    assert_eq!(selling.end_of(&order).await, "delivered", "{point}");
    selling.holds("masha", 50).await;
}

/// A test for each point, and one that none is missing.
macro_rules! cases {
    ($($name:ident: $point:literal,)*) => {
        $(
            #[tokio::test]
            async fn $name() {
                killed_at($point).await;
            }
        )*

        #[test]
        fn every_point_has_its_case() {
            let mut cases = vec![$($point),*];
            cases.sort_unstable();
            let mut points = points();
            points.sort_unstable();
            assert_eq!(cases, points);
        }
    };
}

cases! {
    before_it_is_held: "commit:held:before",
    after_it_is_held: "commit:held:after",
    before_the_link_is_asked_for: "offer:before",
    after_the_link_was_asked_for: "offer:after",
    before_the_link_is_kept: "commit:linked:before",
    after_the_link_is_kept: "commit:linked:after",
    before_the_message_is_kept: "commit:paying:before",
    after_the_message_is_kept: "commit:paying:after",
    before_it_is_sent: "send:before",
    after_it_was_sent: "send:after",
    before_it_is_confirmed: "confirm:before",
    after_it_was_confirmed: "confirm:after",
    before_the_chain_is_asked: "look:before",
    after_the_chain_was_asked: "look:after",
    before_the_payment_is_kept: "commit:paid:before",
    after_the_payment_is_kept: "commit:paid:after",
    before_the_delivery_is_looked_for: "delivery:before",
    after_the_delivery_was_looked_for: "delivery:after",
    before_the_delivery_is_kept: "commit:delivered:before",
    after_the_delivery_is_kept: "commit:delivered:after",
}
