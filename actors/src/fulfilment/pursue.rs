//! `Paying`: sends the stored bytes, tells Fragment, looks for the transaction, and concludes.

use super::desk::{Stuck, wallet_of};
use super::run::{Flow, Run};
use crate::domain::decision::Decision;
use crate::domain::ids::TransferId;
use crate::domain::order::{Concluded, OrderEvent, conclude};
use crate::domain::transfer::{Transfer, Verdict, Waiting};
use crate::ports::books::{OrderFile, RowWrite, Seen, Write};

impl Run {
    pub(super) async fn pursue(
        &mut self,
        file: &OrderFile,
        transfer: TransferId,
        confirm: bool,
    ) -> Result<Flow, Stuck> {
        let transfer = find(file, transfer)?.clone();
        // What was read from the books just now is what leaves, and nothing else. The answer is
        // only a hint: the chain decides.
        self.send(&transfer.row).await;
        if confirm && self.confirm(&transfer.row).await {
            return self.apply(file, OrderEvent::Confirmed).await;
        }
        let evidence = self.bench.office.ports.chain.look(&transfer.row).await?;
        let older: Vec<Transfer> = file.transfers.iter().map(|seen| seen.row.clone()).collect();
        let earlier: Vec<Transfer> = older
            .iter()
            .filter(|one| one.id != transfer.row.id)
            .cloned()
            .collect();
        let verdict = transfer
            .row
            .judge(&evidence, &earlier, self.bench.settings.judge);
        if let Verdict::Wait(waiting) = &verdict {
            return self.keep_waiting(*waiting);
        }
        let desk = self.bench.desk(wallet_of(file), &self.tenure);
        match conclude(&file.order.row, &transfer.row, &older, &verdict, desk)? {
            Some(decision) => self.commit_conclusion(file, decision).await,
            None => self.keep_waiting(Waiting::StillValid),
        }
    }

    fn keep_waiting(&self, waiting: Waiting) -> Result<Flow, Stuck> {
        if self.tenure.outlasts(self.bench.settings.call) {
            Ok(Flow::Pause(self.bench.settings.chain_pause))
        } else {
            Err(Stuck::Rest(format!(
                "waiting for the chain ({waiting:?}) without a lease"
            )))
        }
    }

    async fn send(&self, transfer: &Transfer) {
        let sent = self.bench.office.ports.chain.send(transfer);
        match tokio::time::timeout(self.bench.settings.call, sent).await {
            Ok(Ok(hint)) => tracing::debug!(transfer = %transfer.id, "sent: {hint:?}"),
            Ok(Err(failure)) => {
                tracing::info!(transfer = %transfer.id, "the outcome of sending is open: {failure}");
            }
            Err(_elapsed) => {
                tracing::info!(transfer = %transfer.id, "no provider answered in time");
            }
        }
    }

    /// Tells Fragment about the very bytes. Whatever comes of it says nothing about the payment.
    pub(super) async fn confirm(&mut self, transfer: &Transfer) -> bool {
        let Some(link) = &transfer.link else {
            return false;
        };
        let Ok(slot) = self.till_slot(link.login).await else {
            return false;
        };
        let market = self.bench.office.ports.market.clone();
        match self.call(market.confirm(slot, link, &transfer.boc)).await {
            Ok(()) => {
                tracing::info!(transfer = %transfer.id, "fragment took the confirm call");
                true
            }
            Err(failure) => {
                tracing::info!(transfer = %transfer.id, "fragment did not take the confirm call: {failure}");
                self.note(link.login, &failure).await;
                false
            }
        }
    }

    /// Order, transfers and wallet in one commit.
    pub(super) async fn commit_conclusion(
        &self,
        file: &OrderFile,
        decision: Decision<Concluded>,
    ) -> Result<Flow, Stuck> {
        let wallet = file.wallet.as_ref().ok_or(Stuck::Reread)?;
        let mut commit = self.bench.commit(&self.tenure);
        let concluded = self.bench.office.absorb(&mut commit, decision);
        commit
            .rows
            .push(RowWrite::Order(Write::over(&file.order, concluded.order)));
        commit
            .rows
            .push(RowWrite::Wallet(Write::over(wallet, concluded.wallet)));
        for transfer in concluded.transfers {
            let seen = find(file, transfer.id)?;
            commit
                .rows
                .push(RowWrite::Transfer(Write::over(seen, transfer)));
        }
        self.bench.write(commit).await?;
        Ok(Flow::Onward)
    }
}

/// A transfer of the file. The books and the file disagree if it is missing.
pub(super) fn find(file: &OrderFile, id: TransferId) -> Result<&Seen<Transfer>, Stuck> {
    file.transfers
        .iter()
        .find(|seen| seen.row.id == id)
        .ok_or(Stuck::Reread)
}
