//! Sources of the TON rate.

use async_trait::async_trait;

use super::Unreadable;
use crate::domain::pricing::{Observed, UsdPerTon};

/// One source, independent of the others.
#[async_trait]
pub trait RateSource: Send + Sync {
    /// Its name, in logs and in why a product is paused.
    fn name(&self) -> &str;

    /// What it says now, with the instant it says it for.
    async fn rate(&self) -> Result<Observed<UsdPerTon>, Unreadable>;
}
