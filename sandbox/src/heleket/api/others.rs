//! The calls that are not about one invoice: services, rates, balance, the test webhook.

use std::sync::Arc;

use rust_decimal::Decimal;

use super::super::coins::{self, COINS, COMMISSION_PERCENT, SCALE, scaled, usd};
use super::super::deliveries::{Content, Reason};
use super::super::desk::Desk;
use super::super::fields::Fields;
use super::super::invoice::Status;
use super::super::php::Json;
use super::super::refusal::Refusal;
use super::super::webhook;
use super::invoices::{Wins, find, optional_name};
use crate::world::{World, hold};

/// The statuses a test webhook may have.
const TESTABLE: [&str; 11] = [
    "process",
    "check",
    "paid",
    "paid_over",
    "fail",
    "wrong_amount",
    "cancel",
    "system_fail",
    "refund_process",
    "refund_fail",
    "refund_paid",
];

/// `POST /v1/payment/services`.
pub(super) fn services() -> Json {
    let service = |coin: &coins::Coin| {
        Json::object([
            ("network", Json::Text(coin.network.to_ascii_uppercase())),
            ("currency", Json::text(coin.code)),
            ("is_available", Json::Bool(true)),
            (
                "limit",
                Json::object([
                    ("min_amount", Json::text(coin.least)),
                    ("max_amount", Json::text(coin.most)),
                ]),
            ),
            (
                "commission",
                Json::object([
                    ("fee_amount", Json::text("0.00")),
                    ("percent", Json::Text(scaled(COMMISSION_PERCENT, 2))),
                ]),
            ),
        ])
    };
    Json::List(COINS.iter().map(service).collect())
}

/// `GET /v1/exchange-rate/{CUR}/list`: what one `CUR` costs in everything else.
pub(super) fn rates(world: &Arc<World>, path: &str) -> Result<Json, Refusal> {
    let from = path
        .split('/')
        .nth(1)
        .unwrap_or_default()
        .to_ascii_uppercase();
    let known = coins::is_fiat(&from) || coins::is_coin(&from);
    let price = usd(world, &from).filter(|_| known);
    let Some(price) = price else {
        return Err(Refusal::Business("The currency was not found"));
    };
    let others = world.prices.all();
    let rates = others
        .iter()
        .filter(|(name, _)| **name != from && (coins::is_fiat(name) || coins::is_coin(name)))
        .filter_map(|(name, other)| Some((name, price.checked_div(*other)?)))
        .map(|(name, course)| {
            Json::object([
                ("from", Json::text(&*from)),
                ("to", Json::text(*name)),
                ("course", Json::Text(scaled(course, SCALE))),
            ])
        })
        .collect();
    Ok(Json::List(rates))
}

/// `POST /v1/balance`.
pub(super) fn balance(world: &Arc<World>) -> Json {
    let balances = hold(&world.heleket.desk).balances();
    let merchant = balances
        .into_iter()
        .map(|(code, sum)| {
            let worth = sum * usd(world, code).unwrap_or_default();
            Json::object([
                (
                    "uuid",
                    Json::Text(wallet_uuid(&world.heleket.merchant.uuid, code)),
                ),
                ("balance", Json::Text(scaled(sum, SCALE))),
                ("balance_usd", Json::Text(scaled(worth, 2))),
                ("currency_code", Json::text(code)),
            ])
        })
        .collect();
    let both = Json::object([
        ("merchant", Json::List(merchant)),
        ("user", Json::List(Vec::new())),
    ]);
    Json::List(vec![Json::object([("balance", both)])])
}

/// `POST /v1/test-webhook/payment`: one webhook to an address of the caller, and nothing is kept.
pub(super) fn test_webhook(world: &Arc<World>, body: &[u8]) -> Result<Json, Refusal> {
    let mut fields = Fields::of(body);
    let url = fields.url("url_callback", 150);
    let currency = fields.required_text("currency", 1, 16).unwrap_or_default();
    let network = fields.required_text("network", 1, 32).unwrap_or_default();
    let status = fields.one_of("status", &TESTABLE);
    for name in ["url_callback", "status"] {
        if !fields.has(name) {
            fields.wrong(name, "required");
        }
    }
    let by = optional_name(&mut fields, Wins::Uuid, 32);
    fields.finish()?;
    let coin = coins::find(&currency, &network);
    let coin = coin.ok_or(Refusal::Business("Payment service not found"))?;
    let (Some(url), Some(status)) = (url, status) else {
        return Err(Refusal::Server);
    };
    let status = Status::named(&status);
    let mut desk = hold(&world.heleket.desk);
    let (uuid, members) = match &by {
        Some(_) => {
            let number = find(&desk, &by).ok_or(Refusal::Business("Not found payment"))?;
            existing(world, &desk, number, &status)?
        }
        None => invented(world, coin, &status),
    };
    let members = members.into_iter();
    let content = Content::Given(members.map(|(name, value)| (name.into(), value)).collect());
    let id = desk
        .deliveries
        .add(&uuid, status, content, Reason::Test, &url);
    webhook::put(world, &mut desk, id, world.clock.now());
    Ok(Json::List(Vec::new()))
}

type Members = Vec<(&'static str, Json)>;

/// An invoice there is, told with a status it need not have: nothing marks it as a test.
fn existing(
    world: &World,
    desk: &Desk,
    number: usize,
    status: &Status,
) -> Result<(String, Members), Refusal> {
    let invoice = desk.invoice(number).ok_or(Refusal::Server)?;
    let mut facts = invoice.facts().clone();
    if status.is_completed() && facts.paid.is_zero() {
        facts.paid = invoice.left().unwrap_or(invoice.order.amount);
        facts.paid_usd = facts.paid;
    }
    facts.status = status.clone();
    Ok((invoice.uuid.clone(), desk.members(world, invoice, &facts)))
}

/// An invoice there is not.
fn invented(world: &World, coin: &coins::Coin, status: &Status) -> (String, Members) {
    let uuid = world.dice.uuid();
    let paid = Decimal::from(world.dice.between(1, 100));
    let commission = paid * COMMISSION_PERCENT / Decimal::ONE_HUNDRED;
    let worth = paid * usd(world, coin.code).unwrap_or_default();
    let coins = |amount| Json::Text(scaled(amount, SCALE));
    let members = vec![
        ("type", Json::text("payment")),
        ("uuid", Json::text(&*uuid)),
        (
            "order_id",
            Json::Text(format!("test-{}", world.dice.uuid())),
        ),
        ("amount", coins(paid)),
        ("payment_amount", coins(paid)),
        ("payment_amount_usd", Json::Text(scaled(worth, 2))),
        ("merchant_amount", coins(paid - commission)),
        ("commission", coins(commission)),
        ("is_final", Json::Bool(status.is_final())),
        ("status", Json::text(status.name())),
        ("from", Json::Text(coin.address(&world.dice))),
        ("wallet_address_uuid", Json::Null),
        ("network", Json::text(coin.network)),
        ("currency", Json::text(coin.code)),
        ("payer_currency", Json::text(coin.code)),
        ("additional_data", Json::Null),
        ("txid", Json::Text(coin.txid(&world.dice))),
    ];
    (uuid, members)
}

/// A name for a balance that stays the same: the merchant's, with the coin at its end.
fn wallet_uuid(merchant: &str, code: &str) -> String {
    let tail: String = code.bytes().map(|byte| format!("{byte:02x}")).collect();
    let head = merchant.get(..24).unwrap_or(merchant);
    format!("{head}{tail:0>12}")
}
