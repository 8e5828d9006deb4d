//! The switches of BREAK IT: each breaks one thing from outside, and says what should happen then.
//!
//! A switch never touches the books and never repairs what the shop has to repair by itself.

use std::sync::Arc;
use std::time::Duration;

use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::{Value, json};

use super::admin::Admin;
use super::processes::{kill, kill_a_browser};
use super::stage::{Side, Tone};
use crate::control::{copies_of, pay_with};
use crate::heleket::desk::{Desk, finest, usual_coin};
use crate::heleket::invoice::Invoice;
use crate::ton::chain::MEMPOOL;
use crate::ton::text::address;
use crate::world::faults::{Kind, Often, System, Wish};
use crate::world::{World, hold};

/// How long the chain keeps the next message waiting.
const LAG: Duration = Duration::from_secs(30);

/// What an emptied wallet has left: less than any order costs.
const CRUMBS: u128 = 50_000_000;

/// What it has again.
const FULL: u128 = 1_000_000_000_000;

/// The webhook as faults name it.
const WEBHOOK: &str = "webhook";

/// Copies that are sent at once.
const COPIES: u64 = 5;

/// One switch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Break {
    /// SIGKILL.
    KillDaemon,
    /// SIGKILL for the browser that works most.
    KillBrowser,
    /// The next webhook is never sent.
    LoseWebhook,
    /// The newest payment's webhook five more times at once.
    WebhookX5,
    /// 99 % of the newest open invoice.
    PayLess,
    /// The newest open invoice, after its end.
    PayLate,
    /// The next message waits 30 s.
    ChainLags,
    /// Every login ends.
    FragmentLogsOut,
    /// No call is answered and no webhook arrives.
    HeleketDown,
    /// The till's wallet.
    EmptyWallet,
}

impl Break {
    /// All of them, as the page shows them.
    pub(super) const ALL: [Self; 10] = [
        Self::KillDaemon,
        Self::KillBrowser,
        Self::LoseWebhook,
        Self::WebhookX5,
        Self::PayLess,
        Self::PayLate,
        Self::ChainLags,
        Self::FragmentLogsOut,
        Self::HeleketDown,
        Self::EmptyWallet,
    ];

    /// Its name in addresses and on the command line.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::KillDaemon => "kill-daemon",
            Self::KillBrowser => "kill-browser",
            Self::LoseWebhook => "lose-webhook",
            Self::WebhookX5 => "webhook-x5",
            Self::PayLess => "pay-less",
            Self::PayLate => "pay-late",
            Self::ChainLags => "chain-lags",
            Self::FragmentLogsOut => "fragment-logs-out",
            Self::HeleketDown => "heleket-down",
            Self::EmptyWallet => "empty-wallet",
        }
    }

    /// What its button says, and what it says while it is on.
    const fn label(self) -> (&'static str, &'static str) {
        match self {
            Self::KillDaemon => ("Kill the daemon", ""),
            Self::KillBrowser => ("Kill a browser", ""),
            Self::LoseWebhook => ("Lose next webhook", ""),
            Self::WebhookX5 => ("Webhook ×5", ""),
            Self::PayLess => ("Pay 1 % less", ""),
            Self::PayLate => ("Pay late", ""),
            Self::ChainLags => ("Chain lags 30 s", ""),
            Self::FragmentLogsOut => ("Fragment logs out", "Log in again"),
            Self::HeleketDown => ("Heleket down", "Heleket up again"),
            Self::EmptyWallet => ("Empty the wallet", "Fill the wallet"),
        }
    }

    /// What should happen, in a line.
    const fn expected(self) -> &'static str {
        match self {
            Self::KillDaemon => "It starts again by itself and goes on; nothing is paid twice.",
            Self::KillBrowser => "The order goes on in another browser.",
            Self::LoseWebhook => "The shop asks by itself and finds the payment within seconds.",
            Self::WebhookX5 => "Five more copies at once: the payment stays credited once.",
            Self::PayLess => "The shop covers up to 1 %; the order goes on.",
            Self::PayLate => "The invoice is over: the money lands on the balance.",
            Self::ChainLags => {
                "The order waits for the very message it signed, and sends no other."
            }
            Self::FragmentLogsOut => "Sales stop; paid orders wait, or go back to the balance.",
            Self::HeleketDown => "The balance still buys; payments are found when it is back.",
            Self::EmptyWallet => "The shop stops selling; nothing is signed that cannot be paid.",
        }
    }

    /// The names of all of them.
    pub(crate) fn names() -> [&'static str; 10] {
        Self::ALL.map(Self::name)
    }

    /// The one of this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    /// All of them with what is on, for the page.
    pub(super) fn shown(pressed: &[&'static str]) -> Vec<Value> {
        let all = Self::ALL.into_iter().map(|one| {
            let is_on = pressed.contains(&one.name());
            let (label, back) = one.label();
            json!({
                "name": one.name(),
                "label": if is_on { back } else { label },
                "expected": one.expected(),
                "toggles": !back.is_empty(),
                "on": is_on,
            })
        });
        all.collect()
    }

    /// Presses it: breaks something, or mends what it broke; answers what was done.
    ///
    /// # Errors
    /// It cannot be done now, and why.
    pub(super) async fn press(self, world: &Arc<World>) -> Result<String, String> {
        let done = match self {
            Self::KillDaemon => kill_daemon(world),
            Self::KillBrowser => kill_browser(world),
            Self::LoseWebhook => lose_webhook(world),
            Self::WebhookX5 => send_copies(world),
            Self::PayLess => pay_less(world),
            Self::PayLate => pay_late(world),
            Self::ChainLags => lag(world),
            Self::FragmentLogsOut => self.log_out_or_in(world).await,
            Self::HeleketDown => self.down_or_up(world),
            Self::EmptyWallet => self.empty_or_fill(world),
        };
        if let Ok(text) = &done {
            let now = world.clock.now().unix_ms();
            let text = format!("BROKEN: {text}");
            let mended = !self.label().1.is_empty() && !self.is_on(world);
            let text = if mended {
                text.replacen("BROKEN: ", "mended: ", 1)
            } else {
                text
            };
            let tone = if mended { Tone::Plain } else { Tone::Bad };
            world.stage.say(now, (Side::Keeper, tone), None, text);
        }
        done
    }

    /// Whether it is on.
    pub(super) fn is_on(self, world: &World) -> bool {
        world
            .stage
            .look(|state| state.pressed.contains(&self.name()))
    }

    fn set_on(self, world: &World, on: bool) {
        world.stage.change(|state| {
            state.pressed.retain(|name| *name != self.name());
            if on {
                state.pressed.push(self.name());
            }
        });
    }

    async fn log_out_or_in(self, world: &World) -> Result<String, String> {
        if !self.is_on(world) {
            hold(&world.fragment.desk).logins.log_all_out(None);
            self.set_on(world, true);
            return Ok("every Fragment login has ended".to_owned());
        }
        let reach = world.stage.look(|state| state.reach.clone());
        let reach = reach.ok_or_else(no_daemon)?;
        let admin = Admin::new(reach).map_err(|why| why.to_string())?;
        let cookies = cookies(world);
        admin
            .bring_cookies(&cookies)
            .await
            .map_err(|why| format!("the daemon did not take the new cookies: {why}"))?;
        self.set_on(world, false);
        Ok("the operator has logged in at Fragment again".to_owned())
    }

    fn down_or_up(self, world: &World) -> Result<String, String> {
        if self.is_on(world) {
            world
                .faults
                .remove(|wish| wish.system == System::Heleket && wish.kind == Kind::Down);
            self.set_on(world, false);
            return Ok("Heleket is up again".to_owned());
        }
        for method in [None, Some(WEBHOOK)] {
            let often = Often::PerMillion(1_000_000);
            switch(world, wish(System::Heleket, method, Kind::Down, often))?;
        }
        self.set_on(world, true);
        Ok("Heleket is down".to_owned())
    }

    fn empty_or_fill(self, world: &World) -> Result<String, String> {
        let wallet = world.stage.look(|state| state.wallet.clone());
        let wallet = wallet.as_deref().and_then(address).ok_or_else(no_daemon)?;
        let (nano, on, said) = if self.is_on(world) {
            (FULL, false, "the wallet has 1,000 TON again")
        } else {
            (CRUMBS, true, "the wallet is empty")
        };
        hold(&world.ton.chain)
            .set_balance(world, &wallet, nano)
            .map_err(|why| format!("the wallet cannot be changed: {why}"))?;
        self.set_on(world, on);
        Ok(said.to_owned())
    }
}

/// A login with Telegram at Fragment, as its cookies.
pub(super) fn cookies(world: &World) -> String {
    let logins = &mut hold(&world.fragment.desk).logins;
    let account = logins.new_account(None);
    let ssid = logins.open(&world.dice);
    let token = logins.log_in(account, &world.dice);
    format!("stel_ssid={ssid}; stel_dt=-180; stel_token={token}")
}

fn kill_daemon(world: &World) -> Result<String, String> {
    let process = world.stage.look(|state| state.process);
    match process.is_some_and(kill) {
        true => Ok("the daemon was killed".to_owned()),
        false => Err("no daemon runs just now".to_owned()),
    }
}

fn kill_browser(world: &World) -> Result<String, String> {
    let reach = world.stage.look(|state| state.reach.clone());
    let mark = reach.ok_or_else(no_daemon)?.mark;
    match kill_a_browser(&mark) {
        true => Ok("a browser was killed".to_owned()),
        false => Err("no browser runs just now: it is opened when it is needed".to_owned()),
    }
}

fn lose_webhook(world: &World) -> Result<String, String> {
    let often = Often::Times(1);
    switch(
        world,
        wish(System::Heleket, Some(WEBHOOK), Kind::Refuse, often),
    )?;
    Ok("the next webhook will be lost".to_owned())
}

fn lag(world: &World) -> Result<String, String> {
    let mut late = wish(System::Ton, Some(MEMPOOL), Kind::Delay, Often::Times(1));
    late.delay = Some(LAG);
    switch(world, late)?;
    Ok("the chain keeps the next message waiting for 30 s".to_owned())
}

fn send_copies(world: &World) -> Result<String, String> {
    let desk = hold(&world.heleket.desk);
    let mut invoices = desk.invoices.iter().rev();
    let paid = invoices.find(|invoice| !invoice.received().is_zero());
    let uuid = paid.map(|invoice| invoice.uuid.clone());
    drop(desk);
    let uuid = uuid.ok_or("nothing is paid yet: pay an invoice first")?;
    copies_of(world, &uuid, COPIES).map_err(|why| format!("{why:?}"))?;
    Ok("the webhook of the newest payment was sent five more times".to_owned())
}

fn pay_less(world: &World) -> Result<String, String> {
    let mut desk = hold(&world.heleket.desk);
    let number = newest_open(&desk)?;
    let offers = desk
        .invoice(number)
        .map(|invoice| invoice.order.offers.clone());
    let has_terms = desk
        .invoice(number)
        .is_some_and(|invoice| invoice.terms.is_some());
    if !has_terms {
        let coin = offers
            .as_deref()
            .and_then(usual_coin)
            .ok_or_else(nothing_open)?;
        desk.choose(world, number, coin).map_err(|why| why.0)?;
    }
    let terms = desk
        .invoice(number)
        .and_then(|invoice| invoice.terms.as_ref());
    let terms = terms.ok_or_else(nothing_open)?;
    let share = terms.payer_amount * Decimal::new(99, 2);
    // Not a hair less than that: the shop covers up to 1 %.
    let amount = share.round_dp_with_strategy(finest(terms.coin), RoundingStrategy::AwayFromZero);
    pay_with(world, &mut desk, number, Some(amount), None).map_err(|why| format!("{why:?}"))?;
    Ok("the newest invoice was paid with 1 % less".to_owned())
}

fn pay_late(world: &World) -> Result<String, String> {
    let mut desk = hold(&world.heleket.desk);
    let number = newest_open(&desk)?;
    desk.change(world, number, Invoice::expire)
        .map_err(|why| why.0)?;
    pay_with(world, &mut desk, number, None, None).map_err(|why| format!("{why:?}"))?;
    Ok("the newest invoice was paid after its end".to_owned())
}

fn newest_open(desk: &Desk) -> Result<usize, String> {
    let is_open = |invoice: &Invoice| invoice.received().is_zero() && !invoice.status().is_final();
    let open = desk.invoices.iter().rposition(is_open);
    open.ok_or_else(nothing_open)
}

fn nothing_open() -> String {
    "no invoice waits for a payment: ask for one in the chat first".to_owned()
}

fn no_daemon() -> String {
    "no daemon is kept here: start ./x demo".to_owned()
}

fn wish(system: System, method: Option<&'static str>, kind: Kind, often: Often) -> Wish {
    Wish {
        system,
        method,
        kind,
        often,
        seed: 1,
        delay: None,
        status: None,
        message: None,
    }
}

fn switch(world: &World, wish: Wish) -> Result<(), String> {
    let added = world.faults.add(wish);
    added
        .map(drop)
        .ok_or_else(|| "too many faults are on".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_switch_has_its_name_and_says_what_should_happen() {
        for one in Break::ALL {
            assert_eq!(Break::named(one.name()), Some(one));
            assert!(
                one.expected().ends_with('.') && one.expected().len() < 80,
                "{one:?}"
            );
            let parsed = <Break as clap::ValueEnum>::from_str(one.name(), false);
            assert_eq!(parsed, Ok(one), "the command line knows it too");
        }
    }

    #[test]
    fn a_switch_that_is_on_offers_the_way_back() {
        let shown = Break::shown(&["heleket-down"]);
        let down = shown.iter().find(|one| one["name"] == "heleket-down");
        assert_eq!(down.unwrap()["label"], "Heleket up again");
    }
}
