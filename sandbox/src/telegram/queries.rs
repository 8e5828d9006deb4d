//! Taps that wait for an answer, for a short while.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

use crate::world::clock::Moment;

/// How long a tap may be answered.
const LIFE: Duration = Duration::from_secs(60);

/// Taps that are kept, whatever their age.
const MOST: usize = 100_000;

/// What a person sees after a tap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) text: Option<String>,
    pub(crate) alert: bool,
    pub(crate) url: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Query {
    bot: usize,
    at: Moment,
    #[serde(with = "told")]
    teller: Option<oneshot::Sender<Said>>,
}

/// The taps.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Queries {
    open: HashMap<String, Query>,
    by_age: VecDeque<String>,
    count: u64,
}

impl Queries {
    /// A person tapped. Answers the tap's id, and who will know what is said to it.
    pub(crate) fn open(
        &mut self,
        bot: usize,
        person: i64,
        at: Moment,
    ) -> (String, oneshot::Receiver<Said>) {
        self.count += 1;
        // As in the original: the person's number above, a counter below.
        let number = (i128::from(person) << 32) + i128::from(self.count);
        let id = number.to_string();
        let (teller, listener) = oneshot::channel();
        let teller = Some(teller);
        self.open.insert(id.clone(), Query { bot, at, teller });
        self.by_age.push_back(id.clone());
        if self.by_age.len() > MOST
            && let Some(oldest) = self.by_age.pop_front()
        {
            self.open.remove(&oldest);
        }
        (id, listener)
    }

    /// Answers a tap, once; says whether it could still be answered.
    pub(crate) fn answer(&mut self, bot: usize, id: &str, said: Said, now: Moment) -> bool {
        let Some(query) = self.open.get_mut(id) else {
            return false;
        };
        if query.bot != bot || query.at + LIFE < now {
            return false;
        }
        let Some(teller) = query.teller.take() else {
            return false;
        };
        // Whoever tapped may have gone away.
        let _gone = teller.send(said);
        true
    }
}

/// Who waits for an answer does not outlive a world that is written down; that one is still owed does.
mod told {
    use serde::{Deserialize as _, Deserializer, Serializer};
    use tokio::sync::oneshot;

    use super::Said;

    pub(super) fn serialize<S: Serializer>(
        teller: &Option<oneshot::Sender<Said>>,
        into: S,
    ) -> Result<S::Ok, S::Error> {
        into.serialize_bool(teller.is_some())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<oneshot::Sender<Said>>, D::Error> {
        let is_owed = bool::deserialize(from)?;
        Ok(is_owed.then(|| oneshot::channel().0))
    }
}
