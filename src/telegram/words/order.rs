//! The order's message: what to pay and how while that is open, then each step with its time.

use starkeeper_actors::domain::Timestamp;
use starkeeper_actors::domain::dialog::OrderFace;
use starkeeper_actors::domain::invoice::{Closing, Invoice, Page, Standing};
use starkeeper_actors::domain::money::{CoinAmount, MicroUsd};
use starkeeper_actors::domain::notice::RefundReason;
use starkeeper_actors::domain::order::{Order, OrderState, Purchase, Stage};
use starkeeper_actors::domain::transfer::{Purpose, Transfer, TransferState, TxPos};

use super::keys::page_of;
use super::{Voice, names, numbers};

/// Paragraphs of a message: what there is to say, and the steps.
#[derive(Default)]
struct Story {
    says: Vec<String>,
    steps: Vec<String>,
}

impl Voice<'_> {
    pub(super) fn order(&self, view: &OrderFace) -> String {
        let mut story = Story::default();
        self.tell(view, &mut story);
        let mut blocks = vec![self.order_title(&view.order)];
        blocks.extend(story.says);
        let steps = story.steps.join("\n");
        if steps.is_empty() {
            return blocks.join("\n");
        }
        format!("{}\n\n{steps}", blocks.join("\n"))
    }

    fn tell(&self, view: &OrderFace, story: &mut Story) {
        let order = &view.order;
        match &order.state {
            OrderState::AwaitingPayment { .. } => self.unpaid(view, story),
            OrderState::Held {
                purchase, refund, ..
            } => self.held(view, purchase, refund.is_some(), story),
            OrderState::Linked { purchase, .. } => self.held(view, purchase, false, story),
            OrderState::Paying {
                purchase, refund, ..
            } => self.paying(view, purchase, refund.is_some(), story),
            OrderState::Paid { purchase, .. } => {
                self.paid_steps(view, purchase.held_at, story);
                self.sent_steps(view, story);
                story.steps.push(self.tongue.plain("step-wait-delivery"));
                if self.is_slow(purchase) {
                    story.says.push(self.tongue.plain("slow-signed"));
                }
            }
            OrderState::Delivered { at, .. } => {
                let paid_at = view.order.held_at.unwrap_or(view.order.since);
                self.paid_steps(view, paid_at, story);
                self.sent_steps(view, story);
                story.steps.push(self.step("step-delivered", *at));
            }
            OrderState::Refunded { at, why, .. } => {
                story.says.push(self.refunded_because(order, *why));
                let args = [
                    ("price", self.tongue.usd(order.price()).into()),
                    ("at", self.at(*at).into()),
                ];
                story.steps.push(self.tongue.say("step-returned", args));
            }
            OrderState::Cancelled { at, by_customer } => {
                let key = if *by_customer {
                    "cancelled-by-you"
                } else {
                    "cancelled-late"
                };
                story.says.push(self.tongue.plain(key));
                story.steps.push(self.step("step-cancelled", *at));
            }
            OrderState::Parked {
                purchase,
                at,
                stage,
                ..
            } => {
                story.says.push(self.parked(order, *at, stage));
                self.paid_steps(view, purchase.held_at, story);
                self.sent_steps(view, story);
            }
        }
    }

    fn order_title(&self, order: &Order) -> String {
        let args = [
            ("number", order.number.to_string().into()),
            ("goods", self.tongue.goods(order.quote.product).into()),
            ("to", names::handle(&order.quote.recipient.username).into()),
        ];
        self.tongue.say("order-title", args)
    }

    fn step(&self, key: &str, at: Timestamp) -> String {
        self.tongue.say(key, [("at", self.at(at).into())])
    }

    fn unpaid(&self, view: &OrderFace, story: &mut Story) {
        let price = view.order.price();
        match &view.invoice {
            Some(invoice) if invoice.is_arriving() => story.steps.extend(self.arriving(invoice)),
            Some(invoice) => {
                story.says.extend(self.payable(invoice));
                let rest = price.minus_down_to_zero(invoice.face);
                if rest.is_positive() {
                    let rest = self.tongue.usd_to_pay(rest);
                    let text = self
                        .tongue
                        .say("rest-from-balance", [("rest", rest.into())]);
                    story.says.push(text);
                }
                let surplus = invoice.face.minus_down_to_zero(price);
                if surplus.is_positive() {
                    let surplus = self.tongue.usd(surplus);
                    let args = [("surplus", surplus.into())];
                    story.says.push(self.tongue.say("surplus-to-balance", args));
                }
                story.steps.extend(self.arriving(invoice));
            }
            None => {
                let price = self.tongue.usd_to_pay(price);
                story
                    .says
                    .push(self.tongue.say("order-price", [("price", price.into())]));
                story.says.push(self.tongue.plain("invoice-none"));
            }
        }
    }

    /// What to send where, as far as it is known.
    pub(super) fn payable(&self, invoice: &Invoice) -> Vec<String> {
        match &invoice.standing {
            Standing::Wanted { .. } | Standing::Asked => {
                vec![self.tongue.plain("invoice-coming")]
            }
            Standing::Refused { .. } | Standing::NotOurs => {
                vec![self.tongue.plain("invoice-refused")]
            }
            Standing::Open(_) if invoice.expires_at <= self.now => {
                vec![self.step_until("send-over", invoice.expires_at)]
            }
            Standing::Open(page) => self.send(invoice, page),
        }
    }

    fn send(&self, invoice: &Invoice, page: &Page) -> Vec<String> {
        let payer = &page.payer;
        let lifetime = self.span(invoice.expires_at - invoice.created_at);
        let until = self.until(invoice.expires_at);
        let (Some(address), Some(amount)) = (&payer.address, payer.amount) else {
            let amount = self.tongue.usd_to_pay(invoice.face);
            let args = [("for", lifetime.into()), ("until", until.into())];
            return vec![
                self.tongue.say("send-on-page", [("amount", amount.into())]),
                self.tongue.say("send-on-page-until", args),
            ];
        };
        let network = payer.network.as_deref().map(numbers::network);
        let network = names::line(&network.unwrap_or_default(), 20);
        let currency = names::line(payer.currency.as_deref().unwrap_or_default(), 12);
        let send = [
            ("amount", self.tongue.coins(amount, &currency).into()),
            ("network", network.clone().into()),
            ("address", names::line(address, 200).into()),
        ];
        let valid = [
            ("for", lifetime.into()),
            ("until", until.into()),
            ("network", network.into()),
        ];
        let mut lines = vec![
            self.tongue.say("send", send),
            self.tongue.say("send-until", valid),
        ];
        let arrived = page.payment_amount.unwrap_or(CoinAmount::ZERO);
        if arrived > CoinAmount::ZERO && arrived < amount {
            let args = [
                ("arrived", self.tongue.coins(arrived, &currency).into()),
                ("asked", self.tongue.coins(amount, &currency).into()),
            ];
            lines.push(self.tongue.say("part-arrived", args));
        }
        lines
    }

    /// Where a payment stands that has not been credited.
    pub(super) fn arriving(&self, invoice: &Invoice) -> Vec<String> {
        let mut steps = Vec::new();
        let is_open = page_of(invoice).is_some();
        match invoice.payment_seen_at {
            Some(at) => {
                steps.push(self.step("step-seen", at));
                steps.push(self.tongue.plain("step-wait-network"));
            }
            None if is_open => steps.push(self.tongue.plain("step-wait-payment")),
            None => {}
        }
        if invoice.lock.is_some() {
            steps.push(self.tongue.plain("invoice-locked"));
        }
        steps
    }

    fn step_until(&self, key: &str, until: Timestamp) -> String {
        self.tongue.say(key, [("until", self.until(until).into())])
    }

    fn held(&self, view: &OrderFace, purchase: &Purchase, refund: bool, story: &mut Story) {
        self.paid_steps(view, purchase.held_at, story);
        let price = self.tongue.usd(view.order.price());
        if refund {
            if purchase.was_signed() {
                story.says.push(self.tongue.plain("returning-signed"));
            }
            story
                .steps
                .push(self.tongue.say("step-returning", [("price", price.into())]));
            return;
        }
        story.steps.push(self.tongue.plain("step-buying"));
        if self.is_slow(purchase) {
            let slow = if purchase.was_signed() {
                self.tongue.plain("slow-signed")
            } else {
                self.tongue.say("slow-unsigned", [("price", price.into())])
            };
            story.says.push(slow);
        }
    }

    fn paying(&self, view: &OrderFace, purchase: &Purchase, refund: bool, story: &mut Story) {
        self.paid_steps(view, purchase.held_at, story);
        if refund {
            let price = self.tongue.usd(view.order.price());
            story.says.push(self.tongue.plain("returning-signed"));
            story
                .steps
                .push(self.tongue.say("step-returning", [("price", price.into())]));
            return;
        }
        story.steps.push(self.tongue.plain("step-bought"));
        let signed_at = live(view).map_or(purchase.held_at, |transfer| transfer.signed_at);
        story.steps.push(self.step("step-sending", signed_at));
        if self.is_slow(purchase) {
            story.says.push(self.tongue.plain("slow-signed"));
        }
    }

    fn is_slow(&self, purchase: &Purchase) -> bool {
        purchase.held_at + self.settings.rules.slow_after <= self.now
    }

    fn paid_steps(&self, view: &OrderFace, at: Timestamp, story: &mut Story) {
        let bought = view.invoice.as_ref().filter(|invoice| invoice.bought);
        if let Some(seen) = bought.and_then(|invoice| invoice.payment_seen_at) {
            story.steps.push(self.step("step-seen", seen));
        }
        let args = [
            ("price", self.tongue.usd(view.order.price()).into()),
            ("at", self.at(at).into()),
        ];
        story.steps.push(self.tongue.say("step-paid", args));
    }

    /// The payment to Fragment, with its page in the explorer once the chain shows it.
    fn sent_steps(&self, view: &OrderFace, story: &mut Story) {
        let Some((transfer, tx)) = paid(view) else {
            return;
        };
        story.steps.push(self.tongue.plain("step-bought"));
        let link = format!("{}{}", self.settings.explorer, tx.hash);
        let args = [
            ("at", self.at(transfer.signed_at).into()),
            ("link", names::html(&link).into()),
        ];
        story.steps.push(self.tongue.say("step-sent-link", args));
    }

    /// What a customer hears about an order that waits for a person.
    pub(super) fn parked(&self, order: &Order, at: Timestamp, stage: &Stage) -> String {
        let until = at + self.settings.answer_within;
        let number = ("number", order.number.to_string().into());
        if until <= self.now {
            return self.tongue.say("parked-overdue", [number]);
        }
        let until = ("until", self.until(until).into());
        match stage {
            Stage::Paid { .. } | Stage::PaidOutside { .. } => {
                self.tongue.say("parked-paid", [number, until])
            }
            Stage::Unsigned | Stage::Signed { .. } => {
                let price = ("price", self.tongue.usd(order.price()).into());
                self.tongue.say("parked", [number, until, price])
            }
        }
    }

    fn refunded_because(&self, order: &Order, why: RefundReason) -> String {
        let why = self.why(order, why);
        self.tongue.say("refunded-because", [("why", why.into())])
    }

    /// Why money came back, as the end of a sentence.
    pub(super) fn why(&self, order: &Order, why: RefundReason) -> String {
        let key = match why {
            RefundReason::RecipientGone => "why-gone",
            RefundReason::RecipientChanged => "why-changed",
            RefundReason::AlreadyPremium => "why-premium",
            RefundReason::CostRose { .. } => "why-cost",
            RefundReason::CustomerAsked => "why-asked",
            RefundReason::TookTooLong => "why-long",
            RefundReason::ShopFailed => "why-shop",
            RefundReason::Operator => "why-operator",
        };
        self.to(key, &order.quote.recipient.username)
    }

    /// A top-up's invoice.
    pub(super) fn invoice(&self, invoice: &Invoice) -> String {
        let amount = self.tongue.usd_to_pay(invoice.face);
        let mut lines = vec![
            self.tongue
                .say("invoice-title", [("amount", amount.into())]),
        ];
        let credited = invoice.money.left();
        if credited.is_positive() {
            lines.push(self.credited_so_far(credited));
            return lines.join("\n");
        }
        match invoice.closing {
            Some(Closing::Cancelled | Closing::Replaced) => {
                lines.push(self.tongue.plain("invoice-cancelled"));
                return lines.join("\n");
            }
            None if invoice.is_arriving() => {}
            None if invoice.has_lapsed() => {
                lines.push(self.tongue.plain("invoice-lapsed"));
                return lines.join("\n");
            }
            None => lines.extend(self.payable(invoice)),
        }
        let steps = self.arriving(invoice).join("\n");
        if steps.is_empty() {
            return lines.join("\n");
        }
        format!("{}\n\n{steps}", lines.join("\n"))
    }

    fn credited_so_far(&self, credited: MicroUsd) -> String {
        let credited = self.tongue.usd(credited);
        self.tongue
            .say("invoice-paid", [("amount", credited.into())])
    }
}

/// The payment for the goods that the chain shows.
fn paid(view: &OrderFace) -> Option<(&Transfer, TxPos)> {
    let goods = view
        .transfers
        .iter()
        .rev()
        .filter(|transfer| is_for_goods(transfer));
    let mut shown = goods.filter_map(|transfer| match &transfer.state {
        TransferState::Paid { tx } | TransferState::Bounced { tx, .. } => Some((transfer, *tx)),
        TransferState::Signed
        | TransferState::ConsumedUnpaid { .. }
        | TransferState::Dead { .. }
        | TransferState::Superseded { .. }
        | TransferState::Foreign { .. } => None,
    });
    shown.next()
}

/// The message that may be on its way.
fn live(view: &OrderFace) -> Option<&Transfer> {
    let mut newest = view.transfers.iter().rev();
    newest.find(|transfer| transfer.is_live())
}

const fn is_for_goods(transfer: &Transfer) -> bool {
    match transfer.purpose {
        Purpose::Goods => true,
        Purpose::Burn { .. } => false,
    }
}
