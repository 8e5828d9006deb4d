//! The operators' deck of a test: shows nothing, and notes what it was told to do.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;

use crate::domain::dialog::{Act, DeckFace, Look, NotDone, Secret};
use crate::domain::ids::{LoginId, TelegramId};
use crate::ports::{Deck, Unreadable};

/// A deck that notes.
#[derive(Debug, Default)]
pub struct FakeDeck {
    seen: Mutex<Noted>,
}

#[derive(Debug, Default)]
struct Noted {
    acts: Vec<(TelegramId, Act)>,
    nonces: BTreeSet<i64>,
    jars: Vec<(TelegramId, LoginId)>,
}

impl FakeDeck {
    /// What was done, and by whom.
    #[must_use]
    pub fn acts(&self) -> Vec<(TelegramId, Act)> {
        self.noted(|noted| noted.acts.clone())
    }

    /// Whose cookies were tried for which login.
    #[must_use]
    pub fn jars(&self) -> Vec<(TelegramId, LoginId)> {
        self.noted(|noted| noted.jars.clone())
    }

    fn noted<T>(&self, look: impl FnOnce(&mut Noted) -> T) -> T {
        look(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait]
impl Deck for FakeDeck {
    async fn look(&self, _look: &Look) -> Result<DeckFace, Unreadable> {
        Ok(DeckFace::NotThere)
    }

    async fn act(&self, by: TelegramId, act: &Act) -> Result<(), NotDone> {
        self.noted(|noted| {
            if noted.nonces.insert(act.nonce) {
                noted.acts.push((by, act.clone()));
            }
        });
        Ok(())
    }

    async fn cookies(&self, by: TelegramId, login: LoginId, _text: &Secret) -> Result<(), NotDone> {
        self.noted(|noted| noted.jars.push((by, login)));
        Ok(())
    }
}
