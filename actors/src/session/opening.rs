//! Whoever asked to be told when the shop sells again is told, once.

use super::desk::Desk;
use super::turn::Trouble;
use crate::domain::customer::Customer;
use crate::domain::dialog::Seller;
use crate::domain::ids::NoticeId;
use crate::domain::notice::{News, Owed};
use crate::ports::Failure;
use crate::ports::books::{RowWrite, Seen, Write};

/// Told in one round; the rest hears it in the next.
const AT_ONCE: u32 = 100;

impl Desk {
    /// Tells those who wait, if all that was ever closed to them is open: somebody delivers, there is
    /// a price, a wallet can pay for the smallest order, and the gateway answers.
    pub(super) async fn tell_opening(&self) {
        if let Err(trouble) = self.tell_those_who_wait().await {
            tracing::warn!("nobody can be told that the shop is open: {trouble}");
        }
    }

    async fn tell_those_who_wait(&self) -> Result<(), Trouble> {
        let books = &self.office.ports.books;
        let waiting = books.customers_waiting(None, AT_ONCE).await?;
        if waiting.is_empty() || !self.is_open().await? {
            return Ok(());
        }
        for seen in waiting {
            self.tell_open(seen).await?;
        }
        Ok(())
    }

    async fn is_open(&self) -> Result<bool, Trouble> {
        match self.seller(None) {
            Seller::Open => {}
            Seller::Starting | Seller::Closed => return Ok(false),
        }
        if !self.gateway_answers() {
            return Ok(false);
        }
        self.carries_the_least().await
    }

    /// One customer, in one commit with the end of the wish: whichever replica is first.
    async fn tell_open(&self, seen: Seen<Customer>) -> Result<(), Trouble> {
        let mut commit = self.office.commit();
        let news = News::OpenAgain { at: commit.at };
        let id = NoticeId::new(self.office.ports.clock.fresh_id());
        commit.notices.push((id, Owed::customer(seen.row.id, news)));
        let told = Customer {
            wants_opening: false,
            ..seen.row.clone()
        };
        commit
            .rows
            .push(RowWrite::Customer(Write::over(&seen, told)));
        match self.office.write(commit).await {
            // Somebody else wrote the customer: looked at again in the next round.
            Ok(()) | Err(Failure::Refused(_)) => Ok(()),
            Err(Failure::NotDone { cause } | Failure::Unknown { cause }) => {
                Err(Trouble::NotDone(cause))
            }
        }
    }
}
