//! Heleket: merchant and key by a signed call that changes nothing.

use starkeeper_actors::domain::money::CoinAmount;
use starkeeper_actors::ports::Failure;

use super::super::parts::gateway;
use super::{Preflight, Report};

impl Preflight<'_> {
    pub(super) async fn gateway(&self, report: &mut Report) {
        let client = match gateway(self.settings, None) {
            Ok(Some(client)) => client,
            Ok(None) => {
                return report.wrong(
                    "MERCHANT_UUID and API_KEY are not set: nobody can pay with crypto",
                    "copy both from the merchant's page at Heleket",
                );
            }
            Err(failed) => return report.failed(&failed),
        };
        match client.balance().await {
            Ok(balances) => {
                let held: Vec<String> = balances
                    .merchant
                    .iter()
                    .filter(|holding| holding.amount != CoinAmount::ZERO)
                    .map(|holding| format!("{} {}", holding.amount, holding.currency))
                    .collect();
                let held = match held.as_slice() {
                    [] => "nothing".to_owned(),
                    some => some.join(", "),
                };
                report.well(format!(
                    "merchant and key are believed; the account holds {held}"
                ));
            }
            Err(Failure::Refused(why)) => report.wrong(
                format!("Heleket refuses a signed call: {why}"),
                "copy MERCHANT_UUID and API_KEY from the merchant's page again",
            ),
            Err(why @ (Failure::NotDone { .. } | Failure::Unknown { .. })) => report.wrong(
                format!("Heleket does not answer: {why}"),
                "look at the network and HELEKET_API_URL",
            ),
        }
        if self.settings.heleket.payout_api_key.is_none() {
            report.absent("PAYOUT_API_KEY is not set: payments cannot be sent back from here");
        }
        if self.settings.http.public_url.is_none() {
            report.absent(
                "WEBHOOK_PUBLIC_URL is not set: payments are found by asking, half a minute later",
            );
        }
    }
}
