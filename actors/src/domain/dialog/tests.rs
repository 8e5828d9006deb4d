//! Every button of every screen is pressed from every place.

use std::collections::BTreeMap;

use super::*;
use crate::domain::catalog::{PersonName, PremiumMonths, Recipient, StarsQuantity};
use crate::domain::customer::{Language, Purse, StillOpen};
use crate::domain::ids::{BotId, CustomerId, Hash256, OrderNumber, TelegramId, WalletAddress};
use crate::domain::invoice::{
    CoinChoice, Invoice, InvoiceRules, Page, Payer, Purpose, Standing, Wish,
};
use crate::domain::ledger::{Account, Statement};
use crate::domain::money::{NanoTon, Untaken};
use crate::domain::order::{Funding, Order, OrderEvent, OrderRules};
use crate::domain::pricing::{ShopPrices, samples};
use crate::domain::stored::Stored;

const CUSTOMER: CustomerId = CustomerId::new(7);

struct Room {
    sender: Sender,
    prices: ShopPrices,
    rules: DialogRules,
    purse: Purse,
    seller: Seller,
    fetching: bool,
    now: Timestamp,
}

impl Room {
    fn new() -> Self {
        let now = samples::noon();
        Self {
            sender: Sender {
                user: TelegramId::new(5),
                username: Some(name("anya")),
                name: PersonName::new("Anya"),
                language: Language::En,
                premium: false,
            },
            prices: samples::prices(now),
            rules: DialogRules::default(),
            purse: purse(5),
            seller: Seller::Open,
            fetching: false,
            now,
        }
    }

    fn view(&self) -> View<'_> {
        View {
            sender: &self.sender,
            customer: CUSTOMER,
            language: Language::En,
            purse: self.purse,
            prices: &self.prices,
            seller: self.seller,
            rules: &self.rules,
            fetching: self.fetching,
            operator: false,
            fresh: i64::MAX - 7,
            now: self.now,
        }
    }

    fn quote(&self) -> Box<Quote> {
        let id = QuoteId::new(i64::MAX - 1);
        Box::new(samples::quote(id, CUSTOMER, samples::stars(100), self.now))
    }

    fn order(&self) -> Order {
        let number = OrderNumber::parse("SK-7F3K9").unwrap();
        let quote = *self.quote();
        Order::confirmed(order_of(quote.id), number, quote, 1, self.now)
    }

    fn held(&self) -> Order {
        let funding = Funding {
            wallet: WalletAddress::basic(Hash256::new([1; 32])),
            reserve: NanoTon::from_nanos(1),
        };
        let desk = crate::domain::order::Desk {
            rules: &OrderRules::default(),
            wallet: None,
            epoch: crate::domain::ids::Epoch::new(0),
            now: self.now - Span::minutes(4),
        };
        let decided = self.order().decide(OrderEvent::Fund(funding), desk);
        decided.unwrap().next
    }

    fn cancelled(&self) -> Order {
        let desk = crate::domain::order::Desk {
            rules: &OrderRules::default(),
            wallet: None,
            epoch: crate::domain::ids::Epoch::new(0),
            now: self.now,
        };
        self.order().decide(OrderEvent::Cancel, desk).unwrap().next
    }

    fn invoice(&self, purpose: Purpose) -> Invoice {
        let wish = Wish {
            id: InvoiceId::new(i64::MAX - 2),
            gateway_order_id: crate::domain::ids::GatewayOrderId::parse("test-1").unwrap(),
            customer: CUSTOMER,
            purpose,
            face: MicroUsd::parse("10").unwrap(),
            coin: Some(coin()),
        };
        let wanted = Invoice::want(wish, &InvoiceRules::default(), self.now).unwrap();
        let page = Page {
            uuid: crate::domain::ids::GatewayUuid::parse("u-1").unwrap(),
            url: None,
            payer: Payer::default(),
            payment_amount: None,
            txid: None,
        };
        Invoice {
            standing: Standing::Open(Box::new(page)),
            ..wanted
        }
    }

    fn say(&self, dialog: Dialog, line: &str) -> Step {
        dialog.heard(&Said::Text(line.into()), self.view())
    }

    fn tap(&self, dialog: Dialog, action: &Action) -> Step {
        dialog.heard(&Said::Tap(action.encode().into()), self.view())
    }

    /// Answers questions until there is a screen.
    fn shown(&self, mut step: Step, answers: &dyn Fn(&Need) -> Answer) -> (Dialog, Screen) {
        for _ in 0..8 {
            step = match step {
                Step::Show { dialog, screen } => return (dialog, *screen),
                Step::Ask { dialog, need, note } => {
                    if need.is_outside() {
                        let meanwhile = dialog.meanwhile().expect("a screen until the answer");
                        check(&meanwhile);
                    }
                    dialog.answered(answers(&need), note, self.view())
                }
            };
        }
        panic!("asks without end");
    }

    fn kind(&self, need: &Need) -> Answer {
        let face = |order: Order| {
            Box::new(OrderFace {
                order,
                invoice: None,
                transfers: Vec::new(),
            })
        };
        match need {
            Need::FindRecipient { username, .. } => Answer::Found(Box::new(Recipient {
                username: username.clone(),
                ..samples::masha()
            })),
            Need::BuyFromBalance { .. } => Answer::Bought(face(self.held())),
            Need::BuyByInvoice { quote, .. } => Answer::Opened {
                target: Target::Quote(quote.id),
                invoice: Box::new(self.invoice(Purpose::Order(order_of(quote.id)))),
                order: Some(Box::new(self.order())),
            },
            Need::ChangeCoin { order, .. } => Answer::Opened {
                target: Target::Order(*order),
                invoice: Box::new(self.invoice(Purpose::Order(*order))),
                order: Some(Box::new(self.order())),
            },
            Need::TopUp { invoice, .. } => Answer::Opened {
                target: Target::Invoice(*invoice),
                invoice: Box::new(self.invoice(Purpose::TopUp)),
                order: None,
            },
            Need::ShowOrder(_) | Need::FindOrder(_) => Answer::Order {
                face: face(self.order()),
                note: None,
            },
            Need::Cancel(_) | Need::TakeBack(_) => Answer::Order {
                face: face(self.cancelled()),
                note: Some(Note::Cancelled),
            },
            Need::SaysSent(_) => Answer::Order {
                face: face(self.held()),
                note: Some(Note::KeepLooking),
            },
            Need::ShowInvoice(_) => Answer::Invoice {
                invoice: Box::new(self.invoice(Purpose::TopUp)),
                note: None,
            },
            Need::Statement => Answer::Statement(Statement {
                account: Account::Customer(CUSTOMER),
                opening: 0,
                lines: Vec::new(),
            }),
            Need::Orders { page } => Answer::Orders {
                orders: vec![self.order(), self.held()],
                more: *page < 4,
            },
            Need::WhereAreMyStars => Answer::Orders {
                orders: vec![self.order(), self.held()],
                more: true,
            },
            Need::AsBefore { .. } => Answer::AsBefore {
                product: samples::stars(100),
                username: name("masha"),
                fewer: false,
            },
            Need::Speak(_) | Need::TellMe | Need::CameBack => Answer::Noted(None),
            Need::MayErase => Answer::MayErase(None),
            Need::Erase => Answer::Erased,
            Need::Deck(_) => Answer::Noted(None),
        }
    }

    fn unkind(&self, need: &Need) -> Answer {
        match need {
            Need::FindRecipient { username, .. } => Answer::NotFound {
                username: username.clone(),
                why: LookUpFailed::AlreadyPremium,
            },
            Need::BuyFromBalance { .. } => Answer::NotBought(BuyRefused::NoFloat),
            Need::BuyByInvoice { quote, .. } => Answer::NotOpened {
                target: Target::Quote(quote.id),
                why: OpenRefused::GatewayDown,
            },
            Need::ChangeCoin { order, .. } => Answer::NotOpened {
                target: Target::Order(*order),
                why: OpenRefused::Unknown,
            },
            Need::TopUp { .. } => Answer::CannotCount,
            Need::Orders { .. } | Need::WhereAreMyStars => Answer::Orders {
                orders: Vec::new(),
                more: false,
            },
            Need::Cancel(_)
            | Need::TakeBack(_)
            | Need::ShowOrder(_)
            | Need::FindOrder(_)
            | Need::SaysSent(_)
            | Need::ShowInvoice(_)
            | Need::AsBefore { .. } => Answer::NoSuchOrder,
            Need::MayErase | Need::Erase => Answer::MayErase(Some(StillOpen::Order)),
            Need::Deck(_) => Answer::Noted(None),
            Need::Statement | Need::Speak(_) | Need::TellMe | Need::CameBack => self.kind(need),
        }
    }

    fn places(&self) -> Vec<Place> {
        let (product, quote) = (samples::stars(100), self.quote());
        let order = order_of(quote.id);
        let invoice = InvoiceId::new(i64::MAX - 2);
        let from = Box::new(Place::Pay {
            quote: quote.clone(),
            more: false,
        });
        let pages = Topic::ALL.map(|topic| Place::Page { topic });
        let mut places = vec![
            Place::Menu,
            Place::Stars { to: None },
            Place::Stars {
                to: Some(name("masha")),
            },
            Place::Premium { to: None },
            Place::Recipient { product },
            Place::Friend { product },
            Place::Looking {
                product,
                username: name("masha"),
            },
            Place::Card {
                quote: quote.clone(),
            },
            Place::Pay {
                quote: quote.clone(),
                more: false,
            },
            Place::Pay { quote, more: true },
            Place::Opening {
                target: Target::Order(order),
                from,
            },
            Place::Order { order },
            Place::OtherCoin { order },
            Place::TopUp,
            Place::TopUpCoin {
                amount: MicroUsd::parse("10").unwrap(),
                invoice,
            },
            Place::Invoice { invoice },
            Place::Balance,
            Place::Orders { page: 3 },
            Place::WhereAreMyStars,
            Place::Erase,
        ];
        places.extend(pages);
        places
    }
}

fn name(text: &str) -> Username {
    Username::parse(text).unwrap()
}

fn purse(dollars: i64) -> Purse {
    Purse {
        available: MicroUsd::from_micros(dollars * 1_000_000),
        ..Purse::default()
    }
}

fn coin() -> CoinChoice {
    DialogRules::default().coins[0].choice.clone()
}

fn dialog(place: Place) -> Dialog {
    Dialog {
        place,
        saved: vec![name("masha"), name("a2345678901234567890123456789012")],
        handled: Vec::new(),
        deck: None,
    }
}

/// What every screen must be.
fn check(screen: &Screen) {
    assert!(!screen.buttons.is_empty(), "{screen:?} ends blind");
    let is_menu = matches!(screen.body, Body::Menu { .. });
    let ways = [Action::Back, Action::Menu];
    // From the choice of a coin back to its order.
    let to_order = |action: &Action| matches!(&screen.body, Body::OtherCoin { order } if *action == Action::ShowOrder(*order));
    let goes_back = screen
        .actions()
        .any(|action| ways.contains(action) || to_order(action));
    assert!(is_menu || goes_back, "{screen:?} has no way back");
    for action in screen.actions() {
        let data = action.encode();
        assert!(data.len() <= Action::MAX_BYTES, "{data} is too long");
        assert_eq!(Action::decode(&data).as_ref(), Some(action), "{data}");
    }
}

#[test]
fn every_button_of_every_screen_does_something_from_every_place() {
    let mut actions: BTreeMap<String, Action> = BTreeMap::new();
    let mut pressed = 0;
    for (seller, dollars, minutes) in [
        (Seller::Open, 5, 0),
        (Seller::Open, 0, 0),
        (Seller::Open, 1, 31),
        (Seller::Closed, 5, 0),
        (Seller::Starting, 0, 0),
    ] {
        let mut room = Room::new();
        let places = room.places();
        room.purse = purse(dollars);
        room.seller = seller;
        room.fetching = minutes > 0;
        room.now += Span::minutes(minutes);
        room.prices = samples::prices(room.now);
        let kind = |need: &Need| room.kind(need);
        let unkind = |need: &Need| room.unkind(need);
        let answers: [&dyn Fn(&Need) -> Answer; 2] = [&kind, &unkind];
        loop {
            let before = actions.len();
            let known: Vec<Action> = actions.values().cloned().collect();
            for place in &places {
                for answer in answers {
                    let thing = dialog(place.clone()).heard(&Said::Thing, room.view());
                    let old = dialog(place.clone()).heard(&Said::Tap("1:gone".into()), room.view());
                    for first in [thing, old] {
                        let (_, screen) = room.shown(first, answer);
                        check(&screen);
                        let new = screen.actions().map(|a| (a.encode(), a.clone()));
                        actions.extend(new);
                    }
                    for action in &known {
                        let step = room.tap(dialog(place.clone()), action);
                        let (_, screen) = room.shown(step, answer);
                        check(&screen);
                        let new = screen.actions().map(|a| (a.encode(), a.clone()));
                        actions.extend(new);
                        pressed += 1;
                    }
                }
            }
            if actions.len() == before {
                break;
            }
        }
    }
    let names: std::collections::BTreeSet<_> = actions.values().map(Action::name).collect();
    let stable = [
        "confirm",
        "pay_balance",
        "pay_invoice",
        "cancel",
        "again",
        "back",
        "take_back",
        "sent",
    ];
    for stable in stable {
        assert!(
            names.contains(stable),
            "no screen emits {stable}: {names:?}"
        );
    }
    assert!(pressed > 1_000, "only {pressed} presses");
}

#[test]
fn numbers_are_read_as_people_write_them() {
    for (line, count) in [
        ("100", 100),
        ("1 000", 1_000),
        ("1\u{a0}000", 1_000),
        ("1,000", 1_000),
        ("1k", 1_000),
        ("2 К", 2_000),
        ("5 тыс", 5_000),
        ("1 000 000", 1_000_000),
        ("100 stars", 100),
        ("250 звёзд", 250),
        ("50⭐", 50),
    ] {
        assert_eq!(Utterance::of(line), Utterance::Number(count), "{line}");
    }
    for junk in [
        "много звёзд",
        "1 00",
        "10 0000",
        "-5",
        "1.5k",
        "1e3",
        "",
        "99999999999999999999",
    ] {
        assert!(matches!(Utterance::of(junk), Utterance::Words(_)), "{junk}");
    }
}

#[test]
fn one_line_says_how_many_and_for_whom() {
    for line in [
        "100 @masha",
        "@masha 100",
        "100 t.me/masha",
        "/buy 100 @masha",
        "/buy 100 masha",
        "1 00",
    ] {
        let parsed = Utterance::of(line);
        let fits = matches!(
            parsed,
            Utterance::Buy {
                count: 100,
                to: Some(_)
            }
        );
        assert_eq!(fits, line != "1 00", "{line}: {parsed:?}");
    }
    let thousand = Utterance::of("1 000 @masha");
    assert!(matches!(
        thousand,
        Utterance::Buy {
            count: 1_000,
            to: Some("@masha")
        }
    ));
}

#[test]
fn a_name_that_is_none_is_asked_for_again_and_the_number_kept() {
    let room = Room::new();
    let step = room.say(Dialog::default(), "/buy 50 masha!");
    let (dialog, screen) = room.shown(step, &|need| panic!("nobody is asked: {need:?}"));
    assert_eq!(screen.note, Some(Note::BadName));
    assert_eq!(dialog.product(), Some(samples::stars(50)));
}

#[test]
fn a_line_with_number_and_name_goes_to_one_card() {
    let room = Room::new();
    let step = room.say(Dialog::default(), "100 @masha");
    let Step::Ask { need, .. } = &step else {
        panic!("{step:?}")
    };
    assert!(matches!(need, Need::FindRecipient { .. }));
    let (dialog, screen) = room.shown(step, &|need| room.kind(need));
    let Body::Card { quote, for_me, .. } = &screen.body else {
        panic!("{screen:?}")
    };
    assert_eq!(quote.product, samples::stars(100));
    assert!(!for_me);
    let first = screen.actions().next();
    assert_eq!(first, Some(&Action::PayBalance(quote.id)));
    let (_, order) = room.shown(room.tap(dialog, &Action::PayBalance(quote.id)), &|need| {
        room.kind(need)
    });
    assert!(matches!(order.body, Body::Order(_)));
}

#[test]
fn buy_without_a_name_is_for_oneself_and_needs_one_of_ones_own() {
    let mut room = Room::new();
    let (_, screen) = room.shown(room.say(Dialog::default(), "/buy 50"), &|n| room.kind(n));
    assert!(matches!(screen.body, Body::Card { for_me: true, .. }));
    room.sender.username = None;
    let (_, screen) = room.shown(room.say(Dialog::default(), "/buy 50"), &|n| room.kind(n));
    assert!(matches!(screen.body, Body::NoUsername { .. }));
}

#[test]
fn the_words_of_buttons_do_what_the_buttons_do() {
    for (line, action) in [
        ("Отмена", Action::Back),
        ("‹ Назад", Action::Back),
        ("Cancel", Action::Back),
        ("Меню", Action::Menu),
        ("звёзды", Action::Stars),
        ("My orders", Action::Orders(0)),
        ("Где мои звёзды?", Action::WhereAreMyStars),
        ("HELP", Action::Page(Topic::Help)),
    ] {
        assert_eq!(Utterance::of(line), Utterance::Do(action), "{line}");
    }
    let room = Room::new();
    let product = samples::stars(100);
    let friend = dialog(Place::Friend { product });
    let (dialog, screen) = room.shown(room.say(friend, "Отмена"), &|need| room.kind(need));
    assert_eq!(dialog.place, Place::Recipient { product });
    assert_eq!(screen.note, None);
}

#[test]
fn who_has_premium_already_is_offered_stars() {
    let room = Room::new();
    let product = Product::Premium(PremiumMonths::Three);
    let step = room.say(dialog(Place::Friend { product }), "@masha");
    let (dialog, screen) = room.shown(step, &|need| room.unkind(need));
    let username = name("masha");
    assert_eq!(screen.body, Body::HasPremium { username });
    let to = Some(name("masha"));
    assert_eq!(dialog.place, Place::Stars { to });
    // Tapped or typed, it is for the same person.
    let typed = room.say(dialog.clone(), "50");
    let (_, card) = room.shown(typed, &|need| room.kind(need));
    assert!(matches!(card.body, Body::Card { .. }), "{card:?}");
    let stars = screen.buttons.first().and_then(Button::action).unwrap();
    let (dialog, choice) = room.shown(room.tap(dialog, stars), &|need| room.kind(need));
    assert!(matches!(choice.body, Body::Stars { .. }), "{choice:?}");
    let fifty = Action::Quantity(StarsQuantity::MIN);
    let (_, card) = room.shown(room.tap(dialog, &fifty), &|need| room.kind(need));
    let Body::Card { quote, .. } = &card.body else {
        panic!("{card:?}")
    };
    assert_eq!(quote.recipient.username, name("masha"));
}

#[test]
fn fewer_stars_are_as_many_as_the_balance_buys() {
    let mut room = Room::new();
    room.purse = Purse {
        available: MicroUsd::parse("1.20").unwrap(),
        ..Purse::default()
    };
    let again = |quantity| Action::Again {
        order: order_of(room.quote().id),
        quantity: StarsQuantity::new(quantity).ok(),
    };
    let card = |quantity: u32| {
        let answer = |need: &Need| {
            if let Need::AsBefore { quantity, .. } = need {
                return Answer::AsBefore {
                    product: Product::Stars(quantity.unwrap()),
                    username: name("masha"),
                    fewer: true,
                };
            }
            room.kind(need)
        };
        let step = room.tap(Dialog::default(), &again(quantity));
        let (_, screen) = room.shown(step, &answer);
        let Body::Card { quote, .. } = screen.body else {
            panic!("{screen:?}")
        };
        quote
    };
    let bought = card(100);
    assert!(bought.price <= room.purse.available, "{bought:?}");
    let Product::Stars(count) = bought.product else {
        panic!("{bought:?}")
    };
    assert!((70..=73).contains(&count.get()), "{count}");
    // What the balance buys is not made less, and what it never buys is shown as wished.
    assert_eq!(card(60).product, samples::stars(60));
}

#[test]
fn a_quantity_that_is_not_sold_says_what_is() {
    let room = Room::new();
    let note = |line: &str| {
        let dialog = dialog(Place::Stars { to: None });
        room.shown(room.say(dialog, line), &|need| room.kind(need))
            .1
            .note
    };
    assert_eq!(note("2 000 000"), Some(Note::TooMany { most: 1_000_000 }));
    assert_eq!(note("много звёзд"), Some(Note::NotANumber));
    assert_eq!(note("сто звёзд"), None, "a number in words is one");
}

#[test]
fn too_few_stars_become_the_least_or_another_number_for_the_same_person() {
    let room = Room::new();
    for (line, to) in [("20", None), ("20 @masha", Some("masha"))] {
        let step = room.say(Dialog::default(), line);
        let (dialog, screen) = room.shown(step, &|need| room.kind(need));
        assert_eq!(screen.body, Body::TooFew, "{line}");
        let to = to.map(name);
        assert_eq!(dialog.place, Place::Stars { to: to.clone() });
        let actions: Vec<_> = screen.actions().cloned().collect();
        let other = to.clone().map_or(Action::Stars, Action::StarsFor);
        let least = Action::Quantity(StarsQuantity::MIN);
        assert_eq!(actions, [least.clone(), other.clone(), Action::Back]);
        let (again, choice) = room.shown(room.tap(dialog.clone(), &other), &|n| room.kind(n));
        assert!(matches!(choice.body, Body::Stars { .. }), "{choice:?}");
        assert_eq!(again.place, Place::Stars { to: to.clone() });
        let (_, next) = room.shown(room.tap(dialog, &least), &|need| room.kind(need));
        let known = matches!(&next.body, Body::Card { .. });
        assert_eq!(known, to.is_some(), "{next:?}");
    }
}

#[test]
fn less_usual_coins_are_one_tap_away_and_one_step_back() {
    let room = Room::new();
    let quote = room.quote();
    let pay = dialog(Place::Pay { quote, more: false });
    let coins = |screen: &Screen| {
        let coin = |action: &Action| {
            if let Action::PayInvoice { coin, .. } = action {
                return coin.clone();
            }
            None
        };
        screen.actions().filter_map(coin).collect::<Vec<_>>()
    };
    let all: Vec<_> = room.rules.coins.iter().map(|coin| &coin.choice).collect();
    let step = room.say(pay.clone(), "?");
    let (_, usual) = room.shown(step, &|need| room.kind(need));
    let (dialog, others) = room.shown(room.tap(pay, &Action::MoreCoins), &|n| room.kind(n));
    let shown = [coins(&usual), coins(&others)].concat();
    assert_eq!(shown.iter().collect::<Vec<_>>(), all, "each once");
    assert_eq!(coins(&usual).len(), 3);
    let (dialog, _) = room.shown(room.tap(dialog, &Action::Back), &|need| room.kind(need));
    assert!(matches!(dialog.place, Place::Pay { more: false, .. }));
}

#[test]
fn an_order_is_found_by_its_number_however_it_is_written() {
    let number = OrderNumber::parse("SK-7F3K9").unwrap();
    for line in [
        "SK-7F3K9",
        " sk-7f3k9 ",
        "SK\u{2011}7F3K9",
        "№ SK–7F3K9",
        "sk 7f3k9",
    ] {
        assert_eq!(
            Utterance::of(line),
            Utterance::Order(number.clone()),
            "{line}"
        );
    }
    for line in [
        "SK-",
        "SK7F3K9",
        "SK-7F",
        "SK-7F3K9-1",
        "SKY-7F3K9",
        "sk-приве",
    ] {
        assert_eq!(Utterance::of(line), Utterance::Words(line), "{line}");
    }
    let room = Room::new();
    let step = room.say(Dialog::default(), "SK-7F3K9");
    let (dialog, screen) = room.shown(step, &|need| room.kind(need));
    assert!(screen.order().is_some(), "{screen:?}");
    assert!(matches!(dialog.place, Place::Order { .. }));
    let step = room.say(Dialog::default(), "SK-7F3K9");
    let (_, screen) = room.shown(step, &|need| room.unkind(need));
    assert_eq!(screen.note, Some(Note::NoSuchOrder));
}

#[test]
fn amounts_are_whole_cents_between_the_limits() {
    let room = Room::new();
    let (least, most) = (room.rules.least_top_up, room.rules.most_top_up);
    for (line, expected) in [
        ("10", Ok("10")),
        ("$10.50", Ok("10.50")),
        ("10,5", Ok("10.50")),
        ("1 000 $", Ok("1000")),
        ("1", Ok("1")),
        ("10000", Ok("10000")),
        ("0.5", Err(Note::AmountTooSmall { least })),
        ("10000.01", Err(Note::AmountTooLarge { most })),
        ("7.777", Err(Note::BadAmount(Untaken::Unclear))),
        ("/topup 7,777", Err(Note::BadAmount(Untaken::Unclear))),
        ("1.005,50", Ok("1005.50")),
        ("7.7777", Err(Note::BadAmount(Untaken::TooFine))),
        ("10.123.4", Err(Note::BadAmount(Untaken::NoAmount))),
        ("much", Err(Note::BadAmount(Untaken::NoAmount))),
    ] {
        let (dialog, screen) = room.shown(room.say(dialog(Place::TopUp), line), &|need| {
            room.kind(need)
        });
        match expected {
            Ok(amount) => {
                let amount = MicroUsd::parse(amount).unwrap();
                assert!(
                    matches!(dialog.place, Place::TopUpCoin { amount: a, .. } if a == amount),
                    "{line}: {dialog:?}"
                );
            }
            Err(why) => assert_eq!(screen.note, Some(why), "{line}"),
        }
    }
}

#[test]
fn a_lapsed_offer_becomes_a_new_one_and_is_not_bought() {
    let mut room = Room::new();
    let quote = room.quote();
    room.now += Span::minutes(31);
    room.prices = samples::prices(room.now);
    let card = dialog(Place::Card {
        quote: quote.clone(),
    });
    let step = room.tap(card, &Action::PayBalance(quote.id));
    let (_, screen) = room.shown(step, &|need| panic!("nothing is needed, but {need:?}"));
    assert_eq!(screen.note, Some(Note::NewPrice));
    let Body::Card { quote: new, .. } = &screen.body else {
        panic!("{screen:?}")
    };
    assert_ne!(new.id, quote.id);
}

#[test]
fn a_debt_or_too_little_money_buys_nothing() {
    let mut room = Room::new();
    let quote = room.quote();
    let card = || {
        dialog(Place::Card {
            quote: quote.clone(),
        })
    };
    let never = |need: &Need| -> Answer { panic!("nothing is needed, but {need:?}") };
    room.purse.debt = MicroUsd::CENT;
    let (_, screen) = room.shown(room.tap(card(), &Action::PayBalance(quote.id)), &never);
    assert_eq!(
        screen.note,
        Some(Note::Debt {
            owed: MicroUsd::CENT
        })
    );
    room.purse = purse(1);
    let (_, screen) = room.shown(room.tap(card(), &Action::PayBalance(quote.id)), &never);
    assert!(matches!(screen.note, Some(Note::NotEnough { .. })));
    let Body::Pay(ways) = &screen.body else {
        panic!("{screen:?}")
    };
    assert!(ways.missing.is_some());
}

#[test]
fn an_answer_that_nobody_waits_for_is_known_as_such() {
    let room = Room::new();
    let found = room.kind(&Need::FindRecipient {
        product: samples::stars(100),
        username: name("masha"),
    });
    let looking = |username: &str| {
        dialog(Place::Looking {
            product: samples::stars(100),
            username: name(username),
        })
    };
    assert!(looking("masha").awaits(&found));
    assert!(!looking("igor").awaits(&found));
    assert!(!Dialog::default().awaits(&found));
}

#[test]
fn handled_updates_are_a_set_of_the_newest_of_two_days() {
    let mut dialog = Dialog::default();
    let bot = BotId::new(1);
    let key = |update| UpdateKey { bot, update };
    let start = samples::noon();
    for update in 0..100 {
        dialog.remember(key(update), start);
    }
    assert_eq!(dialog.handled.len(), Dialog::HANDLED);
    assert!(dialog.has_handled(key(99)) && !dialog.has_handled(key(0)));
    assert!(!dialog.has_handled(UpdateKey {
        bot: BotId::new(2),
        update: 99
    }));
    dialog.remember(key(200), start + Span::hours(48));
    assert_eq!(dialog.handled.len(), 1);
}

#[test]
fn a_dialog_reads_back_as_it_was_stored() {
    let room = Room::new();
    for place in room.places() {
        let mut stored = dialog(place);
        for (bot, update) in [(1, 9), (1, 12), (2, 9), (1, 10)] {
            let bot = BotId::new(bot);
            let at = room.now + Span::milliseconds(1_500 * update);
            stored.remember(UpdateKey { bot, update }, at);
        }
        let text = serde_json::to_string(&Stored::today(&stored)).unwrap();
        let read: Stored<Dialog> = serde_json::from_str(&text).unwrap();
        assert_eq!(read.into_today(), stored, "{text}");
    }
}

/// Every save of somebody who writes a lot carries them.
#[test]
fn a_full_memory_of_handled_updates_is_short() {
    let mut dialog = Dialog::default();
    let bot = BotId::new(7_123_456_789);
    for update in 0..100 {
        let update = 123_456_789 + update;
        dialog.remember(UpdateKey { bot, update }, samples::noon());
    }
    let text = serde_json::to_string(&Stored::today(&dialog)).unwrap();
    assert!(text.len() < 64 * 24 + 64, "{} bytes: {text}", text.len());
}

#[test]
fn every_action_fits_and_reads_back_at_its_longest() {
    let most = i64::MIN;
    let coin = CoinChoice {
        currency: "ABCDEFGHIJKL".into(),
        network: "abcdefghijkl".into(),
    };
    for action in [
        Action::PayInvoice {
            target: Target::Invoice(InvoiceId::new(most)),
            coin: Some(coin),
        },
        Action::Again {
            order: OrderId::new(most),
            quantity: Some(StarsQuantity::MAX),
        },
        Action::To(name("a2345678901234567890123456789012")),
        Action::StarsFor(name("a2345678901234567890123456789012")),
        Action::MoreCoins,
        Action::Months(PremiumMonths::Twelve),
        Action::Amount(MicroUsd::from_micros(i64::MAX)),
    ] {
        let data = action.encode();
        assert!(data.len() <= 64, "{data}");
        assert_eq!(Action::decode(&data), Some(action));
    }
    for junk in [
        "",
        "1",
        "2:back",
        "1:back:",
        "1:back:1",
        "1:orders:x",
        "1:a:b:c:d:e",
    ] {
        assert_eq!(Action::decode(junk), None, "{junk}");
    }
}
