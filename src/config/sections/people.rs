//! The sections `dialogs` and `limits`: what is kept of a conversation, and how fast people may be.

use starkeeper_actors::domain::Span;
use starkeeper_actors::ports::limits::{Rate, Rates};

use super::{MOMENT, SECOND};
use crate::config::reader::Reader;

/// What is kept of conversations.
#[derive(Clone, Copy, Debug)]
pub struct Dialogs {
    /// A silent one begins at the main menu after this.
    pub expiry: Span,
    /// How many are kept in this process.
    pub people: usize,
}

/// How fast people may be.
#[derive(Clone, Copy, Debug)]
pub struct People {
    /// The rates.
    pub rates: Rates,
    /// For so long somebody is new.
    pub new_for: Span,
}

/// Reads the section `dialogs`.
pub(in crate::config) fn dialogs(reader: &mut Reader<'_>) -> Option<Dialogs> {
    let expiry = reader.span("dialogs.expiry", SECOND, 3_600 * SECOND);
    let people = reader.number("dialogs.people", 100..=10_000_000);
    Some(Dialogs {
        expiry: Span::from_std(expiry?).ok()?,
        people: usize::try_from(people?).ok()?,
    })
}

/// Reads the section `limits`.
pub(in crate::config) fn people(reader: &mut Reader<'_>) -> Option<People> {
    let mut most = |name: &str| reader.number(&format!("limits.{name}"), 1..=1_000_000);
    let (messages, operations, payments) = (most("messages"), most("operations"), most("payments"));
    let (everybody, burst) = (most("everybody"), most("burst"));
    let burst_span = reader.span("limits.burst_span", MOMENT, SECOND);
    // A longer one would count what a minute has forgotten.
    let burst_span = burst_span.and_then(|span| match span <= 60 * SECOND {
        true => Some(span),
        false => reader.wrong("limits.burst_span", "a span up to a minute"),
    });
    let new_percent = reader.number("limits.new_percent", 1..=100);
    let new_for = reader.span("limits.new_for", MOMENT, MOMENT);
    let premium_percent = reader.number("limits.premium_percent", 100..=1_000);
    let rates = Rates {
        messages: Rate::a_minute(messages?),
        operations: Rate::a_minute(operations?),
        payments: Rate::a_minute(payments?),
        burst: Rate {
            most: burst?,
            per: Span::from_std(burst_span?).ok()?,
        },
        everybody: Rate::a_minute(everybody?),
        new_percent: new_percent?,
        premium_percent: premium_percent?,
    };
    Some(People {
        rates,
        new_for: Span::from_std(new_for?).ok()?,
    })
}
