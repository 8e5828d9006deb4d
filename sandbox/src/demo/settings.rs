//! The settings that the demo gives its daemon: everything, so that neither `.env` nor the shell of
//! whoever runs it counts.

use super::OPERATOR;
use super::home::{ADMIN_TOKEN, Home, SEED, VAULT_KEY};
use super::processes::MARK;
use crate::Sandbox;

/// What the shell gives a program, and nothing of it is a setting.
const FROM_THE_SHELL: [&str; 6] = ["PATH", "HOME", "TMPDIR", "LANG", "TZ", "RUST_BACKTRACE"];

/// Quicker than in a real shop, because a person waits and nothing outside can be overrun.
const QUICK: [(&str, &str); 29] = [
    ("INVOICE_POLL_EVERY", "3s"),
    ("INVOICE_POLL_FAST", "2s"),
    ("INVOICE_TAP_EVERY", "2s"),
    ("INVOICE_PATIENCE", "8s"),
    ("PAYMENT_LOOK_EVERY", "500ms"),
    ("PAYMENT_CALL_TIMEOUT", "4s"),
    ("PAYMENT_STEP_TIMEOUT", "15s"),
    ("PRICE_RATES_EVERY", "5s"),
    ("PRICE_GOODS_EVERY", "30s"),
    ("PRICE_GOODS_AGAIN", "2s"),
    ("PRICE_LOOK_EVERY", "500ms"),
    ("ORDER_FIRST_PAUSE", "500ms"),
    ("ORDER_LONGEST_PAUSE", "3s"),
    ("ORDER_SLOW_AFTER", "20s"),
    ("ORDER_DELIVERY_PATIENCE", "3m"),
    ("MAX_HELD", "3m"),
    ("FULFILMENT_LOOK_EVERY", "500ms"),
    ("FULFILMENT_CHAIN_PAUSE", "500ms"),
    ("FULFILMENT_SWEEP_EVERY", "10s"),
    ("FULFILMENT_CALL_TIMEOUT", "8s"),
    ("FULFILMENT_LEASE", "10s"),
    ("BROWSER_LOOK_UPS", "1"),
    ("HEALTH_EVERY", "500ms"),
    // Whoever tries everything taps faster than a customer.
    ("RATE_LIMIT_USER_MESSAGES", "300"),
    ("RATE_LIMIT_BURST", "60"),
    ("RATE_LIMIT_API", "60"),
    ("RATE_LIMIT_PAYMENT", "30"),
    ("LOG_LEVEL", "info"),
    ("LOG_FORMAT", "json"),
];

/// Every variable of the daemon's environment.
pub(super) fn environment(
    sandbox: &Sandbox,
    home: &Home,
    port: u16,
    (mark, browser): (&str, Option<&str>),
    cookies: &str,
) -> Vec<(String, String)> {
    let folder = home.folder();
    let file = |name: &str| folder.join(name).display().to_string();
    let merchant = sandbox.merchant();
    let here = format!("http://127.0.0.1:{port}");
    let ton = format!("{},{}", sandbox.ton_url(), sandbox.ton_second_url());
    let mut all = vec![
        (MARK, mark.to_owned()),
        ("ENVIRONMENT", "development".to_owned()),
        ("STATE_DIR", folder.display().to_string()),
        ("LOG_FILES", "true".to_owned()),
        ("LOG_DIR", folder.display().to_string()),
        ("HTTP_PORT", port.to_string()),
        ("WEBHOOK_PUBLIC_URL", here),
        ("ADMIN_TOKEN_FILE", file(ADMIN_TOKEN)),
        ("ADMIN_IDS", OPERATOR.to_string()),
        (
            "TELEGRAM_TOKEN",
            "8090:token-of-the-demo-worth-nothing-at-all".to_owned(),
        ),
        ("TELEGRAM_API_URL", sandbox.telegram_url()),
        ("WEBHOOK_ENABLED", "false".to_owned()),
        ("MERCHANT_UUID", merchant.uuid.clone()),
        ("API_KEY", merchant.payment_key.clone()),
        ("PAYOUT_API_KEY", merchant.payout_key.clone()),
        ("HELEKET_API_URL", sandbox.heleket_url()),
        ("HELEKET_WEBHOOK_IPS", "127.0.0.1".to_owned()),
        ("FRAGMENT_URL", sandbox.fragment_url()),
        ("FRAGMENT_COOKIES", cookies.to_owned()),
        ("FRAGMENT_SEED_PHRASE_FILE", file(SEED)),
        ("VAULT_KEY_FILE", file(VAULT_KEY)),
        ("TON_WALLET_VERSION", "v5r1".to_owned()),
        ("TON_API_URL", ton),
    ];
    let quick = QUICK.map(|(name, value)| (name, value.to_owned()));
    all.extend(quick);
    if let Some(flavour) = browser {
        all.push(("BROWSER_FLAVOUR", flavour.to_owned()));
    }
    for name in FROM_THE_SHELL {
        if let Ok(value) = std::env::var(name) {
            all.push((name, value));
        }
    }
    all.into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}
