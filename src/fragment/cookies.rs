//! Cookies: what people paste, what browsers hold, and what is kept in the vault.
//!
//! A jar holds the cookies of the site's session and nothing else, without their ends: whether a
//! session still counts is the site's to say. Values are never printed and no error repeats one.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use starkeeper_actors::ports::vault::Jar;

#[cfg(test)]
mod tests;

/// The session.
pub(super) const SESSION: &str = "stel_ssid";
/// The login with Telegram.
const TOKEN: &str = "stel_token";
/// The browser's time zone; every client sends one, and any value will do.
pub(super) const ZONE: &str = "stel_dt";
/// What Cloudflare has given.
const CLEARANCE: &str = "cf_clearance";

/// The longest text that is read, in bytes: an export of a whole browser.
const LONGEST: usize = 256 * 1024;
/// The most that browsers keep in one cookie, in bytes.
const LARGEST_VALUE: usize = 4096;

/// Why a text holds no cookies of a login. It never holds any of the text.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BadCookies {
    /// Nothing there.
    #[error("expected cookies, found nothing")]
    Empty,
    /// Too much.
    #[error("expected at most 256 KiB")]
    TooLong,
    /// It begins like JSON and is none.
    #[error(
        "not valid JSON at line {line}, column {column}; expected a list of cookies with name and \
         value, or an object of values by name"
    )]
    Json {
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
    },
    /// JSON of another shape.
    #[error("expected a JSON list of cookies with name and value, or an object of values by name")]
    Shape,
    /// Not `name=value; name=value`.
    #[error("expected cookies as a browser sends them, such as stel_ssid=…; stel_token=…")]
    Header,
    /// One that the login needs is missing.
    #[error("{0} is missing: copy all cookies of fragment.com while you are logged in there")]
    Missing(&'static str),
    /// A value that no cookie has.
    #[error("the value of {0} holds characters that no cookie has, or too many of them")]
    Value(&'static str),
    /// Two different values.
    #[error("{0} is there twice with different values")]
    Twice(&'static str),
}

/// The cookies of a Fragment login as a person brings them: a header (`stel_ssid=…; stel_token=…`),
/// a JSON list as browser extensions export it, or a JSON object. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct CookieText(CookieJar);

impl CookieText {
    /// Reads the text. Cookies that the session does not need are left out.
    ///
    /// # Errors
    /// [`BadCookies`] says what is wrong, without any of it.
    pub fn parse(text: &str) -> Result<Self, BadCookies> {
        let text = text.trim();
        if text.is_empty() {
            return Err(BadCookies::Empty);
        }
        if text.len() > LONGEST {
            return Err(BadCookies::TooLong);
        }
        let pairs = if text.starts_with(['[', '{']) {
            of_json(text)?
        } else {
            of_header(text)?
        };
        let mut jar = CookieJar::default();
        for (name, value) in pairs {
            let Some(name) = kept(&name) else {
                continue;
            };
            if !is_value(&value) {
                return Err(BadCookies::Value(name));
            }
            let key = Key::of_host(name);
            match jar.0.get(&key) {
                Some(there) if *there != value => return Err(BadCookies::Twice(name)),
                Some(_) | None => jar.0.insert(key, value),
            };
        }
        for needed in [SESSION, TOKEN] {
            if !jar.has(needed) {
                return Err(BadCookies::Missing(needed));
            }
        }
        Ok(Self(jar))
    }

    /// For the vault.
    #[must_use]
    pub fn to_jar(&self) -> Jar {
        self.0.to_jar()
    }
}

impl fmt::Debug for CookieText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CookieText({} cookies)", self.0.0.len())
    }
}

fn of_json(text: &str) -> Result<Vec<(String, String)>, BadCookies> {
    let read: Value = serde_json::from_str(text).map_err(|why| BadCookies::Json {
        line: why.line(),
        column: why.column(),
    })?;
    let text_of = |value: &Value| value.as_str().map(str::to_owned);
    let pairs: Option<Vec<_>> = match &read {
        Value::Array(cookies) => cookies
            .iter()
            .map(|cookie| {
                let name = cookie.get("name").and_then(text_of)?;
                let value = cookie.get("value").and_then(text_of)?;
                Some((name, value))
            })
            .collect(),
        Value::Object(cookies) => match cookies.get("cookies") {
            // A whole storage state, as automation tools write it.
            Some(list @ Value::Array(_)) => return of_json(&list.to_string()),
            Some(_) | None => cookies
                .iter()
                .map(|(name, value)| Some((name.clone(), text_of(value)?)))
                .collect(),
        },
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    };
    pairs.ok_or(BadCookies::Shape)
}

fn of_header(text: &str) -> Result<Vec<(String, String)>, BadCookies> {
    let text = match text.get(..7) {
        Some(start) if start.eq_ignore_ascii_case("cookie:") => text.get(7..).unwrap_or_default(),
        Some(_) | None => text,
    };
    let pairs = text.split([';', '\n']).map(str::trim);
    let pairs = pairs.filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').ok_or(BadCookies::Header)?;
        Ok((name.trim().to_owned(), value.trim().to_owned()))
    });
    pairs.collect()
}

/// The cookies of a session, by the names that the site gives them today.
fn kept(name: &str) -> Option<&'static str> {
    [SESSION, TOKEN, ZONE, "stel_ton_token", CLEARANCE]
        .into_iter()
        .find(|known| *known == name)
}

/// Whether a browser's cookie belongs to the session: also one under a name of tomorrow.
pub(super) fn is_kept(name: &str) -> bool {
    name.starts_with("stel_") || name == CLEARANCE
}

/// What a value may hold (RFC 6265), as browsers keep it.
fn is_value(value: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b';' | b',' | b'"' | b'\\');
    !value.is_empty() && value.len() <= LARGEST_VALUE && value.bytes().all(fits)
}

/// Which cookie: of two with one name, domain and path, one is kept.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub(super) struct Key {
    pub(super) name: String,
    /// As browsers say it, with a dot in front if it is also for hosts below; empty for the host of
    /// the site alone.
    pub(super) domain: String,
    pub(super) path: String,
}

impl Key {
    pub(super) fn of_host(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            domain: String::new(),
            path: "/".to_owned(),
        }
    }
}

/// The cookies of one session.
#[derive(Clone, PartialEq, Eq, Default)]
pub(super) struct CookieJar(pub(super) BTreeMap<Key, String>);

/// How a jar is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    form: u32,
    cookies: Vec<(Key, String)>,
}

/// The only form there is so far.
const FORM: u32 = 1;

/// A jar that is not one of ours. It never holds any of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the jar is not in a form that this version knows")]
pub(super) struct BadJar;

impl CookieJar {
    pub(super) fn of(jar: &Jar) -> Result<Self, BadJar> {
        let kept: Kept = serde_json::from_slice(jar.expose()).map_err(|_| BadJar)?;
        if kept.form != FORM {
            return Err(BadJar);
        }
        Ok(Self(kept.cookies.into_iter().collect()))
    }

    pub(super) fn to_jar(&self) -> Jar {
        let cookies = self.0.clone().into_iter().collect();
        let kept = Kept {
            form: FORM,
            cookies,
        };
        // Texts and numbers always have a form in JSON.
        Jar::new(serde_json::to_vec(&kept).unwrap_or_default())
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.keys().any(|key| key.name == name)
    }

    /// The session that the cookies belong to.
    pub(super) fn session(&self) -> Option<&str> {
        let session = self.0.iter().find(|(key, _)| key.name == SESSION);
        session.map(|(_, value)| value.as_str())
    }
}

/// Cookies are secrets.
impl fmt::Debug for CookieJar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.0.keys().map(|key| key.name.as_str()).collect();
        f.debug_tuple("CookieJar").field(&names).finish()
    }
}
