//! The contract of the limits: counted atomically, each person and each kind apart.

use std::sync::Arc;

use async_trait::async_trait;

use crate::domain::Span;
use crate::ports::Limits;
use crate::ports::limits::Rates;

/// Limits under which nobody was counted yet: three of each kind per second at most.
#[async_trait]
pub trait ThreeASecond: Send + Sync {
    /// A client; each call another one, as another replica would have.
    fn client(&self) -> Arc<dyn Limits>;

    /// Returns when the counter's clock has moved on by this much.
    async fn pass(&self, by: Span);
}

/// One test for each case of the contract of the limits.
#[macro_export]
macro_rules! contract_of_limits {
    ($make:expr) => {
        $crate::contract_cases!($make, limits,
            cases: [
                what_is_above_the_limit_waits_and_then_goes_on,
                people_and_kinds_are_counted_apart,
                many_clients_are_counted_together,
            ],
        );
    };
}

/// Counters that take [`Rates`] as their settings; nobody was counted yet.
#[async_trait]
pub trait WithRates: Send + Sync {
    /// A client with these rates; each call another one, on the same counters.
    fn client(&self, rates: Rates) -> Arc<dyn Limits>;

    /// Returns when the counter's clock has moved on by this much.
    async fn pass(&self, by: Span);
}

/// One test for each case of what an implementation makes of [`Rates`].
#[macro_export]
macro_rules! contract_of_rates {
    ($make:expr) => {
        $crate::contract_cases!($make, limits,
            rates: [
                new_people_wait_sooner_and_premium_ones_later,
                a_burst_waits_shortly_and_then_goes_on,
                all_people_together_have_a_limit_that_moves_on,
                one_who_is_refused_takes_nothing_from_the_others,
            ],
        );
    };
}

/// What becomes of [`Rates`].
pub mod rates {
    use std::sync::Arc;

    use super::WithRates;
    use crate::domain::Span;
    use crate::domain::ids::TelegramId;
    use crate::ports::Limits;
    use crate::ports::limits::{Allowance, Metered, Person, Rate, Rates};

    const fn somebody(n: i64) -> Person {
        Person {
            user: TelegramId::new(5_000_000_000 + n),
            new: false,
            premium: false,
        }
    }

    /// Ten of each kind in ten minutes, a thousand together.
    fn ten() -> Rates {
        let rate = |most| Rate {
            most,
            per: Span::minutes(10),
        };
        Rates {
            messages: rate(10),
            operations: rate(10),
            payments: rate(10),
            burst: rate(1_000),
            everybody: rate(1_000),
            new_percent: 50,
            premium_percent: 200,
        }
    }

    /// How many are granted in a row, and the pause that then is due.
    async fn granted(limits: &Arc<dyn Limits>, person: Person, what: Metered) -> (u32, Span) {
        let mut granted = 0;
        loop {
            match limits.take(person, what).await {
                Allowance::Granted if granted < 100 => granted += 1,
                Allowance::Wait { for_ } => return (granted, for_),
                Allowance::Granted | Allowance::CannotCount => return (granted, Span::zero()),
            }
        }
    }

    /// By the percentages, of every kind.
    pub async fn new_people_wait_sooner_and_premium_ones_later(with: &dyn WithRates) {
        let limits = with.client(ten());
        for (n, new, premium, expected) in [
            (1, true, false, 5),
            (2, false, true, 20),
            (3, true, true, 10),
            (4, false, false, 10),
        ] {
            for what in [Metered::Message, Metered::Operation, Metered::Payment] {
                let person = Person {
                    new,
                    premium,
                    ..somebody(n)
                };
                let (count, pause) = granted(&limits, person, what).await;
                assert_eq!(count, expected, "new {new}, premium {premium}: {what:?}");
                assert!(pause > Span::zero(), "no pause");
            }
        }
    }

    /// Messages alone: what costs more has its own limit.
    pub async fn a_burst_waits_shortly_and_then_goes_on(with: &dyn WithRates) {
        let burst = Rate {
            most: 3,
            per: Span::milliseconds(400),
        };
        let limits = with.client(Rates { burst, ..ten() });
        let (count, pause) = granted(&limits, somebody(1), Metered::Message).await;
        assert_eq!(count, 3);
        assert!(pause > Span::zero() && pause <= burst.per, "{pause}");
        with.pass(pause + Span::milliseconds(20)).await;
        let again = limits.take(somebody(1), Metered::Message).await;
        assert_eq!(again, Allowance::Granted);
        let (count, _) = granted(&limits, somebody(1), Metered::Operation).await;
        assert_eq!(count, 10);
    }

    /// Whoever they are, and for messages alone.
    pub async fn all_people_together_have_a_limit_that_moves_on(with: &dyn WithRates) {
        let everybody = Rate {
            most: 20,
            per: Span::seconds(1),
        };
        let limits = with.client(Rates { everybody, ..ten() });
        let (mut count, mut pause) = (0, Span::zero());
        for n in 0..60 {
            match limits.take(somebody(n), Metered::Message).await {
                Allowance::Granted => count += 1,
                Allowance::Wait { for_ } => pause = for_,
                Allowance::CannotCount => count += 1_000,
            }
        }
        // A second may end in between; then some more of the next one are granted.
        assert!((20..60).contains(&count), "{count} were granted");
        assert!(
            pause > Span::zero() && pause <= everybody.per * 2,
            "{pause}"
        );
        let payment = limits.take(somebody(61), Metered::Payment).await;
        assert_eq!(payment, Allowance::Granted);
        with.pass(pause + Span::milliseconds(20)).await;
        let again = limits.take(somebody(62), Metered::Message).await;
        assert_eq!(again, Allowance::Granted);
    }

    /// A flood of one person leaves the common limit to the rest.
    pub async fn one_who_is_refused_takes_nothing_from_the_others(with: &dyn WithRates) {
        let everybody = Rate {
            most: 30,
            per: Span::hours(1),
        };
        let limits = with.client(Rates { everybody, ..ten() });
        for _ in 0..100 {
            limits.take(somebody(1), Metered::Message).await;
        }
        for n in 2..12 {
            let answer = limits.take(somebody(n), Metered::Message).await;
            assert_eq!(answer, Allowance::Granted, "person {n}");
        }
    }
}

/// The cases.
pub mod cases {
    use super::{Span, ThreeASecond};
    use crate::domain::ids::TelegramId;
    use crate::ports::limits::{Allowance, Metered, Person};
    use crate::testing::contract::given;

    const fn person(n: i64) -> Person {
        Person {
            user: TelegramId::new(5_000_000_000 + n),
            new: false,
            premium: false,
        }
    }

    /// For as long as it was told, at most.
    pub async fn what_is_above_the_limit_waits_and_then_goes_on(three: &dyn ThreeASecond) {
        let limits = three.client();
        for _ in 0..3 {
            let answer = limits.take(person(1), Metered::Message).await;
            assert_eq!(answer, Allowance::Granted);
        }
        let answer = limits.take(person(1), Metered::Message).await;
        let wait = match answer {
            Allowance::Wait { for_ } => Some(for_),
            Allowance::Granted | Allowance::CannotCount => None,
        };
        let wait = crate::testing::contract::there(wait, "the pause");
        assert!(wait > Span::zero() && wait <= Span::seconds(1), "{wait}");
        three.pass(wait + Span::milliseconds(50)).await;
        let answer = limits.take(person(1), Metered::Message).await;
        assert_eq!(answer, Allowance::Granted);
    }

    /// One who is too fast keeps nobody else back.
    pub async fn people_and_kinds_are_counted_apart(three: &dyn ThreeASecond) {
        let limits = three.client();
        for _ in 0..9 {
            limits.take(person(1), Metered::Message).await;
        }
        for (who, what) in [
            (person(2), Metered::Message),
            (person(1), Metered::Operation),
            (person(1), Metered::Payment),
        ] {
            assert_eq!(limits.take(who, what).await, Allowance::Granted);
        }
    }

    /// Three of sixty-four go through.
    pub async fn many_clients_are_counted_together(three: &dyn ThreeASecond) {
        let asked: Vec<_> = (0..64)
            .map(|_| {
                let client = three.client();
                tokio::spawn(async move { client.take(person(1), Metered::Payment).await })
            })
            .collect();
        let mut granted = 0;
        for answer in asked {
            granted += i32::from(given(answer.await, "a client") == Allowance::Granted);
        }
        assert_eq!(granted, 3);
    }
}
