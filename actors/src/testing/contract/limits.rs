//! The contract of the limits: counted atomically, each person and each kind apart.

use std::sync::Arc;

use async_trait::async_trait;

use crate::domain::Span;
use crate::ports::Limits;

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
