//! One story of one invoice: what happens at the gateway, step by step.

use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::{Value, json};

use crate::support::emulators::{PAYMENT_KEY, members, signed};
use crate::support::eventually;
use crate::support::shop::Shop;

/// How the daemon comes to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// Every status is pushed, and nobody polls.
    ByWebhook,
    /// The daemon has no public address.
    ByPolling,
}

/// What happens.
#[derive(Debug, Clone, Copy)]
pub enum Step {
    /// The payer sends what is left to pay.
    PayRest,
    /// The payer sends so many coins.
    Pay(&'static str),
    /// The payer sends coins until this many thousandths of what is asked for are there.
    PayUpTo(u32),
    /// The invoice ends.
    Expire,
    /// The payment is held for a check.
    Lock,
    /// The check is passed.
    Unlock,
    /// The gateway says this from now on.
    Say(&'static str),
    /// The daemon has understood that the gateway says this.
    Seen(&'static str),
    /// The gateway's next look-ups are answered as of before the last change.
    Lag(u32),
    /// No answer lags any more.
    CatchUp,
    /// Every webhook of the invoice that the gateway owes has been taken.
    Delivered,
    /// A signed webhook with this status comes, whatever the gateway itself says.
    Webhook(&'static str),
    /// The webhook of now comes once more.
    Again,
    /// The merchant tries its callback out with this status.
    Test(&'static str),
    /// A coin costs so many dollars from now on.
    Price(&'static str),
    /// The customer has this much to spend, in cents.
    Has(i64),
}

/// An invoice over ten dollars, and the shop it is in.
pub struct Case<'s> {
    pub shop: &'s Shop,
    pub person: i64,
    pub opened: Value,
}

impl<'s> Case<'s> {
    pub async fn open(shop: &'s Shop, person: i64) -> Self {
        let opened = shop.door().open(person, "10").await;
        Self {
            shop,
            person,
            opened,
        }
    }

    pub fn uuid(&self) -> &str {
        self.opened["uuid"].as_str().expect("a uuid")
    }

    /// The invoice as the daemon shows it.
    pub async fn shown(&self) -> Value {
        let name = self.opened["order_id"].as_str().expect("a name");
        self.shop
            .door()
            .look(&format!("/admin/v1/invoices/{name}"))
            .await
    }

    pub async fn take(&self, step: Step) {
        let gateway = &self.shop.emulators;
        let uuid = self.uuid();
        match step {
            Step::PayRest => gateway.pay(uuid, "exact").await,
            Step::Pay(coins) => gateway.pay(uuid, coins).await,
            Step::PayUpTo(thousandths) => self.pay_up_to(thousandths).await,
            Step::Expire => self.act("expire").await,
            Step::Lock => self.act("lock").await,
            Step::Unlock => self.act("unlock").await,
            Step::Say(status) => gateway.set_status(uuid, status).await,
            Step::Seen(status) => self.seen(status).await,
            Step::Lag(times) => {
                gateway
                    .fault("info", "stale", json!({ "count": times }))
                    .await;
            }
            Step::CatchUp => gateway.calm().await,
            Step::Delivered => self.delivered().await,
            Step::Webhook(status) => {
                let body = signed(&members(&self.opened, status), PAYMENT_KEY);
                assert_eq!(self.shop.door().tell(body).await, Ok(200));
            }
            Step::Again => {
                let answers = gateway.copies(uuid, 1).await;
                assert_eq!(answers.get("200"), Some(&1), "{answers:?}");
            }
            Step::Test(status) => self.test(status).await,
            Step::Price(dollars) => {
                gateway
                    .order("prices", json!({ "usdt_usd": dollars }))
                    .await;
            }
            Step::Has(cents) => {
                let has = self.shop.door().balance(self.person).await;
                assert_eq!(has, Ok(cents * 10_000));
            }
        }
    }

    async fn act(&self, act: &str) {
        self.shop.emulators.act(self.uuid(), act, json!({})).await;
    }

    async fn pay_up_to(&self, thousandths: u32) {
        let invoice = self.shop.emulators.invoice(self.uuid()).await;
        let decimal = |name: &str| -> Decimal {
            let text = invoice[name].as_str().expect("the coin is settled");
            text.parse().expect("a decimal")
        };
        let wanted = decimal("payer_amount") * Decimal::new(i64::from(thousandths), 3);
        let rest = (wanted - decimal("payment_amount"))
            .round_dp_with_strategy(2, RoundingStrategy::ToZero);
        self.shop
            .emulators
            .pay(self.uuid(), &rest.to_string())
            .await;
    }

    async fn seen(&self, status: &str) {
        eventually(&format!("{status} is seen"), async || {
            match status_of(&self.shown().await) {
                shown if shown == status => Ok(()),
                other => Err(other),
            }
        })
        .await;
    }

    async fn delivered(&self) {
        let path = format!("webhooks?uuid={}", self.uuid());
        eventually("the webhooks are delivered", async || {
            let all = self.shop.emulators.look(&path).await;
            let all = all.as_array().expect("a list");
            let is_delivered = |row: &Value| row["progress"] == "delivered";
            match !all.is_empty() && all.iter().all(is_delivered) {
                true => Ok(()),
                false => Err(format!("{all:?}")),
            }
        })
        .await;
    }

    async fn test(&self, status: &str) {
        let callback = format!("http://127.0.0.1:{}/webhook/heleket", self.shop.door().port);
        let body = json!({
            "url_callback": callback,
            "currency": "USDT",
            "network": "tron",
            "status": status,
            "uuid": self.uuid(),
        });
        let status = self
            .shop
            .emulators
            .call("test-webhook/payment", &body)
            .await;
        assert_eq!(status, 200);
    }
}

/// The gateway's status as the daemon shows it.
pub fn status_of(invoice: &Value) -> String {
    let status = &invoice["gateway_status"];
    let unknown = status["unknown"].as_str();
    let known = status.as_str().unwrap_or("none");
    unknown.unwrap_or(known).to_owned()
}
