//! How a new shop opens: everything that `starkeeper check` asks is well, and an operator's own Stars
//! were delivered.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use starkeeper_actors::domain::ids::{IncarnationId, OrderId};
use starkeeper_actors::domain::login::Health;
use starkeeper_actors::domain::shop::{Opening, Shop};
use starkeeper_actors::ports::books::{Page, Seen};
use tokio::time::Instant;

use super::{Keeper, Trouble};

/// Asks every dependency how it is; answers what is wrong, a line each.
pub(in crate::daemon) type Preflight =
    Arc<dyn Fn() -> BoxFuture<'static, Vec<String>> + Send + Sync>;

/// Before everything is asked again: a browser is started for it.
const AGAIN: Duration = Duration::from_secs(60);

/// Orders of an operator that are looked through, newest first.
const ORDERS: u32 = 100;

/// What is remembered of the way there.
#[derive(Default)]
pub(super) struct Memory {
    next: Option<Instant>,
    asking: Option<tokio::task::JoinHandle<Vec<String>>>,
    said: String,
    new_said: bool,
    nobody_said: bool,
}

impl Memory {
    /// Says what keeps the shop closed, once until it is something else.
    fn say(&mut self, why: &str) {
        if self.said != why {
            tracing::warn!("the new shop stays closed: {why}");
            why.clone_into(&mut self.said);
        }
    }
}

impl Keeper {
    /// Takes the next step of a shop that is new.
    pub(super) async fn open(
        &self,
        shop: Seen<Shop>,
        memory: &mut Memory,
        life: IncarnationId,
    ) -> Result<Seen<Shop>, Trouble> {
        let shop = match shop.row.announced(self.clock.now()) {
            Some(decision) => self.write_over(&shop, decision, life).await?,
            None => shop,
        };
        let checked = match &shop.row.opening {
            Opening::Open { .. } => return Ok(shop),
            Opening::New { checked_at, .. } => checked_at.is_some(),
        };
        if !memory.new_said {
            memory.new_said = true;
            tracing::warn!(
                "the shop is new: it sells to its operators alone until it has proven that it delivers"
            );
        }
        if self.operators.is_empty() && !memory.nobody_said {
            memory.nobody_said = true;
            tracing::warn!(
                "nobody can make the test purchase that opens a new shop: set ADMIN_IDS"
            );
        }
        if !checked {
            if !self.logins_are_good().await? {
                memory.say("not every Fragment login is good yet");
                return Ok(shop);
            }
            return match self.is_well(memory).await {
                true => match shop.row.checked(self.clock.now()) {
                    Some(decision) => self.write_over(&shop, decision, life).await,
                    None => Ok(shop),
                },
                false => Ok(shop),
            };
        }
        let Some(order) = self.delivered_to_an_operator().await? else {
            return Ok(shop);
        };
        match shop.row.proven(order, self.clock.now()) {
            Some(decision) => {
                let shop = self.write_over(&shop, decision, life).await?;
                tracing::info!("the test purchase {order} was delivered: the shop is open");
                Ok(shop)
            }
            None => Ok(shop),
        }
    }

    /// Whether everything is well. Asking takes a minute at worst and waits for nobody; what is
    /// wrong is said once.
    async fn is_well(&self, memory: &mut Memory) -> bool {
        match memory.asking.take() {
            Some(asking) if asking.is_finished() => {
                let failed = |why| vec![format!("the check ended early: {why}")];
                let wrong = asking.await.unwrap_or_else(failed);
                memory.next = Some(Instant::now() + AGAIN);
                let well = wrong.is_empty();
                if well {
                    tracing::info!(
                        "the check of the new shop is green: buy 50 Stars as an operator"
                    );
                } else {
                    memory.say(&wrong.join("; "));
                }
                return well;
            }
            Some(asking) => memory.asking = Some(asking),
            None if memory.next.is_none_or(|next| Instant::now() >= next) => {
                memory.asking = Some(tokio::spawn((self.preflight)()));
            }
            None => {}
        }
        false
    }

    async fn logins_are_good(&self) -> Result<bool, Trouble> {
        let logins = self.books.logins().await?;
        let good = logins.iter().all(|seen| seen.row.health == Health::Good);
        Ok(good && !logins.is_empty())
    }

    async fn delivered_to_an_operator(&self) -> Result<Option<OrderId>, Trouble> {
        let page = Page {
            offset: 0,
            limit: ORDERS,
        };
        for operator in &self.operators {
            let Some(customer) = self.books.customer_at(*operator).await? else {
                continue;
            };
            let orders = self.books.orders_of(customer.row.id, page).await?;
            let delivered = orders.iter().find(|seen| Shop::is_proof(&seen.row));
            if let Some(seen) = delivered {
                return Ok(Some(seen.row.id));
            }
        }
        Ok(None)
    }
}
