//! fragment.com in a browser: implements the port `market`, on slots that the browser pool lends.
//!
//! Owns the page's calls, their order and every check between a link and a signature. Says
//! `Refused`, `NotDone` or `Unknown` and leaves what follows to the core. Never signs, never
//! sends, and never repeats a step whose outcome it does not know.
