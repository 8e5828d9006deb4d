//! The same with a password in the URL of the books.

#![cfg(feature = "crash-points")]

use super::Marked;
use crate::support::Database;
use crate::support::shop::books_at;

#[tokio::test]
async fn nothing_secret_and_nobodys_words_are_in_the_logs_at_any_level() {
    let books = Database::migrated();
    let url = books.url();
    let (who, _) = url.split_once('@').expect("a user");
    let (_, password) = who.rsplit_once(':').expect("a password");
    assert!(password.len() >= 8, "it is worth looking for");
    let mut settings = books_at(&url);
    settings.push(("PANIC_AT", "commit:delivered:after".to_owned()));
    let marked = Marked::open(settings, &[password]).await;
    marked.sells().await;
    marked.delivers().await;
    let log = marked.shop.daemon.log();
    assert!(
        log.contains("panic point commit:delivered:after"),
        "it panicked"
    );
    marked.keeps_quiet();
}
