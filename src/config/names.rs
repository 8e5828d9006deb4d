//! Every name a setting goes by: one table for the environment, the files, the errors and the list
//! that `starkeeper config` prints.

/// One setting: its variable and its key in the files.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Name {
    /// In the environment and in `.env`.
    pub(super) var: &'static str,
    /// In the TOML files, dotted.
    pub(super) key: &'static str,
    /// Never printed; also read from the file that `<VAR>_FILE` names.
    pub(super) secret: bool,
}

const fn open(var: &'static str, key: &'static str) -> Name {
    Name {
        var,
        key,
        secret: false,
    }
}

const fn secret(var: &'static str, key: &'static str) -> Name {
    Name {
        var,
        key,
        secret: true,
    }
}

/// The settings that are used today.
pub(super) const NAMES: &[Name] = &[
    open("ENVIRONMENT", "environment"),
    open("DEBUG", "debug"),
    open("STATE_DIR", "state_dir"),
    secret("DATABASE_URL", "database.url"),
    open("DATABASE_MIGRATE", "database.migrate"),
    open("DATABASE_CONNECTIONS", "database.connections"),
    open("DATABASE_STATEMENT_TIMEOUT", "database.statement_timeout"),
    open("DATABASE_LOCK_TIMEOUT", "database.lock_timeout"),
    secret("TELEGRAM_TOKEN", "telegram.token"),
    open("TELEGRAM_API_URL", "telegram.api_url"),
    open("WEBHOOK_ENABLED", "telegram.webhook"),
    secret("WEBHOOK_SECRET", "telegram.webhook_secret"),
    open("ADMIN_IDS", "telegram.operators"),
    open("ADMIN_LANGUAGE", "telegram.operators_language"),
    open("TELEGRAM_CALL_TIMEOUT", "telegram.call_timeout"),
    open("TELEGRAM_UPDATE_TIMEOUT", "telegram.update_timeout"),
    open("TELEGRAM_POLL_FOR", "telegram.poll_for"),
    open("TELEGRAM_LEASE", "telegram.lease"),
    open("TELEGRAM_RATE", "telegram.rate"),
    open("TELEGRAM_CHAT_EVERY", "telegram.chat_every"),
    open("TELEGRAM_CHAT_BURST", "telegram.chat_burst"),
    open("SUPPORT_CONTACT", "telegram.support"),
    open("SUPPORT_ANSWER_WITHIN", "telegram.answer_within"),
    open("TIMEZONE", "telegram.timezone"),
    open("TON_EXPLORER_URL", "telegram.explorer"),
    secret("REDIS_URL", "redis.url"),
    open("REDIS_CLUSTER_ENABLED", "redis.cluster"),
    open("REDIS_CLUSTER_NODES", "redis.nodes"),
    secret("REDIS_PASSWORD", "redis.password"),
    open("REDIS_CONNECTIONS", "redis.connections"),
    open("REDIS_CONNECT_TIMEOUT", "redis.connect_timeout"),
    open("REDIS_CALL_TIMEOUT", "redis.call_timeout"),
    open("REDIS_PAUSE", "redis.pause"),
    open("DIALOG_EXPIRY", "dialogs.expiry"),
    open("DIALOG_PEOPLE", "dialogs.people"),
    open("RATE_LIMIT_USER_MESSAGES", "limits.messages"),
    open("RATE_LIMIT_API", "limits.operations"),
    open("RATE_LIMIT_PAYMENT", "limits.payments"),
    open("RATE_LIMIT_GLOBAL_MESSAGES", "limits.everybody"),
    open("RATE_LIMIT_BURST", "limits.burst"),
    open("RATE_LIMIT_BURST_SPAN", "limits.burst_span"),
    open("RATE_LIMIT_NEW_USER", "limits.new_percent"),
    open("RATE_LIMIT_NEW_FOR", "limits.new_for"),
    open("RATE_LIMIT_PREMIUM", "limits.premium_percent"),
    open("MERCHANT_UUID", "heleket.merchant"),
    secret("API_KEY", "heleket.api_key"),
    secret("PAYOUT_API_KEY", "heleket.payout_api_key"),
    open("HELEKET_API_URL", "heleket.api_url"),
    open("HELEKET_WEBHOOK_IPS", "heleket.webhook_ips"),
    open("INVOICE_LIFETIME", "payment.invoice_lifetime"),
    open("INVOICE_ACCURACY_PERCENT", "payment.accuracy_percent"),
    open("INVOICE_SURPLUS_CAP", "payment.surplus_cap"),
    open("INVOICE_DUST", "payment.dust"),
    open("INVOICE_POLL_EVERY", "payment.poll_every"),
    open("INVOICE_POLL_FAST", "payment.poll_fast"),
    open("INVOICE_FAST_FOR", "payment.fast_for"),
    open("INVOICE_TAP_EVERY", "payment.tap_every"),
    open("INVOICE_POLL_SLOWEST", "payment.poll_slowest"),
    open("INVOICE_WATCH_FOR", "payment.watch_for"),
    open("INVOICE_PATIENCE", "payment.patience"),
    open("INVOICE_CLOCK_SKEW", "payment.clock_skew"),
    open("INVOICE_REFUND_DOUBT", "payment.refund_doubt"),
    open("PAYMENT_LOOK_EVERY", "payment.look_every"),
    open("PAYMENT_IN_FLIGHT", "payment.in_flight"),
    open("PAYMENT_CALL_TIMEOUT", "payment.call_timeout"),
    open("PAYMENT_STEP_TIMEOUT", "payment.step_timeout"),
    open("PAYMENT_SWEEP_EVERY", "payment.sweep_every"),
    open("PAYMENT_SWEEP_BACK", "payment.sweep_back"),
    open("PAYMENT_SWEEP_RETRY", "payment.sweep_retry"),
    open("PRICE_MARKUP", "pricing.markup"),
    open("PRICE_MARKUP_PREMIUM", "pricing.premium_markup"),
    open("PRICE_FIXED", "pricing.fixed"),
    open("PRICE_MARGIN_FLOOR", "pricing.margin_floor"),
    open("PRICE_SLIPPAGE", "pricing.slippage"),
    open("PRICE_SOURCE_LIMIT", "pricing.source_limit"),
    open("PRICE_GATEWAY_FEE", "pricing.gateway_fee"),
    open("PRICE_NETWORK_FEE", "pricing.network_fee"),
    open("PRICE_MAX_ORDER_COST", "pricing.max_order_cost"),
    open("PRICE_QUOTE_LIFETIME", "pricing.quote_lifetime"),
    open("PRICE_RATE_MAX_AGE", "pricing.rate_max_age"),
    open("PRICE_RATE_MIN_SOURCES", "pricing.rate_min_sources"),
    open("PRICE_GOODS_MAX_AGE", "pricing.goods_max_age"),
    open("PRICE_RATES_EVERY", "pricing.rates_every"),
    open("PRICE_GOODS_EVERY", "pricing.goods_every"),
    open("PRICE_GOODS_AGAIN", "pricing.goods_again"),
    open("PRICE_FRAGMENT_RATE", "pricing.fragment_rate"),
    open("PRICE_LOOK_EVERY", "pricing.look_every"),
    open("MAX_HELD", "fulfilment.max_held"),
    open("ORDER_SLOW_AFTER", "fulfilment.slow_after"),
    open("ORDER_FIRST_PAUSE", "fulfilment.first_pause"),
    open("ORDER_LONGEST_PAUSE", "fulfilment.longest_pause"),
    open("ORDER_DELIVERY_PATIENCE", "fulfilment.delivery_patience"),
    open("ORDER_CHAIN_FEE", "fulfilment.chain_fee"),
    open("FULFILMENT_RESERVE", "fulfilment.reserve"),
    open("FULFILMENT_LEASE", "fulfilment.lease"),
    open("FULFILMENT_LOOK_EVERY", "fulfilment.look_every"),
    open("FULFILMENT_CHAIN_PAUSE", "fulfilment.chain_pause"),
    open("FULFILMENT_SWEEP_EVERY", "fulfilment.sweep_every"),
    open("FULFILMENT_RECONCILE_EVERY", "fulfilment.reconcile_every"),
    open(
        "FULFILMENT_RECONCILE_PATIENCE",
        "fulfilment.reconcile_patience",
    ),
    open("FULFILMENT_CALL_TIMEOUT", "fulfilment.call_timeout"),
    open("FULFILMENT_VALIDITY", "fulfilment.validity"),
    open("FULFILMENT_EXPIRY_MARGIN", "fulfilment.expiry_margin"),
    open("FULFILMENT_IN_FLIGHT", "fulfilment.in_flight"),
    secret("FRAGMENT_SEED_PHRASE", "ton.seed_phrase"),
    secret("FRAGMENT_SEED_PHRASE_2", "ton.seed_phrase_2"),
    secret("FRAGMENT_SEED_PHRASE_3", "ton.seed_phrase_3"),
    secret("FRAGMENT_SEED_PHRASE_4", "ton.seed_phrase_4"),
    open("TON_WALLET_VERSION", "ton.wallet_version"),
    open("TON_WALLET_ADDRESS", "ton.wallet_address"),
    open("TON_WALLET_ADDRESS_2", "ton.wallet_address_2"),
    open("TON_WALLET_ADDRESS_3", "ton.wallet_address_3"),
    open("TON_WALLET_ADDRESS_4", "ton.wallet_address_4"),
    open("TON_API_URL", "ton.api_url"),
    secret("TON_API_KEY", "ton.api_key"),
    open("TON_RATE", "ton.rate"),
    open("TON_CALL_TIMEOUT", "ton.call_timeout"),
    open("TON_DESTINATIONS", "ton.destinations"),
    open("TON_DAY_CAP", "ton.day_cap"),
    open("FRAGMENT_URL", "fragment.url"),
    secret("FRAGMENT_COOKIES", "fragment.cookies"),
    secret("FRAGMENT_COOKIES_2", "fragment.cookies_2"),
    secret("FRAGMENT_COOKIES_3", "fragment.cookies_3"),
    secret("FRAGMENT_COOKIES_4", "fragment.cookies_4"),
    secret("VAULT_KEY", "fragment.vault_key"),
    secret("FRAGMENT_PROXY_URL", "fragment.proxy_url"),
    open("FRAGMENT_AUTO_COOKIE_REFRESH", "fragment.auto_refresh"),
    open("FRAGMENT_COOKIE_REFRESH_INTERVAL", "fragment.refresh_every"),
    open("FRAGMENT_CALL_TIMEOUT", "fragment.call_timeout"),
    secret("WEBDRIVER_URL", "browser.webdriver_url"),
    secret("PROXY_URL", "browser.proxy_url"),
    open("BROWSER_DRIVER", "browser.driver"),
    open("BROWSER_FLAVOUR", "browser.flavour"),
    open("BROWSER_PATH", "browser.path"),
    open("BROWSER_SANDBOX", "browser.sandbox"),
    open("BROWSER_LOOK_UPS", "browser.look_ups"),
    open("BROWSER_MAX_LOANS", "browser.max_loans"),
    open("BROWSER_MAX_AGE", "browser.max_age"),
    open("BROWSER_OPEN_TIMEOUT", "browser.open_timeout"),
    open("HTTP_BIND", "http.bind"),
    open("HTTP_PORT", "http.port"),
    open("HTTP_WORKERS", "http.workers"),
    open("HTTP_REQUEST_TIMEOUT", "http.request_timeout"),
    open("TRUSTED_PROXIES", "http.trusted_proxies"),
    open("WEBHOOK_PUBLIC_URL", "http.public_url"),
    open("PRODUCTION_DOMAIN", "http.domain"),
    open("WEBHOOK_HOST", "http.public_host"),
    open("WEBHOOK_PORT", "http.public_port"),
    secret("ADMIN_TOKEN", "admin.token"),
    secret("ADMIN_TOKENS", "admin.tokens"),
    open("ADMIN_RATE", "admin.rate"),
    open("ADMIN_TRIES", "admin.tries"),
    open("LOG_LEVEL", "logs.level"),
    open("LOG_FORMAT", "logs.format"),
    open("LOG_FILES", "logs.files"),
    open("LOG_DIR", "logs.dir"),
    open("TEST_PURCHASE", "shop.test_purchase"),
    open("SHOP_LOOK_EVERY", "shop.look_every"),
    open("AWAY_AFTER", "shop.away_after"),
    open("DISK_MIN", "shop.disk_min"),
    open("REPORT_TIME", "shop.report_time"),
    secret("HEARTBEAT_URL", "shop.heartbeat_url"),
    open("HEARTBEAT_EVERY", "shop.heartbeat_every"),
    open("BACKUP_DIR", "backup.dir"),
    open("BACKUP_TIME", "backup.time"),
    open("HEALTH_EVERY", "health.every"),
    open("HEALTH_STALLED_AFTER", "health.stalled_after"),
    open("HEALTH_DUE_AFTER", "health.due_after"),
    open("METRICS_EVERY", "health.metrics_every"),
    open("DRAIN_ACTOR", "drain.actor"),
];

/// Names that may be set and that nothing reads yet, with whether each is a secret.
pub(super) const LATER: &[(&str, bool)] = &[
    ("SSL_CERT_PATH", false),
    ("SSL_KEY_PATH", false),
    ("CLOUDFLARE_TUNNEL_TOKEN", true),
    ("ENABLE_HTTPS_REDIRECT", false),
    ("DEFAULT_CURRENCY", false),
];

/// The variable that names another file than `.env`. Read from the environment alone.
pub(super) const ENV_FILE: &str = "ENV_FILE";

/// The setting of a key in the files.
pub(super) fn by_key(key: &str) -> Option<&'static Name> {
    NAMES.iter().find(|name| name.key == key)
}

/// The setting of a variable.
pub(super) fn by_var(var: &str) -> Option<&'static Name> {
    NAMES.iter().find(|name| name.var == var)
}

/// Whether a variable is one that something reads later, and whether it is a secret.
pub(super) fn later(var: &str) -> Option<bool> {
    let found = LATER.iter().find(|(name, _)| *name == var);
    found.map(|(_, secret)| *secret)
}

/// Whether a variable is one of ours, as itself or with `_FILE`.
pub(super) fn is_known(var: &str) -> bool {
    let is_secret =
        |var: &str| by_var(var).map_or_else(|| later(var).unwrap_or(false), |name| name.secret);
    var == ENV_FILE
        || by_var(var).is_some()
        || later(var).is_some()
        || var.strip_suffix("_FILE").is_some_and(is_secret)
}

/// What other programs call a setting of ours.
const ELSEWHERE: &[(&str, &str)] = &[
    ("BOT_TOKEN", "TELEGRAM_TOKEN"),
    ("TELEGRAM_BOT_TOKEN", "TELEGRAM_TOKEN"),
    ("TG_TOKEN", "TELEGRAM_TOKEN"),
    ("POSTGRES_URL", "DATABASE_URL"),
    ("HELEKET_API_KEY", "API_KEY"),
    ("HELEKET_MERCHANT", "MERCHANT_UUID"),
    ("MERCHANT_ID", "MERCHANT_UUID"),
    ("SEED_PHRASE", "FRAGMENT_SEED_PHRASE"),
    ("MNEMONIC", "FRAGMENT_SEED_PHRASE"),
    ("TONCENTER_API_KEY", "TON_API_KEY"),
];

/// The variable that was most likely meant by one that is none of ours, in whatever case.
pub(super) fn meant(var: &str) -> Option<&'static str> {
    let var = var.to_ascii_uppercase();
    let elsewhere = ELSEWHERE.iter().find(|(name, _)| *name == var);
    let names = NAMES.iter().map(|name| name.var);
    elsewhere
        .map(|(_, ours)| *ours)
        .or_else(|| nearest(&var, names.chain(LATER.iter().map(|(name, _)| *name))))
}

/// The key that was most likely meant by one that is none of ours.
pub(super) fn meant_key(key: &str) -> Option<&'static str> {
    nearest(key, NAMES.iter().map(|name| name.key))
}

/// The nearest name within two slips of the hand, one for a short name.
fn nearest(given: &str, names: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let slips = |name: &&'static str| strsim::damerau_levenshtein(given, name);
    let nearest = names.min_by_key(slips)?;
    let most = if nearest.len() > 6 { 2 } else { 1 };
    (slips(&nearest) <= most).then_some(nearest)
}
