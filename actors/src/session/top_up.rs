//! The message that shows a top-up is remembered, so that it ends when the money is there.
//!
//! Unlike an order's message it is drawn once more and no oftener: by the notifier, beside the news.

use super::desk::Desk;
use super::turn::Trouble;
use crate::domain::dialog::Screen;
use crate::domain::ids::InvoiceId;
use crate::ports::Failure;
use crate::ports::books::{RowWrite, Write};
use crate::ports::messenger::To;

impl Desk {
    /// Remembers in which message a top-up was just drawn. What fails leaves a message with buttons
    /// that answer with the present state.
    pub(super) async fn note_top_up(&self, to: To, message: i64, invoice: InvoiceId) {
        if let Err(why) = self.remember_top_up(to, message, invoice).await {
            tracing::warn!(invoice.id = %invoice, "the message of {invoice} will keep its buttons: {why}");
        }
    }

    async fn remember_top_up(
        &self,
        to: To,
        message: i64,
        invoice: InvoiceId,
    ) -> Result<(), Trouble> {
        for _ in 0..self.settings.rounds {
            let seen = self.office.ports.books.invoice(invoice).await?;
            let Some(seen) = seen.filter(|seen| seen.row.shown_in != Some(message)) else {
                return Ok(());
            };
            if seen.row.money.left().is_positive() {
                // The money was faster than the message: whoever told it knew of none.
                let messenger = &self.office.ports.messenger;
                let ended = Screen::of_top_up(seen.row);
                let shown = messenger.show(to, Some(message), &ended).await;
                return shown
                    .map(drop)
                    .map_err(|why| Trouble::NotDone(why.to_string()));
            }
            let row = crate::domain::invoice::Invoice {
                shown_in: Some(message),
                ..seen.row.clone()
            };
            let mut commit = self.office.commit();
            commit.rows.push(RowWrite::Invoice(Write::over(&seen, row)));
            match self.office.write(commit).await {
                Ok(()) => return Ok(()),
                // Payment wrote meanwhile, or perhaps we did: read again.
                Err(Failure::Refused(_) | Failure::Unknown { .. }) => {}
                Err(Failure::NotDone { cause }) => return Err(Trouble::NotDone(cause)),
            }
        }
        Err(Trouble::NotDone("the invoice keeps moving".into()))
    }
}
