//! Asks the daemon's admin API what its books say, and tells it what an operator would.

use std::time::Duration;

use serde_json::{Value, json};

use super::figures::Seen;
use super::stage::{Books, Daemon, OrderRow, Reach};
use crate::world::World;

/// For one question: a daemon that dies meanwhile must not keep the page waiting.
const PATIENCE: Duration = Duration::from_secs(3);

/// For cookies: the daemon tries them in a browser first.
const TRYING: Duration = Duration::from_secs(40);

/// Between two questions whether it is ready, and two looks at its books.
const BETWEEN_KNOCKS: Duration = Duration::from_millis(40);
const BETWEEN_LOOKS: Duration = Duration::from_millis(500);

/// Rows of one page, and pages at most.
const ROWS: usize = 100;
const PAGES: usize = 20;

/// The way to the API.
#[derive(Debug, Clone)]
pub(super) struct Admin {
    web: reqwest::Client,
    reach: Reach,
}

impl Admin {
    pub(super) fn new(reach: Reach) -> Result<Self, reqwest::Error> {
        let web = reqwest::Client::builder()
            .no_proxy()
            .timeout(PATIENCE)
            .build()?;
        Ok(Self { web, reach })
    }

    /// Whether the daemon says that it is ready.
    pub(super) async fn is_ready(&self) -> bool {
        let url = format!("{}/health/ready", self.reach.url);
        let answer = self.web.get(url).send().await;
        answer.is_ok_and(|answer| answer.status().is_success())
    }

    /// What a path below `/admin/v1` shows.
    pub(super) async fn get(&self, path: &str) -> Result<Value, String> {
        let url = format!("{}/admin/v1/{path}", self.reach.url);
        let request = self.web.get(url).bearer_auth(&self.reach.token);
        shown(request.send().await).await
    }

    /// New cookies for the till's login.
    pub(super) async fn bring_cookies(&self, cookies: &str) -> Result<(), String> {
        let url = format!("{}/admin/v1/logins/1/cookies", self.reach.url);
        let request = self.web.post(url).bearer_auth(&self.reach.token);
        let request = request.timeout(TRYING).json(&json!({"cookies": cookies}));
        shown(request.send().await).await.map(drop)
    }

    /// The page of the metrics, as text.
    pub(super) async fn metrics(&self) -> Result<String, String> {
        let url = format!("{}/metrics", self.reach.url);
        let answer = self.web.get(url).send().await.map_err(plain)?;
        answer.text().await.map_err(plain)
    }

    /// Reads the books. Of invoices only those are asked for that the gateway calls paid and that
    /// are not known to be credited.
    pub(super) async fn books(&self, owed: &[String], known: &[String]) -> Result<Books, String> {
        let balance = self.get("books").await?;
        let mut orders = Vec::new();
        for page in 0..PAGES {
            let offset = page * ROWS;
            let shown = self
                .get(&format!("orders?limit={ROWS}&offset={offset}"))
                .await?;
            let rows = shown.get("orders").and_then(Value::as_array);
            let rows = rows.map_or(&[][..], Vec::as_slice);
            orders.extend(rows.iter().map(row));
            if rows.len() < ROWS {
                break;
            }
        }
        let mut credited = known.to_vec();
        for name in owed.iter().filter(|name| !known.contains(name)) {
            let shown = self.get(&format!("invoices/{name}")).await?;
            let sum = text(&shown, "/credited").unwrap_or("0");
            if sum.bytes().any(|byte| (b'1'..=b'9').contains(&byte)) {
                credited.push(name.clone());
            }
        }
        let login = self.get("logins").await.ok().and_then(|shown| {
            let health = shown.pointer("/logins/0/health")?;
            let name = health.as_object().and_then(|fields| fields.keys().next());
            health
                .as_str()
                .or(name.map(String::as_str))
                .map(str::to_owned)
        });
        Ok(Books {
            balanced: balance.get("balanced").and_then(Value::as_bool) == Some(true),
            sums: json!({"usd": balance.get("usd"), "ton": balance.get("ton")}),
            orders,
            credited,
            login,
        })
    }
}

/// Follows the daemon: whether it is ready, and then its books, for ever.
pub(super) async fn follow(world: &World, admin: &Admin) {
    let stage = &world.stage;
    loop {
        let (daemon, process) = stage.look(|state| (state.daemon, state.process));
        let pause = match daemon {
            Daemon::Starting => {
                if admin.is_ready().await {
                    stage.change(|state| {
                        // It may have died and be another one by now.
                        if state.process == process && state.daemon == Daemon::Starting {
                            state.daemon = Daemon::Ready;
                        }
                    });
                }
                BETWEEN_KNOCKS
            }
            Daemon::Ready => {
                let seen = Seen::of(world);
                let known = stage.look(|state| {
                    let books = state.books.as_ref();
                    books
                        .map(|books| books.credited.clone())
                        .unwrap_or_default()
                });
                match admin.books(&seen.owed, &known).await {
                    Ok(books) => stage.change(|state| state.books = Some(books)),
                    // It is just dying, or too busy: what was read last stays.
                    Err(why) => tracing::debug!("the books were not read: {why}"),
                }
                BETWEEN_LOOKS
            }
            Daemon::Absent | Daemon::Down => BETWEEN_KNOCKS,
        };
        tokio::time::sleep(pause).await;
    }
}

/// A text in an answer.
pub(super) fn text<'a>(shown: &'a Value, place: &str) -> Option<&'a str> {
    shown.pointer(place)?.as_str()
}

fn row(shown: &Value) -> OrderRow {
    let text = |name: &str| text(shown, name).unwrap_or_default().to_owned();
    OrderRow {
        number: text("/number"),
        product: text("/product"),
        recipient: text("/recipient"),
        price: text("/price"),
        state: text("/state"),
        finished: shown.get("finished").and_then(Value::as_bool) == Some(true),
    }
}

/// The JSON of an answer, or why there is none.
pub(super) async fn shown(
    answer: Result<reqwest::Response, reqwest::Error>,
) -> Result<Value, String> {
    let answer = answer.map_err(plain)?;
    let status = answer.status();
    let body: Value = answer.json().await.map_err(plain)?;
    if status.is_success() {
        return Ok(body);
    }
    let message = text(&body, "/error/message").unwrap_or("no reason given");
    Err(format!("{status}: {message}"))
}

/// Without the address: nobody looks for it there.
fn plain(why: reqwest::Error) -> String {
    why.without_url().to_string()
}
