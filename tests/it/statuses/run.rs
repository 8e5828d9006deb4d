//! Tells the stories, and looks whether each came to what it says.

use futures_util::future::join_all;
use serde_json::Value;

use super::case::{Case, Told, status_of};
use super::stories::{Story, Worth};
use crate::support::due::due;
use crate::support::shop::{Setting, Shop, micros, sum_of};

/// Runs the stories one after the other in one shop, each with a person of its own.
pub async fn run(stories: Vec<Story>, told: Told, mut settings: Vec<Setting>) {
    let shop = match told {
        Told::ByWebhook => Shop::open_untold(settings).await,
        Told::ByPolling => {
            settings.push(("WEBHOOK_PUBLIC_URL", String::new()));
            Shop::open(settings).await
        }
    };
    let everything = serde_json::json!({"push_everything": told == Told::ByWebhook});
    shop.emulators.order("heleket", everything).await;
    let (alone, together): (Vec<Story>, Vec<Story>) = stories
        .into_iter()
        .filter(|story| told == Told::ByWebhook || story.polls)
        .partition(Story::is_told_alone);
    let mut people = 101..;
    let tellings = together.iter().zip(&mut people);
    let mut ends = join_all(tellings.map(|(story, person)| tell(&shop, person, story))).await;
    for (story, person) in alone.iter().zip(people) {
        ends.push(tell(&shop, person, story).await);
        shop.emulators.calm().await;
    }
    let wrong: Vec<String> = ends.iter().flat_map(|end| end.wrong.clone()).collect();
    let owned: i64 = ends.iter().map(|end| end.owned).sum();
    let withheld: i64 = ends.iter().map(|end| end.withheld).sum();
    assert!(wrong.is_empty(), "{told:?}:\n{}", wrong.join("\n"));
    let books = shop.door().look("/admin/v1/books").await;
    assert_eq!(books["balanced"], true, "{books}");
    assert_eq!(sum_of(&books, "customers"), owned, "{books}");
    assert_eq!(sum_of(&books, "suspense"), withheld, "{books}");
}

/// The longest that the gateway lets any invoice live, in seconds.
const LONGEST: u32 = 43_200;

async fn longest_lifetime(shop: &Shop, seconds: u32) {
    let longest = serde_json::json!({ "longest_lifetime_s": seconds });
    shop.emulators.order("heleket", longest).await;
}

/// What a story came to, in micro-USD.
struct End {
    wrong: Vec<String>,
    owned: i64,
    withheld: i64,
}

/// Takes every step of a story, one after the other, and looks at its end.
async fn tell(shop: &Shop, person: i64, story: &Story) -> End {
    if let Some(lasts) = story.lasts {
        longest_lifetime(shop, lasts).await;
    }
    let case = Case::open(shop, person).await;
    if story.lasts.is_some() {
        longest_lifetime(shop, LONGEST).await;
    }
    for step in story.steps {
        case.take(*step).await;
    }
    let paid = shop.emulators.invoice(case.uuid()).await;
    let wrong = check(&case, story, &paid).await;
    let user = shop.door().look(&format!("/admin/v1/users/{person}")).await;
    let withheld = match story.worth {
        Worth::AsPaid => due(&paid).withheld,
        Worth::Nothing | Worth::Face | Worth::Cents(_) => 0,
    };
    End {
        wrong,
        owned: micros(&user["balance"]),
        withheld,
    }
}

/// The kind of a piece of news; of a credit also why it became what it became.
fn what_was_told(notice: &Value) -> String {
    let kind = notice["about"].as_str().expect("a kind");
    match notice["message"]["customer"]["credited"]["reason"].as_str() {
        Some(reason) => format!("{kind} {reason}"),
        None => kind.to_owned(),
    }
}

/// What is not as the story says.
async fn check(case: &Case<'_>, story: &Story, paid: &Value) -> Vec<String> {
    let door = case.shop.door();
    let invoice = case.shown().await;
    let user = door.look(&format!("/admin/v1/users/{}", case.person)).await;
    let told: Vec<String> = door
        .told(case.person)
        .await
        .iter()
        .map(what_was_told)
        .collect();
    let number = case.opened["invoice"].as_str().expect("a number");
    let mut operators = door.operators_about(number).await;
    operators.retain(|what| story.perhaps != Some(what.as_str()));
    let worth = match story.worth {
        Worth::Nothing => 0,
        Worth::Face => 10_000_000,
        Worth::AsPaid => due(paid).credited,
        Worth::Cents(cents) => cents * 10_000,
    };
    let mut wrong = Vec::new();
    let mut expect = |what: &str, got: String, wanted: String| {
        if got != wanted {
            let name = story.name;
            wrong.push(format!("{name}: {what} is {got}, expected {wanted}"));
        }
    };
    expect("the status", status_of(&invoice), story.status.to_owned());
    expect("the state", invoice["state"].to_string(), "\"open\"".into());
    let balance = micros(&user["balance"]).to_string();
    expect("the balance", balance, worth.to_string());
    let held = micros(&user["held"]).to_string();
    expect("what is held", held, (story.held * 10_000).to_string());
    let payable = ["check", "process", "confirm_check", "wrong_amount_waiting"];
    let is_open = payable.contains(&story.status) || story.status == "brand_new_status";
    let listed = user["open_invoices"].as_array().expect("a list").len();
    expect(
        "open invoices",
        listed.to_string(),
        usize::from(is_open).to_string(),
    );
    expect("the debt", micros(&user["debt"]).to_string(), "0".into());
    expect(
        "frozen",
        user["frozen"].to_string(),
        story.frozen.to_string(),
    );
    let wanted: Vec<String> = story
        .customer
        .iter()
        .map(|about| (*about).to_owned())
        .collect();
    expect(
        "what the customer heard",
        format!("{told:?}"),
        format!("{wanted:?}"),
    );
    let as_wanted = operators.len() == story.operators.len()
        && operators
            .iter()
            .zip(story.operators)
            .all(|(got, wanted)| got.contains(wanted));
    if !as_wanted {
        let (name, wanted) = (story.name, story.operators);
        wrong.push(format!(
            "{name}: the operators heard {operators:?}, expected {wanted:?}"
        ));
    }
    wrong
}
