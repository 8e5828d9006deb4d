//! The promises of both ports on a cluster, and what the death of a master costs.

use std::time::{Duration, Instant};

use starkeeper::redis::RedisSettings;
use starkeeper_actors::domain::dialog::Dialog;
use starkeeper_actors::domain::ids::TelegramId;
use starkeeper_actors::ports::dialogs::DialogMoved;
use starkeeper_actors::ports::{Dialogs, Failure};
use starkeeper_actors::testing::contract;

use super::shop::{Shop, another, of_cluster, on_a_cluster};
use crate::support::wait::eventually_within;
use crate::support::{Cluster, eventually};

mod dialogs {
    super::contract::dialogs!(super::on_a_cluster);
}

mod limits {
    super::contract::limits!(super::on_a_cluster);
}

mod rates {
    super::contract::rates!(super::on_a_cluster);
}

const ONE: TelegramId = TelegramId::new(5_000_000_001);

/// What a busy machine adds to a call's limit.
const BUSY: Duration = Duration::from_millis(2_000);

#[test]
fn a_master_that_dies_costs_seconds_and_its_people_no_more_than_a_tap() {
    let cluster = Cluster::start();
    contract::run(async {
        let shop = Shop::new(of_cluster(&cluster));
        let limit = shop.settings.call;
        let dialogs = shop.dialogs();
        let key = format!("{}:{{{}}}:dialog", shop.name, ONE.get());
        let mut version = dialogs.save(ONE, 0, &another()).await.unwrap();
        let dead = tokio::task::block_in_place(|| cluster.kill_master_of(&key));
        let begun = Instant::now();
        let (mut failed, mut slowest) = (0, Duration::ZERO);
        eventually("its replica has taken over", async || {
            let asked = Instant::now();
            let saved = dialogs.save(ONE, version, &Dialog::default()).await;
            slowest = slowest.max(asked.elapsed());
            match saved {
                Ok(next) => version = next,
                // The replica had not heard of the last save, or had of one whose answer was lost.
                Err(Failure::Refused(DialogMoved)) => {
                    let seen = dialogs.load(ONE).await;
                    version = seen.map_err(|why| why.cause)?.version;
                    return Err("moved".to_owned());
                }
                Err(Failure::NotDone { cause } | Failure::Unknown { cause }) => {
                    failed += 1;
                    return Err(cause);
                }
            }
            Ok(())
        })
        .await;
        eprintln!(
            "after {:?} the replica serves; {failed} calls failed, the slowest took {slowest:?}",
            begun.elapsed()
        );
        assert!(slowest < limit + BUSY, "a call took {slowest:?}");
        // The old master comes back and serves what it is told.
        tokio::task::block_in_place(|| {
            cluster.resume(dead);
            cluster.is_well();
        });
        let seen = dialogs.load(ONE).await.unwrap();
        assert_eq!((seen.dialog, seen.version), (Dialog::default(), version));
        dialogs.save(ONE, version, &another()).await.unwrap();
    });
}

#[test]
fn a_cluster_that_was_gone_is_found_again_without_a_restart() {
    let cluster = Cluster::start();
    contract::run(async {
        let shop = Shop::new(RedisSettings {
            breaker_pause: Duration::from_millis(200),
            ..of_cluster(&cluster)
        });
        let dialogs = shop.dialogs();
        dialogs.save(ONE, 0, &another()).await.unwrap();
        tokio::task::block_in_place(|| cluster.kill_all());
        for _ in 0..10 {
            dialogs.load(ONE).await.unwrap_err();
        }
        tokio::task::block_in_place(|| cluster.resume_all());
        let patience = Duration::from_secs(60);
        let seen = eventually_within("the cluster serves", patience, async || {
            dialogs.load(ONE).await
        })
        .await;
        assert_eq!((seen.dialog, seen.version), (Dialog::default(), 0));
        dialogs.save(ONE, 0, &another()).await.unwrap();
    });
}
