//! A customer, an order and invoices, driven through events as the actor drives them.

use crate::domain::customer::{Customer, Language, Purse};
use crate::domain::decision::Decision;
use crate::domain::ids::{
    AdminId, CustomerId, GatewayOrderId, GatewayUuid, InvoiceId, OrderId, TelegramId,
};
use crate::domain::ledger::{Account, Authority, Entry, EntryKey, TrialBalance};
use crate::domain::money::{CoinAmount, MicroUsd};
use crate::domain::notice::{CreditReason, Message, News, Owed};
use crate::domain::{Span, Timestamp};

use super::*;

mod create;
mod credits;
mod properties;
mod refunds;
mod schedules;
mod values;

const CUSTOMER: CustomerId = CustomerId::new(7);
const ORDER: OrderId = OrderId::new(70);
/// Coins that pay the face amount: 165 of them, so that one coin is a cent.
const ASKED: u128 = 165;
const FACE: MicroUsd = usd(1_650_000);

const fn usd(micros: i64) -> MicroUsd {
    MicroUsd::from_micros(micros)
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + Span::days(20_000) + Span::seconds(seconds)
}

fn by() -> Authority {
    Authority {
        admin: AdminId::new(1),
        reason: "asked in the chat".into(),
    }
}

fn wish(id: i64, purpose: Purpose) -> Wish {
    Wish {
        id: InvoiceId::new(id),
        gateway_order_id: GatewayOrderId::parse(&format!("sk-{id}")).unwrap(),
        customer: CUSTOMER,
        purpose,
        face: FACE,
        coin: None,
    }
}

fn report(invoice: &Invoice, status: GatewayStatus) -> Report {
    Report {
        uuid: GatewayUuid::parse(&format!("uuid-{}", invoice.id)).unwrap(),
        order_id: invoice.gateway_order_id.clone(),
        face: invoice.face,
        currency: "USD".into(),
        is_final: status.is_success(),
        status,
        payer: Payer {
            amount: Some(coins(ASKED)),
            ..Payer::default()
        },
        payment_amount: None,
        payment_amount_usd: None,
        txid: None,
        url: None,
        created_at: None,
        expires_at: None,
    }
}

/// A report with so many coins paid.
fn paid(invoice: &Invoice, status: GatewayStatus, sent: u128) -> Report {
    let cents = i64::try_from(sent).unwrap();
    Report {
        payment_amount: Some(coins(sent)),
        payment_amount_usd: Some(usd(cents * 10_000)),
        ..report(invoice, status)
    }
}

const fn coins(whole: u128) -> CoinAmount {
    CoinAmount::from_units(whole * 1_000_000_000_000_000_000)
}

/// The books in small: every commit of every decision.
struct World {
    now: Timestamp,
    rules: InvoiceRules,
    customer: Customer,
    invoices: Vec<Invoice>,
    order: OrderSideState,
    may_hold: bool,
    trial: TrialBalance,
    entries: Vec<Entry>,
    notices: Vec<Owed>,
}

impl World {
    /// Invoices for these purposes, open at the gateway, nothing paid.
    fn with(purposes: &[Purpose]) -> Self {
        let rules = InvoiceRules::default();
        let invoices = (1..).zip(purposes).map(|(id, purpose)| {
            Invoice::want(wish(id, *purpose), &InvoiceRules::default(), at(0)).unwrap()
        });
        let mut world = Self {
            now: at(0),
            rules,
            customer: Customer::open(CUSTOMER, TelegramId::new(5), Language::En, at(0)),
            invoices: invoices.collect(),
            order: OrderSideState::Awaiting { price: FACE },
            may_hold: true,
            trial: TrialBalance::default(),
            entries: Vec::new(),
            notices: Vec::new(),
        };
        for n in 0..purposes.len() {
            let report = Box::new(report(&world.invoices[n], GatewayStatus::Check));
            world.on(n, &InvoiceEvent::Created(report));
        }
        world
    }

    fn top_up() -> Self {
        Self::with(&[Purpose::TopUp])
    }

    fn for_order() -> Self {
        Self::with(&[Purpose::Order(ORDER)])
    }

    fn purse(&self) -> Purse {
        Purse {
            available: usd(self.trial.of(Account::Customer(CUSTOMER))),
            held: usd(self.trial.of(Account::CustomerHeld(CUSTOMER))),
            debt: usd(self.trial.of(Account::CustomerDebt(CUSTOMER))),
        }
    }

    /// Available, held and owed, in cents.
    fn cents(&self) -> (i64, i64, i64) {
        let purse = self.purse();
        let cents = |amount: MicroUsd| amount.micros() / 10_000;
        (cents(purse.available), cents(purse.held), cents(purse.debt))
    }

    fn decide(&self, n: usize, event: &InvoiceEvent) -> Result<Settled, InvoiceRefused> {
        let context = Context {
            purse: self.purse(),
            customer: &self.customer,
            order: Some(OrderSide {
                order: ORDER,
                state: self.order,
                may_hold: self.may_hold,
            }),
            uuid_taken: false,
            rules: &self.rules,
        };
        self.invoices[n].decide(event, context, self.now)
    }

    /// Decides and commits; says why if nothing changed.
    fn on(&mut self, n: usize, event: &InvoiceEvent) -> Option<DropReason> {
        match self.decide(n, event).unwrap() {
            Settled::Changed(decision) => {
                self.commit(n, &decision);
                None
            }
            Settled::Dropped(reason) => Some(reason),
        }
    }

    fn commit(&mut self, n: usize, decision: &Decision<After>) {
        let after = &decision.next;
        self.invoices[n] = after.invoice.clone();
        if let Some(customer) = &after.customer {
            self.customer = customer.clone();
        }
        for entry in &decision.entries {
            self.post(entry.clone());
        }
        for owed in &decision.notices {
            let double = self.notices.iter().any(|there| there.key == owed.key);
            assert!(!double, "told twice: {}", owed.key);
            self.notices.push(owed.clone());
        }
        if let Some(order) = after.hold {
            let OrderSideState::Awaiting { price } = self.order else {
                panic!("order held in {:?}", self.order);
            };
            let hold = Entry::new(EntryKey::Hold { order });
            let (from, to) = (Account::Customer(CUSTOMER), Account::CustomerHeld(CUSTOMER));
            self.post(hold.post(from, to, price).unwrap());
            self.order = OrderSideState::AlreadyBought;
        }
    }

    /// Refuses what the books would refuse.
    fn post(&mut self, entry: Entry) {
        let double = self.entries.iter().any(|there| there.key == entry.key);
        assert!(!double, "posted twice: {:?}", entry.key);
        assert!(!entry.is_empty());
        self.trial.add(&entry);
        let purse = self.purse();
        for balance in [purse.available, purse.held, purse.debt] {
            assert!(balance >= MicroUsd::ZERO, "{purse:?} after {entry:?}");
        }
        self.entries.push(entry);
    }

    fn ticket(&mut self, n: usize) -> Ticket {
        match self.decide(n, &InvoiceEvent::LookUpStarted).unwrap() {
            Settled::Changed(decision) => {
                self.commit(n, &decision);
                decision.next.ticket.unwrap()
            }
            Settled::Dropped(reason) => panic!("look-up dropped: {reason:?}"),
        }
    }

    fn answer(&mut self, n: usize, ticket: Ticket, report: Report) -> Option<DropReason> {
        let report = Box::new(report);
        self.on(n, &InvoiceEvent::Reported { ticket, report })
    }

    /// One look-up, answered at once.
    fn see(&mut self, n: usize, report: Report) -> Option<DropReason> {
        let ticket = self.ticket(n);
        self.answer(n, ticket, report)
    }

    fn see_paid(&mut self, n: usize, status: GatewayStatus, sent: u128) -> Option<DropReason> {
        let report = paid(&self.invoices[n], status, sent);
        self.see(n, report)
    }

    fn see_status(&mut self, n: usize, status: GatewayStatus) -> Option<DropReason> {
        let report = report(&self.invoices[n], status);
        self.see(n, report)
    }

    /// Somebody else's purchase: takes from the balance for good.
    fn spend(&mut self, cents: i64) {
        let n = i64::try_from(self.entries.len()).unwrap();
        let spent = Entry::new(EntryKey::Settle {
            order: OrderId::new(1_000 + n),
        });
        let customer = Account::Customer(CUSTOMER);
        let entry = spent.post(customer, Account::Revenue, usd(cents * 10_000));
        self.post(entry.unwrap());
    }

    fn news(&self) -> Vec<&News> {
        let messages = self.notices.iter().map(|owed| &owed.message);
        let news = messages.filter_map(|message| match message {
            Message::Customer(news) => Some(news),
            Message::Operators(_) => None,
        });
        news.collect()
    }

    fn credited(&self) -> Vec<(CreditReason, bool)> {
        let credits = self.news().into_iter().filter_map(|news| {
            if let News::Credited { reason, bought, .. } = news {
                Some((*reason, *bought))
            } else {
                None
            }
        });
        credits.collect()
    }

    fn later(&mut self, seconds: i64) {
        self.now += Span::seconds(seconds);
    }
}

fn refund_all() -> InvoiceEvent {
    refund(RefundSum::All)
}

fn refund(sum: RefundSum) -> InvoiceEvent {
    InvoiceEvent::RefundRequested {
        request: RefundRequest {
            sum,
            address: "T-payer".into(),
            shop_pays_fee: true,
        },
        by: by(),
    }
}
