//! Redis, a node at a time.

use super::ground::Ground;
use crate::support::redis::shared;

#[tokio::test]
async fn a_node_that_answers_is_told_from_one_that_refuses_and_one_that_is_away() {
    let mut ground = Ground::new().await;
    ground.set("REDIS_URL", shared());
    let said = ground.check(&["redis"]).await;
    assert_eq!(said.code, Some(0), "{said:#?}");
    said.well("redis", "answers");
    let url = shared();
    let (_, place) = url.split_once('@').expect("it has a password");
    ground.set("REDIS_URL", format!("redis://:another-word@{place}"));
    let said = ground.check(&["redis"]).await;
    said.wrong("redis", "REDIS_PASSWORD");
    assert!(!format!("{said:?}").contains("another-word"), "{said:#?}");
    ground.set("REDIS_URL", "redis://127.0.0.1:1");
    let said = ground.check(&["redis"]).await;
    said.wrong("redis", "cannot be reached");
}
