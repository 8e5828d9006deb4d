//! Who uses the imitated Telegram: people with a name, a language, and sometimes a username.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::world::kept::{Torn, must};

/// People at most: a load test has ten thousand.
pub(crate) const MOST_PEOPLE: usize = 200_000;

/// The largest number of a person that clients of the Bot API must be able to keep.
pub(crate) const LARGEST_ID: i64 = (1 << 52) - 1;

/// A person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Person {
    pub(crate) id: i64,
    pub(crate) first_name: String,
    pub(crate) last_name: Option<String>,
    pub(crate) username: Option<String>,
    /// The language of their Telegram, like `ru`.
    pub(crate) language: String,
    pub(crate) premium: bool,
    /// The account is deleted.
    pub(crate) deactivated: bool,
}

impl Person {
    /// Somebody of whom only the number is known.
    fn new(id: i64) -> Self {
        Self {
            id,
            first_name: format!("User {id}"),
            last_name: None,
            username: Some(format!("user{id}")),
            language: "en".to_owned(),
            premium: false,
            deactivated: false,
        }
    }

    /// As `from` of what they send.
    pub(crate) fn as_user(&self) -> Value {
        let mut user = self.names("id");
        user.insert("is_bot".to_owned(), json!(false));
        user.insert("language_code".to_owned(), json!(self.language));
        if self.premium {
            user.insert("is_premium".to_owned(), json!(true));
        }
        Value::Object(user)
    }

    /// As the private chat with them.
    pub(crate) fn as_chat(&self) -> Value {
        let mut chat = self.names("id");
        chat.insert("type".to_owned(), json!("private"));
        Value::Object(chat)
    }

    /// As the control API shows them.
    pub(crate) fn shown(&self) -> Value {
        json!({
            "id": self.id,
            "username": self.username,
            "first_name": self.first_name,
            "last_name": self.last_name,
            "language": self.language,
            "premium": self.premium,
            "deactivated": self.deactivated,
        })
    }

    fn names(&self, id: &str) -> Map<String, Value> {
        let mut names = Map::new();
        names.insert(id.to_owned(), json!(self.id));
        names.insert("first_name".to_owned(), json!(self.first_name));
        let others = [("last_name", &self.last_name), ("username", &self.username)];
        for (name, value) in others {
            if let Some(value) = value {
                names.insert(name.to_owned(), json!(value));
            }
        }
        names
    }
}

/// Everybody.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct People {
    all: BTreeMap<i64, Person>,
    /// Usernames in lower case.
    #[serde(skip)]
    names: HashMap<String, i64>,
}

impl People {
    /// A person.
    pub(crate) fn get(&self, id: i64) -> Option<&Person> {
        self.all.get(&id)
    }

    /// Who has a username.
    pub(crate) fn by_name(&self, username: &str) -> Option<i64> {
        self.names.get(&username.to_ascii_lowercase()).copied()
    }

    /// Everybody by number, from the one after `after`.
    pub(crate) fn after(&self, after: i64) -> impl Iterator<Item = &Person> {
        self.all
            .range(after.saturating_add(1)..)
            .map(|(_, person)| person)
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.all.len()
    }

    /// The person of this number, made where there was none; none when there are too many. A usual
    /// username that somebody else has is not given a second time.
    pub(crate) fn meet(&mut self, id: i64) -> Option<&mut Person> {
        if !self.all.contains_key(&id) {
            if self.all.len() >= MOST_PEOPLE {
                return None;
            }
            let mut person = Person::new(id);
            let owner = *self.names.entry(format!("user{id}")).or_insert(id);
            if owner != id {
                person.username = None;
            }
            self.all.insert(id, person);
        }
        self.all.get_mut(&id)
    }

    /// Gives a person another username, or none. Whose it is must have been asked before.
    pub(crate) fn rename(&mut self, id: i64, username: Option<&str>) {
        let Some(person) = self.all.get_mut(&id) else {
            return;
        };
        if let Some(old) = person.username.take() {
            self.names.remove(&old.to_ascii_lowercase());
        }
        if let Some(new) = username {
            self.names.insert(new.to_ascii_lowercase(), id);
            person.username = Some(new.to_owned());
        }
    }

    /// Finds everybody by their usernames again, unless two have one.
    pub(super) fn found_again(&mut self) -> Result<(), Torn> {
        for (id, person) in &self.all {
            must(*id == person.id, || format!("the person {id} is another"))?;
            if let Some(username) = &person.username {
                let twice = self.names.insert(username.to_ascii_lowercase(), *id);
                must(twice.is_none(), || format!("two people are @{username}"))?;
            }
        }
        Ok(())
    }
}
