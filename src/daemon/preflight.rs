//! The preflight of `starkeeper check`: asks every dependency what the daemon will ask it, and says
//! in one line each how it is, and how to mend what is wrong.
//!
//! Owns the questions and the words of the [`Finding`]s. Never changes anything: it runs no
//! migration, sends no message, keeps no cookie, signs nothing, and a login that a running daemon
//! holds it does not touch. Every question has a deadline, and no finding shows a secret.

mod books;
mod fragment;
mod gateway;
mod host;
mod machine;
mod redis;
mod telegram;
mod ton;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use starkeeper_actors::domain::ids::IncarnationId;
use starkeeper_actors::ports::Clock;
use tokio::runtime::Handle;

use super::clock::SystemClock;
use crate::cli::Failed;
use crate::config::Settings;

/// For everything that is asked about one subject; the slowest starts a browser and reads a site.
const PATIENCE: Duration = Duration::from_secs(90);

/// Two clocks that are so far apart make wrong expiries.
const MOST_SKEW: Duration = Duration::from_secs(2);

/// What is looked at.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, clap::ValueEnum)]
pub enum Subject {
    /// The books: the server or the file, its schema, its clock.
    Db,
    /// Redis, each node.
    Redis,
    /// The bot's token, and how updates come.
    Telegram,
    /// The merchant's key, by a signed call.
    Heleket,
    /// The chain's providers, and each till's wallet.
    Ton,
    /// The browser and its driver.
    Webdriver,
    /// The way to Fragment, and each login.
    Fragment,
    /// Folders that are written, and the room there.
    Disk,
    /// Open files, memory, and what the kernel is set to.
    Limits,
    /// The firewall, and Docker.
    Host,
    /// The way in from outside: the domain, the tunnel, the proxy.
    Public,
}

impl Subject {
    /// Every one, in the order in which a start needs them.
    pub const ALL: [Self; 11] = [
        Self::Db,
        Self::Redis,
        Self::Telegram,
        Self::Heleket,
        Self::Ton,
        Self::Webdriver,
        Self::Fragment,
        Self::Disk,
        Self::Limits,
        Self::Host,
        Self::Public,
    ];

    /// As it is typed.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Db => "db",
            Self::Redis => "redis",
            Self::Telegram => "telegram",
            Self::Heleket => "heleket",
            Self::Ton => "ton",
            Self::Webdriver => "webdriver",
            Self::Fragment => "fragment",
            Self::Disk => "disk",
            Self::Limits => "limits",
            Self::Host => "host",
            Self::Public => "public",
        }
    }
}

/// How a thing is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// As it should be.
    Well,
    /// The shop runs with it, and a person should know.
    Odd,
    /// It is not set up, and the shop goes without it.
    Absent,
    /// The shop will not do what it is for.
    Wrong,
}

impl Verdict {
    const fn name(self) -> &'static str {
        match self {
            Self::Well => "ok",
            Self::Odd => "note",
            Self::Absent => "none",
            Self::Wrong => "WRONG",
        }
    }
}

/// One thing that was looked at.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// What it belongs to.
    pub subject: Subject,
    /// How it is.
    pub verdict: Verdict,
    /// What was found.
    pub text: String,
    /// What to do; none where nothing is to be done, or the text says it.
    pub mend: Option<String>,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (verdict, subject) = (self.verdict.name(), self.subject.name());
        write!(f, "{verdict:<6}{subject:<11}{}", self.text)?;
        match &self.mend {
            Some(mend) => write!(f, "; {mend}"),
            None => Ok(()),
        }
    }
}

/// The findings of one subject, as they are made.
struct Report {
    subject: Subject,
    findings: Vec<Finding>,
}

impl Report {
    fn add(&mut self, verdict: Verdict, text: impl fmt::Display, mend: Option<&str>) {
        self.findings.push(Finding {
            subject: self.subject,
            verdict,
            text: text.to_string(),
            mend: mend.map(str::to_owned),
        });
    }

    fn well(&mut self, text: impl fmt::Display) {
        self.add(Verdict::Well, text, None);
    }

    fn absent(&mut self, text: impl fmt::Display) {
        self.add(Verdict::Absent, text, None);
    }

    fn odd(&mut self, text: impl fmt::Display, mend: &str) {
        self.add(Verdict::Odd, text, Some(mend));
    }

    fn wrong(&mut self, text: impl fmt::Display, mend: &str) {
        self.add(Verdict::Wrong, text, Some(mend));
    }

    /// What ends the daemon's start says by itself what to do.
    fn failed(&mut self, failed: &Failed) {
        self.add(Verdict::Wrong, &failed.text, None);
    }
}

/// What every question may need.
struct Preflight<'s> {
    settings: &'s Settings,
    clock: Arc<dyn Clock>,
    io: Handle,
}

/// Looks at these subjects, and tells each finding as soon as it is made. Answers whether nothing
/// is wrong. To be called where outside calls run.
///
/// # Errors
/// This machine gives no random numbers.
pub async fn run(
    settings: &Settings,
    subjects: &[Subject],
    mut tell: impl FnMut(&Finding),
) -> Result<bool, Failed> {
    // Names of a life that no books have: nothing is named here.
    let clock = SystemClock::of_books(IncarnationId::new(0)).map_err(Failed::here)?;
    let preflight = Preflight {
        settings,
        clock: Arc::new(clock),
        io: Handle::current(),
    };
    let mut all_well = true;
    for subject in subjects {
        for finding in preflight.look(*subject).await {
            all_well &= finding.verdict != Verdict::Wrong;
            tell(&finding);
        }
    }
    Ok(all_well)
}

impl Preflight<'_> {
    async fn look(&self, subject: Subject) -> Vec<Finding> {
        let mut report = Report {
            subject,
            findings: Vec::new(),
        };
        let look: BoxFuture<'_, ()> = match subject {
            Subject::Db => self.books(&mut report).boxed(),
            Subject::Redis => self.redis(&mut report).boxed(),
            Subject::Telegram => self.telegram(&mut report).boxed(),
            Subject::Heleket => self.gateway(&mut report).boxed(),
            Subject::Ton => self.ton(&mut report).boxed(),
            Subject::Webdriver => self.browser(&mut report).boxed(),
            Subject::Fragment => self.fragment(&mut report).boxed(),
            Subject::Disk => async { self.disk(&mut report) }.boxed(),
            Subject::Limits => async { self.limits(&mut report) }.boxed(),
            Subject::Host => self.host(&mut report).boxed(),
            Subject::Public => self.way_in(&mut report).boxed(),
        };
        if tokio::time::timeout(PATIENCE, look).await.is_err() {
            let seconds = PATIENCE.as_secs();
            report.wrong(
                format!("no answer within {seconds} s"),
                "try again; if it stays so, look at the network between here and there",
            );
        }
        report.findings
    }
}
