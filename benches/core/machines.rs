//! Decisions of the pure machines a second, on one core: whole lives, so that every state counts.

use starkeeper_actors::domain::customer::{Customer, Language, Purse};
use starkeeper_actors::domain::ids::{
    CustomerId, Epoch, GatewayOrderId, GatewayUuid, Hash256, InvoiceId, LoginId, OrderId,
    OrderNumber, PaymentRef, QuoteId, RequestId, TelegramId, TransferId, WalletAddress,
};
use starkeeper_actors::domain::invoice::{
    Context, GatewayStatus, Invoice, InvoiceEvent, InvoiceRules, Payer, Purpose as PaidFor, Report,
    Settled, Ticket, Wish,
};
use starkeeper_actors::domain::link::Link;
use starkeeper_actors::domain::money::{CoinAmount, MicroUsd, NanoTon};
use starkeeper_actors::domain::order::{
    Desk, Funding, Order, OrderEvent, OrderRules, Proof, conclude,
};
use starkeeper_actors::domain::pricing::samples;
use starkeeper_actors::domain::transfer::{
    AccountState, Boc, Evidence, FoundTx, JudgeRules, OutMessage, Provider, Purpose, Transfer,
    TransferState, TxPos,
};
use starkeeper_actors::domain::wallet::{Signature, SigningDesk, SigningRules, Wallet};
use starkeeper_actors::domain::{Span, Timestamp};

use crate::{keep, rate, show};

/// Measures and prints.
pub(crate) fn run() {
    let rules = OrderRules::default();
    let life = OrderLife::new();
    let lives = rate(&mut || keep(life.live(&rules)));
    show(
        "decisions/s: an order's life (7 a life)",
        lives * 7,
        "decisions/s",
    );

    let rules = InvoiceRules::default();
    let lives = rate(&mut || keep(invoice_life(&rules)));
    show(
        "decisions/s: an invoice's life (4 a life)",
        lives * 4,
        "decisions/s",
    );

    let prices = samples::prices(samples::noon());
    let priced = rate(&mut || {
        keep(
            prices
                .price(samples::stars(2_500), samples::noon())
                .unwrap(),
        );
    });
    show("prices/s: 2,500 Stars over three tiers", priced, "prices/s");
}

/// Everything an order meets on its way, made once.
struct OrderLife {
    confirmed: Order,
    wallet: Wallet,
    state: AccountState,
    link: Link,
    evidence: Evidence,
}

const EPOCH: Epoch = Epoch::new(3);
const SIGNING: SigningRules = SigningRules {
    reserve: NanoTon::from_nanos(50_000_000),
    longest_validity: Span::seconds(300),
    shortest_validity: Span::seconds(60),
    before_deadline: Span::seconds(30),
    clock_skew: Span::seconds(60),
};

fn now() -> Timestamp {
    samples::noon()
}

fn hash(byte: u8) -> Hash256 {
    Hash256::new([byte; 32])
}

fn boc() -> Boc {
    Boc::new(vec![7_u8; 240])
}

impl OrderLife {
    fn new() -> Self {
        let address = WalletAddress::basic(hash(1));
        let last = Some(TxPos {
            lt: 40,
            hash: hash(4),
        });
        let balance = NanoTon::from_nanos(1_000_000_000_000);
        let state = AccountState {
            provider: Provider(1),
            seqno: 4,
            balance,
            last,
            time: now(),
        };
        let mut wallet = Wallet::adopt(address, &state);
        wallet.explained_in = Some(EPOCH);
        let quote = samples::quote(
            QuoteId::new(1),
            CustomerId::new(1),
            samples::stars(100),
            now(),
        );
        let number = OrderNumber::parse("SK-7F3K9").unwrap();
        let confirmed = Order::confirmed(OrderId::new(1), number, quote, 1, now());
        let link = link(confirmed.quote.cost);
        let evidence = evidence(&link);
        Self {
            confirmed,
            wallet,
            state,
            link,
            evidence,
        }
    }

    /// Held, linked, planned, signed, judged, concluded, delivered.
    fn live(&self, rules: &OrderRules) -> Order {
        let desk = Desk {
            rules,
            wallet: Some(&self.wallet),
            epoch: EPOCH,
            now: now(),
        };
        let reserve = NanoTon::from_nanos(900_000_000);
        let funding = Funding {
            wallet: self.wallet.address,
            reserve,
        };
        let held = self
            .confirmed
            .decide(OrderEvent::Fund(funding), desk)
            .unwrap()
            .next;
        let linked = held
            .decide(OrderEvent::Linked(self.link.clone()), desk)
            .unwrap()
            .next;
        let signing = SigningDesk {
            epoch: EPOCH,
            rules: SIGNING,
            now: now(),
        };
        let (amount, deadline) = (self.link.amount, Some(self.link.valid_until));
        let planned = self
            .wallet
            .plan(linked.id, amount, deadline, &self.state, signing)
            .unwrap();
        let transfer = self.transfer(&linked, planned);
        let paying = linked
            .decide(OrderEvent::Signed(transfer.clone()), desk)
            .unwrap()
            .next;
        let wallet = self.wallet.signed(transfer.id);
        let desk = Desk {
            wallet: Some(&wallet),
            ..desk
        };
        let judge = JudgeRules {
            expiry_margin: Span::seconds(45),
        };
        let verdict = transfer.judge(&self.evidence, &[], judge);
        let concluded = conclude(&paying, &transfer, &[], &verdict, desk)
            .unwrap()
            .unwrap()
            .next;
        let desk = Desk {
            wallet: Some(&concluded.wallet),
            ..desk
        };
        let proof = Proof::Page {
            request: self.link.request.clone(),
        };
        concluded
            .order
            .decide(OrderEvent::DeliverySeen(proof), desk)
            .unwrap()
            .next
    }

    fn transfer(&self, order: &Order, planned: Signature) -> Transfer {
        Transfer {
            id: TransferId::new(1),
            order: order.id,
            purpose: Purpose::Goods,
            wallet: self.wallet.address,
            seqno: planned.seqno,
            valid_until: planned.valid_until,
            lt_before: planned.lt_before,
            destination: self.link.destination,
            amount: self.link.amount,
            body_hash: self.link.payload_hash,
            message_hash: hash(9),
            link: Some(self.link.clone()),
            boc: boc(),
            signed_at: now(),
            state: TransferState::Signed,
        }
    }
}

fn link(amount: NanoTon) -> Link {
    Link {
        login: LoginId::new(1),
        jar: 1,
        request: RequestId::parse("req-1").unwrap(),
        reference: PaymentRef::parse("m9JhZwApQ").unwrap(),
        destination: WalletAddress::basic(hash(2)),
        amount,
        payload: boc(),
        payload_hash: hash(5),
        valid_until: now() + Span::minutes(10),
        confirm_method: "confirmReq".into(),
        confirm_params: vec![("id".into(), "req-1".into())],
    }
}

fn evidence(link: &Link) -> Evidence {
    let out = OutMessage {
        destination: link.destination,
        value: link.amount,
        body_hash: link.payload_hash,
        reference: Some(link.reference.clone()),
    };
    let found = FoundTx {
        tx: TxPos {
            lt: 50,
            hash: hash(6),
        },
        at: now(),
        message: Some(hash(9)),
        committed: true,
        exit_code: Some(0),
        aborted: false,
        skipped_actions: 0,
        msgs_created: 1,
        out: vec![out],
        from: None,
        value_in: NanoTon::ZERO,
        bounced: false,
        fees: NanoTon::from_nanos(2_300_000),
    };
    Evidence {
        found: Some(found),
        ..Evidence::default()
    }
}

/// Wanted, created, looked up, paid.
fn invoice_life(rules: &InvoiceRules) -> Invoice {
    let now = now();
    let customer = Customer::open(CustomerId::new(1), TelegramId::new(5), Language::En, now);
    let purse = Purse::default();
    let context = Context {
        purse,
        customer: &customer,
        order: None,
        uuid_taken: false,
        rules,
    };
    let wish = Wish {
        id: InvoiceId::new(1),
        gateway_order_id: GatewayOrderId::parse("sk-0123456789abcdef").unwrap(),
        customer: customer.id,
        purpose: PaidFor::TopUp,
        face: MicroUsd::from_micros(1_650_000),
        coin: None,
    };
    let wanted = Invoice::want(wish, rules, now).unwrap();
    let open = report(&wanted, GatewayStatus::Check);
    let created = next(
        &wanted,
        &InvoiceEvent::Created(Box::new(open)),
        context,
        now,
    );
    let (asked, ticket) = started(&created, context, now);
    let paid = Box::new(report(&asked, GatewayStatus::Paid));
    next(
        &asked,
        &InvoiceEvent::Reported {
            ticket,
            report: paid,
        },
        context,
        now,
    )
}

fn started(invoice: &Invoice, context: Context<'_>, now: Timestamp) -> (Invoice, Ticket) {
    match invoice
        .decide(&InvoiceEvent::LookUpStarted, context, now)
        .unwrap()
    {
        Settled::Changed(decision) => (decision.next.invoice, decision.next.ticket.unwrap()),
        Settled::Dropped(why) => panic!("a look-up was dropped: {why:?}"),
    }
}

fn next(invoice: &Invoice, event: &InvoiceEvent, context: Context<'_>, now: Timestamp) -> Invoice {
    match invoice.decide(event, context, now).unwrap() {
        Settled::Changed(decision) => decision.next.invoice,
        Settled::Dropped(why) => panic!("an event was dropped: {why:?}"),
    }
}

fn report(invoice: &Invoice, status: GatewayStatus) -> Report {
    let coins = CoinAmount::from_units(1_650_000_000_000_000_000);
    Report {
        uuid: GatewayUuid::parse("0b0c5a52-1111-4222-8333-944455566677").unwrap(),
        order_id: invoice.gateway_order_id.clone(),
        face: invoice.face,
        currency: "USD".into(),
        is_final: status.is_success(),
        payment_amount: status.is_success().then_some(coins),
        payment_amount_usd: status.is_success().then_some(invoice.face),
        status,
        payer: Payer {
            amount: Some(coins),
            ..Payer::default()
        },
        txid: None,
        url: None,
        created_at: None,
        expires_at: None,
    }
}
