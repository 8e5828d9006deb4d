//! Random histories of two invoices of one order and a top-up: reports in any order, twice, with
//! stale tickets, between locks, refunds, cancellations and spending. [`World`] refuses what the
//! books would refuse (a key twice, a balance below zero, a notice twice); an oracle that knows
//! nothing of the machine but the rules says what must have been credited.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::domain::ledger::Asset;

/// One thing that happens; `usize` picks an invoice.
#[derive(Clone, Debug)]
enum Happens {
    LookUp(usize),
    /// The answer to the ticket so many before the newest; 0 is the newest.
    Answer(usize, u64, Answer),
    Failed(usize, LookUpFailure),
    Later(i64),
    Spend(i64),
    Event(usize, InvoiceEvent),
    OrderCancelled,
    MayHold(bool),
}

#[derive(Clone, Debug)]
struct Answer {
    status: GatewayStatus,
    is_final: bool,
    asked: bool,
    sent: Option<u128>,
    dollars: Option<i64>,
}

fn status() -> impl Strategy<Value = GatewayStatus> {
    use GatewayStatus::{
        Cancel, Check, ConfirmCheck, Fail, Locked, Paid, PaidOver, Process, RefundFail, RefundPaid,
        RefundProcess, SystemFail, WrongAmount, WrongAmountWaiting,
    };
    prop_oneof![
        4 => Just(Paid),
        3 => Just(PaidOver),
        3 => Just(WrongAmount),
        3 => Just(Locked),
        1 => Just(Check),
        1 => Just(Process),
        1 => Just(ConfirmCheck),
        1 => Just(WrongAmountWaiting),
        1 => Just(Cancel),
        1 => Just(Fail),
        1 => Just(SystemFail),
        1 => Just(RefundProcess),
        1 => Just(RefundPaid),
        1 => Just(RefundFail),
        1 => Just(GatewayStatus::unknown("odd")),
    ]
}

fn answer() -> impl Strategy<Value = Answer> {
    let sent = prop_oneof![
        Just(None),
        Just(Some(165)),
        Just(Some(164)),
        (0_u128..400).prop_map(Some),
        (10_000_u128..20_000).prop_map(Some),
    ];
    let dollars = prop_oneof![Just(None), (0_i64..400).prop_map(Some)];
    let likely = || (0_u8..10).prop_map(|roll| roll < 9);
    (status(), likely(), likely(), sent, dollars).prop_map(
        |(status, is_final, asked, sent, dollars)| Answer {
            status,
            is_final,
            asked,
            sent,
            dollars,
        },
    )
}

fn event() -> impl Strategy<Value = InvoiceEvent> {
    let hold = (1_i64..200).prop_map(|cents| {
        refund(RefundSum::Part {
            hold: usd(cents * 10_000),
            coins: coins(1),
        })
    });
    let why = || "why".to_owned();
    let answers = prop_oneof![
        2 => Just(RefundAnswer::Accepted),
        1 => Just(RefundAnswer::Refused { why: why() }),
        1 => Just(RefundAnswer::NotDone { why: why() }),
        1 => Just(RefundAnswer::Unknown),
    ];
    prop_oneof![
        Just(InvoiceEvent::Claimed),
        Just(InvoiceEvent::SweepFound),
        Just(InvoiceEvent::CustomerSaysSent),
        Just(InvoiceEvent::CustomerCancelled),
        Just(InvoiceEvent::Replaced),
        Just(InvoiceEvent::CreationUnknown),
        Just(InvoiceEvent::CreationRefused { why: why() }),
        Just(refund_all()),
        hold,
        Just(InvoiceEvent::RefundStarted),
        answers.prop_map(InvoiceEvent::RefundAnswered),
        Just(InvoiceEvent::RefundGivenUp { by: by() }),
        Just(InvoiceEvent::LockLifted { by: by() }),
    ]
}

fn happens() -> impl Strategy<Value = Happens> {
    let which = 0_usize..3;
    let failure = prop_oneof![Just(LookUpFailure::NotFound), Just(LookUpFailure::NoAnswer)];
    let span = prop_oneof![Just(1), Just(60), Just(600), Just(90_000)];
    prop_oneof![
        8 => which.clone().prop_map(Happens::LookUp),
        12 => (which.clone(), prop_oneof![4 => Just(0), 1 => 1_u64..4], answer())
            .prop_map(|(n, back, answer)| Happens::Answer(n, back, answer)),
        1 => (which.clone(), failure).prop_map(|(n, failure)| Happens::Failed(n, failure)),
        2 => span.prop_map(Happens::Later),
        2 => (1_i64..300).prop_map(Happens::Spend),
        6 => (which, event()).prop_map(|(n, event)| Happens::Event(n, event)),
        1 => Just(Happens::OrderCancelled),
        1 => any::<bool>().prop_map(Happens::MayHold),
    ]
}

/// What the rules say of one invoice, without looking at its state.
#[derive(Clone, Copy, Default)]
struct Oracle {
    newest: u64,
    seen: Option<Timestamp>,
    due: i64,
    sent_back: bool,
}

impl Oracle {
    /// Rule 18 once more, in small numbers, for a status of success.
    fn value(&self, answer: &Answer, expires: Timestamp) -> Option<i64> {
        let face = FACE.micros();
        let dollars = answer.dollars.map(|cents| cents * 10_000);
        let asked = i64::try_from(ASKED).unwrap();
        let by_coins = answer
            .sent
            .map(|sent| face * i64::try_from(sent).unwrap() / asked);
        let quoted = if answer.status == GatewayStatus::Paid {
            face
        } else if answer.asked {
            by_coins?
        } else {
            dollars?
        };
        let late = self.seen.is_none_or(|seen| seen >= expires);
        Some(if late { quoted.min(dollars?) } else { quoted })
    }

    fn apply(&mut self, answer: &Answer, refunding: bool, now: Timestamp, expires: Timestamp) {
        if answer.status.shows_payment() {
            self.seen.get_or_insert(now);
        } else if answer.status == GatewayStatus::Cancel && self.due == 0 {
            self.seen = None;
        }
        let success = answer.status.is_success() && answer.is_final;
        if success && !refunding && !self.sent_back {
            self.due = self.due.max(self.value(answer, expires).unwrap_or(0));
        }
        self.sent_back |= answer.status == GatewayStatus::RefundPaid;
    }
}

struct History {
    world: World,
    oracles: [Oracle; 3],
}

impl History {
    fn new() -> Self {
        let order = Purpose::Order(ORDER);
        Self {
            world: World::with(&[order, order, Purpose::TopUp]),
            oracles: [Oracle::default(); 3],
        }
    }

    fn step(&mut self, happens: &Happens) {
        match happens {
            Happens::LookUp(n) => {
                self.world.ticket(*n);
            }
            Happens::Answer(n, back, answer) => self.answer(*n, *back, answer),
            Happens::Failed(n, failure) => {
                let ticket = self.world.ticket(*n);
                let failure = *failure;
                self.quietly(*n, &InvoiceEvent::LookUpFailed { ticket, failure });
            }
            Happens::Later(seconds) => self.world.later(*seconds),
            Happens::Spend(cents) => {
                let purse = self.world.purse();
                let enough = purse.available >= usd(cents * 10_000);
                if enough && purse.debt == MicroUsd::ZERO && !self.world.customer.is_frozen() {
                    self.world.spend(*cents);
                }
            }
            Happens::Event(n, event) => self.event(*n, event),
            Happens::OrderCancelled => {
                if let OrderSideState::Awaiting { .. } = self.world.order {
                    self.world.order = OrderSideState::Cancelled;
                }
            }
            Happens::MayHold(may) => self.world.may_hold = *may,
        }
    }

    fn answer(&mut self, n: usize, back: u64, answer: &Answer) {
        let next = self.world.invoices[n].look_ups.next_ticket.get();
        let Some(number) = next.checked_sub(1 + back).filter(|number| *number > 0) else {
            return;
        };
        let ticket = (1..number).fold(Ticket::FIRST, |ticket, _| ticket.next());
        let invoice = &self.world.invoices[n];
        let mut report = paid(invoice, answer.status.clone(), 0);
        report.is_final = answer.is_final;
        report.payer.amount = answer.asked.then(|| coins(ASKED));
        report.payment_amount = answer.sent.map(coins);
        report.payment_amount_usd = answer.dollars.map(|cents| usd(cents * 10_000));
        let refunding = matches!(invoice.refund, Refund::Running(_));
        let expires = invoice.expires_at;
        let dropped = self.world.answer(n, ticket, report.clone());
        let oracle = &mut self.oracles[n];
        assert_eq!(dropped.is_some(), number <= oracle.newest, "{dropped:?}");
        if dropped.is_none() {
            oracle.newest = number;
            oracle.apply(answer, refunding, self.world.now, expires);
        }
        // The same answer once more changes nothing.
        let before = self.world.invoices[n].clone();
        assert!(self.world.answer(n, ticket, report).is_some());
        assert_eq!(self.world.invoices[n], before);
    }

    /// Events that may be refused, and those that must never touch money.
    fn event(&mut self, n: usize, event: &InvoiceEvent) {
        let moves_money = matches!(
            event,
            InvoiceEvent::RefundRequested { .. }
                | InvoiceEvent::RefundGivenUp { .. }
                | InvoiceEvent::LockLifted { .. }
                | InvoiceEvent::RefundStarted
                | InvoiceEvent::RefundAnswered(_)
        );
        if !moves_money {
            self.quietly(n, event);
        } else if self.world.decide(n, event).is_ok() {
            self.world.on(n, event);
        }
    }

    fn quietly(&mut self, n: usize, event: &InvoiceEvent) {
        let entries = self.world.entries.len();
        let news = self.world.news().len();
        self.world.on(n, event);
        assert_eq!(self.world.entries.len(), entries);
        assert_eq!(self.world.news().len(), news);
    }

    fn check(&self) {
        let world = &self.world;
        assert!(world.trial.balances());
        let (mut recorded, mut set_aside, mut withheld) = (0, 0, 0);
        for (invoice, oracle) in world.invoices.iter().zip(&self.oracles) {
            let money = invoice.money;
            let in_books = world.entries.iter().filter(
                |entry| matches!(entry.key, EntryKey::Credit { invoice: id, .. } if id == invoice.id),
            );
            let effects = in_books.flat_map(|entry| &entry.postings);
            let arrived: i64 = effects
                .map(|posting| posting.effect_on(Account::GatewayClearing))
                .sum();
            assert_eq!(arrived, oracle.due, "{invoice:?}");
            assert_eq!(money.recorded().unwrap(), usd(oracle.due));
            assert!(money.reversed <= money.credited);
            recorded += money.left().micros() + money.withheld_left().micros();
            withheld += money.withheld_left().micros();
            let locked = invoice.lock.map_or(0, |lock| lock.set_aside.micros());
            set_aside += locked + invoice.held_for_refund().micros();
            let frozen_by = world.customer.locks.contains(&invoice.id);
            assert_eq!(frozen_by, invoice.lock.is_some());
            let stored = serde_json::to_string(invoice).unwrap();
            assert_eq!(&serde_json::from_str::<Invoice>(&stored).unwrap(), invoice);
        }
        let bought = matches!(world.order, OrderSideState::AlreadyBought);
        let held = set_aside + if bought { FACE.micros() } else { 0 };
        let purse = world.purse();
        assert_eq!(purse.held, usd(held));
        let free_while_owing = purse.available.is_positive() && purse.debt.is_positive();
        assert!(!free_while_owing, "{purse:?}");
        assert_eq!(world.trial.of(Account::GatewayClearing), recorded);
        assert_eq!(world.trial.of(Account::Suspense(Asset::Usd)), withheld);
        self.check_explained();
    }

    /// Every change of the balance by a credit is told once, with the same figures.
    fn check_explained(&self) {
        let mut told = BTreeMap::new();
        for news in self.world.news() {
            if let News::Credited {
                invoice,
                n,
                credited,
                ..
            } = news
            {
                assert_eq!(told.insert((*invoice, *n), credited.micros()), None);
            }
        }
        let mut posted = BTreeMap::new();
        for entry in &self.world.entries {
            if let EntryKey::Credit { invoice, n } = entry.key {
                let account = Account::Customer(CUSTOMER);
                let effects = entry.postings.iter().map(|p| p.effect_on(account));
                posted.insert((invoice, n), effects.sum::<i64>());
            }
        }
        assert_eq!(told, posted);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn whatever_is_reported_in_whatever_order_what_is_due_is_credited_once(
        history in prop::collection::vec(happens(), 0..60)
    ) {
        let mut run = History::new();
        for happens in &history {
            run.step(happens);
            run.check();
        }
    }

    #[test]
    fn a_refund_is_ordered_at_most_once_unless_it_certainly_did_nothing(
        history in prop::collection::vec(happens(), 0..60)
    ) {
        let mut run = History::new();
        let mut may_have_left = [false; 3];
        let paid = Answer {
            status: GatewayStatus::Paid,
            is_final: true,
            asked: true,
            sent: Some(165),
            dollars: Some(165),
        };
        for n in 0..3 {
            run.step(&Happens::LookUp(n));
            run.step(&Happens::Answer(n, 0, paid.clone()));
            run.event(n, &refund_all());
        }
        for happens in &history {
            if let Happens::Event(n, InvoiceEvent::RefundAnswered(RefundAnswer::NotDone { .. })) =
                happens
                && let Refund::Running(refund) = &run.world.invoices[*n].refund
                && let RefundStage::Sent { .. } = refund.stage
            {
                may_have_left[*n] = false;
            }
            run.step(happens);
            run.check();
            for (n, left) in may_have_left.iter_mut().enumerate() {
                let due = run.world.invoices[n].due(run.world.now);
                if let Some(InvoiceEffect::Refund(_)) = due {
                    prop_assert!(!*left, "ordered twice");
                    run.event(n, &InvoiceEvent::RefundStarted);
                    *left = true;
                }
            }
        }
    }
}
