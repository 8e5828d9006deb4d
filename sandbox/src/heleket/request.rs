//! What a merchant asks for when it creates an invoice, held against every documented rule.

use std::time::Duration;

use rust_decimal::Decimal;

use super::coins::{COINS, Coin, code_of, is_fiat, is_network, rounded_up, usd};
use super::fields::{Fields, plain_decimal};
use super::invoice::Order;
use super::refusal::Refusal;
use crate::world::World;

/// Where a merchant may let the course come from.
const COURSES: [&str; 5] = ["Binance", "BinanceP2P", "Exmo", "Kucoin", "Garantexio"];

/// Least and greatest sums of one invoice, in USDT.
const LEAST_USDT: Decimal = Decimal::from_parts(5, 0, 0, false, 1);
const MOST_USDT: Decimal = Decimal::from_parts(10_000_000, 0, 0, false, 0);

/// Seconds an invoice lives.
const LIFETIME: std::ops::RangeInclusive<i64> = 300..=43_200;
const USUAL_LIFETIME: u64 = 3_600;

/// A well-formed request.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) order_id: String,
    pub(crate) is_refresh: bool,
    amount: Decimal,
    currency: String,
    network: Option<String>,
    to_currency: Option<String>,
    urls: [Option<String>; 3],
    multiple: bool,
    lifetime: Duration,
    subtract: i64,
    accuracy: Decimal,
    additional_data: Option<String>,
    discount_percent: Option<i64>,
    currencies: Option<Vec<(String, Option<String>)>>,
    except: Vec<(String, Option<String>)>,
}

impl Request {
    /// Reads the fields of a body.
    pub(crate) fn read(body: &[u8]) -> Result<Self, Refusal> {
        let mut fields = Fields::of(body);
        let amount = amount(&mut fields);
        let currency = fields.required_text("currency", 1, 16);
        let order_id = fields.required_name("order_id", 128);
        fields.text("from_referral_code", 1, 255);
        fields.text("payer_email", 3, 255);
        if fields.has("course_source") {
            fields.one_of("course_source", &COURSES);
        }
        let lifetime = fields.integer("lifetime", *LIFETIME.start(), *LIFETIME.end());
        let request = Self {
            order_id: order_id.unwrap_or_default(),
            is_refresh: fields.boolean("is_refresh").unwrap_or(false),
            amount: amount.unwrap_or_default(),
            currency: currency.unwrap_or_default().to_ascii_uppercase(),
            network: lower(fields.text("network", 1, 32)),
            to_currency: upper(fields.text("to_currency", 1, 16)),
            urls: [
                fields.url("url_return", 255),
                fields.url("url_success", 255),
                fields.url("url_callback", 255),
            ],
            multiple: fields.boolean("is_payment_multiple").unwrap_or(true),
            lifetime: Duration::from_secs(
                lifetime
                    .and_then(|seconds| u64::try_from(seconds).ok())
                    .unwrap_or(USUAL_LIFETIME),
            ),
            subtract: fields.integer("subtract", 0, 100).unwrap_or(0),
            accuracy: fields
                .number("accuracy_payment_percent", 0, 5)
                .unwrap_or_default(),
            additional_data: fields.text("additional_data", 0, 255),
            discount_percent: fields.integer("discount_percent", -99, 100),
            currencies: fields.coins("currencies"),
            except: fields.coins("except_currencies").unwrap_or_default(),
        };
        fields.finish()?;
        Ok(request)
    }

    /// The order this request makes, and the coin it settles, if it does.
    pub(crate) fn place(self, world: &World) -> Result<(Order, Option<&'static Coin>), Refusal> {
        let coin_code = self.coin_code()?;
        if let Some(network) = &self.network
            && !is_network(network)
        {
            return Err(Refusal::Business("The network was not found"));
        }
        let offers = self.offers(coin_code);
        let Some(first) = offers.first().copied() else {
            return Err(Refusal::Business(if coin_code.is_some() {
                "The network was not found"
            } else {
                "The terminal was not found"
            }));
        };
        self.check_limits(world)?;
        let settled = (coin_code.is_some() && offers.len() == 1).then_some(first);
        let scale = if is_fiat(&self.currency) { 2 } else { 8 };
        let [url_return, url_success, url_callback] = self.urls;
        let order = Order {
            order_id: self.order_id,
            amount: self.amount,
            scale: scale.max(self.amount.normalize().scale()),
            currency: self.currency,
            url_return,
            url_success,
            url_callback,
            multiple: self.multiple,
            lifetime: self.lifetime,
            subtract: Decimal::from(self.subtract),
            accuracy: self.accuracy,
            additional_data: self.additional_data,
            // Only an invoice in a specific coin has a discount.
            discount_percent: self.discount_percent.filter(|_| coin_code.is_some()),
            offers,
        };
        Ok((order, settled))
    }

    /// The one coin the invoice must be paid in, if the request names one.
    fn coin_code(&self) -> Result<Option<&'static str>, Refusal> {
        let currency = code_of(&self.currency);
        if currency.is_none() && !is_fiat(&self.currency) {
            return Err(Refusal::Business("The currency was not found"));
        }
        match self.to_currency.as_deref().map(code_of) {
            Some(Some(code)) => Ok(Some(code)),
            Some(None) => Err(Refusal::Business("Not found service to_currency")),
            None => Ok(currency),
        }
    }

    fn offers(&self, coin_code: Option<&str>) -> Vec<&'static Coin> {
        let meant = |coin: &Coin, (code, network): &(String, Option<String>)| {
            coin.code.eq_ignore_ascii_case(code)
                && network
                    .as_ref()
                    .is_none_or(|network| coin.network.eq_ignore_ascii_case(network))
        };
        COINS
            .iter()
            .filter(|coin| coin_code.is_none_or(|code| coin.code == code))
            .filter(|coin| {
                self.network
                    .as_ref()
                    .is_none_or(|network| coin.network == network)
            })
            .filter(|coin| {
                let allowed = self.currencies.as_ref();
                allowed.is_none_or(|list| list.iter().any(|pair| meant(coin, pair)))
            })
            .filter(|coin| !self.except.iter().any(|pair| meant(coin, pair)))
            .collect()
    }

    fn check_limits(&self, world: &World) -> Result<(), Refusal> {
        let one = usd(world, &self.currency).ok_or(Refusal::Business("Gateway error"))?;
        let worth = self.amount.checked_mul(one);
        match worth {
            Some(worth) if worth < LEAST_USDT => Err(Refusal::Business("Minimum amount 0.5 USDT")),
            Some(worth) if worth <= MOST_USDT => Ok(()),
            Some(_) | None => Err(Refusal::Business("Maximum amount 10000000 USDT")),
        }
    }
}

/// What the payer has to send, and how it came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Quote {
    pub(crate) payer_amount: Decimal,
    pub(crate) course: Decimal,
    pub(crate) discount: Decimal,
}

/// Quotes an order in `coin` at the prices of now.
pub(crate) fn quote(world: &World, order: &Order, coin: &Coin) -> Result<Quote, Refusal> {
    let failed = || Refusal::Business("Error convert to_currency");
    let course = if order.currency == coin.code {
        Decimal::ONE
    } else {
        let price = usd(world, coin.code).ok_or_else(failed)?;
        let currency = usd(world, &order.currency).ok_or_else(failed)?;
        price.checked_div(currency).ok_or_else(failed)?
    };
    let base = order.amount.checked_div(course).ok_or_else(failed)?;
    let percent = Decimal::from(order.discount_percent.unwrap_or(0));
    let discount = base * percent / Decimal::ONE_HUNDRED;
    let share = super::coins::COMMISSION_PERCENT / Decimal::ONE_HUNDRED;
    let borne = Decimal::ONE + share * order.subtract / Decimal::ONE_HUNDRED;
    let payer_amount = rounded_up((base - discount) * borne, coin.decimals);
    Ok(Quote {
        payer_amount,
        course,
        discount,
    })
}

fn amount(fields: &mut Fields) -> Option<Decimal> {
    let text = fields.required_text("amount", 1, 20)?;
    let amount = plain_decimal(&text);
    if amount.is_none() {
        fields.wrong("amount", "regex");
    }
    amount
}

fn lower(text: Option<String>) -> Option<String> {
    text.map(|text| text.to_ascii_lowercase())
}

fn upper(text: Option<String>) -> Option<String> {
    text.map(|text| text.to_ascii_uppercase())
}
