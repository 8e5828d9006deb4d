//! Tells whoever wants to know of the orders that a commit has written.

use std::sync::Arc;

use starkeeper_actors::domain::ids::{OrderId, OrderNumber, WalletAddress};
use starkeeper_actors::domain::order::Order;
use starkeeper_actors::ports::books::{Commit, RowWrite};

/// Is told of each order after the commit that wrote it.
pub type Listener = Arc<dyn Fn(&OrderStep) + Send + Sync>;

/// An order as a commit wrote it. What its state was before, the commit does not say.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OrderStep {
    /// Our id.
    pub order: OrderId,
    /// The number people say.
    pub number: OrderNumber,
    /// The name of its state.
    pub state: &'static str,
    /// The wallet that it is bound to, while it is.
    pub wallet: Option<WalletAddress>,
    /// Nothing happens to it any more.
    pub finished: bool,
}

impl OrderStep {
    fn of(order: &Order) -> Self {
        Self {
            order: order.id,
            number: order.number.clone(),
            state: order.state_name(),
            wallet: order.purchase().map(|purchase| purchase.wallet),
            finished: order.is_finished(),
        }
    }
}

/// The orders in a commit.
pub(super) fn of(commit: &Commit) -> Vec<OrderStep> {
    let orders = commit.rows.iter().filter_map(|row| match row {
        RowWrite::Order(write) => Some(OrderStep::of(&write.row)),
        RowWrite::Customer(_)
        | RowWrite::Transfer(_)
        | RowWrite::Wallet(_)
        | RowWrite::Invoice(_)
        | RowWrite::Login(_)
        | RowWrite::Notice(_)
        | RowWrite::Live(_)
        | RowWrite::Prices(_)
        | RowWrite::Shop(_)
        | RowWrite::Break(_) => None,
    });
    orders.collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use starkeeper_actors::domain::customer::Language;
    use starkeeper_actors::domain::ids::{CustomerId, TelegramId};
    use starkeeper_actors::ports::Books as _;
    use starkeeper_actors::ports::books::Write;
    use starkeeper_actors::testing::contract::rows;

    use super::*;
    use crate::storage::{Storage, StorageSettings};

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn only_what_was_written_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("books.db").display());
        let settings = StorageSettings::at(url.parse().unwrap());
        let told = Arc::new(Mutex::new(Vec::new()));
        let hears = Arc::clone(&told);
        let listener: Listener = Arc::new(move |step| hears.lock().unwrap().push(step.clone()));
        let books = Storage::open(settings).await.unwrap().telling(listener);
        let life = books.incarnation().await.unwrap();
        let (telegram, fresh) = (TelegramId::new(7), CustomerId::new(1));
        let customer = books.customer_of(telegram, Language::En, fresh, rows::noon());
        let customer = customer.await.unwrap();
        let order = rows::order(1, customer.row.id.get());
        let mut commit = Commit::new(life, rows::noon());
        commit.rows.push(RowWrite::Order(Write::new(order.clone())));
        books.commit(commit.clone()).await.unwrap();
        assert_eq!(*told.lock().unwrap(), [OrderStep::of(&order)]);
        let again = books.commit(commit).await;
        assert!(again.is_err(), "the row is there already");
        assert_eq!(told.lock().unwrap().len(), 1);
    }
}
