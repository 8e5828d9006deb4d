//! News: each is a message of its own, because an edit makes no sound.

use starkeeper_actors::domain::catalog::{Product, StarsQuantity};
use starkeeper_actors::domain::dialog::{Action, Target};
use starkeeper_actors::domain::ids::OrderId;
use starkeeper_actors::domain::invoice::CoinChoice;
use starkeeper_actors::domain::money::{MicroUsd, mul_div_floor};
use starkeeper_actors::domain::notice::{News, RefundReason};
use starkeeper_actors::domain::order::{Order, OrderState};
use starkeeper_actors::domain::{Span, Timestamp};
use starkeeper_actors::ports::messenger::{About, OrderView, Today};

use super::rows::{Placed, rows};
use super::{Voice, names};
use crate::telegram::face::{Does, Face, Key, Keys};

mod credited;

use credited::Arrival;

impl Voice<'_> {
    pub(super) fn news(&self, news: &News, about: &About) -> Face {
        let order_of = about.order.as_ref();
        match news {
            News::Credited {
                asked,
                received,
                credited,
                withheld,
                debt_paid,
                reason,
                bought,
                ..
            } => self.credited(&Arrival {
                today: about.today,
                asked: *asked,
                received: *received,
                credited: *credited,
                withheld: *withheld,
                debt_paid: *debt_paid,
                reason: *reason,
                bought: *bought,
                about: about.order.as_ref(),
            }),
            News::Locked { page, .. } => self.locked(page.as_deref()),
            News::Unlocked { debt_paid, .. } => {
                let text = self.tongue.plain("unlocked");
                self.told(self.and_debt(text, *debt_paid), self.onwards())
            }
            News::PayingBack { amount, .. } => {
                self.told(self.of_amount("paying-back", *amount), self.for_support())
            }
            News::PayingBackFailed {
                amount, debt_paid, ..
            } => {
                let text = self.of_amount("paying-back-failed", *amount);
                self.told(self.and_debt(text, *debt_paid), self.onwards())
            }
            News::PaidBack { amount, debt, .. } => {
                self.told(self.paid_back(*amount, *debt), self.for_support())
            }
            News::Delivered { order, seconds } => self.delivered(*order, *seconds, order_of),
            News::Refunded { order, amount, why } => self.refunded(*order, *amount, *why, order_of),
            News::TakesLonger { order } => self.takes_longer(*order, order_of),
            News::OnItsWay { order } => self.on_its_way(*order, order_of),
            News::Lapsed { .. } => {
                let keys = vec![self.tap("key-top-up", &Action::TopUp)];
                self.told(self.tongue.plain("invoice-lapsed"), keys)
            }
            News::BeingChecked { order } => self.being_checked(*order, order_of),
            News::OpenAgain { .. } => {
                let keys = vec![
                    self.tap("key-stars", &Action::Stars),
                    self.tap("key-premium", &Action::Premium),
                    self.tap("key-menu", &Action::Menu),
                ];
                self.told(self.tongue.plain("open-again"), keys)
            }
        }
    }

    fn told(&self, text: String, keys: Vec<Placed>) -> Face {
        Face {
            text,
            photo: None,
            keys: Keys::Inline(rows(keys)),
        }
    }

    fn tap(&self, key: &str, action: &Action) -> Placed {
        self.labelled(self.tongue.plain(key), action)
    }

    fn labelled(&self, label: String, action: &Action) -> Placed {
        // What was told stays where it is.
        let does = Does::Tap(action.encode_apart());
        let key = Key { label, does };
        Placed { key, wide: false }
    }

    /// Where to go when nothing is asked.
    fn onwards(&self) -> Vec<Placed> {
        vec![
            self.tap("key-balance-plain", &Action::Balance),
            self.tap("key-menu", &Action::Menu),
        ]
    }

    fn for_support(&self) -> Vec<Placed> {
        let support = self.support().map(|link| Placed {
            key: Key {
                label: self.tongue.plain("key-support"),
                does: Does::Open(link),
            },
            wide: false,
        });
        let menu = self.tap("key-menu", &Action::Menu);
        support.into_iter().chain([menu]).collect()
    }

    fn of_amount(&self, key: &str, amount: MicroUsd) -> String {
        let amount = self.tongue.usd(amount);
        self.tongue.say(key, [("amount", amount.into())])
    }

    fn and_debt(&self, text: String, paid: MicroUsd) -> String {
        if !paid.is_positive() {
            return text;
        }
        let paid = self.tongue.usd(paid);
        let debt = self.tongue.say("credited-debt", [("paid", paid.into())]);
        format!("{text}\n{debt}")
    }

    fn locked(&self, page: Option<&str>) -> Face {
        let text = match page {
            Some(link) => {
                let link = names::html(link);
                self.tongue.say("locked-here", [("link", link.into())])
            }
            None => self.tongue.plain("locked"),
        };
        self.told(text, self.for_support())
    }

    fn paid_back(&self, amount: MicroUsd, debt: MicroUsd) -> String {
        if !amount.is_positive() {
            return self.tongue.plain("paid-back-locked");
        }
        let text = self.of_amount("paid-back", amount);
        if !debt.is_positive() {
            return text;
        }
        let debt = self.tongue.usd_to_pay(debt);
        let debt = self.tongue.say("paid-back-debt", [("debt", debt.into())]);
        format!("{text}\n{debt}")
    }

    fn delivered(&self, id: OrderId, seconds: i64, about: Option<&OrderView>) -> Face {
        let again = self.again_as(id, "key-again");
        let menu = self.tap("key-menu", &Action::Menu);
        let Some(order) = about.map(|view| &view.order) else {
            return self.told(self.tongue.plain("delivered-bare"), vec![again, menu]);
        };
        let to = &order.quote.recipient.username;
        let args = [
            ("goods", self.tongue.goods(order.quote.product).into()),
            ("to", names::handle(to).into()),
            ("number", order.number.to_string().into()),
            ("took", self.long(Span::seconds(seconds)).into()),
        ];
        let write = Placed {
            key: Key {
                label: self.write_to(to, Some(&order.quote.recipient.name)),
                does: Does::Open(format!("https://t.me/{}", to.as_str())),
            },
            wide: false,
        };
        let text = self.tongue.say("delivered", args);
        self.told(text, vec![again, write, menu])
    }

    fn again_as(&self, order: OrderId, key: &str) -> Placed {
        let quantity = None;
        self.tap(key, &Action::Again { order, quantity })
    }

    fn refunded(
        &self,
        id: OrderId,
        amount: MicroUsd,
        why: RefundReason,
        about: Option<&OrderView>,
    ) -> Face {
        let asked = matches!(why, RefundReason::CustomerAsked);
        let text = match about.map(|view| &view.order) {
            Some(order) if asked => {
                let args = [
                    ("amount", self.tongue.usd(amount).into()),
                    ("number", order.number.to_string().into()),
                ];
                self.tongue.say("refunded-asked", args)
            }
            Some(order) => {
                let args = [
                    ("why", self.why(order, why).into()),
                    ("amount", self.tongue.usd(amount).into()),
                ];
                self.tongue.say("refunded", args)
            }
            None => self.of_amount("refunded-bare", amount),
        };
        let keys = vec![
            self.again_as(id, "key-try-again"),
            self.tap("key-menu", &Action::Menu),
        ];
        self.told(text, keys)
    }

    fn takes_longer(&self, id: OrderId, about: Option<&OrderView>) -> Face {
        // It may have been signed since: then there is nothing to choose any more.
        if let Some(view) = about.filter(|view| !may_be_taken_back(&view.order)) {
            let keys = vec![
                self.tap("key-refresh", &Action::ShowOrder(id)),
                self.tap("key-menu", &Action::Menu),
            ];
            return self.told(self.order(view), keys);
        }
        let text = match about.map(|view| &view.order) {
            Some(order) => {
                let args = [
                    ("price", self.tongue.usd(order.price()).into()),
                    ("held", self.span(self.settings.max_held).into()),
                    ("number", order.number.to_string().into()),
                ];
                self.tongue.say("takes-longer", args)
            }
            None => self.tongue.plain("takes-longer-bare"),
        };
        let keys = vec![
            self.tap("key-wait", &Action::Wait(id)),
            self.tap("key-take-back", &Action::TakeBack(id)),
        ];
        self.told(text, keys)
    }

    fn on_its_way(&self, id: OrderId, about: Option<&OrderView>) -> Face {
        let text = match about {
            Some(view) => self.order(view),
            None => self.tongue.plain("slow-signed"),
        };
        let keys = vec![
            self.tap("key-refresh", &Action::ShowOrder(id)),
            self.tap("key-menu", &Action::Menu),
        ];
        self.told(text, keys)
    }

    fn being_checked(&self, id: OrderId, about: Option<&OrderView>) -> Face {
        let text = match about.map(|view| &view.order) {
            Some(order) => {
                let until = self.checked_since(order) + self.settings.answer_within;
                let args = [
                    ("until", self.until(until).into()),
                    ("number", order.number.to_string().into()),
                ];
                self.tongue.say("being-checked", args)
            }
            None => self.tongue.plain("being-checked-bare"),
        };
        let mut keys = vec![self.tap("key-refresh", &Action::ShowOrder(id))];
        keys.extend(self.for_support());
        self.told(text, keys)
    }

    /// Since when a person looks at an order.
    fn checked_since(&self, order: &Order) -> Timestamp {
        match &order.state {
            OrderState::Parked { at, .. } => *at,
            OrderState::AwaitingPayment { .. }
            | OrderState::Held { .. }
            | OrderState::Linked { .. }
            | OrderState::Paying { .. }
            | OrderState::Paid { .. }
            | OrderState::Delivered { .. }
            | OrderState::Refunded { .. }
            | OrderState::Cancelled { .. } => self.now,
        }
    }
}

/// Whether the customer may still take the money back: nothing of it is signed.
fn may_be_taken_back(order: &Order) -> bool {
    match &order.state {
        OrderState::Held {
            purchase,
            refund: None,
            ..
        }
        | OrderState::Linked { purchase, .. } => !purchase.was_signed(),
        OrderState::AwaitingPayment { .. }
        | OrderState::Held { .. }
        | OrderState::Paying { .. }
        | OrderState::Paid { .. }
        | OrderState::Delivered { .. }
        | OrderState::Refunded { .. }
        | OrderState::Cancelled { .. }
        | OrderState::Parked { .. } => false,
    }
}
