//! The rules that stand against a deed: which, and what an operator can do.

use starkeeper_actors::domain::dialog::{Against, PriceOf};
use starkeeper_actors::domain::money::MicroUsd;
use starkeeper_actors::domain::pricing::{Bps, Contradiction, MAX_MARKUP};

use crate::telegram::words::Voice;
use crate::telegram::words::tongue::Arg;

impl Voice<'_> {
    pub(super) fn against(&self, rule: &Against) -> String {
        let key = match rule {
            Against::State => "deck-rule-state",
            Against::Signed => "deck-rule-signed",
            Against::NotExplained => "deck-rule-not-explained",
            Against::SecondPerson => "deck-rule-second-person",
            Against::SilentHistory => "deck-rule-silent-history",
            Against::RowTaken => "deck-rule-row-taken",
            Against::NoRow => "deck-rule-no-row",
            Against::NoReason => "deck-rule-no-reason",
            Against::TooLittle => "deck-rule-too-little",
            Against::Frozen => "deck-rule-frozen",
            Against::Debt => "deck-rule-debt",
            Against::OtherOrder => "deck-rule-other-order",
            Against::WalletWorks => "deck-rule-wallet-works",
            Against::Prices(found) => {
                let lines = found.iter().map(|why| self.contradiction(why));
                let all: Vec<String> = std::iter::once(self.tongue.plain("deck-rule-prices"))
                    .chain(lines)
                    .collect();
                return all.join("\n");
            }
            Against::NoCookies => "deck-rule-no-cookies",
            Against::LoggedOut => "deck-rule-logged-out",
            Against::Identity => "deck-rule-identity",
            Against::Gone => "deck-rule-gone",
            Against::Books => "deck-rule-books",
        };
        self.tongue.plain(key)
    }

    /// Why numbers that make prices cannot stand beside each other.
    fn contradiction(&self, why: &Contradiction) -> String {
        let percent = |bps: Bps| self.tongue.percent(i64::from(bps.get()));
        let count = |count: u32| self.tongue.count(u64::from(count));
        let (key, args): (&str, Vec<Arg>) = match why {
            Contradiction::NoTiers => ("deck-wrong-no-tiers", Vec::new()),
            Contradiction::TooManyRows { list: _, rows } => {
                let rows = u64::try_from(*rows).unwrap_or(u64::MAX);
                (
                    "deck-wrong-rows",
                    vec![("rows", self.tongue.count(rows).into())],
                )
            }
            Contradiction::FirstTierTooHigh { from } => {
                ("deck-wrong-first-tier", vec![("from", count(*from).into())])
            }
            Contradiction::TiersNotAscending { from, previous } => (
                "deck-wrong-order",
                vec![
                    ("from", count(*from).into()),
                    ("previous", count(*previous).into()),
                ],
            ),
            Contradiction::MarkupOutOfRange {
                tier,
                markup,
                floor,
            } => {
                let of = tier.map_or(PriceOf::Premium, PriceOf::Tier);
                let args = vec![
                    ("what", self.price_name(of).into()),
                    ("value", percent(*markup).into()),
                    ("floor", percent(*floor).into()),
                    ("most", percent(MAX_MARKUP).into()),
                ];
                ("deck-wrong-markup", args)
            }
            Contradiction::FloorTooLow { floor, least, .. } => {
                let args = vec![
                    ("value", percent(*floor).into()),
                    ("least", percent(least.unwrap_or(MAX_MARKUP)).into()),
                ];
                ("deck-wrong-floor", args)
            }
            Contradiction::FixedBehindCost { .. }
            | Contradiction::FixedNotCents { .. }
            | Contradiction::FixedTwice { .. }
            | Contradiction::FixedFalls { .. } => self.fixed_wrongly(why),
            // Of the settings alone: nothing that the deck sets.
            Contradiction::InvoiceOutlivesQuote { .. }
            | Contradiction::SpanNotPositive { .. }
            | Contradiction::SpanNegative { .. }
            | Contradiction::NoSources { .. }
            | Contradiction::CapNotPositive { .. }
            | Contradiction::NetworkFeeNegative { .. } => ("deck-wrong-settings", Vec::new()),
        };
        self.tongue.say(key, args)
    }

    /// Why a fixed price cannot be; of anything else nothing is said here.
    fn fixed_wrongly(&self, why: &Contradiction) -> (&'static str, Vec<Arg>) {
        match why {
            Contradiction::FixedBehindCost {
                product,
                price,
                cost,
                least,
            } => {
                let args = vec![
                    ("goods", self.tongue.goods(*product).into()),
                    ("price", self.tongue.usd(*price).into()),
                    ("cost", self.tongue.usd_to_pay(*cost).into()),
                    ("least", self.tongue.usd_to_pay(*least).into()),
                ];
                ("deck-wrong-behind", args)
            }
            Contradiction::FixedNotCents { product, price } => {
                let args = vec![
                    ("goods", self.tongue.goods(*product).into()),
                    ("price", self.exactly(*price).into()),
                ];
                ("deck-wrong-cents", args)
            }
            Contradiction::FixedTwice { product } => {
                let goods = self.tongue.goods(*product);
                ("deck-wrong-twice", vec![("goods", goods.into())])
            }
            Contradiction::FixedFalls { more, less } => {
                let args = vec![
                    ("more", self.tongue.goods(*more).into()),
                    ("less", self.tongue.goods(*less).into()),
                ];
                ("deck-wrong-falls", args)
            }
            Contradiction::NoTiers
            | Contradiction::TooManyRows { .. }
            | Contradiction::FirstTierTooHigh { .. }
            | Contradiction::TiersNotAscending { .. }
            | Contradiction::MarkupOutOfRange { .. }
            | Contradiction::FloorTooLow { .. }
            | Contradiction::InvoiceOutlivesQuote { .. }
            | Contradiction::SpanNotPositive { .. }
            | Contradiction::SpanNegative { .. }
            | Contradiction::NoSources { .. }
            | Contradiction::CapNotPositive { .. }
            | Contradiction::NetworkFeeNegative { .. } => ("deck-wrong-settings", Vec::new()),
        }
    }

    /// With every digit: it is the digits that are wrong.
    fn exactly(&self, price: MicroUsd) -> String {
        price.to_decimal()
    }
}
