//! Where each customer is in the conversation. Losing it costs a tap, never money.

use async_trait::async_trait;

use super::Failure;
use crate::domain::dialog::Dialog;
use crate::domain::ids::TelegramId;

/// Another replica saved the dialog meanwhile.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the dialog was saved by somebody else meanwhile")]
pub struct DialogMoved;

/// A dialog with what a save must name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SeenDialog {
    /// The dialog; the main menu if nothing was saved.
    pub dialog: Dialog,
    /// 0 if nothing was saved.
    pub version: u64,
}

/// The dialogs.
#[async_trait]
pub trait Dialogs: Send + Sync {
    /// A person's dialog.
    async fn load(&self, user: TelegramId) -> Result<SeenDialog, super::Unreadable>;

    /// Saves over the version that was seen (compare and set); answers the new version.
    async fn save(
        &self,
        user: TelegramId,
        seen: u64,
        dialog: &Dialog,
    ) -> Result<u64, Failure<DialogMoved>>;

    /// Forgets a person.
    async fn erase(&self, user: TelegramId) -> Result<(), super::Unreadable>;
}
