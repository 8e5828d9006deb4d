//! Waiting for a condition, never for a time.

use std::fmt::Debug;
use std::time::{Duration, Instant};

/// Longer than anything here takes on a busy machine; only a failing test waits it out.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Between two looks: each costs the daemon a little of what it should do meanwhile.
const BETWEEN: Duration = Duration::from_millis(25);

/// What `look` finds at last. Panics with `what` and the last finding when it finds nothing.
pub async fn eventually<T, E: Debug>(what: &str, look: impl AsyncFnMut() -> Result<T, E>) -> T {
    eventually_within(what, PATIENCE, look).await
}

/// The same for what may take longer.
pub async fn eventually_within<T, E: Debug>(
    what: &str,
    patience: Duration,
    mut look: impl AsyncFnMut() -> Result<T, E>,
) -> T {
    let begun = Instant::now();
    loop {
        match look().await {
            Ok(found) => return found,
            Err(why) if begun.elapsed() > patience => {
                panic!("waited {patience:?} in vain until {what}; the last look: {why:?}")
            }
            Err(_) => tokio::time::sleep(BETWEEN).await,
        }
    }
}

/// The same outside a runtime.
pub fn eventually_blocking<T, E: Debug>(what: &str, mut look: impl FnMut() -> Result<T, E>) -> T {
    let begun = Instant::now();
    loop {
        match look() {
            Ok(found) => return found,
            Err(why) if begun.elapsed() > PATIENCE => {
                panic!("waited {PATIENCE:?} in vain until {what}; the last look: {why:?}")
            }
            Err(_) => std::thread::sleep(BETWEEN),
        }
    }
}
