//! The thread that leads from a tap to a delivery: one name for everything that happens because of
//! one offer, in every actor, on every replica, before and after a restart.
//!
//! It is stored nowhere of its own: the offer's number is on its buttons, and it is the order's
//! number, which the books keep. What tops a balance up follows its invoice.

use std::fmt;

use super::dialog::{Action, Go, Said, Target, Want, order_of};
use super::ids::{InvoiceId, OrderId};
use super::invoice::{Invoice, Purpose};
use super::notice::{Message, News};

/// The name under which spans with a trace are let into the logs, at every level.
pub const TRACES: &str = "starkeeper_trace";

/// The name of one thread: sixteen hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct TraceId(i64);

impl TraceId {
    /// Everything about an order, from its offer on.
    #[must_use]
    pub const fn of_order(order: OrderId) -> Self {
        Self(order.get())
    }

    /// An invoice follows the order it pays for.
    #[must_use]
    pub const fn of_invoice(invoice: &Invoice) -> Self {
        Self::of_purpose(invoice.purpose, invoice.id)
    }

    /// The same before there is an invoice.
    #[must_use]
    pub const fn of_purpose(purpose: Purpose, invoice: InvoiceId) -> Self {
        match purpose {
            Purpose::Order(order) => Self::of_order(order),
            Purpose::TopUp => Self(invoice.get()),
        }
    }

    fn of_target(target: Target) -> Self {
        match target {
            Target::Quote(quote) => Self::of_order(order_of(quote)),
            Target::Order(order) => Self::of_order(order),
            Target::Invoice(invoice) => Self(invoice.get()),
        }
    }

    /// What a person did, if it is about one offer, order or invoice: the thread, and the name of the
    /// button.
    #[must_use]
    pub fn of_said(said: &Said) -> Option<(Self, &'static str)> {
        let action = match said {
            Said::Tap(data) => Action::decode(data)?,
            Said::Text(_) | Said::Picked { .. } | Said::Thing | Said::InGroup => return None,
        };
        let trace = match &action {
            Action::Confirm(quote) | Action::PayBalance(quote) => Self::of_order(order_of(*quote)),
            Action::PayInvoice { target, .. }
            | Action::Cancel(target)
            | Action::SaysSent(target) => Self::of_target(*target),
            Action::OtherCoin(order)
            | Action::TakeBack(order)
            | Action::Wait(order)
            | Action::ShowOrder(order)
            | Action::Deck(
                Go::Order(order)
                | Go::Want(
                    Want::Resume { order, .. }
                    | Want::Refund { order, .. }
                    | Want::Deliver { order, .. },
                ),
            ) => Self::of_order(*order),
            Action::Menu
            | Action::Stars
            | Action::StarsFor(_)
            | Action::MoreCoins
            | Action::Quantity(_)
            | Action::Premium
            | Action::Months(_)
            | Action::ForMe
            | Action::ForFriend
            | Action::To(_)
            | Action::Again { .. }
            | Action::Balance
            | Action::TopUp
            | Action::Amount(_)
            | Action::Orders(_)
            | Action::WhereAreMyStars
            | Action::Page(_)
            | Action::Speak(_)
            | Action::TellMe
            | Action::Erase
            | Action::EraseNow(_)
            | Action::Deck(_)
            | Action::Back => return None,
        };
        Some((trace, action.name()))
    }

    /// What somebody is told, if it is about one order or invoice.
    #[must_use]
    pub const fn of_message(message: &Message) -> Option<Self> {
        let news = match message {
            Message::Customer(news) => news,
            Message::Operators(_) => return None,
        };
        match news {
            News::Delivered { order, .. }
            | News::Refunded { order, .. }
            | News::TakesLonger { order }
            | News::OnItsWay { order }
            | News::BeingChecked { order }
            | News::Credited {
                order: Some(order), ..
            } => Some(Self::of_order(*order)),
            News::Credited { invoice, .. }
            | News::Locked { invoice, .. }
            | News::Unlocked { invoice, .. }
            | News::PayingBack { invoice, .. }
            | News::PayingBackFailed { invoice, .. }
            | News::PaidBack { invoice, .. }
            | News::Lapsed { invoice, .. } => Some(Self(invoice.get())),
            News::OpenAgain { .. } => None,
        }
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::ids::QuoteId;
    use super::*;

    #[test]
    fn a_tap_its_order_its_invoice_and_its_news_have_one_name() {
        let (quote, invoice) = (QuoteId::new(0x7f), InvoiceId::new(5));
        let order = order_of(quote);
        let tap = |action: Action| TraceId::of_said(&Said::Tap(action.encode().into()));
        let named = TraceId::of_order(order);
        assert_eq!(named.to_string(), "000000000000007f");
        assert_eq!(tap(Action::Confirm(quote)), Some((named, "confirm")));
        let paying = Action::PayInvoice {
            target: Target::Quote(quote),
            coin: None,
        };
        assert_eq!(tap(paying), Some((named, "pay_invoice")));
        assert_eq!(TraceId::of_purpose(Purpose::Order(order), invoice), named);
        let delivered = News::Delivered { order, seconds: 1 };
        let told = TraceId::of_message(&Message::Customer(delivered));
        assert_eq!(told, Some(named));
        let topping = TraceId::of_purpose(Purpose::TopUp, invoice);
        let sent = tap(Action::SaysSent(Target::Invoice(invoice)));
        assert_eq!(sent, Some((topping, "sent")));
        assert_eq!(tap(Action::Menu), None);
    }
}
