//! Money arrived: exactly, otherwise, late or for something that is over.

use super::{
    Action, CoinChoice, Face, MicroUsd, Order, OrderView, Placed, Product, StarsQuantity, Target,
    Today, Voice, mul_div_floor, names,
};
use starkeeper_actors::domain::notice::CreditReason;

/// A payment that became a credit.
pub(super) struct Arrival<'a> {
    pub(super) asked: MicroUsd,
    pub(super) received: MicroUsd,
    pub(super) credited: MicroUsd,
    pub(super) withheld: MicroUsd,
    pub(super) debt_paid: MicroUsd,
    pub(super) reason: CreditReason,
    pub(super) bought: bool,
    pub(super) about: Option<&'a OrderView>,
    /// What the same would cost now.
    pub(super) today: Option<Today>,
}

impl Voice<'_> {
    pub(super) fn credited(&self, arrival: &Arrival<'_>) -> Face {
        let withheld = arrival.withheld;
        let counted = arrival.credited.is_positive() || arrival.debt_paid.is_positive();
        if withheld.is_positive() && !counted {
            let text = self.of_withheld("credited-dust", withheld);
            return self.told(text, self.for_support());
        }
        let (text, keys) = match arrival.about.map(|view| &view.order) {
            Some(order) => self.for_order(arrival, order),
            None => (self.for_balance(arrival), self.after_top_up()),
        };
        let mut text = self.and_debt(text, arrival.debt_paid);
        if withheld.is_positive() {
            let withheld = self.of_withheld("credited-withheld", withheld);
            text = format!("{text}\n{withheld}");
        }
        self.told(text, keys)
    }

    fn of_withheld(&self, key: &str, withheld: MicroUsd) -> String {
        let withheld = self.tongue.usd(withheld);
        self.tongue.say(key, [("withheld", withheld.into())])
    }

    fn sums(&self, key: &str, arrival: &Arrival<'_>) -> String {
        let args = [
            ("asked", self.tongue.usd_to_pay(arrival.asked).into()),
            ("received", self.tongue.usd(arrival.received).into()),
            ("credited", self.tongue.usd(arrival.credited).into()),
        ];
        self.tongue.say(key, args)
    }

    fn for_balance(&self, arrival: &Arrival<'_>) -> String {
        let key = match arrival.reason {
            CreditReason::Exact => "credited-top-up",
            CreditReason::WithinAccuracy => "credited-within-top-up",
            CreditReason::Less => "credited-less-top-up",
            CreditReason::More => "credited-more-top-up",
            CreditReason::Late => "credited-late-top-up",
            CreditReason::AfterCancel => "credited-after-cancel-top-up",
            CreditReason::SecondPayment | CreditReason::OrderClosed => "credited-top-up",
        };
        self.sums(key, arrival)
    }

    fn after_top_up(&self) -> Vec<Placed> {
        vec![
            self.tap("key-stars", &Action::Stars),
            self.tap("key-balance-plain", &Action::Balance),
            self.tap("key-menu", &Action::Menu),
        ]
    }

    fn for_order(&self, arrival: &Arrival<'_>, order: &Order) -> (String, Vec<Placed>) {
        let show = || {
            let number = ("number", order.number.to_string().into());
            let label = self.tongue.say("key-show-order", [number]);
            vec![self.labelled(label, &Action::ShowOrder(order.id))]
        };
        if arrival.bought {
            let text = match arrival.reason {
                CreditReason::WithinAccuracy => self.sums("credited-within", arrival),
                CreditReason::More => {
                    let surplus = arrival.received.minus_down_to_zero(arrival.asked);
                    let args = [
                        ("received", self.tongue.usd(arrival.received).into()),
                        ("surplus", self.tongue.usd(surplus).into()),
                    ];
                    self.tongue.say("credited-more", args)
                }
                CreditReason::Exact
                | CreditReason::Less
                | CreditReason::Late
                | CreditReason::SecondPayment
                | CreditReason::AfterCancel
                | CreditReason::OrderClosed => self.of_goods("credited", arrival, order),
            };
            return (text, show());
        }
        match arrival.reason {
            CreditReason::Less => {
                let text = self.sums("credited-less", arrival);
                (text, self.choices(arrival, order))
            }
            CreditReason::Late => self.late(arrival, order),
            CreditReason::SecondPayment => (self.sums("credited-second", arrival), self.onwards()),
            CreditReason::AfterCancel => (
                self.sums("credited-after-cancel", arrival),
                self.once_more(order),
            ),
            CreditReason::OrderClosed => {
                (self.sums("credited-closed", arrival), self.once_more(order))
            }
            CreditReason::Exact | CreditReason::WithinAccuracy | CreditReason::More => {
                (self.sums("credited-kept", arrival), self.once_more(order))
            }
        }
    }

    fn of_goods(&self, key: &str, arrival: &Arrival<'_>, order: &Order) -> String {
        let args = [
            ("received", self.tongue.usd(arrival.received).into()),
            ("goods", self.tongue.goods(order.quote.product).into()),
            ("to", names::handle(&order.quote.recipient.username).into()),
        ];
        self.tongue.say(key, args)
    }

    /// It came too late for its price: at the price of today, if there is one?
    fn late(&self, arrival: &Arrival<'_>, order: &Order) -> (String, Vec<Placed>) {
        let Some(today) = arrival.today else {
            let text = self.of_goods("credited-late", arrival, order);
            return (text, self.once_more(order));
        };
        let args = [
            ("received", self.tongue.usd(arrival.received).into()),
            ("goods", self.tongue.goods(order.quote.product).into()),
            ("to", names::handle(&order.quote.recipient.username).into()),
            ("price", self.tongue.usd_to_pay(today.price).into()),
        ];
        let text = self.tongue.say("credited-late-now", args);
        let lacks = today.price.minus_down_to_zero(today.available);
        if !lacks.is_positive() {
            return (text, self.once_more(order));
        }
        let coin = self.coin_of(arrival.about);
        let add = self
            .tongue
            .usd_to_pay(lacks.max(self.least_of(coin.as_ref())));
        let quantity = None;
        let again = Action::Again {
            order: order.id,
            quantity,
        };
        let add = self.tongue.say("key-add", [("amount", add.into())]);
        let keys = vec![
            // By way of the card: it is another price, and a new promise.
            self.labelled(add, &again),
            self.tap("key-keep", &Action::Balance),
        ];
        (text, keys)
    }

    fn once_more(&self, order: &Order) -> Vec<Placed> {
        vec![
            self.again_as(order.id, "key-buy-now"),
            self.tap("key-keep", &Action::Balance),
        ]
    }

    /// Less arrived than was asked for: add the rest, take fewer, or keep it.
    fn choices(&self, arrival: &Arrival<'_>, order: &Order) -> Vec<Placed> {
        let coin = self.coin_of(arrival.about);
        let lacks = arrival.asked.minus_down_to_zero(arrival.received);
        let least = self.least_of(coin.as_ref());
        let add = self.tongue.usd_to_pay(lacks.max(least));
        let target = Target::Order(order.id);
        let pay = Action::PayInvoice { target, coin };
        let mut keys =
            vec![self.labelled(self.tongue.say("key-add", [("amount", add.into())]), &pay)];
        if let Some(quantity) = fewer(arrival, order) {
            let goods = self.tongue.goods(Product::Stars(quantity));
            let again = Action::Again {
                order: order.id,
                quantity: Some(quantity),
            };
            keys.push(self.labelled(
                self.tongue.say("key-fewer", [("goods", goods.into())]),
                &again,
            ));
        }
        keys.push(self.tap("key-keep", &Action::Cancel(target)));
        keys
    }

    /// The coin that was paid in, if the shop still takes it.
    fn coin_of(&self, about: Option<&OrderView>) -> Option<CoinChoice> {
        let paid = about?.invoice.as_ref()?.coin.as_ref()?;
        let mut coins = self.settings.rules.coins.iter();
        let known = coins.find(|coin| coin.choice == *paid)?;
        Some(known.choice.clone())
    }

    /// The smallest transfer in a coin; without one, in the first.
    fn least_of(&self, coin: Option<&CoinChoice>) -> MicroUsd {
        let coins = &self.settings.rules.coins;
        let named = coins.iter().find(|known| Some(&known.choice) == coin);
        let used = named.or_else(|| coins.first());
        used.map(|coin| coin.least).unwrap_or_default()
    }
}

/// How many Stars the payment alone buys at the order's rate; the card says the price of today.
fn fewer(arrival: &Arrival<'_>, order: &Order) -> Option<StarsQuantity> {
    let Product::Stars(wanted) = order.quote.product else {
        return None;
    };
    let (received, price) = (arrival.received.micros(), order.price().micros());
    let count = mul_div_floor(
        i64::from(wanted.get()),
        i128::from(received),
        i128::from(price),
    );
    let count = u32::try_from(count.ok()?).ok()?;
    StarsQuantity::new(count)
        .ok()
        .filter(|fewer| *fewer < wanted)
}
