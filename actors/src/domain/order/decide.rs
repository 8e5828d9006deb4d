//! What one event makes of an order; the events up to the signature. What follows the payment is
//! in `behind`, the way back in `refund`.

use super::event::{Funding, OrderEvent, OrderRules};
use super::{Candidate, Order, OrderRefused, OrderState, Purchase, Retry, Stage, WhyParked};
use crate::domain::Timestamp;
use crate::domain::decision::Decision;
use crate::domain::ids::Epoch;
use crate::domain::ledger::{Account, Entry, EntryKey};
use crate::domain::link::Link;
use crate::domain::notice::{News, OperatorNews, Owed, RefundReason};
use crate::domain::transfer::{Purpose, Transfer, TxPos};
use crate::domain::wallet::Wallet;

/// Where a decision is made: the settings, the instant, and the wallet under its lease. The
/// wallet is absent before the order is bound to one.
#[derive(Clone, Copy, Debug)]
pub struct Desk<'a> {
    /// The settings.
    pub rules: &'a OrderRules,
    /// The wallet's row as it was read.
    pub wallet: Option<&'a Wallet>,
    /// The lease epoch under which the decision will be committed.
    pub epoch: Epoch,
    /// The instant.
    pub now: Timestamp,
}

/// Seconds in an hour: how often the operators hear of orders that wait.
const HOUR: i64 = 3_600;

type Decided = Result<Decision<Order>, OrderRefused>;

impl Order {
    /// Says what an event makes of this order.
    ///
    /// # Errors
    /// [`OrderRefused`] if the event cannot happen in this state; nothing changes then.
    pub fn decide(&self, event: OrderEvent, desk: Desk<'_>) -> Decided {
        let name = event.name();
        match event {
            OrderEvent::Fund(funding) => self.fund(funding, desk),
            OrderEvent::WaitUntil(until) => self.wait_until(until, name),
            OrderEvent::Cancel => self.cancel(desk),
            OrderEvent::TakeBack => self.take_back(desk),
            OrderEvent::Tick => self.tick(desk),
            OrderEvent::Linked(link) => self.linked(link, name),
            OrderEvent::LinkRefused(why) => self.give_back(why, desk, name),
            OrderEvent::LinkNotDone => self.link_not_done(desk, name),
            OrderEvent::NeedsOperator(why) => self.needs_operator(why, desk, name),
            OrderEvent::LinkExpired => self.link_expired(name),
            OrderEvent::Signed(transfer) => self.signed(&transfer, name),
            OrderEvent::Confirmed => self.confirmed_by_fragment(name),
            OrderEvent::ReturnMoney => self.return_money(desk, name),
            OrderEvent::DeliverySeen(proof) => self.delivery_seen(proof, desk, name),
            OrderEvent::DeliveryNotSeen => self.delivery_not_seen(desk, name),
            OrderEvent::Bounced(back) => self.bounced(back, desk, name),
            OrderEvent::TillReset => self.till_was_reset(name),
            OrderEvent::Break => self.broken(desk, name),
            OrderEvent::PaidOutside(tx) => self.paid_outside(tx, desk, name),
            OrderEvent::Operator(act) => self.operate(act, desk),
        }
    }

    fn fund(&self, funding: Funding, desk: Desk<'_>) -> Decided {
        let OrderState::AwaitingPayment { .. } = &self.state else {
            return Err(self.refused("fund"));
        };
        let Funding { wallet, reserve } = funding;
        let (customer, price) = (self.customer, self.price());
        let entry = Entry::new(EntryKey::Hold { order: self.id })
            .post(
                Account::Customer(customer),
                Account::CustomerHeld(customer),
                price,
            )?
            .post(Account::FloatHeld(wallet), Account::Float(wallet), reserve)?;
        let purchase = Purchase {
            wallet,
            reserved: reserve,
            held_at: desk.now,
            signed: Vec::new(),
            told_sent: false,
        };
        let next = Order {
            held_at: Some(desk.now),
            ..self.held(purchase, false, None)
        };
        Ok(Decision::quiet(next).entry(entry).redraw(self.id))
    }

    fn wait_until(&self, until: Timestamp, event: &'static str) -> Decided {
        let OrderState::AwaitingPayment { .. } = &self.state else {
            return Err(self.refused(event));
        };
        let state = OrderState::AwaitingPayment { until };
        Ok(Decision::quiet(self.in_state(state)).redraw(self.id))
    }

    fn cancel(&self, desk: Desk<'_>) -> Decided {
        let OrderState::AwaitingPayment { .. } = &self.state else {
            return Err(self.refused("cancel"));
        };
        let state = OrderState::Cancelled {
            at: desk.now,
            by_customer: true,
        };
        Ok(Decision::quiet(self.in_state(state)).redraw(self.id))
    }

    fn take_back(&self, desk: Desk<'_>) -> Decided {
        let (OrderState::Held { purchase, .. } | OrderState::Linked { purchase, .. }) = &self.state
        else {
            return Err(self.refused("take back"));
        };
        if purchase.was_signed() {
            return Err(OrderRefused::AlreadySigned { order: self.id });
        }
        let from = purchase.held_at + desk.rules.slow_after;
        if desk.now < from {
            return Err(OrderRefused::TooEarly {
                order: self.id,
                from,
            });
        }
        self.refund_or_wait(purchase, RefundReason::CustomerAsked, desk)
    }

    fn tick(&self, desk: Desk<'_>) -> Decided {
        match &self.state {
            OrderState::AwaitingPayment { until } if *until <= desk.now => {
                let state = OrderState::Cancelled {
                    at: desk.now,
                    by_customer: false,
                };
                Ok(Decision::quiet(self.in_state(state)).redraw(self.id))
            }
            OrderState::Held {
                purchase,
                refund: None,
                ..
            }
            | OrderState::Linked { purchase, .. }
                if purchase.held_at + desk.rules.max_held <= desk.now =>
            {
                self.refund_or_wait(purchase, RefundReason::TookTooLong, desk)
            }
            OrderState::Held {
                purchase,
                told: false,
                refund: None,
                ..
            }
            | OrderState::Linked {
                purchase,
                told: false,
                ..
            } if purchase.held_at + desk.rules.slow_after <= desk.now => {
                let news = News::TakesLonger { order: self.id };
                let owed = Owed::customer(self.customer, news);
                // The customer is told that the owner knows: so the owner is.
                let (order, hour) = (self.id, desk.now.timestamp().div_euclid(HOUR));
                let waits = Owed::operators(OperatorNews::OrderWaits { order, hour });
                let told = Decision::quiet(self.told()).tell(owed).tell(waits);
                Ok(told.redraw(self.id))
            }
            OrderState::Paying { .. } | OrderState::Paid { .. }
                if self.is_slow_untold(desk.now, desk.rules) =>
            {
                let news = News::OnItsWay { order: self.id };
                let owed = Owed::customer(self.customer, news);
                Ok(Decision::quiet(self.told()).tell(owed).redraw(self.id))
            }
            OrderState::AwaitingPayment { .. }
            | OrderState::Held { .. }
            | OrderState::Linked { .. }
            | OrderState::Paying { .. }
            | OrderState::Paid { .. }
            | OrderState::Delivered { .. }
            | OrderState::Refunded { .. }
            | OrderState::Cancelled { .. }
            | OrderState::Parked { .. } => Err(self.refused("tick")),
        }
    }

    fn told(&self) -> Self {
        let mut next = self.clone();
        if let OrderState::Held { told, .. } | OrderState::Linked { told, .. } = &mut next.state {
            *told = true;
        }
        if let OrderState::Paying { purchase, .. } | OrderState::Paid { purchase, .. } =
            &mut next.state
        {
            purchase.told_sent = true;
        }
        next
    }

    fn linked(&self, link: Link, event: &'static str) -> Decided {
        let OrderState::Held {
            purchase,
            told,
            refund: None,
            ..
        } = &self.state
        else {
            return Err(self.refused(event));
        };
        let state = OrderState::Linked {
            purchase: purchase.clone(),
            link,
            told: *told,
        };
        Ok(Decision::quiet(self.in_state(state)).redraw(self.id))
    }

    fn link_not_done(&self, desk: Desk<'_>, event: &'static str) -> Decided {
        let OrderState::Held {
            purchase,
            retry,
            told,
            refund,
        } = &self.state
        else {
            return Err(self.refused(event));
        };
        let retry = retry.later(desk.rules.first_pause, desk.rules.longest_pause, desk.now);
        let (purchase, told, refund) = (purchase.clone(), *told, *refund);
        let state = OrderState::Held {
            purchase,
            retry,
            told,
            refund,
        };
        Ok(Decision::quiet(self.in_state(state)))
    }

    fn link_expired(&self, event: &'static str) -> Decided {
        let OrderState::Linked { purchase, told, .. } = &self.state else {
            return Err(self.refused(event));
        };
        Ok(Decision::quiet(self.held(purchase.clone(), *told, None)))
    }

    fn needs_operator(&self, why: WhyParked, desk: Desk<'_>, event: &'static str) -> Decided {
        let purchase = self.waiting_for_goods(event)?.clone();
        Ok(self.park(purchase, why, Stage::Unsigned, desk.now))
    }

    fn signed(&self, transfer: &Transfer, event: &'static str) -> Decided {
        let (purchase, refund) = match (&self.state, transfer.purpose) {
            (OrderState::Linked { purchase, .. }, Purpose::Goods) => (purchase, None),
            (
                OrderState::Held {
                    purchase,
                    refund: Some(_),
                    ..
                },
                Purpose::Burn { refund },
            ) => (purchase, Some(refund)),
            (
                OrderState::AwaitingPayment { .. }
                | OrderState::Held { .. }
                | OrderState::Linked { .. }
                | OrderState::Paying { .. }
                | OrderState::Paid { .. }
                | OrderState::Delivered { .. }
                | OrderState::Refunded { .. }
                | OrderState::Cancelled { .. }
                | OrderState::Parked { .. },
                Purpose::Goods | Purpose::Burn { .. },
            ) => return Err(self.refused(event)),
        };
        if transfer.order != self.id {
            return Err(OrderRefused::WrongTransfer {
                order: self.id,
                transfer: transfer.id,
            });
        }
        if transfer.wallet != purchase.wallet {
            return Err(OrderRefused::WrongWallet {
                order: self.id,
                bound: purchase.wallet,
            });
        }
        let mut purchase = purchase.clone();
        let candidate = Candidate {
            transfer: transfer.id,
            seqno: transfer.seqno,
            dead_by: 0,
        };
        purchase.signed.push(candidate);
        let transfer = transfer.id;
        let state = OrderState::Paying {
            purchase,
            transfer,
            confirmed: false,
            refund,
        };
        Ok(Decision::quiet(self.in_state(state)).redraw(self.id))
    }

    fn broken(&self, desk: Desk<'_>, event: &'static str) -> Decided {
        let purchase = self.waiting_for_goods(event)?.clone();
        let why = WhyParked::HistoryUnexplained;
        Ok(self.park(purchase, why, Stage::Unsigned, desk.now))
    }

    /// What an order has tied up that waits for its goods. One whose money is on its way back is
    /// never parked: resumed, it would buy what nobody wants any more. It waits for the
    /// explanation, as every refund does.
    fn waiting_for_goods(&self, event: &'static str) -> Result<&Purchase, OrderRefused> {
        let (OrderState::Held {
            purchase,
            refund: None,
            ..
        }
        | OrderState::Linked { purchase, .. }) = &self.state
        else {
            return Err(self.refused(event));
        };
        Ok(purchase)
    }

    fn paid_outside(&self, tx: TxPos, desk: Desk<'_>, event: &'static str) -> Decided {
        let (OrderState::Held { purchase, .. }
        | OrderState::Linked { purchase, .. }
        | OrderState::Parked {
            purchase,
            stage: Stage::Unsigned | Stage::Signed { .. },
            ..
        }) = &self.state
        else {
            return Err(self.refused(event));
        };
        let why = WhyParked::AssignedByHand { lt: tx.lt };
        Ok(self.park(purchase.clone(), why, Stage::PaidOutside { tx }, desk.now))
    }

    /// The order waiting for a link, ready at once.
    pub(super) fn held(
        &self,
        purchase: Purchase,
        told: bool,
        refund: Option<RefundReason>,
    ) -> Self {
        self.in_state(OrderState::Held {
            purchase,
            retry: Retry::default(),
            told,
            refund,
        })
    }

    /// The order waiting for a person, who is told.
    pub(super) fn park(
        &self,
        purchase: Purchase,
        reason: WhyParked,
        stage: Stage,
        now: Timestamp,
    ) -> Decision<Self> {
        let n = self.parked.saturating_add(1);
        let why: String = reason.to_string().chars().take(300).collect();
        let reason = Some(reason);
        let news = OperatorNews::Parked {
            order: self.id,
            n,
            why: why.clone(),
            reason: reason.clone(),
        };
        let state = OrderState::Parked {
            purchase,
            at: now,
            why,
            reason,
            stage,
        };
        let next = Self {
            parked: n,
            state,
            ..self.clone()
        };
        Decision::quiet(next)
            .tell(Owed::operators(news))
            .redraw(self.id)
    }
}
