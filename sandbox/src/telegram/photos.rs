//! Pictures that bots have sent: by address, never fetched, or uploaded.

use std::collections::{HashMap, VecDeque};

use bytes::Bytes;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};

use super::refusal::Refusal;
use crate::world::dice::{Dice, Letters};
use crate::world::kept::forms::{self, Word, one_of};
use crate::world::kept::{Torn, must};

/// Uploads that are kept; a bot may name an older one no more.
const UPLOADS_KEPT: usize = 200;

/// Addresses that are kept under a file's name.
const ADDRESSES_KEPT: usize = 10_000;

/// The largest picture, in bytes.
const LARGEST: usize = 10 * 1024 * 1024;

/// A picture in a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Photo {
    file_id: String,
    place: String,
    bytes: usize,
}

impl Photo {
    /// As the Bot API tells it. Nobody has looked at it, so its measures are those of a usual one.
    pub(crate) fn sizes(&self) -> Value {
        json!([{
            "file_id": self.file_id,
            "file_unique_id": self.file_id.chars().rev().take(15).collect::<String>(),
            "width": 320,
            "height": 320,
            "file_size": self.bytes,
        }])
    }

    /// Where a page finds it: an address, or a path on the control port.
    pub(crate) fn place(&self) -> &str {
        &self.place
    }
}

/// Every picture that may still be named.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Photos {
    known: HashMap<String, (Photo, Option<Upload>)>,
    by_address: HashMap<String, String>,
    uploads: VecDeque<String>,
    addresses: VecDeque<String>,
}

/// An uploaded picture.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Upload {
    #[serde(with = "forms::bytes")]
    pub(crate) bytes: Bytes,
    #[serde(deserialize_with = "known_media_type")]
    pub(crate) media_type: Word,
}

impl Photos {
    /// What a text stands for: an address, or the name of a picture sent before.
    pub(crate) fn named(&mut self, text: &str, dice: &Dice) -> Result<Photo, Refusal> {
        if !text.contains("://") {
            let known = self.known.get(text).map(|(photo, _)| photo.clone());
            return known.ok_or_else(|| {
                Refusal::bad("wrong remote file identifier specified: Wrong string length")
            });
        }
        let url = url::Url::parse(text).ok();
        let url = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        let Some(url) = url else {
            return Err(Refusal::bad("wrong HTTP URL specified"));
        };
        let place = url.to_string();
        let known = self
            .by_address
            .get(&place)
            .and_then(|file_id| self.known.get(file_id));
        if let Some((photo, _)) = known {
            return Ok(photo.clone());
        }
        let photo = Photo {
            file_id: file_id(dice),
            place: place.clone(),
            bytes: 0,
        };
        self.by_address.insert(place.clone(), photo.file_id.clone());
        self.known
            .insert(photo.file_id.clone(), (photo.clone(), None));
        self.addresses.push_back(place);
        if self.addresses.len() > ADDRESSES_KEPT
            && let Some(old) = self.addresses.pop_front()
            && let Some(file_id) = self.by_address.remove(&old)
        {
            self.known.remove(&file_id);
        }
        Ok(photo)
    }

    /// Takes an upload in.
    pub(crate) fn upload(&mut self, bytes: &Bytes, dice: &Dice) -> Result<Photo, Refusal> {
        if bytes.is_empty() {
            return Err(Refusal::bad("file must be non-empty"));
        }
        if bytes.len() > LARGEST {
            return Err(Refusal::bad("file is too big"));
        }
        let media_type = media_type(bytes).ok_or_else(|| Refusal::bad("IMAGE_PROCESS_FAILED"))?;
        let file_id = file_id(dice);
        let photo = Photo {
            place: format!("/control/telegram/photos/{file_id}"),
            file_id: file_id.clone(),
            bytes: bytes.len(),
        };
        let upload = Upload {
            bytes: bytes.clone(),
            media_type,
        };
        self.known
            .insert(file_id.clone(), (photo.clone(), Some(upload)));
        self.uploads.push_back(file_id);
        if self.uploads.len() > UPLOADS_KEPT
            && let Some(old) = self.uploads.pop_front()
        {
            self.known.remove(&old);
        }
        Ok(photo)
    }

    /// Whether every picture that is named is there.
    pub(super) fn check(&self) -> Result<(), Torn> {
        let mut names = self.by_address.values().chain(&self.uploads);
        let missing = names.find(|name| !self.known.contains_key(*name));
        must(missing.is_none(), || {
            format!("there is no picture {missing:?}")
        })
    }

    /// What was uploaded under a name.
    pub(crate) fn uploaded(&self, file_id: &str) -> Option<&Upload> {
        let (_, upload) = self.known.get(file_id)?;
        upload.as_ref()
    }
}

fn file_id(dice: &Dice) -> String {
    format!("AgACAgIAAx{}", dice.text(Letters::UrlSafe, 50))
}

/// The kinds of pictures that Telegram takes.
const MEDIA_TYPES: [Word; 3] = ["image/png", "image/jpeg", "image/webp"];

fn known_media_type<'de, D: Deserializer<'de>>(from: D) -> Result<Word, D::Error> {
    one_of(from, &MEDIA_TYPES)
}

/// What the first bytes say; none for what is no picture that Telegram takes.
fn media_type(bytes: &[u8]) -> Option<&'static str> {
    let starts = |with: &[u8]| bytes.starts_with(with);
    if starts(b"\x89PNG\r\n\x1a\n") {
        Some("image/png")
    } else if starts(b"\xff\xd8\xff") {
        Some("image/jpeg")
    } else if starts(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        Some("image/webp")
    } else {
        None
    }
}
