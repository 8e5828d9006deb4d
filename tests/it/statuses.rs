//! Every status of the gateway, and every order of them that matters, at the wire: what is
//! credited, what the customer is told and how often, what the operators are told, what stays open.
//!
//! The daemon and the gateway are processes of their own. Each story runs with webhooks alone and,
//! where it can, with polling alone.

mod case;
mod run;
mod stories;

mod on_sqlite {
    use super::case::Told;
    use super::run::run;
    use super::stories::stories;

    #[tokio::test]
    async fn every_status_is_worth_what_it_is_by_webhooks_alone() {
        run(stories(), Told::ByWebhook, Vec::new()).await;
    }

    #[tokio::test]
    async fn every_status_is_worth_what_it_is_by_polling_alone() {
        run(stories(), Told::ByPolling, Vec::new()).await;
    }
}

mod with_postgres {
    use super::case::Told;
    use super::run::run;
    use super::stories::stories;
    use crate::support::Database;
    use crate::support::shop::books_at;

    #[tokio::test]
    async fn every_status_is_worth_what_it_is_by_webhooks_alone() {
        let database = Database::migrated();
        run(stories(), Told::ByWebhook, books_at(&database.url())).await;
    }

    #[tokio::test]
    async fn every_status_is_worth_what_it_is_by_polling_alone() {
        let database = Database::migrated();
        run(stories(), Told::ByPolling, books_at(&database.url())).await;
    }
}
