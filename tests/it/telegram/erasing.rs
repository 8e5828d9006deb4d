//! Whoever wants to be forgotten is: nothing in the database leads to them any more (rule 23).

use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};
use diesel::sqlite::SqliteConnection;

use super::*;

/// Nobody else's number, names or parts of them.
const ZELDA: i64 = 7_300_123;
const USERNAME: &str = "zelda_quux";
const NAME: &str = "Zeldaquux";

#[tokio::test]
async fn embedded_books_forget_a_person_who_wants_it() {
    let shop = open(By::Polling, Vec::new()).await;
    let file = shop.daemon.folder().join("starkeeper.db");
    let file = match file.exists() {
        true => file,
        false => database_below(shop.daemon.folder()),
    };
    forgets(&shop, || everything(&file)).await;
}

/// The daemon's database, wherever its state lies.
fn database_below(folder: &std::path::Path) -> std::path::PathBuf {
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "db") {
                return path;
            }
        }
    }
    panic!("no database below {}", folder.display());
}

#[derive(diesel::QueryableByName)]
struct Line {
    #[diesel(sql_type = Nullable<Text>)]
    line: Option<String>,
}

/// Every row of every table, as text.
fn everything(file: &std::path::Path) -> String {
    let path = file.to_str().expect("a path");
    let mut link = SqliteConnection::establish(path).expect("it opens");
    let mut lines = |sql: &str| {
        let found: Vec<Line> = diesel::sql_query(sql).load(&mut link).expect("it reads");
        let found = found.into_iter().filter_map(|line| line.line);
        found.collect::<Vec<_>>()
    };
    let tables = lines(
        "SELECT name AS line FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'",
    );
    assert!(tables.len() >= 17, "{tables:?}");
    let mut all = String::new();
    for table in tables {
        let columns = format!("SELECT name AS line FROM pragma_table_info('{table}')");
        let columns = lines(&columns).join(", ");
        let rows = lines(&format!(
            "SELECT json_array({columns}) AS line FROM {table}"
        ));
        all.push_str(&rows.join("\n"));
        all.push('\n');
    }
    all
}

/// A person comes, asks for an invoice, and is forgotten once nobody can pay it any more. What the
/// database holds is looked at before and after.
pub(super) async fn forgets(shop: &Shop, everything: impl Fn() -> String) {
    let zelda = Phone::of(&shop.emulators, ZELDA, Some(USERNAME), "en").await;
    zelda.set(json!({"first_name": NAME})).await;
    zelda.say("/start").await;
    zelda
        .sees("a greeting by name", |message| text(message).contains(NAME))
        .await;
    zelda.say("/topup 10").await;
    let choice = zelda.sees_button("1:pay_invoice").await;
    zelda.tap(&button(&choice, "1:pay_invoice").unwrap()).await;
    let invoice = zelda.sees_button("1:cancel").await;
    let invoices = shop.emulators.invoices().await;
    let uuid = invoices[0]["uuid"].as_str().expect("a uuid").to_owned();
    // Even a cancelled one may still be paid: it keeps the person.
    zelda.tap(&button(&invoice, "1:cancel").unwrap()).await;
    zelda.say("/erase").await;
    let kept = zelda.sees("what keeps her", |message| {
        text(message).contains("can still be paid")
    });
    assert_eq!(button(&kept.await, "1:erase_now"), None);
    assert!(everything().contains(&ZELDA.to_string()), "she is found");
    shop.emulators.act(&uuid, "expire", json!({})).await;
    let screens = async || {
        let heard = zelda.heard().await;
        let lists = heard.into_iter();
        let lists = lists.filter(|message| text(message).starts_with("Erase my data"));
        lists.collect::<Vec<_>>()
    };
    let confirm = eventually("nothing is open any more", async || {
        // Each is answered before the next: a late one would meet the person who comes back.
        let before = screens().await.len();
        zelda.say("/erase").await;
        let now = eventually("an answer", async || match screens().await {
            now if now.len() > before => Ok(now),
            now => Err(now),
        })
        .await;
        let newest = now.last();
        let newest = newest.and_then(|message| button(message, "1:erase_now"));
        newest.ok_or(now)
    })
    .await;
    zelda.tap(&confirm).await;
    let farewell = zelda.sees("a farewell", |message| text(message).starts_with("Done,"));
    let farewell = farewell.await["message_id"].as_i64();
    let left = everything();
    for trace in [&ZELDA.to_string(), USERNAME, NAME] {
        let place = left.lines().find(|line| line.contains(trace));
        assert_eq!(place, None, "{trace} is left");
    }
    let log = shop.daemon.log();
    for trace in [&ZELDA.to_string(), USERNAME, NAME] {
        assert!(!log.contains(trace), "{trace} is in the log");
    }
    // And comes back as somebody whom the shop has never met.
    zelda.say("/start").await;
    zelda
        .sees("a menu without money", |message| {
            message["message_id"].as_i64() > farewell
                && message["buttons"].to_string().contains("$0.00")
        })
        .await;
    assert_eq!(shop.door().balance(ZELDA).await, Ok(0));
}
