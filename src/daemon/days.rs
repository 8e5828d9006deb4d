//! Days of the shop: when one begins and ends by the shop's own calendar, what it was like, and the
//! same as a table for other programs.

use chrono::{NaiveDate, NaiveTime, TimeZone as _};
use chrono_tz::Tz;
use starkeeper_actors::domain::ledger::Account;
use starkeeper_actors::domain::money::{MicroUsd, NanoTon};
use starkeeper_actors::domain::pricing::{Bps, ShopPrices, UsdPerTon};
use starkeeper_actors::domain::report::{DayReport, Standing};
use starkeeper_actors::domain::{Span, Timestamp};
use starkeeper_actors::ports::{Books, Unreadable};

use super::books;
use crate::cli::Failed;
use crate::config::Settings;

/// The columns of the table.
const COLUMNS: [&str; 13] = [
    "day",
    "orders",
    "sales_usd",
    "cost_ton",
    "network_ton",
    "usd_per_ton",
    "cost_usd",
    "fees_usd",
    "margin_usd",
    "waiting_orders",
    "gateway_usd",
    "float_ton",
    "float_usd",
];

/// So many days up to and with `last` (yesterday, where none is given) as comma-separated lines with a
/// head. What stands open is that of now. To be called where outside calls run.
///
/// # Errors
/// The books are not there or cannot be read.
pub(crate) async fn table(
    settings: &Settings,
    last: Option<NaiveDate>,
    days: u32,
    now: Timestamp,
) -> Result<String, Failed> {
    let zone = settings.telegram.timezone;
    let today = now.with_timezone(&zone).date_naive();
    let last = last.or_else(|| today.pred_opt()).unwrap_or(today);
    let (storage, _copy) = books::to_look_at(settings).await?;
    let stored = storage.prices().await.map_err(Failed::here)?;
    let valued = stored.map_or(Valued::NOTHING, |seen| {
        let mut prices = seen.row;
        prices.rules = settings.pricing.rules.clone();
        Valued::by(&prices, now)
    });
    let mut lines = vec![COLUMNS.join(",")];
    for back in (0..i64::from(days)).rev() {
        let day = last.checked_sub_signed(Span::days(back));
        let day = day.ok_or_else(|| Failed::here(format!("{last} is too long ago")))?;
        let report = of_day(&storage, day, zone, valued, now).await;
        lines.push(line(&report.map_err(Failed::here)?));
    }
    Ok(lines.join("\n"))
}

fn line(report: &DayReport) -> String {
    let (turnover, standing) = (&report.turnover, &report.standing);
    let usd = |amount: MicroUsd| amount.to_decimal();
    let worth = report.worth.as_ref();
    let worth = |of: fn(&starkeeper_actors::domain::report::Worth) -> MicroUsd| {
        worth.map(|worth| usd(of(worth))).unwrap_or_default()
    };
    let cells = [
        report.day.to_string(),
        turnover.orders.to_string(),
        usd(turnover.sales),
        turnover.cost.to_decimal(),
        turnover.network.to_decimal(),
        worth(|worth| MicroUsd::from_micros(worth.rate.micros())),
        worth(|worth| worth.cost),
        worth(|worth| worth.fees),
        worth(|worth| worth.margin),
        standing.waiting.to_string(),
        usd(standing.gateway),
        standing.float.to_decimal(),
        worth(|worth| worth.float),
    ];
    cells.map(|text| cell(&text)).join(",")
}

/// A cell that no spreadsheet takes for a formula: what is no number and begins like one is quoted.
fn cell(text: &str) -> String {
    let is_number = text.parse::<rust_decimal::Decimal>().is_ok();
    let begins = |text: &str| text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if !is_number && begins(text) {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    if text.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

/// What TON are worth, and what the gateway takes.
#[derive(Clone, Copy)]
pub(super) struct Valued {
    rate: Option<UsdPerTon>,
    gateway_fee: Bps,
}

impl Valued {
    /// Nothing is known of either.
    pub(super) const NOTHING: Self = Self {
        rate: None,
        gateway_fee: Bps::new(0),
    };

    /// As the published prices say: the rate that prices are made with.
    pub(super) fn by(prices: &ShopPrices, now: Timestamp) -> Self {
        Self {
            rate: prices.rate(now).ok().map(|rate| rate.high),
            gateway_fee: prices.rules.get().gateway_fee,
        }
    }
}

/// A day of the books, in the shop's zone.
///
/// # Errors
/// The books cannot be read, or a sum does not fit.
pub(super) async fn of_day(
    books: &dyn Books,
    day: NaiveDate,
    zone: Tz,
    valued: Valued,
    now: Timestamp,
) -> Result<DayReport, String> {
    let unread = |why: Unreadable| why.to_string();
    let (from, to) = bounds(day, zone);
    let turnover = books.turnover(from, to).await.map_err(unread)?;
    let trial = books.trial_balance().await.map_err(unread)?;
    let float = trial
        .accounts
        .iter()
        .filter(|(account, _)| matches!(account, Account::Float(_) | Account::FloatHeld(_)));
    let float = float.fold(0_i64, |sum, (_, nanos)| sum.saturating_add(*nanos));
    let tally = books.tally(now).await.map_err(unread)?;
    let waits = |state: &str| state != "awaiting_payment";
    let waiting = tally.orders.iter().filter(|orders| waits(&orders.state));
    let standing = Standing {
        waiting: waiting.fold(0, |sum, orders| sum.saturating_add(orders.count)),
        gateway: MicroUsd::from_micros(trial.of(Account::GatewayClearing)),
        float: NanoTon::from_nanos(float),
    };
    let Valued { rate, gateway_fee } = valued;
    let report = DayReport::of(day, turnover, standing, rate, gateway_fee);
    report.map_err(|why| format!("the sums of {day}: {why}"))
}

/// From when to when a day of the calendar is. Where clocks are put forward at midnight, it begins
/// when they show it first.
fn bounds(day: NaiveDate, zone: Tz) -> (Timestamp, Timestamp) {
    let begins = |day: NaiveDate| {
        let midnight = day.and_time(NaiveTime::MIN);
        let hours = (0..=3).map(|hours| midnight + Span::hours(hours));
        let mut first = hours.filter_map(|at| zone.from_local_datetime(&at).earliest());
        let begin = first.next().map(|at| at.to_utc());
        begin.unwrap_or_else(|| midnight.and_utc())
    };
    (begins(day), begins(day.succ_opt().unwrap_or(day)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(day: &str, zone: Tz) -> (String, String) {
        let (from, to) = bounds(day.parse().unwrap(), zone);
        (from.to_rfc3339(), to.to_rfc3339())
    }

    #[test]
    fn a_day_is_the_shops_own() {
        let (from, to) = of("2026-11-26", Tz::Europe__Moscow);
        assert_eq!(from, "2026-11-25T21:00:00+00:00");
        assert_eq!(to, "2026-11-26T21:00:00+00:00");
        // The clocks are put back within it.
        let (from, to) = of("2026-10-25", Tz::Europe__Berlin);
        assert_eq!(from, "2026-10-24T22:00:00+00:00");
        assert_eq!(to, "2026-10-25T23:00:00+00:00");
        // It has no midnight: the clocks are put forward at that moment.
        let (from, _) = of("2026-04-24", Tz::Africa__Cairo);
        assert_eq!(from, "2026-04-23T22:00:00+00:00");
    }

    #[test]
    fn a_line_has_a_cell_for_each_column_and_none_is_a_formula() {
        let mut report = DayReport::sample("2026-11-26".parse().unwrap());
        let shown = line(&report);
        assert_eq!(
            shown,
            "2026-11-26,12,61.25,10.5,0.12,5.00,52.50,1.2125,7.5375,2,310.00,87.3,436.50"
        );
        assert_eq!(shown.split(',').count(), COLUMNS.len());
        report.worth = None;
        assert!(line(&report).contains("0.12,,,,,2,"), "{}", line(&report));
        assert_eq!(cell("-7.5"), "-7.5", "a number is one");
        assert_eq!(cell("=HYPERLINK(1)"), "'=HYPERLINK(1)");
        assert_eq!(cell("-1+cmd|'/c calc'"), "'-1+cmd|'/c calc'");
        assert_eq!(cell("@a, b"), "\"'@a, b\"");
        assert_eq!(cell("say \"hi\""), "\"say \"\"hi\"\"\"");
    }
}
