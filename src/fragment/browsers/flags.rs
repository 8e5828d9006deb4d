//! How Chrome is started.

use std::path::{Path, PathBuf};

use thirtyfour::{
    CapabilitiesHelper as _, ChromeCapabilities, ChromiumLikeCapabilities as _,
    DesiredCapabilities, PageLoadStrategy,
};

use crate::fragment::settings::{BrowserSettings, Chrome, WebDriverPlace};
use crate::fragment::tab::Lost;

/// No window, nothing in the background, nothing that outlives the session.
const FLAGS: [&str; 16] = [
    "--headless=new",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-breakpad",
    "--disable-crash-reporter",
    "--mute-audio",
    "--metrics-recording-only",
    "--disable-features=Translate,OptimizationHints,MediaRouter,AutofillServerCommunication",
    "--window-size=1000,800",
];

/// Where Chromium's program lies; the launchers beside it are scripts that outlive a kill.
const CHROMIUM: [&str; 5] = [
    "/usr/lib/chromium/chromium",
    "/usr/lib/chromium-browser/chromium-browser",
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
];
/// The same for the lighter one.
const HEADLESS_SHELL: [&str; 3] = [
    "/usr/lib/chromium/chromium-headless-shell",
    "/usr/lib/chromium/headless_shell",
    "/usr/bin/chromium-headless-shell",
];

/// What is asked of the driver.
pub(super) fn capabilities(
    settings: &BrowserSettings,
    folder: &Path,
    proxy: Option<String>,
) -> Result<ChromeCapabilities, Lost> {
    let bad = |_| Lost::new("chrome's settings cannot be written");
    let mut wish = DesiredCapabilities::chrome();
    wish.set_page_load_strategy(PageLoadStrategy::Eager)
        .map_err(bad)?;
    for flag in FLAGS {
        wish.add_arg(flag).map_err(bad)?;
    }
    if !settings.sandbox {
        wish.add_arg("--no-sandbox").map_err(bad)?;
    }
    if let Some(proxy) = proxy {
        wish.add_arg(&format!("--proxy-server={proxy}"))
            .map_err(bad)?;
        // Chrome would otherwise go straight to this machine, where a proxy may be wanted too.
        wish.add_arg("--proxy-bypass-list=<-loopback>")
            .map_err(bad)?;
    }
    match settings.driver {
        // Its browsers and profiles are the remote server's.
        WebDriverPlace::Remote(_) => {}
        WebDriverPlace::Local(_) => {
            // The lighter one does not say its port where a profile is named for it; its driver
            // makes one among the temporary files, which are the folder's as well.
            if !is_shell(&settings.chrome) {
                let profile = folder.join("profile");
                wish.add_arg(&format!("--user-data-dir={}", profile.display()))
                    .map_err(bad)?;
            }
            if let Some(program) = program(&settings.chrome)? {
                wish.set_binary(&program.display().to_string())
                    .map_err(bad)?;
            }
        }
    }
    Ok(wish)
}

fn is_shell(chrome: &Chrome) -> bool {
    match chrome {
        Chrome::Chromium => false,
        Chrome::HeadlessShell => true,
        Chrome::At(program) => {
            let name = program.file_name().and_then(|name| name.to_str());
            name.is_some_and(|name| name.contains("headless"))
        }
    }
}

/// The program; none: where the driver finds one.
fn program(chrome: &Chrome) -> Result<Option<PathBuf>, Lost> {
    let first = |places: &[&str]| {
        let mut places = places.iter().map(PathBuf::from);
        places.find(|place| place.exists())
    };
    match chrome {
        Chrome::Chromium => Ok(first(&CHROMIUM)),
        Chrome::HeadlessShell => {
            let found = first(&HEADLESS_SHELL);
            let missing = "chromium-headless-shell is not there; expected the package of that name";
            found.map(Some).ok_or_else(|| Lost::new(missing))
        }
        Chrome::At(program) if program.exists() => Ok(Some(program.clone())),
        Chrome::At(program) => {
            let program = program.display();
            Err(Lost::new(format!(
                "{program} is not there; expected a browser"
            )))
        }
    }
}
