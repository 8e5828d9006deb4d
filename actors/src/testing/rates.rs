//! A source of the TON rate that says what it is told to.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use crate::domain::Timestamp;
use crate::domain::pricing::{Observed, SourceName, UsdPerTon};
use crate::ports::{Clock, RateSource, Unreadable};

/// One source. Its rate is of now, unless it was frozen.
pub struct FakeRates {
    name: SourceName,
    clock: Arc<dyn Clock>,
    inner: Mutex<Inner>,
}

struct Inner {
    rate: UsdPerTon,
    frozen_at: Option<Timestamp>,
    down: bool,
    asked: u64,
}

impl FakeRates {
    /// A source that works.
    #[must_use]
    pub fn new(name: SourceName, rate: UsdPerTon, clock: Arc<dyn Clock>) -> Self {
        let inner = Inner {
            rate,
            frozen_at: None,
            down: false,
            asked: 0,
        };
        Self {
            name,
            clock,
            inner: Mutex::new(inner),
        }
    }

    /// From now on it says this.
    pub fn set(&self, rate: UsdPerTon) {
        self.lock().rate = rate;
    }

    /// From now on its answers carry this instant; none means the present one.
    pub fn freeze(&self, at: Option<Timestamp>) {
        self.lock().frozen_at = at;
    }

    /// Whether it answers at all.
    pub fn set_down(&self, down: bool) {
        self.lock().down = down;
    }

    /// How often it was asked.
    #[must_use]
    pub fn asked(&self) -> u64 {
        self.lock().asked
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl RateSource for FakeRates {
    fn name(&self) -> &str {
        self.name.as_str()
    }

    async fn rate(&self) -> Result<Observed<UsdPerTon>, Unreadable> {
        let mut inner = self.lock();
        inner.asked += 1;
        if inner.down {
            return Err(Unreadable::new(format!("{} does not answer", self.name)));
        }
        Ok(Observed {
            value: inner.rate,
            source: self.name.clone(),
            at: inner.frozen_at.unwrap_or_else(|| self.clock.now()),
        })
    }
}
