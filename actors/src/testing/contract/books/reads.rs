//! What the books find, and in which order.

use super::{EmptyBooks, blank, open_shop, till, write_rows};
use crate::domain::customer::Language;
use crate::domain::ids::{
    CustomerId, InvoiceId, LoginId, OrderId, ReplicaId, TelegramId, TransferId, Version,
};
use crate::domain::invoice::Purpose;
use crate::domain::ledger::{Account, Entry, EntryKey};
use crate::domain::login::Login;
use crate::domain::money::{MicroUsd, NanoTon};
use crate::domain::order::Order;
use crate::domain::pricing::samples;
use crate::domain::report::Turnover;
use crate::domain::shop::Shop;
use crate::domain::{Span, Timestamp};
use crate::ports::Books;
use crate::ports::books::{
    Commit, Due, LeaseKey, LeasesOf, OrdersIn, Page, RowWrite, Seen, Tally, Write,
};
use crate::testing::contract::{given, rows, there};
use crate::testing::wallet_numbered;

const ONE: CustomerId = CustomerId::new(1);

pub(super) fn minute(n: i64) -> Timestamp {
    rows::noon() + Span::minutes(n)
}

pub(super) fn new(order: Order) -> RowWrite {
    RowWrite::Order(Write::new(order))
}

fn ids(orders: &[Seen<Order>]) -> Vec<i64> {
    orders.iter().map(|seen| seen.row.id.get()).collect()
}

pub(super) async fn due(books: &dyn Books, at: Timestamp, limit: u32) -> Vec<i64> {
    let due = given(books.orders_due(at, limit).await, "due orders");
    due.iter().map(|order| order.get()).collect()
}

/// So that one customer's ten orders do not keep another's first one waiting (rule 12).
pub async fn orders_that_are_due_come_oldest_first_and_take_turns(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    let held = |n, customer, minutes| {
        let order = rows::order(n, customer);
        new(rows::held_until(&order, till(), minute(minutes)))
    };
    let all = vec![
        held(10, 1, 3),
        held(11, 1, 1),
        held(12, 1, 2),
        held(13, 2, 2),
        held(14, 2, 90),
    ];
    given(write_rows(&*books, all).await, "orders");
    // The mark at which a customer is told makes every one of them due.
    let at = minute(2);
    assert_eq!(due(&*books, at, 10).await, [11, 13, 12]);
    assert_eq!(due(&*books, at, 2).await, [11, 13]);
    assert_eq!(due(&*books, minute(1), 10).await, [11]);
}

/// Before their time, finished, or waiting for a person alone.
pub async fn orders_that_are_not_due_do_not_come(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    let waiting = rows::order(10, 1);
    let lapses = waiting.quote.expires_at;
    let held = rows::held_until(&rows::order(11, 1), till(), minute(1));
    let gone = rows::cancelled(&rows::order(12, 1));
    let all = vec![new(waiting), new(held.clone()), new(gone)];
    given(write_rows(&*books, all).await, "orders");
    assert_eq!(due(&*books, rows::noon(), 10).await, [0_i64; 0]);
    let seen = Some(Version::FIRST);
    let row = rows::cancelled(&held);
    let cancel = RowWrite::Order(Write { seen, row });
    given(write_rows(&*books, vec![cancel]).await, "one ends");
    assert_eq!(due(&*books, minute(2), 10).await, [0_i64; 0]);
    assert_eq!(due(&*books, lapses, 10).await, [10], "its offer lapses");
}

/// Up to the limit.
pub async fn invoices_that_are_due_come_oldest_first(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    let wanted = |n, minutes| {
        let mut invoice = rows::invoice(n, 1);
        invoice.standing = crate::domain::invoice::Standing::Wanted {
            not_before: minute(minutes),
            attempts: 0,
        };
        RowWrite::Invoice(Write::new(invoice))
    };
    let all = vec![wanted(31, 3), wanted(32, 1), wanted(33, 2)];
    given(write_rows(&*books, all).await, "invoices");
    let due = async |at, limit| {
        let due = given(books.invoices_due(at, limit).await, "due invoices");
        due.iter()
            .map(|id: &InvoiceId| id.get())
            .collect::<Vec<_>>()
    };
    assert_eq!(due(rows::noon(), 10).await, [0_i64; 0]);
    assert_eq!(due(minute(2), 10).await, [32, 33]);
    assert_eq!(due(minute(9), 2).await, [32, 33]);
}

/// Newest first; one that will never exist is not among those to pay.
pub async fn invoices_are_found_by_name_and_by_customer(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    let mut refused = rows::invoice(33, 1);
    refused.standing = crate::domain::invoice::Standing::Refused { why: "no".into() };
    let invoices = [
        rows::invoice(31, 1),
        rows::opened(&rows::invoice(32, 1), "uuid-32"),
        refused,
        rows::invoice(34, 2),
    ];
    let all = invoices.map(|invoice| RowWrite::Invoice(Write::new(invoice)));
    given(write_rows(&*books, all.into()).await, "invoices");
    let name = rows::gateway_name(32);
    let found = given(books.invoice_named(&name).await, "a read");
    assert_eq!(there(found, "the invoice").row.id, InvoiceId::new(32));
    let unknown = rows::gateway_name(99);
    assert_eq!(given(books.invoice_named(&unknown).await, "a read"), None);
    let open = given(books.invoices_of(ONE).await, "a read");
    let open: Vec<i64> = open.iter().map(|seen| seen.row.id.get()).collect();
    assert_eq!(open, [32, 31]);
}

/// Customer, balances, order; the wallets while the order waits for its money.
pub async fn an_invoice_file_is_whole(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    let (waits, bought) = (rows::order(10, 1), rows::held(&rows::order(11, 2), till()));
    let invoice = |n, customer, purpose| {
        let mut invoice = rows::invoice(n, customer);
        invoice.purpose = purpose;
        invoice
    };
    let invoices = [
        invoice(31, 1, Purpose::Order(waits.id)),
        invoice(32, 2, Purpose::Order(bought.id)),
        invoice(33, 2, Purpose::TopUp),
    ];
    let mut all = vec![new(waits.clone()), new(bought.clone())];
    all.extend(
        invoices
            .clone()
            .map(|invoice| RowWrite::Invoice(Write::new(invoice))),
    );
    let commit = Commit {
        rows: all,
        entries: vec![rows::hold(11, 2, 4_000_000)],
        ..blank(&*books).await
    };
    given(books.commit(commit).await, "invoices");
    let file = async |n| {
        let file = books.invoice_file(InvoiceId::new(n)).await;
        given(file, "a file")
    };
    let free = NanoTon::from_nanos(100_000_000_000);
    let expected = [
        (31, Some(waits), vec![(rows::wallet(till()), free)], 0),
        (32, Some(bought), Vec::new(), 4_000_000),
        (33, None, Vec::new(), 4_000_000),
    ];
    for ((n, order, wallets, held), invoice) in expected.into_iter().zip(invoices) {
        let file = there(file(n).await, "the file");
        assert_eq!(file.customer.row, rows::customer(invoice.customer.get()));
        assert_eq!(file.invoice.row, invoice);
        assert_eq!(file.invoice.version, Version::FIRST);
        assert_eq!(file.purse.held, MicroUsd::from_micros(held));
        let available = MicroUsd::from_micros(10_000_000 - held);
        assert_eq!(file.purse.available, available);
        assert_eq!(file.order.map(|seen| seen.row), order);
        assert_eq!(file.wallets, wallets);
    }
    assert_eq!(file(99).await, None);
}

/// Newest first, page by page.
pub async fn orders_are_found_by_number_customer_and_wallet(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    let other = wallet_numbered(2);
    let mut all: Vec<RowWrite> = (10..15).map(|n| new(rows::order(n, 1))).collect();
    all.push(new(rows::held(&rows::order(20, 2), till())));
    all.push(RowWrite::Wallet(Write::new(rows::wallet(other))));
    all.push(new(rows::held(&rows::order(21, 2), other)));
    given(write_rows(&*books, all).await, "orders");
    let number = rows::order(12, 1).number;
    let found = given(books.order_numbered(&number).await, "a read");
    assert_eq!(there(found, "the order").row.id, OrderId::new(12));
    let page = |offset, limit| Page { offset, limit };
    let newest = given(books.orders_of(ONE, page(0, 2)).await, "a page");
    assert_eq!(ids(&newest), [14, 13]);
    let rest = given(books.orders_of(ONE, page(2, 100)).await, "a page");
    assert_eq!(ids(&rest), [12, 11, 10]);
    let bound = given(books.orders_of_wallet(till()).await, "a read");
    assert_eq!(ids(&bound), [20]);
    let seen = there(bound.first(), "the order").clone();
    let gone = rows::cancelled(&seen.row);
    let gone = RowWrite::Order(Write::over(&seen, gone));
    given(write_rows(&*books, vec![gone]).await, "it ends");
    let bound = given(books.orders_of_wallet(till()).await, "a read");
    assert_eq!(ids(&bound), [0_i64; 0]);
}

/// Page by page, finished ones too.
pub async fn orders_of_everybody_come_newest_first(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    let mut all: Vec<RowWrite> = (10..13).map(|n| new(rows::order(n, 1))).collect();
    all.push(new(rows::held(&rows::order(20, 2), till())));
    all.push(new(rows::cancelled(&rows::order(15, 2))));
    given(write_rows(&*books, all).await, "orders");
    let page = |offset, limit| Page { offset, limit };
    let newest = given(books.latest_orders(page(0, 3)).await, "a page");
    assert_eq!(ids(&newest), [20, 15, 12]);
    let rest = given(books.latest_orders(page(3, 100)).await, "a page");
    assert_eq!(ids(&rest), [11, 10]);
}

/// And finds the one that is there.
pub async fn a_look_at_a_chat_opens_no_account(empty: &dyn EmptyBooks) {
    let books = empty.client();
    let chat = TelegramId::new(7_000_000_000);
    assert_eq!(given(books.customer_at(chat).await, "a look"), None);
    assert_eq!(given(books.customer_at(chat).await, "a look"), None);
    let opened = books
        .customer_of(chat, Language::Ru, ONE, rows::noon())
        .await;
    let opened = given(opened, "an account");
    assert_eq!(given(books.customer_at(chat).await, "a look"), Some(opened));
}

/// Zero of each in empty books.
pub async fn a_tally_counts_what_goes_on(empty: &dyn EmptyBooks) {
    let books = empty.client();
    // Before the third is due: a held order is looked at after three minutes, whatever its pause.
    let now = minute(2);
    let counted = async || given(books.tally(now).await, "a tally");
    assert_eq!(counted().await, Tally::default());
    much_goes_on(&*books).await;
    leases_taken_and_given_back(&*books).await;
    let counted = counted().await;
    let (noon, unfinished) = (rows::noon(), counted.unfinished_orders());
    let state = |state: &str, count| OrdersIn {
        state: state.into(),
        count,
        oldest: noon,
    };
    assert_eq!(counted.open_invoices, 2);
    assert_eq!(
        counted.orders,
        [state("awaiting_payment", 1), state("held", 3)]
    );
    assert_eq!((unfinished, counted.waiting_notices), (4, 2));
    assert_eq!(counted.oldest_notice, Some(noon));
    let due = |count, oldest| Due {
        count,
        oldest: Some(oldest),
    };
    assert_eq!(counted.due_orders, due(2, minute(1)));
    assert_eq!(counted.due_notices, due(1, noon), "the first of a person");
    let long = |listed: usize| u64::try_from(listed).unwrap_or_default();
    let invoices = given(books.invoices_due(now, 100).await, "due invoices");
    assert_eq!(counted.due_invoices.count, long(invoices.len()));
    let messages = given(books.live_due(now, 100).await, "due messages");
    assert_eq!(counted.due_messages.count, long(messages.len()));
    let lease = |kind: &str, held, free| LeasesOf {
        kind: kind.into(),
        held,
        free,
    };
    assert_eq!(
        counted.leases,
        [lease("notifier", 0, 1), lease("wallet", 1, 0)]
    );
}

/// Invoices, orders in several states, some of them due, and two notices to one person.
async fn much_goes_on(books: &dyn Books) {
    open_shop(books).await;
    let mut refused = rows::invoice(33, 2);
    refused.standing = crate::domain::invoice::Standing::Refused { why: "no".into() };
    let invoices = [rows::invoice(31, 1), rows::invoice(32, 2), refused];
    let mut all: Vec<RowWrite> = invoices
        .map(|invoice| RowWrite::Invoice(Write::new(invoice)))
        .into();
    all.push(new(rows::order(10, 1)));
    all.push(new(rows::cancelled(&rows::order(11, 1))));
    let held = |n, customer, minutes| {
        let order = rows::order(n, customer);
        new(rows::held_until(&order, till(), minute(minutes)))
    };
    all.extend([held(12, 1, 2), held(13, 2, 1), held(14, 2, 9)]);
    let commit = Commit {
        rows: all,
        notices: vec![
            (rows::notice(1), rows::news(1, 10)),
            (rows::notice(2), rows::news(1, 12)),
        ],
        ..blank(books).await
    };
    given(books.commit(commit).await, "what goes on");
}

async fn leases_taken_and_given_back(books: &dyn Books) {
    let (replica, ttl) = (ReplicaId::new(77), Span::hours(1));
    for (key, back) in [
        (LeaseKey::Wallet(till()), false),
        (LeaseKey::Notifier, true),
    ] {
        let lease = given(books.lease(key, replica, ttl).await, "a lease");
        let lease = there(lease, "the lease");
        if back {
            given(books.release(lease, replica).await, "given back");
        }
    }
}

/// Order, transfers oldest first, wallet, customer.
pub async fn an_order_file_is_whole(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    let order = rows::held(&rows::order(10, 1), till());
    let older = rows::dead(&rows::transfer(21, 10, till(), 7));
    let live = rows::transfer(22, 10, till(), 7);
    let all = vec![
        RowWrite::Transfer(Write::new(live.clone())),
        RowWrite::Transfer(Write::new(older.clone())),
        new(order.clone()),
    ];
    given(write_rows(&*books, all).await, "an order");
    let file = given(books.order_file(OrderId::new(10)).await, "a file");
    let file = there(file, "the file");
    assert_eq!(file.order.row, order);
    let transfers: Vec<_> = file.transfers.into_iter().map(|seen| seen.row).collect();
    assert_eq!(transfers, [older.clone(), live.clone()]);
    assert_eq!(there(file.wallet, "the wallet").row, rows::wallet(till()));
    assert_eq!(file.customer.row, rows::customer(1));
    let nothing = given(books.order_file(OrderId::new(99)).await, "a file");
    assert_eq!(nothing, None);
    let known = given(books.known(till()).await, "what is known");
    let mut messages = known.messages;
    messages.sort_unstable_by_key(|(_, transfer)| *transfer);
    let expected = [(older.message_hash, older.id), (live.message_hash, live.id)];
    assert_eq!(messages, expected);
    let one = given(books.transfer(live.id).await, "a transfer");
    assert_eq!(there(one, "the transfer").row, live);
}

/// Under the fresh id, once; afterwards that one is answered.
pub async fn a_chat_finds_its_account_or_opens_one(empty: &dyn EmptyBooks) {
    let books = empty.client();
    let chat = TelegramId::new(7_000_000_000);
    let open = async |fresh, language| {
        let fresh = CustomerId::new(fresh);
        let opened = books.customer_of(chat, language, fresh, rows::noon()).await;
        given(opened, "an account")
    };
    let first = open(5, Language::Ru).await;
    assert_eq!(first.version, Version::FIRST);
    assert_eq!(first.row.id, CustomerId::new(5));
    assert_eq!(first.row.language, Language::Ru);
    let again = open(6, Language::En).await;
    assert_eq!(again, first);
    let by_id = given(books.customer(CustomerId::new(5)).await, "a read");
    assert_eq!(by_id, Some(first));
    let nobody = given(books.customer(CustomerId::new(6)).await, "a read");
    assert_eq!(nobody, None);
}

/// Zero where nothing was ever posted.
pub async fn a_purse_and_a_float_are_balances(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    let purse = given(books.purse(ONE).await, "a purse");
    assert_eq!(purse.available, MicroUsd::from_micros(10_000_000));
    let nobody = given(books.purse(CustomerId::new(404)).await, "a purse");
    assert_eq!(nobody.available, MicroUsd::ZERO);
    let float = given(books.float(till()).await, "a float");
    assert_eq!(float, NanoTon::from_nanos(100_000_000_000));
    let none = given(books.float(wallet_numbered(404)).await, "a float");
    assert_eq!(none, NanoTon::ZERO);
}

/// As they were written.
pub async fn prices_and_logins_and_wallets_are_kept(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    let prices = samples::prices(rows::noon());
    let login = Login::new(LoginId::new(1), till());
    let all = vec![
        RowWrite::Prices(Write::new(prices.clone())),
        RowWrite::Login(Write::new(login.clone())),
    ];
    given(write_rows(&*books, all).await, "rows");
    let stored = given(books.prices().await, "prices");
    assert_eq!(there(stored, "the prices").row, prices);
    let logins = given(books.logins().await, "logins");
    let logins: Vec<_> = logins.into_iter().map(|seen| seen.row).collect();
    assert_eq!(logins, [login]);
    let wallets = given(books.wallets().await, "wallets");
    let wallets: Vec<_> = wallets.into_iter().map(|seen| seen.row).collect();
    assert_eq!(wallets, [rows::wallet(till())]);
}

/// As it was written, and nothing before it was founded.
pub async fn the_shop_is_kept(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    assert_eq!(given(books.shop().await, "the shop"), None);
    let shop = rows::shop();
    let write = RowWrite::Shop(Write::new(shop.clone()));
    given(write_rows(&*books, vec![write]).await, "the shop");
    let stored = there(given(books.shop().await, "the shop"), "the shop");
    assert_eq!(stored.row, shop);
    let later = Shop {
        alive_at: rows::noon() + Span::minutes(1),
        ..shop
    };
    let write = RowWrite::Shop(Write::over(&stored, later.clone()));
    given(write_rows(&*books, vec![write]).await, "the shop");
    let stored = there(given(books.shop().await, "the shop"), "the shop");
    assert_eq!(stored.row, later);
}

/// From its beginning on, and before its end.
pub async fn a_turnover_is_what_the_entries_of_its_time_say(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    let life = given(books.incarnation().await, "a life");
    let (float, held) = (Account::Float(till()), Account::CustomerHeld(ONE));
    let tons = |n: i64| NanoTon::from_nanos(n * 1_000_000_000);
    let dollar = MicroUsd::from_micros(1_000_000);
    for n in 1..=6_i64 {
        let (order, transfer) = (OrderId::new(n), TransferId::new(n));
        let hold = Entry::new(EntryKey::Hold { order });
        let hold = hold.post(Account::Customer(ONE), held, dollar);
        let settle = Entry::new(EntryKey::Settle { order });
        let settle = settle.post(held, Account::Revenue, dollar);
        let spent = Entry::new(EntryKey::Spent { transfer });
        let spent = spent.post(Account::CostOfGoods, float, tons(n));
        let fee = Entry::new(EntryKey::NetworkFee { transfer });
        let fee = fee.post(Account::NetworkFees, float, NanoTon::from_nanos(n));
        let mut commit = Commit::new(life, rows::noon() + Span::hours(6 * n));
        let entries = [hold, settle, spent, fee];
        commit.entries = entries.map(|entry| given(entry, "an entry")).into();
        given(books.commit(commit).await, "a sale");
    }
    let at = |hours: i64| rows::noon() + Span::hours(hours);
    let of = async |from, to| given(books.turnover(at(from), at(to)).await, "a turnover");
    let middle = Turnover {
        orders: 2,
        sales: MicroUsd::from_micros(2_000_000),
        cost: tons(2 + 3),
        network: NanoTon::from_nanos(2 + 3),
    };
    assert_eq!(of(12, 24).await, middle);
    assert_eq!(of(13, 13).await, Turnover::default());
    assert_eq!(of(-100, -50).await, Turnover::default());
    assert_eq!(of(100, 200).await, Turnover::default());
    let all = of(-100, 100).await;
    assert_eq!((all.orders, all.cost), (6, tons(21)));
    let bounce = Entry::new(EntryKey::Bounce {
        transfer: TransferId::new(6),
    });
    let bounce = given(
        bounce.post(float, Account::CostOfGoods, tons(6)),
        "an entry",
    );
    let mut commit = Commit::new(life, at(37));
    commit.entries.push(bounce);
    given(books.commit(commit).await, "a bounce");
    assert_eq!(
        of(-100, 100).await.cost,
        tons(15),
        "what came back was not spent"
    );
}
