//! Everything about one order or invoice that its next step needs.

use starkeeper_actors::domain::ids::{InvoiceId, OrderId};
use starkeeper_actors::domain::invoice::{Invoice, Purpose};
use starkeeper_actors::domain::money::NanoTon;
use starkeeper_actors::domain::order::Order;
use starkeeper_actors::domain::transfer::Transfer;
use starkeeper_actors::domain::wallet::Wallet;
use starkeeper_actors::ports::Unreadable;
use starkeeper_actors::ports::books::{InvoiceFile, OrderFile, Seen};

use super::{Link, read, told};
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
    let live = told::live_of(link, id).await?.map(decode::live);
    Ok(Some(OrderFile {
        order,
        transfers,
        wallet,
        customer,
        invoices,
        live,
    }))
}

/// The file, if there is such an invoice.
pub(in crate::storage) async fn invoice_file(
    link: Link<'_>,
    id: InvoiceId,
) -> Result<Option<InvoiceFile>, Trouble> {
    let Some(raw) = read::invoice(link, id).await? else {
        return Ok(None);
    };
    let invoice: Seen<Invoice> = decode::seen(raw).map_err(decode::trouble)?;
    let owner = invoice.row.customer;
    let Some(raw) = read::customer(link, owner).await? else {
        let missing = Unreadable::new(format!("{owner} is missing"));
        return Err(decode::trouble(missing));
    };
    let customer = decode::seen(raw).map_err(decode::trouble)?;
    let purse = decode::purse(&read::balances(link, owner.get().to_string()).await?);
    let order = match invoice.row.purpose {
        Purpose::TopUp => None,
        Purpose::Order(order) => read::order(link, order).await?,
    };
    let order: Option<Seen<Order>> = decode::found(order).map_err(decode::trouble)?;
    let waits = order.as_ref().is_some_and(|seen| seen.row.awaits_payment());
    let wallets = if waits {
        floats(link).await?
    } else {
        Vec::new()
    };
    Ok(Some(InvoiceFile {
        invoice,
        customer,
        purse,
        order,
        wallets,
    }))
}

/// All wallets with what they have free.
async fn floats(link: Link<'_>) -> Result<Vec<(Wallet, NanoTon)>, Trouble> {
    let wallets = read::all_wallets(link).await?;
    let wallets: Vec<Seen<Wallet>> = decode::list(wallets).map_err(decode::trouble)?;
    let mut floats = Vec::new();
    for Seen { row, .. } in wallets {
        let balances = read::balances(link, row.address.to_string()).await?;
        floats.push((row, decode::float(&balances)));
    }
    Ok(floats)
}
