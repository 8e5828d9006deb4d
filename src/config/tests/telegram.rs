//! The chat's settings.

use starkeeper_actors::domain::customer::Language;
use starkeeper_actors::domain::ids::TelegramId;

use super::*;

const TOKEN: (&str, &str) = ("TELEGRAM_TOKEN", "42:AAE-secret");

fn in_development(more: &[(&str, &str)]) -> Place {
    let place = with("ENVIRONMENT", "development").var(TOKEN.0, TOKEN.1);
    let set = |place: Place, (name, value): &(&str, &str)| place.var(name, value);
    more.iter().fold(place, set)
}

#[test]
fn without_a_token_there_is_no_chat() {
    assert!(Place::new().settings().telegram.token.is_none());
    let placeholder = with("TELEGRAM_TOKEN", "your_bot_token");
    assert!(placeholder.settings().telegram.token.is_none());
}

#[test]
fn updates_are_delivered_where_there_is_a_public_address_and_fetched_elsewhere() {
    let by = |more: &[(&str, &str)]| in_development(more).settings().telegram.updates;
    let public = ("WEBHOOK_PUBLIC_URL", "https://shop.example");
    assert_eq!(by(&[]), UpdatesBy::Polling);
    assert_eq!(by(&[public]), UpdatesBy::Webhook);
    assert_eq!(
        by(&[public, ("WEBHOOK_ENABLED", "false")]),
        UpdatesBy::Polling
    );
    assert_eq!(
        by(&[public, ("WEBHOOK_ENABLED", "true")]),
        UpdatesBy::Webhook
    );
    let nowhere = in_development(&[("WEBHOOK_ENABLED", "true")]);
    assert_eq!(
        nowhere.complaints(),
        [
            "WEBHOOK_ENABLED: is true, but Telegram cannot know where to deliver: set \
             WEBHOOK_PUBLIC_URL such as https://shop.example, or set WEBHOOK_ENABLED=false to fetch \
             updates (read from the environment)"
        ]
    );
}

#[test]
fn operators_are_numbers_and_their_language_is_one_of_ours() {
    let place = in_development(&[("ADMIN_IDS", "7, 8"), ("ADMIN_LANGUAGE", "RU")]);
    let telegram = place.settings().telegram;
    assert_eq!(telegram.operators, [TelegramId::new(7), TelegramId::new(8)]);
    assert_eq!(telegram.operators_language, Language::Ru);
    let complaints = in_development(&[("ADMIN_IDS", "7,@boss")]).complaints();
    assert_eq!(
        complaints,
        [
            "ADMIN_IDS: expected numbers of Telegram, with commas, such as 123456789,987654321, \
             found \"7,@boss\" (read from the environment)"
        ]
    );
}

#[test]
fn the_secret_is_what_telegram_accepts() {
    let complaint = |secret: &str| in_development(&[("WEBHOOK_SECRET", secret)]).complaints();
    let complaints = complaint("not allowed!");
    assert!(
        complaints[0].starts_with("WEBHOOK_SECRET (or WEBHOOK_SECRET_FILE): "),
        "{complaints:?}"
    );
    assert!(!complaints[0].contains("allowed!"), "{complaints:?}");
    let strict = with("WEBHOOK_SECRET", "short").complaints();
    assert!(strict[0].contains("16 to 256"), "{strict:?}");
    let settings = in_development(&[("WEBHOOK_SECRET", "short")]).settings();
    assert!(settings.telegram.webhook_secret.is_some());
}

#[test]
fn production_wants_an_encrypted_bot_api() {
    let complaints = with("TELEGRAM_API_URL", "http://bots.example").complaints();
    assert_eq!(
        complaints,
        [
            "TELEGRAM_API_URL: must begin with https:// in production: the token would travel in the \
             clear (read from the environment)"
        ]
    );
    let place = in_development(&[("TELEGRAM_API_URL", "http://127.0.0.1:8091")]);
    assert_eq!(place.settings().telegram.api_url.port(), Some(8091));
}

#[test]
fn the_token_is_never_shown() {
    let settings = in_development(&[]).settings();
    for shown in [settings.show(), format!("{settings:?}")] {
        assert!(!shown.contains("AAE-secret"), "{shown}");
    }
}
