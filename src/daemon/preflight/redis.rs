//! Redis: each node by itself, so that one that is down in a cluster is named.

use super::super::conversations::{never, of};
use super::{Preflight, Report};
use crate::redis::{Greeting, RedisLink, RedisSettings};

impl Preflight<'_> {
    pub(super) async fn redis(&self, report: &mut Report) {
        let Some(given) = &self.settings.redis else {
            return report.absent(
                "REDIS_URL is not set: dialogs and limits are kept in the daemon, which is enough for one",
            );
        };
        let whole = of(given);
        for place in &whole.places {
            let shown = format!("{}:{}", place.host, place.port);
            let node = RedisSettings {
                places: vec![place.clone()],
                ..whole.clone()
            };
            let link = match RedisLink::new(node, self.io.clone()) {
                Ok(link) => link,
                Err(why) => {
                    report.wrong(why, "look at REDIS_URL or REDIS_CLUSTER_NODES");
                    continue;
                }
            };
            let greeting = link.greet().await;
            if let Some(failed) = never(self.settings, &shown, &greeting) {
                report.failed(&failed);
            } else if let Greeting::Away(why) = greeting {
                // The shop goes on without it, but that is not what was set up.
                report.wrong(
                    format!("redis at {shown} cannot be reached: {why}"),
                    "start it, or look at REDIS_URL or REDIS_CLUSTER_NODES",
                );
            } else if given.cluster {
                report.well(format!("redis at {shown} is a node of a working cluster"));
            } else {
                report.well(format!("redis at {shown} answers"));
            }
        }
    }
}
