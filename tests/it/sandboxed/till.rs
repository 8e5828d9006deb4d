//! A shop that takes money: the payment actor over the real client, the callback on a socket, and
//! books in memory that check themselves.

use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpServer};
use chrono::Utc;
use serde_json::json;
use starkeeper::daemon::heleket_check;
use starkeeper::heleket::webhook::Keys;
use starkeeper::heleket::{ApiKey, HeleketClient};
use starkeeper::http::heleket_webhook::{HeleketWebhook, PATH, Sources, routes};
use starkeeper_actors::domain::customer::{Customer, Purse};
use starkeeper_actors::domain::ids::{GatewayUuid, InvoiceId, TelegramId};
use starkeeper_actors::domain::invoice::{Invoice, Purpose, Standing, Wish};
use starkeeper_actors::domain::money::MicroUsd;
use starkeeper_actors::domain::notice::{Message, News, OperatorNews};
use starkeeper_actors::payment::OpenInvoice;
use starkeeper_actors::ports::Clock;
use starkeeper_actors::supervision::Io;
use starkeeper_actors::system::{PaymentSide, PaymentSideSettings};
use starkeeper_actors::testing::{TestClock, World};
use url::Url;

use super::gateway::{Emulator, PAYMENT_KEY, PAYOUT_KEY};
use crate::support::eventually;

/// The shop and its gateway.
pub struct Till {
    pub world: World,
    pub emulator: Emulator,
    pub client: HeleketClient,
    pub side: PaymentSide,
    pub customer: Customer,
    callback: Url,
    server: ServerHandle,
}

impl Till {
    /// With a callback that Heleket knows.
    pub async fn open() -> Self {
        Self::build(true).await
    }

    /// Without: payments are found by polling alone.
    pub async fn polling() -> Self {
        Self::build(false).await
    }

    async fn build(called: bool) -> Self {
        let emulator = Emulator::start();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let mut settings = emulator.settings();
        let callback = Url::parse(&format!("http://{address}{PATH}")).unwrap();
        settings.callback = called.then(|| callback.clone());
        let client = HeleketClient::new(settings).unwrap();

        let world = World::with_clock(TestClock::with_tokio_from(Utc::now()));
        let customer = world.open_customer(TelegramId::new(5), MicroUsd::ZERO);
        let mut ports = world.ports();
        ports.invoicing = Arc::new(client.clone());
        let side = PaymentSide::start(ports, PaymentSideSettings::default(), Io::inline());
        let side = side.await.unwrap();

        let keys = Keys {
            payment: ApiKey::new(PAYMENT_KEY).unwrap(),
            payout: Some(ApiKey::new(PAYOUT_KEY).unwrap()),
        };
        let webhook = HeleketWebhook {
            check: Some(heleket_check(keys)),
            payment: side.payment.asker(),
            sources: Sources::anybody(),
            deadline: Duration::from_secs(15),
        };
        let app = move || {
            let webhook = webhook.clone();
            App::new().configure(|config| routes(config, webhook))
        };
        let server = HttpServer::new(app).workers(1).disable_signals();
        let server = server.listen(listener).unwrap().run();
        let handle = server.handle();
        actix_web::rt::spawn(server);
        Self {
            world,
            emulator,
            client,
            side,
            customer,
            callback,
            server: handle,
        }
    }

    /// Where the callback listens.
    pub fn callback(&self) -> Url {
        self.callback.clone()
    }

    /// An open invoice for the balance.
    pub async fn invoice(&self, dollars: i64) -> Invoice {
        let wish = Wish {
            id: InvoiceId::new(self.world.clock.fresh_id()),
            gateway_order_id: self.world.clock.fresh_gateway_order_id(),
            customer: self.customer.id,
            purpose: Purpose::TopUp,
            face: usd(dollars * 100),
            coin: None,
        };
        let open = OpenInvoice {
            wish,
            order: None,
            update: None,
        };
        let opened = self.side.payment.ask(open, Duration::from_secs(30)).await;
        opened.unwrap().unwrap().invoice
    }

    pub fn stored(&self, invoice: &Invoice) -> Invoice {
        let look = |id| {
            self.world
                .books
                .view(|view| view.invoice(id).unwrap().clone())
        };
        look(invoice.id)
    }

    pub fn purse(&self) -> Purse {
        self.world.books.view(|view| view.purse(self.customer.id))
    }

    /// What the customer and the operators are owed to hear, in order.
    pub fn told(&self) -> (Vec<News>, Vec<OperatorNews>) {
        let mut notices: Vec<_> = self.world.books.view(|view| {
            let notices = view.notices().map(|seen| seen.row.clone());
            notices.collect()
        });
        notices.sort_by_key(|notice| notice.id);
        let (mut people, mut operators) = (Vec::new(), Vec::new());
        for notice in notices {
            match notice.owed.message {
                Message::Customer(news) => people.push(news),
                Message::Operators(news) => operators.push(news),
            }
        }
        (people, operators)
    }

    /// Waits until the balance is this.
    pub async fn holds(&self, cents: i64) {
        eventually(&format!("the balance is {cents} cents"), async || {
            let available = self.purse().available;
            if available == usd(cents) {
                Ok(())
            } else {
                Err(available)
            }
        })
        .await;
    }

    /// Waits until the invoice is as `look` wants it.
    pub async fn shows(&self, invoice: &Invoice, what: &str, look: impl Fn(&Invoice) -> bool) {
        eventually(what, async || {
            let stored = self.stored(invoice);
            if look(&stored) {
                Ok(())
            } else {
                Err(stored.status)
            }
        })
        .await;
    }

    /// Sends so many copies of the webhook of now at once; how many were answered 200.
    pub async fn copies(&self, invoice: &Invoice, copies: u64) -> u64 {
        let body = json!({"copies": copies});
        let shown = self.emulator.act(&uuid(invoice), "webhook", body).await;
        shown["answers"]["200"].as_u64().unwrap_or_default()
    }

    /// Closes the callback and looks at the books once more.
    pub async fn close(self) {
        self.server.stop(false).await;
        let balanced = self.world.books.view(|view| view.balances().is_ok());
        assert!(balanced, "the books do not balance");
        assert!(self.world.books.violations().is_empty());
    }
}

pub const fn usd(cents: i64) -> MicroUsd {
    MicroUsd::from_micros(cents * 10_000)
}

/// The gateway's name of an open invoice.
pub fn uuid(invoice: &Invoice) -> GatewayUuid {
    let Standing::Open(page) = &invoice.standing else {
        panic!("the invoice is not open")
    };
    page.uuid.clone()
}
