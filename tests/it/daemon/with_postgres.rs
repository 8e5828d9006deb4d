//! The daemon on PostgreSQL: what it says of a schema that is not there, and the variable blocks of
//! the deployment guide.

use std::path::Path;
use std::process::Command;

use super::house::{Daemon, daemon};
use crate::support::services::free_port;
use crate::support::{Database, Running, starkeeper};

fn on(database: &Database, folder: &Path, port: u16) -> Command {
    let mut command = daemon(folder, port);
    command.env("DATABASE_URL", database.url());
    command
}

#[tokio::test]
async fn an_empty_database_is_refused_with_the_command_to_run_or_migrated_if_a_setting_says_so() {
    let (database, folder, port) = (Database::empty(), tempfile::tempdir().unwrap(), free_port());
    let mut refused = Running::start("the daemon", on(&database, folder.path(), port));
    assert_eq!(refused.wait().code(), Some(78));
    let told = refused.printed();
    assert!(told.contains("run `starkeeper migrate up`"), "{told}");
    let mut migrating = on(&database, folder.path(), port);
    migrating.env("DATABASE_MIGRATE", "auto");
    let mut first = Daemon::start(migrating, port).await;
    let log = first.running.printed();
    assert!(log.contains("migrated: "), "{log}");
    assert_eq!(first.running.terminate().code(), Some(0));
    // From now on nothing needs to be said.
    let again = Daemon::start(on(&database, folder.path(), port), port).await;
    let (status, books) = again.get("/admin/v1/books").await;
    assert_eq!((status.as_u16(), &books["balanced"]), (200, &true.into()));
}

/// The block as it stands in the guide, with a database that is there.
async fn starts_with(block: &str) {
    let (database, folder, port) = (Database::empty(), tempfile::tempdir().unwrap(), free_port());
    let block = format!("{block}\nDATABASE_URL='{}'\n", database.url());
    std::fs::write(folder.path().join(".env"), block).unwrap();
    let mut up = starkeeper();
    up.current_dir(folder.path()).args(["migrate", "up"]);
    let mut up = Running::start("migrate up", up);
    assert!(up.wait().success(), "{}", up.printed());
    let mut serve = starkeeper();
    let http_port = port.to_string();
    serve
        .current_dir(folder.path())
        .arg("serve")
        .env("HTTP_PORT", http_port);
    let mut running = Daemon::start(serve, port).await;
    assert_eq!(running.running.terminate().code(), Some(0));
    let log = running.running.printed();
    for secret in [
        "secure_redis_password",
        "secure_webhook_secret",
        "your_bot_token",
    ] {
        assert!(!log.contains(secret), "{secret} is in the log:\n{log}");
    }
}

#[tokio::test]
async fn the_development_block_of_the_guide_starts() {
    starts_with(
        "TELEGRAM_TOKEN=your_bot_token_here
REDIS_URL=redis://localhost:7379
REDIS_CLUSTER_ENABLED=false
REDIS_PASSWORD=your_redis_password
SSL_CERT_PATH=./ssl/cert.pem
SSL_KEY_PATH=./ssl/key.pem
FRAGMENT_SEED_PHRASE=your_seed_phrase
FRAGMENT_COOKIES=your_cookies_json
WEBHOOK_ENABLED=false
WEBHOOK_HOST=localhost
WEBHOOK_PORT=8001
ENVIRONMENT=development
DEBUG=true
LOG_LEVEL=DEBUG",
    )
    .await;
}

#[tokio::test]
async fn the_production_block_of_the_guide_starts() {
    starts_with(
        "ENVIRONMENT=production
DEBUG=false
LOG_LEVEL=INFO
REDIS_CLUSTER_ENABLED=true
REDIS_CLUSTER_NODES=redis-node-1:7379,redis-node-2:7380,redis-node-3:7381
REDIS_PASSWORD=secure_redis_password_here
SSL_CERT_PATH=/app/ssl/cert.pem
SSL_KEY_PATH=/app/ssl/key.pem
CLOUDFLARE_TUNNEL_TOKEN=your_tunnel_token
PRODUCTION_DOMAIN=your-domain.com
ENABLE_HTTPS_REDIRECT=true
FRAGMENT_SEED_PHRASE=your_production_seed_phrase
FRAGMENT_COOKIES=your_production_cookies
FRAGMENT_AUTO_COOKIE_REFRESH=true
FRAGMENT_COOKIE_REFRESH_INTERVAL=1800
MERCHANT_UUID=your_merchant_uuid
API_KEY=your_api_key
WEBHOOK_ENABLED=true
WEBHOOK_HOST=your-domain.com
WEBHOOK_PORT=443
WEBHOOK_SECRET=secure_webhook_secret
TELEGRAM_TOKEN=your_bot_token
RATE_LIMIT_API=10
RATE_LIMIT_PAYMENT=2
RATE_LIMIT_USER_MESSAGES=30
RATE_LIMIT_GLOBAL_MESSAGES=1000",
    )
    .await;
}
