//! What the books say about each till: its money, its orders, its breaks, its login; and the one
//! thing that the operators are told of it here, that it will be empty soon.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use starkeeper_actors::domain::breaks::{Break, Finding};
use starkeeper_actors::domain::dialog::{StoppedFor, WalletFace};
use starkeeper_actors::domain::ids::{IncarnationId, LoginId, NoticeId, WalletAddress};
use starkeeper_actors::domain::ledger::{Account, Statement};
use starkeeper_actors::domain::login::{Health, Login};
use starkeeper_actors::domain::money::NanoTon;
use starkeeper_actors::domain::notice::{Audience, Message, Notice, OperatorNews, Owed};
use starkeeper_actors::domain::order::{Order, OrderState};
use starkeeper_actors::domain::wallet::Wallet;
use starkeeper_actors::domain::{Span, Timestamp};
use starkeeper_actors::ports::books::{Commit, CommitFailed, Page, Seen};
use starkeeper_actors::ports::{Books, Clock, Unreadable};

use super::float::{empty_in, per_day};
use crate::daemon::wallets::NETWORK;
use crate::metrics::goods::{self, FloatLine, number};
use crate::ton::friendly;

/// Lines of an account that are read for the run rate: some 300 orders.
const LINES: u32 = 1_000;

/// Operators' notices that are read at once, and how often.
const NOTICES: u32 = 100;
const PAGES: u32 = 10;

/// Open breaks that are read: what the books give at most.
const BREAKS: u32 = 500;

/// The operators hear of a till that will be empty within this, once a day.
const SOON: Span = Span::hours(24);

/// The states of an order that is paid for and not finished.
const STATES: [&str; 5] = ["held", "linked", "paying", "paid", "parked"];

/// The states of a login.
const LOGIN_STATES: [&str; 5] = ["unknown", "good", "proof_missing", "path_blocked", "lost"];

/// Looks at the tills.
#[derive(Clone)]
pub(in crate::daemon) struct Tills {
    pub(in crate::daemon) books: Arc<dyn Books>,
    pub(in crate::daemon) clock: Arc<dyn Clock>,
    /// Each login with its wallet.
    pub(in crate::daemon) tills: Vec<(LoginId, WalletAddress)>,
    /// When the cookies of a login were last stored.
    pub(in crate::daemon) cookies: Cookies,
}

/// Says when the cookies of a login were last stored; nothing if there are none.
pub(in crate::daemon) type Cookies =
    Arc<dyn Fn(LoginId) -> BoxFuture<'static, Result<Option<Timestamp>, Unreadable>> + Send + Sync>;

/// A till as it was seen.
#[derive(Debug)]
pub(super) struct Seeing {
    till: i64,
    wallet: WalletAddress,
    free: NanoTon,
    held: NanoTon,
    per_day: Option<NanoTon>,
    stopped: Option<StoppedFor>,
    /// State and time of payment of each unfinished order.
    orders: Vec<(&'static str, Timestamp)>,
    /// When each open break was found: parked orders, unexplained transactions.
    parked: Vec<Timestamp>,
    unexplained: Vec<Timestamp>,
    /// Kind and age of what the sweep has found and nobody has mended.
    breaks: Vec<(&'static str, Timestamp)>,
    login: &'static str,
    /// When Fragment last showed the login.
    checked: Option<Timestamp>,
    /// When its cookies were last stored.
    cookies: Option<Timestamp>,
    now: Timestamp,
}

impl Tills {
    /// The tills as operators see them in the chat.
    pub(in crate::daemon) async fn faces(self) -> Result<Vec<WalletFace>, Unreadable> {
        let seen = self.look().await?;
        Ok(seen.iter().map(Seeing::face).collect())
    }

    /// Reads the books about each till.
    pub(super) async fn look(self) -> Result<Vec<Seeing>, Unreadable> {
        let wallets = self.books.wallets().await?;
        let logins = self.books.logins().await?;
        let stopped = wallets.iter().any(|seen| seen.row.is_stopped());
        let notices = match stopped {
            true => self.notices().await?,
            false => Vec::new(),
        };
        let breaks = self.books.breaks_open(BREAKS).await?;
        let mut seen = Vec::new();
        for (login, address) in &self.tills {
            let wallet = wallets.iter().find(|wallet| wallet.row.address == *address);
            let health = logins.iter().find(|seen| seen.row.id == *login);
            seen.push(Seeing {
                login: health.map_or("unknown", |seen| login_state(&seen.row)),
                checked: health.and_then(|seen| seen.row.checked_at),
                cookies: (self.cookies)(*login).await?,
                unexplained: wallet.map_or_else(Vec::new, |wallet| open(&wallet.row, &notices)),
                breaks: of_till(&breaks, *address),
                stopped: wallet.and_then(|wallet| StoppedFor::of(&wallet.row)),
                ..self.money_and_orders(*login, *address).await?
            });
        }
        Ok(seen)
    }

    async fn money_and_orders(
        &self,
        login: LoginId,
        wallet: WalletAddress,
    ) -> Result<Seeing, Unreadable> {
        let now = self.clock.now();
        let float = self.statement(Account::Float(wallet)).await?;
        let held = self.statement(Account::FloatHeld(wallet)).await?;
        let orders = self.books.orders_of_wallet(wallet).await?;
        let lines = usize::try_from(LINES).unwrap_or(usize::MAX);
        let nanos = |statement: &Statement| NanoTon::from_nanos(statement.balance());
        let bound = orders.iter().filter_map(|seen| {
            let held_at = seen.row.purchase()?.held_at;
            Some((seen.row.state_name(), held_at))
        });
        Ok(Seeing {
            till: login.get(),
            wallet,
            free: nanos(&float),
            held: nanos(&held),
            per_day: per_day(&float, &held, lines, now),
            stopped: None,
            orders: bound.collect(),
            parked: orders.iter().filter_map(|seen| parked(&seen.row)).collect(),
            unexplained: Vec::new(),
            breaks: Vec::new(),
            login: "unknown",
            checked: None,
            cookies: None,
            now,
        })
    }

    /// Tells the operators of tills that will be empty soon. `warned` is the day on which each was
    /// told last, so that the books are not asked again; the notice's key keeps other replicas
    /// from telling it a second time.
    ///
    /// # Errors
    /// What the books took not: it is tried again with the next look.
    pub(super) async fn warn(
        &self,
        seen: &[Seeing],
        life: IncarnationId,
        warned: &mut BTreeMap<i64, i64>,
    ) -> Result<(), CommitFailed> {
        let day = self.clock.now().timestamp().div_euclid(86_400);
        let silent = seen
            .iter()
            .filter(|till| warned.get(&till.till) != Some(&day));
        let soon: Vec<(i64, OperatorNews)> = silent
            .filter_map(|till| Some((till.till, till.ends_soon(day)?)))
            .collect();
        if soon.is_empty() {
            return Ok(());
        }
        let mut commit = Commit::new(life, self.clock.now());
        for (till, news) in &soon {
            tracing::warn!("till {till} will be empty within a day: top its wallet up");
            let id = NoticeId::new(self.clock.fresh_id());
            commit.notices.push((id, Owed::operators(news.clone())));
        }
        self.books.commit(commit).await?;
        warned.extend(soon.iter().map(|(till, _)| (*till, day)));
        Ok(())
    }

    async fn statement(&self, account: Account) -> Result<Statement, Unreadable> {
        self.books.statement(account, LINES).await
    }

    /// What the operators were told, newest first, as far back as is read.
    async fn notices(&self) -> Result<Vec<Seen<Notice>>, Unreadable> {
        let mut all = Vec::new();
        for page in 0..PAGES {
            let page = Page {
                offset: page.saturating_mul(NOTICES),
                limit: NOTICES,
            };
            let found = self.books.notices_of(Audience::Operators, page).await?;
            let ended = found.is_empty();
            all.extend(found);
            if ended {
                break;
            }
        }
        Ok(all)
    }
}

impl Seeing {
    fn face(&self) -> WalletFace {
        WalletFace {
            login: LoginId::new(self.till),
            address: friendly(self.wallet, NETWORK),
            free: self.free,
            per_day: self.per_day,
            stopped: self.stopped.clone(),
            works: self.login == "good",
        }
    }

    /// Shows it on the page.
    pub(super) fn show(&self) {
        let till = self.till;
        if let Some(per_day) = self.per_day {
            let left = empty_in(self.free, per_day);
            goods::float(
                till,
                FloatLine {
                    free: ton(self.free),
                    held: ton(self.held),
                    per_day: ton(per_day),
                    empty_in: left.map(|left| left.to_std().unwrap_or_default()),
                    stopped: self.stopped.is_some(),
                },
            );
        }
        for state in STATES {
            let orders = self.orders.iter().filter(|(is, _)| *is == state);
            goods::till_orders(till, state, count(orders.count()));
        }
        let times = self.orders.iter().map(|(_, at)| *at);
        goods::oldest_order(till, self.oldest(times));
        for (kind, found) in [("parked", &self.parked), ("unexplained", &self.unexplained)] {
            let oldest = self.oldest(found.iter().copied());
            goods::breaks(till, kind, count(found.len()), oldest);
        }
        for kind in Finding::KINDS {
            let found = self.breaks.iter().filter(|(is, _)| *is == kind);
            let times: Vec<Timestamp> = found.map(|(_, since)| *since).collect();
            let oldest = self.oldest(times.iter().copied());
            goods::breaks(till, kind, count(times.len()), oldest);
        }
        for state in LOGIN_STATES {
            goods::login(till, state, self.login == state);
        }
        if let Some(checked) = self.checked {
            goods::login_checked(till, self.oldest(std::iter::once(checked)));
        }
        if let Some(stored) = self.cookies {
            goods::cookies(till, self.oldest(std::iter::once(stored)));
        }
    }

    /// What the operators hear if it will be empty soon.
    fn ends_soon(&self, day: i64) -> Option<OperatorNews> {
        let per_day = self.per_day?;
        let left = empty_in(self.free, per_day).filter(|left| *left < SOON)?;
        Some(OperatorNews::FloatEnds {
            wallet: self.wallet,
            free: self.free,
            per_day,
            seconds: left.num_seconds(),
            day,
        })
    }

    /// The age of the oldest; zero if there is none.
    fn oldest(&self, times: impl Iterator<Item = Timestamp>) -> Duration {
        let age: Option<Span> = times.min().map(|at| self.now - at);
        age.and_then(|age| age.to_std().ok()).unwrap_or_default()
    }
}

/// Kind and age of each break of a wallet.
fn of_till(breaks: &[Seen<Break>], wallet: WalletAddress) -> Vec<(&'static str, Timestamp)> {
    let of_wallet = breaks.iter().filter(|seen| seen.row.wallet == wallet);
    let told = of_wallet.map(|seen| (seen.row.finding.kind(), seen.row.since));
    told.collect()
}

fn ton(amount: NanoTon) -> f64 {
    number(&amount.to_decimal())
}

fn count(things: usize) -> u64 {
    u64::try_from(things).unwrap_or(u64::MAX)
}

const fn login_state(login: &Login) -> &'static str {
    match &login.health {
        Health::Unknown => "unknown",
        Health::Good => "good",
        Health::ProofMissing { .. } => "proof_missing",
        Health::PathBlocked { .. } => "path_blocked",
        Health::Lost { .. } => "lost",
    }
}

/// When an order was parked, if it is.
const fn parked(order: &Order) -> Option<Timestamp> {
    match &order.state {
        OrderState::Parked { at, .. } => Some(*at),
        OrderState::AwaitingPayment { .. }
        | OrderState::Held { .. }
        | OrderState::Linked { .. }
        | OrderState::Paying { .. }
        | OrderState::Paid { .. }
        | OrderState::Delivered { .. }
        | OrderState::Refunded { .. }
        | OrderState::Cancelled { .. } => None,
    }
}

/// When the operators were told of each transaction of a stopped wallet that is not explained
/// since. What is about a whole stretch of history has no logical time, and counts while the
/// wallet is stopped.
fn open(wallet: &Wallet, notices: &[Seen<Notice>]) -> Vec<Timestamp> {
    if !wallet.is_stopped() {
        return Vec::new();
    }
    let explained = wallet.last.map_or(0, |tx| tx.lt);
    let open = notices.iter().filter(|seen| {
        matches!(
            &seen.row.owed.message,
            Message::Operators(OperatorNews::Unexplained { wallet: of, lt, .. })
                if *of == wallet.address && (*lt == 0 || *lt > explained)
        )
    });
    open.map(|seen| seen.row.since).collect()
}
