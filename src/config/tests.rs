//! Every layer, every mistake with its exact text, and both variable blocks of the deployment guide.

use std::collections::BTreeSet;
use std::time::Duration;

use secrecy::ExposeSecret;
use tempfile::TempDir;

use super::names::{LATER, NAMES};
use super::*;

mod admin;
mod example;
mod redis;
mod telegram;
mod ton;

/// A working directory with files and variables.
struct Place {
    folder: TempDir,
    surroundings: Surroundings,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let surroundings = Surroundings {
            environment: BTreeMap::new(),
            directory: folder.path().to_owned(),
        };
        Self {
            folder,
            surroundings,
        }
    }

    fn file(self, name: &str, text: &str) -> Self {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        self
    }

    fn var(mut self, name: &str, value: &str) -> Self {
        self.surroundings
            .environment
            .insert(name.into(), value.into());
        self
    }

    /// Names the file by its full path.
    fn var_of_file(self, name: &str, file: &str) -> Self {
        let path = self.folder.path().join(file).display().to_string();
        self.var(name, &path)
    }

    fn settings(&self) -> Settings {
        Settings::read(&self.surroundings).unwrap()
    }

    /// The complaints, a line each, with the folder's own path left out.
    fn complaints(&self) -> Vec<String> {
        let refused = Settings::read(&self.surroundings).unwrap_err();
        let folder = format!("{}/", self.folder.path().display());
        let lines = refused.problems.iter();
        lines
            .map(|problem| problem.to_string().replace(&folder, ""))
            .collect()
    }
}

fn with(name: &str, value: &str) -> Place {
    Place::new().var(name, value)
}

#[test]
fn without_anything_it_is_a_strict_shop_on_embedded_books_without_payments() {
    let settings = Place::new().settings();
    assert_eq!(settings.environment, Environment::Production);
    assert!(settings.database.url.is_none());
    assert!(settings.heleket.keys.is_none());
    assert!(settings.admin.token.is_none());
    assert!(settings.backup.is_none());
    assert_eq!(settings.http.bind.to_string(), "127.0.0.1");
    assert_eq!(settings.http.port, None);
    assert_eq!(settings.logs.level, LogLevel::Info);
    assert_eq!(settings.remarks, Vec::<String>::new());
}

#[test]
fn each_layer_beats_the_one_before() {
    let place = Place::new();
    let retry = |place: &Place| {
        let settings = place.settings();
        let origin = settings.origin_of("PAYMENT_SWEEP_RETRY");
        (settings.payment.sweep_retry.as_secs(), origin)
    };
    assert_eq!(retry(&place), (60, "config/default.toml (built in)".into()));
    let place = place.file("config/production.toml", "payment.sweep_retry = 61");
    assert_eq!(retry(&place), (61, "config/production.toml".into()));
    let place = place.file(".env", "# ours\nPAYMENT_SWEEP_RETRY=62s\n");
    assert_eq!(retry(&place), (62, ".env".into()));
    let place = place.var("PAYMENT_SWEEP_RETRY", "63");
    assert_eq!(retry(&place), (63, "the environment".into()));
}

#[test]
fn the_environments_name_chooses_the_file_from_wherever_it_is_set() {
    let file = "payment.look_every = \"100ms\"";
    let place = Place::new().file("config/development.toml", file);
    let by_env = place.var("ENVIRONMENT", "Development");
    let look = by_env.settings().payment.look_every;
    assert_eq!(look, Duration::from_millis(100));
    let place = Place::new().file("config/development.toml", file);
    let by_dotenv = place.file(".env", "ENVIRONMENT=development");
    let look = by_dotenv.settings().payment.look_every;
    assert_eq!(look, Duration::from_millis(100));
}

#[test]
fn env_file_replaces_dotenv_and_must_exist() {
    let place = Place::new()
        .file(".env", "HTTP_PORT=1")
        .file("shop.env", "HTTP_PORT=2");
    let settings = place.var_of_file("ENV_FILE", "shop.env").settings();
    assert_eq!(settings.http.port, Some(2));
    assert_eq!(
        with("ENV_FILE", "gone.env").complaints(),
        [
            "ENV_FILE: cannot read gone.env: No such file or directory (os error 2) (read from the environment)"
        ]
    );
}

#[test]
fn a_secret_comes_from_a_file_and_keeps_its_zeros() {
    let place = Place::new()
        .file("key", "0012\n")
        .var_of_file("API_KEY_FILE", "key")
        .var("MERCHANT_UUID", "m-1");
    let settings = place.settings();
    let keys = settings.heleket.keys.as_ref().unwrap();
    assert_eq!(keys.api_key.expose_secret(), "0012");
    let origin = settings.origin_of("API_KEY");
    assert!(
        origin.ends_with("key, named by API_KEY_FILE in the environment"),
        "{origin}"
    );
}

/// Variables, and what is told of them.
const MISTAKES: &[(&[(&str, &str)], &str)] = &[
    (
        &[("HTTP_PORT", "http")],
        "HTTP_PORT: expected a whole number from 1 to 65535, found \"http\" (read from the environment)",
    ),
    (
        &[("HTTP_PORT", "70000")],
        "HTTP_PORT: expected a whole number from 1 to 65535, found \"70000\" (read from the environment)",
    ),
    (
        &[("ENVIRONMENT", "prod")],
        "ENVIRONMENT: expected one of development, staging, production, found \"prod\" (read from the environment)",
    ),
    (
        &[("DEBUG", "true")],
        "DEBUG: must be false in production: it is for development (read from the environment)",
    ),
    (
        &[("ENVIRONMENT", "development"), ("LOG_FILES", "maybe")],
        "LOG_FILES: expected true or false, found \"maybe\" (read from the environment)",
    ),
    (
        &[("LOG_LEVEL", "loud")],
        "LOG_LEVEL: expected one of error, warn, info, debug, trace, warning, critical, found \"loud\" (read from the environment)",
    ),
    (
        &[("INVOICE_POLL_EVERY", "5s")],
        "INVOICE_POLL_EVERY: expected a span such as 500ms, 30s, 10m, 24h or 7d, at least 30s in production, found \"5s\" (read from the environment)",
    ),
    (
        &[
            ("ENVIRONMENT", "development"),
            ("INVOICE_POLL_EVERY", "5 weeks"),
        ],
        "INVOICE_POLL_EVERY: expected a span such as 500ms, 30s, 10m, 24h or 7d, at least 1s, found \"5 weeks\" (read from the environment)",
    ),
    (
        &[("INVOICE_LIFETIME", "24h")],
        "INVOICE_LIFETIME: expected 300 to 43200 whole seconds, found \"24h\" (read from the environment)",
    ),
    (
        &[("INVOICE_ACCURACY_PERCENT", "6")],
        "INVOICE_ACCURACY_PERCENT: expected a whole number from 0 to 5, found \"6\" (read from the environment)",
    ),
    (
        &[("INVOICE_DUST", "1,5")],
        "INVOICE_DUST: expected dollars such as 100 or 0.01, not below 0, found \"1,5\" (read from the environment)",
    ),
    (
        &[("HELEKET_API_URL", "http://127.0.0.1:8092")],
        "HELEKET_API_URL: must begin with https:// in production: invoices and keys would travel in the clear (read from the environment)",
    ),
    (
        &[
            ("ENVIRONMENT", "development"),
            ("HELEKET_API_URL", "heleket"),
        ],
        "HELEKET_API_URL: expected an address such as https://api.example.com, found \"heleket\" (read from the environment)",
    ),
    (
        &[("FRAGMENT_URL", "http://127.0.0.1:8093")],
        "FRAGMENT_URL: must begin with https:// in production: the login's cookies would travel in the clear (read from the environment)",
    ),
    (
        &[("BROWSER_FLAVOUR", "firefox")],
        "BROWSER_FLAVOUR: expected one of chromium, chromium-headless-shell, found \"firefox\" (read from the environment)",
    ),
    (
        &[("BROWSER_LOOK_UPS", "0")],
        "BROWSER_LOOK_UPS: expected a whole number from 1 to 16, found \"0\" (read from the environment)",
    ),
    (
        &[("FRAGMENT_COOKIE_REFRESH_INTERVAL", "often")],
        "FRAGMENT_COOKIE_REFRESH_INTERVAL: expected a span such as 500ms, 30s, 10m, 24h or 7d, at least 30s in production, found \"often\" (read from the environment)",
    ),
    (
        &[("MERCHANT_UUID", "m-1")],
        "API_KEY (or API_KEY_FILE): not set, but MERCHANT_UUID is: set both, or none to keep payments off",
    ),
    (
        &[("API_KEY", "k-1")],
        "MERCHANT_UUID: not set, but API_KEY is: set both, or none to keep payments off",
    ),
    (
        &[
            ("MERCHANT_UUID", "a-key-of-forty-letters-and-no-uuid"),
            ("API_KEY", "8b03432e-385b-4670-8d06-064591096795"),
        ],
        "MERCHANT_UUID: holds no uuid, and API_KEY does: they are swapped (read from the environment)",
    ),
    (
        &[("HELEKET_WEBHOOK_IPS", "31.133.220.8,heleket")],
        "HELEKET_WEBHOOK_IPS: expected addresses or blocks such as 31.133.220.8 or 10.0.0.0/8, with commas, found \"31.133.220.8,heleket\" (read from the environment)",
    ),
    (
        &[("ADMIN_TOKEN", "tooshort")],
        "ADMIN_TOKEN (or ADMIN_TOKEN_FILE): expected at least 16 characters in production, for example from `openssl rand -hex 32`, found 8 characters that are not shown (read from the environment)",
    ),
    (
        &[("ADMIN_TOKEN_FILE", "/nowhere/token")],
        "ADMIN_TOKEN_FILE: cannot read /nowhere/token: No such file or directory (os error 2) (read from the environment)",
    ),
    (
        &[("API_KEY", "k"), ("API_KEY_FILE", "/nowhere/key")],
        "API_KEY: set together with API_KEY_FILE: keep one of them (read from the environment)",
    ),
    (
        &[("WEBHOOK_PUBLIC_URL", "http://shop.example")],
        "WEBHOOK_PUBLIC_URL: must begin with https:// in production (read from the environment)",
    ),
    (
        &[("PRODUCTION_DOMAIN", "shop.example/path")],
        "PRODUCTION_DOMAIN: expected a domain such as shop.example, found \"shop.example/path\" (read from the environment)",
    ),
    (
        &[("DATABASE_LOCK_TIMEOUT", "4s")],
        "DATABASE_LOCK_TIMEOUT: expected at most DATABASE_STATEMENT_TIMEOUT, which would end the wait first, found \"4s\" (read from the environment)",
    ),
    (
        &[("BACKUP_TIME", "26:00")],
        "BACKUP_TIME: expected a time of day such as 02:00 (UTC), found \"26:00\" (read from the environment)",
    ),
];

/// A file, its text, and what is told of it.
const MISTAKES_IN_FILES: &[(&str, &str, &str)] = &[
    (
        ".env",
        "HTTP_BIND=everywhere",
        "HTTP_BIND: expected an IP address such as 127.0.0.1, or 0.0.0.0 for all, found \"everywhere\" (read from .env)",
    ),
    (
        "config/production.toml",
        "[http]\nprot = 1\n",
        "config/production.toml: `http.prot` is not a setting; `http.port` may be meant",
    ),
    (
        "config/production.toml",
        "HTTP_PORT = 8000\n",
        "config/production.toml: `HTTP_PORT` is not a setting; `http.port` may be meant",
    ),
    (
        "config/production.toml",
        "[http]\nport = \n",
        "config/production.toml line 2: not valid TOML: invalid string, expected `\"`, `'`",
    ),
    (
        ".env",
        "A=1\nADMIN_TOKEN='secret",
        ".env line 2: expected NAME=value, with quotes around a value that holds spaces or quotes",
    ),
    (
        ".env",
        "# $HOME\nAPI_KEY=pa$$word\n",
        ".env line 2: the value of API_KEY holds a `$`, which would be taken for the name of a variable: put the value into single quotes",
    ),
];

fn assert_told(place: &Place, told: &str) {
    let complaints = place.complaints();
    assert!(
        complaints.iter().any(|line| line == told),
        "expected\n  {told}\ngot\n  {}",
        complaints.join("\n  ")
    );
}

#[test]
fn mistakes_in_variables_are_told_exactly() {
    for (vars, told) in MISTAKES {
        let place = vars
            .iter()
            .fold(Place::new(), |place, (name, value)| place.var(name, value));
        assert_told(&place, told);
    }
}

#[test]
fn mistakes_in_files_are_told_exactly() {
    for (file, text, told) in MISTAKES_IN_FILES {
        assert_told(&Place::new().file(file, text), told);
    }
}

#[test]
fn all_mistakes_are_told_at_once_and_no_secret_with_them() {
    let place = with("HTTP_PORT", "http")
        .var("ADMIN_TOKEN", "hunter2")
        .var("DEBUG", "yes")
        .var("MERCHANT_UUID", "m-1")
        .file(".env", "LOG_LEVEL=loud");
    let refused = Settings::read(&place.surroundings).unwrap_err();
    assert_eq!(refused.problems.len(), 5, "{refused}");
    let text = refused.to_string();
    assert!(text.starts_with("5 settings are wrong\n  "), "{text}");
    assert!(!text.contains("hunter2"), "{text}");
}

#[test]
fn single_quotes_keep_a_dollar() {
    let place = Place::new().file(".env", "MERCHANT_UUID=m\nAPI_KEY='pa$$word' # ours\n");
    let settings = place.settings();
    let keys = settings.heleket.keys.as_ref().unwrap();
    assert_eq!(keys.api_key.expose_secret(), "pa$$word");
}

#[test]
fn empty_values_and_placeholders_count_as_not_set() {
    let place = with("MERCHANT_UUID", "")
        .var("API_KEY", "your_api_key")
        .var("HTTP_PORT", " ")
        .file(".env", "HTTP_PORT=8123");
    let settings = place.settings();
    assert!(settings.heleket.keys.is_none());
    assert_eq!(settings.http.port, Some(8123), "the layer below counts");
    assert_eq!(
        settings.remarks,
        ["API_KEY still holds a placeholder and counts as not set (read from the environment)"]
    );
}

#[test]
fn a_placeholder_does_not_contradict_the_file_that_is_named() {
    let place = Place::new()
        .file("key", "0012")
        .file(".env", "MERCHANT_UUID=m-1\nAPI_KEY=your_api_key\n");
    let settings = place.var_of_file("API_KEY_FILE", "key").settings();
    let keys = settings.heleket.keys.as_ref().unwrap();
    assert_eq!(keys.api_key.expose_secret(), "0012");
    let place = Place::new()
        .file("key", "0012")
        .var("API_KEY", "your_api_key");
    let place = place
        .var("MERCHANT_UUID", "m-1")
        .var_of_file("API_KEY_FILE", "key");
    assert!(place.settings().heleket.keys.is_some());
}

#[test]
fn slips_of_the_hand_are_remarked_and_strangers_are_not() {
    let place = with("DATABSE_URL", "sqlite:x")
        .var("HTTP_PORT_FILE", "/x")
        .var("PATH", "/bin")
        .var("HOME", "/root")
        .var("LANG", "C")
        .var("HOSTNAME", "shop")
        .var("CLOUDFLARE_TUNNEL_TOKEN_FILE", "/run/secrets/x")
        .var("bot_token", "what other programs call it")
        .var("log_level", "debug");
    assert_eq!(
        place.settings().remarks,
        [
            "DATABSE_URL is not a setting; DATABASE_URL may be meant (set in the environment)",
            "HTTP_PORT_FILE is not read: only secrets come from files (set in the environment)",
            "bot_token is not a setting; TELEGRAM_TOKEN may be meant (set in the environment)",
            "log_level is not a setting; LOG_LEVEL may be meant (set in the environment)",
        ]
    );
}

#[test]
fn the_public_address_is_the_first_that_is_known() {
    let url = |place: &Place| {
        let settings = place.settings();
        settings
            .http
            .public_url
            .map(|url| url.of("/webhook/heleket"))
    };
    let place = with("WEBHOOK_HOST", "hooks.shop.example").var("WEBHOOK_PORT", "443");
    let of_host = Some("https://hooks.shop.example/webhook/heleket".into());
    assert_eq!(url(&place), of_host);
    let place = place.var("PRODUCTION_DOMAIN", "shop.example");
    let of_domain = Some("https://shop.example/webhook/heleket".into());
    assert_eq!(url(&place), of_domain);
    let place = place.var("WEBHOOK_PUBLIC_URL", "https://in.example/shop/");
    let given = Some("https://in.example/shop/webhook/heleket".into());
    assert_eq!(url(&place), given);
    for host in [
        "localhost",
        "127.0.0.1",
        "nginx",
        "your-domain.com",
        "a.local",
    ] {
        assert_eq!(url(&with("WEBHOOK_HOST", host)), None, "{host}");
    }
}

#[test]
fn the_development_block_of_the_guide_starts_a_daemon() {
    let block = include_str!("../../tests/fixtures/settings/development.env");
    let settings = Place::new().file(".env", block).settings();
    assert_eq!(settings.environment, Environment::Development);
    assert_eq!(settings.logs.level, LogLevel::Debug);
    assert_eq!(settings.http.public_url, None);
    assert_eq!(settings.http.port, None, "WEBHOOK_PORT never binds");
    assert!(settings.ton.tills.is_empty());
    assert_eq!(
        never_filled_in(&settings),
        [
            "FRAGMENT_COOKIES",
            "FRAGMENT_SEED_PHRASE",
            "REDIS_PASSWORD",
            "TELEGRAM_TOKEN",
        ]
    );
}

#[test]
fn the_production_block_of_the_guide_starts_a_daemon() {
    let block = include_str!("../../tests/fixtures/settings/production.env");
    let settings = Place::new().file(".env", block).settings();
    assert_eq!(settings.environment, Environment::Production);
    assert!(settings.heleket.keys.is_none());
    assert_eq!(settings.http.public_url, None);
    let placeholders = [
        "API_KEY",
        "FRAGMENT_COOKIES",
        "FRAGMENT_SEED_PHRASE",
        "MERCHANT_UUID",
        "PRODUCTION_DOMAIN",
        "REDIS_PASSWORD",
        "TELEGRAM_TOKEN",
        "WEBHOOK_HOST",
        "WEBHOOK_SECRET",
    ];
    assert_eq!(never_filled_in(&settings), placeholders);
}

/// The names that the remarks begin with, in the order of the alphabet.
fn never_filled_in(settings: &Settings) -> Vec<String> {
    let first = |remark: &String| {
        let end = remark.find(|letter: char| letter != '_' && !letter.is_ascii_alphanumeric());
        remark.split_at(end.unwrap_or(remark.len())).0.to_owned()
    };
    let mut names: Vec<String> = settings.remarks.iter().map(first).collect();
    names.sort_unstable();
    names
}

#[test]
fn the_table_of_settings_masks_secrets_and_names_origins() {
    let place = with("ADMIN_TOKEN", "a-very-secret-token-of-ours")
        .var("DATABASE_URL", "postgres://u:hidden@h/d")
        .var("REDIS_PASSWORD", "also-hidden")
        .var("DEFAULT_CURRENCY", "RUB")
        .file(".env", "HTTP_PORT=8123");
    let shown = place.settings().show();
    for secret in ["a-very-secret", "hidden", "also-hidden"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    let line = |name: &str| {
        let mut lines = shown.lines();
        let line = lines.find(|line| line.split_whitespace().next() == Some(name));
        let words: Vec<&str> = line.unwrap_or_default().split_whitespace().collect();
        words.join(" ")
    };
    assert_eq!(line("ADMIN_TOKEN"), "ADMIN_TOKEN *** the environment");
    assert_eq!(line("HTTP_PORT"), "HTTP_PORT 8123 .env");
    assert_eq!(line("API_KEY"), "API_KEY - not set");
    assert_eq!(
        line("DEFAULT_CURRENCY"),
        "DEFAULT_CURRENCY RUB the environment, not used yet"
    );
    assert_eq!(line("REDIS_PASSWORD"), "REDIS_PASSWORD *** the environment");
    let debug = format!("{:?}", place.settings());
    for secret in ["a-very-secret", "hidden", "also-hidden"] {
        assert!(!debug.contains(secret), "{debug}");
    }
}

#[test]
fn every_setting_is_explained_in_the_defaults_under_one_name() {
    let mut seen = BTreeSet::new();
    for name in NAMES {
        assert!(seen.insert(name.var), "{} is there twice", name.var);
        assert!(seen.insert(name.key), "{} is there twice", name.key);
        let explained = format!("[{}]", name.var);
        assert!(DEFAULTS.contains(&explained), "{explained}");
        let (_, last) = name.key.rsplit_once('.').unwrap_or(("", name.key));
        let written = [format!("\n{last} = "), format!("\n# {last} = ")];
        assert!(
            written.iter().any(|line| DEFAULTS.contains(line)),
            "{} has no line",
            name.key
        );
    }
    for (later, _) in LATER {
        assert!(seen.insert(later), "{later} is there twice");
    }
}

#[test]
fn spans_and_networks_are_read_and_shown() {
    use super::values::{Network, show_span, span};
    for (text, shown) in [
        ("500ms", "500ms"),
        ("90", "90s"),
        ("90s", "90s"),
        ("10m", "10m"),
        ("24h", "1d"),
        ("7 d", "7d"),
    ] {
        assert_eq!(show_span(span(text).unwrap()), shown, "{text}");
    }
    for text in ["", "s", "1w", "-1s", "1.5h", "99999999999999999999s"] {
        assert_eq!(span(text), None, "{text}");
    }
    let inside = |block: &str, address: &str| {
        let address = address.parse().unwrap();
        Network::parse(block).unwrap().contains(address)
    };
    assert!(inside("10.0.0.0/8", "10.255.0.1"));
    assert!(!inside("10.0.0.0/8", "11.0.0.1"));
    assert!(inside("31.133.220.8", "31.133.220.8"));
    assert!(inside("31.133.220.8", "::ffff:31.133.220.8"));
    assert!(!inside("31.133.220.8", "31.133.220.9"));
    assert!(inside("0.0.0.0/0", "1.2.3.4"));
    assert!(inside("fd00::/8", "fd12::1"));
    assert!(!inside("fd00::/8", "10.0.0.1"));
    for text in ["", "10.0.0.0/33", "10.0.0.0/x", "heleket", "10.0.0"] {
        assert_eq!(Network::parse(text), None, "{text}");
    }
}
