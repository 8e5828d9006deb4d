//! The demo: a page on the base port that shows the whole shop at work, and the keeper of its daemon.
//!
//! Owns the page (Chat, What happens, The world, Break it), the timeline, the counters, the daemon's
//! process and its settings. Everything it shows is read: from the emulators, from the daemon's log
//! and from the daemon's own admin API. It never writes the books, never answers for the daemon, and
//! never delivers anything: what it breaks, it breaks from outside.

mod admin;
pub(crate) mod args;
mod begins;
mod breaks;
mod customer;
mod figures;
mod home;
mod journal;
mod keeper;
mod once;
mod page;
mod port;
mod processes;
mod run;
mod settings;
mod stage;
mod watcher;

pub(crate) use self::page::routes;
pub(crate) use self::port::owner;
pub(crate) use self::run::run;
pub(crate) use self::stage::{Kept as StageKept, Stage};

/// The customers and the operator whose chats the page shows: id, username, language, name.
pub(crate) const PEOPLE: [(i64, &str, &str, &str); 3] = [
    (1001, "anya", "en", "Anya"),
    (1002, "boris", "ru", "Boris"),
    (1003, "olga", "en", "Operator"),
];

/// The names of the switches of the page.
pub(crate) fn switches() -> [&'static str; 10] {
    breaks::Break::names()
}

/// Who is told what operators are told.
pub(crate) const OPERATOR: i64 = 1003;
