//! Who waits at the door: callers without a key that call too often, and answers that faults hold
//! back.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::Duration;

use actix_web::HttpRequest;
use tokio::sync::Notify;

use super::call::Call;
use crate::world::clock::Moment;
use crate::world::faults::Strike;
use crate::world::{World, hold};

/// Calls are counted over this time.
const WINDOW: Duration = Duration::from_secs(1);

/// The door.
#[derive(Debug)]
pub(crate) struct Gate {
    /// Calls a second that need no key; none: any number.
    keyless: Option<u32>,
    latest: Mutex<VecDeque<Moment>>,
    overtaken: [Notify; Call::ALL.len()],
}

impl Gate {
    /// A door; `keyless` is how many calls a second need no key.
    pub(crate) fn new(keyless: Option<u32>) -> Self {
        Self {
            keyless,
            latest: Mutex::default(),
            overtaken: Default::default(),
        }
    }

    /// Forgets who called.
    pub(crate) fn reset(&self) {
        hold(&self.latest).clear();
    }

    /// True when the call may be answered now.
    pub(super) fn admits(&self, request: &HttpRequest, now: Moment) -> bool {
        let Some(most) = self.keyless else {
            return true;
        };
        if has_key(request) {
            return true;
        }
        let mut latest = hold(&self.latest);
        while latest.front().is_some_and(|at| now.since(*at) >= WINDOW) {
            latest.pop_front();
        }
        let admits = latest.len() < usize::try_from(most).unwrap_or(usize::MAX);
        if admits {
            latest.push_back(now);
        }
        admits
    }

    /// Holds the answer back for as long as faults say.
    pub(super) async fn wait(&self, world: &World, call: Call, strike: &Strike) {
        let now = world.clock.now();
        if let Some(delay) = strike.delay {
            world.clock.until(now + delay).await;
        }
        let place = Call::ALL.iter().position(|other| *other == call);
        let Some(overtaken) = place.and_then(|place| self.overtaken.get(place)) else {
            return;
        };
        match strike.reorder {
            Some(longest) => tokio::select! {
                () = overtaken.notified() => {}
                () = world.clock.until(now + longest) => {}
            },
            None => overtaken.notify_waiters(),
        }
    }
}

/// Any key is a good one.
fn has_key(request: &HttpRequest) -> bool {
    let header = request.headers().get("x-api-key");
    let query = url::form_urlencoded::parse(request.query_string().as_bytes());
    header.is_some_and(|key| !key.is_empty())
        || query
            .into_iter()
            .any(|(name, value)| name == "api_key" && !value.is_empty())
}
