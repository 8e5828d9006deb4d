//! Explains a wallet's history before anything is signed, refunded or settled under a lease, and
//! from time to time afterwards (rule 2).

use super::desk::{Bench, Stuck};
use super::tills::Tenure;
use crate::domain::decision::Decision;
use crate::domain::ledger::{Account, Asset, Entry, EntryKey};
use crate::domain::notice::Owed;
use crate::domain::order::{Order, OrderEvent, OrderState};
use crate::domain::transfer::{AccountState, FoundTx, History, TransferState, TxPos};
use crate::domain::wallet::{Explained, Explanation, Strange, Wallet, WhyStopped};
use crate::ports::books::{Commit, OrderFile, RowWrite, Seen, Write};

impl Bench {
    /// Explains the history of a till's wallet; adopts the wallet if the books do not know it.
    pub(super) async fn explain(&self, tenure: &Tenure) -> Result<(), Stuck> {
        let ports = &self.office.ports;
        let wallets = ports.books.wallets().await?;
        let state = ports.chain.state(tenure.wallet).await?;
        let Some(wallet) = wallets
            .iter()
            .find(|seen| seen.row.address == tenure.wallet)
        else {
            return self.adopt(tenure, &state).await;
        };
        if wallet.row.is_stopped() {
            return Err(Stuck::Rest("the wallet is stopped".into()));
        }
        let down_to = wallet.row.last.map_or(0, |tx| tx.lt);
        let history = ports.chain.history(&state, tenure.wallet, down_to).await?;
        let mut known = ports.books.known(tenure.wallet).await?;
        known
            .destinations
            .clone_from(&self.settings.link.destinations);
        let explanation = wallet.row.explain(&state, &history, &known, tenure.epoch);
        let explanation = explanation.map_err(|error| Stuck::Rest(error.to_string()))?;
        match explanation {
            Explanation::Incomplete => Err(Stuck::Rest("the history is incomplete".into())),
            Explanation::Complete {
                wallet: next,
                explained,
                entries,
                notices,
            } => {
                if next == wallet.row && entries.is_empty() {
                    return Ok(());
                }
                let mut commit = self.commit(tenure);
                let decision = Decision {
                    next,
                    entries,
                    notices,
                    stale: Vec::new(),
                };
                let next = self.office.absorb(&mut commit, decision);
                commit
                    .rows
                    .push(RowWrite::Wallet(Write::over(wallet, next.clone())));
                self.assign(&mut commit, tenure, &next, &explained, &history)
                    .await?;
                self.write(commit).await
            }
            Explanation::Break { strange } => self.stop_all(tenure, &wallets, &strange).await,
        }
    }

    /// A wallet the books have never seen is taken on as it is: its balance is an opening entry.
    async fn adopt(&self, tenure: &Tenure, state: &AccountState) -> Result<(), Stuck> {
        let mut commit = self.commit(tenure);
        let wallet = tenure.wallet;
        let entry = Entry::new(EntryKey::Adopted { wallet });
        let float = Account::Float(wallet);
        let entry = entry.post(float, Account::Opening(Asset::Ton), state.balance);
        let entry = entry.map_err(|error| Stuck::Rest(error.to_string()))?;
        if !entry.is_empty() {
            commit.entries.push(entry);
        }
        let mut adopted = Wallet::adopt(wallet, state);
        adopted.explained_in = Some(tenure.epoch);
        commit.rows.push(RowWrite::Wallet(Write::new(adopted)));
        self.write(commit).await
    }

    /// Transactions that a person assigned to an order: a payment takes the order out of the
    /// queue, TON that came back makes its payment one that bounced.
    async fn assign(
        &self,
        commit: &mut Commit,
        tenure: &Tenure,
        wallet: &Wallet,
        explained: &[Explained],
        history: &History,
    ) -> Result<(), Stuck> {
        for how in explained {
            let Explained::Assigned {
                tx,
                order: Some(order),
            } = how
            else {
                continue;
            };
            let Some(file) = self.office.ports.books.order_file(*order).await? else {
                continue;
            };
            let came_in = |found: &FoundTx| found.tx == *tx && found.message.is_none();
            let back = history.txs.iter().any(came_in);
            let event = if back {
                OrderEvent::Bounced(*tx)
            } else {
                OrderEvent::PaidOutside(*tx)
            };
            let desk = self.desk(Some(wallet), tenure);
            // An order that cannot take it (finished, or never held) does not keep the wallet
            // from being explained: the transaction is posted, and the log says so.
            match file.order.row.decide(event, desk) {
                Ok(decision) => {
                    let next = self.office.absorb(commit, decision);
                    commit.rows.extend(bounced(&file, *tx).filter(|_| back));
                    let write = Write::over(&file.order, next);
                    commit.rows.push(RowWrite::Order(write));
                }
                Err(refused) => tracing::warn!(order.id = %order, "assigned in vain: {refused}"),
            }
        }
        Ok(())
    }

    /// A break: every wallet stops, orders that wait are parked, and the operators hear what was
    /// found and which orders it fits. Wallets of other replicas are stopped by the books' row
    /// alone: their next commit meets it.
    async fn stop_all(
        &self,
        tenure: &Tenure,
        wallets: &[Seen<Wallet>],
        strange: &[Strange],
    ) -> Result<(), Stuck> {
        let mut commit = self.commit(tenure);
        let mut told = Decision::quiet(());
        for odd in strange {
            let lt = odd.tx.map_or(0, |tx| tx.lt);
            let news = odd.what.clone().news(tenure.wallet, lt);
            told = told.tell(Owed::operators(news));
        }
        for seen in wallets.iter().filter(|seen| !seen.row.is_stopped()) {
            let wallet = tenure.wallet;
            let stopped = seen.row.stopped(WhyStopped::Unexplained { wallet });
            if let Some(owed) = stopped.stop_notice() {
                told = told.tell(owed);
            }
            self.park_waiting(&mut commit, tenure, &seen.row).await?;
            commit
                .rows
                .push(RowWrite::Wallet(Write::over(seen, stopped)));
        }
        self.office.absorb(&mut commit, told);
        self.write(commit).await?;
        Err(Stuck::Rest("the wallets are stopped".into()))
    }

    async fn park_waiting(
        &self,
        commit: &mut Commit,
        tenure: &Tenure,
        wallet: &Wallet,
    ) -> Result<(), Stuck> {
        let orders = self
            .office
            .ports
            .books
            .orders_of_wallet(wallet.address)
            .await?;
        for seen in orders.iter().filter(|seen| is_waiting(&seen.row)) {
            let desk = self.desk(Some(wallet), tenure);
            let decision = seen.row.decide(OrderEvent::Break, desk)?;
            let next = self.office.absorb(commit, decision);
            commit.rows.push(RowWrite::Order(Write::over(seen, next)));
        }
        Ok(())
    }
}

/// Whether an order waits for its goods. One whose money is on its way back waits for the
/// explanation anyhow, and parked it would forget that.
const fn is_waiting(order: &Order) -> bool {
    match &order.state {
        OrderState::Held { refund: None, .. } | OrderState::Linked { .. } => true,
        OrderState::Held {
            refund: Some(_), ..
        }
        | OrderState::AwaitingPayment { .. }
        | OrderState::Paying { .. }
        | OrderState::Paid { .. }
        | OrderState::Delivered { .. }
        | OrderState::Refunded { .. }
        | OrderState::Cancelled { .. }
        | OrderState::Parked { .. } => false,
    }
}

/// The order's payment, as one that came back.
fn bounced(file: &OrderFile, back: TxPos) -> Option<RowWrite> {
    let paid = file.order.row.transfer()?;
    let seen = file.transfers.iter().find(|seen| seen.row.id == paid)?;
    match &seen.row.state {
        TransferState::Paid { tx } => {
            let state = TransferState::Bounced { tx: *tx, back };
            let write = Write::over(seen, seen.row.now_is(state));
            Some(RowWrite::Transfer(write))
        }
        TransferState::Signed
        | TransferState::ConsumedUnpaid { .. }
        | TransferState::Dead { .. }
        | TransferState::Superseded { .. }
        | TransferState::Foreign { .. }
        | TransferState::Bounced { .. } => None,
    }
}
