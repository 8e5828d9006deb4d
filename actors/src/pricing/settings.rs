//! The settings.

use std::time::Duration;

use crate::domain::pricing::CheckedRules;

/// What makes a price, and how often and how long the sources are asked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PricingSettings {
    /// What makes a price of what was observed. Stored prices are read under these rules, whatever
    /// rules they were stored with.
    pub rules: CheckedRules,
    /// How often the books are looked at: other replicas' prices, pauses that begin by age.
    pub look: Duration,
    /// How often the sources of the rate are asked. A few times within the rate's greatest age, so
    /// that one lost answer pauses nothing.
    pub rates_every: Duration,
    /// How often Fragment's prices are read, for the same reason; it takes a browser.
    pub goods_every: Duration,
    /// The pause after Fragment's prices could not be read.
    pub goods_again: Duration,
    /// Whether the rate that follows from Fragment's own prices counts as a source of the rate.
    /// Off: Fragment converts with a delay, which would pause sales when the rate moves fast.
    pub fragment_rate: bool,
    /// How long the lease lasts: another replica takes over after so long. Longer than a round.
    pub lease: Duration,
    /// Deadline of one source of the rate.
    pub source: Duration,
    /// Deadline of reading Fragment's prices: some pages through a real browser.
    pub goods: Duration,
    /// Deadline of one read of or commit to the books.
    pub books: Duration,
}

impl PricingSettings {
    /// The defaults for these rules.
    #[must_use]
    pub fn new(rules: CheckedRules) -> Self {
        Self {
            rules,
            look: Duration::from_secs(3),
            rates_every: Duration::from_secs(30),
            goods_every: Duration::from_secs(120),
            goods_again: Duration::from_secs(30),
            fragment_rate: false,
            lease: Duration::from_secs(90),
            source: Duration::from_secs(8),
            goods: Duration::from_secs(30),
            books: Duration::from_secs(5),
        }
    }

    /// A net above the deadlines of all parts of a round. A wait for a browser is as long as the
    /// pool lets it be.
    pub(super) fn whole(&self) -> Duration {
        self.source + self.goods * 4 + self.books * 6
    }
}
