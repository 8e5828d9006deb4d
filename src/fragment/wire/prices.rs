//! Prices in HTML: TON with its fraction written small, and dollars beside it.

use starkeeper_actors::domain::catalog::PremiumMonths;
use starkeeper_actors::domain::money::{MicroUsd, NanoTon};
use tl::{HTMLTag, Parser};

use super::html::{attribute, elements, has_class, inside, is, parse, text};
use super::{Unread, unread};

/// What something costs.
pub(in crate::fragment) type Price = (NanoTon, MicroUsd);

/// Reads an amount of TON, such as `1,234.5678`.
pub(in crate::fragment) fn ton(what: &'static str, amount: &str) -> Result<NanoTon, Unread> {
    let amount = amount.trim().trim_start_matches(['~', '≈']).trim();
    NanoTon::parse(amount).map_err(|_| unread(what, "TON as decimal text such as 1,234.5678"))
}

fn usd(what: &'static str, amount: &str) -> Result<MicroUsd, Unread> {
    let (_, amount) = amount
        .split_once('$')
        .ok_or_else(|| unread(what, "dollars such as $75.75"))?;
    MicroUsd::parse(amount.trim()).map_err(|_| unread(what, "dollars such as $75.75"))
}

/// Reads the price of a quantity of Stars (`cur_price`).
pub(in crate::fragment) fn of_stars(html: &str) -> Result<Price, Unread> {
    let what = "price of stars";
    let dom = parse(what, html)?;
    let tags = elements(&dom, |_| true);
    price(what, &tags, dom.parser())
}

/// Reads the packages of Premium: a label each, with its months as a radio button.
pub(in crate::fragment) fn of_premium(html: &str) -> Result<Vec<(PremiumMonths, Price)>, Unread> {
    let what = "price of premium";
    let dom = parse(what, html)?;
    let parser = dom.parser();
    let mut found = Vec::new();
    for label in elements(&dom, |tag| has_class(tag, "tm-form-radio-item")) {
        let tags = inside(label, parser);
        let months = tags
            .iter()
            .find(|tag| is(tag, "input") && attribute(tag, "name").as_deref() == Some("months"));
        let Some(months) = months.and_then(|tag| attribute(tag, "value")) else {
            continue;
        };
        let months = months.parse().ok().map(PremiumMonths::new);
        // Lengths that are not sold here are nobody's business.
        if let Some(Ok(months)) = months {
            found.push((months, price(what, &tags, parser)?));
        }
    }
    for months in PremiumMonths::ALL {
        if !found.iter().any(|(there, _)| *there == months) {
            return Err(unread(what, "3, 6 and 12 months"));
        }
    }
    Ok(found)
}

/// The one amount of TON and the one of dollars among these elements.
fn price(what: &'static str, tags: &[&HTMLTag<'_>], parser: &Parser<'_>) -> Result<Price, Unread> {
    let in_ton = tags.iter().find(|tag| has_class(tag, "icon-ton"));
    let in_ton = in_ton.ok_or_else(|| unread(what, "an amount of TON"))?;
    let in_ton = ton(what, &text(in_ton, parser))?;
    let in_usd = tags
        .iter()
        .filter(|tag| !has_class(tag, "icon-ton"))
        .map(|tag| text(tag, parser))
        // The innermost that shows a sum: what encloses it holds other text too.
        .filter(|text| text.contains('$'))
        .min_by_key(String::len);
    let in_usd = in_usd.ok_or_else(|| unread(what, "an amount of dollars"))?;
    Ok((in_ton, usd(what, &in_usd)?))
}
