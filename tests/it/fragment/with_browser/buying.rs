//! Look-ups, prices and links as the site has them.

use serde_json::json;
use starkeeper_actors::domain::catalog::{PremiumMonths, Product, StarsQuantity, Username};
use starkeeper_actors::domain::pricing::samples;
use starkeeper_actors::ports::market::{MarketRefused, SlotKind};
use starkeeper_actors::ports::{Browsers, Failure, Market};
use starkeeper_actors::testing::contract::run;

use super::house::{House, TILL};

fn name(text: &str) -> Username {
    Username::parse(text).unwrap()
}

fn stars(count: u32) -> Product {
    Product::Stars(StarsQuantity::new(count).unwrap())
}

const GIFT: Product = Product::Premium(PremiumMonths::Three);

#[test]
fn people_and_prices_are_looked_up_without_a_login() {
    run(async {
        let house = House::empty().await;
        let slot = house.slot(SlotKind::Anonymous).await;
        let market = &house.fragment;
        let user = json!({"name": "Masha & Co", "photo": true, "token": "tok-masha"});
        house.emulators.order("fragment/users/masha", user).await;
        let found = market
            .find_recipient(slot, &name("masha"), &stars(50))
            .await;
        let found = found.unwrap();
        assert_eq!(found.name.as_str(), "Masha & Co");
        assert_eq!(found.token.as_str(), "tok-masha");
        assert!(found.photo.is_some());
        for (user, wish, product, why) in [
            (
                "nobody_is_here",
                json!({"exists": false}),
                stars(50),
                MarketRefused::NoSuchUser,
            ),
            (
                "a_channel",
                json!({"kind": "channel"}),
                stars(50),
                MarketRefused::NotAPerson,
            ),
            (
                "has_premium",
                json!({"premium": true}),
                GIFT,
                MarketRefused::AlreadyPremium,
            ),
        ] {
            house
                .emulators
                .order(&format!("fragment/users/{user}"), wish)
                .await;
            let refused = market.find_recipient(slot, &name(user), &product).await;
            assert_eq!(refused, Err(Failure::Refused(why)), "{user}");
        }
        let prices = market.prices(slot).await.unwrap();
        let premium = PremiumMonths::ALL.map(Product::Premium);
        for product in premium {
            assert!(
                prices.iter().any(|(there, _)| *there == product),
                "{prices:?}"
            );
        }
        assert!(
            prices
                .iter()
                .any(|(there, _)| matches!(there, Product::Stars(_)))
        );
        house.fragment.close_all().await;
    });
}

#[test]
fn a_link_is_obtained_for_either_product_and_says_what_it_asks() {
    run(async {
        let house = House::open().await;
        let slot = house.slot(TILL).await;
        for (product, words) in [
            (stars(1000), "1000 Telegram Stars \n\nRef#"),
            (GIFT, "Telegram Premium for 3 months \n\nRef#"),
        ] {
            let wanted = samples::masha();
            let offer = house.fragment.offer(slot, &product, &wanted).await.unwrap();
            assert!(offer.payload_text.starts_with(words), "{offer:?}");
            assert_eq!((offer.messages, offer.has_state_init), (1, false));
            assert_eq!(offer.amount, offer.init_amount);
            assert_eq!(offer.from, Some(house.wallet));
            assert_eq!(offer.jar, 1);
            assert_eq!(offer.confirm_method, "confirmReq");
            assert_eq!(
                offer.confirm_params,
                [("id".to_owned(), offer.request.as_str().to_owned())]
            );
        }
        house.fragment.close_all().await;
    });
}

#[test]
fn a_purchase_wants_a_till_and_a_look_up_wants_none() {
    run(async {
        let house = House::open().await;
        let (till, nobody) = (
            house.slot(TILL).await,
            house.slot(SlotKind::Anonymous).await,
        );
        let wrong = house.offer(nobody).await;
        assert!(matches!(wrong, Err(Failure::NotDone { .. })));
        let (masha, product) = (name("masha"), stars(50));
        let wrong = house.fragment.find_recipient(till, &masha, &product).await;
        assert!(matches!(wrong, Err(Failure::NotDone { .. })));
        house.fragment.close_all().await;
    });
}

#[test]
fn whoever_has_the_name_at_the_link_is_shown_as_they_are() {
    run(async {
        let house = House::open().await;
        let slot = house.slot(TILL).await;
        let first = house.offer(slot).await;
        let first = first.unwrap().recipient;
        let other = json!({"other": true});
        house.emulators.order("fragment/users/masha", other).await;
        let second = house.offer(slot).await;
        let second = second.unwrap().recipient;
        assert!(!first.is_same_person(&second), "{first:?} {second:?}");
        house.fragment.close_all().await;
    });
}
