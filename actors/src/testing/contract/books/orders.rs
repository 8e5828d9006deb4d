//! What the books keep of orders, invoices, wallets and customers by themselves.

use super::{EmptyBooks, assert_rule, assert_taken, open_shop, till, write_rows};
use crate::domain::catalog::Username;
use crate::domain::ids::{QuoteId, Version};
use crate::domain::invoice::Invoice;
use crate::domain::order::Order;
use crate::ports::books::{RowWrite, Write};
use crate::testing::contract::{given, rows};

fn new(order: &Order) -> Vec<RowWrite> {
    vec![RowWrite::Order(Write::new(order.clone()))]
}

fn over(version: i64, order: Order) -> Vec<RowWrite> {
    let seen = Some(Version::new(version));
    vec![RowWrite::Order(Write { seen, row: order })]
}

/// A double tap is two updates on two replicas (rule 19).
pub async fn a_quote_buys_once(empty: &dyn EmptyBooks) {
    let (one, other) = (empty.client(), empty.client());
    open_shop(&*one).await;
    given(write_rows(&*one, new(&rows::order(10, 1))).await, "one tap");
    let mut second = rows::order(12, 1);
    second.quote.id = QuoteId::new(10);
    assert_taken(write_rows(&*other, new(&second)).await);
}

/// Numbers are drawn at random and may repeat: the books see it.
pub async fn an_order_number_is_given_once(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    let first = rows::order(10, 1);
    given(write_rows(&*books, new(&first)).await, "the first");
    let mut second = rows::order(12, 2);
    second.number = first.number.clone();
    assert_taken(write_rows(&*books, new(&second)).await);
}

/// Customer, quote and number.
pub async fn what_was_agreed_never_changes(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    let order = rows::order(10, 1);
    given(write_rows(&*books, new(&order)).await, "an order");
    let other = rows::order(12, 2);
    let changed = [
        Order {
            quote: other.quote.clone(),
            ..order.clone()
        },
        Order {
            number: other.number,
            ..order.clone()
        },
        Order {
            customer: other.customer,
            ..order
        },
    ];
    for changed in changed {
        assert_rule(write_rows(&*books, over(1, changed)).await);
    }
}

/// Whoever asks.
pub async fn a_finished_order_does_not_come_back(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    let order = rows::order(10, 1);
    let gone = rows::cancelled(&order);
    given(write_rows(&*books, new(&order)).await, "an order");
    given(write_rows(&*books, over(1, gone)).await, "the end");
    let held = rows::held(&order, till());
    assert_rule(write_rows(&*books, over(2, order)).await);
    assert_rule(write_rows(&*books, over(2, held)).await);
}

/// From the moment its price is held until it ends (rule 9); a name in other letters is the same.
pub async fn a_recipient_has_one_live_premium_order(empty: &dyn EmptyBooks) {
    let (one, other) = (empty.client(), empty.client());
    open_shop(&*one).await;
    let first = rows::premium_order(10, 1);
    let mut second = rows::premium_order(12, 2);
    let name = Username::parse(&second.quote.recipient.username.as_str().to_uppercase());
    second.quote.recipient.username = given(name, "a name");
    let both = [new(&first), new(&second)].concat();
    given(write_rows(&*one, both).await, "both wait for payment");
    let held = rows::held(&first, till());
    given(write_rows(&*one, over(1, held)).await, "the first is held");
    let held = rows::held(&second, till());
    assert_rule(write_rows(&*other, over(1, held.clone())).await);
    let mut elsewhere = held.clone();
    elsewhere.quote = rows::premium_order(14, 2).quote;
    let stars = rows::held(&rows::order(16, 2), till());
    given(
        write_rows(&*other, new(&stars)).await,
        "stars are no matter",
    );
    let gone = rows::cancelled(&first);
    given(write_rows(&*one, over(2, gone)).await, "the first ends");
    given(write_rows(&*other, over(1, held)).await, "now the second");
}

/// Rule 3.
pub async fn an_order_stays_with_its_wallet(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    let other = crate::testing::wallet_numbered(2);
    let wallet = RowWrite::Wallet(Write::new(rows::wallet(other)));
    given(write_rows(&*books, vec![wallet]).await, "another wallet");
    let order = rows::order(10, 1);
    let held = rows::held(&order, till());
    given(write_rows(&*books, new(&held)).await, "held");
    let moved = rows::held(&order, other);
    assert_rule(write_rows(&*books, over(1, moved)).await);
}

/// Rule 14.
pub async fn a_gateway_name_is_given_once(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    let new = |invoice: &Invoice| vec![RowWrite::Invoice(Write::new(invoice.clone()))];
    given(write_rows(&*books, new(&rows::invoice(31, 1))).await, "one");
    let mut second = rows::invoice(32, 2);
    second.gateway_order_id = rows::gateway_name(31);
    assert_taken(write_rows(&*books, new(&second)).await);
}

/// A creation that comes back with a known uuid is not ours (rule 14).
pub async fn a_gateway_uuid_belongs_to_one_invoice(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    let new = |invoice: Invoice| vec![RowWrite::Invoice(Write::new(invoice))];
    let first = rows::opened(&rows::invoice(31, 1), "uuid-1");
    given(write_rows(&*books, new(first)).await, "the first");
    let wanted = rows::invoice(32, 1);
    given(write_rows(&*books, new(wanted.clone())).await, "wanted");
    let seen = Some(Version::FIRST);
    let row = rows::opened(&wanted, "uuid-1");
    let same = RowWrite::Invoice(Write { seen, row });
    assert_taken(write_rows(&*books, vec![same]).await);
    let row = rows::opened(&wanted, "uuid-2");
    let own = RowWrite::Invoice(Write { seen, row });
    given(write_rows(&*books, vec![own]).await, "its own");
}

/// And keeps it.
pub async fn a_chat_has_one_account(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    let mut second = rows::customer(9);
    second.telegram = rows::customer(1).telegram;
    let second = RowWrite::Customer(Write::new(second));
    assert_taken(write_rows(&*books, vec![second]).await);
    let mut moved = rows::customer(1);
    moved.telegram = rows::customer(9).telegram;
    let seen = Some(Version::FIRST);
    let moved = RowWrite::Customer(Write { seen, row: moved });
    assert_rule(write_rows(&*books, vec![moved]).await);
}

/// The books own it (rule 1).
pub async fn the_seqno_of_a_wallet_never_goes_back(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    let at = |version, seqno| {
        let seen = Some(Version::new(version));
        let mut row = rows::wallet(till());
        row.next_seqno = seqno;
        vec![RowWrite::Wallet(Write { seen, row })]
    };
    given(write_rows(&*books, at(1, 8)).await, "on");
    given(write_rows(&*books, at(2, 8)).await, "the same");
    assert_rule(write_rows(&*books, at(3, 7)).await);
}
