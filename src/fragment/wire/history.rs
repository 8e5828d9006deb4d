//! Rows of an order history: who got what, for how much, and when.

use chrono::{DateTime, Utc};
use starkeeper_actors::domain::catalog::{PremiumMonths, Product, StarsQuantity, Username};
use starkeeper_actors::domain::ids::LoginId;
use starkeeper_actors::domain::order::HistoryRow;
use tl::{HTMLTag, Parser};

use super::html::{attribute, elements, has_class, inside, is, parse, text};
use super::prices::ton;
use super::{Unread, unread};

const WHAT: &str = "order history";

/// Whose history.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::fragment) enum Shelf {
    Stars,
    Premium,
}

/// Reads the rows of a page. Goods for somebody without a name, or of a kind that is not sold here,
/// prove nothing and are left out; a row that cannot be read is an error.
pub(in crate::fragment) fn rows(
    html: &str,
    shelf: Shelf,
    login: LoginId,
) -> Result<Vec<HistoryRow>, Unread> {
    let dom = parse(WHAT, html)?;
    let parser = dom.parser();
    let mut rows = Vec::new();
    for row in elements(&dom, |tag| is(tag, "tr")) {
        let tags = inside(row, parser);
        let Some(recipient) = tags.iter().find(|tag| has_class(tag, "tm-inline-nowrap")) else {
            // The row of titles.
            continue;
        };
        let price = tags.iter().find(|tag| has_class(tag, "icon-ton"));
        let price = price.ok_or_else(|| unread(WHAT, "a price in TON in every row"))?;
        let price = ton(WHAT, &text(price, parser))?;
        let at = tags.iter().find(|tag| is(tag, "time"));
        let at = at.and_then(|tag| attribute(tag, "datetime"));
        let at = at.and_then(|at| DateTime::parse_from_rfc3339(&at).ok());
        let at = at.ok_or_else(|| unread(WHAT, "a time with its zone in every row"))?;
        let goods = goods(shelf, &tags, parser)?;
        let recipient = Username::parse(&text(recipient, parser));
        if let (Ok(recipient), Some(goods)) = (recipient, goods) {
            rows.push(HistoryRow {
                login,
                recipient,
                goods,
                price,
                at: at.with_timezone(&Utc),
            });
        }
    }
    Ok(rows)
}

fn goods(
    shelf: Shelf,
    tags: &[&HTMLTag<'_>],
    parser: &Parser<'_>,
) -> Result<Option<Product>, Unread> {
    let cell = tags
        .iter()
        .find(|tag| has_class(tag, "tm-nowrap") && !has_class(tag, "icon-ton"));
    let cell = cell.map(|tag| text(tag, parser));
    let cell = cell.ok_or_else(|| unread(WHAT, "what was bought in every row"))?;
    match shelf {
        Shelf::Stars => {
            let number = cell.split_whitespace().next().unwrap_or_default();
            let number: Result<u32, _> = number.replace(',', "").parse();
            let number = number.map_err(|_| unread(WHAT, "a number of stars in every row"))?;
            Ok(StarsQuantity::new(number).ok().map(Product::Stars))
        }
        Shelf::Premium => {
            let mut words = cell.split_whitespace();
            let number = words.next().and_then(|number| number.parse::<u8>().ok());
            let months = match (number, words.next()) {
                (Some(number), Some("month" | "months")) => Some(number),
                (Some(years), Some("year" | "years")) => years.checked_mul(12),
                (Some(_) | None, _) => None,
            };
            let months = months.ok_or_else(|| unread(WHAT, "a length of premium in every row"))?;
            Ok(PremiumMonths::new(months).ok().map(Product::Premium))
        }
    }
}
