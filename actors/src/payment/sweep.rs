//! The sweep of the gateway's list: finds what webhooks and polling have missed (rule 14).

use super::desk::{Desk, Done, Step};
use crate::domain::Timestamp;
use crate::domain::invoice::{Invoice, InvoiceEvent, Standing};
use crate::ports::invoicing::Listed;

impl Desk {
    /// Reads one page and compares it with the books. Answers where the next one begins; an error
    /// means that this page is to be read again.
    pub(super) async fn sweep_page(
        &self,
        since: Timestamp,
        cursor: Option<&str>,
    ) -> Result<Option<String>, String> {
        let call = self.office.ports.invoicing.list(since, cursor);
        let page = match tokio::time::timeout(self.settings.call, call).await {
            Ok(page) => page.map_err(|failure| failure.to_string())?,
            Err(_elapsed) => return Err("no answer in time".into()),
        };
        for listed in &page.items {
            self.compare(listed).await?;
        }
        Ok(page.next)
    }

    async fn compare(&self, listed: &Listed) -> Result<(), String> {
        let report = &listed.report;
        let named = self
            .office
            .ports
            .books
            .invoice_named(&report.order_id)
            .await;
        let named = named.map_err(|unreadable| unreadable.to_string())?;
        let Some(invoice) = named
            .map(|seen| seen.row)
            .filter(|row| is_ours(row, listed))
        else {
            let told = self.orphan(report, listed.reference).await;
            return told.map_err(|unsure| unsure.to_string());
        };
        if invoice.status.as_ref() == Some(&report.status) {
            return Ok(());
        }
        let found = Step::of(InvoiceEvent::SweepFound);
        match self.settle(invoice.id, &found).await {
            Ok(Done::Changed(_)) if report.status.is_success() => {
                let id = invoice.id;
                tracing::warn!(invoice.id = %id, "the sweep found a payment of {id} unseen");
                // The look-up that is due now decides; a repeated webhook is a second chance,
                // should look-ups be what does not work.
                let again = self.office.ports.invoicing.resend(&report.uuid);
                let _best_effort = tokio::time::timeout(self.settings.call, again).await;
                Ok(())
            }
            Ok(Done::Changed(_) | Done::Nothing | Done::Overtaken) => Ok(()),
            Err(trouble) => Err(trouble.to_string()),
        }
    }
}

fn is_ours(invoice: &Invoice, listed: &Listed) -> bool {
    match &invoice.standing {
        Standing::Open(page) => page.uuid == listed.report.uuid,
        Standing::Wanted { .. } | Standing::Asked => true,
        Standing::Refused { .. } | Standing::NotOurs => false,
    }
}
