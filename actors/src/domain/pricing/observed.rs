//! Values with their age and source, and when they may be believed.

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::bps::Bps;
use super::reasons::{Paused, Subject};
use crate::domain::ids::BadId;
use crate::domain::{Span, Timestamp};

/// Where a value was seen: 1 to 32 of `a-z 0-9 . _ -`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SourceName(Box<str>);

impl SourceName {
    /// The longest name.
    pub const MAX_CHARS: usize = 32;

    /// Checks the alphabet and the length.
    ///
    /// # Errors
    /// [`BadId`] names the text and what was expected.
    pub fn parse(text: &str) -> Result<Self, BadId> {
        let good =
            |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'-');
        if text.is_empty() || text.len() > Self::MAX_CHARS || !text.bytes().all(good) {
            let expected = "1 to 32 of a-z 0-9 . _ -";
            return Err(BadId::new("source name", text, expected));
        }
        Ok(Self(text.into()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SourceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for SourceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for SourceName {
    type Error = BadId;
    fn try_from(text: String) -> Result<Self, BadId> {
        Self::parse(&text)
    }
}

impl From<SourceName> for String {
    fn from(name: SourceName) -> Self {
        name.0.into()
    }
}

/// A value as one source gave it at one time, by our clock.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Observed<T> {
    /// What was seen.
    pub value: T,
    /// Who said so.
    pub source: SourceName,
    /// When the answer came.
    pub at: Timestamp,
}

/// The newest observation of each source, at most [`Observations::MAX_SOURCES`] of them.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Observations<T>(Vec<Observed<T>>);

impl<T> Default for Observations<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Observations<T> {
    /// More sources than this make nothing safer; the one heard least recently is dropped.
    pub const MAX_SOURCES: usize = 8;

    /// Keeps `seen` unless its source has said something newer already. An older observation
    /// that claims to be from after `now` does not count as newer.
    pub fn record(&mut self, seen: Observed<T>, now: Timestamp) {
        let known = self.0.iter_mut().find(|known| known.source == seen.source);
        match known {
            Some(known) if known.at > seen.at && known.at <= now => {}
            Some(known) => *known = seen,
            None => {
                self.0.push(seen);
                if self.0.len() > Self::MAX_SOURCES {
                    self.drop_oldest();
                }
            }
        }
    }

    /// What each source said last, in the order the sources were first heard.
    #[must_use]
    pub fn all(&self) -> &[Observed<T>] {
        &self.0
    }

    fn drop_oldest(&mut self) {
        let oldest = self.0.iter().enumerate().min_by_key(|(_, seen)| seen.at);
        if let Some(place) = oldest.map(|(place, _)| place) {
            self.0.remove(place);
        }
    }
}

/// When observations may be believed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct SourceLimits {
    /// An older observation does not count.
    pub max_age: Span,
    /// An observation further in the future means that a clock is wrong.
    pub future_tolerance: Span,
    /// How many sources must have spoken within `max_age`; zero counts as one.
    pub min_sources: u32,
    /// How far the highest may be above the lowest.
    pub max_apart: Bps,
}

/// A value that can be compared with others of its kind as an exact fraction.
pub(super) trait Fraction {
    /// Numerator and denominator, both positive.
    fn fraction(&self) -> (i128, i128);
    /// The value with its unit, for people.
    fn shown(&self) -> String;
}

/// The observations that count, never empty, and the extremes among them.
pub(super) struct Believed<'a, T> {
    pub(super) fresh: Vec<&'a Observed<T>>,
    pub(super) low: &'a Observed<T>,
    pub(super) high: &'a Observed<T>,
}

impl<T> Believed<'_, T> {
    pub(super) fn sources(&self) -> Vec<SourceName> {
        self.fresh.iter().map(|seen| seen.source.clone()).collect()
    }

    /// When the oldest observation that counts was made.
    pub(super) fn as_of(&self) -> Timestamp {
        self.fresh
            .iter()
            .map(|seen| seen.at)
            .min()
            .unwrap_or(self.high.at)
    }
}

/// Picks the observations that count at `now`, or says why `what` is paused: any of them in the
/// future, too few recent ones, or two recent ones too far apart.
pub(super) fn believe<T: Fraction>(
    all: &Observations<T>,
    what: Subject,
    now: Timestamp,
    limits: SourceLimits,
) -> Result<Believed<'_, T>, Paused> {
    refuse_future(all, what, now, limits)?;
    let (fresh, stale): (Vec<_>, Vec<_>) = all
        .all()
        .iter()
        .partition(|seen| now.signed_duration_since(seen.at) <= limits.max_age);
    let low = fresh.iter().copied().min_by(|a, b| compare(a, b));
    let high = fresh.iter().copied().max_by(|a, b| compare(a, b));
    let needed = limits.min_sources.max(1);
    let enough = u32::try_from(fresh.len()).unwrap_or(u32::MAX) >= needed;
    match (low, high) {
        (Some(low), Some(high)) if enough => {
            refuse_apart(what, low, high, limits.max_apart)?;
            Ok(Believed { fresh, low, high })
        }
        (Some(_) | None, Some(_) | None) => Err(too_few(what, now, fresh.len(), &stale, limits)),
    }
}

fn refuse_future<T>(
    all: &Observations<T>,
    what: Subject,
    now: Timestamp,
    limits: SourceLimits,
) -> Result<(), Paused> {
    let ahead = |seen: &&Observed<T>| {
        seen.at.signed_duration_since(now) > limits.future_tolerance.max(Span::zero())
    };
    match all.all().iter().find(ahead) {
        None => Ok(()),
        Some(seen) => Err(Paused::InFuture {
            what,
            by: seen.source.clone(),
            ahead_s: seen.at.signed_duration_since(now).num_seconds(),
            tolerance_s: limits.future_tolerance.num_seconds(),
        }),
    }
}

fn too_few<T>(
    what: Subject,
    now: Timestamp,
    fresh: usize,
    stale: &[&Observed<T>],
    limits: SourceLimits,
) -> Paused {
    let needed = limits.min_sources.max(1);
    let fresh = u32::try_from(fresh).unwrap_or(u32::MAX);
    match stale.iter().max_by_key(|seen| seen.at) {
        Some(newest) => Paused::TooOld {
            what,
            by: newest.source.clone(),
            age_s: now.signed_duration_since(newest.at).num_seconds(),
            limit_s: limits.max_age.num_seconds(),
            fresh,
            needed,
        },
        None if fresh == 0 => Paused::NeverSeen { what },
        None => Paused::TooFewSources {
            what,
            fresh,
            needed,
        },
    }
}

fn refuse_apart<T: Fraction>(
    what: Subject,
    low: &Observed<T>,
    high: &Observed<T>,
    limit: Bps,
) -> Result<(), Paused> {
    let (low_top, low_bottom) = low.value.fraction();
    let (high_top, high_bottom) = high.value.fraction();
    let base = low_top.saturating_mul(high_bottom);
    let apart = high_top.saturating_mul(low_bottom).saturating_sub(base);
    let scaled = apart.saturating_mul(i128::from(Bps::WHOLE.get()));
    if scaled <= base.saturating_mul(i128::from(limit.get())) {
        return Ok(());
    }
    let points = scaled.checked_div(base).unwrap_or(i128::MAX);
    Err(Paused::SourcesApart {
        what,
        low: low.value.shown(),
        low_source: low.source.clone(),
        high: high.value.shown(),
        high_source: high.source.clone(),
        // Rounded up, so that what is shown exceeds the limit too.
        apart: Bps::new(u32::try_from(points.saturating_add(1)).unwrap_or(u32::MAX)),
        limit,
    })
}

fn compare<T: Fraction>(a: &Observed<T>, b: &Observed<T>) -> Ordering {
    let (a_top, a_bottom) = a.value.fraction();
    let (b_top, b_bottom) = b.value.fraction();
    a_top
        .saturating_mul(b_bottom)
        .cmp(&b_top.saturating_mul(a_bottom))
}
