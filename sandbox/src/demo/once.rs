//! The demo without a person: one customer tops up, buys 50 Stars for a friend and gets them, with
//! each step and its time; and one switch of the page on the way, if one is named.
//!
//! Believes nobody: what came is read from Fragment's side, what was paid from the chain, and whether
//! the books balance from the daemon.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::admin::Admin;
use super::breaks::Break;
use super::customer::Customer;
use super::figures::Seen;
use super::run::say;
use super::stage::{Side, State};
use crate::Sandbox;
use crate::control::pay_with;
use crate::fragment::goods::Goods;
use crate::world::{World, hold};

/// What is bought, and for whom.
const STARS: u32 = 50;
const FRIEND: &str = "boris";

/// What the customer puts on the balance, in dollars.
const TOP_UP: &str = "5";

/// For the order's end: longer than the longest an order is held.
const ENDING: Duration = Duration::from_secs(300);

/// For one step of the order.
const STEP: Duration = Duration::from_secs(90);

/// How long something stays broken that somebody outside has to mend.
const BROKEN: Duration = Duration::from_secs(8);

/// What went well, in a line.
#[derive(Debug)]
pub(super) struct Went(pub(super) String);

/// Plays it.
///
/// # Errors
/// What did not come as it must.
pub(super) async fn play(
    sandbox: &Sandbox,
    admin: &Admin,
    fault: Option<Break>,
) -> Result<Went, String> {
    let world = sandbox.shared_world();
    let customer = Customer::new(sandbox.control_url(), admin).await?;
    let play = Play {
        world,
        admin,
        fault,
        begun: Instant::now(),
        customer,
    };
    play.pay_in().await?;
    let before = play
        .world
        .stage
        .look(|state| state.lines.back().map_or(0, |line| line.id));
    let number = play.buy().await?;
    play.to_the_end(&number, before).await
}

struct Play<'a> {
    world: Arc<World>,
    admin: &'a Admin,
    fault: Option<Break>,
    begun: Instant,
    customer: Customer<'a>,
}

impl Play<'_> {
    async fn pay_in(&self) -> Result<(), String> {
        let known = hold(&self.world.heleket.desk).invoices.len();
        self.customer.top_up(TOP_UP).await?;
        let uuid = self.invoice_after(known).await?;
        self.step(&format!(
            "customer says \"/topup {TOP_UP}\" and taps a coin: an invoice over ${TOP_UP}.00"
        ));
        match self.fault {
            Some(fault @ (Break::PayLess | Break::PayLate)) => self.press_aloud(fault).await?,
            Some(fault @ Break::LoseWebhook) => {
                self.press_aloud(fault).await?;
                self.pay(&uuid)?;
            }
            Some(fault @ Break::HeleketDown) => {
                self.press_aloud(fault).await?;
                self.pay(&uuid)?;
                tokio::time::sleep(BROKEN).await;
                self.press_aloud(fault).await?;
            }
            Some(fault @ Break::WebhookX5) => {
                self.pay(&uuid)?;
                self.press_aloud(fault).await?;
            }
            Some(
                Break::KillDaemon
                | Break::KillBrowser
                | Break::ChainLags
                | Break::FragmentLogsOut
                | Break::EmptyWallet,
            )
            | None => self.pay(&uuid)?,
        }
        let balance = self.customer.has_money().await?;
        let webhooks = self.webhooks();
        self.step(&format!(
            "paid; ${balance} on the balance, credited once ({webhooks})"
        ));
        Ok(())
    }

    /// The gateway's newest invoice, once there are more than so many.
    async fn invoice_after(&self, known: usize) -> Result<String, String> {
        let begun = Instant::now();
        while begun.elapsed() < STEP {
            let newest = {
                let desk = hold(&self.world.heleket.desk);
                let fresh = desk.invoices.iter().skip(known);
                fresh.last().map(|invoice| invoice.uuid.clone())
            };
            match newest {
                Some(uuid) => return Ok(uuid),
                None => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
        let patience = STEP.as_secs();
        Err(format!(
            "no invoice was opened at the gateway within {patience} s"
        ))
    }

    fn pay(&self, uuid: &str) -> Result<(), String> {
        let mut desk = hold(&self.world.heleket.desk);
        let number = desk.by_uuid(uuid);
        let number = number.ok_or("the gateway does not know the invoice")?;
        let paid = pay_with(&self.world, &mut desk, number, None, None);
        paid.map_err(|why| format!("the invoice cannot be paid: {why:?}"))
    }

    /// How often the gateway has told it.
    fn webhooks(&self) -> String {
        let desk = hold(&self.world.heleket.desk);
        let sent: u32 = desk.deliveries.iter().map(|webhook| webhook.attempts).sum();
        match sent {
            0 => "no webhook came".to_owned(),
            1 => "webhook sent once".to_owned(),
            times => format!("webhook sent {times} times"),
        }
    }

    async fn buy(&self) -> Result<String, String> {
        if let Some(fault @ Break::ChainLags) = self.fault {
            self.press(fault).await?;
        }
        let (card, button) = self.customer.offer(&format!("{STARS} @{FRIEND}")).await?;
        self.step(&format!("customer says \"{STARS} @{FRIEND}\", sees {card}"));
        let number = self.customer.buy(&button).await?;
        self.step(&format!("customer buys from the balance: {number}"));
        Ok(number)
    }

    async fn to_the_end(&self, number: &str, before: u64) -> Result<Went, String> {
        let broken = self.break_on_the_way(number);
        let told = self.tell(number, before);
        let ((), state) = tokio::try_join!(broken, told)?;
        let seen = Seen::of(&self.world);
        let stars: u64 = seen
            .delivered
            .iter()
            .map(|came| match came.goods {
                Goods::Stars(stars) if came.username == FRIEND => u64::from(stars),
                Goods::Stars(_) | Goods::Premium(_) => 0,
            })
            .sum();
        let payments = seen.payments.len();
        let books = self.admin.books(&[], &[]).await?;
        let counters = seen.count(Some(&books));
        let expected = match state.as_str() {
            "delivered" => (u64::from(STARS), 1),
            "refunded" => (0, 0),
            other => return Err(format!("{number} ended as \"{other}\"")),
        };
        if (stars, payments) != expected {
            return Err(format!(
                "{number} was {state}, but @{FRIEND} has {stars} Stars and the chain {payments} payments"
            ));
        }
        if !books.balanced {
            return Err(format!("the books do not balance: {}", books.sums));
        }
        if counters.paid_twice + counters.lost > 0 {
            return Err(format!(
                "{} paid twice, {} lost",
                counters.paid_twice, counters.lost
            ));
        }
        let told = self.customer.told_the_end().await?;
        self.step(&format!("the shop writes \"{told}\""));
        let plural = if payments == 1 { "" } else { "s" };
        let refunded = if state == "refunded" {
            "refunded, "
        } else {
            ""
        };
        Ok(Went(format!(
            "{refunded}{stars} Stars, {payments} payment{plural}, books balanced"
        )))
    }

    /// Presses the switch at its moment.
    async fn break_on_the_way(&self, number: &str) -> Result<(), String> {
        match self.fault {
            Some(fault @ Break::KillDaemon) => {
                self.until_says(number, "signed").await?;
                self.press(fault).await.map(drop)
            }
            Some(fault @ Break::KillBrowser) => {
                self.until_says(number, "held").await?;
                self.press(fault).await.map(drop)
            }
            Some(fault @ (Break::FragmentLogsOut | Break::EmptyWallet)) => {
                self.until_says(number, "held").await?;
                self.press(fault).await?;
                tokio::time::sleep(BROKEN).await;
                self.press(fault).await.map(drop)
            }
            Some(
                Break::LoseWebhook
                | Break::WebhookX5
                | Break::PayLess
                | Break::PayLate
                | Break::ChainLags
                | Break::HeleketDown,
            )
            | None => Ok(()),
        }
    }

    async fn until_says(&self, number: &str, word: &str) -> Result<(), String> {
        let says = |state: &State| {
            let mut lines = state.lines.iter();
            let about = |order: &Option<String>| order.as_deref() == Some(number);
            lines
                .any(|line| about(&line.order) && line.text.starts_with(word))
                .then_some(())
        };
        let said = self.world.stage.until(STEP, says).await;
        said.ok_or_else(|| format!("{number} was not \"{word}\" within {} s", STEP.as_secs()))
    }

    /// Says each line of the timeline after one, and answers how the order ended.
    async fn tell(&self, number: &str, from: u64) -> Result<String, String> {
        let mut told = from;
        loop {
            let next = self.world.stage.until(ENDING, |state| {
                let next = state.lines.iter().find(|line| line.id > told);
                next.cloned()
            });
            let Some(line) = next.await else {
                return Err(format!(
                    "{number} came to no end within {} s",
                    ENDING.as_secs()
                ));
            };
            told = line.id;
            let about = line.order.as_deref() == Some(number);
            let about_the_goods = line.side == Side::World && !line.text.starts_with("Heleket");
            if about || about_the_goods || line.side == Side::Keeper {
                self.step(&line.text);
            }
            let ends = [
                ("delivered", "delivered"),
                ("refunded", "refunded"),
                ("waits for a person", "parked"),
            ];
            let end = ends.iter().find(|(words, _)| line.text.starts_with(words));
            if let Some((_, state)) = end.filter(|_| about) {
                return Ok((*state).to_owned());
            }
        }
    }

    /// Before the order, when nobody says the lines of the timeline yet.
    async fn press_aloud(&self, fault: Break) -> Result<(), String> {
        let said = self.press(fault).await?;
        self.step(&said);
        Ok(())
    }

    /// Presses the switch; answers what that did.
    async fn press(&self, fault: Break) -> Result<String, String> {
        let said = fault.press(&self.world).await;
        said.map_err(|why| format!("{}: {why}", fault.name()))
    }

    fn step(&self, text: &str) {
        let tenths = self.begun.elapsed().as_millis() / 100;
        say(&format!("  {:>4}.{} s  {text}", tenths / 10, tenths % 10));
    }
}
