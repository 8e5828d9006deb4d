//! Redis is gone.

use super::{Prometheus, detailed, is_quiet, is_seen, whole};
use crate::support::OwnRedis;
use crate::support::phone::Phone;

#[tokio::test]
async fn a_redis_that_is_gone_is_seen_as_redis_down() {
    let mut redis = OwnRedis::start();
    let chat = [
        ("TELEGRAM_TOKEN", "4242:AAE-token-of-the-integration-tests"),
        ("WEBHOOK_ENABLED", "false"),
        ("TELEGRAM_POLL_FOR", "1s"),
    ];
    let mut settings: Vec<_> = chat.map(|(name, value)| (name, value.to_owned())).into();
    settings.push(("REDIS_URL", redis.url()));
    let shop = whole(settings).await;
    let anya = Phone::of(&shop.emulators, 7, Some("anya_k"), "en").await;
    let prometheus = Prometheus::scraping(shop.door().port);
    is_quiet(&prometheus, "RedisDown").await;
    redis.kill();
    // It is noticed when somebody needs it.
    anya.say("/start").await;
    is_seen(
        &prometheus,
        &shop,
        "RedisDown",
        "starkeeper_redis_reachable 0",
    )
    .await;
    let shown = detailed(&shop).await;
    assert_eq!(shown["health"]["status"], "ok", "selling goes on: {shown}");
    assert!(shop.daemon.log().contains("out of reach"));
    // It comes back, and by itself all is quiet again.
    redis.resume();
    is_quiet(&prometheus, "RedisDown").await;
}
