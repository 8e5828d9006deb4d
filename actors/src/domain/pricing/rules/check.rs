//! Contradictions between settings, all of them at once.

use super::super::bps::Bps;
use super::PriceRules;
use crate::domain::Span;
use crate::domain::catalog::{Product, StarsQuantity};
use crate::domain::money::{MicroUsd, NanoTon};

/// More tiers, or more fixed prices, than this are a mistake.
const MAX_ROWS: usize = 64;

/// A larger markup (tenfold) is a mistake.
pub const MAX_MARKUP: Bps = Bps::new(90_000);

/// Two settings that cannot both hold, or one that cannot hold at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Contradiction {
    /// No markup for any quantity.
    #[error("tiers are empty: expected at least one")]
    NoTiers,
    /// Too many rows in a list.
    #[error("{list} has {rows} rows: expected at most {MAX_ROWS}")]
    TooManyRows {
        /// Which list.
        list: &'static str,
        /// Its rows.
        rows: usize,
    },
    /// The smallest order has no tier.
    #[error("first tier starts at {from}: expected {} or less", StarsQuantity::MIN.get())]
    FirstTierTooHigh {
        /// Where it starts.
        from: u32,
    },
    /// Tiers out of order.
    #[error("tier from {from} follows the tier from {previous}: expected a larger quantity")]
    TiersNotAscending {
        /// The tier that is out of order.
        from: u32,
        /// The one before it.
        previous: u32,
    },
    /// A markup that sells below the floor, or absurdly high.
    #[error(
        "markup of {} is {markup}: expected {floor} (the margin floor) to {MAX_MARKUP}",
        named(*tier)
    )]
    MarkupOutOfRange {
        /// The tier that begins at this quantity of Stars; none for Premium.
        tier: Option<u32>,
        /// The markup.
        markup: Bps,
        /// The margin floor.
        floor: Bps,
    },
    /// The shop could lose money although every rule was obeyed.
    #[error(
        "margin floor is {floor}: expected at least {}, which covers slippage {slippage}, \
         source limit {source_limit}, gateway fee {gateway_fee} and accepted underpayment \
         {accepted_underpayment} together", least.unwrap_or(MAX_MARKUP)
    )]
    FloorTooLow {
        /// The margin floor.
        floor: Bps,
        /// The smallest that is safe; none if none is.
        least: Option<Bps>,
        /// How far the real cost may rise.
        slippage: Bps,
        /// How far sources may be apart.
        source_limit: Bps,
        /// What the gateway keeps.
        gateway_fee: Bps,
        /// What may be missing from a payment.
        accepted_underpayment: Bps,
    },
    /// A customer could pay for a quote that no longer holds.
    #[error(
        "invoice lifetime is {} s: expected at most the quote lifetime, {} s",
        invoice.num_seconds(), quote.num_seconds()
    )]
    InvoiceOutlivesQuote {
        /// The invoice's lifetime.
        invoice: Span,
        /// The quote's.
        quote: Span,
    },
    /// A span that must be above zero is not.
    #[error("{what} is {} s: expected more than zero", span.num_seconds())]
    SpanNotPositive {
        /// Which setting.
        what: &'static str,
        /// Its value.
        span: Span,
    },
    /// A span below zero.
    #[error("{what} is {} s: expected zero or more", span.num_seconds())]
    SpanNegative {
        /// Which setting.
        what: &'static str,
        /// Its value.
        span: Span,
    },
    /// No source is needed, so nothing would vouch for a value.
    #[error("{what} is 0: expected at least 1")]
    NoSources {
        /// Which setting.
        what: &'static str,
    },
    /// An order could cost nothing.
    #[error("most an order may cost is {cap}: expected more than zero")]
    CapNotPositive {
        /// The cap.
        cap: NanoTon,
    },
    /// A transfer that earns money.
    #[error("network fee is {fee}: expected zero or more")]
    NetworkFeeNegative {
        /// The fee.
        fee: NanoTon,
    },
    /// A fixed price below the least its goods are sold for now.
    #[error(
        "fixed price of {product} is {price}: the goods cost {cost} now, expected {least} or more"
    )]
    FixedBehindCost {
        /// What it is for.
        product: Product,
        /// The price.
        price: MicroUsd,
        /// What the goods cost now.
        cost: MicroUsd,
        /// The cost with the margin floor.
        least: MicroUsd,
    },
    /// A fixed price that is no price.
    #[error("fixed price of {product} is {price}: expected whole cents above zero")]
    FixedNotCents {
        /// What it is for.
        product: Product,
        /// The price.
        price: MicroUsd,
    },
    /// Two fixed prices of one product.
    #[error("{product} has more than one fixed price: expected one")]
    FixedTwice {
        /// The product.
        product: Product,
    },
    /// A larger quantity that costs less.
    #[error("fixed price of {more} is below that of {less}: expected it to be no lower")]
    FixedFalls {
        /// The larger product.
        more: Product,
        /// The smaller product, which costs more.
        less: Product,
    },
}

fn named(tier: Option<u32>) -> String {
    tier.map_or_else(|| "premium".to_owned(), |from| format!("tier from {from}"))
}

/// Price rules with contradictions.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("price rules contradict themselves: {}", list(.0))]
pub struct BadRules(
    /// Everything that was found; never empty.
    pub Vec<Contradiction>,
);

fn list(found: &[Contradiction]) -> String {
    let texts: Vec<String> = found.iter().map(ToString::to_string).collect();
    texts.join("; ")
}

pub(super) fn check(rules: &PriceRules) -> Result<(), BadRules> {
    let mut found = Vec::new();
    check_tiers(rules, &mut found);
    check_margin(rules, &mut found);
    check_fixed(rules, &mut found);
    check_spans(rules, &mut found);
    check_amounts(rules, &mut found);
    if found.is_empty() {
        Ok(())
    } else {
        Err(BadRules(found))
    }
}

fn check_tiers(rules: &PriceRules, found: &mut Vec<Contradiction>) {
    check_rows("tiers", rules.tiers.len(), found);
    match rules.tiers.first() {
        None => found.push(Contradiction::NoTiers),
        Some(tier) if tier.from_quantity > StarsQuantity::MIN.get() => {
            found.push(Contradiction::FirstTierTooHigh {
                from: tier.from_quantity,
            });
        }
        Some(_) => {}
    }
    for (previous, tier) in rules.tiers.iter().zip(rules.tiers.iter().skip(1)) {
        if tier.from_quantity <= previous.from_quantity {
            found.push(Contradiction::TiersNotAscending {
                from: tier.from_quantity,
                previous: previous.from_quantity,
            });
        }
    }
}

fn check_margin(rules: &PriceRules, found: &mut Vec<Contradiction>) {
    let least = rules.least_margin();
    if least.is_none_or(|least| rules.margin_floor < least) {
        found.push(Contradiction::FloorTooLow {
            floor: rules.margin_floor,
            least,
            slippage: rules.slippage,
            source_limit: rules.source_limit,
            gateway_fee: rules.gateway_fee,
            accepted_underpayment: rules.accepted_underpayment,
        });
    }
    let tiers = rules.tiers.iter();
    let markups = tiers.map(|tier| (Some(tier.from_quantity), tier.markup));
    for (tier, markup) in markups.chain([(None, rules.premium_markup)]) {
        if markup < rules.margin_floor || markup > MAX_MARKUP {
            found.push(Contradiction::MarkupOutOfRange {
                tier,
                markup,
                floor: rules.margin_floor,
            });
        }
    }
}

fn check_fixed(rules: &PriceRules, found: &mut Vec<Contradiction>) {
    check_rows("fixed prices", rules.fixed.len(), found);
    for fixed in &rules.fixed {
        let cents = fixed.price.micros() % MicroUsd::CENT.micros() == 0;
        if !cents || !fixed.price.is_positive() {
            found.push(Contradiction::FixedNotCents {
                product: fixed.product,
                price: fixed.price,
            });
        }
    }
    let mut sorted = rules.fixed.clone();
    sorted.sort_by_key(|fixed| fixed.product);
    for (less, more) in sorted.iter().zip(sorted.iter().skip(1)) {
        if less.product == more.product {
            found.push(Contradiction::FixedTwice {
                product: less.product,
            });
        } else if less.product.kind() == more.product.kind() && more.price < less.price {
            found.push(Contradiction::FixedFalls {
                more: more.product,
                less: less.product,
            });
        }
    }
}

fn check_spans(rules: &PriceRules, found: &mut Vec<Contradiction>) {
    let positive = [
        ("quote lifetime", rules.quote_lifetime),
        ("invoice lifetime", rules.invoice_lifetime),
        ("greatest age of a rate", rules.rate_max_age),
        ("greatest age of a price", rules.goods_max_age),
    ];
    for (what, span) in positive {
        if span <= Span::zero() {
            found.push(Contradiction::SpanNotPositive { what, span });
        }
    }
    if rules.future_tolerance < Span::zero() {
        found.push(Contradiction::SpanNegative {
            what: "tolerance for the future",
            span: rules.future_tolerance,
        });
    }
    if rules.invoice_lifetime > rules.quote_lifetime {
        found.push(Contradiction::InvoiceOutlivesQuote {
            invoice: rules.invoice_lifetime,
            quote: rules.quote_lifetime,
        });
    }
}

fn check_amounts(rules: &PriceRules, found: &mut Vec<Contradiction>) {
    let sources = [
        ("number of rate sources", rules.rate_min_sources),
        ("number of price sources", rules.goods_min_sources),
    ];
    for (what, count) in sources {
        if count == 0 {
            found.push(Contradiction::NoSources { what });
        }
    }
    if !rules.max_order_cost.is_positive() {
        found.push(Contradiction::CapNotPositive {
            cap: rules.max_order_cost,
        });
    }
    if rules.network_fee < NanoTon::ZERO {
        found.push(Contradiction::NetworkFeeNegative {
            fee: rules.network_fee,
        });
    }
}

fn check_rows(list: &'static str, rows: usize, found: &mut Vec<Contradiction>) {
    if rows > MAX_ROWS {
        found.push(Contradiction::TooManyRows { list, rows });
    }
}
