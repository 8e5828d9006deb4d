//! What needs no service: Telegram, the gateway, the chain, the disk, the machine.

use super::ground::Ground;
use crate::support::shop::Shop;

const NOWHERE: &str = "http://127.0.0.1:1";

#[tokio::test]
async fn a_shop_where_all_is_well_is_told_so_and_nothing_is_changed() {
    let ground = Ground::new().await;
    let subjects = [
        "db", "redis", "telegram", "heleket", "ton", "disk", "limits",
    ];
    let said = ground.check(&subjects).await;
    assert_eq!(said.code, Some(0), "{said:#?}");
    assert_eq!(said.complaints, "");
    said.well("telegram", "the bot is @");
    said.well("telegram", "updates are fetched");
    said.well("heleket", "merchant and key are believed");
    said.well("ton", "till_1 pays from");
    said.well("disk", "STATE_DIR");
    assert!(said.line("redis", "REDIS_URL").starts_with("none "));
    assert!(said.line("disk", "BACKUP_DIR").starts_with("note "));
    assert!(
        said.line("db", "lacks").starts_with("note "),
        "the daemon makes the file"
    );
    let left: Vec<_> = std::fs::read_dir(ground.folder.path())
        .expect("the folder is there")
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[tokio::test]
async fn each_provider_is_asked_by_itself() {
    let mut ground = Ground::new().await;
    let working = format!("http://127.0.0.1:{}", ground.emulators.base() + 4);
    ground.set("TON_API_URL", format!("{working},{NOWHERE}"));
    let said = ground.check(&["ton"]).await;
    said.wrong("ton", "127.0.0.1:1 does not answer");
    said.well("ton", &format!("{working} answers").replace("http://", ""));
    // The shop itself gets by with one.
    said.well("ton", "till_1 pays from");
}

#[tokio::test]
async fn what_cannot_be_reached_is_told_from_what_is_refused() {
    let mut ground = Ground::new().await;
    ground.set("API_KEY", "another-key-than-the-merchants");
    let said = ground.check(&["heleket"]).await;
    said.wrong("heleket", "refuses a signed call");
    ground.set("HELEKET_API_URL", NOWHERE);
    let said = ground.check(&["heleket"]).await;
    said.wrong("heleket", "does not answer");
    ground.set("TELEGRAM_API_URL", NOWHERE);
    let said = ground.check(&["telegram"]).await;
    said.wrong("telegram", "does not say who the bot is");
}

#[tokio::test]
async fn what_is_not_set_up_is_named_with_what_sets_it_up() {
    let mut ground = Ground::new().await;
    for name in [
        "TELEGRAM_TOKEN",
        "MERCHANT_UUID",
        "API_KEY",
        "PAYOUT_API_KEY",
        "FRAGMENT_SEED_PHRASE",
        "FRAGMENT_COOKIES",
        "ADMIN_IDS",
    ] {
        ground.settings.remove(name);
    }
    let said = ground.check(&["telegram", "heleket", "ton"]).await;
    said.wrong("telegram", "@BotFather");
    said.wrong("heleket", "the merchant's page at Heleket");
    said.wrong("ton", "starkeeper wallet new");
}

#[tokio::test]
async fn a_folder_that_is_a_file_cannot_be_written() {
    let mut ground = Ground::new().await;
    let file = ground.folder.path().join("file");
    std::fs::write(&file, "no folder").expect("it is written");
    ground.set("STATE_DIR", file.join("state").display().to_string());
    let said = ground.check(&["disk"]).await;
    said.wrong("disk", "STATE_DIR");
}

#[tokio::test]
async fn a_disk_below_the_least_room_is_wrong_as_it_is_for_the_daemon() {
    let mut ground = Ground::new().await;
    ground.set("DISK_MIN", "1000000T".to_owned());
    let said = ground.check(&["disk"]).await;
    for var in ["STATE_DIR", "LOG_DIR"] {
        said.wrong("disk", var);
        let line = said.line("disk", var);
        assert!(
            line.contains("less than DISK_MIN (1048576000000 MiB): sales rest"),
            "{line}"
        );
    }
    // Nothing of the shop's rests for want of room there.
    said.well("disk", "TMPDIR");
    ground.set("DISK_MIN", "1M".to_owned());
    ground.check(&["disk"]).await.well("disk", "STATE_DIR");
}

#[tokio::test]
async fn the_public_address_leads_here_or_elsewhere_or_nowhere() {
    let mut ground = Ground::new().await;
    assert!(
        ground
            .check(&["public"])
            .await
            .line("public", "")
            .starts_with("none ")
    );
    let shop = Shop::open(Vec::new()).await;
    let at = |port: u16| format!("http://127.0.0.1:{port}");
    ground.set("WEBHOOK_PUBLIC_URL", at(shop.door().port));
    let said = ground.check(&["public"]).await;
    said.well("public", "leads to a daemon");
    // Somebody else answers there.
    ground.set("WEBHOOK_PUBLIC_URL", at(ground.emulators.base()));
    let said = ground.check(&["public"]).await;
    assert!(
        said.line("public", "instead of a daemon")
            .starts_with("note ")
    );
    ground.set("WEBHOOK_PUBLIC_URL", NOWHERE);
    let said = ground.check(&["public"]).await;
    let line = said.line("public", "cannot be reached from here");
    assert!(
        line.starts_with("note ") && line.contains("cloudflared"),
        "{line}"
    );
    assert_eq!(said.code, Some(0), "the shop runs all the same");
}

#[tokio::test]
async fn wrong_settings_and_wrong_words_end_it_before_anything_is_asked() {
    let mut ground = Ground::new().await;
    let said = ground.check(&["blockchain"]).await;
    assert_eq!(said.code, Some(2), "{said:#?}");
    assert!(
        said.complaints.contains("possible values: db, redis"),
        "{said:#?}"
    );
    ground.set("HTTP_PORT", "eighty");
    let said = ground.check(&[]).await;
    assert_eq!(said.code, Some(78), "{said:#?}");
    assert!(said.complaints.contains("HTTP_PORT"), "{said:#?}");
}
