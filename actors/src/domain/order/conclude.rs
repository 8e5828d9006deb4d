//! Turns a verdict about a transfer into the next states of order, transfer and wallet: one
//! decision, one commit.

use super::decide::Desk;
use super::{Order, OrderRefused, OrderState, Purchase, Retry, Stage, WhyParked};
use crate::domain::decision::Decision;
use crate::domain::ids::{TransferId, WalletAddress};
use crate::domain::ledger::{Account, Entry, EntryKey, LedgerError};
use crate::domain::money::NanoTon;
use crate::domain::notice::{OperatorNews, Owed, RefundReason};
use crate::domain::transfer::{ChainFault, Purpose, Transfer, TransferState, TxPos, Verdict};
use crate::domain::wallet::{Wallet, WhyStopped};

/// The next states after a verdict.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Concluded {
    /// The order.
    pub order: Order,
    /// The transfers whose state changed.
    pub transfers: Vec<Transfer>,
    /// The wallet.
    pub wallet: Wallet,
}

/// Applies a verdict to an order in `Paying`, or in `Held` or `Linked` when an older message of
/// its turns out to have executed. `None` while nothing is known.
///
/// `transfers` are all transfers of the order.
///
/// # Errors
/// The verdict is about a transfer that is not the order's, or the order is in another state.
pub fn conclude(
    order: &Order,
    judged: &Transfer,
    transfers: &[Transfer],
    verdict: &Verdict,
    desk: Desk<'_>,
) -> Result<Option<Decision<Concluded>>, OrderRefused> {
    let case = Case::open(order, judged, desk)?;
    match verdict {
        Verdict::Wait(_) => Ok(None),
        Verdict::Paid { tx, fees } => case.executed(judged, *tx, *fees, true).map(Some),
        Verdict::ConsumedUnpaid { tx, fees } => case.executed(judged, *tx, *fees, false).map(Some),
        Verdict::Dead { providers } => Ok(case.dead(*providers)),
        Verdict::OlderExecuted {
            transfer,
            tx,
            fees,
            paid,
        } => {
            let older = transfers
                .iter()
                .find(|one| one.id == *transfer && one.order == order.id);
            let wrong = OrderRefused::WrongTransfer {
                order: order.id,
                transfer: *transfer,
            };
            let older = older.ok_or(wrong)?;
            case.executed(older, *tx, *fees, *paid).map(Some)
        }
        Verdict::Foreign { why } | Verdict::Mismatch { why } => Ok(Some(case.foreign(*why))),
    }
}

struct Case<'a> {
    order: &'a Order,
    purchase: &'a Purchase,
    judged: &'a Transfer,
    wallet: &'a Wallet,
    confirmed: bool,
    refund: Option<RefundReason>,
    desk: Desk<'a>,
}

impl<'a> Case<'a> {
    fn open(order: &'a Order, judged: &'a Transfer, desk: Desk<'a>) -> Result<Self, OrderRefused> {
        let (purchase, confirmed, refund) = match &order.state {
            OrderState::Paying {
                purchase,
                transfer,
                confirmed,
                refund,
            } if *transfer == judged.id => (purchase, *confirmed, *refund),
            OrderState::Held {
                purchase, refund, ..
            } => (purchase, false, *refund),
            // The next link is there already, and an older message turns out to have executed.
            OrderState::Linked { purchase, .. } => (purchase, false, None),
            OrderState::Parked {
                purchase,
                stage: Stage::Signed { transfer },
                ..
            } if *transfer == judged.id => (purchase, false, None),
            OrderState::AwaitingPayment { .. }
            | OrderState::Paying { .. }
            | OrderState::Paid { .. }
            | OrderState::Delivered { .. }
            | OrderState::Refunded { .. }
            | OrderState::Cancelled { .. }
            | OrderState::Parked { .. } => return Err(order.refused("verdict")),
        };
        if !purchase.signed.iter().any(|one| one.transfer == judged.id) {
            return Err(OrderRefused::WrongTransfer {
                order: order.id,
                transfer: judged.id,
            });
        }
        let wallet = order.bound_wallet(purchase, desk)?;
        if wallet.live.is_some_and(|live| live != judged.id) {
            return Err(order.refused("verdict about a message that is not live"));
        }
        Ok(Self {
            order,
            purchase,
            judged,
            wallet,
            confirmed,
            refund,
            desk,
        })
    }

    /// A message of the order executed: `judged` itself, or an older one that was thought dead.
    fn executed(
        &self,
        which: &Transfer,
        tx: TxPos,
        fees: NanoTon,
        paid: bool,
    ) -> Result<Decision<Concluded>, OrderRefused> {
        let after = if paid {
            TransferState::Paid { tx }
        } else {
            TransferState::ConsumedUnpaid { tx }
        };
        let mut transfers = vec![which.now_is(after)];
        if which.id != self.judged.id && self.judged.is_live() {
            transfers.push(
                self.judged
                    .now_is(TransferState::Superseded { by: which.id }),
            );
        }
        let wallet = match (paid, which.purpose) {
            (true, Purpose::Goods) | (_, Purpose::Burn { .. }) => self.wallet.paid(),
            (false, Purpose::Goods) => self.wallet.consumed_unpaid(),
        };
        let order = match (which.purpose, paid) {
            (Purpose::Goods, true) => self.goods_paid(which, wallet.address)?,
            (Purpose::Goods, false) => self.goods_unpaid(which, &wallet)?,
            (Purpose::Burn { refund }, _) => self.burnt(refund, &wallet)?,
        };
        let fee = Entry::new(EntryKey::NetworkFee { transfer: which.id });
        let fee = fee.post(Account::NetworkFees, Account::Float(wallet.address), fees)?;
        let mut decision = order.map(|order| Concluded {
            order,
            transfers,
            wallet,
        });
        if !fee.is_empty() {
            decision = decision.entry(fee);
        }
        Ok(self.tell_if_stopped(decision))
    }

    fn goods_paid(
        &self,
        which: &Transfer,
        wallet: WalletAddress,
    ) -> Result<Decision<Order>, LedgerError> {
        let (float, held) = (Account::Float(wallet), Account::FloatHeld(wallet));
        let spent = Entry::new(EntryKey::Spent { transfer: which.id })
            .post(Account::CostOfGoods, held, which.amount)?
            .post(
                float,
                held,
                self.purchase.reserved.minus_down_to_zero(which.amount),
            )?;
        let state = OrderState::Paid {
            purchase: self.purchase.clone(),
            transfer: which.id,
            // What was confirmed belongs to the transfer in flight, not to an older one.
            confirmed: self.confirmed && which.id == self.judged.id,
            paid_at: self.desk.now,
            retry: Retry::default(),
        };
        let order = self.order.in_state(state);
        Ok(Decision::quiet(order).entry(spent).redraw(self.order.id))
    }

    fn goods_unpaid(
        &self,
        which: &Transfer,
        wallet: &Wallet,
    ) -> Result<Decision<Order>, OrderRefused> {
        let news = OperatorNews::TopUp {
            transfer: which.id,
            wallet: wallet.address,
            amount: which.amount,
        };
        Ok(self.plan_again(wallet)?.tell(Owed::operators(news)))
    }

    /// Back to `Held`, same wallet, new link; after the last attempt the money goes back.
    fn plan_again(&self, wallet: &Wallet) -> Result<Decision<Order>, OrderRefused> {
        let tired = self.purchase.signed.len() >= self.desk.rules.max_transfers;
        let why = self
            .refund
            .or_else(|| tired.then_some(RefundReason::ShopFailed));
        let desk = Desk {
            wallet: Some(wallet),
            ..self.desk
        };
        match why {
            Some(why) => self.order.refund_or_wait(self.purchase, why, desk),
            None => {
                let next = self.order.held(self.purchase.clone(), true, None);
                Ok(Decision::quiet(next).redraw(self.order.id))
            }
        }
    }

    /// The seqno of every older message is used up: nothing signed can execute any more.
    fn burnt(
        &self,
        refund: RefundReason,
        wallet: &Wallet,
    ) -> Result<Decision<Order>, OrderRefused> {
        let desk = Desk {
            wallet: Some(wallet),
            ..self.desk
        };
        self.order.refund_or_wait(self.purchase, refund, desk)
    }

    /// The message can never execute, by so many providers. About one that was thought dead
    /// before, only more proof than there was is news; a link that waits meanwhile is kept.
    fn dead(&self, providers: u8) -> Option<Decision<Concluded>> {
        let transfer: TransferId = self.judged.id;
        let mut purchase = self.purchase.clone();
        let candidate = purchase
            .signed
            .iter_mut()
            .find(|one| one.transfer == transfer)?;
        if !self.judged.is_live() && providers <= candidate.dead_by {
            return None;
        }
        candidate.dead_by = candidate.dead_by.max(providers);
        // The seqno stays with the order while any message of it might still execute.
        let unproven = purchase.open_candidates(self.wallet).next().is_some();
        let wallet = self
            .wallet
            .dead(self.order.id, if unproven { 1 } else { 2 });
        let order = match &self.order.state {
            OrderState::Held { .. } | OrderState::Linked { .. } => {
                self.order.with_purchase(purchase)
            }
            OrderState::AwaitingPayment { .. }
            | OrderState::Paying { .. }
            | OrderState::Paid { .. }
            | OrderState::Delivered { .. }
            | OrderState::Refunded { .. }
            | OrderState::Cancelled { .. }
            | OrderState::Parked { .. } => {
                let tired = purchase.signed.len() >= self.desk.rules.max_transfers;
                let shop_failed = tired.then_some(RefundReason::ShopFailed);
                // An order that was resumed by hand has forgotten why it burns; its message has
                // not.
                let burns_for = match self.judged.purpose {
                    Purpose::Burn { refund } => Some(refund),
                    Purpose::Goods => None,
                };
                let refund = self.refund.or(burns_for).or(shop_failed);
                self.order.held(purchase, true, refund)
            }
        };
        let transfers = vec![self.judged.now_is(TransferState::Dead { providers })];
        let id = order.id;
        let concluded = Concluded {
            order,
            transfers,
            wallet,
        };
        Some(Decision::quiet(concluded).redraw(id))
    }

    fn foreign(&self, why: ChainFault) -> Decision<Concluded> {
        let stage = Stage::Signed {
            transfer: self.judged.id,
        };
        let parked = self.order.park(
            self.purchase.clone(),
            WhyParked::Chain(why),
            stage,
            self.desk.now,
        );
        let state = TransferState::Foreign {
            why: why.to_string(),
        };
        let transfers = vec![self.judged.now_is(state)];
        let wallet = Wallet {
            live: None,
            ..self
                .wallet
                .unclaimed(self.order.id)
                .stopped(WhyStopped::Chain(why))
        };
        self.tell_if_stopped(parked.map(|order| Concluded {
            order,
            transfers,
            wallet,
        }))
    }

    fn tell_if_stopped(&self, decision: Decision<Concluded>) -> Decision<Concluded> {
        let wallet = &decision.next.wallet;
        match wallet.stop_notice() {
            Some(owed) if !self.wallet.is_stopped() => decision.tell(owed),
            Some(_) | None => decision,
        }
    }
}
