//! How instants and spans look, in the shop's own time zone.

use chrono::{Datelike as _, Offset as _, TimeZone as _};
use starkeeper_actors::domain::{Span, Timestamp};

use super::Voice;
use super::numbers::NBSP;

impl Voice<'_> {
    /// The time of day; with the date unless it is today.
    pub(super) fn at(&self, at: Timestamp) -> String {
        let (time, today) = self.clock(at);
        if today {
            return time;
        }
        let args = [("date", self.date(at).into()), ("time", time.into())];
        self.tongue.say("date-and-time", args)
    }

    /// The same with the zone, for deadlines: whoever reads it may live elsewhere.
    pub(super) fn until(&self, at: Timestamp) -> String {
        let args = [("time", self.at(at).into()), ("zone", self.zone(at).into())];
        self.tongue.say("time-and-zone", args)
    }

    /// How long something takes or took, counted: `41 seconds`, `2 hours`.
    pub(super) fn long(&self, span: Span) -> String {
        let (unit, count) = whole(span);
        let key = match unit {
            Unit::Seconds => "seconds",
            Unit::Minutes => "minutes",
            Unit::Hours => "hours",
            Unit::Days => "days",
        };
        self.tongue.counted(key, count, count.to_string())
    }

    /// For how long: the same in the case that follows "for" and "in".
    pub(super) fn span(&self, span: Span) -> String {
        let (unit, count) = whole(span);
        let key = match unit {
            Unit::Seconds => "for-seconds",
            Unit::Minutes => "for-minutes",
            Unit::Hours => "for-hours",
            Unit::Days => "for-days",
        };
        let text = self.tongue.counted(key, count, count.to_string());
        text.replacen(' ', &NBSP.to_string(), 1)
    }

    fn clock(&self, at: Timestamp) -> (String, bool) {
        let zone = self.settings.timezone;
        let local = zone.from_utc_datetime(&at.naive_utc());
        let today = zone.from_utc_datetime(&self.now.naive_utc()).date_naive();
        let time = local.format("%H:%M").to_string();
        (time, local.date_naive() == today)
    }

    fn date(&self, at: Timestamp) -> String {
        let zone = self.settings.timezone;
        let date = zone.from_utc_datetime(&at.naive_utc()).date_naive();
        let (day, month) = (i64::from(date.day()), i64::from(date.month()));
        let args = [("day", day.into()), ("month", month.into())];
        self.tongue.say("date", args)
    }

    /// `UTC`, `UTC+3`, `UTC−3:30`.
    fn zone(&self, at: Timestamp) -> String {
        let zone = self.settings.timezone;
        let offset = zone.offset_from_utc_datetime(&at.naive_utc()).fix();
        let seconds = offset.local_minus_utc();
        let minutes = seconds.unsigned_abs() / 60;
        let sign = if seconds < 0 { '−' } else { '+' };
        match (minutes / 60, minutes % 60) {
            (0, 0) => "UTC".to_owned(),
            (hours, 0) => format!("UTC{sign}{hours}"),
            (hours, minutes) => format!("UTC{sign}{hours}:{minutes:02}"),
        }
    }
}

enum Unit {
    Seconds,
    Minutes,
    Hours,
    Days,
}

/// The largest unit that says it well, rounded up: nobody is told to come back too early.
fn whole(span: Span) -> (Unit, i64) {
    let seconds = span.num_seconds().max(0);
    let seconds = if Span::seconds(seconds) < span {
        seconds.saturating_add(1)
    } else {
        seconds
    };
    let up = |unit: i64| seconds.saturating_add(unit - 1) / unit;
    match seconds {
        0..100 => (Unit::Seconds, seconds.max(1)),
        100..7_200 => (Unit::Minutes, up(60)),
        7_200..172_800 => (Unit::Hours, up(3_600)),
        _ => (Unit::Days, up(86_400)),
    }
}
