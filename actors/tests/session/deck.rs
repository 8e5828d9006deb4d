//! Operators in the chat: what they do by hand is done once, and by nobody else.

use starkeeper_actors::domain::dialog::{Action, Go, Note, Said, Want};
use starkeeper_actors::domain::ids::{LoginId, TelegramId};
use starkeeper_actors::session::{Directory, Reply};

use crate::shop::*;

fn data(go: Go) -> Box<str> {
    Action::Deck(go).encode().into()
}

/// Taps what no message need have.
async fn forge(shop: &Shop, directory: &Directory, person: TelegramId, go: Go) {
    let tap = shop.update(person, Said::Tap(data(go)), Some(1));
    assert_eq!(directory.handle(tap, LONG).await, Reply::Done);
}

#[actix::test]
async fn a_double_tap_on_two_replicas_acts_once_and_names_the_operator() {
    let shop = Shop::open().await;
    shop.world.telegram.add_operator(ANYA);
    let (one, two) = (shop.directory(), shop.directory());
    forge(&shop, &one, ANYA, Go::Want(Want::Open)).await;
    let sure = shop.screen(ANYA).await;
    let yes = sure.actions().find_map(|action| {
        let Action::Deck(go @ Go::Yes(_)) = action else {
            return None;
        };
        Some(*go)
    });
    let yes = yes.expect("asked once more");
    forge(&shop, &one, ANYA, yes).await;
    forge(&shop, &two, ANYA, yes).await;
    let acts = shop.world.deck.acts();
    assert_eq!(acts.len(), 1, "{acts:?}");
    assert_eq!((acts[0].0, acts[0].1.want), (ANYA, Want::Open));
}

#[actix::test]
async fn a_forged_button_of_somebody_else_moves_nothing_and_is_answered() {
    let shop = Shop::open().await;
    shop.world.telegram.add_operator(ANYA);
    let directory = shop.directory();
    for go in [
        Go::Home,
        Go::Want(Want::Pause(None)),
        Go::Yes(1),
        Go::Cookies(LoginId::new(1)),
    ] {
        forge(&shop, &directory, BORIS, go).await;
        let screen = shop.screen(BORIS).await;
        assert_eq!(screen.note, Some(Note::OldButton));
        assert!(is_menu(&screen), "{screen:?}");
    }
    assert_eq!(shop.world.deck.acts(), []);
    assert_eq!(shop.world.deck.jars(), []);
}

#[actix::test]
async fn the_message_with_new_cookies_is_deleted_before_they_are_tried() {
    let shop = Shop::open().await;
    shop.world.telegram.add_operator(ANYA);
    let directory = shop.directory();
    let login = LoginId::new(1);
    forge(&shop, &directory, ANYA, Go::Cookies(login)).await;
    let asked = shop.world.telegram.last_message(ANYA).expect("it asks");
    // The fake chat has one list of messages: the person's own stands in it by this number.
    let mut cookies = shop.text(ANYA, "stel_ssid=marker");
    cookies.own = Some(asked.id);
    assert_eq!(directory.handle(cookies, LONG).await, Reply::Done);
    settle().await;
    assert_eq!(shop.world.deck.jars(), [(ANYA, login)]);
    let left = shop.world.telegram.messages(ANYA);
    assert!(
        left.iter().all(|message| message.id != asked.id),
        "{left:?}"
    );
}
