//! Who may do what: tokens by their hashes, what each opens, and how often one may ask.
//!
//! A token itself is kept nowhere: what is shown is hashed and compared with every hash there is, in
//! constant time.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use tokio::time::Instant;

use crate::http::error::ApiError;

/// The span that wrong tokens are counted in.
const SPAN: Duration = Duration::from_secs(60);

/// Addresses that are remembered for their wrong tokens; beyond, old ones are forgotten.
const ADDRESSES: usize = 10_000;

/// The name of the token of the whole.
const FIRST: &str = "admin";

/// A part of the API.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Scope {
    /// Looks.
    Read,
    /// Acts that move no money.
    Operate,
    /// Acts that move money or make prices.
    Money,
}

impl Scope {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Read, Self::Operate, Self::Money];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Operate => "operate",
            Self::Money => "money",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One token.
#[derive(Clone, Debug)]
pub struct Token {
    /// What it is called in the log of what was done.
    pub name: String,
    /// What it opens.
    pub scopes: BTreeSet<Scope>,
    /// SHA-256 of it.
    pub hash: [u8; 32],
}

impl Token {
    /// A token that opens everything.
    #[must_use]
    pub fn of_everything(name: &str, token: &str) -> Self {
        Self {
            name: name.to_owned(),
            scopes: Scope::ALL.into(),
            hash: hash_of(token),
        }
    }
}

/// What a token is compared by.
#[must_use]
pub fn hash_of(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// Who calls.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::http) struct Caller {
    /// The token's name.
    pub(in crate::http) name: Arc<str>,
    scopes: BTreeSet<Scope>,
}

impl Caller {
    /// What its keys begin with, so that no two tokens share one; those of the first token are as they
    /// are.
    pub(super) fn prefix(&self) -> String {
        match &*self.name {
            FIRST => String::new(),
            name => format!("{name}/"),
        }
    }

    /// Whether the caller may.
    ///
    /// # Errors
    /// The token does not open it.
    pub(super) fn needs(&self, scope: Scope) -> Result<(), ApiError> {
        if self.scopes.contains(&scope) {
            return Ok(());
        }
        let has: Vec<&str> = self.scopes.iter().map(|scope| scope.name()).collect();
        let message = format!(
            "this needs a token with the scope `{scope}`; {} has {}",
            self.name,
            has.join(", ")
        );
        let hint =
            "make one with `starkeeper token NAME SCOPES` and put its line into ADMIN_TOKENS";
        Err(ApiError::forbidden("wrong_scope", message, hint))
    }
}

struct Door {
    hash: [u8; 32],
    caller: Caller,
    rate: DefaultDirectRateLimiter,
}

/// All tokens, and how often each was used lately.
pub struct Tokens {
    doors: Vec<Door>,
    wrong: Mutex<HashMap<IpAddr, Wrong>>,
    tries: u32,
}

/// Wrong tokens of one address.
struct Wrong {
    since: Instant,
    count: u32,
}

impl Tokens {
    /// These tokens: each so many requests in a minute, each address so many wrong ones.
    #[must_use]
    pub fn new(tokens: Vec<Token>, rate: u32, tries: u32) -> Self {
        let quota = Quota::per_minute(NonZeroU32::new(rate).unwrap_or(NonZeroU32::MIN));
        let doors = tokens.into_iter().map(|token| Door {
            hash: token.hash,
            caller: Caller {
                name: token.name.into(),
                scopes: token.scopes,
            },
            rate: RateLimiter::direct(quota),
        });
        Self {
            doors: doors.collect(),
            wrong: Mutex::default(),
            tries,
        }
    }

    /// Whose token this is.
    ///
    /// # Errors
    /// Nobody's; too many wrong ones came from there; or it asks too often.
    pub(super) fn caller(&self, shown: &str, from: Option<IpAddr>) -> Result<&Caller, ApiError> {
        if from.is_some_and(|from| self.is_guessing(from)) {
            let hint = "wait a minute; the name of each token is in ADMIN_TOKENS";
            return Err(ApiError::too_many(
                "too many wrong tokens came from there",
                hint,
            ));
        }
        let hash = hash_of(shown);
        // Every hash is looked at, whichever fits.
        let found = self.doors.iter().fold(None, |found, door| {
            match bool::from(door.hash.ct_eq(&hash)) {
                true => Some(door),
                false => found,
            }
        });
        let Some(door) = found else {
            if let Some(from) = from {
                self.note_wrong(from);
            }
            let hint = "it must be ADMIN_TOKEN, or one of those whose hashes are in ADMIN_TOKENS";
            return Err(ApiError::unauthorised("the bearer token is wrong", hint));
        };
        if door.rate.check().is_err() {
            let message = format!("the token {} asks too often", door.caller.name);
            let hint = "ask more seldom, or raise ADMIN_RATE";
            return Err(ApiError::too_many(message, hint));
        }
        Ok(&door.caller)
    }

    fn is_guessing(&self, from: IpAddr) -> bool {
        let wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        wrong
            .get(&from)
            .is_some_and(|wrong| wrong.count >= self.tries && wrong.since.elapsed() < SPAN)
    }

    fn note_wrong(&self, from: IpAddr) {
        let mut all = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= ADDRESSES {
            all.retain(|_, wrong| wrong.since.elapsed() < SPAN);
        }
        if all.len() >= ADDRESSES {
            all.clear();
        }
        let now = Instant::now();
        let wrong = all.entry(from).or_insert(Wrong {
            since: now,
            count: 0,
        });
        if wrong.since.elapsed() >= SPAN {
            *wrong = Wrong {
                since: now,
                count: 0,
            };
        }
        wrong.count = wrong.count.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens() -> Tokens {
        let reader = Token {
            name: "desk".into(),
            scopes: [Scope::Read].into(),
            hash: hash_of("for looking"),
        };
        let all = Token::of_everything("admin", "for everything");
        Tokens::new(vec![all, reader], 5, 3)
    }

    fn here(last: u8) -> Option<IpAddr> {
        Some(IpAddr::from([10, 0, 0, last]))
    }

    fn code<T>(outcome: Result<T, ApiError>) -> &'static str {
        outcome.err().map_or("", |why| why.code())
    }

    #[test]
    fn a_token_opens_its_scopes_and_no_other() {
        let tokens = tokens();
        let desk = tokens.caller("for looking", None).unwrap();
        assert_eq!(desk.needs(Scope::Read), Ok(()));
        for scope in [Scope::Operate, Scope::Money] {
            let why = desk.needs(scope).unwrap_err();
            assert_eq!(why.code(), "wrong_scope");
            assert!(why.to_string().contains(scope.name()), "{why}");
        }
        let admin = tokens.caller("for everything", None).unwrap();
        for scope in Scope::ALL {
            assert_eq!(admin.needs(scope), Ok(()));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_guesses_is_not_heard_for_a_minute_and_others_are() {
        let tokens = tokens();
        for _ in 0..3 {
            assert_eq!(code(tokens.caller("a guess", here(1))), "unauthorised");
        }
        // Not even the right one: otherwise guessing would go on.
        assert_eq!(code(tokens.caller("for looking", here(1))), "too_many");
        assert_eq!(code(tokens.caller("for looking", here(2))), "");
        tokio::time::advance(SPAN).await;
        assert_eq!(code(tokens.caller("for looking", here(1))), "");
        assert_eq!(code(tokens.caller("a guess", here(1))), "unauthorised");
    }

    #[test]
    fn a_token_that_asks_too_often_waits_and_the_others_do_not() {
        let tokens = tokens();
        for _ in 0..5 {
            assert_eq!(code(tokens.caller("for looking", None)), "");
        }
        assert_eq!(code(tokens.caller("for looking", None)), "too_many");
        assert_eq!(code(tokens.caller("for everything", None)), "");
    }
}
