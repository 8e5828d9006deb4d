//! The sections `fragment` and `browser`: fragment.com, its logins' cookies, and what reaches it.

use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use super::gateway::base_url;
use super::{HALF_MINUTE, MOMENT, SECOND};
use crate::config::reader::Reader;

/// Fragment.
#[derive(Debug)]
pub struct Fragment {
    /// Where it is.
    pub url: Url,
    /// The cookies of logins, by the number of their till; imported at the start where they are
    /// new, after a trial.
    pub cookies: Vec<(i64, SecretString)>,
    /// The key of stored cookies, 32 bytes in base64; none: derived from the seed phrase.
    pub vault_key: Option<SecretString>,
    /// The way out for browsers: a proxy's address, which may hold a password.
    pub proxy: Option<SecretString>,
    /// Whether a wallet's proof is renewed without being asked.
    pub auto_refresh: bool,
    /// Between two looks at a login that is well.
    pub refresh_every: Duration,
    /// For one call inside the page.
    pub call_timeout: Duration,
}

/// What starts browsers, and which.
#[derive(Debug)]
pub struct Browser {
    /// A WebDriver server that is there already; none: a driver of our own for each browser.
    pub webdriver_url: Option<SecretString>,
    /// The driver's program.
    pub driver: PathBuf,
    /// Which browser.
    pub flavour: BrowserFlavour,
    /// Its program, whatever it is; none: where the flavour is usually installed.
    pub path: Option<PathBuf>,
    /// Whether Chrome's own sandbox is on; none: unless the daemon is root.
    pub sandbox: Option<bool>,
    /// How many look recipients and prices up, besides one for each till.
    pub look_ups: u32,
    /// After so many loans a browser is replaced.
    pub max_loans: u32,
    /// And after so long.
    pub max_age: Duration,
    /// For starting one with its first page.
    pub open_timeout: Duration,
}

/// Which browser.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BrowserFlavour {
    /// The whole one without a window.
    Chromium,
    /// Half the memory, and a fingerprint of its own.
    HeadlessShell,
}

/// The cookies of each till.
const COOKIES: [(i64, &str); 4] = [
    (1, "fragment.cookies"),
    (2, "fragment.cookies_2"),
    (3, "fragment.cookies_3"),
    (4, "fragment.cookies_4"),
];

/// Reads the section `fragment`.
pub(in crate::config) fn fragment(reader: &mut Reader<'_>) -> Option<Fragment> {
    let url = reader.parsed("fragment.url", base_url);
    let url = url.and_then(|url| match url.scheme() {
        "http" if reader.environment().is_strict() => {
            let place = reader.environment();
            let what = format!(
                "must begin with https:// in {place}: the login's cookies would travel in the clear"
            );
            reader.refuse("fragment.url", what)
        }
        _ => Some(url),
    });
    let cookies: Vec<_> = COOKIES
        .iter()
        .map(|(till, key)| Some((*till, reader.secret(key)?)))
        .collect();
    let cookies: Option<Vec<_>> = cookies.into_iter().collect();
    let cookies = cookies.map(|all| {
        let set = all.into_iter();
        set.filter_map(|(till, cookies)| Some((till, cookies?)))
            .collect()
    });
    let vault_key = reader.secret("fragment.vault_key");
    let own = reader.secret("fragment.proxy_url");
    let common = reader.secret("browser.proxy_url");
    let auto_refresh = reader.switch("fragment.auto_refresh");
    let refresh_every = reader.span("fragment.refresh_every", MOMENT, HALF_MINUTE);
    let call_timeout = reader.span("fragment.call_timeout", MOMENT, SECOND);
    let (own, common) = (own?, common?);
    Some(Fragment {
        url: url?,
        cookies: cookies?,
        vault_key: vault_key?,
        proxy: own.or(common),
        auto_refresh: auto_refresh?,
        refresh_every: refresh_every?,
        call_timeout: call_timeout?,
    })
}

/// Reads the section `browser`.
pub(in crate::config) fn browser(reader: &mut Reader<'_>) -> Option<Browser> {
    let flavours = [
        ("chromium", BrowserFlavour::Chromium),
        ("chromium-headless-shell", BrowserFlavour::HeadlessShell),
    ];
    let sandboxes = [("auto", None), ("on", Some(true)), ("off", Some(false))];
    let webdriver_url = reader.secret("browser.webdriver_url");
    let driver = reader.path("browser.driver");
    let flavour = reader.chosen("browser.flavour", &flavours);
    let path = reader.text("browser.path");
    let sandbox = reader.chosen("browser.sandbox", &sandboxes);
    let look_ups = reader.number("browser.look_ups", 1..=16);
    let max_loans = reader.number("browser.max_loans", 1..=10_000);
    let max_age = reader.span("browser.max_age", SECOND, SECOND);
    let open_timeout = reader.span("browser.open_timeout", MOMENT, SECOND);
    Some(Browser {
        webdriver_url: webdriver_url?,
        driver: driver?,
        flavour: flavour?,
        path: path?.map(PathBuf::from),
        sandbox: sandbox?,
        look_ups: look_ups?,
        max_loans: max_loans?,
        max_age: max_age?,
        open_timeout: open_timeout?,
    })
}
