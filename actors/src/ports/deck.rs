//! The operators' deck, in meaning: looking at the shop, and doing by hand what the admin API does, in
//! the same way and with the same traces.

use async_trait::async_trait;

use super::Unreadable;
use crate::domain::dialog::{Act, DeckFace, Look, NotDone, Secret};
use crate::domain::ids::{LoginId, TelegramId};

/// Whoever serves operators.
#[async_trait]
pub trait Deck: Send + Sync {
    /// Looks at something.
    async fn look(&self, look: &Look) -> Result<DeckFace, Unreadable>;

    /// Does something for an operator, once for its nonce. It stands in the audit log before it is done,
    /// with the person's name and reason, and its outcome after.
    async fn act(&self, by: TelegramId, act: &Act) -> Result<(), NotDone>;

    /// Tries new cookies, and puts them in the place of the old ones if they work. Takes seconds. They
    /// stand in no log.
    async fn cookies(&self, by: TelegramId, login: LoginId, text: &Secret) -> Result<(), NotDone>;
}
