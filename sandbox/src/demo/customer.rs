//! One customer, played without a person: writes and taps in the chat as people do.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use super::PEOPLE;
use super::admin::{Admin, shown, text};

/// For something that takes a browser or a restart.
const PATIENCE: Duration = Duration::from_secs(90);

/// Between two looks, and before a line is written again that brought no button.
const BETWEEN: Duration = Duration::from_millis(100);
const AGAIN: Duration = Duration::from_secs(4);

/// For one call of the control API: a tap waits for its answer.
const CALL: Duration = Duration::from_secs(10);

/// How the messages begin that tell an order's end: delivered, or the money back.
const ENDS: [&str; 3] = ["Done!", "It did not work out", "We returned"];

/// Who.
#[derive(Debug)]
pub(super) struct Customer<'a> {
    admin: &'a Admin,
    id: i64,
    web: reqwest::Client,
    control: String,
}

impl<'a> Customer<'a> {
    /// Introduces the first of the page's people to Telegram.
    pub(super) async fn new(control: String, admin: &'a Admin) -> Result<Self, String> {
        let [(id, username, language, name), ..] = PEOPLE;
        let web = reqwest::Client::builder().no_proxy().timeout(CALL).build();
        let customer = Self {
            admin,
            id,
            web: web.map_err(|why| why.to_string())?,
            control,
        };
        let body = json!({"username": username, "language": language, "first_name": name});
        customer.control(Method::POST, "", &body).await?;
        Ok(customer)
    }

    /// Asks for an invoice for the balance, and taps the first coin.
    pub(super) async fn top_up(&self, amount: &str) -> Result<(), String> {
        let coin = self
            .ask(&format!("/topup {amount}"), &["1:pay_invoice:"])
            .await?;
        self.tap(&coin).await
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

    /// Asks for an offer and sees who gets it for how much; answers the card's words and what buys it.
    pub(super) async fn offer(&self, line: &str) -> Result<(String, String), String> {
        let button = self.ask(line, &["1:pay_balance:", "1:confirm:"]).await?;
        let card = self.message_with(&button).await?;
        if !button.starts_with("1:confirm:") {
            return Ok((card, button));
        }
        self.tap(&button).await?;
        let ways = ["1:pay_balance:"];
        let button = self.until("the balance can be chosen", async || {
            let chat = self.control(Method::GET, "/chat", &Value::Null).await?;
            newest(&chat, 0, &ways).ok_or_else(|| chat.to_string())
        });
        Ok((card, button.await?))
    }

    /// Buys with the button of an offer; answers the number of the order.
    pub(super) async fn buy(&self, button: &str) -> Result<String, String> {
        self.tap(button).await?;
        let path = format!("orders?user={}", self.id);
        self.until("the order is in the books", async || {
            let shown = self.admin.get(&path).await?;
            let number = text(&shown, "/orders/0/number");
            number.map(str::to_owned).ok_or_else(|| shown.to_string())
        })
        .await
    }

    /// Waits until the shop has written how it ended, in a message that rings; answers its beginning.
    pub(super) async fn told_the_end(&self) -> Result<String, String> {
        self.until("the shop writes how it ended", async || {
            let chat = self.control(Method::GET, "/chat", &Value::Null).await?;
            the_end(&chat).ok_or_else(|| chat.to_string())
        })
        .await
    }

    /// Writes a line, again if it has to be, until the shop answers with a button that begins so.
    async fn ask(&self, line: &str, beginnings: &[&str]) -> Result<String, String> {
        let begun = Instant::now();
        loop {
            let before = self.version().await?;
            self.control(Method::POST, "/say", &json!({"text": line}))
                .await?;
            let said = Instant::now();
            while said.elapsed() < AGAIN {
                let chat = self.control(Method::GET, "/chat", &Value::Null).await?;
                if let Some(button) = newest(&chat, before, beginnings) {
                    return Ok(button);
                }
                tokio::time::sleep(BETWEEN).await;
            }
            if begun.elapsed() > PATIENCE {
                let chat = self.control(Method::GET, "/chat", &Value::Null).await?;
                let wrote = chat
                    .as_array()
                    .and_then(|messages| messages.last().cloned());
                let wrote = wrote.unwrap_or_default();
                return Err(format!(
                    "\"{line}\" brought no offer; the shop wrote {wrote}"
                ));
            }
        }
    }

    async fn version(&self) -> Result<u64, String> {
        let chat = self.control(Method::GET, "/chat", &Value::Null).await?;
        let messages = chat.as_array().map_or(&[][..], Vec::as_slice);
        let versions = messages.iter().filter_map(version_of);
        Ok(versions.max().unwrap_or(0))
    }

    async fn message_with(&self, button: &str) -> Result<String, String> {
        let chat = self.control(Method::GET, "/chat", &Value::Null).await?;
        let messages = chat.as_array().map_or(&[][..], Vec::as_slice);
        let mut with = messages.iter().rev();
        let found = with.find(|message| buttons(message).any(|data| data == button));
        // Who gets what for how much: the lines behind that are the card's own.
        let card = found.and_then(|message| text(message, "/text"));
        let lines: Vec<_> = card.unwrap_or_default().lines().take(2).collect();
        Ok(lines.join(", "))
    }

    async fn tap(&self, button: &str) -> Result<(), String> {
        let body = json!({"button": button});
        self.control(Method::POST, "/tap", &body).await.map(drop)
    }

    async fn control(&self, method: Method, path: &str, body: &Value) -> Result<Value, String> {
        let url = format!("{}/control/users/{}{path}", self.control, self.id);
        let mut request = self.web.request(method.clone(), url);
        if method != Method::GET {
            request = request.json(body);
        }
        shown(request.send().await).await
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

/// The callback data of a message's buttons.
fn buttons(message: &Value) -> impl Iterator<Item = &str> {
    let rows = message.get("buttons").and_then(Value::as_array);
    let rows = rows.into_iter().flatten().filter_map(Value::as_array);
    rows.flatten().filter_map(|button| text(button, "/data"))
}

/// The first button that begins so, in the newest message that changed after `after`.
fn newest(chat: &Value, after: u64, beginnings: &[&str]) -> Option<String> {
    let messages = chat.as_array()?.iter().rev();
    let mut fresh = messages.filter(|message| version_of(message) > Some(after));
    fresh.find_map(|message| {
        beginnings.iter().find_map(|beginning| {
            let mut buttons = buttons(message);
            buttons
                .find(|data| data.starts_with(beginning))
                .map(str::to_owned)
        })
    })
}

/// The newest message that rings and tells how an order ended.
fn the_end(chat: &Value) -> Option<String> {
    let messages = chat.as_array()?.iter().rev();
    let mut rang = messages.filter(|message| {
        text(message, "/from") == Some("bot")
            && message.get("rings").and_then(Value::as_bool) == Some(true)
    });
    rang.find_map(|message| {
        let words = text(message, "/text")?;
        let ends = ENDS.iter().any(|beginning| words.starts_with(beginning));
        ends.then(|| first_line(words))
    })
}

fn version_of(message: &Value) -> Option<u64> {
    message.get("version")?.as_u64()
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_message_with_such_a_button_counts_and_older_changes_do_not() {
        let message = |version: u64, data: &str| json!({"version": version, "buttons": [[{"text": "a", "data": "1:back"}], [{"text": "b", "data": data}]]});
        let chat = json!([message(1, "1:confirm:7"), message(2, "1:pay_balance:8")]);
        let ways = ["1:pay_balance:", "1:confirm:"];
        assert_eq!(newest(&chat, 0, &ways).as_deref(), Some("1:pay_balance:8"));
        assert_eq!(
            newest(&chat, 0, &["1:confirm:"]).as_deref(),
            Some("1:confirm:7")
        );
        assert_eq!(newest(&chat, 1, &["1:confirm:"]), None);
    }
}
