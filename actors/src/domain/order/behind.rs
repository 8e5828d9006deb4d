//! Behind the payment: the confirm call, the delivery, and money that came back (rules 8, 9, 20).

use super::decide::Desk;
use super::event::Proof;
use super::{Order, OrderRefused, OrderState, Purchase, Stage, WhyParked};
use crate::domain::decision::Decision;
use crate::domain::ledger::{Account, Entry, EntryKey};
use crate::domain::money::NanoTon;
use crate::domain::notice::{News, Owed};
use crate::domain::transfer::TxPos;

type Decided = Result<Decision<Order>, OrderRefused>;

impl Order {
    pub(super) fn confirmed_by_fragment(&self, event: &'static str) -> Decided {
        let mut next = self.clone();
        match &mut next.state {
            OrderState::Paying { confirmed, .. }
            | OrderState::Paid { confirmed, .. }
            | OrderState::Parked {
                stage: Stage::Paid { confirmed, .. },
                ..
            } => *confirmed = true,
            OrderState::AwaitingPayment { .. }
            | OrderState::Held { .. }
            | OrderState::Linked { .. }
            | OrderState::Delivered { .. }
            | OrderState::Refunded { .. }
            | OrderState::Cancelled { .. }
            | OrderState::Parked { .. } => return Err(self.refused(event)),
        }
        Ok(Decision::quiet(next))
    }

    pub(super) fn delivery_seen(
        &self,
        proof: Proof,
        desk: Desk<'_>,
        event: &'static str,
    ) -> Decided {
        let purchase = match (&self.state, &proof) {
            (OrderState::Paid { purchase, .. }, Proof::Page { .. } | Proof::History { .. }) => {
                purchase
            }
            // Behind the reset of the page, only the history is a witness (rule 9).
            (
                OrderState::Parked {
                    purchase,
                    stage: Stage::Paid { bounced: false, .. },
                    ..
                },
                Proof::History { .. },
            ) => purchase,
            (
                OrderState::AwaitingPayment { .. }
                | OrderState::Held { .. }
                | OrderState::Linked { .. }
                | OrderState::Paying { .. }
                | OrderState::Delivered { .. }
                | OrderState::Refunded { .. }
                | OrderState::Cancelled { .. }
                | OrderState::Parked { .. },
                Proof::Page { .. } | Proof::History { .. },
            ) => return Err(self.refused(event)),
        };
        self.settle(purchase, proof, NanoTon::ZERO, desk)
    }

    /// Earns the price. `unspent` is what of the reservation the ledger still holds.
    pub(super) fn settle(
        &self,
        purchase: &Purchase,
        proof: Proof,
        unspent: NanoTon,
        desk: Desk<'_>,
    ) -> Decided {
        let wallet = self.explained_wallet(purchase, desk)?.address;
        let entry = Entry::new(EntryKey::Settle { order: self.id })
            .post(
                Account::CustomerHeld(self.customer),
                Account::Revenue,
                self.price(),
            )?
            .post(Account::Float(wallet), Account::FloatHeld(wallet), unspent)?;
        let seconds = (desk.now - purchase.held_at).num_seconds();
        let news = News::Delivered {
            order: self.id,
            seconds,
        };
        let next = self.in_state(OrderState::Delivered {
            at: desk.now,
            proof,
        });
        let decision = Decision::quiet(next).entry(entry).redraw(self.id);
        Ok(decision.tell(Owed::customer(self.customer, news)))
    }

    pub(super) fn delivery_not_seen(&self, desk: Desk<'_>, event: &'static str) -> Decided {
        let OrderState::Paid {
            purchase,
            transfer,
            confirmed,
            paid_at,
            retry,
        } = &self.state
        else {
            return Err(self.refused(event));
        };
        let (transfer, confirmed, paid_at) = (*transfer, *confirmed, *paid_at);
        if desk.now < paid_at + desk.rules.delivery_patience {
            let retry = retry.later(desk.rules.first_pause, desk.rules.longest_pause, desk.now);
            let purchase = purchase.clone();
            let state = OrderState::Paid {
                purchase,
                transfer,
                confirmed,
                paid_at,
                retry,
            };
            return Ok(Decision::quiet(self.in_state(state)));
        }
        let stage = Stage::Paid {
            transfer,
            paid_at,
            confirmed,
            bounced: false,
            till_reset: false,
        };
        let why = WhyParked::DeliveryUnseen;
        let parked = self.park(purchase.clone(), why, stage, desk.now);
        let news = News::BeingChecked { order: self.id };
        Ok(parked.tell(Owed::customer(self.customer, news)))
    }

    pub(super) fn bounced(&self, back: TxPos, desk: Desk<'_>, event: &'static str) -> Decided {
        let (purchase, transfer, paid_at, confirmed, till_reset) = match &self.state {
            OrderState::Paid {
                purchase,
                transfer,
                paid_at,
                confirmed,
                ..
            } => (purchase, *transfer, *paid_at, *confirmed, false),
            OrderState::Parked {
                purchase,
                stage:
                    Stage::Paid {
                        transfer,
                        paid_at,
                        confirmed,
                        bounced: false,
                        till_reset,
                    },
                ..
            } => (purchase, *transfer, *paid_at, *confirmed, *till_reset),
            OrderState::AwaitingPayment { .. }
            | OrderState::Held { .. }
            | OrderState::Linked { .. }
            | OrderState::Paying { .. }
            | OrderState::Delivered { .. }
            | OrderState::Refunded { .. }
            | OrderState::Cancelled { .. }
            | OrderState::Parked { .. } => return Err(self.refused(event)),
        };
        let stage = Stage::Paid {
            transfer,
            paid_at,
            confirmed,
            bounced: true,
            till_reset,
        };
        let why = WhyParked::SentBack { lt: back.lt };
        Ok(self.park(purchase.clone(), why, stage, desk.now))
    }

    pub(super) fn till_was_reset(&self, event: &'static str) -> Decided {
        let mut next = self.clone();
        let OrderState::Parked {
            stage: Stage::Paid { till_reset, .. },
            ..
        } = &mut next.state
        else {
            return Err(self.refused(event));
        };
        *till_reset = true;
        Ok(Decision::quiet(next))
    }
}
