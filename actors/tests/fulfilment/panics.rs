//! A panic at any look at the clock, in whatever actor or call that is: it costs a restart, and
//! nothing is lost or paid twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use crate::rig::{MINUTE, Shop, is_delivered, line};
use starkeeper_actors::domain::Timestamp;
use starkeeper_actors::domain::ids::{GatewayOrderId, OrderNumber};
use starkeeper_actors::ports::Clock;
use starkeeper_actors::testing::TestClock;

/// The actors that run by themselves.
const SINGLE: [&str; 6] = [
    "payment",
    "fulfilment",
    "cookie_refresh",
    "pricing",
    "browser_pool",
    "notifier",
];

#[actix::test]
async fn a_panic_at_any_look_at_the_clock_costs_a_restart_and_nothing_else() {
    let mut restarted = 0;
    for nth in (1..=81).step_by(4) {
        let shop = Shop::open();
        let clock = Arc::new(Fused {
            clock: Arc::clone(&shop.world.clock),
            left: AtomicI64::new(0),
        });
        let system = shop.start_by(Arc::<Fused>::clone(&clock)).await;
        tokio::time::sleep(Duration::from_secs(10)).await;
        let order = shop.buy(100).await;
        clock.left.store(nth, Ordering::SeqCst);
        system.fulfilment.bell().wake();
        shop.until(order, MINUTE * 20, is_delivered).await;
        assert_eq!(shop.paid(), 1, "panic at look {nth}");
        // The fuse may burn longer than the order took.
        tokio::time::sleep(MINUTE).await;
        assert!(
            clock.left.load(Ordering::SeqCst) <= 0,
            "look {nth} never came"
        );
        let panics: u64 = SINGLE.iter().map(|name| line(&system, name).panics).sum();
        assert_eq!(panics, 1, "panic at look {nth}");
        restarted += SINGLE
            .iter()
            .map(|name| line(&system, name).restarts)
            .sum::<u64>();
        shop.in_order();
    }
    assert!(restarted > 0, "no actor was restarted");
}

/// A clock whose n-th look from now on panics.
struct Fused {
    clock: Arc<TestClock>,
    left: AtomicI64,
}

impl Clock for Fused {
    fn now(&self) -> Timestamp {
        if self.left.fetch_sub(1, Ordering::SeqCst) == 1 {
            panic!("the fuse blew");
        }
        self.clock.now()
    }

    fn fresh_id(&self) -> i64 {
        self.clock.fresh_id()
    }

    fn fresh_order_number(&self) -> OrderNumber {
        self.clock.fresh_order_number()
    }

    fn fresh_gateway_order_id(&self) -> GatewayOrderId {
        self.clock.fresh_gateway_order_id()
    }
}
