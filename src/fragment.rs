//! fragment.com in living browsers: implements the ports `market` and `browsers`, on slots that the
//! browser pool lends.
//!
//! Owns the page's calls, their order, the cookies of each session, and the browsers with every
//! process they start. Says `Refused`, `NotDone` or `Unknown` and leaves what follows to the core.
//! Never signs, never sends, and never repeats a step whose outcome it does not know.
//!
//! - [`Fragment`] is both ports. A browser shows a static document of the site and calls the API
//!   from there, so the page's own scripts, which would log the wallet out, never run.
//! - [`CookieText`] is what people paste; [`Proxy`] is an operator's own way out.
//! - After every answer the cookies are read, and what changed is stored through the vault, under
//!   the claim to the login's lease that the slot carries.

mod browsers;
mod cookies;
mod market;
mod offer;
mod payload;
mod proxy;
mod session;
mod settings;
mod tab;
mod verdict;
mod wire;

pub use browsers::memory::BrowserMemory;
pub use cookies::{BadCookies, CookieText};
pub use market::Fragment;
pub use proxy::{BadProxy, Proxy};
pub use settings::{BrowserSettings, Chrome, FragmentSettings, WebDriverPlace};
pub(crate) use tab::UNREACHED;
