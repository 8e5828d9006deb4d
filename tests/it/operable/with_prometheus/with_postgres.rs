//! A whole shop: PostgreSQL, Redis, a chat, a till, browsers, a backup, an order that arrives.

mod with_redis;

use std::collections::BTreeSet;

use serde_json::json;
use starkeeper::metrics::table;

use super::{Prometheus, answering};
use crate::goods::shop::selling;
use crate::operable::alerts::{RULES, alerts};
use crate::operable::dashboards::{OURS, dashboard, panels};
use crate::operable::live::{Reader, shown};
use crate::operable::page;
use crate::support::emulators::Emulators;
use crate::support::phone::Phone;
use crate::support::services::given;
use crate::support::shop::{Setting, Shop, TOKEN, at_gateway, books_at};
use crate::support::{Database, eventually, ports};

const ANYA: i64 = 7;

/// Everything a shop can have.
async fn whole(database: &Database) -> Shop {
    let base = ports::block();
    let emulators = Emulators::start_with(base, 1, "100");
    let mut settings = at_gateway(&emulators);
    settings.extend(selling(&emulators, base).await);
    settings.extend(books_at(&database.url()));
    let more: [Setting; 8] = [
        ("REDIS_URL", given("STARKEEPER_TEST_REDIS")),
        (
            "TELEGRAM_TOKEN",
            "4242:AAE-token-of-the-integration-tests".into(),
        ),
        ("TELEGRAM_API_URL", emulators.telegram()),
        ("WEBHOOK_SECRET", "secret-of-the-integration-tests".into()),
        ("WEBHOOK_ENABLED", "true".into()),
        ("METRICS_EVERY", "500ms".into()),
        ("BACKUP_DIR", "backups".into()),
        ("LOG_LEVEL", "info".into()),
    ];
    settings.extend(more);
    Shop::beside(emulators, base, settings).await
}

/// One customer tops up in the chat and buys from the balance.
async fn sells(shop: &Shop) {
    let anya = Phone::of(&shop.emulators, ANYA, Some("anya_k"), "en").await;
    anya.say("/start").await;
    let door = shop.door();
    let invoice = door.open(ANYA, "5").await;
    shop.emulators
        .pay(invoice["uuid"].as_str().expect("a uuid"), "exact")
        .await;
    // Asked before, it would be refused for good under its key.
    eventually("it is on the balance", async || {
        match door.balance(ANYA).await? {
            0 => Err("nothing yet".to_owned()),
            _ => Ok(()),
        }
    })
    .await;
    let body = json!({"product": "stars", "quantity": 50, "recipient": "masha", "pay": "balance"});
    let path = format!("/admin/v1/users/{ANYA}/orders");
    let placed =
        crate::support::wait::eventually_within("an order is taken", super::SCRAPED, async || {
            match door
                .ask(reqwest::Method::POST, &path, Some(&body), Some("one"))
                .await?
            {
                (201, order) => Ok(order),
                (status, why) => Err(format!("{status} {why}")),
            }
        })
        .await;
    let order = format!(
        "/admin/v1/orders/{}",
        placed["order"].as_str().expect("a name")
    );
    crate::support::wait::eventually_within("it is delivered", super::SCRAPED, async || match door
        .glance(&order)
        .await?
    {
        shown if shown["state"] == "delivered" => Ok(()),
        shown => Err(shown.to_string()),
    })
    .await;
}

/// An operator stops sales and lets them go on; both are read as they happen.
async fn pauses(shop: &Shop, reader: &mut Reader) {
    for (path, stops) in [("pause", 1), ("resume", 0)] {
        let body = json!({"reason": "a look"});
        let path = format!("/admin/v1/sales/{path}");
        let asked = shop
            .door()
            .ask(reqwest::Method::POST, &path, Some(&body), None)
            .await;
        assert_eq!(asked.expect("an answer").0, 200, "{path}");
        let line = reader
            .until("a change of sales", |line| {
                let shown = line["stops"].as_array().map(Vec::len);
                line["event"] == "sales" && shown == Some(stops)
            })
            .await;
        assert!(
            stops == 0 || line["stops"][0]["code"] == "operator",
            "{line}"
        );
    }
}

#[tokio::test]
async fn every_metric_panel_and_alert_is_there_when_a_whole_shop_is_scraped() {
    let database = Database::migrated();
    let shop = whole(&database).await;
    let prometheus = Prometheus::scraping(shop.door().port);
    let listening = Reader::at(shop.door().port, &shown(TOKEN)).await;
    let (mut reader, _) = listening.expect("it is let in");
    let is_delivery =
        |line: &serde_json::Value| line["event"] == "order" && line["state"] == "delivered";
    let ((), delivery) = tokio::join!(sells(&shop), reader.until("a delivery", is_delivery));
    assert_eq!(delivery["finished"], true, "{delivery}");
    let product = delivery["product"].as_str().expect("a product");
    assert!(product.starts_with("50 "), "{delivery}");
    assert!(!delivery.to_string().contains("masha"), "{delivery}");
    pauses(&shop, &mut reader).await;
    // The table is the page, both ways.
    let all: BTreeSet<String> = table::rows().map(|row| row.name.to_owned()).collect();
    eventually("every metric of the table is shown", async || {
        let shown = page::assert_in_the_table(&page::of(shop.door().port).await);
        let missing: Vec<&String> = all.difference(&shown).collect();
        match missing.as_slice() {
            [] => Ok(()),
            missing => Err(format!("{missing:?}")),
        }
    })
    .await;
    for name in OURS {
        for (title, exprs) in panels(&dashboard(name)) {
            for expr in exprs {
                prometheus
                    .finds_some(&format!("{name}: {title} shows something"), &expr)
                    .await;
            }
        }
    }
    for (name, expr) in alerts(RULES[0]) {
        let what = format!("{name} has something to judge");
        prometheus.finds_some(&what, &answering(&expr)).await;
    }
    // And it has judged: what is well fires nothing that is critical.
    let rules = prometheus.asked("rules", &[]).await.expect("rules");
    let groups = rules["groups"].as_array().expect("groups").iter();
    let rules: Vec<_> = groups
        .flat_map(|group| group["rules"].as_array().expect("rules"))
        .collect();
    assert_eq!(rules.len(), alerts(RULES[0]).len());
    for rule in rules {
        assert_eq!(rule["health"], "ok", "{rule}");
        let fires = rule["state"] == "firing" && rule["labels"]["severity"] == "critical";
        assert!(!fires, "{rule}");
    }
}
