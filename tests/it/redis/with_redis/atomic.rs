//! Many clients at once.

use std::collections::BTreeSet;

use starkeeper_actors::domain::Span;
use starkeeper_actors::domain::dialog::Handled;
use starkeeper_actors::domain::ids::{BotId, TelegramId};
use starkeeper_actors::ports::limits::{Allowance, Metered, Rate, Rates};
use starkeeper_actors::ports::{Dialogs, Failure, Limits};
use starkeeper_actors::testing::contract::{self, rows};

use super::shop::{on_a_cluster, on_one_node, person};

const ONE: TelegramId = TelegramId::new(5_000_000_001);

/// Each adds what it has handled to what it has read; what was refused is tried again.
#[test]
fn sixty_four_replicas_save_into_one_dialog_and_nothing_of_any_is_lost() {
    contract::run(async {
        let shop = on_one_node().await;
        let replicas: Vec<_> = (0..64)
            .map(|update| {
                let dialogs = shop.dialogs();
                tokio::spawn(async move {
                    let handled = Handled {
                        bot: BotId::new(1),
                        update,
                        at: rows::noon(),
                    };
                    loop {
                        let mut seen = dialogs.load(ONE).await.unwrap();
                        seen.dialog.handled.push(handled);
                        match dialogs.save(ONE, seen.version, &seen.dialog).await {
                            Ok(version) => return version,
                            Err(Failure::Refused(_moved)) => {}
                            Err(other) => panic!("{other}"),
                        }
                    }
                })
            })
            .collect();
        let mut versions = BTreeSet::new();
        for replica in replicas {
            assert!(
                versions.insert(replica.await.unwrap()),
                "a version came twice"
            );
        }
        let seen = shop.dialogs().load(ONE).await.unwrap();
        let updates: BTreeSet<i64> = seen.dialog.handled.iter().map(|one| one.update).collect();
        assert_eq!(updates, (0..64).collect());
        assert_eq!(versions.last(), Some(&seen.version));
    });
}

/// The common limit lies in another slot than anybody's own.
#[test]
fn sixty_four_clients_of_a_cluster_share_the_limit_of_all() {
    contract::run(async {
        let shop = on_a_cluster().await;
        let everybody = Rate {
            most: 40,
            per: Span::hours(1),
        };
        let clients: Vec<_> = (0..64)
            .map(|n| {
                let limits = shop.limits(Rates {
                    everybody,
                    ..Rates::default()
                });
                tokio::spawn(async move { limits.take(person(n), Metered::Message).await })
            })
            .collect();
        let mut granted = 0;
        for client in clients {
            match client.await.unwrap() {
                Allowance::Granted => granted += 1,
                Allowance::Wait { for_ } => assert!(for_ <= Span::hours(2), "{for_}"),
                Allowance::CannotCount => panic!("the counter is out of reach"),
            }
        }
        // An hour may end in between; then some more of the next one are granted.
        assert!((40..64).contains(&granted), "{granted} were granted");
    });
}
