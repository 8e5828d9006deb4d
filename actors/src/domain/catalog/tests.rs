use std::collections::HashSet;

use proptest::prelude::*;

use super::*;
use crate::domain::ids::RecipientToken;

#[test]
fn stars_are_sold_from_fifty_to_a_million() {
    assert_eq!(StarsQuantity::new(50), Ok(StarsQuantity::MIN));
    assert_eq!(StarsQuantity::new(1_000_000), Ok(StarsQuantity::MAX));
    let few = StarsQuantity::new(49).unwrap_err();
    assert_eq!(
        few.to_string(),
        "49 stars are too few: expected at least 50"
    );
    let many = StarsQuantity::new(1_000_001).unwrap_err();
    assert_eq!(
        many.to_string(),
        "1000001 stars are too many: expected at most 1000000"
    );
}

#[test]
fn premium_is_sold_for_three_six_and_twelve_months() {
    for months in 0..=u8::MAX {
        let sold = PremiumMonths::new(months);
        assert_eq!(sold.is_ok(), [3, 6, 12].contains(&months));
        assert_eq!(sold.map_or(months, PremiumMonths::get), months);
    }
}

#[test]
fn products_are_stored_readably_and_checked_when_read() {
    let stars = Product::Stars(StarsQuantity::new(100).unwrap());
    let premium = Product::Premium(PremiumMonths::Six);
    assert_eq!(serde_json::to_string(&stars).unwrap(), r#"{"stars":100}"#);
    assert_eq!(serde_json::to_string(&premium).unwrap(), r#"{"premium":6}"#);
    for product in [stars, premium] {
        let text = serde_json::to_string(&product).unwrap();
        assert_eq!(serde_json::from_str::<Product>(&text).unwrap(), product);
    }
    for bad in [r#"{"stars":49}"#, r#"{"premium":4}"#, r#"{"stars":-1}"#] {
        assert!(serde_json::from_str::<Product>(bad).is_err(), "{bad}");
    }
}

#[test]
fn usernames_are_read_in_every_form_people_paste() {
    let forms = [
        "masha_k",
        "@masha_k",
        "t.me/masha_k",
        "T.me/masha_k",
        "https://t.me/masha_k",
        "Https://t.me/masha_k/",
        "http://t.me/masha_k",
        "  @masha_k\n",
    ];
    for form in forms {
        assert_eq!(Username::parse(form).unwrap().as_str(), "masha_k", "{form}");
    }
}

#[test]
fn usernames_follow_telegrams_rules() {
    use UsernameFault::*;
    let longest = "a".repeat(32);
    for good in ["anya", "a1b2", "A_b_C", "durov", &longest] {
        assert!(Username::parse(good).is_ok(), "{good}");
    }
    let too_long = "a".repeat(33);
    let bad = [
        ("", TooShort),
        ("@", TooShort),
        ("abc", TooShort),
        (too_long.as_str(), TooLong),
        ("1anya", FirstCharacter),
        ("_anya", FirstCharacter),
        ("anya_", Underscores),
        ("an__ya", Underscores),
        ("@@anya", Alphabet),
        ("an ya", Alphabet),
        ("an-ya", Alphabet),
        ("аnya", Alphabet),
        ("t.me/anya?start=1", Alphabet),
        ("t.me/anya/12", Alphabet),
        ("t.me/@anya", Alphabet),
        ("https://evil.example/anya", Alphabet),
        ("https://t.me.example/anya", Alphabet),
        ("https://anya", Alphabet),
    ];
    for (text, fault) in bad {
        assert_eq!(Username::parse(text).unwrap_err().fault, fault, "{text}");
    }
    assert_eq!(
        Username::parse("an ya").unwrap_err().to_string(),
        "username \"an ya\" is not valid: expected only latin letters, digits and underscores"
    );
}

#[test]
fn usernames_differ_in_more_than_case() {
    let typed = Username::parse("Masha").unwrap();
    let lower = Username::parse("masha").unwrap();
    assert_eq!(typed, lower);
    assert_eq!(typed.cmp(&lower), std::cmp::Ordering::Equal);
    assert_eq!(typed.to_string(), "@Masha");
    assert_eq!(typed.to_key(), "masha");
    assert_eq!(HashSet::from([typed, lower]).len(), 1);
}

#[test]
fn the_recipient_is_the_confirmed_one_by_token_or_by_name_and_picture() {
    let masha = person("tok_1", "Маша К.", Some("pic_1"));
    let cases = [
        (person("tok_1", "Маша К.", Some("pic_1")), true),
        (person("tok_1", "Renamed", None), true),
        (person("tok_2", "Маша К.", Some("pic_1")), true),
        (person("tok_2", "Маша К.", Some("pic_2")), false),
        (person("tok_2", "Маша К.", None), false),
        (person("tok_2", "Mallory", Some("pic_1")), false),
    ];
    for (found, same) in cases {
        assert_eq!(masha.is_same_person(&found), same, "{found:?}");
        assert_eq!(found.is_same_person(&masha), same);
    }
    let nameless = person("tok_1", "", None);
    assert!(!nameless.is_same_person(&person("tok_2", " ", None)));
}

#[test]
fn names_cannot_disturb_the_message_around_them() {
    assert_eq!(PersonName::new(" Маша\n К.\u{202e} ").as_str(), "Маша К.");
    assert_eq!(
        PersonName::new(&"я".repeat(500)).as_str().chars().count(),
        PersonName::MAX_CHARS
    );
    assert!(PersonName::new("\u{0}\t").is_empty());
}

#[test]
fn people_stay_out_of_debug_output() {
    let shown = format!("{:?}", person("tok_1", "Маша К.", Some("pic_secret")));
    for person in ["Маша", "masha", "pic_secret"] {
        assert!(!shown.contains(person), "{shown}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_parsing_panic_and_accepted_names_read_back(text in prop_oneof![any::<String>(), "(@|t\\.me/|https://t\\.me/)?[a-zA-Z0-9_]{0,40}"]) {
        if let Ok(name) = Username::parse(&text) {
            prop_assert_eq!(&Username::parse(name.as_str()).unwrap(), &name);
            prop_assert_eq!(&Username::parse(&name.to_string()).unwrap(), &name);
            let json = serde_json::to_string(&name).unwrap();
            prop_assert_eq!(serde_json::from_str::<Username>(&json).unwrap(), name);
        }
    }

    #[test]
    fn cleaning_a_name_twice_changes_nothing(text: String) {
        let once = PersonName::new(&text);
        prop_assert_eq!(PersonName::new(once.as_str()), once);
    }
}

fn person(token: &str, name: &str, photo: Option<&str>) -> Recipient {
    Recipient {
        username: Username::parse("masha").unwrap(),
        token: RecipientToken::parse(token).unwrap(),
        name: PersonName::new(name),
        photo: photo.map(|mark| PhotoMark::parse(mark).unwrap()),
    }
}
