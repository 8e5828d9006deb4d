//! A shop to talk in: the real conversation of the core, with answers that a test gives in the
//! place of the books, of Fragment and of the gateway.

use starkeeper_actors::domain::catalog::{PersonName, PhotoMark, Product, Recipient, Username};
use starkeeper_actors::domain::customer::{Purse, StillOpen};
use starkeeper_actors::domain::dialog::{
    Action, Answer, Body, Dialog, DialogRules, LookUpFailed, Need, OpenRefused, OrderFace, Said,
    Seller, Sender, Step, Target, View, deck_samples, order_of,
};
use starkeeper_actors::domain::ids::{
    CustomerId, GatewayOrderId, GatewayUuid, InvoiceId, Nonce, OrderId, OrderNumber, TelegramId,
};
use starkeeper_actors::domain::invoice::{
    CoinChoice, Invoice, InvoiceRules, Page, Payer, Purpose, Standing, Wish,
};
use starkeeper_actors::domain::ledger::{Account, EntryKey, Line, Statement};
use starkeeper_actors::domain::money::{CoinAmount, MicroUsd};
use starkeeper_actors::domain::order::{Order, OrderState};
use starkeeper_actors::domain::pricing::{Quote, ShopPrices};
use starkeeper_actors::domain::samples;

use super::*;

pub(super) const CUSTOMER: CustomerId = CustomerId::new(7);

/// Where the customer pays to.
pub(super) const ADDRESS: &str = "UQBvW8Z5huBkMJYdnfAEM5JqTNkuWX3diqYENkWsIL0XggGG";

pub(super) struct Room {
    pub(super) sender: Sender,
    pub(super) language: Language,
    pub(super) prices: ShopPrices,
    pub(super) rules: DialogRules,
    pub(super) purse: Purse,
    pub(super) seller: Seller,
    pub(super) now: Timestamp,
    pub(super) orders: Vec<Order>,
    pub(super) missing: Option<LookUpFailed>,
    pub(super) open: Option<StillOpen>,
    /// The gateway answers nobody.
    pub(super) gateway_down: bool,
    /// How long the person must wait before Fragment is asked once more.
    pub(super) slow: Option<Span>,
    /// Nothing has moved on the balance yet.
    pub(super) untouched: bool,
    pub(super) operator: bool,
    fresh: i64,
}

impl Room {
    pub(super) fn new(language: Language) -> Self {
        let name = match language {
            Language::En => "Anya",
            Language::Ru => "Аня",
        };
        let now = noon();
        Self {
            sender: Sender {
                user: TelegramId::new(5),
                username: Some(username("anya")),
                name: PersonName::new(name),
                language,
                premium: false,
            },
            language,
            prices: samples::prices(now),
            rules: DialogRules::default(),
            purse: Purse::default(),
            seller: Seller::Open,
            now,
            orders: Vec::new(),
            missing: None,
            open: None,
            gateway_down: false,
            slow: None,
            untouched: false,
            operator: false,
            fresh: 1_000,
        }
    }

    pub(super) fn pass(&mut self, span: Span) {
        self.now += span;
        self.prices = samples::prices(self.now);
    }

    fn view(&self) -> View<'_> {
        View {
            sender: &self.sender,
            customer: CUSTOMER,
            language: self.language,
            purse: self.purse,
            prices: &self.prices,
            seller: self.seller,
            rules: &self.rules,
            fetching: false,
            operator: self.operator,
            fresh: self.fresh,
            now: self.now,
        }
    }

    /// One thing the person does, to its screen; a wait is a screen before it.
    pub(super) fn hear(&mut self, dialog: Dialog, said: &Said) -> (Dialog, Vec<Screen>) {
        self.fresh += 1;
        let mut step = dialog.heard(said, self.view());
        let mut screens = Vec::new();
        for _ in 0..8 {
            step = match step {
                Step::Show { dialog, screen } => {
                    screens.push(*screen);
                    return (dialog, screens);
                }
                Step::Ask { dialog, need, note } => {
                    if need.is_outside() {
                        screens.extend(dialog.meanwhile());
                    }
                    let answer = match self.put_off(&need) {
                        Some(answer) => answer,
                        None => self.answer(&need),
                    };
                    dialog.answered(answer, note, self.view())
                }
            };
        }
        panic!("asks without end");
    }

    /// What somebody who is too fast gets, or everybody while the gateway is down.
    fn put_off(&self, need: &Need) -> Option<Answer> {
        if let (Need::FindRecipient { .. }, Some(wait)) = (need, self.slow) {
            return Some(Answer::Slow { wait });
        }
        if let (Need::BuyByInvoice { quote, .. }, true) = (need, self.gateway_down) {
            return Some(Answer::NotOpened {
                target: Target::Quote(quote.id),
                why: OpenRefused::GatewayDown,
            });
        }
        None
    }

    fn answer(&mut self, need: &Need) -> Answer {
        match need {
            Need::FindRecipient { username, .. } => match self.missing {
                Some(why) => Answer::NotFound {
                    username: username.clone(),
                    why,
                },
                None => Answer::Found(Box::new(self.recipient(username))),
            },
            Need::BuyFromBalance { quote } => {
                let order = self.ordered(quote, held);
                self.purse.available = self.purse.available.minus_down_to_zero(quote.price);
                Answer::Bought(face(order, None))
            }
            Need::BuyByInvoice { quote, coin, face } => {
                let order = self.ordered(quote, |order| order);
                Answer::Opened {
                    target: Target::Quote(quote.id),
                    invoice: Box::new(invoice(Purpose::Order(order.id), coin, *face, self.now)),
                    order: Some(Box::new(order)),
                }
            }
            Need::ChangeCoin { order, coin } => {
                let found = self.order(*order);
                let purpose = Purpose::Order(*order);
                let invoice = invoice(purpose, &coin.choice, found.price(), self.now);
                Answer::Opened {
                    target: Target::Order(*order),
                    invoice: Box::new(invoice),
                    order: Some(Box::new(found)),
                }
            }
            Need::TopUp { amount, coin, .. } => Answer::Opened {
                target: Target::Invoice(INVOICE),
                invoice: Box::new(invoice(Purpose::TopUp, coin, *amount, self.now)),
                order: None,
            },
            Need::ShowOrder(order) => self.shown(*order, None),
            Need::FindOrder(number) => self.numbered(number),
            Need::Cancel(Target::Order(order)) => {
                let at = self.now;
                let by_customer = true;
                self.now_is(*order, &OrderState::Cancelled { at, by_customer });
                self.shown(*order, Some(Note::Cancelled))
            }
            Need::TakeBack(order) => self.shown(*order, Some(Note::TakenBack)),
            Need::SaysSent(Target::Order(order)) => self.shown(*order, Some(Note::KeepLooking)),
            Need::Cancel(_) | Need::SaysSent(_) | Need::ShowInvoice(_) => self.top_up(),
            Need::Statement => Answer::Statement(self.statement()),
            Need::Orders { page } => self.listed(usize::from(*page)),
            Need::WhereAreMyStars => self.listed(0),
            Need::AsBefore { order, quantity } => {
                let before = self.order(*order).quote;
                Answer::AsBefore {
                    product: quantity.map_or(before.product, Product::Stars),
                    username: before.recipient.username,
                    fewer: quantity.is_some(),
                }
            }
            Need::Speak(language) => {
                self.language = *language;
                Answer::Noted(None)
            }
            Need::TellMe | Need::CameBack => Answer::Noted(None),
            Need::MayErase => Answer::MayErase(self.open),
            Need::Erase => Answer::Erased,
            Need::Deck(need) => Answer::Deck(deck_samples::answer(need, &self.prices)),
        }
    }

    fn numbered(&self, number: &OrderNumber) -> Answer {
        match self.orders.iter().find(|known| known.number == *number) {
            Some(order) => self.shown(order.id, None),
            None => Answer::NoSuchOrder,
        }
    }

    fn top_up(&self) -> Answer {
        let coin = &self.rules.coins[0].choice;
        let ten = MicroUsd::parse("10").unwrap();
        Answer::Invoice {
            invoice: Box::new(invoice(Purpose::TopUp, coin, ten, self.now)),
            note: None,
        }
    }

    /// The statement's screen, with one movement of each kind.
    pub(super) fn balance(&self) -> Body {
        Body::Balance {
            purse: Purse {
                available: MicroUsd::parse("5").unwrap(),
                held: MicroUsd::CENT,
                debt: MicroUsd::CENT,
            },
            statement: self.statement(),
        }
    }

    fn statement(&self) -> Statement {
        let (invoice, order, n) = (INVOICE, samples::ORDER, 1);
        let nonce = Nonce::parse("nonce-of-sixteen").unwrap();
        let uuid = GatewayUuid::parse("u-1").unwrap();
        let keys = [
            EntryKey::Credit { invoice, n },
            EntryKey::Reversal { invoice, n },
            EntryKey::Lock { invoice, n },
            EntryKey::Unlock { invoice, n },
            EntryKey::RefundHold { invoice },
            EntryKey::RefundEnd { invoice },
            EntryKey::Hold { order },
            EntryKey::Release { order },
            EntryKey::Settle { order },
            EntryKey::CarriedOver { customer: CUSTOMER },
            EntryKey::Adjustment { nonce },
            EntryKey::Orphan { uuid },
        ];
        let line = |key| Line {
            at: noon() - Span::hours(1),
            key,
            change: -1_650_000,
            balance: 0,
        };
        Statement {
            account: Account::Customer(CUSTOMER),
            opening: 0,
            lines: match self.untouched {
                true => Vec::new(),
                false => keys.map(line).to_vec(),
            },
        }
    }

    fn listed(&self, page: usize) -> Answer {
        let newest = self.orders.iter().rev().skip(page * 2);
        let orders: Vec<Order> = newest.clone().take(2).cloned().collect();
        Answer::Orders {
            more: newest.count() > orders.len(),
            orders,
        }
    }

    fn ordered(&mut self, quote: &Quote, then: fn(Order) -> Order) -> Order {
        let number = ["SK-7F3K9", "SK-2M4PQ", "SK-9TT2X"][self.orders.len() % 3];
        let number = OrderNumber::parse(number).unwrap();
        let id = order_of(quote.id);
        let order = then(Order::confirmed(id, number, quote.clone(), 1, self.now));
        self.orders.push(order.clone());
        order
    }

    /// An order of this customer's; any number names one.
    fn order(&self, id: OrderId) -> Order {
        let found = self.orders.iter().find(|order| order.id == id);
        found
            .or(self.orders.last())
            .cloned()
            .unwrap_or_else(samples::order)
    }

    /// The order in another state.
    pub(super) fn now_is(&mut self, id: OrderId, state: &OrderState) {
        for order in self.orders.iter_mut().filter(|order| order.id == id) {
            order.state = state.clone();
        }
    }

    fn shown(&self, id: OrderId, note: Option<Note>) -> Answer {
        let order = self.order(id);
        let waits = matches!(order.state, OrderState::AwaitingPayment { .. });
        let coin = &self.rules.coins[0].choice;
        let open = waits.then(|| invoice(Purpose::Order(id), coin, order.price(), self.now));
        Answer::Order {
            face: face(order, open),
            note,
        }
    }

    fn recipient(&self, username: &Username) -> Recipient {
        let name = match (self.language, username.as_str()) {
            (_, "anya") => self.sender.name.as_str(),
            (Language::En, _) => "Masha K.",
            (Language::Ru, _) => "Маша К.",
        };
        Recipient {
            username: username.clone(),
            name: PersonName::new(name),
            photo: Some(PhotoMark::parse("https://cdn.example/masha.jpg").unwrap()),
            ..samples::masha()
        }
    }
}

/// The top-up's invoice.
const INVOICE: InvoiceId = InvoiceId::new(31);

fn face(order: Order, invoice: Option<Invoice>) -> Box<OrderFace> {
    Box::new(OrderFace {
        order,
        invoice,
        transfers: Vec::new(),
    })
}

fn held(order: Order) -> Order {
    let purchase = starkeeper_actors::domain::order::Purchase {
        held_at: order.since,
        ..samples::purchase(&[])
    };
    let state = OrderState::Held {
        purchase,
        retry: Default::default(),
        told: false,
        refund: None,
    };
    Order { state, ..order }
}

/// An open invoice with its address.
pub(super) fn invoice(
    purpose: Purpose,
    coin: &CoinChoice,
    amount: MicroUsd,
    now: Timestamp,
) -> Invoice {
    let wish = Wish {
        id: INVOICE,
        gateway_order_id: GatewayOrderId::parse("test-1").unwrap(),
        customer: CUSTOMER,
        purpose,
        face: amount,
        coin: Some(coin.clone()),
    };
    let wanted = Invoice::want(wish, &InvoiceRules::default(), now).unwrap();
    let page = Page {
        uuid: GatewayUuid::parse("u-1").unwrap(),
        url: Some("https://pay.example/u-1".to_owned()),
        payer: Payer {
            currency: Some(coin.currency.clone()),
            network: Some(coin.network.clone()),
            address: Some(ADDRESS.to_owned()),
            amount: Some(CoinAmount::parse(&amount.to_decimal()).unwrap()),
        },
        payment_amount: None,
        txid: None,
    };
    Invoice {
        standing: Standing::Open(Box::new(page)),
        ..wanted
    }
}

pub(super) fn username(text: &str) -> Username {
    Username::parse(text).unwrap()
}

pub(super) fn person(text: &str) -> PersonName {
    PersonName::new(text)
}

/// Lines of every kind.
const LINES: [&str; 18] = [
    "/start",
    "/buy",
    "/premium",
    "100 @masha",
    "@masha",
    "/balance",
    "/orders",
    "/where",
    "/topup",
    "/topup 10",
    "/help",
    "/language",
    "20",
    "20 @masha",
    "5000000",
    "SK-7F3K9",
    "hello",
    "/admin",
];

/// Presses every button that any screen shows, from every screen that shows it, and hears lines of
/// every kind; answers all the messages that come of it.
pub(super) fn walk(words: &Words, language: Language) -> Vec<Face> {
    let mut faces = Vec::new();
    for (dollars, seller, missing) in [
        ("0", Seller::Open, None),
        ("50", Seller::Open, None),
        ("1.20", Seller::Open, Some(LookUpFailed::NoSuchUser)),
        ("0", Seller::Open, Some(LookUpFailed::AlreadyPremium)),
        ("0", Seller::Open, Some(LookUpFailed::Unavailable)),
        ("0", Seller::Closed, None),
        ("0", Seller::Starting, None),
    ] {
        let mut room = Room::new(language);
        room.purse.available = MicroUsd::parse(dollars).unwrap();
        room.seller = seller;
        room.missing = missing;
        room.operator = true;
        let mut seen = std::collections::HashSet::new();
        let mut queue: Vec<(Dialog, Said)> = LINES
            .map(|line| (Dialog::default(), Said::Text(line.into())))
            .to_vec();
        let nameless = Said::Picked {
            username: None,
            name: person(""),
            user: None,
        };
        queue.push((Dialog::default(), nameless));
        while let Some((dialog, said)) = queue.pop() {
            let (dialog, screens) = room.hear(dialog, &said);
            room.language = language;
            for screen in screens {
                let face = words.screen(language, &screen, room.now);
                for key in inline(&face) {
                    let Does::Tap(data) = &key.does else { continue };
                    let action =
                        Action::decode(data).unwrap_or_else(|| panic!("{data} does nothing"));
                    // The kind of button on the kind of screen: numbers differ for ever.
                    let deck = matches!(action, Action::Deck(_));
                    let detail =
                        deck.then(|| data.split('.').next().unwrap_or_default().to_owned());
                    let draft = dialog.deck.as_ref();
                    let want = draft.and_then(|draft| draft.want);
                    let want = want.map(|want| std::mem::discriminant(&want));
                    let place = (dialog.place.name(), draft.is_some(), want);
                    let kind = (place, action.name(), detail, screen.note.is_some());
                    if seen.insert(kind) {
                        queue.push((dialog.clone(), Said::Tap(data.as_str().into())));
                        if dialog.deck.is_some() {
                            for line in ["x", "30", "checked by hand", "7"] {
                                queue.push((dialog.clone(), Said::Text(line.into())));
                            }
                        }
                    }
                }
                faces.push(face);
            }
        }
        assert!(seen.len() > 5, "only {seen:?}");
    }
    faces
}
