//! What may be set about Fragment and its browsers.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use starkeeper_actors::domain::ids::{LoginId, WalletAddress};
use url::Url;

use super::Proxy;
use crate::record::Record;

/// The settings of the site.
#[derive(Clone, Debug)]
pub struct FragmentSettings {
    /// Where it is. Default `https://fragment.com/`.
    pub origin: Url,
    /// The logins with the wallet that each must have proven.
    pub logins: Vec<(LoginId, WalletAddress)>,
    /// For one call inside the page. Default 15 s: the site answers within two, and six of them
    /// fit into the time a link may take.
    pub call: Duration,
    /// How many Stars are priced, 50 to 1,000,000: the more, the less Fragment's rounding counts.
    /// Default 10,000.
    pub priced_stars: u32,
    /// Where raw answers are noted while a shop is new. Default nowhere.
    pub record: Record,
}

impl FragmentSettings {
    /// The defaults for these logins.
    #[must_use]
    pub fn new(origin: Url, logins: Vec<(LoginId, WalletAddress)>) -> Self {
        Self {
            origin,
            logins,
            call: Duration::from_secs(15),
            priced_stars: 10_000,
            record: Record::default(),
        }
    }

    /// The wallet that a login must have proven.
    pub(super) fn wallet_of(&self, login: LoginId) -> Option<WalletAddress> {
        let known = self.logins.iter().find(|(id, _)| *id == login);
        known.map(|(_, wallet)| *wallet)
    }
}

/// Who starts browsers.
#[derive(Clone, PartialEq, Eq)]
pub enum WebDriverPlace {
    /// A `chromedriver` of our own for each browser: this program, in a process group of its own.
    Local(PathBuf),
    /// A WebDriver server that is there already, as `WEBDRIVER_URL` names it.
    Remote(Url),
}

/// Its address may hold a password.
impl fmt::Debug for WebDriverPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Local(program) => f.debug_tuple("Local").field(program).finish(),
            Self::Remote(url) => f.debug_tuple("Remote").field(&url.host_str()).finish(),
        }
    }
}

/// Which browser.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Chrome {
    /// The whole browser without a window: the same fingerprint as a person's.
    Chromium,
    /// The lighter one, with half the memory and a fingerprint of its own.
    HeadlessShell,
    /// This program, whatever it is.
    At(PathBuf),
}

/// The settings of browsers.
#[derive(Clone, Debug)]
pub struct BrowserSettings {
    /// Who starts them.
    pub driver: WebDriverPlace,
    /// Which.
    pub chrome: Chrome,
    /// The folder of their profiles; it is theirs alone and emptied at the start.
    pub dir: PathBuf,
    /// The way out; none: straight.
    pub proxy: Option<Proxy>,
    /// For starting one with its session and first page. Default 30 s: below the pool's deadline.
    pub open: Duration,
    /// For one WebDriver command beyond the script it runs. Default 10 s.
    pub command: Duration,
    /// Whether Chrome's own sandbox is on. Default: unless the daemon is root, where Chrome has
    /// none.
    pub sandbox: bool,
}

impl BrowserSettings {
    /// The defaults with profiles in this folder: `chromium` through a `chromedriver` on the path.
    #[must_use]
    pub fn new(dir: PathBuf) -> Self {
        Self {
            driver: WebDriverPlace::Local(PathBuf::from("chromedriver")),
            chrome: Chrome::Chromium,
            dir,
            proxy: None,
            open: Duration::from_secs(30),
            command: Duration::from_secs(10),
            sandbox: !rustix::process::geteuid().is_root(),
        }
    }
}
