//! The promises of both ports on one node; those of the dialogs also through what stands in for it.

use std::sync::Arc;

use async_trait::async_trait;
use starkeeper::memory::{InProcessDialogs, Shelf};
use starkeeper::redis::DialogsOrHere;
use starkeeper_actors::domain::dialog::Dialog;
use starkeeper_actors::ports::Dialogs;
use starkeeper_actors::testing::TestClock;
use starkeeper_actors::testing::contract::{self, dialogs::NoDialogs, rows};

use super::shop::{Shop, on_one_node};

mod dialogs {
    super::contract::dialogs!(super::on_one_node);
}

mod limits {
    super::contract::limits!(super::on_one_node);
}

mod rates {
    super::contract::rates!(super::on_one_node);
}

/// Replicas with something of their own to go on with.
struct Replicas(Shop);

#[async_trait]
impl NoDialogs for Replicas {
    fn client(&self) -> Arc<dyn Dialogs> {
        let clock = Arc::new(TestClock::at(rows::noon()));
        let here = InProcessDialogs::new(clock, Shelf::default());
        Arc::new(DialogsOrHere::new(
            NoDialogs::client(&self.0),
            Arc::new(here),
        ))
    }

    fn another(&self) -> Dialog {
        self.0.another()
    }
}

async fn replicas() -> Replicas {
    Replicas(on_one_node().await)
}

mod dialogs_with_a_stand_in {
    super::contract::dialogs!(super::replicas);
}
