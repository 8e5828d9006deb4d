//! The contract of the clock: instants that every engine stores, and names drawn once.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::ports::Clock;

/// Draws of one client.
const DRAWS: usize = 1_000;

/// Clocks of two replicas of the same books.
pub struct TwoClocks {
    /// One.
    pub one: Arc<dyn Clock>,
    /// The other.
    pub other: Arc<dyn Clock>,
}

/// One test for each case of the contract of the clock.
#[macro_export]
macro_rules! contract_of_clock {
    ($make:expr) => {
        $crate::contract_cases!($make, clock,
            cases: [
                the_present_is_cut_to_microseconds,
                ids_are_drawn_once_and_grow,
                order_numbers_are_short_and_sayable,
                gateway_names_carry_eighty_random_bits,
            ],
        );
    };
}

/// The cases.
#[expect(
    clippy::unused_async,
    reason = "every case is run alike, whether it waits or not"
)]
pub mod cases {
    use super::{Arc, BTreeSet, Clock, DRAWS, TwoClocks};

    /// What every engine stores.
    pub async fn the_present_is_cut_to_microseconds(clocks: &TwoClocks) {
        for clock in [&clocks.one, &clocks.other] {
            let now = clock.now();
            assert_eq!(now.timestamp_subsec_nanos() % 1_000, 0, "{now}");
        }
    }

    /// By all replicas together, also from several threads.
    pub async fn ids_are_drawn_once_and_grow(clocks: &TwoClocks) {
        let draw = |clock: &Arc<dyn Clock>| {
            let clock = Arc::clone(clock);
            tokio::task::spawn_blocking(move || {
                (0..DRAWS).map(|_| clock.fresh_id()).collect::<Vec<i64>>()
            })
        };
        let running = [draw(&clocks.one), draw(&clocks.other), draw(&clocks.one)];
        let mut all = BTreeSet::new();
        for drawn in running {
            let drawn = crate::testing::contract::given(drawn.await, "ids");
            assert!(drawn.is_sorted(), "ids must grow");
            assert!(drawn.iter().all(|id| *id > 0), "ids are above zero");
            all.extend(drawn);
        }
        assert_eq!(all.len(), 3 * DRAWS, "an id was drawn twice");
    }

    /// `SK-` and five characters of Crockford's alphabet.
    pub async fn order_numbers_are_short_and_sayable(clocks: &TwoClocks) {
        let numbers: BTreeSet<String> = (0..DRAWS)
            .map(|_| clocks.one.fresh_order_number().to_string())
            .collect();
        for number in &numbers {
            let random = number.strip_prefix("SK-").unwrap_or_default();
            let sayable = |c: char| c.is_ascii_digit() || c.is_ascii_uppercase();
            assert_eq!(random.len(), 5, "{number}");
            assert!(random.chars().all(sayable), "{number}");
            assert!(!random.contains(['I', 'L', 'O', 'U']), "{number}");
        }
        // Two may be equal by chance: the books refuse the second.
        assert!(numbers.len() > DRAWS * 9 / 10, "numbers repeat too often");
    }

    /// Behind the books' own prefix, in at most 32 characters (rule 14).
    pub async fn gateway_names_carry_eighty_random_bits(clocks: &TwoClocks) {
        let both = [&clocks.one, &clocks.other];
        let draws = both
            .into_iter()
            .flat_map(|clock| (0..DRAWS).map(|_| clock.fresh_gateway_order_id().to_string()));
        let names: Vec<Vec<char>> = draws.map(|name| name.chars().collect()).collect();
        let distinct: BTreeSet<&Vec<char>> = names.iter().collect();
        assert_eq!(distinct.len(), 2 * DRAWS, "a name was drawn twice");
        let longest = names.iter().map(Vec::len).max().unwrap_or(0);
        assert!(longest <= 32, "names have {longest} characters");
        // A place where so many different letters were drawn carries the bits of their number.
        let bits: u32 = (0..longest)
            .map(|place| {
                let letters: BTreeSet<Option<&char>> =
                    names.iter().map(|name| name.get(place)).collect();
                letters.len().checked_ilog2().unwrap_or(0)
            })
            .sum();
        assert!(bits >= 80, "names carry only {bits} random bits");
    }
}
