//! The fakes do what tests believe they do: faults, time, a chain's own rules, Fragment's memory.

#![allow(
    clippy::unwrap_used,
    reason = "a test that panics has failed, which is what is meant"
)]

use std::time::Duration;

use starkeeper_actors::domain::Span;
use starkeeper_actors::domain::ids::{Epoch, IncarnationId, TelegramId};
use starkeeper_actors::domain::invoice::{GatewayStatus, LookUpBy};
use starkeeper_actors::domain::link::{Expected, Link, LinkRules};
use starkeeper_actors::domain::money::{MicroUsd, NanoTon};
use starkeeper_actors::domain::order::{Order, OrderState};
use starkeeper_actors::domain::pricing::samples;
use starkeeper_actors::domain::transfer::{JudgeRules, Transfer, Verdict, Waiting};
use starkeeper_actors::ports::books::{
    Commit, CommitFailed, CommitRefused, Fence, LeaseKey, RowWrite, Write,
};
use starkeeper_actors::ports::market::{BrowserId, Delivery, Slot, SlotKind};
use starkeeper_actors::ports::wallet::{Pays, TransferIntent};
use starkeeper_actors::ports::{
    Books, Browsers, Chain, Clock, Failure, Invoicing, Market, Messenger, Signer,
};
use starkeeper_actors::testing::contract::rows;
use starkeeper_actors::testing::{
    Fault, MemoryBooks, MessengerFault, SendFault, Showing, Till, World,
};

const RULES: JudgeRules = JudgeRules {
    expiry_margin: Span::seconds(30),
};

fn ton(nanos: i64) -> NanoTon {
    NanoTon::from_nanos(nanos)
}

fn rich() -> (World, Till) {
    let world = World::new();
    let till = world.open_till(1, ton(10_000_000_000));
    let _masha = world.open_shop();
    (world, till)
}

fn new_customer(world: &World, n: i64) -> Commit {
    let rows = vec![RowWrite::Customer(Write::new(rows::customer(n)))];
    let commit = Commit::new(MemoryBooks::FIRST_LIFE, world.clock.now());
    Commit { rows, ..commit }
}

async fn exists(world: &World, n: i64) -> bool {
    let id = rows::customer(n).id;
    world.books.customer(id).await.unwrap().is_some()
}

async fn slot(world: &World, till: Till) -> Slot {
    let (browser, kind) = (BrowserId(1), SlotKind::Till(till.login));
    world.fragment.open(browser, kind).await.unwrap();
    let loan = 1;
    Slot {
        browser,
        kind,
        loan,
        fence: Some(Fence {
            key: LeaseKey::Login(till.login),
            epoch: Epoch::new(1),
        }),
    }
}

async fn link(world: &World, till: Till, slot: Slot) -> Link {
    let (product, recipient) = (samples::stars(50), samples::masha());
    let offer = world.fragment.offer(slot, &product, &recipient).await;
    let rules = LinkRules {
        destinations: vec![world.fragment.destination()],
        cap: ton(100_000_000_000),
        min_validity: Span::minutes(1),
    };
    let expected = Expected {
        wallet: till.wallet,
        product: &product,
        recipient: &recipient,
    };
    let now = world.clock.now();
    offer.unwrap().check(expected, &rules, now).unwrap()
}

fn sign(world: &World, till: Till, seqno: u32, pays: Pays) -> Transfer {
    let intent = TransferIntent {
        wallet: till.wallet,
        seqno,
        valid_until: world.clock.now() + Span::minutes(3),
        pays,
        product: None,
    };
    let signed = world.signer.sign(&intent).unwrap();
    let (destination, amount) = match &intent.pays {
        Pays::Link(link) => (link.destination, link.amount),
        Pays::Nothing => (till.wallet, NanoTon::ZERO),
    };
    Transfer {
        valid_until: intent.valid_until,
        destination,
        amount,
        body_hash: signed.body_hash,
        message_hash: signed.message_hash,
        boc: signed.boc,
        ..rows::transfer(21, 10, till.wallet, seqno)
    }
}

#[tokio::test(start_paused = true)]
async fn a_commit_is_lost_unknown_or_hangs_as_it_was_told() {
    let world = World::new();
    let books = &world.books;
    books.fail_next(Fault::NotDone);
    books.fail_next(Fault::Unknown { done: false });
    books.fail_next(Fault::Unknown { done: true });
    books.fail_next(Fault::Hangs { done: true });
    let lost = books.commit(new_customer(&world, 1)).await;
    assert!(matches!(lost, Err(Failure::NotDone { .. })), "{lost:?}");
    for (n, done) in [(2, false), (3, true)] {
        let unknown = books.commit(new_customer(&world, n)).await;
        assert!(matches!(unknown, Err(Failure::Unknown { .. })));
        assert_eq!(exists(&world, n).await, done);
    }
    let hangs = books.commit(new_customer(&world, 4));
    let hangs = tokio::time::timeout(Duration::from_secs(9), hangs).await;
    assert!(hangs.is_err());
    assert!(exists(&world, 4).await && !exists(&world, 1).await);
    books.commit(new_customer(&world, 5)).await.unwrap();
    let counts = books.counts();
    assert_eq!((counts.commits, counts.faults), (3, 4));
}

#[tokio::test(start_paused = true)]
async fn restored_books_forget_and_refuse_the_old_life() {
    let world = World::new();
    world.books.commit(new_customer(&world, 1)).await.unwrap();
    let backup = world.books.snapshot();
    world.books.commit(new_customer(&world, 2)).await.unwrap();
    world.books.restore(backup.clone(), IncarnationId::new(2));
    assert!(exists(&world, 1).await && !exists(&world, 2).await);
    let old = world.books.commit(new_customer(&world, 3)).await;
    let other = matches!(
        old,
        Err(CommitFailed::Refused(CommitRefused::OtherLife { .. }))
    );
    assert!(other);
    world.books.restore(backup, MemoryBooks::FIRST_LIFE);
    world.books.commit(new_customer(&world, 3)).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_predicate_that_breaks_panics_and_stays_on_record() {
    let world = World::new();
    world
        .books
        .check_also(|view| match view.customers().count() {
            0 | 1 => Ok(()),
            many => Err(format!("{many} customers")),
        });
    world.books.commit(new_customer(&world, 1)).await.unwrap();
    let (books, second) = (world.books.clone(), new_customer(&world, 2));
    let outcome = tokio::spawn(async move { books.commit(second).await }).await;
    assert!(outcome.unwrap_err().is_panic());
    assert_eq!(world.books.violations(), ["2 customers"]);
    world.books.purse(rows::customer(1).id).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_clock_follows_tokio_and_can_be_moved_by_itself() {
    let world = World::new();
    let (start, sibling) = (world.clock.now(), world.clock.sibling());
    tokio::time::advance(Duration::from_secs(60)).await;
    sibling.advance(Span::seconds(5));
    assert_eq!(world.clock.now() - start, Span::seconds(60));
    assert_eq!(sibling.now() - start, Span::seconds(65));
}

#[tokio::test(start_paused = true)]
async fn a_poor_wallet_uses_up_its_seqno_without_paying() {
    let (world, till) = rich();
    let slot = slot(&world, till).await;
    let link = link(&world, till, slot).await;
    world.chain.open(till.wallet, 0, ton(100_000_000));
    let transfer = sign(&world, till, 0, Pays::Link(link));
    world.chain.send(&transfer).await.unwrap();
    assert_eq!(world.chain.mine(), 1);
    let evidence = world.chain.look(&transfer).await.unwrap();
    let verdict = transfer.judge(&evidence, &[], RULES);
    assert!(
        matches!(verdict, Verdict::ConsumedUnpaid { .. }),
        "{verdict:?}"
    );
    assert_eq!(world.chain.account(till.wallet).0, 1);
    assert_eq!(world.chain.paid_to(world.fragment.destination()).len(), 0);
}

#[tokio::test(start_paused = true)]
async fn an_expired_message_is_dead_and_one_at_a_used_seqno_never_runs() {
    let (world, till) = rich();
    let transfer = sign(&world, till, 0, Pays::Nothing);
    let look = async || {
        let evidence = world.chain.look(&transfer).await.unwrap();
        transfer.judge(&evidence, &[], RULES)
    };
    assert_eq!(look().await, Verdict::Wait(Waiting::StillValid));
    world.clock.advance(Span::minutes(4));
    world.chain.send(&transfer).await.unwrap();
    assert_eq!(world.chain.mine(), 0);
    assert_eq!(look().await, Verdict::Dead { providers: 2 });
    world.chain.show(1, Showing::Down);
    assert_eq!(look().await, Verdict::Dead { providers: 1 });
    let fresh = sign(&world, till, 0, Pays::Nothing);
    world
        .chain
        .sign_outside(till.wallet, till.wallet, ton(1), "by hand");
    world.chain.send(&fresh).await.unwrap();
    assert_eq!(world.chain.mine(), 0);
    let evidence = world.chain.look(&fresh).await.unwrap();
    let verdict = fresh.judge(&evidence, &[], RULES);
    assert!(matches!(verdict, Verdict::Foreign { .. }), "{verdict:?}");
    world.chain.break_histories(1);
    let evidence = world.chain.look(&fresh).await.unwrap();
    let verdict = fresh.judge(&evidence, &[], RULES);
    assert_eq!(verdict, Verdict::Wait(Waiting::HistoryIncomplete));
}

#[tokio::test(start_paused = true)]
async fn a_provider_may_show_the_past_under_its_own_time_or_todays() {
    let (world, till) = rich();
    world.chain.show(0, Showing::ThePast);
    let then = world.clock.now();
    world.clock.advance(Span::minutes(9));
    world
        .chain
        .sign_outside(till.wallet, till.wallet, ton(1), "by hand");
    let state = world.chain.state(till.wallet).await.unwrap();
    assert_eq!((state.seqno, state.time), (0, then));
    world.chain.show(0, Showing::ThePastAsNew);
    world
        .chain
        .sign_outside(till.wallet, till.wallet, ton(1), "again");
    let state = world.chain.state(till.wallet).await.unwrap();
    assert_eq!((state.seqno, state.time), (1, world.clock.now()));
    world.chain.show(0, Showing::Nothing);
    let state = world.chain.state(till.wallet).await.unwrap();
    assert_eq!((state.seqno, state.last), (0, None));
    world.chain.show(0, Showing::TheChain);
    let state = world.chain.state(till.wallet).await.unwrap();
    assert_eq!(state.seqno, 2);
}

#[tokio::test(start_paused = true)]
async fn a_send_whose_answer_is_lost_may_have_been_taken() {
    let (world, till) = rich();
    let transfer = sign(&world, till, 0, Pays::Nothing);
    for (taken, waiting) in [(false, 0), (true, 1)] {
        world.chain.fail_next_send(SendFault::Unknown { taken });
        let lost = world.chain.send(&transfer).await;
        assert!(matches!(lost, Err(Failure::Unknown { .. })));
        assert_eq!(world.chain.waiting(), waiting);
    }
    assert_eq!(world.chain.mine(), 1);
}

#[tokio::test(start_paused = true)]
async fn fragment_delivers_for_the_payment_and_the_very_bytes_and_only_once() {
    let (world, till) = rich();
    let slot = slot(&world, till).await;
    let link = link(&world, till, slot).await;
    let transfer = sign(&world, till, 0, Pays::Link(link.clone()));
    let page = async || {
        let product = samples::stars(50);
        world
            .fragment
            .delivery(slot, &product, &link)
            .await
            .unwrap()
    };
    world.chain.send(&transfer).await.unwrap();
    world.chain.mine();
    assert_eq!(page().await, Delivery::Pending, "not confirmed yet");
    world.fragment.hold_deliveries(true);
    let confirmed = world.fragment.confirm(slot, &link, &transfer.boc).await;
    confirmed.unwrap();
    assert_eq!(page().await, Delivery::Pending, "held back");
    world.fragment.hold_deliveries(false);
    let request = Some(link.request.clone());
    assert_eq!(page().await, Delivery::Done { request });
    assert_eq!(
        world.fragment.delivered(),
        std::slice::from_ref(&link.request)
    );
    assert_eq!(world.fragment.violations(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn other_bytes_do_not_confirm_a_payment() {
    let (world, till) = rich();
    let slot = slot(&world, till).await;
    let link = link(&world, till, slot).await;
    let pays = sign(&world, till, 0, Pays::Link(link.clone()));
    let other = sign(&world, till, 1, Pays::Link(link.clone()));
    let confirmed = world.fragment.confirm(slot, &link, &other.boc).await;
    confirmed.unwrap();
    world.chain.send(&pays).await.unwrap();
    world.chain.mine();
    assert_eq!(world.fragment.delivered(), []);
}

#[tokio::test(start_paused = true)]
async fn what_a_shop_must_never_do_is_noted() {
    let (world, till) = rich();
    let slot = slot(&world, till).await;
    let first = link(&world, till, slot).await;
    let product = samples::stars(50);
    let name = samples::masha().username;
    let found = world.fragment.find_recipient(slot, &name, &product).await;
    found.unwrap();
    assert_eq!(world.fragment.violations().len(), 1, "a look-up in a till");
    for seqno in [0, 1] {
        let pays = sign(&world, till, seqno, Pays::Link(first.clone()));
        world.chain.send(&pays).await.unwrap();
    }
    world.chain.mine();
    assert_eq!(world.fragment.violations().len(), 2, "paid twice");
    link(&world, till, slot).await;
    assert_eq!(
        world.fragment.violations().len(),
        3,
        "the till was taken over"
    );
}

#[tokio::test(start_paused = true)]
async fn the_payer_pays_less_more_and_late_and_look_ups_may_lag() {
    let (world, _) = rich();
    let wish = rows::invoice(31, 1).create_request();
    let opened = world.gateway.open(&wish).await.unwrap();
    let by = LookUpBy::Uuid(opened.uuid);
    let status = async || world.gateway.report(&by).await.unwrap().status;
    let name = world.gateway.newest().unwrap();
    world
        .gateway
        .pay_usd(&name, MicroUsd::from_micros(15_000_000));
    assert_eq!(status().await, GatewayStatus::WrongAmountWaiting);
    world.gateway.freeze(&name);
    world
        .gateway
        .pay_usd(&name, MicroUsd::from_micros(5_000_000));
    assert_eq!(status().await, GatewayStatus::WrongAmountWaiting);
    world.gateway.thaw(&name);
    assert_eq!(status().await, GatewayStatus::Paid);
    world.gateway.pay_usd(&name, MicroUsd::from_micros(1));
    assert_eq!(status().await, GatewayStatus::PaidOver);
}

#[tokio::test(start_paused = true)]
async fn a_message_whose_answer_is_lost_may_be_in_the_chat() {
    let world = World::new();
    let chat = TelegramId::new(5);
    let to = starkeeper_actors::ports::messenger::To {
        chat,
        language: Default::default(),
    };
    let news = rows::news(1, 10).message;
    for (delivered, there) in [(false, 0), (true, 1)] {
        world
            .telegram
            .fail_next_in(chat, MessengerFault::Unknown { delivered });
        let told = world
            .telegram
            .tell(
                to,
                &news,
                &starkeeper_actors::ports::messenger::About::default(),
            )
            .await;
        assert!(matches!(told, Err(Failure::Unknown { .. })));
        assert_eq!(world.telegram.news(chat).len(), there);
    }
}

#[tokio::test(start_paused = true)]
async fn a_customer_with_a_balance_buys_in_a_world_that_sells() {
    let (world, till) = rich();
    let customer = world.open_customer(TelegramId::new(5), MicroUsd::from_micros(5_000_000));
    let order = rows::order(10, customer.id.get());
    let held: Order = rows::held(&order, till.wallet);
    assert!(matches!(held.state, OrderState::Held { .. }));
    world
        .books
        .seed(vec![RowWrite::Order(Write::new(held))], vec![]);
    let due = world.books.orders_due(world.clock.now(), 10).await.unwrap();
    assert_eq!(due, [order.id]);
    assert_eq!(
        world.books.float(till.wallet).await.unwrap(),
        ton(10_000_000_000)
    );
}
