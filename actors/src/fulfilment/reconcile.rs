//! The sweep: asks books, chain and Fragment's history about a till, and keeps what they disagree
//! about. What is right is [`crate::domain::breaks`]'s to say.

use std::time::Duration;

use super::desk::{Bench, Stuck};
use super::tills::Tenure;
use crate::browser_pool::{Purpose, Verdict};
use crate::domain::breaks::{Break, Comparison, Purchased, Witnesses};
use crate::domain::ids::{LoginId, OrderId};
use crate::domain::order::{HistoryRow, Order, Purchase};
use crate::domain::transfer::History;
use crate::domain::wallet::Wallet;
use crate::domain::{Span, Timestamp};
use crate::ports::books::{RowWrite, Seen, Write};

/// Transfers of a wallet that are compared at once, and orders that are watched beside them.
const PURCHASES: u32 = 100;

/// Open breaks that are read, of all tills: what the books give at most.
const BREAKS: u32 = 500;

/// A finished order had its row at the latest so long after it was signed for.
const LATE_ROW: Span = Span::hours(1);

/// Orders of old breaks, and unfinished ones, whose files are read beside the newest purchases.
const FILES: usize = 50;

/// Rows in one commit; what is more comes with the next sweep.
const CHANGES: usize = 40;

/// A browser is borrowed for the history alone.
const LOAN: u32 = 2;

impl Bench {
    /// Sweeps one till. A witness that cannot be had is silent, and the others are compared.
    pub(super) async fn reconcile(&self, tenure: &Tenure) -> Result<(), Stuck> {
        let books = &self.office.ports.books;
        let wallets = books.wallets().await?;
        let wallet = wallets
            .into_iter()
            .find(|seen| seen.row.address == tenure.wallet);
        let Some(Seen { row: wallet, .. }) = wallet else {
            return Err(Stuck::Rest("the wallet is not in the books yet".into()));
        };
        let mut open = books.breaks_open(BREAKS).await?;
        open.retain(|seen| seen.row.wallet == tenure.wallet);
        let begun = books.purchases(tenure.wallet, PURCHASES).await?;
        let begun = begun.iter().map(|one| one.transfer.lt_before).min();
        let chain = self.chain_says(&wallet, begun, &open).await;
        let history = match tenure.login {
            Some(login) => self.fragment_says(tenure, login).await,
            None => None,
        };
        // The books speak last: whatever the others have shown was in them before it happened.
        let newest = books.purchases(tenure.wallet, PURCHASES).await?;
        let whole_from = whole_from(&newest);
        let unfinished = books.orders_of_wallet(tenure.wallet).await?;
        let purchases = self.with_older(tenure, newest, &open, &unfinished).await?;
        let mut known = books.known(tenure.wallet).await?;
        let destinations = &self.settings.link.destinations;
        known.destinations.clone_from(destinations);
        let mut asked: Vec<HistoryRow> = history.iter().flatten().cloned().collect();
        asked.extend(
            open.iter()
                .filter_map(|seen| seen.row.finding.row().cloned()),
        );
        asked.sort_unstable();
        asked.dedup();
        let unclaimed = match asked.is_empty() {
            true => Vec::new(),
            false => books.unclaimed(asked.clone()).await?,
        };
        let witnesses = Witnesses {
            wallet,
            login: tenure.login,
            purchases,
            whole_from,
            unfinished: unfinished.into_iter().map(|seen| seen.row).collect(),
            known,
            chain,
            history,
            unclaimed,
            asked,
            now: self.now(),
        };
        let comparison = witnesses.compare(&self.settings.breaks);
        self.keep(tenure, &comparison, &open).await
    }

    /// The newest purchases, and older ones: those that are watched, that open breaks are about, and
    /// that are not finished.
    async fn with_older(
        &self,
        tenure: &Tenure,
        newest: Vec<Purchased>,
        open: &[Seen<Break>],
        unfinished: &[Seen<Order>],
    ) -> Result<Vec<Purchased>, Stuck> {
        let books = &self.office.ports.books;
        let mut all = newest;
        let watched = books.watched(tenure.wallet, self.now(), PURCHASES).await?;
        let is_new = |all: &[Purchased], one: &Purchased| {
            !all.iter().any(|known| known.transfer.id == one.transfer.id)
        };
        for one in watched {
            if is_new(&all, &one) {
                all.push(one);
            }
        }
        let signed = unfinished.iter().filter(|seen| {
            let purchase = seen.row.purchase();
            purchase.is_some_and(Purchase::was_signed)
        });
        let broken = open.iter().filter_map(|seen| seen.row.finding.order());
        let mut missing: Vec<OrderId> = signed
            .map(|seen| seen.row.id)
            .chain(broken)
            .filter(|order| !all.iter().any(|one| one.order.id == *order))
            .collect();
        missing.sort_unstable();
        missing.dedup();
        for order in missing.into_iter().take(FILES) {
            let Some(file) = books.order_file(order).await? else {
                continue;
            };
            let of_wallet = file
                .transfers
                .into_iter()
                .filter(|seen| seen.row.wallet == tenure.wallet);
            all.extend(of_wallet.map(|seen| Purchased {
                transfer: seen.row,
                order: file.order.row.clone(),
            }));
        }
        Ok(all)
    }

    /// The chain's word from before the oldest purchase on.
    async fn chain_says(
        &self,
        wallet: &Wallet,
        begun: Option<u64>,
        open: &[Seen<Break>],
    ) -> Option<History> {
        let chain = &self.office.ports.chain;
        let broken = open.iter().filter_map(|seen| seen.row.finding.tx());
        let broken = broken.map(|tx| tx.lt.saturating_sub(1));
        let oldest = broken.chain(begun).min();
        let down_to = oldest.or(wallet.last.map(|tx| tx.lt)).unwrap_or(0);
        let asked = async {
            let state = chain.state(wallet.address).await?;
            chain.history(&state, wallet.address, down_to).await
        };
        // Several pages, each with a deadline of its own below this one.
        match tokio::time::timeout(self.settings.run, asked).await {
            Ok(Ok(history)) => Some(history),
            Ok(Err(why)) => {
                tracing::debug!("the chain is not heard in the sweep: {why}");
                None
            }
            Err(_elapsed) => {
                tracing::debug!("the chain is not heard in the sweep: no answer in time");
                None
            }
        }
    }

    /// Fragment's history, through the till's browser: whoever buys with it waits as long.
    async fn fragment_says(&self, tenure: &Tenure, login: LoginId) -> Option<Vec<HistoryRow>> {
        let call = self.settings.call;
        let fence = tenure.fence_of(login)?;
        if !tenure.outlasts(call) {
            return None;
        }
        let (lender, for_at_most): (_, Duration) = (&self.doors.lender, call * LOAN);
        let lent = lender.borrow_till(login, fence, Purpose::Purchase, for_at_most);
        let slot = match lent.await {
            Ok(slot) => slot,
            Err(not_lent) => {
                tracing::debug!("fragment is not heard in the sweep: {not_lent}");
                return None;
            }
        };
        let asked = self.call(self.office.ports.market.history(slot)).await;
        let (verdict, rows) = match asked {
            Ok(rows) => (Verdict::Good, Some(rows)),
            Err(failure) => {
                tracing::debug!("fragment is not heard in the sweep: {failure}");
                let met = self.met(login, &failure).await;
                (met.unwrap_or(Verdict::Good), None)
            }
        };
        lender.give_back(slot, verdict).await;
        rows
    }

    /// Opens, closes and tells, in one commit.
    async fn keep(
        &self,
        tenure: &Tenure,
        comparison: &Comparison,
        open: &[Seen<Break>],
    ) -> Result<(), Stuck> {
        let keys = comparison.found.iter().map(|found| found.finding.key());
        let mut keys: Vec<String> = keys.collect();
        let is_gone = |seen: &&Seen<Break>| comparison.at(&seen.row.key).is_none();
        let gone: Vec<&Seen<Break>> = open.iter().filter(is_gone).collect();
        if keys.is_empty() && gone.is_empty() {
            return Ok(());
        }
        keys.retain(|key| !open.iter().any(|seen| seen.row.key == *key));
        let stored = match keys.is_empty() {
            true => Vec::new(),
            false => self.office.ports.books.breaks_named(keys.clone()).await?,
        };
        let (wallet, now) = (comparison.wallet, self.now());
        let begun = keys.iter().filter_map(|key| {
            let before = stored.iter().find(|seen| seen.row.key == *key);
            let row = before.map(|seen| &seen.row);
            let next = Break::after(row, comparison.at(key), false, wallet, now)?;
            Some((before, next))
        });
        let ended = gone.into_iter().filter_map(|seen| {
            let agrees = comparison.agrees(&seen.row.finding);
            let next = Break::after(Some(&seen.row), None, agrees, wallet, now)?;
            Some((Some(seen), next))
        });
        let mut commit = self.commit(tenure);
        let mut said = Vec::new();
        for (before, decision) in begun.chain(ended).take(CHANGES) {
            let row = self.office.absorb(&mut commit, decision);
            let seen = before.map(|seen| seen.version);
            said.push(row.clone());
            commit.rows.push(RowWrite::Break(Write { seen, row }));
        }
        if commit.rows.is_empty() {
            return Ok(());
        }
        self.write(commit).await?;
        said.iter().for_each(say);
        Ok(())
    }
}

/// From when on the newest purchases are all there are. Behind a full page of them an older one may
/// still have got its row later.
fn whole_from(newest: &[Purchased]) -> Option<Timestamp> {
    let oldest = newest.iter().map(|one| one.transfer.signed_at).min()?;
    let is_full = u32::try_from(newest.len()).is_ok_and(|read| read >= PURCHASES);
    Some(if is_full { oldest + LATE_ROW } else { oldest })
}

/// A line of the log for each change, without a person in it.
fn say(row: &Break) {
    let kind = row.finding.kind();
    let order = row.finding.order().map(|order| order.to_string());
    let order = order.unwrap_or_else(|| "no order".to_owned());
    if row.is_open() {
        tracing::warn!("a break: {kind}, {order}: the operators are told");
    } else {
        tracing::info!("a break is over: {kind}, {order}");
    }
}
