//! The webhooks that are owed and those that were sent, with what became of each.
//!
//! Here is the book of them; [`super::webhook`] sends.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::invoice::Status;
use super::php::Json;
use crate::world::clock::Moment;
use crate::world::faults::Strike;
use crate::world::kept::{Torn, forms, must};

/// Older deliveries that are over are forgotten beyond this number.
const KEPT: usize = 100_000;

/// What is told.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Content {
    /// The facts of this number of the invoice of this number.
    Invoice { number: usize, facts: usize },
    /// These members: a test webhook, which belongs to nothing.
    Given(Vec<(Cow<'static, str>, Json)>),
}

/// Why it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Reason {
    /// The status changed.
    Change,
    /// The merchant asked for it again.
    Resend,
    /// The merchant tries out its endpoint.
    Test,
}

impl Reason {
    /// Its name on the control API.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Change => "change",
            Self::Resend => "resend",
            Self::Test => "test",
        }
    }
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Progress {
    /// It waits for its moment.
    Waiting,
    /// It is on the wire.
    UnderWay,
    /// The receiver answered 200.
    Delivered,
    /// A fault keeps it from ever being sent.
    Never,
    /// The last try is over.
    GivenUp,
}

impl Progress {
    /// Its name on the control API.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::UnderWay => "under_way",
            Self::Delivered => "delivered",
            Self::Never => "never",
            Self::GivenUp => "given_up",
        }
    }

    fn is_over(self) -> bool {
        match self {
            Self::Delivered | Self::Never | Self::GivenUp => true,
            Self::Waiting | Self::UnderWay => false,
        }
    }
}

/// One webhook.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Delivery {
    pub(crate) id: u64,
    pub(crate) uuid: String,
    pub(crate) status: Status,
    pub(crate) content: Content,
    pub(crate) reason: Reason,
    #[serde(with = "forms::shared")]
    pub(crate) url: Arc<str>,
    pub(crate) progress: Progress,
    /// How often it was put on the wire.
    pub(crate) attempts: u32,
    /// What came of the last try.
    pub(crate) last: Option<String>,
    pub(crate) next_at: Option<Moment>,
    /// Counts its timers, so that one which was overtaken is known.
    pub(crate) turn: u32,
    /// What struck it while it is being held back.
    pub(crate) struck: Option<Strike>,
}

impl Delivery {
    /// The invoice it belongs to.
    pub(crate) fn invoice(&self) -> Option<usize> {
        match self.content {
            Content::Invoice { number, .. } => Some(number),
            Content::Given(_) => None,
        }
    }
}

/// All of them, oldest first.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Deliveries {
    first: u64,
    rows: VecDeque<Delivery>,
    /// Those that wait to be overtaken.
    pub(crate) overtakable: Vec<u64>,
}

impl Deliveries {
    /// Writes one down and answers its id.
    pub(crate) fn add(
        &mut self,
        uuid: &str,
        status: Status,
        content: Content,
        reason: Reason,
        url: &str,
    ) -> u64 {
        while self.rows.len() >= KEPT && self.rows.front().is_some_and(|row| row.progress.is_over())
        {
            self.rows.pop_front();
            self.first += 1;
        }
        let id = self.first + u64::try_from(self.rows.len()).unwrap_or(u64::MAX);
        self.rows.push_back(Delivery {
            id,
            uuid: uuid.to_owned(),
            status,
            content,
            reason,
            url: url.into(),
            progress: Progress::Waiting,
            attempts: 0,
            last: None,
            next_at: None,
            turn: 0,
            struck: None,
        });
        id
    }

    /// The one of this id.
    pub(crate) fn get_mut(&mut self, id: u64) -> Option<&mut Delivery> {
        let place = usize::try_from(id.checked_sub(self.first)?).ok()?;
        self.rows.get_mut(place)
    }

    /// Whether their ids follow each other.
    pub(crate) fn check(&self) -> Result<(), Torn> {
        for (id, row) in (self.first..).zip(&self.rows) {
            let other = row.id;
            must(id == other, || {
                format!("the webhook {id} is called {other}")
            })?;
        }
        Ok(())
    }

    /// All of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Delivery> {
        self.rows.iter()
    }
}
