//! `POST /v1/payment/list`: invoices by date of creation, newest first, page by page.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{FixedOffset, NaiveDateTime, TimeZone as _};
use serde::{Deserialize, Serialize};

use super::super::desk::Desk;
use super::super::fields::Fields;
use super::super::invoice::View;
use super::super::invoice::shown::OFFSET_S;
use super::super::php::Json;
use super::super::refusal::Refusal;
use crate::world::clock::Moment;
use crate::world::{World, hold};

/// Invoices on a page.
const PER_PAGE: usize = 15;

/// Where a page begins: a token, and no page number.
#[derive(Debug, Serialize, Deserialize)]
struct Cursor {
    /// The number of the invoice it stands at, which is not on the page.
    id: usize,
    #[serde(rename = "_pointsToNextItems")]
    forward: bool,
}

impl Cursor {
    fn read(query: &str) -> Option<Self> {
        let token = url::form_urlencoded::parse(query.as_bytes())
            .find(|(name, _)| name == "cursor")
            .map(|(_, value)| value.into_owned())?;
        let bytes = URL_SAFE_NO_PAD.decode(token.trim_end_matches('=')).ok()?;
        serde_json::from_slice(&bytes).ok()
    }

    fn write(&self) -> Json {
        match serde_json::to_vec(self) {
            Ok(bytes) => Json::Text(URL_SAFE_NO_PAD.encode(bytes)),
            Err(_) => Json::Null,
        }
    }
}

pub(super) fn list(
    world: &Arc<World>,
    query: &str,
    body: &[u8],
    view: View,
) -> Result<Json, Refusal> {
    let mut fields = Fields::of(body);
    let from = date(&mut fields, "date_from");
    let to = date(&mut fields, "date_to");
    fields.finish()?;
    let desk = hold(&world.heleket.desk);
    let range = within(&desk, from, to);
    let page = Page::at(Cursor::read(query).as_ref(), &range);
    let items: Vec<Json> = page
        .numbers
        .iter()
        .filter_map(|number| desk.result(world, *number, view))
        .collect();
    let cursor =
        |id: Option<usize>, forward| id.map_or(Json::Null, |id| Cursor { id, forward }.write());
    let count = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let per_page = i64::try_from(PER_PAGE).unwrap_or(i64::MAX);
    Ok(Json::object([
        ("items", Json::List(items)),
        (
            "paginate",
            Json::object([
                ("count", Json::Int(count)),
                ("hasPages", Json::Bool(range.len() > PER_PAGE)),
                ("nextCursor", cursor(page.next, true)),
                ("previousCursor", cursor(page.previous, false)),
                ("perPage", Json::Int(per_page)),
            ]),
        ),
    ]))
}

/// The numbers of the invoices on a page, newest first, and where the pages beside it begin.
struct Page {
    numbers: Vec<usize>,
    next: Option<usize>,
    previous: Option<usize>,
}

impl Page {
    fn at(cursor: Option<&Cursor>, range: &std::ops::Range<usize>) -> Self {
        let numbers: Vec<usize> = match cursor {
            Some(cursor) if !cursor.forward => {
                let after = range.start.max(cursor.id.saturating_add(1))..range.end;
                let mut numbers: Vec<usize> = after.take(PER_PAGE).collect();
                numbers.reverse();
                numbers
            }
            Some(cursor) => {
                let before = range.start..range.end.min(cursor.id);
                before.rev().take(PER_PAGE).collect()
            }
            None => range.clone().rev().take(PER_PAGE).collect(),
        };
        let (newest, oldest) = (numbers.first().copied(), numbers.last().copied());
        Self {
            numbers,
            next: oldest.filter(|oldest| *oldest > range.start),
            previous: newest.filter(|newest| newest + 1 < range.end),
        }
    }
}

/// The numbers of the invoices created from `from` to `to`, both included.
fn within(desk: &Desk, from: Option<Moment>, to: Option<Moment>) -> std::ops::Range<usize> {
    let invoices = &desk.invoices;
    let before = |moment: Moment| invoices.partition_point(|invoice| invoice.created_at < moment);
    let start = from.map_or(0, before);
    // A date is a whole second, and the second belongs to it.
    let after = |moment: Moment| before(moment + std::time::Duration::from_secs(1));
    let end = to.map_or(invoices.len(), after);
    start..end.max(start)
}

/// `YYYY-MM-DD HH:MM:SS` on the gateway's clocks.
fn date(fields: &mut Fields, name: &'static str) -> Option<Moment> {
    let text = fields.text(name, 1, 255)?;
    let local = NaiveDateTime::parse_from_str(&text, "%Y-%m-%d %H:%M:%S").ok();
    let moment = local
        .filter(|_| text.len() == "YYYY-MM-DD HH:MM:SS".len())
        .and_then(|local| {
            FixedOffset::east_opt(OFFSET_S)?
                .from_local_datetime(&local)
                .single()
        })
        .map(|moment| Moment::from_unix_ms(moment.timestamp_millis()));
    if moment.is_none() {
        fields.wrong(name, "regex");
    }
    moment
}
