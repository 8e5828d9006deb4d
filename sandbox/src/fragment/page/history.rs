//! What an account has bought: the rows of its history.

use std::fmt::Write as _;

use chrono::{DateTime, SecondsFormat, Utc};
use rust_decimal::Decimal;

use super::super::goods::{Goods, Shelf, length, with_commas};
use super::super::people::Person;
use super::super::purchase::Purchase;
use super::super::trick::Trick;
use super::super::wire::escaped;
use super::document::Asked;
use super::view;
use crate::world::clock::Moment;

/// Rows on one page.
const ROWS: usize = 100;

/// The history of a page, newest first unless asked otherwise.
pub(super) fn of(asked: &Asked<'_>, shelf: Shelf) -> (&'static str, String, &'static str) {
    let (title, other) = match shelf {
        Shelf::Stars => (
            "Stars History",
            "<a href=\"/premium/history\">Premium History</a>",
        ),
        Shelf::Premium => (
            "Premium History",
            "<a href=\"/stars/history\">Stars History</a>",
        ),
    };
    if asked.visitor.account.is_none() && asked.visitor.wallet.is_none() {
        return (title, view::logged_out(title), "");
    }
    let mut bought: Vec<&Purchase> = asked
        .desk
        .history(asked.visitor)
        .filter(|purchase| purchase.goods.shelf() == shelf)
        .skip(usize::from(asked.is_stale))
        .collect();
    if !bought.is_empty() && Trick::HistoryLacks.strikes(asked.world) {
        bought.remove(0);
    }
    let newest = bought.first().copied().map(|newest| newest.id.as_str());
    if asked.query.split('&').any(|pair| pair == "sort=asc") {
        bought.reverse();
    }
    let rows: String = bought
        .into_iter()
        .take(ROWS)
        .filter_map(|purchase| {
            let bent = match newest == Some(purchase.id.as_str()) {
                true => Bent::now(asked),
                false => Bent::default(),
            };
            row(purchase, asked.desk.people.get(purchase.person)?, bent)
        })
        .collect();
    let goods = match shelf {
        Shelf::Stars => "Stars",
        Shelf::Premium => "Duration",
    };
    let empty = if rows.is_empty() {
        "<p class=\"tm-empty\">Nothing was bought yet.</p>"
    } else {
        ""
    };
    let html = format!(
        "<section class=\"tm-section\"><h1>{title}</h1><table class=\"table tm-table\"><thead><tr>\
         <th>Recipient</th><th>{goods}</th><th>Price</th><th>Date</th></tr></thead>\
         <tbody>{rows}</tbody></table>{empty}<p>{other}</p></section>"
    );
    (title, html, "")
}

/// How a row lies.
#[derive(Clone, Copy, Default)]
struct Bent {
    recipient: bool,
    quantity: bool,
    price: bool,
}

impl Bent {
    fn now(asked: &Asked<'_>) -> Self {
        Self {
            recipient: Trick::HistoryRecipient.strikes(asked.world),
            quantity: Trick::HistoryQuantity.strikes(asked.world),
            price: Trick::HistoryPrice.strikes(asked.world),
        }
    }
}

fn row(purchase: &Purchase, person: &Person, bent: Bent) -> Option<String> {
    let at = time(purchase.delivered_at?)?;
    let times = |bent: bool| if bent { Decimal::TWO } else { Decimal::ONE };
    let goods = match purchase.goods {
        Goods::Stars(stars) => format!(
            "<div class=\"table-cell-value tm-value tm-nowrap\">{}</div>",
            with_commas(Decimal::from(stars) * times(bent.quantity))
        ),
        Goods::Premium(months) => format!(
            "<div class=\"table-cell-value tm-nowrap\">{}</div>",
            length(months)
        ),
    };
    let price = Decimal::from(purchase.nano) / Decimal::from(1_000_000_000_u64);
    let price = price * times(bent.price);
    let username = match bent.recipient {
        true => "somebody_else",
        false => &person.username,
    };
    let mut row = format!(
        "<tr><td><div class=\"table-cell\"><a class=\"tm-inline-nowrap\">@{}</a></div></td>\
         <td><div class=\"table-cell\">{goods}</div></td>",
        escaped(username)
    );
    // Writing into a String cannot fail.
    let _always = write!(
        row,
        "<td><div class=\"table-cell\"><div class=\"table-cell-value tm-value icon-before icon-ton\">\
         {}</div></div></td><td><div class=\"table-cell\"><div class=\"tm-datetime\">{at}</div></div>\
         </td></tr>",
        with_commas(price.normalize())
    );
    Some(row)
}

fn time(moment: Moment) -> Option<String> {
    let at = DateTime::<Utc>::from_timestamp(moment.unix_s(), 0)?;
    Some(format!(
        "<time datetime=\"{}\">{}</time>",
        at.to_rfc3339_opts(SecondsFormat::Secs, false),
        at.format("%-d %b %Y at %H:%M")
    ))
}
