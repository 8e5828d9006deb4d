//! The stories, each with its end.

use futures_util::future::join_all;
use serde_json::Value;

use super::case::Step::{
    Again, CatchUp, Delivered, Expire, Has, Lag, Lock, Pay, PayRest, PayUpTo, Say, Seen, Test,
    Unlock, Webhook,
};
use super::case::{Case, Step, Told, status_of};
use crate::support::due::due;
use crate::support::shop::{Setting, Shop, micros, sum_of};

/// What is on the balance at the end.
#[derive(Debug, Clone, Copy)]
pub enum Worth {
    /// Nothing.
    Nothing,
    /// The face of the invoice, 10 USD.
    Face,
    /// What the payment is worth by what the gateway says was paid.
    AsPaid,
}

/// What happens to one invoice over 10 USD, and what it comes to.
#[derive(Debug)]
pub struct Story {
    pub name: &'static str,
    /// Whether it can be told without webhooks.
    pub polls: bool,
    pub steps: &'static [Step],
    /// The status as the daemon knows it at last.
    pub status: &'static str,
    pub worth: Worth,
    /// Set aside, in cents.
    pub held: i64,
    /// The customer may not buy.
    pub frozen: bool,
    /// What the customer was told, in this order.
    pub customer: &'static [&'static str],
    /// What the operators were told, in this order: how it begins or what is in it.
    pub operators: &'static [&'static str],
    /// What the operators may hear or not, as fast as the daemon looks.
    pub perhaps: Option<&'static str>,
}

impl Story {
    /// Whether the gateway answers look-ups about every invoice late meanwhile.
    fn slows_all_look_ups(&self) -> bool {
        let slows = |step: &Step| matches!(step, Lag(_) | CatchUp);
        self.steps.iter().any(slows)
    }
}

/// A story in which nothing is credited or told.
const QUIET: Story = Story {
    name: "",
    polls: true,
    steps: &[],
    status: "check",
    worth: Worth::Nothing,
    held: 0,
    frozen: false,
    customer: &[],
    operators: &[],
    perhaps: None,
};

/// A story that ends with one credit.
const CREDITED: Story = Story {
    status: "paid",
    worth: Worth::Face,
    customer: &["credited exact"],
    ..QUIET
};

/// Every story.
pub fn stories() -> Vec<Story> {
    let mut all = quiet();
    all.extend(credited());
    all.extend(credited_in_the_end());
    all.extend(troubled());
    all.extend(sent_back());
    all
}

fn quiet() -> Vec<Story> {
    let waits = |name, status, steps| Story {
        name,
        status,
        steps,
        ..QUIET
    };
    vec![
        waits("check", "check", &[Has(0)]),
        waits("process", "process", &[Say("process"), Seen("process")]),
        waits(
            "confirm_check",
            "confirm_check",
            &[Say("confirm_check"), Seen("confirm_check")],
        ),
        waits(
            "wrong_amount_waiting",
            "wrong_amount_waiting",
            &[Pay("4"), Seen("wrong_amount_waiting")],
        ),
        waits("cancel", "cancel", &[Expire, Seen("cancel")]),
        Story {
            operators: &["payment ended with Fail"],
            ..waits("fail", "fail", &[Say("fail"), Seen("fail")])
        },
        Story {
            operators: &["payment ended with SystemFail"],
            ..waits(
                "system_fail",
                "system_fail",
                &[Say("system_fail"), Seen("system_fail")],
            )
        },
        Story {
            operators: &["unknown status \"brand_new_status\""],
            ..waits(
                "a status nobody has documented",
                "brand_new_status",
                &[Say("brand_new_status"), Seen("brand_new_status")],
            )
        },
        Story {
            polls: false,
            ..waits(
                "a test webhook",
                "check",
                &[Test("paid"), Delivered, Webhook("paid_over")],
            )
        },
    ]
}

fn credited() -> Vec<Story> {
    vec![
        Story {
            name: "paid",
            steps: &[PayRest, Seen("paid")],
            ..CREDITED
        },
        Story {
            name: "paid within the accuracy",
            steps: &[
                Pay("5"),
                Seen("wrong_amount_waiting"),
                PayUpTo(994),
                Seen("paid"),
            ],
            customer: &["credited within_accuracy"],
            ..CREDITED
        },
        Story {
            name: "paid_over",
            steps: &[Pay("12.5"), Seen("paid_over")],
            status: "paid_over",
            worth: Worth::AsPaid,
            customer: &["credited more"],
            ..CREDITED
        },
        Story {
            name: "paid_over by more than the cap",
            steps: &[Pay("150"), Seen("paid_over")],
            status: "paid_over",
            worth: Worth::AsPaid,
            customer: &["credited more"],
            operators: &["went to suspense"],
            ..CREDITED
        },
        Story {
            name: "wrong_amount",
            steps: &[
                Pay("4"),
                Seen("wrong_amount_waiting"),
                Has(0),
                Expire,
                Seen("wrong_amount"),
            ],
            status: "wrong_amount",
            worth: Worth::AsPaid,
            customer: &["credited less"],
            ..CREDITED
        },
        Story {
            name: "wrong_amount, then paid",
            steps: &[
                Pay("4"),
                Expire,
                Seen("wrong_amount"),
                PayRest,
                Seen("paid"),
            ],
            customer: &["credited less", "credited exact"],
            perhaps: Some("ConfirmCheck after a credit, nothing taken"),
            ..CREDITED
        },
    ]
}

fn credited_in_the_end() -> Vec<Story> {
    vec![
        Story {
            name: "paid late, after cancel",
            // Late by the gateway's clock; by ours the invoice is still young.
            steps: &[Expire, Seen("cancel"), PayRest, Seen("paid")],
            ..CREDITED
        },
        Story {
            name: "failed, then paid",
            steps: &[Say("fail"), Seen("fail"), PayRest, Seen("paid")],
            operators: &["payment ended with Fail"],
            ..CREDITED
        },
        Story {
            name: "paid, locked, paid",
            steps: &[
                PayRest,
                Seen("paid"),
                Lock,
                Seen("locked"),
                Has(0),
                Unlock,
                Seen("paid"),
            ],
            customer: &["credited exact", "locked", "unlocked"],
            operators: &["locked for an AML check, lock 1"],
            ..CREDITED
        },
        Story {
            name: "a webhook says paid while the gateway still says confirm_check",
            polls: false,
            steps: &[
                Say("confirm_check"),
                Seen("confirm_check"),
                Webhook("paid"),
                Has(0),
                PayRest,
                Seen("paid"),
            ],
            ..CREDITED
        },
        Story {
            name: "the gateway's answers lag behind its webhooks",
            polls: false,
            steps: &[
                Lag(50),
                PayRest,
                Delivered,
                Has(0),
                CatchUp,
                Again,
                Seen("paid"),
            ],
            ..CREDITED
        },
    ]
}

fn troubled() -> Vec<Story> {
    vec![
        Story {
            name: "locked before anything was credited",
            steps: &[Say("locked"), Seen("locked")],
            status: "locked",
            frozen: true,
            customer: &["locked"],
            operators: &["locked for an AML check, lock 1"],
            ..QUIET
        },
        Story {
            name: "locked after paid",
            steps: &[PayRest, Seen("paid"), Lock, Seen("locked")],
            status: "locked",
            held: 1_000,
            frozen: true,
            customer: &["credited exact", "locked"],
            operators: &["locked for an AML check, lock 1"],
            ..QUIET
        },
        Story {
            name: "refund_process that nobody here asked for",
            steps: &[
                PayRest,
                Seen("paid"),
                Say("refund_process"),
                Seen("refund_process"),
            ],
            status: "refund_process",
            held: 1_000,
            frozen: true,
            customer: &["credited exact"],
            operators: &["a refund runs that was not ordered here"],
            ..QUIET
        },
        Story {
            name: "back to check after a credit",
            steps: &[PayRest, Seen("paid"), Say("check"), Seen("check")],
            status: "check",
            worth: Worth::Face,
            customer: &["credited exact"],
            operators: &["Check after a credit, nothing taken"],
            ..QUIET
        },
    ]
}

fn sent_back() -> Vec<Story> {
    vec![
        Story {
            name: "refund_paid",
            steps: &[
                PayRest,
                Seen("paid"),
                Say("refund_paid"),
                Seen("refund_paid"),
            ],
            status: "refund_paid",
            customer: &["credited exact", "paid_back"],
            ..QUIET
        },
        Story {
            name: "refund_process, then refund_paid",
            steps: &[
                PayRest,
                Seen("paid"),
                Say("refund_process"),
                Seen("refund_process"),
                Say("refund_paid"),
                Seen("refund_paid"),
            ],
            status: "refund_paid",
            customer: &["credited exact", "paid_back"],
            operators: &["a refund runs that was not ordered here"],
            ..QUIET
        },
        Story {
            name: "refund_process, then refund_fail",
            steps: &[
                PayRest,
                Seen("paid"),
                Say("refund_process"),
                Seen("refund_process"),
                Say("refund_fail"),
                Seen("refund_fail"),
            ],
            status: "refund_fail",
            worth: Worth::Face,
            customer: &["credited exact"],
            operators: &["a refund runs that was not ordered here", "refund failed"],
            ..QUIET
        },
        Story {
            name: "refund_paid without a credit",
            steps: &[Say("refund_paid"), Seen("refund_paid")],
            status: "refund_paid",
            operators: &["payment sent back that was never credited"],
            ..QUIET
        },
        Story {
            name: "a slow paid after refund_paid",
            polls: false,
            steps: &[
                PayRest,
                Seen("paid"),
                Say("refund_paid"),
                Seen("refund_paid"),
                Delivered,
                Lag(1),
                Webhook("paid"),
                Seen("paid"),
            ],
            status: "paid",
            customer: &["credited exact", "paid_back"],
            operators: &["Paid after the payment was sent back, not credited"],
            ..QUIET
        },
    ]
}

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
        .partition(Story::slows_all_look_ups);
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

/// What a story came to, in micro-USD.
struct End {
    wrong: Vec<String>,
    owned: i64,
    withheld: i64,
}

/// Takes every step of a story, one after the other, and looks at its end.
async fn tell(shop: &Shop, person: i64, story: &Story) -> End {
    let case = Case::open(shop, person).await;
    for step in story.steps {
        case.take(*step).await;
    }
    let paid = shop.emulators.invoice(case.uuid()).await;
    let wrong = check(&case, story, &paid).await;
    let user = shop.door().look(&format!("/admin/v1/users/{person}")).await;
    let withheld = match story.worth {
        Worth::AsPaid => due(&paid).withheld,
        Worth::Nothing | Worth::Face => 0,
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
