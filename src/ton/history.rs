//! A wallet's transactions, each of which names the one before it: a chain without gaps, or the
//! place where it breaks off.

use starkeeper_actors::domain::Timestamp;
use starkeeper_actors::domain::ids::WalletAddress;
use starkeeper_actors::domain::transfer::{FoundTx, History, TxPos};

use super::provider::{Provider, malformed};
use super::settings::ChainSettings;
use super::transaction::RawTx;
use super::verdict::{Call, Trouble};
use super::wire::Row;

/// Transactions of the first page: mostly one or two are new.
const FIRST_PAGE: u32 = 8;

/// Where reading may stop.
#[derive(Clone, Copy, Debug)]
pub(super) struct Until {
    /// Transactions at this logical time and below are not wanted.
    pub(super) lt: u64,
    /// Nor are those from before this block time.
    pub(super) time: Option<Timestamp>,
}

/// Reads from `head` back. What cannot be read is missing, and `gapless_down_to` says so: every
/// transaction above it is there, as the account's own chain of hashes proves.
pub(super) async fn walk(
    provider: &Provider,
    settings: &ChainSettings,
    wallet: WalletAddress,
    head: Option<TxPos>,
    until: Until,
) -> History {
    let mut txs: Vec<FoundTx> = Vec::new();
    let mut next = head;
    let mut reached = None;
    for turn in 0..settings.most_pages {
        let Some(from) = next.filter(|from| from.lt > until.lt) else {
            reached = Some(until.lt);
            break;
        };
        let limit = match turn {
            0 => FIRST_PAGE.min(settings.page),
            _ => settings.page,
        };
        let page = page(provider, settings, wallet, from, limit).await;
        let page = match page {
            Ok(page) => page,
            Err(trouble) => {
                tracing::info!(%wallet, "the history breaks off at lt {}: {}", from.lt, trouble.cause);
                break;
            }
        };
        for raw in page {
            if raw.found.tx.lt <= until.lt || until.time.is_some_and(|time| raw.found.at < time) {
                next = None;
                break;
            }
            next = raw.before;
            txs.push(raw.found);
        }
    }
    let gapless_down_to = reached.or_else(|| {
        let broken_at = next.filter(|next| next.lt > until.lt);
        Some(broken_at.map_or(until.lt, |next| next.lt))
    });
    History {
        head,
        gapless_down_to,
        txs,
    }
}

/// One page: the transaction `from` and those before it, as far as they follow each other.
pub(super) async fn page(
    provider: &Provider,
    settings: &ChainSettings,
    wallet: WalletAddress,
    from: TxPos,
    limit: u32,
) -> Result<Vec<RawTx>, Trouble> {
    let query = [
        ("address", wallet.to_string()),
        ("lt", from.lt.to_string()),
        ("hash", from.hash.to_string()),
        ("limit", limit.to_string()),
        ("archival", "true".to_owned()),
    ];
    let rows: Vec<Row> = provider.get(settings, Call::Transactions, &query).await?;
    let mut expected = Some(from);
    let mut page = Vec::new();
    for row in &rows {
        let Some(next) = expected else { break };
        match row.transaction(wallet, next) {
            Ok(mut raw) => {
                // A walk begins at a state that masterchain blocks refer to, and what came before
                // is older.
                raw.found.committed = true;
                expected = raw.before;
                page.push(raw);
            }
            Err(what) if page.is_empty() => return Err(malformed(what)),
            Err(what) => {
                tracing::info!(%wallet, "a page of the history ends early: {what}");
                break;
            }
        }
    }
    if page.is_empty() {
        return Err(malformed("no transaction where one was named"));
    }
    Ok(page)
}
