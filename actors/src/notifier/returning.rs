//! A customer comes back: what was kept is owed again, oldest first.

use super::desk::Desk;
use crate::domain::customer::Customer;
use crate::domain::ids::CustomerId;
use crate::ports::books::{RowWrite, Write};

/// How often it is tried when the books move or do not answer; the next `/start` tries again.
const ROUNDS: u32 = 5;

/// Notices revived in one commit.
const AT_ONCE: usize = 100;

impl Desk {
    /// Handles [`super::CameBack`]. Needs no lease: it delivers nothing.
    pub(super) async fn came_back(&self, customer: CustomerId) {
        let mut failures = 0;
        while failures < ROUNDS {
            match self.revive_some(customer).await {
                Ok(0) => return,
                Ok(_) => {}
                Err(cause) => {
                    failures += 1;
                    tracing::warn!(customer.id = %customer, "{customer} came back: {cause}");
                }
            }
        }
    }

    /// Revives the oldest; answers how many rows were written.
    async fn revive_some(&self, id: CustomerId) -> Result<usize, String> {
        let books = &self.office.ports.books;
        let customer = self.customer(id).await.map_err(|why| why.to_string())?;
        let kept = books.notices_kept(id).await;
        let mut kept = kept.map_err(|why| why.to_string())?;
        kept.sort_by_key(|notice| notice.row.id);
        kept.truncate(AT_ONCE);
        let mut commit = self.office.commit();
        if customer.row.unreachable {
            let row = Customer {
                unreachable: false,
                ..customer.row.clone()
            };
            let write = Write::over(&customer, row);
            commit.rows.push(RowWrite::Customer(write));
        }
        for notice in &kept {
            let write = Write::over(notice, notice.row.revived(commit.at));
            commit.rows.push(RowWrite::Notice(write));
        }
        let rows = commit.rows.len();
        if rows == 0 {
            return Ok(0);
        }
        let written = self.office.write(commit).await;
        written.map_err(|failed| failed.to_string())?;
        for _ in &kept {
            self.counts.revived.one();
        }
        Ok(rows)
    }
}
