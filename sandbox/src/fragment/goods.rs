//! What the site sells, what it costs, and how a price is written.

use rust_decimal::prelude::ToPrimitive as _;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

use crate::world::World;
use crate::world::kept::forms;

/// Stars in one order.
const STARS: std::ops::RangeInclusive<u32> = 50..=10_000_000;

/// Lengths of Premium, and what each costs in cents.
pub(crate) const PREMIUM: [(u32, i64); 3] = [(3, 1199), (6, 1599), (12, 2899)];

/// Packages of Stars that the page offers.
pub(super) const PACKAGES: [u32; 8] = [50, 75, 100, 150, 250, 350, 500, 1000];

/// Decimals of a price in TON.
const TON_DECIMALS: u32 = 4;

/// The two pages that sell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shelf {
    Stars,
    Premium,
}

/// What somebody wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Goods {
    /// So many Stars.
    Stars(u32),
    /// So many months of Premium.
    Premium(u32),
}

impl Goods {
    /// The goods of a page in a quantity it sells.
    pub(super) fn read(shelf: Shelf, quantity: &str) -> Option<Self> {
        let number = quantity.parse().ok()?;
        match shelf {
            Shelf::Stars => STARS.contains(&number).then_some(Self::Stars(number)),
            Shelf::Premium => PREMIUM
                .iter()
                .any(|(months, _)| *months == number)
                .then_some(Self::Premium(number)),
        }
    }

    /// The page that sells them.
    pub(crate) fn shelf(self) -> Shelf {
        match self {
            Self::Stars(_) => Shelf::Stars,
            Self::Premium(_) => Shelf::Premium,
        }
    }

    /// How many: Stars, or months.
    pub(crate) fn quantity(self) -> u32 {
        match self {
            Self::Stars(number) | Self::Premium(number) => number,
        }
    }

    /// One more than this, for links that lie.
    pub(super) fn lied(self) -> Self {
        match self {
            Self::Stars(number) => Self::Stars(number.saturating_add(1)),
            Self::Premium(3) => Self::Premium(6),
            Self::Premium(_) => Self::Premium(3),
        }
    }

    /// How a comment names them.
    pub(super) fn title(self) -> String {
        match self {
            Self::Stars(number) => format!("{number} Telegram Stars"),
            Self::Premium(months) => format!("Telegram Premium for {}", length(months)),
        }
    }

    /// What they cost in USD.
    pub(super) fn usd(self, rates: Rates) -> Decimal {
        match self {
            Self::Stars(number) => {
                (rates.star * Decimal::from(number)).round_dp_with_strategy(2, UP)
            }
            Self::Premium(months) => {
                let listed = PREMIUM.iter().find(|(length, _)| *length == months);
                Decimal::new(listed.map_or(0, |(_, cents)| *cents), 2)
            }
        }
    }

    /// What they cost in TON.
    pub(crate) fn ton(self, rates: Rates) -> Decimal {
        let exact = match self {
            Self::Stars(number) => rates.star * Decimal::from(number),
            Self::Premium(_) => self.usd(rates),
        };
        let ton = exact.checked_div(rates.ton).unwrap_or(Decimal::MAX);
        ton.round_dp_with_strategy(TON_DECIMALS, UP).normalize()
    }
}

const UP: RoundingStrategy = RoundingStrategy::AwayFromZero;

/// The two prices that everything follows from, in USD.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Rates {
    #[serde(with = "forms::text")]
    pub(crate) star: Decimal,
    #[serde(with = "forms::text")]
    pub(crate) ton: Decimal,
}

impl Rates {
    /// Those of now.
    pub(crate) fn of(world: &World) -> Self {
        let usd = |name| world.prices.usd(name).unwrap_or(Decimal::ONE);
        Self {
            star: usd("STAR"),
            ton: usd("TON"),
        }
    }
}

/// `3 months`, `1 year`.
pub(super) fn length(months: u32) -> String {
    match months {
        12 => "1 year".to_owned(),
        months => format!("{months} months"),
    }
}

/// TON in nano.
pub(crate) fn nano(ton: Decimal) -> u64 {
    (ton * Decimal::from(1_000_000_000_u64))
        .to_u64()
        .unwrap_or(u64::MAX)
}

/// A number with commas between thousands, as the site writes it: `1,234.5678`.
pub(super) fn with_commas(number: Decimal) -> String {
    let text = number.to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let mut out = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// TON as HTML: the fraction is written small.
pub(super) fn ton_html(ton: Decimal) -> String {
    let text = with_commas(ton);
    match text.split_once('.') {
        Some((whole, fraction)) => {
            format!("{whole}<span class=\"mini-frac\">.{fraction}</span>")
        }
        None => text,
    }
}

/// USD as HTML.
pub(super) fn usd_html(usd: Decimal) -> String {
    let mut usd = usd;
    usd.rescale(2);
    format!("&#036;{}", with_commas(usd))
}

/// The price of something as the API tells it.
pub(super) fn price_html(goods: Goods, rates: Rates) -> String {
    format!(
        "<div class=\"tm-value icon-before icon-ton\">{}</div>\
         <div class=\"tm-radio-desc\">~&nbsp;{}</div>",
        ton_html(goods.ton(rates)),
        usd_html(goods.usd(rates)),
    )
}

/// A row of a list of packages: USD large, TON beside it.
pub(super) fn option_html(goods: Goods, rates: Rates, is_chosen: bool) -> String {
    let (field, class, label) = match goods {
        Goods::Stars(number) => (
            "stars",
            "tm-form-radio-item js-stars-option",
            format!("{} Stars", with_commas(Decimal::from(number))),
        ),
        Goods::Premium(months) => ("months", "tm-form-radio-item", length(months)),
    };
    let checked = if is_chosen { " checked" } else { "" };
    format!(
        "<label class=\"{class}\"><input type=\"radio\" class=\"radio\" name=\"{field}\" \
         value=\"{}\"{checked}><span class=\"tm-radio-label\">{label}</span>\
         <span class=\"tm-value icon-before icon-usd\">{}</span>\
         <span class=\"tm-radio-desc icon-before icon-ton\">{}</span></label>",
        goods.quantity(),
        usd_html(goods.usd(rates)),
        ton_html(goods.ton(rates)),
    )
}

/// Every package of a page.
pub(super) fn options_html(shelf: Shelf, rates: Rates, chosen: Option<u32>) -> String {
    let options: Vec<Goods> = match shelf {
        Shelf::Stars => PACKAGES.into_iter().map(Goods::Stars).collect(),
        Shelf::Premium => PREMIUM
            .into_iter()
            .map(|(months, _)| Goods::Premium(months))
            .collect(),
    };
    options
        .into_iter()
        .map(|goods| option_html(goods, rates, chosen == Some(goods.quantity())))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATES: Rates = Rates {
        star: Decimal::from_parts(15, 0, 0, false, 3),
        ton: Decimal::from_parts(16_977, 0, 0, false, 4),
    };

    #[test]
    fn prices_are_rounded_up_and_written_with_commas() {
        let goods = Goods::Stars(5050);
        assert_eq!(goods.usd(RATES).to_string(), "75.75");
        assert_eq!(goods.ton(RATES).to_string(), "44.6192");
        assert_eq!(nano(goods.ton(RATES)), 44_619_200_000);
        let whole = Goods::Stars(10_000_000).ton(RATES);
        assert_eq!(with_commas(whole), "88,354.8331");
        assert_eq!(with_commas(Decimal::from(100)), "100");
        assert_eq!(with_commas(Decimal::from(1000)), "1,000");
    }

    #[test]
    fn only_quantities_on_sale_are_read() {
        for (shelf, text, goods) in [
            (Shelf::Stars, "50", Some(Goods::Stars(50))),
            (Shelf::Stars, "49", None),
            (Shelf::Stars, "10000001", None),
            (Shelf::Stars, "-50", None),
            (Shelf::Premium, "12", Some(Goods::Premium(12))),
            (Shelf::Premium, "1", None),
        ] {
            assert_eq!(Goods::read(shelf, text), goods, "{text}");
        }
        assert_eq!(Goods::Premium(12).title(), "Telegram Premium for 1 year");
    }
}
