//! Redis is gone.

use super::{Prometheus, is_quiet, is_seen, is_well, page_says, whole};
use crate::support::OwnRedis;

#[tokio::test]
async fn a_redis_that_is_gone_is_seen_as_redis_down() {
    let mut redis = OwnRedis::start();
    let shop = whole(vec![("REDIS_URL", redis.url())]).await;
    let prometheus = Prometheus::scraping(shop.door().port);
    is_quiet(&prometheus, "RedisDown").await;
    redis.kill();
    // Nobody needs it, and it is missed all the same.
    is_seen(
        &prometheus,
        &shop,
        "RedisDown",
        "starkeeper_redis_reachable 0",
    )
    .await;
    is_well(&shop).await;
    // Selling goes on.
    page_says(&shop, "starkeeper_on_sale{product=\"stars\"} 1").await;
    let log = shop.daemon.log();
    assert!(
        log.contains("redis at ") && log.contains(" is out of reach"),
        "{log}"
    );
    // It comes back, and by itself all is quiet again.
    redis.resume();
    is_quiet(&prometheus, "RedisDown").await;
}
