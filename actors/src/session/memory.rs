//! What a session remembers of its person; worthless after anything went wrong.

use super::desk::Desk;
use crate::domain::Timestamp;
use crate::domain::customer::Language;
use crate::domain::dialog::{Dialog, Sender};
use crate::domain::ids::{CustomerId, TelegramId};
use crate::ports::Unreadable;

/// The dialog with its version, and what never changes about the account.
#[derive(Debug)]
pub(super) struct Memory {
    pub(super) dialog: Dialog,
    pub(super) version: u64,
    pub(super) customer: CustomerId,
    pub(super) language: Language,
    pub(super) since: Timestamp,
    /// The person was told to slow down until then; telling it again would only be faster.
    pub(super) quiet_until: Option<Timestamp>,
}

impl Desk {
    /// What is remembered, or the same from books and dialogs.
    pub(super) async fn recall(
        &self,
        memory: Option<Box<Memory>>,
        sender: &Sender,
    ) -> Result<Box<Memory>, Unreadable> {
        match memory {
            Some(memory) => Ok(memory),
            None => self.load(sender.user, sender.language).await,
        }
    }

    pub(super) async fn load(
        &self,
        user: TelegramId,
        language: Language,
    ) -> Result<Box<Memory>, Unreadable> {
        let ports = &self.office.ports;
        let fresh = CustomerId::new(ports.clock.fresh_id());
        let now = ports.clock.now();
        let customer = ports.books.customer_of(user, language, fresh, now).await?;
        let dialog = ports.dialogs.load(user).await?;
        Ok(Box::new(Memory {
            dialog: dialog.dialog,
            version: dialog.version,
            customer: customer.row.id,
            language: customer.row.language,
            since: customer.row.since,
            quiet_until: None,
        }))
    }
}
