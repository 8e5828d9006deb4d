//! Sessions, the accounts logged in with Telegram, and the wallets that proved themselves.
//!
//! The three are apart, as the site's cookies are: a session may lose either login and keep the
//! rest.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};

use super::goods::{Rates, Shelf};
use crate::world::clock::Moment;
use crate::world::dice::{Dice, Letters};
use crate::world::kept::{Torn, must};

/// More sessions than this are not kept: the oldest is forgotten.
const MOST_SESSIONS: usize = 10_000;

/// Changes of a page that are remembered, for answers that come from before.
const MOST_BEFORE: usize = 8;

/// What a selling page of a session shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) enum Mode {
    /// A form.
    #[default]
    New,
    /// A purchase whose payment was reported and is looked for.
    Processing,
    /// A purchase that was delivered.
    Done,
}

impl Mode {
    /// Its name on the wire.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Processing => "processing",
            Self::Done => "done",
        }
    }
}

/// What is seen on a page: the mode, and the number of the purchase it is about.
pub(crate) type Seen = (Mode, Option<usize>);

/// A selling page of a session.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Page {
    /// What it shows now.
    pub(crate) now: Seen,
    /// How often it changed.
    pub(crate) version: u32,
    /// The prices it showed when it was last asked for in mode `new`; none: not asked yet.
    pub(crate) told: Option<Rates>,
    before: VecDeque<(Moment, Seen)>,
}

impl Page {
    /// Shows something else from now on.
    pub(super) fn show(&mut self, seen: Seen, now: Moment) {
        if seen == self.now {
            return;
        }
        self.before.push_back((now, self.now));
        if self.before.len() > MOST_BEFORE {
            self.before.pop_front();
        }
        self.now = seen;
        self.version += 1;
    }

    /// Shows the form again, as if nothing had been bought.
    pub(super) fn repeat(&mut self, now: Moment) {
        self.show((Mode::New, None), now);
        self.told = None;
    }

    /// What it showed at `then`; without it, before the last change.
    pub(super) fn before(&self, then: Option<Moment>) -> Seen {
        let found = match then {
            Some(then) => self.before.iter().find(|(changed, _)| *changed > then),
            None => self.before.back(),
        };
        found.map_or(self.now, |(_, seen)| *seen)
    }
}

/// A browser that was here.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Session {
    /// The hash that its calls of the API must carry.
    pub(crate) hash: String,
    /// What a wallet must sign to prove itself.
    pub(crate) challenge: String,
    /// Its two selling pages.
    pub(crate) stars: Page,
    pub(crate) premium: Page,
}

impl Session {
    /// One of its pages.
    pub(crate) fn page(&self, shelf: Shelf) -> &Page {
        match shelf {
            Shelf::Stars => &self.stars,
            Shelf::Premium => &self.premium,
        }
    }

    /// One of its pages, to be changed.
    pub(crate) fn page_mut(&mut self, shelf: Shelf) -> &mut Page {
        match shelf {
            Shelf::Stars => &mut self.stars,
            Shelf::Premium => &mut self.premium,
        }
    }

    /// Whether a purchase is under way: this page shows one, or the other page shows one that
    /// `may_come`.
    pub(super) fn is_busy(&self, shelf: Shelf, may_come: impl Fn(usize) -> bool) -> bool {
        let other = match shelf {
            Shelf::Stars => &self.premium,
            Shelf::Premium => &self.stars,
        };
        self.page(shelf).now.0 == Mode::Processing
            || matches!(other.now, (Mode::Processing, Some(number)) if may_come(number))
    }
}

/// Who calls, by their cookies. What is not known is as if it were not there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Visitor {
    /// The session.
    pub(crate) ssid: Option<String>,
    /// The account that is logged in with Telegram.
    pub(crate) account: Option<u32>,
    /// Raw address of the wallet that proved itself.
    pub(crate) wallet: Option<String>,
}

/// Everybody who is logged in.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Logins {
    sessions: BTreeMap<String, Session>,
    by_age: VecDeque<String>,
    /// `stel_token` and the number of its account.
    tokens: BTreeMap<String, u32>,
    /// `stel_ton_token` and the raw address of its wallet.
    ton_tokens: BTreeMap<String, String>,
    /// The names of the accounts, in small letters, where they have one.
    accounts: Vec<Option<String>>,
}

impl Logins {
    /// Opens a session and answers its id.
    pub(crate) fn open(&mut self, dice: &Dice) -> String {
        let digits = || format!("{:010}", dice.between(0, u32::MAX));
        let ssid = format!("{}_{}{}", dice.text(Letters::Hex, 18), digits(), digits());
        let session = Session {
            hash: dice.text(Letters::Hex, 18),
            challenge: dice.text(Letters::Hex, 36),
            stars: Page::default(),
            premium: Page::default(),
        };
        self.sessions.insert(ssid.clone(), session);
        self.by_age.push_back(ssid.clone());
        if self.by_age.len() > MOST_SESSIONS
            && let Some(oldest) = self.by_age.pop_front()
        {
            self.sessions.remove(&oldest);
        }
        ssid
    }

    /// A session.
    pub(crate) fn session(&self, ssid: &str) -> Option<&Session> {
        self.sessions.get(ssid)
    }

    /// A session, to be changed.
    pub(crate) fn session_mut(&mut self, ssid: &str) -> Option<&mut Session> {
        self.sessions.get_mut(ssid)
    }

    /// Number of a new account; numbers begin at one.
    pub(crate) fn new_account(&mut self, username: Option<&str>) -> u32 {
        self.accounts.push(username.map(str::to_ascii_lowercase));
        u32::try_from(self.accounts.len()).unwrap_or(u32::MAX)
    }

    /// Whether there is such an account.
    pub(crate) fn has_account(&self, account: u32) -> bool {
        self.account_name(account).is_some()
    }

    /// Whether an account has this name.
    pub(super) fn is_called(&self, account: Option<u32>, username: &str) -> bool {
        let name = account.and_then(|account| self.account_name(account));
        name.flatten()
            .is_some_and(|name| name.eq_ignore_ascii_case(username))
    }

    fn account_name(&self, account: u32) -> Option<Option<&str>> {
        let place = usize::try_from(account.checked_sub(1)?).ok()?;
        self.accounts.get(place).map(Option::as_deref)
    }

    /// Logs an account in with Telegram and answers the `stel_token`.
    pub(crate) fn log_in(&mut self, account: u32, dice: &Dice) -> String {
        let token = dice.text(Letters::Hex, 66);
        self.tokens.insert(token.clone(), account);
        token
    }

    /// Lets a wallet in and answers the `stel_ton_token`.
    pub(crate) fn connect(&mut self, wallet: String, dice: &Dice) -> String {
        let token = dice.text(Letters::UrlSafe, 190);
        self.ton_tokens.insert(token.clone(), wallet);
        token
    }

    /// The account of a `stel_token`.
    pub(super) fn account_of(&self, token: &str) -> Option<u32> {
        self.tokens.get(token).copied()
    }

    /// The wallet of a `stel_ton_token`.
    pub(super) fn wallet_of(&self, token: &str) -> Option<&String> {
        self.ton_tokens.get(token)
    }

    /// Ends a login with Telegram.
    pub(super) fn log_out(&mut self, token: &str) {
        self.tokens.remove(token);
    }

    /// Ends a wallet's login.
    pub(super) fn disconnect(&mut self, token: &str) {
        self.ton_tokens.remove(token);
    }

    /// Ends every login with Telegram, or those of one account, and says how many they were.
    pub(crate) fn log_all_out(&mut self, account: Option<u32>) -> usize {
        let before = self.tokens.len();
        self.tokens
            .retain(|_, whose| account.is_some_and(|account| account != *whose));
        before - self.tokens.len()
    }

    /// Ends every wallet's login, or those of one wallet, and says how many they were.
    pub(crate) fn disconnect_all(&mut self, wallet: Option<&str>) -> usize {
        let before = self.ton_tokens.len();
        self.ton_tokens
            .retain(|_, whose| wallet.is_some_and(|wallet| wallet != whose));
        before - self.ton_tokens.len()
    }

    /// Whether sessions, accounts and the purchases on their pages, so many in all, are there.
    pub(super) fn check(&self, purchases: usize) -> Result<(), Torn> {
        let ages: BTreeSet<&String> = self.by_age.iter().collect();
        let are_aged = ages.len() == self.by_age.len() && self.sessions.keys().eq(ages);
        must(are_aged, || "a session has no age".to_owned())?;
        let mut accounts = self.tokens.values();
        let unknown = accounts.find(|account| !self.has_account(**account));
        must(unknown.is_none(), || {
            format!("nobody has the account {unknown:?} that is logged in")
        })?;
        for (ssid, session) in &self.sessions {
            for page in [&session.stars, &session.premium] {
                let mut shown = page.before.iter().map(|(_, seen)| seen.1);
                let mut shown = shown.by_ref().chain([page.now.1]).flatten();
                must(shown.all(|number| number < purchases), || {
                    format!("a page of {ssid} shows no purchase")
                })?;
            }
        }
        Ok(())
    }
}
