//! The clerk's desk: what its calls on the I/O runtime share.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;
use tokio::time::Instant;

use super::counts::Counts;
use super::pace::Silence;
use super::settings::NotifierSettings;
use crate::domain::Timestamp;
use crate::domain::customer::Customer;
use crate::domain::ids::{CustomerId, NoticeId, OrderId, TelegramId};
use crate::domain::notice::Notice;
use crate::domain::pricing::ShopPrices;
use crate::office::Office;
use crate::ports::books::{Commit, CommitRefused, Fence, LeaseKey, LiveMessage, Seen};
use crate::ports::messenger::{OrderView, SendRefused};
use crate::ports::{Failure, Unreadable};

/// What all calls share.
#[derive(Debug)]
pub(super) struct Desk {
    pub(super) office: Office,
    pub(super) settings: NotifierSettings,
    pub(super) counts: Counts,
    pub(super) silence: Silence,
    /// The prices as published; none where nothing is sold by this daemon.
    pub(super) prices: Option<watch::Receiver<Arc<ShopPrices>>>,
    /// Operators who heard a notice that others have yet to hear.
    heard: Mutex<BTreeMap<NoticeId, BTreeSet<TelegramId>>>,
}

/// What is due, read under the lease.
#[derive(Debug)]
pub(super) struct Due {
    pub(super) notices: Vec<Seen<Notice>>,
    pub(super) live: Vec<Seen<LiveMessage>>,
}

/// What the actor must know of a call that ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum After {
    /// Stored: the next one may be due.
    Stored,
    /// Not sent: silence was asked for meanwhile.
    NotSent,
    /// Not stored: what the books say is due again, at the next look.
    NotStored,
    /// Another replica delivers now.
    LeaseLost,
}

/// What Telegram made of a message.
#[derive(Debug)]
pub(super) enum Sent<T> {
    Accepted(T),
    Blocked,
    /// Not before an instant.
    TooFast(Timestamp),
    MessageGone,
    Never(String),
    NotDone(String),
    Unknown(String),
}

/// How often an outcome is handed to books that do not answer: what was sent and is not stored
/// will be told again.
const STORING: u32 = 3;

impl Desk {
    pub(super) fn new(
        office: Office,
        settings: NotifierSettings,
        prices: Option<watch::Receiver<Arc<ShopPrices>>>,
    ) -> Self {
        Self {
            prices,
            office,
            settings,
            counts: Counts::default(),
            silence: Silence::default(),
            heard: Mutex::new(BTreeMap::new()),
        }
    }

    /// Reads what is due.
    pub(super) async fn due(
        &self,
        now: Timestamp,
        persons: u32,
        orders: u32,
    ) -> Result<Due, Unreadable> {
        let books = &self.office.ports.books;
        Ok(Due {
            notices: books.notices_due(now, persons).await?,
            live: books.live_due(now, orders).await?,
        })
    }

    /// Everything that a message about an order shows.
    pub(super) async fn view(
        &self,
        order: OrderId,
    ) -> Result<Option<(OrderView, Seen<Customer>)>, Unreadable> {
        let file = self.office.ports.books.order_file(order).await?;
        let now = self.office.ports.clock.now();
        Ok(file.map(|file| {
            let customer = file.customer.clone();
            (file.face(now), customer)
        }))
    }

    /// The message that shows an order, as the books have it.
    pub(super) async fn live(&self, order: OrderId) -> Result<Option<LiveMessage>, Unreadable> {
        let file = self.office.ports.books.order_file(order).await?;
        Ok(file.and_then(|file| file.live).map(|seen| seen.row))
    }

    /// A customer, who must exist.
    pub(super) async fn customer(&self, id: CustomerId) -> Result<Seen<Customer>, Unreadable> {
        let customer = self.office.ports.books.customer(id).await?;
        customer.ok_or_else(|| Unreadable::new(format!("{id} is missing")))
    }

    /// An empty commit under the lease.
    pub(super) fn commit(&self, fence: Fence) -> Commit {
        let mut commit = self.office.commit();
        commit.fences.push(fence);
        commit
    }

    /// Stores what became of a message. The same versions are named each time, so it is stored
    /// once.
    pub(super) async fn store(&self, commit: Commit) -> After {
        let mut cause = String::new();
        for _ in 0..STORING {
            match self.office.write(commit.clone()).await {
                Ok(()) => return After::Stored,
                Err(Failure::Refused(CommitRefused::Fenced {
                    key: LeaseKey::Notifier,
                    ..
                })) => return After::LeaseLost,
                Err(Failure::Refused(why)) => {
                    cause = why.to_string();
                    break;
                }
                Err(Failure::NotDone { cause: why } | Failure::Unknown { cause: why }) => {
                    cause = why;
                }
            }
        }
        self.counts.unstored.one();
        tracing::warn!(
            "outcome of a message not stored, what is stored decides whether it is told again: {cause}"
        );
        After::NotStored
    }

    /// Makes a call to Telegram within its time.
    pub(super) async fn send<T>(
        &self,
        call: impl Future<Output = Result<T, Failure<SendRefused>>>,
    ) -> Sent<T> {
        match tokio::time::timeout(self.settings.call, call).await {
            Ok(Ok(value)) => Sent::Accepted(value),
            Ok(Err(Failure::Refused(why))) => match why {
                SendRefused::Blocked => Sent::Blocked,
                SendRefused::TooFast { until, everybody } => {
                    if everybody {
                        self.keep_silence(until);
                    }
                    Sent::TooFast(until)
                }
                SendRefused::MessageGone => Sent::MessageGone,
                SendRefused::Never { why } => Sent::Never(why),
            },
            Ok(Err(Failure::NotDone { cause })) => Sent::NotDone(cause),
            Ok(Err(Failure::Unknown { cause })) => Sent::Unknown(cause),
            Err(_elapsed) => Sent::Unknown("no answer in time".into()),
        }
    }

    /// Whether the whole bot may speak now.
    pub(super) fn may_speak(&self) -> bool {
        let now = Instant::now();
        self.silence.over_at(now) <= now
    }

    fn keep_silence(&self, until: Timestamp) {
        let left = until - self.office.ports.clock.now();
        let left = left.to_std().unwrap_or_default();
        tracing::warn!("telegram wants silence for {left:?}");
        self.silence.keep(Instant::now() + left);
    }

    pub(super) fn has_heard(&self, notice: NoticeId, operator: TelegramId) -> bool {
        let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard
            .get(&notice)
            .is_some_and(|who| who.contains(&operator))
    }

    pub(super) fn hears(&self, notice: NoticeId, operator: TelegramId) {
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.entry(notice).or_default().insert(operator);
    }

    pub(super) fn all_heard(&self, notice: NoticeId) {
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.remove(&notice);
    }
}
