//! What every gateway must keep, on the client with the emulator behind it.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::Utc;
use starkeeper_actors::domain::ids::{LoginId, TelegramId, WalletAddress};
use starkeeper_actors::ports::{Browsers, Chain, Clock, Invoicing, Market, Messenger, Signer};
use starkeeper_actors::testing::TestClock;
use starkeeper_actors::testing::contract::outside::Outside;

use super::gateway::Emulator;

struct Heleket {
    emulator: Emulator,
    clock: Arc<TestClock>,
}

async fn heleket() -> Heleket {
    std::future::ready(Heleket {
        emulator: Emulator::start(),
        clock: Arc::new(TestClock::with_tokio_from(Utc::now())),
    })
    .await
}

/// Only the gateway is there.
#[async_trait]
impl Outside for Heleket {
    fn clock(&self) -> Arc<dyn Clock> {
        Arc::<TestClock>::clone(&self.clock)
    }

    fn gateway(&self) -> Arc<dyn Invoicing> {
        Arc::new(self.emulator.client())
    }

    fn market(&self) -> Arc<dyn Market> {
        panic!("only the gateway is there")
    }

    fn browsers(&self) -> Arc<dyn Browsers> {
        panic!("only the gateway is there")
    }

    fn chain(&self) -> Arc<dyn Chain> {
        panic!("only the gateway is there")
    }

    fn signer(&self) -> Arc<dyn Signer> {
        panic!("only the gateway is there")
    }

    fn messenger(&self) -> Arc<dyn Messenger> {
        panic!("only the gateway is there")
    }

    fn login(&self) -> LoginId {
        panic!("only the gateway is there")
    }

    fn wallet(&self) -> WalletAddress {
        panic!("only the gateway is there")
    }

    async fn mine(&self) {}

    async fn payments(&self) -> usize {
        0
    }

    async fn block(&self, _chat: TelegramId) {}

    async fn messages(&self, _chat: TelegramId) -> usize {
        0
    }
}

starkeeper_actors::contract_cases!(heleket, outside,
    gateway: [
        opening_again_answers_the_same_invoice,
        a_new_invoice_is_unpaid_and_ours,
        an_invoice_is_found_by_both_names,
        an_unknown_invoice_is_refused,
        the_list_shows_every_invoice_once,
        an_unpaid_invoice_cannot_be_refunded,
    ],
);
