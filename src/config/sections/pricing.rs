//! The section `pricing`: markups, floors and how old what was observed may be.

use std::time::Duration;

use starkeeper_actors::domain::Span;
use starkeeper_actors::domain::catalog::{PremiumMonths, Product, StarsQuantity};
use starkeeper_actors::domain::money::{MicroUsd, NanoTon};
use starkeeper_actors::domain::pricing::{Bps, CheckedRules, FixedPrice, PriceRules, Tier};

use super::{HALF_MINUTE, MOMENT, SECOND};
use crate::config::reader::Reader;
use crate::config::sections::Payment;

/// What makes a price of a cost, and how often the sources are asked.
#[derive(Clone, Debug)]
pub struct Pricing {
    /// Rules without contradictions.
    pub rules: CheckedRules,
    /// Between two questions to the sources of the TON rate.
    pub rates_every: Duration,
    /// Between two looks at Fragment's prices.
    pub goods_every: Duration,
    /// The pause after Fragment's prices could not be read.
    pub goods_again: Duration,
    /// Whether the rate that follows from Fragment's own prices counts as a source.
    pub fragment_rate: bool,
    /// Between two looks at the books.
    pub look_every: Duration,
}

/// Reads the section. The accepted underpayment and the invoice's lifetime are payment's.
pub(in crate::config) fn pricing(
    reader: &mut Reader<'_>,
    payment: Option<&Payment>,
) -> Option<Pricing> {
    let rules = rules(reader, payment);
    let rates_every = reader.span("pricing.rates_every", MOMENT, 10 * SECOND);
    let goods_every = reader.span("pricing.goods_every", MOMENT, 2 * HALF_MINUTE);
    let goods_again = reader.span("pricing.goods_again", MOMENT, 10 * SECOND);
    let fragment_rate = reader.switch("pricing.fragment_rate");
    let look_every = reader.span("pricing.look_every", MOMENT, SECOND);
    Some(Pricing {
        rules: rules?,
        rates_every: rates_every?,
        goods_every: goods_every?,
        goods_again: goods_again?,
        fragment_rate: fragment_rate?,
        look_every: look_every?,
    })
}

fn rules(reader: &mut Reader<'_>, payment: Option<&Payment>) -> Option<CheckedRules> {
    let tiers = "quantity:percent with commas, such as 50:10,1000:8.5";
    let tiers = reader.list("pricing.markup", tiers, tier);
    let goods = "product:amount=dollars with commas, such as stars:100=1.99,premium:3=14.99";
    let fixed = reader.list("pricing.fixed", goods, fixed);
    let mut share = |name: &str| {
        let key = format!("pricing.{name}");
        reader.parsed(&key, |text| {
            percent(text).ok_or("a percentage such as 6 or 0.75, two decimals at most")
        })
    };
    let premium_markup = share("premium_markup");
    let margin_floor = share("margin_floor");
    let slippage = share("slippage");
    let source_limit = share("source_limit");
    let gateway_fee = share("gateway_fee");
    let mut ton = |name: &str| {
        let key = format!("pricing.{name}");
        reader.parsed(&key, |text| {
            NanoTon::parse(text).map_err(|_| "TON such as 0.01 or 500, not below 0")
        })
    };
    let network_fee = ton("network_fee");
    let max_order_cost = ton("max_order_cost");
    let mut age = |name: &str, in_production| {
        let read = reader.span(&format!("pricing.{name}"), SECOND, in_production);
        read.and_then(|span| Span::from_std(span).ok())
    };
    let quote_lifetime = age("quote_lifetime", 10 * HALF_MINUTE);
    let rate_max_age = age("rate_max_age", HALF_MINUTE);
    let goods_max_age = age("goods_max_age", 2 * HALF_MINUTE);
    let rate_min_sources = reader.number("pricing.rate_min_sources", 1..=8);
    let payment = payment?;
    let rules = PriceRules {
        tiers: tiers?,
        premium_markup: premium_markup?,
        fixed: fixed?,
        margin_floor: margin_floor?,
        slippage: slippage?,
        source_limit: source_limit?,
        gateway_fee: gateway_fee?,
        accepted_underpayment: Bps::new(u32::from(payment.invoices.accuracy_percent) * 100),
        network_fee: network_fee?,
        max_order_cost: max_order_cost?,
        quote_lifetime: quote_lifetime?,
        invoice_lifetime: payment.invoices.lifetime,
        rate_max_age: rate_max_age?,
        rate_min_sources: rate_min_sources?,
        goods_max_age: goods_max_age?,
        // Fragment is the only one that says what Fragment asks for.
        goods_min_sources: 1,
        future_tolerance: Span::seconds(30),
    };
    match CheckedRules::new(rules) {
        Ok(rules) => Some(rules),
        Err(bad) => reader.refuse("pricing.margin_floor", bad.to_string()),
    }
}

/// Reads `50:10` or `1000:8.5`.
fn tier(text: &str) -> Option<Tier> {
    let (from_quantity, markup) = text.split_once(':')?;
    Some(Tier {
        from_quantity: from_quantity.trim().parse().ok()?,
        markup: percent(markup)?,
    })
}

/// Reads `stars:100=1.99` or `premium:3=14.99`.
fn fixed(text: &str) -> Option<FixedPrice> {
    let (product, price) = text.split_once('=')?;
    let (kind, amount) = product.split_once(':')?;
    let product = match kind.trim() {
        "stars" => Product::Stars(StarsQuantity::new(amount.trim().parse().ok()?).ok()?),
        "premium" => Product::Premium(PremiumMonths::new(amount.trim().parse().ok()?).ok()?),
        _ => return None,
    };
    let price = MicroUsd::parse_plain(price.trim()).ok()?;
    Some(FixedPrice { product, price })
}

/// Reads percent with two decimals at most.
fn percent(text: &str) -> Option<Bps> {
    let text = text.trim().trim_end_matches('%').trim_end();
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(part) || part.len() > 2 {
        return None;
    }
    let whole: u32 = whole.parse().ok()?;
    let part: u32 = format!("{part:0<2}").parse().ok()?;
    Some(Bps::new(whole.checked_mul(100)?.checked_add(part)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_are_exact_or_refused() {
        let read = |text| percent(text).map(Bps::get);
        assert_eq!(read("6"), Some(600));
        assert_eq!(read("8.5"), Some(850));
        assert_eq!(read("0.75 %"), Some(75));
        for bad in [
            "",
            ".",
            "1.",
            ".5",
            "1.234",
            "-1",
            "+1",
            "1e2",
            "ten",
            "99999999999",
        ] {
            assert_eq!(read(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn rows_say_what_they_are_or_are_refused() {
        let ten = Tier {
            from_quantity: 50,
            markup: Bps::new(1_000),
        };
        assert_eq!(tier("50:10"), Some(ten));
        assert!(tier("50").is_none() && tier("fifty:10").is_none() && tier("50:x").is_none());
        let stars = fixed("stars:100=1.99").unwrap();
        assert_eq!(stars.price, MicroUsd::parse("1.99").unwrap());
        for bad in [
            "stars:100",
            "stars:1=1.99",
            "premium:5=1.99",
            "gems:1=1",
            "stars=1",
        ] {
            assert!(fixed(bad).is_none(), "{bad}");
        }
    }
}
