//! Whoever wants to be forgotten is (rule 23).

use starkeeper_actors::domain::customer::StillOpen;
use starkeeper_actors::domain::dialog::{Body, Dialog};
use starkeeper_actors::ports::{Books as _, Clock as _, Dialogs as _};
use starkeeper_actors::session::Reply;

use crate::shop::*;

async fn asked(
    shop: &Shop,
    directory: &starkeeper_actors::session::Directory,
) -> Option<StillOpen> {
    let screen = shop.say(directory, ANYA, "/erase").await;
    let Body::Erase { open } = screen.body else {
        panic!("{screen:?}")
    };
    open
}

#[actix::test]
async fn a_person_is_forgotten_and_comes_back_as_somebody_new() {
    let shop = Shop::open().await;
    let directory = shop.directory();
    let before = shop.customer(ANYA, 0);
    shop.say(&directory, ANYA, "100 @masha").await;
    assert_eq!(asked(&shop, &directory).await, None);
    let confirm = shop.tap(ANYA, "erase_now");
    let gone = shop.press(&directory, ANYA, "erase_now").await;
    assert!(matches!(gone.body, Body::Erased), "{gone:?}");
    let row = shop
        .world
        .books
        .customer(before.id)
        .await
        .unwrap()
        .unwrap()
        .row;
    let pseudonym = shop.world.ports().vault.pseudonym(ANYA);
    assert!(row.is_erased() && row.telegram != ANYA);
    assert_eq!(row.pseudonym(shop.world.clock.now()), pseudonym);
    let left = shop.world.dialogs.load(ANYA).await.unwrap();
    assert_eq!((left.dialog, left.version), (Dialog::default(), 0));
    // The same update once more, which Telegram does when the answer to it was lost: nobody is met
    // for the first time by their own farewell.
    let said = confirm.said.clone();
    for _ in 0..2 {
        let again = confirm.clone();
        assert_eq!(directory.handle(again, LONG).await, Reply::Duplicate);
        let there = shop.world.books.customer_at(ANYA).await.unwrap();
        assert!(there.is_none(), "{there:?}");
    }
    let menu = shop.say(&directory, ANYA, "/start").await;
    assert!(is_menu(&menu));
    let after = shop
        .world
        .books
        .customer_at(ANYA)
        .await
        .unwrap()
        .unwrap()
        .row;
    assert_ne!(after.id, before.id);
    assert!(!after.is_erased());
    // The old button, tapped while the new account is asked, is no answer to that.
    assert_eq!(asked(&shop, &directory).await, None);
    let tap = shop.update(ANYA, said, None);
    assert_eq!(directory.handle(tap, LONG).await, Reply::Done);
    let there = shop.world.books.customer_at(ANYA).await.unwrap().unwrap();
    assert_eq!(there.row.id, after.id);
}

#[actix::test]
async fn what_is_open_keeps_a_person_and_is_named() {
    let shop = Shop::open().await;
    let directory = shop.directory();
    let anya = shop.customer(ANYA, 5);
    assert_eq!(asked(&shop, &directory).await, Some(StillOpen::Balance));
    shop.say(&directory, ANYA, "100 @masha").await;
    shop.press(&directory, ANYA, "pay_balance").await;
    assert_eq!(asked(&shop, &directory).await, Some(StillOpen::Order));
    let none = shop.world.telegram.last_message(ANYA).unwrap();
    assert!(!format!("{none:?}").contains("EraseNow"), "{none:?}");
    // An old button does not get past the books.
    let old = starkeeper_actors::domain::dialog::Said::Tap(
        format!("1:erase_now:{}", anya.id.get()).into(),
    );
    let update = shop.update(ANYA, old, None);
    assert_eq!(directory.handle(update, LONG).await, Reply::Done);
    let kept = shop
        .world
        .books
        .customer(anya.id)
        .await
        .unwrap()
        .unwrap()
        .row;
    assert!(!kept.is_erased());
}

#[actix::test]
async fn another_replica_that_remembers_an_erased_person_meets_somebody_new() {
    let shop = Shop::open().await;
    let (here, there) = (shop.directory(), shop.directory());
    let before = shop.customer(ANYA, 0);
    shop.say(&there, ANYA, "/menu").await;
    asked(&shop, &here).await;
    shop.press(&here, ANYA, "erase_now").await;
    let menu = shop.say(&there, ANYA, "/menu").await;
    assert!(is_menu(&menu));
    shop.say(&there, ANYA, "/topup 10").await;
    shop.press(&there, ANYA, "pay_invoice").await;
    let after = shop
        .world
        .books
        .customer_at(ANYA)
        .await
        .unwrap()
        .unwrap()
        .row;
    assert_ne!(after.id, before.id);
    let theirs = shop.world.books.invoices_of(after.id).await.unwrap();
    assert_eq!(theirs.len(), 1, "bought by the new account");
}
