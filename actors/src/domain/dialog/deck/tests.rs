use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::domain::catalog::{PersonName, PremiumMonths, Product, ProductKind, StarsQuantity};
use crate::domain::customer::{Language, Purse};
use crate::domain::dialog::{
    Action, Answer, Body, Button, Dialog, DialogRules, Need, Note, Said, Screen, Seller, Sender,
    Step, View,
};
use crate::domain::ids::{CustomerId, TelegramId};
use crate::domain::money::{MicroUsd, Untaken};
use crate::domain::pricing::{Contradiction, ShopPrices};
use crate::domain::samples::{self as shop, noon};

/// An operator's chat, and what was done in it.
struct Room {
    sender: Sender,
    prices: ShopPrices,
    rules: DialogRules,
    operator: bool,
    fresh: i64,
    acts: Vec<Act>,
    outcome: Result<(), NotDone>,
}

impl Room {
    fn new() -> Self {
        Self {
            sender: Sender {
                user: TelegramId::new(1),
                username: None,
                name: PersonName::new("Olga"),
                language: Language::En,
                premium: false,
            },
            prices: shop::prices(noon()),
            rules: DialogRules::default(),
            operator: true,
            fresh: 100,
            acts: Vec::new(),
            outcome: Ok(()),
        }
    }

    fn view(&self) -> View<'_> {
        View {
            sender: &self.sender,
            customer: CustomerId::new(1),
            language: Language::En,
            purse: Purse::default(),
            prices: &self.prices,
            seller: Seller::Open,
            rules: &self.rules,
            fetching: false,
            operator: self.operator,
            fresh: self.fresh,
            now: noon(),
        }
    }

    fn hear(&mut self, dialog: Dialog, said: &Said) -> (Dialog, Screen) {
        self.fresh += 1;
        let mut step = dialog.heard(said, self.view());
        for _ in 0..4 {
            let (dialog, need, note) = match step {
                Step::Show { dialog, screen } => return (dialog, *screen),
                Step::Ask { dialog, need, note } => (dialog, need, note),
            };
            let Need::Deck(need) = need else {
                panic!("a customer's need on the deck: {need:?}");
            };
            let answer = self.answer(&need);
            step = dialog.answered(Answer::Deck(answer), note, self.view());
        }
        panic!("asks without end");
    }

    fn answer(&mut self, need: &DeckNeed) -> DeckAnswer {
        if let DeckNeed::Act(act) = need {
            self.acts.push((**act).clone());
            let outcome = self.outcome.clone();
            let want = act.want;
            return DeckAnswer::Acted { want, outcome };
        }
        samples::answer(need, &self.prices)
    }

    fn tap(&mut self, dialog: Dialog, go: Go) -> (Dialog, Screen) {
        let data = Action::Deck(go).encode();
        self.hear(dialog, &Said::Tap(data.as_str().into()))
    }

    fn say(&mut self, dialog: Dialog, line: &str) -> (Dialog, Screen) {
        self.hear(dialog, &Said::Text(line.into()))
    }
}

fn face(screen: &Screen) -> &DeckFace {
    let Body::Deck(face) = &screen.body else {
        panic!("not on the deck: {screen:?}");
    };
    face
}

fn goes(screen: &Screen) -> Vec<Go> {
    let deck = |action: &Action| {
        if let Action::Deck(go) = action {
            return Some(*go);
        }
        assert_eq!(*action, Action::Menu);
        None
    };
    screen.actions().filter_map(deck).collect()
}

#[test]
fn every_button_of_every_screen_leads_to_a_screen_with_a_way_back() {
    let mut room = Room::new();
    let (dialog, home) = room.say(Dialog::default(), "/admin");
    let mut queue: Vec<(Dialog, Screen)> = vec![(dialog, home)];
    // What asks why belongs to a wish, and is met on the way to one.
    let others = samples::others().into_iter();
    let others = others.filter(|face| !matches!(face, DeckFace::Why { .. }));
    queue.extend(others.map(|face| {
        let buttons = face.keys(1);
        let body = Body::Deck(Box::new(face));
        let note = None;
        let screen = Screen {
            note,
            body,
            buttons,
        };
        (Dialog::default(), screen)
    }));
    let mut pressed = BTreeMap::new();
    while let Some((dialog, screen)) = queue.pop() {
        let back = face(&screen).back().map_or(Action::Menu, Action::Deck);
        assert_eq!(screen.buttons.last(), Some(&Button::Do(back)), "{screen:?}");
        for go in goes(&screen) {
            let data = Action::Deck(go).encode();
            assert!(data.len() <= Action::MAX_BYTES, "{data}");
            // The kind of button on the kind of screen, about the kind of wish.
            let want = dialog.deck.as_ref().and_then(|draft| draft.want);
            let want = want.map(|want| std::mem::discriminant(&want));
            let kind = std::mem::discriminant(face(&screen));
            let kind = format!("{kind:?} {want:?} {:?}", data.split('.').next());
            if pressed.insert(kind, go).is_none() {
                let (dialog, next) = room.tap(dialog.clone(), go);
                assert_ne!(next.note, Some(Note::OldButton), "{go:?} of {screen:?}");
                // What is asked for is typed, and so is the way back.
                for line in ["12.5", "checked by hand", "SK-7F3K9", "7", "back"] {
                    let cookies = matches!(go, Go::Cookies(_));
                    if dialog.deck.is_some() && (line == "back" || !cookies) {
                        queue.push(room.say(dialog.clone(), line));
                    }
                }
                queue.push((dialog, next));
            }
        }
    }
    assert!(pressed.len() > 40, "only {pressed:?}");
    let done: BTreeSet<_> = room
        .acts
        .iter()
        .map(|act| act.want.home().encode())
        .collect();
    assert!(done.len() >= 4, "only {done:?}");
    for act in &room.acts {
        assert!(act.reason.is_some() || !act.want.needs_reason(), "{act:?}");
        assert!(act.value.is_some() || !act.want.needs_value(), "{act:?}");
    }
}

#[test]
fn sales_are_paused_with_a_reason_once_however_often_it_is_tapped() {
    let mut room = Room::new();
    let pause = Want::Pause(Some(ProductKind::Stars));
    let (dialog, why) = room.tap(Dialog::default(), Go::Want(pause));
    let asked = DeckFace::Why {
        want: pause,
        value: None,
    };
    assert_eq!(face(&why), &asked);
    let (dialog, still) = room.say(dialog, "x");
    assert_eq!(still.note, Some(Note::Deck(DeckNote::BadReason)));
    let (dialog, sure) = room.say(dialog, "Fragment is being repaired");
    let yes = goes(&sure)[0];
    assert!(room.acts.is_empty(), "nothing before it was confirmed");
    let (dialog, done) = room.tap(dialog, yes);
    assert_eq!(done.note, Some(Note::Deck(DeckNote::Done)));
    let (_, again) = room.tap(dialog, yes);
    assert_eq!(again.note, Some(Note::OldButton));
    let [act] = room.acts.as_slice() else {
        panic!("done once: {:?}", room.acts);
    };
    assert_eq!(act.want, pause);
    assert_eq!(act.reason.as_deref(), Some("Fragment is being repaired"));
}

#[test]
fn the_button_of_another_wish_does_nothing() {
    let mut room = Room::new();
    let (first, why) = room.tap(Dialog::default(), Go::Want(Want::Pause(None)));
    let ready = *goes(&why).first().unwrap();
    let (first, sure) = room.tap(first, ready);
    let yes = goes(&sure)[0];
    let (second, _) = room.tap(first, Go::Want(Want::Open));
    let (_, old) = room.tap(second, yes);
    assert_eq!(old.note, Some(Note::OldButton));
    assert!(room.acts.is_empty());
}

#[test]
fn whoever_is_no_operator_sees_no_deck_and_moves_nothing() {
    let mut room = Room::new();
    // Begun while still an operator.
    let (dialog, why) = room.tap(Dialog::default(), Go::Want(Want::Pause(None)));
    let (dialog, sure) = room.tap(dialog, goes(&why)[0]);
    let yes = goes(&sure)[0];
    room.operator = false;
    for go in [
        yes,
        Go::Home,
        Go::Want(Want::Open),
        Go::Cookies(LoginId::new(1)),
    ] {
        let (_, screen) = room.tap(dialog.clone(), go);
        assert_eq!(screen.note, Some(Note::OldButton));
        assert!(matches!(screen.body, Body::Menu { .. }), "{screen:?}");
    }
    let (_, screen) = room.say(dialog, "/admin");
    assert_eq!(screen.note, Some(Note::NotUnderstood));
    let menu = room.say(Dialog::default(), "/menu").1;
    assert!(
        !menu
            .actions()
            .any(|action| matches!(action, Action::Deck(_)))
    );
    room.operator = true;
    let menu = room.say(Dialog::default(), "/menu").1;
    assert!(
        menu.actions()
            .any(|action| *action == Action::Deck(Go::Home))
    );
    assert!(room.acts.is_empty());
}

#[test]
fn a_price_is_typed_previewed_and_refused_where_it_would_lose_money() {
    let mut room = Room::new();
    let premium = Want::Price(PriceOf::Premium);
    let (dialog, asked) = room.tap(Dialog::default(), Go::Want(premium));
    assert!(matches!(face(&asked), DeckFace::Value { now: Some(_), .. }));
    let (dialog, bad) = room.say(dialog, "a lot");
    assert_eq!(bad.note, Some(Note::Deck(DeckNote::BadNumber)));
    let (dialog, refused) = room.say(dialog, "0");
    let Some(Note::Deck(DeckNote::NotDone(NotDone::Rule(why)))) = &refused.note else {
        panic!("{refused:?}");
    };
    let Against::Prices(found) = why else {
        panic!("{why:?}");
    };
    let markup =
        |why: &Contradiction| matches!(why, Contradiction::MarkupOutOfRange { tier: None, .. });
    assert!(found.iter().any(markup), "{found:?}");
    let (dialog, _why) = room.say(dialog, "60");
    let (dialog, sure) = room.say(dialog, "dearer from today");
    let DeckFace::Sure(shown) = face(&sure) else {
        panic!("{sure:?}");
    };
    assert!(!shown.changes.is_empty(), "{shown:?}");
    assert!(shown.changes.iter().all(|it| it.after > it.before));
    let _done = room.tap(dialog, goes(&sure)[0]);
    assert_eq!(room.acts.len(), 1);
    assert_eq!(room.acts[0].value, Some(6_000));
}

/// The domain decides it for the chat as for the admin API, before anybody says why.
#[test]
fn a_fixed_price_below_cost_is_refused_and_another_one_asked_for() {
    let mut room = Room::new();
    let of = PriceOf::Fixed(Product::Stars(StarsQuantity::new(500).unwrap()));
    let (dialog, _asked) = room.tap(Dialog::default(), Go::Want(Want::Price(of)));
    let (dialog, refused) = room.say(dialog, "7.77");
    let Some(Note::Deck(DeckNote::NotDone(NotDone::Rule(Against::Prices(why))))) = &refused.note
    else {
        panic!("{refused:?}");
    };
    assert!(
        matches!(why.as_slice(), [Contradiction::FixedBehindCost { .. }]),
        "{why:?}"
    );
    assert!(matches!(face(&refused), DeckFace::Value { .. }));
    let (_dialog, why) = room.say(dialog, "9.50");
    assert!(matches!(face(&why), DeckFace::Why { .. }), "{why:?}");
    assert!(room.acts.is_empty());
}

#[test]
fn anything_that_is_sold_can_get_a_price_of_its_own() {
    let hundred = Product::Stars(StarsQuantity::new(100).unwrap());
    let six = Product::Premium(PremiumMonths::Six);
    for (line, product) in [
        ("100", hundred),
        ("Premium 6", six),
        ("премиум 6 месяцев", six),
    ] {
        let mut room = Room::new();
        let (dialog, goods) = room.tap(Dialog::default(), Go::Fix);
        let DeckFace::Goods(ready) = face(&goods) else {
            panic!("{goods:?}");
        };
        assert!(ready.contains(&product), "{ready:?}");
        let (dialog, bad) = room.say(dialog, "20");
        assert_eq!(bad.note, Some(Note::Deck(DeckNote::BadGoods)));
        let of = PriceOf::Fixed(product);
        let (dialog, asked) = room.say(dialog, line);
        assert_eq!(face(&asked), &DeckFace::Value { of, now: None });
        let mut dialog = dialog;
        for (line, why) in [
            ("44.4444", Untaken::TooFine),
            ("44.444", Untaken::Unclear),
            ("44,444", Untaken::Unclear),
            ("dear", Untaken::NoAmount),
        ] {
            let (again, bad) = room.say(dialog, line);
            assert_eq!(bad.note, Some(Note::Deck(DeckNote::BadAmount(why))));
            dialog = again;
        }
        let (dialog, _why) = room.say(dialog, "44.44");
        let (dialog, sure) = room.say(dialog, "a round price");
        let DeckFace::Sure(shown) = face(&sure) else {
            panic!("{sure:?}");
        };
        let change = shown.changes.first().expect("a price that changes");
        assert_eq!(
            (change.product, change.after),
            (product, Some(MicroUsd::from_micros(44_440_000)))
        );
        let _done = room.tap(dialog, goes(&sure)[0]);
        assert_eq!(room.acts[0].want, Want::Price(of));
        assert_eq!(room.acts[0].value, Some(44_440_000));
    }
}

#[test]
fn what_was_not_done_is_said_with_the_thing_as_it_is_now() {
    let mut room = Room::new();
    for why in samples::refusals() {
        room.outcome = Err(why.clone());
        let (dialog, sure) = room.tap(Dialog::default(), Go::Want(Want::Open));
        let (_, screen) = room.tap(dialog, goes(&sure)[0]);
        assert_eq!(screen.note, Some(Note::Deck(DeckNote::NotDone(why))));
        assert!(matches!(face(&screen), DeckFace::Sales(_)));
    }
}

#[test]
fn cookies_are_tried_outside_and_kept_nowhere() {
    let room = Room::new();
    let login = LoginId::new(2);
    let mut dialog = Dialog::default();
    for said in [
        Said::Tap(Action::Deck(Go::Cookies(login)).encode().as_str().into()),
        Said::Text("stel_ssid=marker".into()),
    ] {
        dialog = match dialog.heard(&said, room.view()) {
            Step::Show { dialog, .. } => dialog,
            Step::Ask { dialog, need, .. } => {
                assert!(need.is_outside());
                assert!(!format!("{need:?}").contains("marker"), "{need:?}");
                let trying = dialog.meanwhile().unwrap();
                assert_eq!(face(&trying), &DeckFace::Trying(login));
                dialog
            }
        };
    }
    assert!(!format!("{dialog:?}").contains("marker"));
    let taken = |login| {
        let outcome = Ok(());
        Answer::Deck(DeckAnswer::Cookies { login, outcome })
    };
    assert!(dialog.awaits(&taken(login)));
    assert!(!dialog.awaits(&taken(LoginId::new(1))));
    assert!(!Dialog::default().awaits(&taken(login)));
}

#[test]
fn the_row_of_a_break_is_given_to_an_order_with_a_reason_and_after_a_question() {
    let mark = BreakMark::of(&samples::row().key());
    let order = samples::parked().id;
    let is_give = |go: &&Go| matches!(go, Go::Want(Want::Give { .. }));
    let mut room = Room::new();
    // One that waits for these goods is offered at once.
    let (dialog, shown) = room.tap(Dialog::default(), Go::Break(mark));
    let give = *goes(&shown)
        .iter()
        .find(is_give)
        .expect("an order to give it to");
    let (dialog, why) = room.tap(dialog, give);
    assert!(matches!(face(&why), DeckFace::Why { .. }), "{why:?}");
    let (dialog, sure) = room.say(dialog, "checked with the customer");
    assert!(room.acts.is_empty(), "nothing before it was confirmed");
    let (_dialog, done) = room.tap(dialog, goes(&sure)[0]);
    assert_eq!(done.note, Some(Note::Deck(DeckNote::Done)));
    assert!(matches!(face(&done), DeckFace::Breaks { .. }), "{done:?}");
    // Any other is named first.
    let (dialog, asked) = room.tap(Dialog::default(), Go::Give(mark));
    assert_eq!(face(&asked), &DeckFace::Taker(mark));
    let (dialog, nobody) = room.say(dialog, "nobody");
    assert!(matches!(face(&nobody), DeckFace::Takers { orders, .. } if orders.is_empty()));
    let again = Go::Give(mark);
    assert!(goes(&nobody).contains(&again), "{nobody:?}");
    let (dialog, _asked) = room.tap(dialog, again);
    let (dialog, found) = room.say(dialog, "sk7f3k9");
    let give = *goes(&found)
        .iter()
        .find(is_give)
        .expect("the order that was named");
    let (dialog, _why) = room.tap(dialog, give);
    let (dialog, sure) = room.say(dialog, "checked with the customer");
    room.outcome = Err(NotDone::Rule(Against::RowTaken));
    let (_dialog, refused) = room.tap(dialog, goes(&sure)[0]);
    assert!(matches!(face(&refused), DeckFace::Break(_)), "{refused:?}");
    let wants: Vec<Want> = room.acts.iter().map(|act| act.want).collect();
    let gives = |want: &Want| matches!(want, Want::Give { mark: of, order: to, .. } if *of == mark && *to == order);
    assert!(wants.len() == 2 && wants.iter().all(gives), "{wants:?}");
}

#[test]
fn a_break_about_no_row_has_nothing_to_give() {
    let mut room = Room::new();
    let (_, shown) = room.tap(
        Dialog::default(),
        Go::Break(BreakMark::of("something else")),
    );
    let gives = |go: &Go| matches!(go, Go::Give(_) | Go::Want(Want::Give { .. }));
    assert!(!goes(&shown).iter().any(gives), "{shown:?}");
}
