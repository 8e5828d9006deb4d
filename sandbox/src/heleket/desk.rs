//! The gateway's books: invoices in order of creation, and what changes them.
//!
//! Whoever changes an invoice does it here, under one lock, so that timers and webhooks that follow
//! from the change are never forgotten.

mod kept;

use std::collections::HashMap;
use std::time::Duration;

use bytes::Bytes;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::coins::{Coin, SCALE, find, usd};
use super::deliveries::{Content, Deliveries};
use super::invoice::life::NotNow;
use super::invoice::shown::Convert;
use super::invoice::{Facts, Invoice, Order, Payment, Refund, Status, Terms, View};
use super::php::Json;
use super::refusal::Refusal;
use super::request::{Request, quote};
use super::webhook::{self, Form};
use super::{Due as HeleketDue, qr};
use crate::world::World;
use crate::world::clock::Moment;
use crate::world::timers::Due;

/// Invoices kept at most, about one kilobyte each; a reset makes room.
const MOST_INVOICES: usize = 1_000_000;

/// Blocks until a refund is through.
const REFUND_BLOCKS: u32 = 2;

/// What a driver may change about the gateway itself.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Settings {
    /// The merchant may not take payments (in moderation).
    pub(crate) blocked: bool,
    /// Statuses that the documents do not list are pushed too.
    pub(crate) push_everything: bool,
    /// How webhooks are written.
    pub(crate) form: Form,
    /// What is paid is converted to USDT.
    pub(crate) converts: bool,
    /// Invoices end after so long at most, whatever they ask for.
    pub(crate) longest: Option<Duration>,
}

/// Everything the gateway knows.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Desk {
    /// Counts resets, so that an answer from before one changes nothing.
    #[serde(skip)]
    pub(crate) era: u64,
    pub(crate) settings: Settings,
    pub(crate) invoices: Vec<Invoice>,
    pub(crate) deliveries: Deliveries,
    #[serde(skip)]
    by_uuid: HashMap<String, usize>,
    #[serde(skip)]
    by_order: HashMap<String, usize>,
}

impl Desk {
    /// Forgets everything.
    pub(crate) fn reset(&mut self) {
        *self = Self {
            era: self.era + 1,
            ..Self::default()
        };
    }

    /// The invoice of this number.
    pub(crate) fn invoice(&self, number: usize) -> Option<&Invoice> {
        self.invoices.get(number)
    }

    /// The number of the invoice of this uuid.
    pub(crate) fn by_uuid(&self, uuid: &str) -> Option<usize> {
        self.by_uuid.get(uuid).copied()
    }

    /// The number of the invoice of this order.
    pub(crate) fn by_order(&self, order_id: &str) -> Option<usize> {
        self.by_order.get(order_id).copied()
    }

    /// Opens an invoice, or answers the one that the order id already has.
    pub(crate) fn open(&mut self, world: &World, request: Request) -> Result<usize, Refusal> {
        if let Some(number) = self.by_order(&request.order_id) {
            if request.is_refresh {
                self.refresh(world, number)?;
            }
            return Ok(number);
        }
        if self.settings.blocked {
            return Err(Refusal::Business("You are forbidden"));
        }
        if self.invoices.len() >= MOST_INVOICES {
            return Err(Refusal::Server);
        }
        let (mut order, coin) = request.place(world)?;
        order.lifetime = order
            .lifetime
            .min(self.settings.longest.unwrap_or(Duration::MAX));
        let terms = coin.map(|coin| terms(world, &order, coin)).transpose()?;
        let (uuid, number) = (world.dice.uuid(), self.invoices.len());
        let invoice = Invoice::new(uuid.clone(), order, terms, world.clock.now());
        self.by_order.insert(invoice.order.order_id.clone(), number);
        self.by_uuid.insert(uuid, number);
        expire_later(world, number, &invoice);
        self.invoices.push(invoice);
        Ok(number)
    }

    /// Opens an expired invoice once more; any other stays as it is.
    fn refresh(&mut self, world: &World, number: usize) -> Result<(), Refusal> {
        let Some(invoice) = self.invoices.get_mut(number) else {
            return Ok(());
        };
        if *invoice.status() != Status::Cancel {
            return Ok(());
        }
        let coin = invoice.terms.as_ref().map(|terms| terms.coin);
        let address = coin.map(|coin| address(world, coin)).transpose()?;
        invoice.refresh(address, world.clock.now());
        expire_later(world, number, invoice);
        webhook::announce(world, self, number);
        Ok(())
    }

    /// The payer settles in which coin it is paid.
    pub(crate) fn choose(
        &mut self,
        world: &World,
        number: usize,
        coin: &'static Coin,
    ) -> Result<(), NotNow> {
        let invoice = self.invoices.get_mut(number).ok_or_else(vanished)?;
        if let Some(terms) = &invoice.terms {
            let same = terms.coin == coin;
            let taken = format!(
                "it is paid in {} on {}",
                terms.coin.code, terms.coin.network
            );
            return if same { Ok(()) } else { Err(NotNow(taken)) };
        }
        if !invoice.order.offers.contains(&coin) {
            let text = format!("{} on {} is not offered for it", coin.code, coin.network);
            return Err(NotNow(text));
        }
        let terms = terms(world, &invoice.order, coin).map_err(|_| {
            let code = coin.code;
            NotNow(format!(
                "the sum is below the least amount of {code}: choose another coin"
            ))
        })?;
        invoice.choose(terms);
        Ok(())
    }

    /// Somebody sends coins to the address.
    pub(crate) fn pay(
        &mut self,
        world: &World,
        number: usize,
        amount: Decimal,
    ) -> Result<(), NotNow> {
        let invoice = self.invoices.get_mut(number).ok_or_else(vanished)?;
        let Some(coin) = invoice.terms.as_ref().map(|terms| terms.coin) else {
            return Err(NotNow(
                "the coin is not settled: choose one first".to_owned(),
            ));
        };
        let now = world.clock.now();
        let payment = Payment {
            amount,
            usd: amount * usd(world, coin.code).unwrap_or_default(),
            from: coin.address(&world.dice),
            txid: coin.txid(&world.dice),
            confirmed: false,
        };
        let before = invoice.status().clone();
        let payment = invoice.pay(payment, now)?;
        let at = now + world.block_time.saturating_mul(coin.confirmations);
        let due = HeleketDue::Confirmed { number, payment };
        world.timers.put(at, Due::Heleket(due));
        if before != *invoice.status() {
            webhook::announce(world, self, number);
        }
        Ok(())
    }

    /// Changes the invoice and tells the merchant if its status became another one.
    pub(crate) fn change<T>(
        &mut self,
        world: &World,
        number: usize,
        change: impl FnOnce(&mut Invoice, Moment) -> Result<T, NotNow>,
    ) -> Result<T, NotNow> {
        let invoice = self.invoices.get_mut(number).ok_or_else(vanished)?;
        let before = invoice.status().clone();
        let result = change(invoice, world.clock.now())?;
        if before != *invoice.status() {
            webhook::announce(world, self, number);
        }
        Ok(result)
    }

    /// Begins to send a payment back; it is through some blocks later.
    pub(crate) fn refund(
        &mut self,
        world: &World,
        number: usize,
        refund: Refund,
    ) -> Result<(), NotNow> {
        let started = self.change(world, number, |invoice, now| {
            invoice.start_refund(refund, now)
        });
        let refund = started?;
        let at = world.clock.now() + world.block_time.saturating_mul(REFUND_BLOCKS);
        let due = HeleketDue::Refunded { number, refund };
        world.timers.put(at, Due::Heleket(due));
        Ok(())
    }

    /// How an invoice's payments are converted, if they are.
    pub(crate) fn convert(&self, world: &World, invoice: &Invoice) -> Option<Convert> {
        let coin = invoice.terms.as_ref()?.coin;
        let rate = usd(world, coin.code)?;
        self.settings.converts.then_some(Convert {
            to_currency: "USDT",
            rate,
        })
    }

    /// The object of the API about the invoice of this number.
    pub(crate) fn result(&self, world: &World, number: usize, view: View) -> Option<Json> {
        let invoice = self.invoice(number)?;
        let facts = invoice.seen(view, invoice.facts_number());
        let convert = self
            .convert(world, invoice)
            .filter(|_| !facts.paid.is_zero());
        Some(invoice.result(&facts, &world.heleket.pay_page(), convert.as_ref()))
    }

    /// The bytes of a webhook that is owed.
    pub(crate) fn webhook_bytes(&mut self, world: &World, id: u64, view: View) -> Option<Bytes> {
        let content = self.deliveries.get_mut(id)?.content.clone();
        let members = match content {
            Content::Given(members) => members,
            Content::Invoice { number, facts } => {
                let invoice = self.invoice(number)?;
                let facts = invoice.seen(view, facts);
                let members = self.members(world, invoice, &facts).into_iter();
                members.map(|(name, value)| (name.into(), value)).collect()
            }
        };
        let key = &world.heleket.merchant.payment_key;
        Some(webhook::bytes(members, key, self.settings.form))
    }

    /// The members of a webhook about an invoice.
    pub(crate) fn members(
        &self,
        world: &World,
        invoice: &Invoice,
        facts: &Facts,
    ) -> Vec<(&'static str, Json)> {
        invoice.webhook(facts, self.convert(world, invoice).as_ref())
    }

    /// What the merchant owns, by coin: its part of every completed payment, less what went back.
    pub(crate) fn balances(&self) -> Vec<(&'static str, Decimal)> {
        let mut sums: HashMap<&'static str, Decimal> = HashMap::new();
        for invoice in &self.invoices {
            let Some(terms) = &invoice.terms else {
                continue;
            };
            if *invoice.status() == Status::Locked {
                continue;
            }
            let paid: Decimal = invoice
                .payments
                .iter()
                .filter(|payment| payment.confirmed)
                .map(|payment| payment.amount)
                .sum();
            let back: Decimal = invoice
                .refunds
                .iter()
                .filter(|refund| !refund.ended || refund.succeeds)
                .map(|refund| refund.amount)
                .sum();
            let sum = invoice.parts(paid).merchant - back;
            *sums.entry(terms.coin.code).or_default() += sum;
        }
        let mut sums: Vec<_> = sums.into_iter().filter(|(_, sum)| !sum.is_zero()).collect();
        sums.sort_unstable();
        sums
    }
}

/// The coin a payer takes who was not asked: what the request names first, dollars where possible.
pub(crate) fn usual_coin(offers: &[&'static Coin]) -> Option<&'static Coin> {
    let dollars = find("USDT", "tron").filter(|coin| offers.contains(coin));
    dollars.or_else(|| offers.first().copied())
}

/// How many decimals an amount of `coin` may have.
pub(crate) fn finest(coin: &Coin) -> u32 {
    coin.decimals.min(SCALE)
}

fn terms(world: &World, order: &Order, coin: &'static Coin) -> Result<Terms, Refusal> {
    let quote = quote(world, order, coin)?;
    if quote.payer_amount < coin.least_amount() {
        let least = coin.least_amount().normalize();
        return Err(Refusal::BusinessText(format!(
            "Minimum amount {least} {}",
            coin.code
        )));
    }
    let (address, qr) = address(world, coin)?;
    Ok(Terms {
        coin,
        payer_amount: quote.payer_amount,
        course: quote.course,
        discount: quote.discount,
        address,
        qr,
    })
}

fn address(world: &World, coin: &Coin) -> Result<(String, String), Refusal> {
    let address = coin.address(&world.dice);
    let picture = qr::png(&address).map_err(|why| {
        tracing::error!("an address cannot be drawn: {why}");
        Refusal::Server
    })?;
    Ok((address, picture))
}

fn expire_later(world: &World, number: usize, invoice: &Invoice) {
    let due = HeleketDue::Expired { number };
    world.timers.put(invoice.expires_at, Due::Heleket(due));
}

fn vanished() -> NotNow {
    NotNow("there is no such invoice any more".to_owned())
}
