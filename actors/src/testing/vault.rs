//! Cookie jars in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::books::MemoryBooks;
use crate::domain::ids::{LoginId, Pseudonym, TelegramId};
use crate::ports::books::Fence;
use crate::ports::vault::{Jar, JarMoved};
use crate::ports::{Failure, Unreadable, Vault};

/// Jars by login and version. Fences are judged by the books' leases.
pub struct MemoryVault {
    books: Arc<MemoryBooks>,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    jars: BTreeMap<(LoginId, i64), Jar>,
    unreadable: u32,
    lost_answers: u32,
}

impl MemoryVault {
    /// An empty vault.
    #[must_use]
    pub fn new(books: Arc<MemoryBooks>) -> Self {
        Self {
            books,
            inner: Mutex::default(),
        }
    }

    /// A first jar of a login, as an operator imports it.
    pub fn seed(&self, login: LoginId, jar: Jar) {
        let mut inner = self.lock();
        let version = inner.newest(login).saturating_add(1);
        inner.jars.insert((login, version), jar);
    }

    /// The next reads fail.
    pub fn unreadable_for(&self, reads: u32) {
        self.lock().unreadable = reads;
    }

    /// The next stores are done, but their answers are lost.
    pub fn lose_answers_of(&self, stores: u32) {
        self.lock().lost_answers = stores;
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn newest(&self, login: LoginId) -> i64 {
        let jars = self.jars.range((login, 0)..=(login, i64::MAX));
        jars.last().map_or(0, |((_, version), _)| *version)
    }

    fn readable(&mut self) -> Result<(), Unreadable> {
        match self.unreadable.checked_sub(1) {
            Some(left) => {
                self.unreadable = left;
                Err(Unreadable::new("the vault is out of reach for this test"))
            }
            None => Ok(()),
        }
    }
}

#[async_trait]
impl Vault for MemoryVault {
    async fn newest(&self, login: LoginId) -> Result<Option<(i64, Jar)>, Unreadable> {
        let mut inner = self.lock();
        inner.readable()?;
        let version = inner.newest(login);
        let jar = inner.jars.get(&(login, version)).cloned();
        Ok(jar.map(|jar| (version, jar)))
    }

    async fn version(&self, login: LoginId, version: i64) -> Result<Option<Jar>, Unreadable> {
        let mut inner = self.lock();
        inner.readable()?;
        Ok(inner.jars.get(&(login, version)).cloned())
    }

    async fn store(
        &self,
        login: LoginId,
        seen: i64,
        fence: Fence,
        jar: Jar,
    ) -> Result<i64, Failure<JarMoved>> {
        let held = self.books.view(|view| view.epoch(fence.key)) == fence.epoch;
        let mut inner = self.lock();
        let newest = inner.newest(login);
        if !held || newest != seen {
            return Err(Failure::Refused(JarMoved));
        }
        let version = newest.saturating_add(1);
        inner.jars.insert((login, version), jar);
        match inner.lost_answers.checked_sub(1) {
            Some(left) => {
                inner.lost_answers = left;
                Err(Failure::unknown("the answer was lost"))
            }
            None => Ok(version),
        }
    }

    fn pseudonym(&self, person: TelegramId) -> Option<Pseudonym> {
        Some(Pseudonym::new(super::hash_of(&person.get().to_be_bytes())))
    }
}
