//! Every check of A.7 and rule 10, by name.

use proptest::prelude::*;

use super::*;
use crate::domain::catalog::{PersonName, PhotoMark, StarsQuantity};
use crate::domain::ids::RecipientToken;
use crate::domain::samples::{WALLET, address, link, link_rules, masha, noon, offer, stars, ton};

fn check(offer: LinkOffer) -> Result<Link, LinkRefused> {
    check_for(stars(50), offer)
}

fn check_for(product: Product, offer: LinkOffer) -> Result<Link, LinkRefused> {
    let recipient = masha();
    let expected = Expected {
        wallet: WALLET,
        product: &product,
        recipient: &recipient,
    };
    offer.check(expected, &link_rules(), noon())
}

fn with(change: impl FnOnce(&mut LinkOffer)) -> Result<Link, LinkRefused> {
    let mut offer = offer();
    change(&mut offer);
    check(offer)
}

fn comment(product: Product, text: &str) -> Result<Link, LinkRefused> {
    let mut offer = offer();
    offer.payload_text = text.into();
    check_for(product, offer)
}

const fn premium(months: PremiumMonths) -> Product {
    Product::Premium(months)
}

#[test]
fn a_good_offer_becomes_the_link_it_names() {
    assert_eq!(check(offer()), Ok(link()));
    assert_eq!(
        with(|offer| offer.from = None),
        Ok(link()),
        "the payer may be absent"
    );
}

#[test]
fn another_payer_is_refused() {
    let got = address(0xA2);
    let expected = WALLET;
    let refused = Err(LinkRefused::WrongPayer { got, expected });
    assert_eq!(with(|offer| offer.from = Some(got)), refused);
}

#[test]
fn anything_but_one_plain_message_is_refused() {
    for count in [0, 2, 255] {
        let refused = Err(LinkRefused::Messages(count));
        assert_eq!(with(|offer| offer.messages = count), refused);
    }
    assert_eq!(
        with(|offer| offer.has_state_init = true),
        Err(LinkRefused::StateInit)
    );
}

#[test]
fn an_unknown_destination_is_refused() {
    let unknown = address(0xF2);
    let refused = Err(LinkRefused::Destination(unknown));
    assert_eq!(with(|offer| offer.destination = unknown), refused);
    assert!(with(|offer| offer.destination = address(0xF0)).is_ok());
}

#[test]
fn an_amount_must_be_what_init_said_and_positive_and_below_the_cap() {
    let set = |amount, init| {
        with(|offer| (offer.amount, offer.init_amount) = (amount, init)).map(|link| link.amount)
    };
    let (asked, said) = (ton("0.326"), ton("0.325"));
    let differs = Err(LinkRefused::AmountDiffers {
        link: asked,
        init: said,
    });
    assert_eq!(set(asked, said), differs);
    let nothing = NanoTon::ZERO;
    assert_eq!(
        set(nothing, nothing),
        Err(LinkRefused::AmountNotPositive(nothing))
    );
    let less = NanoTon::from_nanos(-1);
    assert_eq!(set(less, less), Err(LinkRefused::AmountNotPositive(less)));
    let cap = ton("100");
    let amount = ton("100.000000001");
    assert_eq!(set(cap, cap), Ok(cap));
    assert_eq!(
        set(amount, amount),
        Err(LinkRefused::AboveCap { amount, cap })
    );
}

#[test]
fn a_deadline_that_is_too_near_is_refused() {
    let least = noon() + Span::seconds(90);
    assert!(with(|offer| offer.valid_until = least).is_ok());
    let valid_until = least - Span::seconds(1);
    let refused = Err(LinkRefused::TooLate {
        valid_until,
        needed_s: 90,
    });
    assert_eq!(with(|offer| offer.valid_until = valid_until), refused);
}

#[test]
fn another_person_is_refused_and_a_new_token_for_the_same_one_is_not() {
    let token = || RecipientToken::parse("another-token").unwrap();
    let picture = || Some(PhotoMark::parse("photo").unwrap());
    assert!(with(|offer| offer.recipient.token = token()).is_ok());
    let renamed = with(|offer| {
        offer.recipient.token = token();
        offer.recipient.name = PersonName::new("Masha L.");
    });
    assert_eq!(renamed, Err(LinkRefused::Recipient));
    let repainted = with(|offer| {
        offer.recipient.token = token();
        offer.recipient.photo = picture();
    });
    assert_eq!(repainted, Err(LinkRefused::Recipient));
    // The name alone may have changed: the token is the person.
    assert!(with(|offer| offer.recipient.name = PersonName::new("M.")).is_ok());
}

/// The comments of the recorded samples (A.7).
#[test]
fn the_recorded_comments_are_accepted_and_their_references_kept() {
    let year = premium(PremiumMonths::Twelve);
    for (product, text, reference) in [
        (
            stars(50),
            "50 Telegram Stars \n\nRef#m9JhZwApQ",
            "m9JhZwApQ",
        ),
        (
            stars(1_000_000),
            "1000000 Telegram Stars \n\nRef#TPoMpzC7e",
            "TPoMpzC7e",
        ),
        (
            premium(PremiumMonths::Three),
            "Telegram Premium for 3 months \n\nRef#3pWJtbdbu",
            "3pWJtbdbu",
        ),
        (
            premium(PremiumMonths::Six),
            "Telegram Premium for 6 months \n\nRef#3pWJtbdbu",
            "3pWJtbdbu",
        ),
        (
            year,
            "Telegram Premium for 1 year \n\nRef#aB3dE6gH9",
            "aB3dE6gH9",
        ),
        (
            year,
            "Telegram Premium for 12 months \n\nRef#aB3dE6gH9",
            "aB3dE6gH9",
        ),
    ] {
        let link = comment(product, text).unwrap();
        assert_eq!(link.reference.as_str(), reference, "{text:?}");
    }
}

#[test]
fn a_comment_about_something_else_is_refused() {
    let three = premium(PremiumMonths::Three);
    for (product, text) in [
        (stars(50), "51 Telegram Stars \n\nRef#m9JhZwApQ"),
        (stars(50), "500 Telegram Stars \n\nRef#m9JhZwApQ"),
        (stars(50), "150 Telegram Stars \n\nRef#m9JhZwApQ"),
        (stars(50), "50 Telegram Stars for you \n\nRef#m9JhZwApQ"),
        (stars(50), "Telegram Premium for 3 months \n\nRef#m9JhZwApQ"),
        (stars(50), "Telegram account top up \n\nRef#m9JhZwApQ"),
        (stars(50), "Ref#m9JhZwApQ"),
        (three, "Telegram Premium for 6 months \n\nRef#m9JhZwApQ"),
        (three, "Telegram Premium for 1 year \n\nRef#m9JhZwApQ"),
        (three, "3 Telegram Stars \n\nRef#m9JhZwApQ"),
    ] {
        let refused = comment(product, text);
        assert!(
            matches!(refused, Err(LinkRefused::Comment { .. })),
            "{text:?}: {refused:?}"
        );
    }
}

#[test]
fn a_comment_without_one_sound_reference_is_refused() {
    for text in [
        "50 Telegram Stars \n\n",
        "50 Telegram Stars \n\nRef",
        "50 Telegram Stars \n\nRef#",
        "50 Telegram Stars \n\nRef#m9Jh ZwApQ",
        "50 Telegram Stars \n\nRef#m9JhZwApQ Ref#TPoMpzC7e",
        "50 Telegram Stars \n\nRef#m9JhZwAp\u{e9}",
        "",
    ] {
        let refused = comment(stars(50), text);
        assert!(
            matches!(refused, Err(LinkRefused::NoReference(_))),
            "{text:?}: {refused:?}"
        );
    }
    let endless = format!("50 Telegram Stars \n\nRef#{}", "a".repeat(65));
    assert!(matches!(
        comment(stars(50), &endless),
        Err(LinkRefused::NoReference(_))
    ));
}

/// One change of a field that matters; its name is for the failure.
fn spoil() -> impl Strategy<Value = (&'static str, LinkOffer)> {
    let changed = |name: &'static str, change: Box<dyn Fn(&mut LinkOffer)>| {
        let mut offer = offer();
        change(&mut offer);
        (name, offer)
    };
    prop_oneof![
        (1_u8..=255).prop_map(move |byte| {
            let payer = if address(byte) == WALLET {
                address(0)
            } else {
                address(byte)
            };
            changed("from", Box::new(move |offer| offer.from = Some(payer)))
        }),
        (0_u32..300)
            .prop_filter("one is right", |count| *count != 1)
            .prop_map(move |count| {
                changed("messages", Box::new(move |offer| offer.messages = count))
            }),
        Just(changed(
            "state init",
            Box::new(|offer| offer.has_state_init = true)
        )),
        (0_u8..0xF0).prop_map(move |byte| {
            let elsewhere = address(byte);
            changed(
                "destination",
                Box::new(move |offer| offer.destination = elsewhere),
            )
        }),
        any::<i64>().prop_map(move |nanos| {
            let amount = NanoTon::from_nanos(nanos);
            let amount = if amount == ton("0.326") {
                NanoTon::ZERO
            } else {
                amount
            };
            changed("amount", Box::new(move |offer| offer.amount = amount))
        }),
        any::<i64>().prop_map(move |nanos| {
            let amount = NanoTon::from_nanos(nanos);
            let amount = if amount == ton("0.326") {
                NanoTon::ZERO
            } else {
                amount
            };
            changed(
                "init amount",
                Box::new(move |offer| offer.init_amount = amount),
            )
        }),
        (-1_000_i64..90).prop_map(move |seconds| {
            let until = noon() + Span::seconds(seconds);
            changed("deadline", Box::new(move |offer| offer.valid_until = until))
        }),
        "[A-Z][a-z]{1,8}".prop_map(move |name| {
            let change = move |offer: &mut LinkOffer| {
                offer.recipient.token = RecipientToken::parse(&name).unwrap();
                offer.recipient.name = PersonName::new(&name);
            };
            changed("recipient", Box::new(change))
        }),
        (51_u32..1_000_000).prop_map(move |count| {
            let text = format!("{count} Telegram Stars \n\nRef#m9JhZwApQ");
            changed(
                "quantity",
                Box::new(move |offer| offer.payload_text = text.clone()),
            )
        }),
    ]
}

proptest! {
    #[test]
    fn one_wrong_field_is_enough((name, offer) in spoil()) {
        prop_assert!(check(offer).is_err(), "a wrong {} was accepted", name);
    }

    #[test]
    fn a_comment_fits_exactly_the_quantity_it_names(asked in 50_u32..2_000, named in 50_u32..2_000) {
        let product = Product::Stars(StarsQuantity::new(asked).unwrap());
        let text = format!("{named} Telegram Stars \n\nRef#m9JhZwApQ");
        prop_assert_eq!(comment(product, &text).is_ok(), asked == named);
    }

    #[test]
    fn no_comment_makes_the_check_panic(text in any::<String>()) {
        comment(stars(50), &text).ok();
    }
}
