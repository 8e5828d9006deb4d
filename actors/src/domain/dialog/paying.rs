//! The screens of an order and of a top-up's invoice: what can be done follows from the state.

use super::action::{Action, Target};
use super::render::Shown;
use super::screen::{Body, Button, OrderFace};
use super::step::View;
use crate::domain::invoice::{Invoice, Standing};
use crate::domain::order::OrderState;
use crate::domain::{Span, Timestamp};

/// An order's screen: what can be done follows from its state.
pub(super) fn order(order: Box<OrderFace>, view: View<'_>) -> Shown {
    face(order, view.rules.slow_after, view.now)
}

/// The same without a conversation.
pub(super) fn face(face: Box<OrderFace>, slow_after: Span, now: Timestamp) -> Shown {
    let buttons = order_buttons(&face, slow_after, now);
    (Body::Order(face), buttons)
}

fn order_buttons(face: &OrderFace, slow_after: Span, now: Timestamp) -> Vec<Button> {
    let order = &face.order;
    let again = Button::Apart(Action::Again {
        order: order.id,
        quantity: None,
    });
    let refresh = Button::Do(Action::ShowOrder(order.id));
    match &order.state {
        OrderState::AwaitingPayment { .. } if is_arriving(face.invoice.as_ref()) => vec![refresh],
        OrderState::AwaitingPayment { .. } => {
            let mut buttons = pay_buttons(face.invoice.as_ref(), face.target());
            buttons.push(Button::Do(Action::OtherCoin(order.id)));
            buttons.push(Button::Do(Action::Cancel(face.target())));
            buttons
        }
        OrderState::Held {
            purchase,
            refund: None,
            ..
        }
        | OrderState::Linked { purchase, .. }
            if !purchase.was_signed() && purchase.held_at + slow_after <= now =>
        {
            let choices = [Action::Wait(order.id), Action::TakeBack(order.id)];
            choices.map(Button::Do).to_vec()
        }
        OrderState::Held { .. }
        | OrderState::Linked { .. }
        | OrderState::Paying { .. }
        | OrderState::Paid { .. } => vec![refresh],
        OrderState::Parked { .. } => vec![refresh, Button::Support],
        OrderState::Delivered { .. } => {
            vec![
                again,
                Button::WriteTo(order.quote.recipient.username.clone()),
            ]
        }
        OrderState::Refunded { .. } | OrderState::Cancelled { .. } => vec![again],
    }
}

/// A top-up's invoice. Once something of it is credited there is nothing more to pay or to cancel.
pub(super) fn invoice(invoice: Box<Invoice>) -> Shown {
    let target = Target::Invoice(invoice.id);
    let mut buttons = Vec::new();
    if invoice.money.left().is_positive() {
        buttons.push(Button::Apart(Action::Balance));
    } else if invoice.closing.is_none() && invoice.has_lapsed() {
        buttons.push(Button::Apart(Action::TopUp));
    } else if invoice.closing.is_none() && !is_arriving(Some(&invoice)) {
        buttons = pay_buttons(Some(&invoice), target);
        buttons.push(Button::Do(Action::Cancel(target)));
    }
    (Body::Invoice(invoice), buttons)
}

/// Whether a payment is on its way and nothing more is to be sent: an address would only invite to
/// pay twice.
fn is_arriving(invoice: Option<&Invoice>) -> bool {
    invoice.is_some_and(Invoice::is_arriving)
}

fn pay_buttons(invoice: Option<&Invoice>, target: Target) -> Vec<Button> {
    let open = invoice.filter(|invoice| invoice.closing.is_none());
    match open.map(|invoice| &invoice.standing) {
        Some(Standing::Open(_)) => vec![
            Button::CopyAddress,
            Button::CopyAmount,
            Button::PayPage,
            Button::Do(Action::SaysSent(target)),
        ],
        Some(
            Standing::Wanted { .. }
            | Standing::Asked
            | Standing::Refused { .. }
            | Standing::NotOurs,
        )
        | None => Vec::new(),
    }
}
