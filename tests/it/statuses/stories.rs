//! The stories, each with its end.

use super::case::Step;
use super::case::Step::{
    Again, CatchUp, Delivered, Expire, Has, Lag, Lock, Pay, PayRest, PayUpTo, Price, Say, Seen,
    Test, Unlock, Webhook,
};

/// What is on the balance at the end.
#[derive(Debug, Clone, Copy)]
pub enum Worth {
    /// Nothing.
    Nothing,
    /// The face of the invoice, 10 USD.
    Face,
    /// What the payment is worth by what the gateway says was paid.
    AsPaid,
    /// So many cents.
    Cents(i64),
}

/// What happens to one invoice over 10 USD, and what it comes to.
#[derive(Debug)]
pub struct Story {
    pub name: &'static str,
    /// Whether it can be told without webhooks.
    pub polls: bool,
    /// How long the gateway lets the invoice live, in seconds; none: as long as it is asked to.
    pub lasts: Option<u32>,
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
    /// Whether the gateway is another to every invoice meanwhile.
    pub fn is_told_alone(&self) -> bool {
        let for_all = |step: &Step| matches!(step, Lag(_) | CatchUp | Price(_));
        self.lasts.is_some() || self.steps.iter().any(for_all)
    }
}

/// A story in which nothing is credited or told.
const QUIET: Story = Story {
    name: "",
    polls: true,
    lasts: None,
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
    all.extend(credited_late());
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

fn credited_late() -> Vec<Story> {
    vec![
        Story {
            name: "paid late, after cancel",
            // Late by the gateway's clock; by ours the invoice is still young.
            steps: &[Expire, Seen("cancel"), PayRest, Seen("paid")],
            ..CREDITED
        },
        Story {
            name: "paid after its end, when a coin has lost a tenth",
            // Worth the quote at most, and no more than the coins are when they come.
            lasts: Some(1),
            steps: &[
                Seen("cancel"),
                Pay("4"),
                Seen("wrong_amount"),
                Price("0.9"),
                PayRest,
                Seen("paid"),
                Price("1"),
            ],
            worth: Worth::Cents(940),
            customer: &["credited late", "credited late"],
            perhaps: Some("ConfirmCheck after a credit, nothing taken"),
            ..CREDITED
        },
    ]
}

fn credited_in_the_end() -> Vec<Story> {
    vec![
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
