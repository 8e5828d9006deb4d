//! A bot: who it is, what it says of itself, and its updates.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::flood::Bucket;
use super::inbox::Inbox;
use crate::world::kept::forms;

/// Every bot there may be: a demo has one, a test a few.
pub(crate) const MOST_BOTS: usize = 256;

/// A bot.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Bot {
    /// The number before the colon of its token; none until it has called for the first time.
    pub(crate) id: Option<i64>,
    pub(crate) next_message: i64,
    pub(crate) inbox: Inbox,
    pub(crate) profile: Profile,
    /// How fast it has been everywhere.
    pub(crate) flood: Bucket,
}

/// What a bot says of itself, by language; the empty language is everybody else's.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Profile {
    pub(crate) names: BTreeMap<String, String>,
    pub(crate) descriptions: BTreeMap<String, String>,
    pub(crate) short_descriptions: BTreeMap<String, String>,
    /// By scope and language.
    #[serde(with = "forms::pairs")]
    pub(crate) commands: BTreeMap<(String, String), Value>,
}

impl Bot {
    /// A bot nobody has talked to. Its numbers begin as the seed says.
    pub(crate) fn new(id: Option<i64>, first_update: i64, first_message: i64) -> Self {
        Self {
            id,
            next_message: first_message,
            inbox: Inbox::new(first_update),
            profile: Profile::default(),
            flood: Bucket::default(),
        }
    }

    /// Its username.
    pub(crate) fn username(&self) -> String {
        match self.id {
            Some(id) => format!("starkeeper_{id}_bot"),
            None => "starkeeper_bot".to_owned(),
        }
    }

    /// What it is called.
    pub(crate) fn name(&self) -> &str {
        self.profile
            .names
            .get("")
            .map_or("Starkeeper", String::as_str)
    }

    /// As `from` of what it sends.
    pub(crate) fn as_user(&self) -> Value {
        json!({
            "id": self.id.unwrap_or(0),
            "is_bot": true,
            "first_name": self.name(),
            "username": self.username(),
        })
    }

    /// Numbers its next message.
    pub(crate) fn number_message(&mut self) -> i64 {
        let id = self.next_message;
        self.next_message += 1;
        id
    }
}
