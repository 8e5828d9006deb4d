//! `Paid`: confirms until Fragment takes it, and looks for the delivery: first on the page, by
//! our own request id, then in the history, by a row that no other order claims.

use super::desk::{Stuck, wallet_of};
use super::pursue::find;
use super::run::{Flow, Run};
use crate::domain::ids::TransferId;
use crate::domain::link::Link;
use crate::domain::order::{HistoryRow, Order, OrderEvent, OrderState, Proof, Stage};
use crate::domain::transfer::Transfer;
use crate::ports::books::{Claim, OrderFile, RowWrite, Write};
use crate::ports::market::{Delivery, Slot};

impl Run {
    pub(super) async fn follow_up(
        &mut self,
        file: &OrderFile,
        transfer: TransferId,
        confirm: bool,
    ) -> Result<Flow, Stuck> {
        let transfer = find(file, transfer)?.row.clone();
        if confirm && self.confirm(&transfer).await {
            return self.apply(file, OrderEvent::Confirmed).await;
        }
        let Some(link) = transfer.link.clone() else {
            return Err(Stuck::Rest(format!("{} paid without a link", transfer.id)));
        };
        let Ok(slot) = self.till_slot(link.login).await else {
            // Counted in the order's own patience, so that a dead till parks it in the end.
            return self.apply(file, OrderEvent::DeliveryNotSeen).await;
        };
        let done = self.page_says_done(slot, file, &link).await;
        let rows = self.unclaimed_rows(file, &transfer, &link).await?;
        if done {
            // The row is claimed with the delivery, or the next equal order would find it free.
            let proof = Proof::Page {
                request: link.request.clone(),
            };
            return self.delivered(file, proof, rows.into_iter().next()).await;
        }
        if let Some(row) = HistoryRow::witness(&rows, self.rivals(file).await?).cloned() {
            let proof = Proof::History { row: row.clone() };
            return self.delivered(file, proof, Some(row)).await;
        }
        self.apply(file, OrderEvent::DeliveryNotSeen).await
    }

    /// Behind a parked payment: the page goes back to `new`, and the till is free.
    pub(super) async fn reset_till(
        &mut self,
        file: &OrderFile,
        transfer: TransferId,
    ) -> Result<Flow, Stuck> {
        let transfer = find(file, transfer)?.row.clone();
        // The page forgets the purchase when it is reset: Fragment must have taken the confirm
        // call before (rule 8).
        if !is_confirmed(&file.order.row) {
            if self.confirm(&transfer).await {
                return self.apply(file, OrderEvent::Confirmed).await;
            }
            return Err(Stuck::Rest("the confirm call is still due".into()));
        }
        let link = transfer.link;
        let link = link.ok_or_else(|| Stuck::Rest("a burn has no till to reset".into()))?;
        let slot = self.till_slot(link.login).await?;
        let market = self.bench.office.ports.market.clone();
        let product = file.order.row.quote.product;
        match self.call(market.reset(slot, &product)).await {
            Ok(()) => self.apply(file, OrderEvent::TillReset).await,
            Err(failure) => {
                self.note(link.login, &failure).await;
                Err(Stuck::Rest(format!(
                    "the till's page was not reset: {failure}"
                )))
            }
        }
    }

    async fn page_says_done(&mut self, slot: Slot, file: &OrderFile, link: &Link) -> bool {
        let market = self.bench.office.ports.market.clone();
        let product = file.order.row.quote.product;
        match self.call(market.delivery(slot, &product, link)).await {
            Ok(Delivery::Done { request }) => request.as_ref() == Some(&link.request),
            Ok(Delivery::Pending) => false,
            Err(failure) => {
                self.note(link.login, &failure).await;
                false
            }
        }
    }

    /// Rows of the history that fit the order and that no order has claimed. None if the history
    /// cannot be read: it is only a second witness.
    async fn unclaimed_rows(
        &mut self,
        file: &OrderFile,
        transfer: &Transfer,
        link: &Link,
    ) -> Result<Vec<HistoryRow>, Stuck> {
        let Ok(slot) = self.till_slot(link.login).await else {
            return Ok(Vec::new());
        };
        let market = self.bench.office.ports.market.clone();
        let mut rows = match self.call(market.history(slot)).await {
            Ok(rows) => rows,
            Err(failure) => {
                self.note(link.login, &failure).await;
                return Ok(Vec::new());
            }
        };
        rows.retain(|row| row.fits(&file.order.row, transfer, link));
        if rows.is_empty() {
            return Ok(rows);
        }
        Ok(self.bench.office.ports.books.unclaimed(rows).await?)
    }

    /// How many other orders could own a row that fits this one.
    async fn rivals(&self, file: &OrderFile) -> Result<usize, Stuck> {
        let books = &self.bench.office.ports.books;
        let orders = books.orders_of_wallet(self.tenure.wallet).await?;
        let order = &file.order.row;
        let rivals = orders
            .iter()
            .filter(|seen| seen.row.may_own_a_row_of(order));
        Ok(rivals.count())
    }

    async fn delivered(
        &self,
        file: &OrderFile,
        proof: Proof,
        claim: Option<HistoryRow>,
    ) -> Result<Flow, Stuck> {
        let order = &file.order.row;
        let desk = self.bench.desk(wallet_of(file), &self.tenure);
        let decision = order.decide(OrderEvent::DeliverySeen(proof), desk)?;
        let mut commit = self.bench.commit(&self.tenure);
        let next = self.bench.office.absorb(&mut commit, decision);
        commit
            .rows
            .push(RowWrite::Order(Write::over(&file.order, next)));
        commit
            .claims
            .extend(claim.map(|row| (Claim::History(row), Some(order.id))));
        self.bench.write(commit).await?;
        Ok(Flow::Onward)
    }
}

const fn is_confirmed(order: &Order) -> bool {
    matches!(
        &order.state,
        OrderState::Parked {
            stage: Stage::Paid {
                confirmed: true,
                ..
            },
            ..
        }
    )
}
