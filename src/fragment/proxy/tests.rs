use super::*;

#[test]
fn addresses_are_read_and_passwords_never_shown() {
    for (text, chrome, has_password) in [
        (
            "http://proxy.example:3128",
            "http://proxy.example:3128",
            false,
        ),
        (
            "http://u:p%40ss@proxy.example:3128/",
            "http://proxy.example:3128",
            true,
        ),
        ("socks5://u:pass@10.0.0.7", "socks5://10.0.0.7:1080", true),
        ("https://proxy.example", "https://proxy.example:443", false),
    ] {
        let proxy = Proxy::parse(text).unwrap();
        assert_eq!(proxy.for_chrome(), chrome, "{text}");
        assert_eq!(proxy.has_password(), has_password, "{text}");
        assert!(!format!("{proxy:?}").contains("ss"), "{proxy:?}");
    }
    let proxy = Proxy::parse("http://u:p%40ss@proxy.example:3128").unwrap();
    assert_eq!(proxy.basic().as_deref(), Some("Basic dTpwQHNz"));
}

#[test]
fn what_is_no_proxy_is_refused_without_being_repeated() {
    for (text, why) in [
        ("proxy.example:3128", BadProxy::Address),
        ("ftp://secret@host", BadProxy::Address),
        ("http://host/path", BadProxy::Address),
        ("https://u:secret@host", BadProxy::PasswordOverTls),
        ("http://a%3Ab:secret@host", BadProxy::Login),
        ("http://u:sec%0aret@host", BadProxy::Login),
    ] {
        let refused = Proxy::parse(text).unwrap_err();
        assert_eq!(refused, why, "{text}");
        assert!(!refused.to_string().contains("secret"));
    }
}
