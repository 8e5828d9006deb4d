//! Everything about one order that its next step needs.

use starkeeper_actors::domain::ids::OrderId;
use starkeeper_actors::domain::order::Order;
use starkeeper_actors::domain::transfer::Transfer;
use starkeeper_actors::ports::books::{OrderFile, Seen};

use super::{Link, read};
use crate::storage::decode;
use crate::storage::errors::Trouble;

/// The file, if there is such an order.
pub(in crate::storage) async fn order_file(
    link: Link<'_>,
    id: OrderId,
) -> Result<Option<OrderFile>, Trouble> {
    let Some(raw) = read::order(link, id).await? else {
        return Ok(None);
    };
    let order: Seen<Order> = decode::seen(raw).map_err(decode::trouble)?;
    let Some(raw) = read::customer(link, order.row.customer).await? else {
        return Ok(None);
    };
    let customer = decode::seen(raw).map_err(decode::trouble)?;
    let transfers = read::transfers_of(link, id).await?;
    let transfers: Vec<Seen<Transfer>> = decode::list(transfers).map_err(decode::trouble)?;
    // An order that gave its purchase back keeps what its transfers say.
    let bound = order.row.purchase().map(|purchase| purchase.wallet);
    let bound = bound.or_else(|| transfers.first().map(|seen| seen.row.wallet));
    let wallet = match bound {
        Some(wallet) => read::wallet(link, wallet).await?,
        None => None,
    };
    let wallet = decode::found(wallet).map_err(decode::trouble)?;
    let invoices = read::invoices_for(link, id).await?;
    let invoices = decode::list(invoices).map_err(decode::trouble)?;
    let live = read::live_of(link, id).await?.map(decode::live);
    Ok(Some(OrderFile {
        order,
        transfers,
        wallet,
        customer,
        invoices,
        live,
    }))
}
