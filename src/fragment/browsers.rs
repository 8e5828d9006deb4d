//! The browsers: started, watched, looked after and ended, with every process they start.
//!
//! Each has a `chromedriver` of its own in a process group of its own, so that ending one ends all
//! of it and nothing else, and a driver that dies takes its browser along. Profile, temporary files
//! and home are one folder that goes with the browser. A file in it names the group, so that the
//! next life of the daemon can end what this one left behind.

mod driver;
mod flags;
pub(super) mod memory;
mod processes;
mod speak;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use starkeeper_actors::ports::market::BrowserId;
use url::Url;

use super::proxy::Forwarder;
use super::settings::{BrowserSettings, WebDriverPlace};
use super::tab::{Lost, Tab};
use driver::Driver;
use memory::BrowserMemory;

/// How long a remote server may take to end a session.
const QUIT: Duration = Duration::from_secs(2);
/// The file of a session at a remote server.
const SESSION: &str = "session";

/// All browsers of this daemon.
pub(super) struct Fleet {
    settings: BrowserSettings,
    origin: Url,
    call: Duration,
    known: Mutex<HashMap<BrowserId, Known>>,
    /// Where the proxy's password is said; started with the first browser.
    forwarder: tokio::sync::OnceCell<Forwarder>,
}

/// A browser that is open, or being opened.
struct Known {
    driver: Option<Arc<Driver>>,
    tab: Option<Arc<Tab>>,
}

impl Fleet {
    pub(super) fn new(settings: BrowserSettings, origin: Url, call: Duration) -> Self {
        // Processes are found by the folder's whole name.
        let dir = std::path::absolute(&settings.dir);
        let dir = dir.unwrap_or_else(|_| settings.dir.clone());
        let settings = BrowserSettings { dir, ..settings };
        Self {
            settings,
            origin,
            call,
            known: Mutex::default(),
            forwarder: tokio::sync::OnceCell::new(),
        }
    }

    /// Starts a browser with an empty session, at the site but on none of its pages yet.
    pub(super) async fn open(&self, browser: BrowserId) -> Result<Arc<Tab>, Lost> {
        let started = self.start(browser);
        match tokio::time::timeout(self.settings.open, started).await {
            Ok(opened) => opened,
            Err(_) => Err(Lost::new("the browser did not come up in time")),
        }
    }

    /// The tab of a browser that is open.
    pub(super) fn tab(&self, browser: BrowserId) -> Option<Arc<Tab>> {
        self.lock()
            .get(&browser)
            .and_then(|known| known.tab.clone())
    }

    /// Ends a browser and everything it left behind.
    pub(super) async fn close(&self, browser: BrowserId) {
        let known = self.lock().remove(&browser);
        if let Some(Known { driver, tab }) = known {
            end(driver, tab).await;
        }
        // Also what an opening that was given up has started, and what an earlier life left.
        self.sweep(&self.folder(browser)).await;
    }

    /// Ends every browser, of this life and of earlier ones.
    pub(super) async fn close_all(&self) {
        let all: Vec<Known> = self.lock().drain().map(|(_, known)| known).collect();
        let ends = all.into_iter().map(|known| end(known.driver, known.tab));
        futures_util::future::join_all(ends).await;
        for folder in folders(&self.settings.dir).await {
            self.sweep(&folder).await;
        }
    }

    /// What each open browser takes; nothing about browsers of a remote server.
    pub(super) async fn memory(&self) -> Vec<BrowserMemory> {
        let groups: Vec<_> = {
            let known = self.lock();
            let groups = known
                .iter()
                .filter_map(|(id, known)| Some((*id, known.driver.as_ref()?.group())));
            groups.collect()
        };
        let read = tokio::task::spawn_blocking(move || {
            let each = groups.into_iter().map(|(id, group)| memory::of(id, group));
            each.collect()
        });
        read.await.unwrap_or_default()
    }

    async fn start(&self, browser: BrowserId) -> Result<Arc<Tab>, Lost> {
        let folder = self.folder(browser);
        self.lock().insert(
            browser,
            Known {
                driver: None,
                tab: None,
            },
        );
        let server = match &self.settings.driver {
            WebDriverPlace::Local(program) => {
                let driver = Driver::start(program, &folder).await?;
                let server = driver.url();
                let driver = Arc::new(driver);
                self.register(browser, |known| known.driver = Some(driver))?;
                server
            }
            WebDriverPlace::Remote(url) => {
                made(&folder).await?;
                url.to_string()
            }
        };
        let wish = flags::capabilities(&self.settings, &folder, self.way_out().await?)?;
        let client = speak::client(self.settings.command + self.call)?;
        let tab = Tab::open(&server, wish, client, &self.origin, self.call).await?;
        let tab = Arc::new(tab);
        if let WebDriverPlace::Remote(url) = &self.settings.driver {
            let at = format!(
                "{}/session/{}",
                url.as_str().trim_end_matches('/'),
                tab.session()
            );
            let kept = tokio::fs::write(folder.join(SESSION), at).await;
            kept.map_err(|why| Lost::new(format!("a browser's folder: {}", why.kind())))?;
        }
        let shown = Arc::clone(&tab);
        self.register(browser, |known| known.tab = Some(shown))?;
        Ok(tab)
    }

    /// Notes what was started, unless the browser was closed meanwhile.
    fn register(&self, browser: BrowserId, note: impl FnOnce(&mut Known)) -> Result<(), Lost> {
        let mut known = self.lock();
        let there = known.get_mut(&browser);
        let there = there.ok_or_else(|| Lost::new("the browser was closed while it came up"))?;
        note(there);
        Ok(())
    }

    /// The proxy as Chrome is told it.
    async fn way_out(&self) -> Result<Option<String>, Lost> {
        let Some(proxy) = &self.settings.proxy else {
            return Ok(None);
        };
        if !proxy.has_password() {
            return Ok(Some(proxy.for_chrome()));
        }
        if let WebDriverPlace::Remote(_) = self.settings.driver {
            return Err(Lost::new(
                "a remote server's browser cannot use a proxy with a password; expected one \
                 without, or a driver of our own",
            ));
        }
        let started = self
            .forwarder
            .get_or_try_init(|| Forwarder::start(proxy.clone()));
        let forwarder = started.await;
        let forwarder =
            forwarder.map_err(|why| Lost::new(format!("no way to the proxy: {}", why.kind())))?;
        Ok(Some(forwarder.for_chrome()))
    }

    /// Ends whatever a folder's files and the machine's processes still show, and removes it.
    async fn sweep(&self, folder: &Path) {
        if !tokio::fs::try_exists(folder).await.unwrap_or(true) {
            return;
        }
        if let Ok(at) = tokio::fs::read_to_string(folder.join(SESSION)).await {
            speak::end_session(&at, QUIT).await;
        }
        driver::end_leftovers(folder).await;
        for attempt in 1..=3_u32 {
            match tokio::fs::remove_dir_all(folder).await {
                Ok(()) => return,
                Err(why) if why.kind() == std::io::ErrorKind::NotFound => return,
                // A process that is just ending may still write there.
                Err(_) if attempt < 3 => tokio::time::sleep(Duration::from_millis(100)).await,
                Err(why) => tracing::warn!("a browser's folder stays behind: {why}"),
            }
        }
    }

    fn folder(&self, browser: BrowserId) -> PathBuf {
        self.settings.dir.join(browser.0.to_string())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<BrowserId, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends a session and its processes. A local browser is not asked: it has nothing to lose.
async fn end(driver: Option<Arc<Driver>>, tab: Option<Arc<Tab>>) {
    match (driver, tab) {
        (Some(driver), _) => driver.end().await,
        (None, Some(tab)) => tab.quit(QUIT).await,
        (None, None) => {}
    }
}

async fn made(folder: &Path) -> Result<(), Lost> {
    let made = tokio::fs::create_dir_all(folder).await;
    made.map_err(|why| Lost::new(format!("a browser's folder: {}", why.kind())))
}

async fn folders(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let Ok(mut entries) = tokio::fs::read_dir(dir).await else {
        // Nothing was ever opened here.
        return found;
    };
    while let Ok(Some(entry)) = entries.next_entry().await {
        // Our folders are named by numbers; whatever else lies there is not ours.
        let name = entry.file_name();
        let is_number = name
            .to_str()
            .is_some_and(|name| name.parse::<u64>().is_ok());
        if is_number {
            found.push(entry.path());
        }
    }
    found
}
