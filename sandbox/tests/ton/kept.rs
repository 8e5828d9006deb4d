//! A world that is written down goes on as if nothing had been: in a history with something of
//! everything, which goes through a file after every step, nobody who calls can tell.

mod history;
mod told;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use starkeeper_sandbox::{Place, Sandbox, Settings, Unusable};

use self::history::{GONE, History, Memory, unlimited};
use self::told::Told;
use crate::ground::{Ground, settings};
use crate::wallet::{Version, Wallet};

/// A folder that ends with its test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let name = format!("starkeeper-sandbox-{name}-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir(&folder).unwrap();
        Self(folder)
    }

    fn place(&self) -> Place {
        Place::at(&self.0.join("world"))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).unwrap();
    }
}

fn same(before: &Told, after: &Told, when: &str) {
    for (question, answer) in before {
        assert_eq!(Some(answer), after.get(question), "{when}: {question}");
    }
    assert_eq!(before.len(), after.len(), "{when}");
}

#[actix_web::test]
async fn nobody_can_tell_that_a_world_went_through_a_file() {
    let folder = Folder::new("history");
    let mut whole = History::begin();
    let mut cut = History::begin();
    for number in 0..History::STEPS {
        let when = format!("after step {number}");
        whole.step(number).await;
        cut.step(number).await;
        // Asking changes the world a little: who has a name is drawn when somebody asks for it.
        let before = whole.told().await;
        same(&before, &cut.told().await, &when);
        cut = cut.go_on(&folder.place()).await;
        same(&whole.told().await, &cut.told().await, &when);
    }
    let told = whole.told().await;
    for (question, expected) in [
        ("control stars/masha_k", "\"stars\":50"),
        ("control stars/olga_k", "\"stars\":50"),
        ("control chain", "\"seqno\":1"),
        ("control webhooks", "given_up"),
    ] {
        let answer = &told[question];
        assert!(answer.contains(expected), "{question}: {answer}");
    }
}

#[actix_web::test]
async fn a_run_that_did_not_end_leaves_nothing_to_begin_from() {
    let folder = Folder::new("killed");
    let place = folder.place();
    assert!(place.read().unwrap().is_none(), "nobody has been here");
    place.take().unwrap();
    assert!(matches!(place.read(), Err(Unusable::NotEnded)));
    let sandbox = Sandbox::start(settings()).unwrap();
    sandbox.close().await.write(&place, None).await.unwrap();
    assert!(place.read().unwrap().is_some(), "it has ended");
    place.take().unwrap();
    assert!(matches!(place.read(), Err(Unusable::NotEnded)), "killed");
    let aside = place.set_aside().unwrap();
    assert!(aside.exists());
    assert!(place.read().unwrap().is_none(), "anew");
}

#[actix_web::test]
async fn a_file_that_is_damaged_or_of_another_version_is_refused() {
    let folder = Folder::new("damaged");
    let (place, path) = (folder.place(), folder.0.join("world"));
    let sandbox = Sandbox::start(settings()).unwrap();
    sandbox.close().await.write(&place, None).await.unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    for (damaged, expected) in [
        (
            text.replace(" 1 ", " 2 "),
            "another version of this program (format 2, here 1)",
        ),
        (
            text.replace("\"seed\":7", "\"seed\":8"),
            "its sum is not that of its text",
        ),
        (
            text[..text.len() / 2].to_owned(),
            "its sum is not that of its text",
        ),
        ("{}".to_owned(), "no first line"),
        ("anything\n{}".to_owned(), "it is no world"),
    ] {
        std::fs::write(&path, damaged).unwrap();
        let why = place.read().unwrap_err().to_string();
        assert!(why.contains(expected), "{why}");
    }
}

/// Changes what a file says, in its own form.
fn rewrite(path: &Path, change: impl FnOnce(&mut Value)) {
    let text = std::fs::read_to_string(path).unwrap();
    let (first, body) = text.split_once('\n').unwrap();
    let mut body: Value = serde_json::from_str(body).unwrap();
    change(&mut body);
    let body = body.to_string();
    let sum = ring::digest::digest(&ring::digest::SHA256, body.as_bytes());
    let sum: String = sum
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let (name, _) = first.rsplit_once(' ').unwrap();
    std::fs::write(path, format!("{name} {sum}\n{body}")).unwrap();
}

/// A change of what a file says.
type Change = fn(&mut Value);

#[actix_web::test]
async fn a_file_that_contradicts_itself_is_refused_with_the_contradiction() {
    let folder = Folder::new("torn");
    let (place, path) = (folder.place(), folder.0.join("world"));
    let mut history = History::begin();
    for number in 0..=11 {
        history.step(number).await;
    }
    let closed = history.ground.sandbox.close().await;
    closed.write(&place, None).await.unwrap();
    let whole = std::fs::read(&path).unwrap();
    let cases: [(Change, &str); 10] = [
        (
            |world| {
                world["heleket"]["invoices"][1]["uuid"] =
                    world["heleket"]["invoices"][0]["uuid"].clone();
            },
            "two invoices are ",
        ),
        (
            |world| world["timers"][1] = json!([]),
            "waits and is never due",
        ),
        (|world| world["timers"][0] = json!(0), "was never put in"),
        (
            |world| world["prices"]["USDT"] = Value::Null,
            "invalid type: null",
        ),
        (
            |world| drop(world["prices"].as_object_mut().unwrap().remove("USDT")),
            "there are 14 prices and not 15",
        ),
        (
            |world| world["settled"] = json!([]),
            "is paid by money that never came",
        ),
        (
            |world| {
                world["ton"]["records"][0]["after"] = world["ton"]["records"][0]["before"].clone();
            },
            "is not what it is said to be",
        ),
        (
            |world| world["ton"]["records"] = json!([]),
            "that no transaction sent",
        ),
        (
            |world| world["fragment"]["people"]["persons"][0]["stars"] = json!(51),
            "owns what was never delivered",
        ),
        (
            |world| world["telegram"]["bots"][0]["next_message"] = json!(0),
            "has another's number",
        ),
    ];
    for (change, expected) in cases {
        rewrite(&path, change);
        let why = place.read().map(drop).expect_err(expected).to_string();
        assert!(why.contains(expected), "{expected}: {why}");
        std::fs::write(&path, &whole).unwrap();
    }
    assert!(place.read().unwrap().is_some());
}

#[actix_web::test]
async fn time_goes_on_while_nobody_is_there_and_things_happen_at_their_own_time() {
    let folder = Folder::new("missed");
    let (place, path) = (folder.place(), folder.0.join("world"));
    let running = || Settings {
        held_at: None,
        ..unlimited()
    };
    let history = |ground| History {
        ground,
        wallet: Wallet::of_vectors(Version::V5),
        memory: Memory::default(),
    };
    let before = history(Ground::with(running()));
    let wish = json!({"amount": "10", "currency": "USD", "order_id": "one", "to_currency": "USDT",
        "network": "tron", "lifetime": 300, "url_callback": GONE});
    before.gateway("payment", &wish).await;
    let client = before.ground.client.clone();
    let closed = before.ground.sandbox.close().await;
    closed.write(&place, None).await.unwrap();
    // An hour ago, as far as the file knows.
    let hour_ms = 3_600_000;
    rewrite(&path, |world| {
        let then = world["clock"]["machine"].as_i64().unwrap() - hour_ms;
        world["clock"]["machine"] = json!(then);
    });
    let sandbox = Sandbox::go_on(running(), place.read().unwrap().unwrap())
        .await
        .unwrap();
    let after = history(Ground { sandbox, client });
    let info = after
        .gateway("payment/info", &json!({"order_id": "one"}))
        .await;
    assert_eq!(info["status"], "cancel");
    let webhooks = after.ground.control_get("webhooks").await;
    // At once, then after 10, 30, 70 … seconds: as often as fits into the rest of that hour.
    assert_eq!(webhooks[0]["attempts"], 9, "{webhooks}");
}
