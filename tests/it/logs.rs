//! The logs over the wire: that every file grows, that nothing secret and nobody's words are in
//! them at any level, that one name leads from a tap to a delivery, and that a log that cannot be
//! written costs nothing but itself.

mod with_browser;

use std::path::Path;

use serde_json::json;

use crate::operable::elk::understood;
use crate::support::eventually;
use crate::support::shop::Shop;

/// Everything that lies in a folder, as text, by name.
fn files(folder: &Path) -> Vec<(String, String)> {
    let entries = std::fs::read_dir(folder).expect("the folder is there");
    let mut files: Vec<_> = entries
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let bytes = std::fs::read(&path).ok()?;
            let name = path.file_name()?.to_str()?.to_owned();
            Some((name, String::from_utf8_lossy(&bytes).into_owned()))
        })
        .collect();
    files.sort();
    files
}

fn logging(more: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
    let usual = [("LOG_FILES", "true"), ("LOG_DIR", "logs")];
    let all = usual.iter().chain(more);
    all.map(|(name, value)| (*name, (*value).to_owned()))
        .collect()
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_stops_nothing_and_is_told() {
    let shop = Shop::open(logging(&[
        ("LOG_DIR", "journal/logs"),
        ("SHOP_LOOK_EVERY", "100ms"),
    ]));
    // What the daemon prints lies in a file of that name: no folder can be made in it.
    let shop = shop.await;
    let door = shop.door();
    let invoice = door.open(7, "10").await;
    let uuid = invoice["uuid"].as_str().expect("a uuid");
    shop.emulators.pay(uuid, "exact").await;
    eventually("the money is credited", async || {
        match door.balance(7).await? {
            10_000_000 => Ok(()),
            other => Err(other.to_string()),
        }
    })
    .await;
    eventually("the operators are owed the news", async || {
        let page = door.glance("/admin/v1/notices?limit=100").await?;
        let all = page["notices"].as_array().expect("a list");
        let told = |notice: &serde_json::Value| {
            !notice["message"]["operators"]["shop"]["log_lost"].is_null()
        };
        match all.iter().filter(|notice| told(notice)).count() {
            1 => Ok(()),
            other => Err(format!("{other} times: {page}")),
        }
    })
    .await;
    let log = shop.daemon.log();
    assert!(
        log.contains("the log cannot be written to journal/logs/app.log"),
        "{log}"
    );
}

#[tokio::test]
async fn lines_are_time_name_level_message_or_json_and_webhooks_have_a_file() {
    for format in ["text", "json"] {
        let shop = Shop::open(logging(&[("LOG_FORMAT", format)])).await;
        let door = shop.door();
        let invoice = door.open(7, "10").await;
        let uuid = invoice["uuid"].as_str().expect("a uuid");
        shop.emulators.pay(uuid, "exact").await;
        let folder = shop.daemon.folder().join("logs");
        let [app, webhook] = ["app.log", "webhook.log"].map(|name| {
            let path = folder.join(name);
            move || std::fs::read_to_string(&path).unwrap_or_default()
        });
        eventually(
            "the webhook is in its file and in the common one",
            async || {
                let line = "webhook of heleket";
                match (app().contains(line), webhook().contains(line)) {
                    (true, true) => Ok(()),
                    other => Err((other, webhook())),
                }
            },
        )
        .await;
        // Each is what the pipeline of Logstash takes it for.
        let read: Vec<_> = app().lines().map(understood).collect();
        assert!(
            read.iter()
                .all(|line| line.target.starts_with("starkeeper"))
        );
        assert!(read.iter().all(|line| !line.message.is_empty()));
        assert!(read.iter().any(|line| line.level == "INFO"));
        let traced = read.iter().filter(|line| line.trace.is_some());
        assert!(traced.count() > 0, "{format}: {}", app());
        for line in app().lines().chain(webhook().lines()) {
            match format {
                "json" => assert!(line.starts_with('{') && line.ends_with('}'), "{line}"),
                _ => {
                    let mut parts = line.split(" - ");
                    let time = parts.next().expect("a time");
                    assert!(time.len() == 24 && time.ends_with('Z'), "{line}");
                    assert!(
                        parts.next().expect("a name").starts_with("starkeeper"),
                        "{line}"
                    );
                    let level = parts.next().expect("a level");
                    assert!(["ERROR", "WARN", "INFO"].contains(&level), "{line}");
                    assert!(
                        parts.next().is_some_and(|message| !message.is_empty()),
                        "{line}"
                    );
                }
            }
        }
        // Nothing else is in the file of the webhooks.
        assert!(!webhook().contains("starkeeper::daemon"), "{}", webhook());
        assert!(app().contains("starkeeper::daemon"));
        let names: Vec<_> = files(&folder).into_iter().map(|(name, _)| name).collect();
        assert_eq!(
            names,
            ["app.log", "fragment.log", "webhook.log"],
            "{}",
            json!(names)
        );
    }
}
