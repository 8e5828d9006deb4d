//! One tab at the site: calls by `fetch` from a static document of the same origin, and cookies.
//!
//! The page's own scripts never run: they would find no wallet connected in this browser and log
//! ours out on the server. What the tab shows is a file of the site that has none.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use starkeeper_actors::domain::ids::LoginId;
use thirtyfour::error::{WebDriverError, WebDriverErrorInner};
use thirtyfour::session::http::HttpClient;
use thirtyfour::{ChromeCapabilities, TimeoutConfiguration, WebDriver};
use tokio::sync::Mutex;
use url::Url;

use super::cookies::{CookieJar, Key, ZONE, is_kept};
use super::verdict::Answer;

/// A file of the site without scripts, on its own origin.
const STATIC: &str = "/tonconnect-manifest.json";
/// The largest answer that is read, in UTF-16 units: pages have a few hundred thousand.
const LARGEST: usize = 8 * 1024 * 1024;
/// Beyond a call's own end, for the script around it.
const AROUND: Duration = Duration::from_secs(3);
/// For opening the static document.
const PAGE: Duration = Duration::from_secs(15);

/// The browser did not do what it was told: it hung, died, or is not itself. What it was doing may
/// have been done.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the browser: {0}")]
pub(super) struct Lost(String);

impl Lost {
    pub(super) fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }
}

/// What a call came to.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Fetched {
    /// The site, or whoever stands in front of it, answered.
    Answer(Answer),
    /// Nobody did. The call may have arrived.
    Unreached(String),
}

/// What is known about a tab's session.
#[derive(Debug, Default)]
pub(super) struct State {
    /// Whose session; none: nobody's.
    pub(super) login: Option<LoginId>,
    /// The cookies as they are stored.
    pub(super) jar: CookieJar,
    /// The version of that jar; 0: none was ever stored.
    pub(super) version: i64,
    /// The hash of the API, bound to the session.
    pub(super) hash: Option<String>,
    /// The session is not the stored one any more: the browser must be opened anew.
    pub(super) is_spoilt: bool,
}

/// A tab.
pub(super) struct Tab {
    driver: WebDriver,
    origin: Url,
    call: Duration,
    /// One call at a time.
    pub(super) state: Arc<Mutex<State>>,
}

/// Whoever drops a tab has ended its browser, or is about to.
impl Drop for Tab {
    fn drop(&mut self) {
        // The library would otherwise stop this thread to say goodbye.
        let _said_already = self.driver.clone().leak();
    }
}

impl Tab {
    /// Opens a session with an empty jar.
    pub(super) async fn open(
        server: &str,
        wish: ChromeCapabilities,
        client: impl HttpClient,
        origin: &Url,
        call: Duration,
    ) -> Result<Self, Lost> {
        let session = WebDriver::builder(server, wish).client(client).connect();
        let tab = Self {
            driver: session.await.map_err(|why| lost(&why))?,
            origin: origin.clone(),
            call,
            state: Arc::default(),
        };
        let limits = TimeoutConfiguration::new(Some(call + AROUND), Some(PAGE), None);
        let set = tab.driver.update_timeouts(limits).await;
        set.map_err(|why| lost(&why))?;
        Ok(tab)
    }

    /// The session's id at the driver.
    pub(super) fn session(&self) -> String {
        self.driver.handle().session_id().to_string()
    }

    /// Ends the session, if the driver still listens.
    pub(super) async fn quit(&self, deadline: Duration) {
        let quit = tokio::time::timeout(deadline, self.driver.clone().quit());
        match quit.await {
            Ok(Ok(())) => {}
            Ok(Err(why)) => tracing::debug!("a browser did not say goodbye: {}", lost(&why)),
            Err(_) => tracing::debug!("a browser did not say goodbye in time"),
        }
    }

    /// Gives the tab these cookies and no others, and shows the static document with them.
    pub(super) async fn put(&self, jar: &CookieJar) -> Result<(), Lost> {
        self.cdp("Network.clearBrowserCookies", json!({})).await?;
        let mut cookies: Vec<Value> = jar
            .0
            .iter()
            .map(|(key, value)| self.set(key, value))
            .collect();
        if !jar.has(ZONE) {
            cookies.push(self.set(&Key::of_host(ZONE), "0"));
        }
        self.cdp("Network.setCookies", json!({ "cookies": cookies }))
            .await?;
        self.show().await
    }

    /// The cookies of the session as they are now.
    pub(super) async fn cookies(&self) -> Result<CookieJar, Lost> {
        let urls = json!({"urls": [self.origin.as_str()]});
        let read = self.cdp("Network.getCookies", urls).await?;
        let read: Cookies =
            serde_json::from_value(read).map_err(|_| Lost::new("its cookies cannot be read"))?;
        let mut newest: BTreeMap<String, Cookie> = BTreeMap::new();
        for cookie in read.cookies {
            if !is_kept(&cookie.name) {
                continue;
            }
            // Two of one name: one was brought by a person, and the site has set another since.
            let older = match newest.get(&cookie.name) {
                Some(there) if there.ends() > cookie.ends() => Some(cookie),
                Some(_) | None => newest.insert(cookie.name.clone(), cookie),
            };
            if let Some(older) = older {
                let Cookie {
                    name, domain, path, ..
                } = older;
                let which = json!({"name": name, "domain": domain, "path": path});
                self.cdp("Network.deleteCookies", which).await?;
            }
        }
        let host = self.origin.host_str().unwrap_or_default();
        let cookies = newest.into_values().map(|cookie| {
            let domain = match cookie.domain == host {
                true => String::new(),
                false => cookie.domain,
            };
            let key = Key {
                name: cookie.name,
                domain,
                path: cookie.path,
            };
            (key, cookie.value)
        });
        Ok(CookieJar(cookies.collect()))
    }

    /// Reads a page of the site, as text.
    pub(super) async fn get(&self, path: &str) -> Result<Fetched, Lost> {
        self.fetch(path, "GET", None, "/").await
    }

    /// Calls the API from a page.
    pub(super) async fn post(
        &self,
        hash: &str,
        fields: &[(&str, &str)],
        page: &str,
    ) -> Result<Fetched, Lost> {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let path = format!("/api?hash={hash}");
        self.fetch(&path, "POST", Some(&body), page).await
    }

    /// Asks whether the tab is still where it was put; puts it back if it is not.
    pub(super) async fn probe(&self) -> Result<(), Lost> {
        let at = self.driver.current_url().await.map_err(|why| lost(&why))?;
        if at.origin() != self.origin.origin() || at.path() != STATIC {
            return self.show().await;
        }
        Ok(())
    }

    async fn show(&self) -> Result<(), Lost> {
        let page = self.origin.join(STATIC);
        let page = page.map_err(|_| Lost::new("its address is not one"))?;
        let shown = self.driver.goto(page.as_str()).await;
        shown.map_err(|why| lost(&why))
    }

    fn set(&self, key: &Key, value: &str) -> Value {
        let mut cookie = json!({
            "name": key.name,
            "value": value,
            "url": self.origin.as_str(),
            "path": key.path,
            "secure": self.origin.scheme() == "https",
            "httpOnly": true,
        });
        if !key.domain.is_empty()
            && let Some(members) = cookie.as_object_mut()
        {
            members.insert("domain".into(), key.domain.clone().into());
        }
        cookie
    }

    async fn cdp(&self, method: &str, parameters: Value) -> Result<Value, Lost> {
        let sent = self.driver.cdp().send_raw(method, parameters).await;
        sent.map_err(|why| lost(&why))
    }

    async fn fetch(
        &self,
        path: &str,
        method: &str,
        body: Option<&str>,
        page: &str,
    ) -> Result<Fetched, Lost> {
        let limit = u64::try_from(self.call.as_millis()).unwrap_or(u64::MAX);
        let arguments = vec![
            json!(path),
            json!(method),
            json!(body),
            json!(page),
            json!(limit),
            json!(LARGEST),
        ];
        let came = self.driver.execute_async(FETCH, arguments).await;
        let came = came.map_err(|why| lost(&why))?;
        let came: Came = serde_json::from_value(came.json().clone())
            .map_err(|_| Lost::new("its answer cannot be read"))?;
        Ok(match came {
            Came::Answer {
                status,
                challenged,
                body,
            } => Fetched::Answer(Answer {
                status,
                challenged,
                body,
            }),
            Came::Trouble { trouble } => Fetched::Unreached(trouble),
        })
    }
}

/// What the script hands back.
#[derive(Deserialize)]
#[serde(untagged)]
enum Came {
    Answer {
        status: u16,
        challenged: bool,
        body: String,
    },
    Trouble {
        trouble: String,
    },
}

#[derive(Deserialize)]
struct Cookies {
    cookies: Vec<Cookie>,
}

#[derive(Deserialize)]
struct Cookie {
    name: String,
    value: String,
    domain: String,
    path: String,
    /// Seconds since 1970, -1 for the end of the session; only compared.
    expires: serde_json::Number,
}

impl Cookie {
    /// The whole seconds of its end.
    fn ends(&self) -> i64 {
        let text = self.expires.to_string();
        let whole = text.split(['.', 'e']).next().unwrap_or_default();
        whole.parse().unwrap_or_default()
    }
}

/// What went wrong, by its kind: the driver's words may hold addresses and answers.
fn lost(why: &WebDriverError) -> Lost {
    let inner = why.as_inner();
    let what = if let WebDriverErrorInner::HttpError(what) = inner {
        return Lost::new(format!("its driver is away: {what}"));
    } else if matches!(inner, WebDriverErrorInner::InvalidSessionId(_)) {
        "its session is gone"
    } else if matches!(inner, WebDriverErrorInner::NoSuchWindow(_)) {
        "its window is gone"
    } else if matches!(
        inner,
        WebDriverErrorInner::ScriptTimeout(_)
            | WebDriverErrorInner::WebDriverTimeout(_)
            | WebDriverErrorInner::Timeout(_)
    ) {
        "it took too long"
    } else if matches!(
        inner,
        WebDriverErrorInner::SessionNotCreated(_) | WebDriverErrorInner::SessionCreateError(_)
    ) {
        "it could not be started"
    } else if matches!(inner, WebDriverErrorInner::JavascriptError(_)) {
        "its script failed"
    } else if let Some(code) = network_error(&inner.to_string()) {
        return Lost::new(format!("{UNREACHED} ({code})"));
    } else {
        "its driver refused a command"
    };
    Lost::new(what)
}

/// What is said where the browser works, and the network does not.
pub(crate) const UNREACHED: &str = "its page is out of reach";

/// Chromium's own name for what the network did, such as `ERR_NAME_NOT_RESOLVED`; nothing else of the
/// driver's words.
fn network_error(said: &str) -> Option<&str> {
    let (_, code) = said.split_once("net::")?;
    let end = code.find(|letter: char| !letter.is_ascii_uppercase() && letter != '_');
    code.get(..end.unwrap_or(code.len()))
        .filter(|code| code.starts_with("ERR_"))
}

/// One call. Referrer and origin are the browser's own; the rest is what the site's page sends.
const FETCH: &str = r"
const [path, method, body, page, limit, largest, done] = arguments;
const stop = new AbortController();
const timer = setTimeout(() => stop.abort(), limit);
const headers = method === 'POST' ? {
  'Accept': 'application/json, text/javascript, */*; q=0.01',
  'Content-Type': 'application/x-www-form-urlencoded; charset=UTF-8',
  'X-Requested-With': 'XMLHttpRequest',
  'X-Aj-Referer': location.origin + page,
} : {'Accept': 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8'};
fetch(path, {
  method, headers, body: body === null ? undefined : body, signal: stop.signal,
  credentials: 'include', cache: 'no-store', redirect: 'follow',
  referrer: location.origin + page, referrerPolicy: 'unsafe-url',
}).then(async (answer) => {
  const text = await answer.text();
  clearTimeout(timer);
  if (text.length > largest) return done({trouble: 'the answer is too long'});
  done({status: answer.status, challenged: answer.headers.has('cf-mitigated'), body: text});
}).catch((error) => {
  clearTimeout(timer);
  done({trouble: error.name === 'AbortError' ? 'no answer in time' : 'no connection'});
});
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_what_the_driver_says_of_the_network_only_the_code_is_told() {
        let said = "unknown error: net::ERR_NAME_NOT_RESOLVED\n  (Session info: chrome=156)";
        assert_eq!(network_error(said), Some("ERR_NAME_NOT_RESOLVED"));
        assert_eq!(network_error("net::https://secret.example"), None);
        assert_eq!(network_error("unknown error: cannot find"), None);
    }
}
