//! Rate limits of people: counted atomically, over all replicas where a server is there.

use async_trait::async_trait;

use crate::domain::Span;
use crate::domain::ids::TelegramId;

/// What is counted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Metered {
    /// A message or a tap.
    Message,
    /// Something that costs work outside: a look-up.
    Operation,
    /// A new invoice or purchase.
    Payment,
}

/// Who is counted: some people have higher limits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Person {
    /// Whose chat.
    pub user: TelegramId,
    /// Less than a day old here.
    pub new: bool,
    /// Has Telegram Premium.
    pub premium: bool,
}

/// The answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Allowance {
    /// Go on; it was counted.
    Granted,
    /// Too fast.
    Wait {
        /// How long until the next.
        for_: Span,
    },
    /// The counter cannot be reached. For [`Metered::Payment`] the answer is "try again soon".
    CannotCount,
}

/// The limits.
#[async_trait]
pub trait Limits: Send + Sync {
    /// Counts one and says whether it may be.
    async fn take(&self, person: Person, what: Metered) -> Allowance;
}
