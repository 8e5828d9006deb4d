//! Dialogs: a customer's place in the conversation.

use std::collections::BTreeSet;

use starkeeper_actors::domain::catalog::Username;
use starkeeper_actors::domain::dialog::{Dialog, Handled, Place, Target, Topic};
use starkeeper_actors::domain::ids::{BotId, InvoiceId, QuoteId};
use starkeeper_actors::domain::money::MicroUsd;
use starkeeper_actors::domain::samples::{ORDER, masha, noon, order, stars};

use crate::{check_machine, variants};

variants!(Places of Place {
    Place::Menu => "menu",
    Place::Stars { .. } => "stars",
    Place::Premium { .. } => "premium",
    Place::Recipient { .. } => "recipient",
    Place::Friend { .. } => "friend",
    Place::Looking { .. } => "looking",
    Place::Card { .. } => "card",
    Place::Pay { .. } => "pay",
    Place::Opening { target: Target::Quote(_), .. } => "opening_quote",
    Place::Opening { target: Target::Order(_), .. } => "opening_order",
    Place::Opening { target: Target::Invoice(_), .. } => "opening_invoice",
    Place::Order { .. } => "order",
    Place::OtherCoin { .. } => "other_coin",
    Place::TopUp => "top_up",
    Place::TopUpCoin { .. } => "top_up_coin",
    Place::Invoice { .. } => "invoice",
    Place::Balance => "balance",
    Place::Orders { .. } => "orders",
    Place::WhereAreMyStars => "where_are_my_stars",
    Place::Erase => "erase",
    Place::Page { topic: Topic::Help } => "page_help",
    Place::Page { topic: Topic::Terms } => "page_terms",
    Place::Page { topic: Topic::Privacy } => "page_privacy",
    Place::Page { topic: Topic::PaySupport } => "page_pay_support",
    Place::Page { topic: Topic::Language } => "page_language",
});

fn places() -> Vec<Place> {
    let (product, username) = (stars(50), masha().username);
    let invoice = InvoiceId::new(9);
    let quote = || Box::new(order().quote);
    let opening = |target| Place::Opening {
        target,
        from: Box::new(Place::Menu),
    };
    let mut places = vec![
        Place::Menu,
        Place::Stars { to: None },
        Place::Premium {
            to: Some(username.clone()),
        },
        Place::Recipient { product },
        Place::Friend { product },
        Place::Looking { product, username },
        Place::Card { quote: quote() },
        Place::Pay {
            quote: quote(),
            more: false,
        },
        opening(Target::Quote(QuoteId::new(50))),
        opening(Target::Order(ORDER)),
        opening(Target::Invoice(invoice)),
        Place::Order { order: ORDER },
        Place::OtherCoin { order: ORDER },
        Place::TopUp,
        Place::TopUpCoin {
            amount: MicroUsd::from_micros(5_000_000),
            invoice,
        },
        Place::Invoice { invoice },
        Place::Balance,
        Place::Orders { page: 2 },
        Place::WhereAreMyStars,
        Place::Erase,
    ];
    let topics = [
        Topic::Help,
        Topic::Terms,
        Topic::Privacy,
        Topic::PaySupport,
        Topic::Language,
    ];
    places.extend(topics.map(|topic| Place::Page { topic }));
    places
}

fn dialogs() -> Vec<(String, Dialog)> {
    let full = Dialog {
        place: Place::Menu,
        saved: vec![masha().username, Username::parse("durov").unwrap()],
        handled: vec![Handled {
            bot: BotId::new(5),
            update: 1_001,
            at: noon(),
        }],
        deck: None,
    };
    let standing = places().into_iter().map(|place| {
        let name = Places::of(&place).to_owned();
        let dialog = Dialog {
            place,
            ..Dialog::default()
        };
        (name, dialog)
    });
    standing.chain([("with_memory".to_owned(), full)]).collect()
}

pub(crate) fn names() -> BTreeSet<String> {
    let rows = dialogs().into_iter();
    rows.map(|(name, _)| format!("dialog-{name}")).collect()
}

#[test]
fn dialogs_stay_readable() {
    check_machine("dialog", &dialogs(), Places::ALL, |dialog| {
        vec![Places::of(&dialog.place)]
    });
}
