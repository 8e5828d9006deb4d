//! The way back: when the price returns to the balance, and what must be proven first.

use super::decide::Desk;
use super::{Needed, Order, OrderRefused, OrderState, Purchase};
use crate::domain::Timestamp;
use crate::domain::decision::Decision;
use crate::domain::ledger::{Account, Entry, EntryKey, LedgerError};
use crate::domain::money::NanoTon;
use crate::domain::notice::{News, Owed, RefundReason};
use crate::domain::wallet::Wallet;

/// What became of the reserved TON when the price goes back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Spent {
    /// It never left: the reservation is released.
    Nothing,
    /// It left and bounced.
    CameBack,
    /// It left, and the goods were never seen; a late delivery is watched for.
    GivenUp {
        /// Until when.
        watch_until: Timestamp,
        /// What of the reservation the ledger still holds.
        unspent: NanoTon,
    },
}

type Decided = Result<Decision<Order>, OrderRefused>;

impl Order {
    /// Until when goods that come after all are still noticed: the price was given back behind a
    /// payment (rule 20).
    #[must_use]
    pub const fn watched_until(&self) -> Option<Timestamp> {
        match &self.state {
            OrderState::Refunded { watch_until, .. } => *watch_until,
            OrderState::AwaitingPayment { .. }
            | OrderState::Held { .. }
            | OrderState::Linked { .. }
            | OrderState::Paying { .. }
            | OrderState::Paid { .. }
            | OrderState::Delivered { .. }
            | OrderState::Cancelled { .. }
            | OrderState::Parked { .. } => None,
        }
    }

    /// Fragment or a check said no: the money goes back, at once or when it is safe.
    pub(super) fn give_back(
        &self,
        why: RefundReason,
        desk: Desk<'_>,
        event: &'static str,
    ) -> Decided {
        let (OrderState::Held { purchase, .. } | OrderState::Linked { purchase, .. }) = &self.state
        else {
            return Err(self.refused(event));
        };
        self.refund_or_wait(purchase, why, desk)
    }

    /// A refund was pending; nothing signed may be able to execute any more.
    pub(super) fn return_money(&self, desk: Desk<'_>, event: &'static str) -> Decided {
        let OrderState::Held {
            purchase,
            refund: Some(why),
            ..
        } = &self.state
        else {
            return Err(self.refused(event));
        };
        let wallet = self.explained_wallet(purchase, desk)?;
        if !purchase.is_safe_to_release(wallet) {
            return Err(OrderRefused::NeedsMore {
                order: self.id,
                act: event,
                needs: Needed::Death,
            });
        }
        Ok(self.release(purchase, *why, Spent::Nothing, desk.now)?)
    }

    /// Refunds now if that is safe under an explained history, and otherwise remembers to: the
    /// stored state then asks for a burn or for the explanation.
    pub(super) fn refund_or_wait(
        &self,
        purchase: &Purchase,
        why: RefundReason,
        desk: Desk<'_>,
    ) -> Decided {
        let wallet = self.bound_wallet(purchase, desk)?;
        if wallet.is_explained(desk.epoch) && purchase.is_safe_to_release(wallet) {
            return Ok(self.release(purchase, why, Spent::Nothing, desk.now)?);
        }
        Ok(Decision::quiet(self.held(
            purchase.clone(),
            true,
            Some(why),
        )))
    }

    /// Gives the price back, and the reservation if it was not spent. The caller has proven that
    /// nothing can execute, or that what was paid came back or is given up.
    pub(super) fn release(
        &self,
        purchase: &Purchase,
        why: RefundReason,
        spent: Spent,
        now: Timestamp,
    ) -> Result<Decision<Self>, LedgerError> {
        let (customer, wallet) = (self.customer, purchase.wallet);
        let mut entry = Entry::new(EntryKey::Release { order: self.id }).post(
            Account::CustomerHeld(customer),
            Account::Customer(customer),
            self.price(),
        )?;
        let watch_until = match spent {
            Spent::Nothing => {
                let (float, held) = (Account::Float(wallet), Account::FloatHeld(wallet));
                entry = entry.post(float, held, purchase.reserved)?;
                None
            }
            Spent::CameBack => None,
            Spent::GivenUp {
                watch_until,
                unspent,
            } => {
                entry = entry.post(Account::Float(wallet), Account::FloatHeld(wallet), unspent)?;
                Some(watch_until)
            }
        };
        let news = News::Refunded {
            order: self.id,
            amount: self.price(),
            why,
        };
        let next = self.in_state(OrderState::Refunded {
            at: now,
            why,
            watch_until,
        });
        let decision = Decision::quiet(next).entry(entry).redraw(self.id);
        Ok(decision.tell(Owed::customer(customer, news)))
    }

    pub(super) fn bound_wallet<'a>(
        &self,
        purchase: &Purchase,
        desk: Desk<'a>,
    ) -> Result<&'a Wallet, OrderRefused> {
        let wallet = desk
            .wallet
            .filter(|wallet| wallet.address == purchase.wallet);
        wallet.ok_or(OrderRefused::WrongWallet {
            order: self.id,
            bound: purchase.wallet,
        })
    }

    pub(super) fn explained_wallet<'a>(
        &self,
        purchase: &Purchase,
        desk: Desk<'a>,
    ) -> Result<&'a Wallet, OrderRefused> {
        let wallet = self.bound_wallet(purchase, desk)?;
        if wallet.is_explained(desk.epoch) {
            Ok(wallet)
        } else {
            Err(OrderRefused::NotExplained { order: self.id })
        }
    }
}
