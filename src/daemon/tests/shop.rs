//! A daemon without a process: routes and payment side on a world in memory.

use std::sync::Arc;
use std::time::Duration;

use actix_rt::Arbiter;
use actix_web::App;
use actix_web::body::to_bytes;
use actix_web::dev::Service as _;
use actix_web::http::header::AUTHORIZATION;
use actix_web::test::{TestRequest, init_service};
use actix_web::web::ServiceConfig;
use serde_json::Value;
use starkeeper_actors::domain::ids::{GatewayUuid, LoginId, QuoteId, TelegramId};
use starkeeper_actors::domain::money::NanoTon;
use starkeeper_actors::domain::pricing::samples;
use starkeeper_actors::payment::{Deposit, DepositReported};
use starkeeper_actors::ports::vault::Jar;
use starkeeper_actors::ports::{Books, Clock};
use starkeeper_actors::supervision::Io;
use starkeeper_actors::system::{ActorSystem, PaymentSide, PaymentSideSettings, SystemSettings};
use starkeeper_actors::testing::{MemoryBooks, TestClock, World};
use tokio::runtime::Handle;
use tokio::sync::watch;

use crate::daemon::clock::{gateway_name, keyed_bits};
use crate::daemon::side::Side;
use crate::http::admin::{Entrance, Running, Scope, Token, Tokens, hash_of};
use crate::http::health::Report;
use crate::http::heleket_webhook::Sources;
use crate::http::metrics_page::Backlog;
use crate::http::{self, Counter, Doors};
use crate::metrics::Page;

pub(super) const TOKEN: &str = "a token of the tests";

pub(super) struct Shop {
    pub(super) world: World,
    pub(super) side: Arc<Side>,
    pub(super) doors: Doors,
    pub(super) health: watch::Sender<Report>,
}

/// What a request was answered.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Value,
    pub(super) headers: Vec<(String, String)>,
}

impl Answer {
    /// The code of an error.
    pub(super) fn code(&self) -> &str {
        self.body["error"]["code"].as_str().unwrap_or_default()
    }

    pub(super) fn text(&self, field: &str) -> &str {
        self.body[field].as_str().unwrap_or_default()
    }
}

impl Shop {
    pub(super) async fn open() -> Self {
        Self::with(Some(true)).await
    }

    /// Closed to admins with none; else with or without payments.
    pub(super) async fn with(payments: Option<bool>) -> Self {
        let world = World::new();
        let settings = PaymentSideSettings::default();
        let side = PaymentSide::start(world.ports(), settings, Io::inline());
        let side = Side::Payments(Box::new(side.await.unwrap()));
        Self::of(world, side, Vec::new(), payments).await
    }

    /// A shop with one till and 1,000 TON in its wallet, where Masha is known.
    pub(super) async fn selling() -> Self {
        tokio::time::pause();
        let world = World::new();
        world.chain.mine_at_once();
        let _masha = world.open_shop();
        let till = world.open_till(1, NanoTon::parse("1000").unwrap());
        let tills = vec![(till.login, till.wallet)];
        let rules = samples::prices(world.clock.now()).rules;
        let mut settings = SystemSettings::new(tills, vec![world.fragment.destination()], rules);
        settings.notifier = None;
        let arbiters = vec![Arbiter::current()];
        let system = ActorSystem::start(world.ports(), settings, Io::inline(), arbiters);
        let side = Side::Whole(Box::new(system.await.unwrap()));
        Self::of(world, side, vec![till.login], Some(true)).await
    }

    async fn of(world: World, side: Side, tills: Vec<LoginId>, payments: Option<bool>) -> Self {
        let side = Arc::new(side);
        let (to, health) = watch::channel(Report::starting());
        let observed = Arc::clone(&side);
        let name_for = |person: TelegramId, key: &str| {
            let person = person.get().to_be_bytes();
            gateway_name("test", keyed_bits(b"key", &[&person, key.as_bytes()]))
        };
        let admin = payments.map(|payments| Entrance {
            tokens: Tokens::new(tokens(), 100_000, 5),
            running: Running::default(),
            sources: Sources::anybody(),
            payments,
            name_for: Arc::new(name_for),
            order_for: Arc::new(|person, key| {
                let person = person.get().to_be_bytes();
                let bits = keyed_bits(b"key", &[b"order", &person, key.as_bytes()]);
                QuoteId::new(i64::try_from(bits >> 66).unwrap())
            }),
        });
        let counter = side.whole().map(|system| Counter {
            directory: system.directory.clone(),
            fulfilment: system.fulfilment.clone(),
            pricing: system.till.pricing.bell(),
            logins: system.till.cookie_refresh.clone(),
            tills,
            read_cookies: Arc::new(|text| match text.contains("stel_ssid") {
                true => Ok(Jar::new(text.as_bytes())),
                false => Err("there is no stel_ssid".into()),
            }),
        });
        let books: Arc<dyn Books> = Arc::<MemoryBooks>::clone(&world.books);
        let clock: Arc<dyn Clock> = Arc::<TestClock>::clone(&world.clock);
        let life = books.incarnation().await.unwrap();
        let doors = Doors {
            books,
            life,
            clock,
            payment: side.payment().clone(),
            counter,
            intake: None,
            roster: Arc::new(move || observed.observe()),
            io: Handle::current(),
            health,
            backlog: Backlog::default(),
            live: Arc::default(),
            admin: admin.map(Arc::new),
            metrics: Page::empty().unwrap(),
            request_timeout: Duration::from_secs(30),
        };
        Self {
            world,
            side,
            doors,
            health: to,
        }
    }

    /// The routes, for an app.
    pub(super) fn routes(&self) -> impl FnOnce(&mut ServiceConfig) + use<> {
        let doors = self.doors.clone();
        move |config| http::routes(config, &doors, |_| {})
    }

    /// Sends one request.
    pub(super) async fn send(&self, request: TestRequest) -> Answer {
        let app = init_service(App::new().configure(self.routes())).await;
        // As the server does with a failure that a handler or a guard returns.
        let answer = match app.call(request.to_request()).await {
            Ok(answer) => answer.into_parts().1,
            Err(why) => why.error_response(),
        };
        let status = answer.status().as_u16();
        let headers = answer.headers().iter();
        let headers = headers
            .map(|(name, value)| {
                let value = value.to_str().unwrap_or_default();
                (name.to_string(), value.to_owned())
            })
            .collect();
        let bytes = to_bytes(answer.into_body()).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Answer {
            status,
            body: serde_json::from_slice(&bytes).unwrap_or(Value::String(text)),
            headers,
        }
    }

    pub(super) async fn get(&self, path: &str) -> Answer {
        self.send(admin(TestRequest::get().uri(path))).await
    }

    /// Asks for an invoice of person 7.
    pub(super) async fn ask(&self, amount: &str, key: Option<&str>) -> Answer {
        self.send(invoice_request(amount, key)).await
    }

    /// Pays an invoice.
    pub(super) fn pay(&self, answer: &Answer) {
        let order_id = answer.text("order_id").parse().unwrap();
        self.world.gateway.pay(&order_id);
    }

    /// Says that something changed, as the webhook does.
    pub(super) async fn report(&self, answer: &Answer) -> Deposit {
        let order_id = answer.text("order_id").parse().unwrap();
        let uuid = GatewayUuid::parse(answer.text("uuid")).unwrap();
        let report = DepositReported { order_id, uuid };
        let told = self.side.payment().ask(report, Duration::from_secs(20));
        told.await.unwrap().unwrap()
    }
}

/// One that may do everything, and one for each scope, whose text is the scope's name.
fn tokens() -> Vec<Token> {
    let narrow = Scope::ALL.map(|scope| Token {
        name: format!("only-{scope}"),
        scopes: [scope].into(),
        hash: hash_of(scope.name()),
    });
    let first = Token::of_everything("admin", TOKEN);
    [first].into_iter().chain(narrow).collect()
}

/// With the token.
pub(super) fn admin(request: TestRequest) -> TestRequest {
    request.insert_header((AUTHORIZATION, format!("Bearer {TOKEN}")))
}

pub(super) fn invoice_request(amount: &str, key: Option<&str>) -> TestRequest {
    let request = TestRequest::post()
        .uri("/admin/v1/users/7/invoices")
        .set_json(serde_json::json!({ "amount": amount }));
    let request = match key {
        Some(key) => request.insert_header(("Idempotency-Key", key)),
        None => request,
    };
    admin(request)
}
