//! One customer, played without a person: asks for an invoice, buys.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::admin::{Admin, text};

/// For something that takes a browser or a restart.
const PATIENCE: Duration = Duration::from_secs(90);

/// Between two tries.
const BETWEEN: Duration = Duration::from_millis(200);

/// Who.
#[derive(Debug)]
pub(super) struct Customer<'a> {
    pub(super) admin: &'a Admin,
    pub(super) id: i64,
}

impl Customer<'_> {
    /// Asks for an invoice for the balance; answers its uuid at the gateway.
    pub(super) async fn top_up(&self, amount: &str) -> Result<String, String> {
        let path = format!("users/{}/invoices", self.id);
        let body = json!({"amount": amount});
        let opened = self.until("an invoice is opened", async || {
            self.admin.post(&path, &body, "top-up").await
        });
        let opened = opened.await?;
        let uuid = text(&opened, "/uuid");
        uuid.map(str::to_owned)
            .ok_or_else(|| format!("the invoice has no uuid: {opened}"))
    }

    /// Waits until there is money on the balance; answers how much.
    pub(super) async fn has_money(&self) -> Result<String, String> {
        let path = format!("users/{}", self.id);
        self.until("the payment is credited", async || {
            let shown = self.admin.get(&path).await?;
            match text(&shown, "/balance") {
                Some(balance) if balance.bytes().any(|byte| (b'1'..=b'9').contains(&byte)) => {
                    Ok(balance.to_owned())
                }
                Some(_) | None => Err(shown.to_string()),
            }
        })
        .await
    }

    /// Buys from the balance; answers the order as it was taken.
    pub(super) async fn buy(&self, stars: u32, recipient: &str) -> Result<Value, String> {
        let path = format!("users/{}/orders", self.id);
        let body = json!({"product": "stars", "quantity": stars, "recipient": recipient,
            "pay": "balance"});
        self.until("the order is taken", async || {
            self.admin.post(&path, &body, "order").await
        })
        .await
    }

    async fn until<T>(
        &self,
        what: &str,
        mut look: impl AsyncFnMut() -> Result<T, String>,
    ) -> Result<T, String> {
        let begun = Instant::now();
        loop {
            match look().await {
                Ok(found) => return Ok(found),
                Err(why) if begun.elapsed() > PATIENCE => {
                    let patience = PATIENCE.as_secs();
                    return Err(format!("waited {patience} s in vain until {what}: {why}"));
                }
                Err(_) => tokio::time::sleep(BETWEEN).await,
            }
        }
    }
}
