//! The machine's clock and fresh names: implements the port `clock`.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::SystemTime;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use starkeeper_actors::domain::Timestamp;
use starkeeper_actors::domain::ids::{GatewayOrderId, IncarnationId, OrderNumber};
use starkeeper_actors::ports::Clock;

/// Crockford's alphabet: no letter that reads like a digit.
const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// 2025-01-01T00:00:00Z in milliseconds of Unix time: where the time in an id begins.
const EPOCH_MS: i64 = 1_735_689_600_000;

/// Of an id's 63 bits: 41 of milliseconds (until 2094), 16 of the process, 6 of its count.
const PROCESS_BITS: u32 = 16;
const COUNT_BITS: u32 = 6;

/// Time from the machine, ids and names from its randomness.
///
/// Ids grow within a process whatever the machine's clock does, and two processes differ in bits
/// drawn at their start. More than 64 a millisecond borrow from the next one.
pub struct SystemClock {
    /// The newest millisecond and count that were given, as one number.
    newest: AtomicI64,
    process: i64,
    draws: Draws,
    prefix: String,
}

/// Why there is no clock.
#[derive(Debug, thiserror::Error)]
#[error("the machine gives no random numbers: {0}")]
pub struct NoRandomness(getrandom::Error);

impl SystemClock {
    /// A clock whose names at the gateway begin with the prefix of these books.
    ///
    /// # Errors
    /// The machine gives no random numbers.
    pub fn of_books(life: IncarnationId) -> Result<Self, NoRandomness> {
        let draws = Draws::new()?;
        let process = i64::try_from(draws.bits() & mask(PROCESS_BITS)).unwrap_or(0);
        Ok(Self {
            newest: AtomicI64::new(0),
            process,
            draws,
            prefix: prefix_of(life),
        })
    }

    /// The prefix of every name at the gateway.
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.prefix
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        now()
    }

    fn fresh_id(&self) -> i64 {
        let ms = now().timestamp_millis().saturating_sub(EPOCH_MS).max(1);
        let present = ms << COUNT_BITS;
        let next = |newest: i64| present.max(newest.saturating_add(1));
        let mut newest = self.newest.load(Ordering::Relaxed);
        let mine = loop {
            let mine = next(newest);
            let swap = self.newest.compare_exchange_weak(
                newest,
                mine,
                Ordering::Relaxed,
                Ordering::Relaxed,
            );
            match swap {
                Ok(_) => break mine,
                Err(other) => newest = other,
            }
        };
        let count = mine & ((1 << COUNT_BITS) - 1);
        let ms = mine >> COUNT_BITS;
        (ms << (PROCESS_BITS + COUNT_BITS)) | (self.process << COUNT_BITS) | count
    }

    fn fresh_order_number(&self) -> OrderNumber {
        loop {
            let text = format!("SK-{}", crockford(self.draws.bits(), 5));
            // Letters of the alphabet always parse.
            if let Ok(number) = OrderNumber::parse(&text) {
                return number;
            }
        }
    }

    fn fresh_gateway_order_id(&self) -> GatewayOrderId {
        loop {
            if let Some(name) = gateway_name(&self.prefix, self.draws.bits()) {
                return name;
            }
        }
    }
}

/// `prefix-` and 100 bits as 20 letters: 28 characters, below the gateway's 32.
pub(super) fn gateway_name(prefix: &str, bits: u128) -> Option<GatewayOrderId> {
    GatewayOrderId::parse(&format!("{prefix}-{}", crockford(bits, 20))).ok()
}

/// The prefix of one set of books, so that several may share a merchant: `sk` and 5 letters.
pub(super) fn prefix_of(life: IncarnationId) -> String {
    // Neighbouring ids differ in their lowest bits, others in their highest: both are used.
    let id = life.get().unsigned_abs();
    let mixed = id ^ (id >> 22) ^ (id >> 44);
    format!("sk{}", crockford(u128::from(mixed), 5))
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is where time comes from: everybody else asks the port"
)]
fn now() -> Timestamp {
    let now = Timestamp::from(SystemTime::now());
    // Every engine stores microseconds.
    Timestamp::from_timestamp_micros(now.timestamp_micros()).unwrap_or(now)
}

/// The lowest bits as so many letters.
fn crockford(bits: u128, letters: u32) -> String {
    (0..letters)
        .rev()
        .filter_map(|place| {
            let digit = usize::try_from((bits >> (place * 5)) & 31).ok()?;
            CROCKFORD.get(digit).map(|byte| char::from(*byte))
        })
        .collect()
}

const fn mask(bits: u32) -> u128 {
    (1 << bits) - 1
}

/// Random bits without end from a key drawn once, so that drawing cannot fail later.
struct Draws {
    key: [u8; 32],
    drawn: AtomicU64,
}

impl Draws {
    fn new() -> Result<Self, NoRandomness> {
        let mut key = [0_u8; 32];
        getrandom::fill(&mut key).map_err(NoRandomness)?;
        Ok(Self {
            key,
            drawn: AtomicU64::new(0),
        })
    }

    fn bits(&self) -> u128 {
        let nth = self.drawn.fetch_add(1, Ordering::Relaxed);
        keyed_bits(&self.key, &[&nth.to_be_bytes()])
    }
}

/// 128 bits that only the holder of the key can tell from random ones: HMAC-SHA-256 over the parts,
/// each with its length before it.
pub(super) fn keyed_bits(key: &[u8], parts: &[&[u8]]) -> u128 {
    // Any length of a key is taken; the error exists for other algorithms.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return 0;
    };
    for part in parts {
        let length = u64::try_from(part.len()).unwrap_or(u64::MAX);
        mac.update(&length.to_be_bytes());
        mac.update(part);
    }
    let code = mac.finalize().into_bytes();
    code.iter()
        .take(16)
        .fold(0_u128, |bits, byte| (bits << 8) | u128::from(*byte))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use starkeeper_actors::testing::contract::{self, clock::TwoClocks};

    use super::*;

    fn clock() -> Arc<dyn Clock> {
        Arc::new(SystemClock::of_books(IncarnationId::new(7)).unwrap())
    }

    #[expect(clippy::unused_async, reason = "a suite takes an async function")]
    async fn two_clocks() -> TwoClocks {
        TwoClocks {
            one: clock(),
            other: clock(),
        }
    }

    mod the_machines_clock {
        super::contract::clock!(super::two_clocks);
    }

    #[test]
    fn names_at_the_gateway_begin_with_the_books_own_prefix() {
        let one = SystemClock::of_books(IncarnationId::new(1)).unwrap();
        let other = SystemClock::of_books(IncarnationId::new(2)).unwrap();
        assert_ne!(one.prefix(), other.prefix());
        let name = one.fresh_gateway_order_id();
        assert!(name.as_str().starts_with(one.prefix()), "{name}");
        assert_eq!(name.as_str().len(), 28);
    }

    #[test]
    fn ids_carry_the_time_they_were_drawn_at() {
        let clock = clock();
        let before = clock.now().timestamp_millis();
        let id = clock.fresh_id();
        let drawn = (id >> (PROCESS_BITS + COUNT_BITS)) + EPOCH_MS;
        assert!((0..60_000).contains(&(drawn - before)), "{drawn}");
    }

    #[test]
    fn keyed_bits_depend_on_the_key_and_on_where_the_parts_end() {
        let bits = keyed_bits(b"key", &[b"ab", b"c"]);
        assert_eq!(bits, keyed_bits(b"key", &[b"ab", b"c"]));
        assert_ne!(bits, keyed_bits(b"key", &[b"a", b"bc"]));
        assert_ne!(bits, keyed_bits(b"yek", &[b"ab", b"c"]));
    }
}
