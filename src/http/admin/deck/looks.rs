//! What operators look at in the chat.

use std::collections::BTreeSet;

use starkeeper_actors::domain::Timestamp;
use starkeeper_actors::domain::audit::{Audited, Outcome};
use starkeeper_actors::domain::breaks::{Break, Finding};
use starkeeper_actors::domain::dialog::{
    BreakCard, BreakLine, BreakMark, DeckFace, Health, HomeFace, Look, OddLine, OrderCard, ROWS,
    SalesFace, StoppedBy, WaitState, WaitingOrder,
};
use starkeeper_actors::domain::ids::OrderId;
use starkeeper_actors::domain::notice::{Audience, Message, OperatorNews};
use starkeeper_actors::domain::order::Order;
use starkeeper_actors::domain::pricing::{ShopPrices, StopReason};
use starkeeper_actors::ports::books::{OrderFile, Page, Seen};
use starkeeper_actors::ports::{Books, Unreadable};

use super::{DeckTools, gone, is_marked};
use crate::http::Doors;
use crate::http::admin::orders::find;
use crate::http::error::ApiError;

/// Open breaks that are read: what the books give at most.
const BREAKS: u32 = 500;

/// The newest operators' notices and lines of the audit log that are looked through.
const NOTICES: u32 = 100;
const LINES: u32 = 20;

/// Orders that a search shows at most.
const FOUND: u32 = 10;

/// Rows of the history that are offered for one order at most.
const ROWS_OF_ORDER: usize = 3;

/// Stars and three lengths of Premium.
const GOODS: usize = 4;

type Read<T> = Result<T, Unreadable>;

pub(super) async fn look(doors: &Doors, tools: &DeckTools, look: &Look) -> Read<DeckFace> {
    let now = doors.clock.now();
    let books = || doors.books.clone();
    match look {
        Look::Home => home(doors, tools, now).await,
        Look::Waits => {
            let books = books();
            let health = here(doors, async move { health(&*books, now).await }).await?;
            Ok(DeckFace::Waits(Box::new(health)))
        }
        Look::State(state, page) => {
            let (books, state, page) = (books(), *state, *page);
            here(doors, async move { in_state(&*books, state, page).await }).await
        }
        Look::Breaks(page) => {
            let (books, page) = (books(), *page);
            let breaks = here(doors, async move { oldest_first(&*books).await }).await?;
            let (breaks, more) = part(breaks.iter().map(line).collect(), page);
            Ok(DeckFace::Breaks { breaks, page, more })
        }
        Look::Odd(page) => {
            let (books, page) = (books(), *page);
            let lines = here(doors, async move { odd(&*books).await }).await?;
            let (lines, more) = part(lines, page);
            Ok(DeckFace::Odd { lines, page, more })
        }
        Look::Sales => {
            let books = books();
            here(doors, async move { sales(&*books, now).await }).await
        }
        Look::Prices => {
            let books = books();
            let prices = here(doors, async move { books.prices().await }).await?;
            Ok(prices.map_or(DeckFace::NotThere, |seen| DeckFace::Prices {
                rules: Box::new(seen.row.rules.get().clone()),
                by_hand: seen.row.by_hand,
            }))
        }
        Look::Wallets => Ok(DeckFace::Wallets(here(doors, (tools.tills)()).await?)),
        Look::Till(login) => {
            let tills = here(doors, (tools.tills)()).await?;
            let till = tills.into_iter().find(|till| till.login == *login);
            Ok(till.map_or(DeckFace::NotThere, |till| DeckFace::Till(Box::new(till))))
        }
        Look::Order(order) => card(doors, *order).await,
        Look::Find(text) => found(doors, text).await,
        Look::Break(mark) => one_break(doors, *mark).await,
        Look::Takers(mark, text) => takers(doors, *mark, text).await,
        Look::Invoice(invoice) => {
            let (books, invoice) = (books(), *invoice);
            let seen = here(doors, async move { books.invoice(invoice).await }).await?;
            Ok(seen.map_or(DeckFace::NotThere, |seen| {
                DeckFace::Invoice(Box::new(seen.row))
            }))
        }
    }
}

async fn home(doors: &Doors, tools: &DeckTools, now: Timestamp) -> Read<DeckFace> {
    let books = doors.books.clone();
    let read = async move { Ok((books.prices().await?, health(&*books, now).await?)) };
    let (prices, health) = here(doors, read).await?;
    let report = here(doors, (tools.today)()).await?;
    let prices = prices.map(|seen| seen.row);
    Ok(DeckFace::Home(Box::new(HomeFace {
        report,
        open: prices.as_ref().is_some_and(|prices| is_open(prices, now)),
        stops: prices.map(|prices| prices.stops).unwrap_or_default(),
        health,
    })))
}

async fn one_break(doors: &Doors, mark: BreakMark) -> Read<DeckFace> {
    let books = doors.books.clone();
    let read = async move {
        let Some(seen) = at_mark(&*books, mark).await? else {
            return Ok(None);
        };
        let mut orders = Vec::new();
        if seen.row.finding.row().is_some() {
            orders = books.orders_of_wallet(seen.row.wallet).await?;
        }
        Ok(Some((seen, orders)))
    };
    let Some((seen, orders)) = here(doors, read).await? else {
        return Ok(DeckFace::NotThere);
    };
    let mut orders: Vec<&Order> = orders.iter().map(|seen| &seen.row).collect();
    orders.retain(|order| may_be_of(&seen.row.finding, order));
    orders.sort_by_key(|order| (order.since, order.id));
    let orders = orders.into_iter().take(ROWS_OF_ORDER);
    Ok(DeckFace::Break(Box::new(BreakCard {
        orders: orders.map(WaitingOrder::of).collect(),
        version: seen.version,
        row: seen.row,
    })))
}

/// An open break by its mark.
async fn at_mark(books: &dyn Books, mark: BreakMark) -> Read<Option<Seen<Break>>> {
    let mut open = books.breaks_open(BREAKS).await?.into_iter();
    Ok(open.find(|seen| is_marked(mark, &seen.row.key)))
}

/// Orders that were named, one of which gets the row of a break.
async fn takers(doors: &Doors, mark: BreakMark, text: &str) -> Read<DeckFace> {
    let books = doors.books.clone();
    let Some(seen) = here(doors, async move { at_mark(&*books, mark).await }).await? else {
        return Ok(DeckFace::NotThere);
    };
    let orders = named(doors, text).await?;
    Ok(DeckFace::Takers {
        mark,
        version: seen.version,
        orders: orders
            .iter()
            .map(|seen| WaitingOrder::of(&seen.row))
            .collect(),
    })
}

/// Where the connections of the books live.
async fn here<T: Send + 'static>(
    doors: &Doors,
    look: impl Future<Output = Read<T>> + Send + 'static,
) -> Read<T> {
    let read = doors.read(look).await;
    read.map_err(|why| Unreadable::new(why.to_string()))
}

/// An order as it stands.
pub(super) async fn order(doors: &Doors, order: OrderId) -> Result<Seen<Order>, ApiError> {
    let books = doors.books.clone();
    let found = doors.read(async move { books.order(order).await }).await?;
    found.ok_or_else(gone)
}

/// An open break by its mark.
pub(super) async fn marked(doors: &Doors, mark: BreakMark) -> Result<Seen<Break>, ApiError> {
    let books = doors.books.clone();
    let found = doors.read(async move { at_mark(&*books, mark).await });
    found.await?.ok_or_else(gone)
}

fn is_open(prices: &ShopPrices, now: Timestamp) -> bool {
    prices.unavailable(now).len() < GOODS
}

async fn health(books: &dyn Books, now: Timestamp) -> Read<Health> {
    let tally = books.tally(now).await?;
    let of = |state: &WaitState| {
        let found = tally.orders.iter().find(|it| it.state == state.name())?;
        Some((*state, found.count, found.oldest))
    };
    let unpaid = tally
        .orders
        .iter()
        .filter(|it| it.state == "awaiting_payment");
    let breaks = oldest_first(books).await?;
    let since = breaks.first().map(|seen| seen.row.since);
    let count = u64::try_from(breaks.len()).unwrap_or(u64::MAX);
    Ok(Health {
        orders: WaitState::ALL.iter().filter_map(of).collect(),
        unpaid: unpaid.fold(0, |sum, it| sum.saturating_add(it.count)),
        breaks: since.map(|since| (count, since)),
        odd: u64::try_from(odd(books).await?.len()).unwrap_or(u64::MAX),
    })
}

async fn in_state(books: &dyn Books, state: WaitState, page: u16) -> Read<DeckFace> {
    let mut orders = Vec::new();
    for wallet in books.wallets().await? {
        orders.extend(books.orders_of_wallet(wallet.row.address).await?);
    }
    orders.retain(|seen| seen.row.state_name() == state.name());
    orders.sort_by_key(|seen| (seen.row.since, seen.row.id));
    let orders = orders.iter().map(|seen| WaitingOrder::of(&seen.row));
    let (orders, more) = part(orders.collect(), page);
    Ok(DeckFace::State {
        state,
        orders,
        page,
        more,
    })
}

async fn oldest_first(books: &dyn Books) -> Read<Vec<Seen<Break>>> {
    let mut breaks = books.breaks_open(BREAKS).await?;
    breaks.sort_by(|one, other| {
        let of = |seen: &Seen<Break>| (seen.row.since, seen.row.key.clone());
        of(one).cmp(&of(other))
    });
    Ok(breaks)
}

fn line(seen: &Seen<Break>) -> BreakLine {
    BreakLine {
        mark: BreakMark::of(&seen.row.key),
        finding: seen.row.finding.clone(),
        since: seen.row.since,
    }
}

/// What the operators were told of invoices lately, the newest of each.
async fn odd(books: &dyn Books) -> Read<Vec<OddLine>> {
    let page = Page {
        offset: 0,
        limit: NOTICES,
    };
    let told = books.notices_of(Audience::Operators, page).await?;
    let mut known = BTreeSet::new();
    let mut lines = Vec::new();
    for seen in told {
        let since = seen.row.since;
        if let Message::Operators(OperatorNews::InvoiceOdd {
            invoice,
            what,
            oddity,
            ..
        }) = seen.row.owed.message
            && known.insert(invoice)
        {
            lines.push(OddLine {
                invoice,
                what,
                oddity,
                since,
            });
        }
    }
    Ok(lines)
}

async fn sales(books: &dyn Books, now: Timestamp) -> Read<DeckFace> {
    let Some(prices) = books.prices().await? else {
        return Ok(DeckFace::NotThere);
    };
    let prices = prices.row;
    let by_hand = prices
        .stops
        .iter()
        .any(|stop| stop.why == StopReason::Operator);
    let page = Page {
        offset: 0,
        limit: LINES,
    };
    let lines = match by_hand {
        true => books.audit(Some("sales/pause".to_owned()), page).await?,
        false => Vec::new(),
    };
    let done = |line: &Audited| line.outcome == Outcome::Done;
    let by = lines.into_iter().find(done).map(|line| StoppedBy {
        who: line.who,
        reason: line.reason,
        at: line.at,
    });
    Ok(DeckFace::Sales(Box::new(SalesFace {
        open: is_open(&prices, now),
        unavailable: prices.unavailable(now),
        stops: prices.stops,
        by,
    })))
}

async fn card(doors: &Doors, order: OrderId) -> Read<DeckFace> {
    let books = doors.books.clone();
    let read = async move {
        let Some(file) = books.order_file(order).await? else {
            return Ok(None);
        };
        let rows = match file.order.row.operator_may().contains(&"mark delivered") {
            true => oldest_first(&*books).await?,
            false => Vec::new(),
        };
        Ok(Some((file, rows)))
    };
    let read = here(doors, read).await?;
    Ok(read.map_or(DeckFace::NotThere, |(file, rows)| {
        DeckFace::Order(Box::new(card_of(file, &rows)))
    }))
}

fn card_of(file: OrderFile, breaks: &[Seen<Break>]) -> OrderCard {
    let order = file.order.row;
    let rows = breaks
        .iter()
        .filter(|seen| may_be_of(&seen.row.finding, &order));
    OrderCard {
        rows: rows.take(ROWS_OF_ORDER).map(line).collect(),
        version: file.order.version,
        telegram: file.customer.row.telegram,
        transfers: file.transfers.into_iter().map(|seen| seen.row).collect(),
        invoice: file.invoices.first().map(|seen| seen.row.id),
        order,
    }
}

/// Whether a break has a row that may show this order's goods.
fn may_be_of(finding: &Finding, order: &Order) -> bool {
    let fits = finding.row().is_some_and(|row| {
        row.recipient == order.quote.recipient.username && row.goods == order.quote.product
    });
    fits && finding.order().is_none_or(|of| of == order.id)
}

async fn found(doors: &Doors, text: &str) -> Read<DeckFace> {
    match named(doors, text).await?.as_slice() {
        [one] => card(doors, one.row.id).await,
        all => {
            let shown = all.iter().map(|seen| WaitingOrder::of(&seen.row));
            Ok(DeckFace::Found(shown.collect()))
        }
    }
}

/// Orders by anything that names one; none by what could name none.
async fn named(doors: &Doors, text: &str) -> Read<Vec<Seen<Order>>> {
    let page = Page {
        offset: 0,
        limit: FOUND,
    };
    match find::orders(doors, text, page).await {
        Ok(mut found) => {
            found.truncate(usize::try_from(FOUND).unwrap_or(usize::MAX));
            Ok(found)
        }
        Err(why) if why.code() == "malformed" => Ok(Vec::new()),
        Err(why) => Err(Unreadable::new(why.to_string())),
    }
}

/// A page of a list, and whether there are others behind it.
fn part<T>(all: Vec<T>, page: u16) -> (Vec<T>, bool) {
    let rows = usize::from(ROWS);
    let skipped = usize::from(page).saturating_mul(rows);
    let more = all.len() > skipped.saturating_add(rows);
    (all.into_iter().skip(skipped).take(rows).collect(), more)
}
