//! A clock that tests hold in their hands.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use crate::domain::ids::{GatewayOrderId, OrderNumber};
use crate::domain::pricing::samples;
use crate::domain::{Span, Timestamp};
use crate::ports::Clock;

/// Crockford's alphabet: no letter that reads like a digit.
const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Time that moves only when it is told to, or together with tokio's clock, which tests pause.
///
/// Ids count up from 1. Order numbers and gateway names look random and repeat from run to run.
pub struct TestClock {
    source: Arc<Source>,
    start: Timestamp,
    follows: Option<tokio::time::Instant>,
    moved: AtomicI64,
}

/// What the clocks of all replicas of one set of books draw from.
struct Source {
    seed: u64,
    ids: AtomicI64,
    numbers: AtomicU64,
    names: AtomicU64,
}

impl TestClock {
    /// A clock that stands still at an instant.
    #[must_use]
    pub fn at(start: Timestamp) -> Self {
        Self::new(start, None, 1)
    }

    /// A clock that starts at noon of the samples and moves with tokio's: a test that pauses
    /// tokio's clock and sleeps moves both.
    #[must_use]
    pub fn with_tokio() -> Self {
        Self::with_tokio_from(samples::noon())
    }

    /// The same from another instant.
    #[must_use]
    pub fn with_tokio_from(start: Timestamp) -> Self {
        Self::new(start, Some(tokio::time::Instant::now()), 1)
    }

    /// The same clock with other random numbers.
    #[must_use]
    pub fn seeded(self, seed: u64) -> Self {
        Self::new(self.start, self.follows, seed)
    }

    /// The clock of another replica: draws from the same ids, and can be moved by itself.
    #[must_use]
    pub fn sibling(&self) -> Self {
        Self {
            source: Arc::clone(&self.source),
            start: self.start,
            follows: self.follows,
            moved: AtomicI64::new(self.moved.load(Ordering::SeqCst)),
        }
    }

    /// Moves it forward, or back with a negative span. Tokio's clock stays where it is.
    pub fn advance(&self, by: Span) {
        self.moved.fetch_add(micros(by), Ordering::SeqCst);
    }

    /// Moves it to an instant.
    pub fn set(&self, at: Timestamp) {
        self.advance(at - self.now());
    }

    /// How many ids were drawn.
    #[must_use]
    pub fn ids_drawn(&self) -> i64 {
        self.source.ids.load(Ordering::SeqCst)
    }

    fn new(start: Timestamp, follows: Option<tokio::time::Instant>, seed: u64) -> Self {
        let source = Source {
            seed,
            ids: AtomicI64::new(0),
            numbers: AtomicU64::new(0),
            names: AtomicU64::new(0),
        };
        Self {
            source: Arc::new(source),
            start: cut(start),
            follows,
            moved: AtomicI64::new(0),
        }
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        let moved = Span::microseconds(self.moved.load(Ordering::SeqCst));
        let followed = self.follows.map_or(0, |from| {
            let passed = tokio::time::Instant::now().saturating_duration_since(from);
            i64::try_from(passed.as_micros()).unwrap_or(i64::MAX)
        });
        self.start + moved + Span::microseconds(followed)
    }

    fn fresh_id(&self) -> i64 {
        self.source.ids.fetch_add(1, Ordering::SeqCst) + 1
    }

    fn fresh_order_number(&self) -> OrderNumber {
        let drawn = self.source.numbers.fetch_add(1, Ordering::SeqCst);
        // An odd factor permutes the 25 bits: 33 million numbers before one repeats.
        let mixed = drawn
            .wrapping_add(self.source.seed)
            .wrapping_mul(0x0134_2B3D);
        let text = format!("SK-{}", crockford(u128::from(mixed), 5));
        parsed(OrderNumber::parse(&text))
    }

    fn fresh_gateway_order_id(&self) -> GatewayOrderId {
        let drawn = self.source.names.fetch_add(1, Ordering::SeqCst);
        let high = mix(self.source.seed ^ drawn.rotate_left(32));
        let low = mix(high ^ drawn);
        let bits = u128::from(high) << 64 | u128::from(low);
        let text = format!("test-{}", crockford(bits, 20));
        parsed(GatewayOrderId::parse(&text))
    }
}

/// The lowest bits as so many letters.
pub(crate) fn crockford(bits: u128, letters: u32) -> String {
    (0..letters)
        .rev()
        .filter_map(|place| {
            let digit = usize::try_from((bits >> (place * 5)) & 31).ok()?;
            CROCKFORD.get(digit).map(|byte| char::from(*byte))
        })
        .collect()
}

/// Splitmix64: spreads neighbouring numbers over all 64 bits.
pub(crate) const fn mix(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[expect(
    clippy::panic,
    reason = "letters of the alphabet always parse; a fake must fail loudly"
)]
fn parsed<T, E: std::fmt::Display>(outcome: Result<T, E>) -> T {
    outcome.unwrap_or_else(|bad| panic!("the test clock drew a bad name: {bad}"))
}

fn cut(at: Timestamp) -> Timestamp {
    Timestamp::from_timestamp_micros(at.timestamp_micros()).unwrap_or(at)
}

fn micros(span: Span) -> i64 {
    span.num_microseconds().unwrap_or(i64::MAX)
}
