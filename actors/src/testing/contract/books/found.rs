//! What people who search find.

use super::{EmptyBooks, blank, open_shop, till, write_rows};
use crate::domain::Span;
use crate::domain::ids::{CustomerId, Epoch, OrderId, ReplicaId};
use crate::ports::Books;
use crate::ports::books::{Claim, Commit, LeaseKey, LeaseRow, Page, RowWrite, Write};
use crate::testing::contract::{given, rows, there};

async fn found(books: &dyn Books, name: &str) -> Vec<i64> {
    let found = given(books.orders_with(name.to_owned()).await, "orders");
    found.iter().map(|seen| seen.row.id.get()).collect()
}

/// Fragment's names, and hashes of the chain.
pub async fn an_order_is_found_by_whatever_names_it(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    let paid = rows::paid(&rows::transfer(21, 11, till(), 7));
    let all = vec![
        RowWrite::Order(Write::new(rows::held(&rows::order(11, 1), till()))),
        RowWrite::Order(Write::new(rows::held(&rows::order(12, 2), till()))),
        RowWrite::Transfer(Write::new(paid.clone())),
        RowWrite::Transfer(Write::new(rows::transfer(22, 12, till(), 8))),
    ];
    given(write_rows(&*books, all).await, "orders and transfers");
    let claims = vec![
        (Claim::Reference(rows::reference(1)), Some(OrderId::new(11))),
        (Claim::Request(rows::request(2)), Some(OrderId::new(12))),
        (Claim::Press(rows::nonce(3)), Some(OrderId::new(12))),
    ];
    let commit = blank(&*books).await;
    let commit = Commit { claims, ..commit };
    given(books.commit(commit).await, "claims");
    assert_eq!(found(&*books, rows::reference(1).as_str()).await, [11]);
    assert_eq!(found(&*books, rows::request(2).as_str()).await, [12]);
    let message = paid.message_hash.to_string();
    assert_eq!(found(&*books, &message).await, [11]);
    assert_eq!(found(&*books, &message.to_uppercase()).await, [11]);
    let tx = crate::domain::samples::tx(1_010).hash.to_string();
    assert_eq!(found(&*books, &tx).await, [11]);
    for nobody in ["", "%", rows::nonce(3).as_str(), &"f".repeat(64)] {
        assert_eq!(found(&*books, nobody).await, Vec::<i64>::new(), "{nobody}");
    }
}

/// Of one customer or of all.
pub async fn all_invoices_come_newest_first(empty: &dyn EmptyBooks) {
    let books = empty.client();
    open_shop(&*books).await;
    let all = [(31, 1), (32, 2), (33, 1)].map(|(n, customer)| {
        let invoice = rows::invoice(n, customer);
        RowWrite::Invoice(Write::new(invoice))
    });
    given(write_rows(&*books, all.into()).await, "invoices");
    let ids = async |customer: Option<i64>, offset, limit| {
        let customer = customer.map(CustomerId::new);
        let page = Page { offset, limit };
        let found = given(books.latest_invoices(customer, page).await, "invoices");
        let ids = found.iter().map(|seen| seen.row.id.get());
        ids.collect::<Vec<i64>>()
    };
    assert_eq!(ids(None, 0, 100).await, [33, 32, 31]);
    assert_eq!(ids(Some(1), 0, 100).await, [33, 31]);
    assert_eq!(ids(None, 1, 1).await, [32]);
    assert_eq!(ids(Some(9), 0, 100).await, Vec::<i64>::new());
}

/// Held or given back.
pub async fn leases_are_shown_as_they_stand(empty: &dyn EmptyBooks) {
    let books = empty.client();
    assert_eq!(given(books.leases(100).await, "leases"), []);
    let replica = ReplicaId::new(1);
    let ttl = Span::minutes(1);
    let mut taken = Vec::new();
    for key in [LeaseKey::Pricing, LeaseKey::Wallet(till())] {
        let lease = given(books.lease(key, replica, ttl).await, "a lease");
        taken.push(there(lease, "the lease"));
    }
    let [pricing, wallet] = taken.as_slice() else {
        return given(Err("not two leases"), "two leases");
    };
    given(books.release(*pricing, replica).await, "it goes back");
    let expected = [
        LeaseRow {
            key: "pricing".into(),
            epoch: Epoch::new(1),
            holder: None,
            until: pricing.until,
        },
        LeaseRow {
            key: format!("wallet/{}", till()),
            epoch: Epoch::new(1),
            holder: Some(replica),
            until: wallet.until,
        },
    ];
    assert_eq!(given(books.leases(100).await, "leases"), expected);
    assert_eq!(given(books.leases(1).await, "leases").len(), 1);
}
