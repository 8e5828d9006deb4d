//! A shop with one invoice, its callback, and Heleket's signature.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix_web::App;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use base64::Engine as _;
use futures_util::FutureExt as _;
use futures_util::future::LocalBoxFuture;
use md5::{Digest as _, Md5};
use starkeeper::daemon::heleket_check;
use starkeeper::heleket::ApiKey;
use starkeeper::heleket::webhook::Keys;
use starkeeper::http::heleket_webhook::{HeleketWebhook, PATH, Sources, routes};
use starkeeper_actors::domain::customer::{Customer, Purse};
use starkeeper_actors::domain::ids::{InvoiceId, TelegramId};
use starkeeper_actors::domain::invoice::{Invoice, Purpose, Standing, Wish};
use starkeeper_actors::domain::money::MicroUsd;
use starkeeper_actors::payment::OpenInvoice;
use starkeeper_actors::ports::Clock;
use starkeeper_actors::supervision::Io;
use starkeeper_actors::system::{PaymentSide, PaymentSideSettings};
use starkeeper_actors::testing::{GatewayCall, World};

use crate::callback::journal::Journal;

pub const PAYMENT_KEY: &str = "hk-test-payment-key-7f3a91c0";
pub const PAYOUT_KEY: &str = "hk-test-payout-key-51be20dd";
/// Heleket's address.
pub const HELEKET: &str = "31.133.220.8:40000";

/// The shop. Its clock moves with tokio's.
pub struct Shop {
    pub world: World,
    pub side: PaymentSide,
    pub customer: Customer,
    pub invoice: Invoice,
    pub journal: Journal,
}

/// An answer to a webhook.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    pub status: u16,
    pub body: String,
}

impl Shop {
    /// With an open invoice over ten dollars.
    pub async fn open() -> Self {
        let world = World::new();
        let customer = world.open_customer(TelegramId::new(5), MicroUsd::ZERO);
        let settings = PaymentSideSettings::default();
        let side = PaymentSide::start(world.ports(), settings, Io::inline());
        let side = side.await.unwrap();
        let wish = Wish {
            id: InvoiceId::new(world.clock.fresh_id()),
            gateway_order_id: world.clock.fresh_gateway_order_id(),
            customer: customer.id,
            purpose: Purpose::TopUp,
            face: MicroUsd::from_micros(10_000_000),
            coin: None,
        };
        let open = OpenInvoice {
            wish,
            order: None,
            update: None,
        };
        let opened = side.payment.ask(open, Duration::from_secs(30)).await;
        let invoice = opened.unwrap().unwrap().invoice;
        let journal = Journal::open();
        Self {
            world,
            side,
            customer,
            invoice,
            journal,
        }
    }

    /// What its callback needs, as the daemon gives it.
    pub fn webhook(&self) -> HeleketWebhook {
        let keys = Keys {
            payment: ApiKey::new(PAYMENT_KEY).unwrap(),
            payout: Some(ApiKey::new(PAYOUT_KEY).unwrap()),
        };
        HeleketWebhook {
            check: Some(heleket_check(keys)),
            payment: self.side.payment.asker(),
            sources: Sources {
                allowed: Some(Arc::new(|it| it.to_string() == "31.133.220.8")),
                proxies: Arc::new(|it| it.to_string() == "10.0.0.1"),
            },
            deadline: Duration::from_secs(15),
        }
    }

    /// A callback to which requests can be made.
    pub async fn callback(&self) -> Callback {
        Callback::of(self.webhook()).await
    }

    /// The answer to one body that Heleket sends.
    pub async fn tell(&self, body: impl Into<Vec<u8>>) -> Answer {
        self.callback().await.send(body).await
    }

    /// The members of a webhook about the invoice, unsigned.
    pub fn members(&self, status: &str) -> String {
        let Standing::Open(page) = &self.invoice.standing else {
            panic!("the invoice is not open")
        };
        let (uuid, name) = (&page.uuid, &self.invoice.gateway_order_id);
        format!(
            r#"{{"type":"payment","uuid":"{uuid}","order_id":"{name}","amount":"10.00","payment_amount":"10.00000000","payment_amount_usd":"10.00","merchant_amount":"9.80000000","commission":"0.20000000","is_final":true,"status":"{status}","from":null,"wallet_address_uuid":null,"network":"ton","currency":"USD","payer_currency":"USDT","additional_data":"{}","txid":"ab\/cd"}}"#,
            self.customer.id
        )
    }

    /// A webhook about the invoice.
    pub fn paid(&self) -> String {
        signed(&self.members("paid"), PAYMENT_KEY)
    }

    /// The payer pays what is asked for.
    pub fn pay(&self) {
        self.world.gateway.pay(&self.invoice.gateway_order_id);
    }

    pub fn purse(&self) -> Purse {
        self.world.books.view(|view| view.purse(self.customer.id))
    }

    pub fn stored(&self) -> Invoice {
        let id = self.invoice.id;
        self.world
            .books
            .view(|view| view.invoice(id).unwrap().clone())
    }

    /// Look-ups at the gateway so far.
    pub fn looks(&self) -> u64 {
        self.world.gateway.calls(GatewayCall::Report)
    }

    /// Nobody asked the gateway, nothing is stored, and the log says it in one line without the
    /// body. Answers the line.
    pub fn nothing_happened(&self, body: &[u8]) -> String {
        assert_eq!(self.looks(), 0, "the gateway was asked");
        assert_eq!(self.stored(), self.invoice);
        assert_eq!(self.purse(), Purse::default());
        let mut lines = self.journal.lines();
        assert_eq!(lines.len(), 1, "{lines:?}");
        let line = lines.pop().unwrap();
        assert!(line.contains("webhook of heleket"), "{line}");
        assert!(line.len() < 300, "{line}");
        let text = String::from_utf8_lossy(body);
        for word in text.split(|c: char| !c.is_alphanumeric()) {
            // Long words of a body are names, addresses and sums of somebody.
            assert!(word.len() < 12 || !line.contains(word), "{word} in {line}");
        }
        line
    }
}

/// The members with their signature as the last one, as PHP makes it; apart from the code under
/// test.
pub fn signed(members: &str, key: &str) -> String {
    let text = base64::engine::general_purpose::STANDARD.encode(members);
    let digest = Md5::digest(format!("{text}{key}"));
    let sign: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let open = members.strip_suffix('}').unwrap();
    format!(r#"{open},"sign":"{sign}"}}"#)
}

/// A server of the callback alone, without a socket.
pub struct Callback(Box<dyn Fn(TestRequest) -> LocalBoxFuture<'static, Answer>>);

impl Callback {
    pub async fn of(webhook: HeleketWebhook) -> Self {
        let server = init_service(App::new().configure(|config| routes(config, webhook))).await;
        let server = Rc::new(server);
        Self(Box::new(move |request| {
            let server = Rc::clone(&server);
            async move {
                let response = call_service(&*server, request.to_request()).await;
                let status = response.status().as_u16();
                let body = read_body(response).await;
                Answer {
                    status,
                    body: String::from_utf8(body.to_vec()).unwrap(),
                }
            }
            .boxed_local()
        }))
    }

    /// The answer to any request.
    pub async fn ask(&self, request: TestRequest) -> Answer {
        (self.0)(request).await
    }

    /// The answer to one body from Heleket's address.
    pub async fn send(&self, body: impl Into<Vec<u8>>) -> Answer {
        let request = TestRequest::post().uri(PATH);
        let request = request.peer_addr(HELEKET.parse().unwrap());
        self.ask(request.set_payload(body.into())).await
    }
}
