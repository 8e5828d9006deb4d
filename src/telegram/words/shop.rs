//! What the shop's owner hears of the shop itself.

use chrono::NaiveDate;
use starkeeper_actors::domain::money::MicroUsd;
use starkeeper_actors::domain::notice::ShopNews;
use starkeeper_actors::domain::report::{DayReport, Worth};

use super::Voice;
use super::operators::because;
use super::tongue::Arg;

impl Voice<'_> {
    pub(super) fn of_the_shop(&self, news: &ShopNews) -> String {
        let say = |key: &str, args: Vec<Arg>| self.tongue.say(key, args);
        match news {
            ShopNews::New { .. } => say("operator-shop-new", vec![]),
            ShopNews::Opened { order } => say(
                "operator-shop-opened",
                vec![("order", order.to_string().into())],
            ),
            ShopNews::Away { from, to, going_on } => {
                let orders = i64::try_from(*going_on).unwrap_or(i64::MAX);
                let shown = self.tongue.count(*going_on);
                let orders = self.tongue.counted("operator-shop-going-on", orders, shown);
                let args = vec![
                    ("from", self.at(*from).into()),
                    ("to", self.at(*to).into()),
                    ("orders", orders.into()),
                ];
                say("operator-shop-away", args)
            }
            ShopNews::DiskLow {
                folder,
                free,
                least,
                ..
            } => {
                let args = vec![
                    because("folder", folder),
                    ("free", self.tongue.count(*free).into()),
                    ("least", self.tongue.count(*least).into()),
                ];
                say("operator-shop-disk-low", args)
            }
            ShopNews::DiskFine { .. } => say("operator-shop-disk-fine", vec![]),
            ShopNews::LogLost { file, why, .. } => {
                let args = vec![because("file", file), because("why", why)];
                say("operator-shop-log-lost", args)
            }
            ShopNews::Day { report, late } => self.day(report, *late),
        }
    }

    fn day(&self, report: &DayReport, late: bool) -> String {
        let key = match late {
            true => "operator-day-late",
            false => "operator-day",
        };
        let head = self
            .tongue
            .say(key, [("day", self.calendar_day(report.day).into())]);
        let mut lines = vec![head];
        lines.extend(self.day_lines(report));
        lines.join("\n")
    }

    /// The figures of a day, or of a part of one.
    pub(super) fn day_lines(&self, report: &DayReport) -> [String; 3] {
        let (turnover, standing) = (&report.turnover, &report.standing);
        let orders = i64::try_from(turnover.orders).unwrap_or(i64::MAX);
        let shown = self.tongue.count(turnover.orders);
        let sales = vec![
            ("sales", self.tongue.usd(turnover.sales).into()),
            (
                "orders",
                self.tongue
                    .counted("operator-day-orders", orders, shown)
                    .into(),
            ),
        ];
        let open = vec![
            ("waiting", self.tongue.count(standing.waiting).into()),
            ("gateway", self.tongue.usd(standing.gateway).into()),
            ("float", self.tongue.ton(standing.float).into()),
        ];
        [
            self.tongue.say("operator-day-sales", sales),
            self.worth(report),
            self.tongue.say("operator-day-open", open),
        ]
    }

    fn worth(&self, report: &DayReport) -> String {
        let turnover = &report.turnover;
        let mut args: Vec<Arg> = vec![
            ("cost", self.tongue.ton(turnover.cost).into()),
            ("network", self.tongue.ton(turnover.network).into()),
        ];
        let Some(worth) = &report.worth else {
            return self.tongue.say("operator-day-cost-alone", args);
        };
        let Worth {
            rate,
            cost,
            fees,
            margin,
            float,
        } = worth;
        let dollars = |amount: &MicroUsd| self.tongue.usd(*amount);
        let rate = MicroUsd::from_micros(rate.micros());
        args.extend([
            ("cost_usd", dollars(cost).into()),
            ("fees", dollars(fees).into()),
            ("margin", self.tongue.usd_change(margin.micros()).into()),
            ("rate", dollars(&rate).into()),
            ("float_usd", dollars(float).into()),
        ]);
        self.tongue.say("operator-day-cost", args)
    }

    fn calendar_day(&self, day: NaiveDate) -> String {
        day.format("%Y-%m-%d").to_string()
    }
}
