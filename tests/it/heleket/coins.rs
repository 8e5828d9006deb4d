//! The coins that can be paid with, and the value of their smallest payment.

use starkeeper_actors::domain::invoice::CoinChoice;
use starkeeper_actors::domain::money::MicroUsd;
use starkeeper_actors::ports::Invoicing;
use starkeeper_actors::ports::invoicing::Coin;

use super::host::{Host, ok, status};
use super::{PAYMENT_KEY, client, fixture};

fn coin(currency: &str, network: &str, micros: i64) -> Coin {
    Coin {
        choice: CoinChoice {
            currency: currency.into(),
            network: network.into(),
        },
        least: MicroUsd::from_micros(micros),
    }
}

/// Rates are asked in the order of the coins' names, four at once over as many connections: here
/// the script serves whoever comes first, so each coin has the same rate in both answers.
#[tokio::test]
async fn minima_are_valued_upwards_and_rates_are_asked_once() {
    let rate = || ok(br#"{"state":0,"result":[{"to":"USD","course":"1.5000001"}]}"#);
    let services = || ok(fixture!("heleket_services.json"));
    let host = Host::answering([services(), rate(), rate(), rate(), services()]).await;
    let client = client(&host);
    // 0.33333333 × 1.500001 = 0.500000328…: up, not down.
    let expected = vec![
        coin("USDT", "tron", 750_001),
        coin("USDT", "ton", 1_500_001),
        coin("TON", "ton", 500_001),
        coin("ETH", "eth", 1_501),
    ];
    assert_eq!(client.coins().await, Ok(expected.clone()));
    assert_eq!(client.coins().await, Ok(expected));
    let seen = host.seen();
    let mut targets: Vec<&str> = seen.iter().map(|seen| seen.target.as_str()).collect();
    targets.sort_unstable();
    assert_eq!(
        targets,
        [
            "/v1/exchange-rate/ETH/list",
            "/v1/exchange-rate/TON/list",
            "/v1/exchange-rate/USDT/list",
            "/v1/payment/services",
            "/v1/payment/services",
        ]
    );
    let asked = seen.iter().find(|seen| seen.method == "POST").unwrap();
    assert_eq!(asked.text(), "{}");
    assert!(asked.is_signed_with(PAYMENT_KEY));
}

#[tokio::test]
async fn without_any_rate_there_is_no_answer() {
    let no_rate = || ok(fixture!("heleket_rate_without_usd.json"));
    let host = Host::answering([
        ok(fixture!("heleket_services.json")),
        no_rate(),
        no_rate(),
        no_rate(),
    ])
    .await;
    assert!(client(&host).coins().await.is_err());
}

#[tokio::test]
async fn services_that_cannot_be_read_are_no_answer() {
    let bad = || status(401, fixture!("heleket_401.json"));
    let host = Host::answering([bad()]).await;
    let unreadable = client(&host).coins().await.unwrap_err();
    assert_eq!(unreadable.cause, "refused: the gateway refuses the key");
}
