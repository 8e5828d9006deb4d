//! How values stand in the file that serde would write otherwise, or not at all.

use std::fmt::Display;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize as _, Deserializer, Serializer, de};

/// As the text that the value is read from.
pub(crate) mod text {
    use super::{Deserializer, Display, FromStr, Serializer, de};
    use serde::Deserialize as _;

    pub(crate) fn serialize<T: Display, S: Serializer>(
        value: &T,
        into: S,
    ) -> Result<S::Ok, S::Error> {
        into.collect_str(value)
    }

    pub(crate) fn deserialize<'de, T, D>(from: D) -> Result<T, D::Error>
    where
        T: FromStr<Err: Display>,
        D: Deserializer<'de>,
    {
        let text = String::deserialize(from)?;
        text.parse().map_err(de::Error::custom)
    }
}

/// Bytes as base64.
pub(crate) mod bytes {
    use super::{Deserializer, STANDARD, Serializer, read_bytes};
    use base64::Engine as _;

    pub(crate) fn serialize<T: AsRef<[u8]>, S: Serializer>(
        value: &T,
        into: S,
    ) -> Result<S::Ok, S::Error> {
        into.collect_str(&STANDARD.encode(value))
    }

    pub(crate) fn deserialize<'de, T, D>(from: D) -> Result<T, D::Error>
    where
        T: TryFrom<Vec<u8>>,
        D: Deserializer<'de>,
    {
        let bytes = read_bytes(from)?;
        let wrong = || serde::de::Error::custom("so many bytes were not expected");
        T::try_from(bytes).map_err(|_| wrong())
    }
}

/// A text that is shared.
pub(crate) mod shared {
    use std::sync::Arc;

    use super::{Deserializer, Serializer};
    use serde::Deserialize as _;

    pub(crate) fn serialize<S: Serializer>(value: &Arc<str>, into: S) -> Result<S::Ok, S::Error> {
        into.serialize_str(value)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Arc<str>, D::Error> {
        String::deserialize(from).map(Into::into)
    }
}

/// The same, where it may be absent.
pub(crate) mod perhaps_shared {
    use std::sync::Arc;

    use super::{Deserializer, Serializer};
    use serde::{Deserialize as _, Serialize as _};

    pub(crate) fn serialize<S: Serializer>(
        value: &Option<Arc<str>>,
        into: S,
    ) -> Result<S::Ok, S::Error> {
        value.as_deref().serialize(into)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Arc<str>>, D::Error> {
        let text = Option::<String>::deserialize(from)?;
        Ok(text.map(Into::into))
    }
}

/// A map whose keys are no texts: its pairs, one after another.
pub(crate) mod pairs {
    use std::collections::{BTreeMap, HashMap};
    use std::hash::Hash;

    use super::{Deserializer, Serializer, de};
    use serde::{Deserialize, Serialize};

    pub(crate) fn serialize<'a, M, K, V, S>(map: &'a M, into: S) -> Result<S::Ok, S::Error>
    where
        &'a M: IntoIterator<Item = (&'a K, &'a V)>,
        K: Serialize + 'a,
        V: Serialize + 'a,
        S: Serializer,
    {
        into.collect_seq(map)
    }

    pub(crate) fn deserialize<'de, M, D>(from: D) -> Result<M, D::Error>
    where
        M: Pairs,
        Vec<(M::Key, M::Value)>: Deserialize<'de>,
        D: Deserializer<'de>,
    {
        M::of(Vec::deserialize(from)?).ok_or_else(|| de::Error::custom("a key stands there twice"))
    }

    /// A map made of pairs; none when a key comes twice.
    pub(crate) trait Pairs: Sized {
        type Key;
        type Value;
        fn of(pairs: Vec<(Self::Key, Self::Value)>) -> Option<Self>;
    }

    impl<K: Eq + Hash, V> Pairs for HashMap<K, V> {
        type Key = K;
        type Value = V;
        fn of(pairs: Vec<(K, V)>) -> Option<Self> {
            let count = pairs.len();
            let map: Self = pairs.into_iter().collect();
            (map.len() == count).then_some(map)
        }
    }

    impl<K: Ord, V> Pairs for BTreeMap<K, V> {
        type Key = K;
        type Value = V;
        fn of(pairs: Vec<(K, V)>) -> Option<Self> {
            let count = pairs.len();
            let map: Self = pairs.into_iter().collect();
            (map.len() == count).then_some(map)
        }
    }
}

/// What is watched: its value. Nobody watches a world that has just begun.
pub(crate) mod watched {
    use super::{Deserializer, Serializer};
    use serde::{Deserialize, Serialize};
    use tokio::sync::watch;

    pub(crate) fn serialize<T: Serialize, S: Serializer>(
        value: &watch::Sender<T>,
        into: S,
    ) -> Result<S::Ok, S::Error> {
        value.borrow().serialize(into)
    }

    pub(crate) fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
        from: D,
    ) -> Result<watch::Sender<T>, D::Error> {
        T::deserialize(from).map(watch::Sender::new)
    }
}

fn read_bytes<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
    let text = String::deserialize(from)?;
    STANDARD.decode(text).map_err(de::Error::custom)
}

/// One of the words that the program knows by itself. (A name of its own: serde would borrow a plain
/// `&'static str` from the file.)
pub(crate) type Word = &'static str;

/// The known one that is written here.
pub(crate) fn one_of<'de, D: Deserializer<'de>>(from: D, known: &[Word]) -> Result<Word, D::Error> {
    let text = String::deserialize(from)?;
    let found = known.iter().find(|word| **word == text);
    found
        .copied()
        .ok_or_else(|| de::Error::custom(format!("\"{text}\" is not one of {}", known.join(", "))))
}
