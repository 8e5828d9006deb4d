//! The end of a person at their own wish (rule 23): in the books, in the dialogs, in memory.

use super::desk::Desk;
use super::memory::Memory;
use super::turn::Trouble;
use crate::domain::customer::StillOpen;
use crate::domain::dialog::{Action, Answer, Inbound, Said};
use crate::domain::ids::TelegramId;
use crate::ports::Failure;
use crate::ports::books::{EraseRefused, Erasure, Page};

/// Orders that are looked at to say beforehand what is open. Whether there is an older one, the
/// books say when it is done.
const LOOKED_AT: u32 = 20;

/// Pseudonyms dropped in one round.
const AT_ONCE: u32 = 100;

impl Desk {
    /// Says beforehand what keeps the person, so that nobody confirms in vain.
    pub(super) async fn may_erase(&self, memory: &Memory) -> Result<Answer, Trouble> {
        Ok(Answer::MayErase(self.still_open(memory).await?))
    }

    async fn still_open(&self, memory: &Memory) -> Result<Option<StillOpen>, Trouble> {
        let (books, id) = (&self.office.ports.books, memory.customer);
        let newest = Page {
            offset: 0,
            limit: LOOKED_AT,
        };
        let orders = books.orders_of(id, newest).await?;
        if orders.iter().any(|seen| !seen.row.is_finished()) {
            return Ok(Some(StillOpen::Order));
        }
        if !books.invoices_of(id).await?.is_empty() {
            return Ok(Some(StillOpen::Invoice));
        }
        let purse = books.purse(id).await?;
        let customer = books.customer(id).await?;
        Ok(customer.and_then(|seen| seen.row.keeps_open(purse)))
    }

    /// Whether this is the wish to be erased, come again after it was done: it must not open an
    /// account for somebody who has just left.
    pub(super) async fn was_erased_by(&self, inbound: &Inbound) -> Result<bool, Trouble> {
        let Said::Tap(data) = &inbound.said else {
            return Ok(false);
        };
        let Some(Action::EraseNow(customer)) = Action::decode(data) else {
            return Ok(false);
        };
        let books = &self.office.ports.books;
        if books.customer_at(inbound.sender.user).await?.is_some() {
            return Ok(false);
        }
        let named = books.customer(customer).await?;
        Ok(named.is_none_or(|seen| seen.row.is_erased()))
    }

    /// Erases the person in the books, if nothing is open there.
    pub(super) async fn erase(
        &self,
        memory: &Memory,
        inbound: &Inbound,
    ) -> Result<Answer, Trouble> {
        let ports = &self.office.ports;
        let pseudonym = ports.vault.pseudonym(inbound.sender.user);
        let pseudonym = pseudonym.ok_or_else(|| Trouble::NotDone("there is no key".into()))?;
        for _ in 0..self.settings.rounds {
            let seen = ports.books.customer(memory.customer).await?;
            // An earlier tap did it, and its answer was lost.
            let Some(seen) = seen.filter(|seen| !seen.row.is_erased()) else {
                return Ok(Answer::Erased);
            };
            let erasure = Erasure {
                incarnation: self.office.life,
                at: self.now(),
                customer: memory.customer,
                seen: seen.version,
                pseudonym,
            };
            match ports.books.erase(erasure).await {
                Ok(()) => return Ok(Answer::Erased),
                Err(Failure::Refused(EraseRefused::StillOpen(what))) => {
                    return Ok(Answer::MayErase(Some(what)));
                }
                // Somebody else wrote the row, or perhaps we did: read again.
                Err(Failure::Refused(EraseRefused::Books(_)) | Failure::Unknown { .. }) => {}
                Err(Failure::NotDone { cause }) => return Err(Trouble::NotDone(cause)),
            }
        }
        Err(Trouble::NotDone(format!(
            "{} could not be erased",
            memory.customer
        )))
    }

    /// Drops pseudonyms that no longer count.
    pub(super) async fn drop_pseudonyms(&self) {
        let books = &self.office.ports.books;
        if let Err(why) = books.drop_pseudonyms(self.now(), AT_ONCE).await {
            tracing::warn!("pseudonyms that are over stay until the next hour: {why}");
        }
    }

    /// Forgets where an erased person was in the conversation. Until that is done the update is not
    /// handled, and comes again.
    pub(super) async fn forget(&self, user: TelegramId) -> Result<(), Trouble> {
        Ok(self.office.ports.dialogs.erase(user).await?)
    }
}
