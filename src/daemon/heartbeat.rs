//! The heartbeat: calls an address while all is well, so that somebody elsewhere notices a silence.
//!
//! Nothing depends on it: what fails is counted, said once, and tried again at the next beat.

use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::watch;
use tokio::time::MissedTickBehavior;

use crate::http::health::{Report, Status};
use crate::metrics;
use crate::outside;

/// For one call, and for opening its connection.
const CALL: Duration = Duration::from_secs(10);
const CONNECT: Duration = Duration::from_secs(5);

/// The answer's body says nothing of use.
const LARGEST: usize = 64 * 1024;

/// What is called, and when.
pub(super) struct Heartbeat {
    /// May hold a token; never printed.
    pub(super) url: SecretString,
    pub(super) every: Duration,
    pub(super) health: watch::Receiver<Report>,
}

impl Heartbeat {
    /// Beats until it is dropped.
    pub(super) async fn beat(self) {
        let http = match outside::client(CONNECT, None) {
            Ok(http) => http,
            Err(why) => return tracing::error!("HEARTBEAT_URL cannot be called: {why}"),
        };
        let mut said = None;
        let mut ticks = tokio::time::interval(self.every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            // Its silence is what tells.
            if self.health.borrow().status != Status::Ok {
                continue;
            }
            let failed = self.call(&http).await.err();
            metrics::shop::heartbeat(failed.is_none());
            if said != failed {
                match &failed {
                    Some(why) => tracing::warn!("HEARTBEAT_URL was not reached: {why}"),
                    None if said.is_some() => tracing::info!("HEARTBEAT_URL is reached again"),
                    None => {}
                }
                said = failed;
            }
        }
    }

    /// One call. A redirect is not followed and is no success: the address is wrong then.
    async fn call(&self, http: &reqwest::Client) -> Result<(), String> {
        let request = http.get(self.url.expose_secret()).build();
        let request = request.map_err(|why| why.without_url().to_string())?;
        let answer = tokio::time::timeout(CALL, outside::exchange(http, request, LARGEST)).await;
        match answer {
            Ok(Ok((200..=299, _))) => Ok(()),
            Ok(Ok((status, _))) => Err(format!("it answered {status}")),
            Ok(Err(lost)) => Err(format!("{lost:?}")),
            Err(_elapsed) => Err("no answer in time".to_owned()),
        }
    }
}
