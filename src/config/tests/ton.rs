//! The sections `ton` and `till`.

use secrecy::ExposeSecret as _;

use super::*;

const WORDS: &str = "some words of a phrase";

#[test]
fn without_anything_there_is_one_provider_three_destinations_and_no_wallet() {
    let ton = Place::new().settings().ton;
    assert_eq!(ton.providers.len(), 1);
    assert_eq!(ton.providers[0].0.as_str(), "https://toncenter.com/");
    assert!(ton.providers[0].1.is_none());
    assert_eq!((ton.destinations.len(), ton.tills.len()), (3, 0));
    assert!(ton.day_cap.is_positive());
}

#[test]
fn each_key_goes_to_its_own_provider() {
    let urls = "https://toncenter.com,https://ton.example.org/gate/, https://third.example";
    let place = with("TON_API_URL", urls).var("TON_API_KEY", "one,,three");
    let ton = place.settings().ton;
    let keys = ton.providers.iter().map(|(url, key)| {
        let key = key.as_ref().map(|key| key.expose_secret().to_owned());
        (url.host_str().unwrap().to_owned(), key)
    });
    let keys: Vec<_> = keys.collect();
    let expected = [
        ("toncenter.com", Some("one")),
        ("ton.example.org", None),
        ("third.example", Some("three")),
    ];
    for ((host, key), (expected_host, expected_key)) in keys.iter().zip(expected) {
        assert_eq!(
            (host.as_str(), key.as_deref()),
            (expected_host, expected_key)
        );
    }
    let told = with("TON_API_KEY", "one,two").complaints();
    assert!(
        told[0].starts_with("TON_API_KEY (or TON_API_KEY_FILE)"),
        "{told:?}"
    );
    assert!(
        told[0].contains("more keys") && !told[0].contains("two"),
        "{told:?}"
    );
}

#[test]
fn in_production_the_chain_is_read_over_https_from_different_hosts() {
    let clear = with("TON_API_URL", "http://127.0.0.1:8094").complaints();
    assert!(
        clear[0].contains("https://") && clear[0].contains("production"),
        "{clear:?}"
    );
    let twice = "https://a.example/1,https://a.example/2";
    let told = with("TON_API_URL", twice).complaints();
    assert!(told[0].contains("one host twice"), "{told:?}");
    for urls in ["http://127.0.0.1:8094", twice] {
        let place = with("TON_API_URL", urls).var("ENVIRONMENT", "development");
        assert!(!place.settings().ton.providers.is_empty());
    }
    for odd in [
        "toncenter.com",
        "https://u:p@a.example",
        "https://a.example/?k=v",
        ",",
    ] {
        assert_eq!(with("TON_API_URL", odd).complaints().len(), 1, "{odd}");
    }
}

#[test]
fn every_till_has_words_and_an_address_of_its_own() {
    let address = "UQBAjaOyi2wGWlk-EDkSabqqnF-MrrwMadnwqrurKpkla4QB";
    let place = with("FRAGMENT_SEED_PHRASE", WORDS)
        .var("TON_WALLET_VERSION", "W5")
        .var("FRAGMENT_SEED_PHRASE_3", WORDS)
        .var("TON_WALLET_ADDRESS_3", address);
    let settings = place.settings();
    assert_eq!(settings.ton.version, Some(WalletVersionName::V5R1));
    let tills: Vec<_> = settings
        .ton
        .tills
        .iter()
        .map(|till| (till.number, till.address.as_deref()))
        .collect();
    assert_eq!(tills, [(1, None), (3, Some(address))]);
    assert!(!format!("{settings:?}").contains(WORDS));
    assert!(!settings.show().contains(WORDS));
}

#[test]
fn what_is_wrong_about_wallets_is_named() {
    let cases = [
        ("TON_WALLET_VERSION", "v3r2"),
        ("TON_DAY_CAP", "much"),
        ("TON_RATE", "0"),
        ("TON_CALL_TIMEOUT", "10ms"),
    ];
    for (var, value) in cases {
        let told = with(var, value).complaints();
        assert_eq!(told.len(), 1, "{var}={value}: {told:?}");
        assert!(told[0].starts_with(var), "{told:?}");
    }
}
