//! `Held`: gets a link from Fragment and makes every check before it is worth a signature.

use super::desk::Stuck;
use super::run::{Flow, Run};
use crate::domain::ids::OrderId;
use crate::domain::link::{Expected, Link, LinkRefused};
use crate::domain::notice::RefundReason;
use crate::domain::order::{Order, OrderEvent, OrderState, Purchase, Stage, WhyParked};
use crate::ports::Failure;
use crate::ports::books::{Claim, Guard, OrderFile, RowWrite, Write};
use crate::ports::market::{MarketFailure, MarketRefused};

impl Run {
    pub(super) async fn obtain_link(&mut self, file: &OrderFile) -> Result<Flow, Stuck> {
        let Some(login) = self.tenure.login else {
            return Err(Stuck::Rest("no login proves this wallet here".into()));
        };
        if file.customer.row.is_frozen() {
            return Err(Stuck::Rest("an AML lock is on the customer".into()));
        }
        self.till_must_be_free(file).await?;
        let slot = self.till_slot(login).await?;
        let quote = &file.order.row.quote;
        let market = self.bench.office.ports.market.clone();
        let offer = self
            .call(market.offer(slot, &quote.product, &quote.recipient))
            .await;
        let offer = match offer {
            Ok(offer) => offer,
            Err(failure) => {
                self.note(login, &failure).await;
                return self.apply(file, event_of(&failure)).await;
            }
        };
        let expected = Expected {
            wallet: self.tenure.wallet,
            product: &quote.product,
            recipient: &quote.recipient,
        };
        let now = self.bench.now();
        match offer.check(expected, &self.bench.settings.link, now) {
            Ok(link) => self.accept(file, link).await,
            Err(refused) => self.apply(file, event_of_check(&refused)).await,
        }
    }

    /// The cost must be within the quote at a fresh rate; then link, request id and reference are
    /// committed together, the names unique for good.
    async fn accept(&self, file: &OrderFile, link: Link) -> Result<Flow, Stuck> {
        let order = &file.order.row;
        let prices = self.bench.doors.prices.borrow().clone();
        let Ok(rate) = prices.rate(self.bench.now()) else {
            return self.apply(file, OrderEvent::LinkNotDone).await;
        };
        let within = order
            .quote
            .judge_real_cost(link.amount, &rate, prices.rules.get());
        if let Err(exceeded) = within {
            let (quoted, real) = (exceeded.quoted, exceeded.real);
            let why = RefundReason::CostRose { quoted, real };
            return self.apply(file, OrderEvent::LinkRefused(why)).await;
        }
        let claims = [
            (Claim::Request(link.request.clone()), Some(order.id)),
            (Claim::Reference(link.reference.clone()), Some(order.id)),
        ];
        let desk = self.bench.desk(super::desk::wallet_of(file), &self.tenure);
        let decision = order.decide(OrderEvent::Linked(link), desk)?;
        let mut commit = self.bench.commit(&self.tenure);
        let next = self.bench.office.absorb(&mut commit, decision);
        commit
            .rows
            .push(RowWrite::Order(Write::over(&file.order, next)));
        commit.guards.push(Guard::NotFrozen(order.customer));
        commit.claims.extend(claims);
        self.bench.write(commit).await?;
        tracing::info!(order.id = %order.id, "fragment offers what {} asks for", order.id);
        Ok(Flow::Onward)
    }

    /// One order at a time in a till: the page shows the purchase of the session, so no other
    /// order of this wallet may be between its link and its delivery (rule 9).
    async fn till_must_be_free(&self, file: &OrderFile) -> Result<(), Stuck> {
        // A link for this order would be in the way of the one that the next number belongs to.
        let claimed = file.wallet.as_ref().and_then(|seen| seen.row.claimed_by);
        if let Some(other) = claimed.filter(|order| *order != self.order) {
            return Err(busy(other));
        }
        let orders = self
            .bench
            .office
            .ports
            .books
            .orders_of_wallet(self.tenure.wallet)
            .await?;
        let mut others = orders
            .iter()
            .map(|seen| &seen.row)
            .filter(|order| order.id != self.order);
        match others.find(|order| occupies_till(order)) {
            Some(other) => Err(busy(other.id)),
            None => Ok(()),
        }
    }
}

fn busy(other: OrderId) -> Stuck {
    Stuck::Rest(format!("the till is busy with {other}"))
}

/// Whether others wait for this order: the till is busy with it, or the wallet's next number is kept
/// for it.
pub(super) fn holds_till_up(order: &Order) -> bool {
    occupies_till(order) || order.purchase().is_some_and(Purchase::was_signed)
}

/// Whether an order's purchase is what the till's page shows.
pub(super) const fn occupies_till(order: &Order) -> bool {
    match &order.state {
        OrderState::Linked { .. } | OrderState::Paying { .. } | OrderState::Paid { .. } => true,
        OrderState::Parked { stage, .. } => match stage {
            Stage::Paid { till_reset, .. } => !*till_reset,
            Stage::Unsigned | Stage::Signed { .. } | Stage::PaidOutside { .. } => false,
        },
        OrderState::AwaitingPayment { .. }
        | OrderState::Held { .. }
        | OrderState::Delivered { .. }
        | OrderState::Refunded { .. }
        | OrderState::Cancelled { .. } => false,
    }
}

fn event_of(failure: &MarketFailure) -> OrderEvent {
    match failure {
        Failure::Refused(MarketRefused::NoSuchUser | MarketRefused::NotAPerson) => {
            OrderEvent::LinkRefused(RefundReason::RecipientGone)
        }
        Failure::Refused(MarketRefused::AlreadyPremium) => {
            OrderEvent::LinkRefused(RefundReason::AlreadyPremium)
        }
        Failure::Refused(MarketRefused::Other { text }) => {
            OrderEvent::NeedsOperator(WhyParked::FragmentSays(text.clone()))
        }
        // The login is looked after; the order waits and the customer is told in time. A link
        // that may have been made costs nothing: it expires unpaid.
        Failure::Refused(
            MarketRefused::LoggedOut | MarketRefused::IdentityNeeded | MarketRefused::PathBlocked,
        )
        | Failure::NotDone { .. }
        | Failure::Unknown { .. } => OrderEvent::LinkNotDone,
    }
}

fn event_of_check(refused: &LinkRefused) -> OrderEvent {
    match refused {
        LinkRefused::Recipient => OrderEvent::LinkRefused(RefundReason::RecipientChanged),
        LinkRefused::TooLate { .. } => OrderEvent::LinkNotDone,
        LinkRefused::WrongPayer { .. }
        | LinkRefused::Messages(_)
        | LinkRefused::StateInit
        | LinkRefused::Destination(_)
        | LinkRefused::AmountDiffers { .. }
        | LinkRefused::AmountNotPositive(_)
        | LinkRefused::AboveCap { .. }
        | LinkRefused::Comment { .. }
        | LinkRefused::NoReference(_) => {
            OrderEvent::NeedsOperator(WhyParked::Link(refused.clone()))
        }
    }
}
