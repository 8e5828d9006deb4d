//! Invoices: standings, statuses, locks, refunds, and everything odd.

use std::collections::BTreeSet;

use starkeeper_actors::domain::ids::{AdminId, GatewayOrderId, GatewayUuid, InvoiceId};
use starkeeper_actors::domain::invoice::{
    Closing, CoinChoice, GatewayStatus, Invoice, LiveLock, LockReason, LookUps, Money, Oddity,
    Page, Payer, Purpose, Refund, RefundEnd, RefundRequest, RefundRun, RefundStage, RefundSum,
    Standing, Ticket,
};
use starkeeper_actors::domain::ledger::Authority;
use starkeeper_actors::domain::money::{CoinAmount, MicroUsd};
use starkeeper_actors::domain::samples::{CUSTOMER, ORDER, after, noon};

use crate::{check_machine, variants};

variants!(Standings of Standing {
    Standing::Wanted { .. } => "wanted",
    Standing::Asked => "asked",
    Standing::Open(_) => "open",
    Standing::Refused { .. } => "refused",
    Standing::NotOurs => "not ours",
});

variants!(Closings of Closing {
    Closing::Cancelled => "closed: cancelled",
    Closing::Replaced => "closed: replaced",
});

variants!(Locks of LockReason {
    LockReason::Aml => "locked: aml",
    LockReason::GatewayRefund => "locked: gateway refund",
});

variants!(Refunds of Refund {
    Refund::None => "no refund",
    Refund::Running(_) => "refund running",
    Refund::Ended(RefundEnd::Paid) => "refund paid",
    Refund::Ended(RefundEnd::Released { .. }) => "refund released",
    Refund::Ended(RefundEnd::Overtaken) => "refund overtaken",
});

variants!(Stages of RefundStage {
    RefundStage::Wanted { .. } => "refund wanted",
    RefundStage::Sent { .. } => "refund sent",
    RefundStage::Accepted { .. } => "refund accepted",
    RefundStage::Overtaken => "refund running overtaken",
});

variants!(Statuses of GatewayStatus {
    GatewayStatus::Check => "check",
    GatewayStatus::Process => "process",
    GatewayStatus::ConfirmCheck => "confirm check",
    GatewayStatus::WrongAmountWaiting => "wrong amount waiting",
    GatewayStatus::Paid => "paid",
    GatewayStatus::PaidOver => "paid over",
    GatewayStatus::WrongAmount => "wrong amount",
    GatewayStatus::Cancel => "cancel",
    GatewayStatus::Fail => "fail",
    GatewayStatus::SystemFail => "system fail",
    GatewayStatus::RefundProcess => "refund process",
    GatewayStatus::RefundPaid => "status refund paid",
    GatewayStatus::RefundFail => "refund fail",
    GatewayStatus::Locked => "locked",
    GatewayStatus::Unknown(_) => "unknown",
});

variants!(Oddities of Oddity {
    Oddity::OtherUuid(_) => "other uuid",
    Oddity::OtherOrderId(_) => "other order id",
    Oddity::OtherCurrency(_) => "other currency",
    Oddity::OtherFace(_) => "other face",
    Oddity::NotNew(_) => "not new",
    Oddity::Vanished => "vanished",
    Oddity::NotFinal(_) => "not final",
    Oddity::Unvalued(_) => "unvalued",
    Oddity::LessDue { .. } => "less due",
    Oddity::WentBack(_) => "went back",
    Oddity::Failed(_) => "failed",
    Oddity::Withheld(_) => "withheld",
    Oddity::Locked { .. } => "odd: locked",
    Oddity::ForeignRefund => "foreign refund",
    Oddity::LeftDebt(_) => "left debt",
    Oddity::RefundUncredited => "refund uncredited",
    Oddity::PaidAfterRefund(_) => "paid after refund",
    Oddity::RefundedAgain => "refunded again",
    Oddity::RefundFailed(_) => "refund failed",
    Oddity::RefundInDoubt => "refund in doubt",
    Oddity::UnknownStatus(_) => "unknown status",
    Oddity::More => "more",
});

const FACE: MicroUsd = MicroUsd::from_micros(1_650_000);

fn page() -> Page {
    Page {
        uuid: GatewayUuid::parse("26109ba0-b05b-4ee0-93d1-fd62c822ce95").unwrap(),
        url: Some("https://pay.example/26109ba0".into()),
        payer: Payer {
            currency: Some("USDT".into()),
            network: Some("ton".into()),
            address: Some("UQexample".into()),
            amount: Some(CoinAmount::from_units(1_650_000_000_000_000_000)),
        },
        payment_amount: Some(CoinAmount::from_units(1)),
        txid: Some("0badcafe".into()),
    }
}

fn invoice(standing: Standing) -> Invoice {
    Invoice {
        id: InvoiceId::new(9),
        gateway_order_id: GatewayOrderId::parse("sk_7F3K9Q2M8ZT4V6W1X5Y0").unwrap(),
        customer: CUSTOMER,
        purpose: Purpose::Order(ORDER),
        face: FACE,
        coin: Some(CoinChoice {
            currency: "USDT".into(),
            network: "ton".into(),
        }),
        lifetime_seconds: 1_800,
        accuracy_percent: 1,
        created_at: noon(),
        expires_at: after(1_800),
        standing,
        closing: None,
        status: None,
        status_since: noon(),
        payment_seen_at: None,
        money: Money::default(),
        bought: false,
        refunded: false,
        locks: 0,
        lock: None,
        refund: Refund::None,
        look_ups: LookUps {
            next_ticket: Ticket::FIRST,
            applied: None,
            claimed: None,
            started_at: None,
            at: Some(after(5)),
            fast_until: None,
        },
        oddities: Vec::new(),
        shown_in: None,
    }
}

fn open() -> Invoice {
    invoice(Standing::Open(Box::new(page())))
}

/// Paid and credited, every figure different from zero.
fn credited() -> Invoice {
    let usd = MicroUsd::from_micros;
    Invoice {
        status: Some(GatewayStatus::PaidOver),
        status_since: after(40),
        payment_seen_at: Some(after(30)),
        money: Money {
            credited: FACE,
            withheld: usd(50_000),
            credits: 2,
            reversed: usd(10_000),
            withheld_reversed: usd(5_000),
            reversals: 1,
        },
        bought: true,
        look_ups: LookUps {
            next_ticket: Ticket::FIRST.next().next(),
            applied: Some(Ticket::FIRST.next()),
            claimed: Some(Ticket::FIRST),
            started_at: Some(after(35)),
            at: None,
            fast_until: Some(after(600)),
        },
        ..open()
    }
}

fn statuses() -> [GatewayStatus; 15] {
    [
        GatewayStatus::Check,
        GatewayStatus::Process,
        GatewayStatus::ConfirmCheck,
        GatewayStatus::WrongAmountWaiting,
        GatewayStatus::Paid,
        GatewayStatus::PaidOver,
        GatewayStatus::WrongAmount,
        GatewayStatus::Cancel,
        GatewayStatus::Fail,
        GatewayStatus::SystemFail,
        GatewayStatus::RefundProcess,
        GatewayStatus::RefundPaid,
        GatewayStatus::RefundFail,
        GatewayStatus::Locked,
        GatewayStatus::unknown("a_new_one"),
    ]
}

fn oddities() -> Vec<Oddity> {
    let text = || "in one line".to_owned();
    let status = GatewayStatus::Cancel;
    vec![
        Oddity::OtherUuid(text()),
        Oddity::OtherOrderId(text()),
        Oddity::OtherCurrency("EUR".into()),
        Oddity::OtherFace(FACE),
        Oddity::NotNew(text()),
        Oddity::Vanished,
        Oddity::NotFinal(GatewayStatus::Paid),
        Oddity::Unvalued(GatewayStatus::WrongAmount),
        Oddity::LessDue {
            due: MicroUsd::ZERO,
            recorded: FACE,
        },
        Oddity::WentBack(status.clone()),
        Oddity::Failed(GatewayStatus::SystemFail),
        Oddity::Withheld(FACE),
        Oddity::Locked { n: 1 },
        Oddity::ForeignRefund,
        Oddity::LeftDebt(FACE),
        Oddity::RefundUncredited,
        Oddity::PaidAfterRefund(status),
        Oddity::RefundedAgain,
        Oddity::RefundFailed(text()),
        Oddity::RefundInDoubt,
        Oddity::UnknownStatus("a_new_one".into()),
        Oddity::More,
    ]
}

fn refunding(stage: RefundStage, sum: RefundSum) -> Invoice {
    let run = RefundRun {
        request: RefundRequest {
            sum,
            address: "UQexample".into(),
            shop_pays_fee: true,
        },
        by: Authority {
            admin: AdminId::new(1),
            reason: "asked in the chat".into(),
        },
        held: FACE,
        stage,
        from_ticket: Ticket::FIRST.next(),
    };
    Invoice {
        refund: Refund::Running(Box::new(run)),
        ..credited()
    }
}

fn locked(why: LockReason) -> Invoice {
    let lock = LiveLock {
        n: 1,
        set_aside: FACE,
        why,
    };
    Invoice {
        locks: 1,
        lock: Some(lock),
        ..credited()
    }
}

fn ended(end: RefundEnd) -> Invoice {
    Invoice {
        refund: Refund::Ended(end),
        refunded: true,
        ..credited()
    }
}

fn closed(closing: Closing) -> Invoice {
    Invoice {
        closing: Some(closing),
        purpose: Purpose::TopUp,
        coin: None,
        ..open()
    }
}

fn invoices() -> Vec<(String, Invoice)> {
    let wanted = Standing::Wanted {
        not_before: after(2),
        attempts: 1,
    };
    let why = || "in one line".to_owned();
    let part = RefundSum::Part {
        hold: FACE,
        coins: CoinAmount::from_units(5),
    };
    let (all, since) = (RefundSum::All, after(100));
    let not_before = after(100);
    let odd = Invoice {
        oddities: oddities(),
        ..open()
    };
    let rows = [
        ("wanted", invoice(wanted)),
        ("asked", invoice(Standing::Asked)),
        ("open", open()),
        ("refused", invoice(Standing::Refused { why: why() })),
        ("not_ours", invoice(Standing::NotOurs)),
        ("credited", credited()),
        ("odd", odd),
        ("closed_cancelled", closed(Closing::Cancelled)),
        ("closed_replaced", closed(Closing::Replaced)),
        ("locked_aml", locked(LockReason::Aml)),
        ("locked_gateway_refund", locked(LockReason::GatewayRefund)),
        (
            "refund_wanted",
            refunding(RefundStage::Wanted { not_before }, all),
        ),
        ("refund_sent", refunding(RefundStage::Sent { since }, part)),
        (
            "refund_accepted",
            refunding(RefundStage::Accepted { since }, all),
        ),
        (
            "refund_running_overtaken",
            refunding(RefundStage::Overtaken, all),
        ),
        ("refund_ended_paid", ended(RefundEnd::Paid)),
        (
            "refund_ended_released",
            ended(RefundEnd::Released { why: why() }),
        ),
        ("refund_ended_overtaken", ended(RefundEnd::Overtaken)),
    ];
    let rows = rows.into_iter().map(|(name, row)| (name.to_owned(), row));
    let seen = statuses().into_iter().map(|status| {
        let name = format!("status_{}", Statuses::of(&status).replace(' ', "_"));
        let row = Invoice {
            status: Some(status),
            ..open()
        };
        (name, row)
    });
    rows.chain(seen).collect()
}

pub(crate) fn names() -> BTreeSet<String> {
    let rows = invoices().into_iter();
    rows.map(|(name, _)| format!("invoice-{name}")).collect()
}

#[test]
fn invoices_stay_readable() {
    let all = [
        Standings::ALL,
        Closings::ALL,
        Locks::ALL,
        Refunds::ALL,
        Stages::ALL,
        Statuses::ALL,
        Oddities::ALL,
    ]
    .concat();
    check_machine("invoice", &invoices(), &all, |invoice| {
        let stage = match &invoice.refund {
            Refund::Running(run) => Some(Stages::of(&run.stage)),
            Refund::None | Refund::Ended(_) => None,
        };
        let odd = invoice.oddities.iter().map(Oddities::of);
        let mut names: Vec<_> = odd.collect();
        names.push(Standings::of(&invoice.standing));
        names.push(Refunds::of(&invoice.refund));
        names.extend(stage);
        names.extend(invoice.closing.as_ref().map(Closings::of));
        names.extend(invoice.lock.as_ref().map(|lock| Locks::of(&lock.why)));
        names.extend(invoice.status.as_ref().map(Statuses::of));
        names
    });
}
