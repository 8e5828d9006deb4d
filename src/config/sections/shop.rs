//! The section `shop`: what lets its operator sleep.

use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use super::{MOMENT, SECOND, TimeOfDay, time_of_day};
use crate::config::reader::Reader;
use crate::config::values;

/// The shop itself.
#[derive(Debug)]
pub struct Shop {
    /// Whether a new shop must prove that it can deliver even where it buys at an emulator.
    pub test_purchase: TestPurchase,
    /// Between two looks at itself, its disk and its books.
    pub look_every: Duration,
    /// A longer silence is told as an absence.
    pub away_after: Duration,
    /// Below so many bytes of room no order is begun.
    pub disk_min: u64,
    /// When the day before is told, in the shop's zone; none: never.
    pub report_at: Option<TimeOfDay>,
    /// What is called while all is well; may hold a token.
    pub heartbeat_url: Option<SecretString>,
    /// Between two such calls.
    pub heartbeat_every: Duration,
}

/// Whether a new shop sells to its operators alone until one of them was delivered an order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TestPurchase {
    /// Always.
    Always,
    /// Unless Fragment is an emulator, where nothing real can be bought.
    Auto,
}

/// Reads the section.
pub(in crate::config) fn shop(reader: &mut Reader<'_>) -> Option<Shop> {
    let choices = [
        ("auto", TestPurchase::Auto),
        ("always", TestPurchase::Always),
    ];
    let test_purchase = reader.chosen("shop.test_purchase", &choices);
    let look_every = reader.span("shop.look_every", MOMENT, SECOND);
    let away_after = reader.span("shop.away_after", SECOND, 60 * SECOND);
    let disk_min = reader.parsed("shop.disk_min", |text| {
        values::size(text).ok_or("a size such as 512M or 2G")
    });
    let report_at = match reader.text("shop.report_time")? {
        Some(text) if text.eq_ignore_ascii_case("off") => Some(None),
        Some(_) | None => {
            let expected = "a time of day in TIMEZONE such as 09:00, or off";
            let read = |text: &str| time_of_day(text).ok_or(expected);
            reader.parsed("shop.report_time", read).map(Some)
        }
    };
    let heartbeat_url = reader.secret("shop.heartbeat_url");
    let heartbeat_url = heartbeat_url.and_then(|url| match url {
        Some(url) if !is_address(&url) => reader.wrong(
            "shop.heartbeat_url",
            "an address that begins with https:// or http://",
        ),
        other => Some(other),
    });
    let heartbeat_every = reader.span("shop.heartbeat_every", MOMENT, 10 * SECOND);
    Some(Shop {
        test_purchase: test_purchase?,
        look_every: look_every?,
        away_after: away_after?,
        disk_min: disk_min?,
        report_at: report_at?,
        heartbeat_url: heartbeat_url?,
        heartbeat_every: heartbeat_every?,
    })
}

fn is_address(url: &SecretString) -> bool {
    use secrecy::ExposeSecret as _;
    let url = Url::parse(url.expose_secret());
    url.is_ok_and(|url| matches!(url.scheme(), "https" | "http") && url.has_host())
}
