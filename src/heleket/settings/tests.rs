//! What is refused at start, and what is never shown.

use std::time::Duration;

use url::Url;

use super::{BadSetting, HeleketSettings};
use crate::heleket::{ApiKey, HeleketClient};

fn settings() -> HeleketSettings {
    let url = Url::parse("https://api.heleket.com/").unwrap();
    HeleketSettings::new(url, "merchant-1", ApiKey::new("payment-key").unwrap())
}

fn refused(change: impl FnOnce(&mut HeleketSettings)) -> Option<BadSetting> {
    let mut settings = settings();
    change(&mut settings);
    HeleketClient::new(settings).err()
}

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

#[test]
fn the_defaults_make_a_client() {
    assert_eq!(refused(|_| {}), None);
    let reachable = refused(|it| {
        it.url = url("http://127.0.0.1:8092");
        it.callback = Some(url("https://shop.example/webhook/heleket"));
        it.proxy = Some(url("socks5://user:word@proxy.example:1080"));
    });
    // SOCKS needs a feature of the HTTP client that is not built in; HTTP proxies do not.
    assert!(matches!(
        reachable,
        None | Some(BadSetting::Proxy | BadSetting::Client(_))
    ));
    let proxy = refused(|it| it.proxy = Some(url("http://user:word@proxy.example:3128")));
    assert_eq!(proxy, None);
}

#[test]
fn what_heleket_would_refuse_in_the_middle_of_a_sale_is_refused_at_start() {
    let bad_url = |text: &str| refused(|it| it.url = url(text));
    for text in [
        "ftp://api.heleket.com/",
        "https://api.heleket.com/?key=1",
        "data:x",
    ] {
        assert!(matches!(bad_url(text), Some(BadSetting::Url(_))), "{text}");
    }
    for merchant in ["", "two words", "ключ", &"m".repeat(65)] {
        assert_eq!(
            refused(|it| it.merchant = merchant.into()),
            Some(BadSetting::Merchant)
        );
    }
    let long = url(&format!("https://shop.example/{}", "x".repeat(255)));
    let bad = refused(|it| it.callback = Some(long.clone()));
    assert!(matches!(
        bad,
        Some(BadSetting::Link {
            which: "callback",
            ..
        })
    ));
    let bad = refused(|it| it.return_to = Some(url("tg://resolve?domain=shop")));
    assert!(matches!(
        bad,
        Some(BadSetting::Link {
            which: "return_to",
            ..
        })
    ));
    assert_eq!(
        refused(|it| it.attempts = 0),
        Some(BadSetting::Nothing("attempts"))
    );
    let none = refused(|it| it.deadline = Duration::ZERO);
    assert_eq!(none, Some(BadSetting::Nothing("deadline")));
}

#[test]
fn secrets_are_never_printed() {
    let mut settings = settings();
    settings.payment_key = ApiKey::new("hidden-payment").unwrap();
    settings.payout_key = Some(ApiKey::new("hidden-payout").unwrap());
    settings.proxy = Some(url("http://user:hidden-word@proxy.example:3128"));
    settings.url = url("https://user:hidden-word@api.heleket.com/");
    let shown = format!("{settings:?}");
    let client = format!("{:?}", HeleketClient::new(settings).unwrap());
    for text in [shown, client] {
        assert!(!text.contains("hidden"), "{text}");
        assert!(
            text.contains("proxy.example") && text.contains("***"),
            "{text}"
        );
    }
}
