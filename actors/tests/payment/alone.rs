//! The payment side without the rest of the core: it credits, and what it owes stays owed.

use starkeeper_actors::domain::ids::{IncarnationId, InvoiceId, TelegramId};
use starkeeper_actors::domain::invoice::{Purpose, Wish};
use starkeeper_actors::domain::money::MicroUsd;
use starkeeper_actors::domain::notice::Standing;
use starkeeper_actors::payment::{CustomerSaysSent, OpenInvoice};
use starkeeper_actors::ports::Clock as _;
use starkeeper_actors::supervision::{AskFailed, Io};
use starkeeper_actors::system::{DrainReport, MustEnd, PaymentSide, PaymentSideSettings};
use starkeeper_actors::testing::World;

use crate::shop::{FACE, LONG, opened, secs};

async fn alone(world: &World) -> PaymentSide {
    let settings = PaymentSideSettings::default();
    let started = PaymentSide::start(world.ports(), settings, Io::inline());
    started.await.unwrap()
}

fn top_up(world: &World) -> OpenInvoice {
    let customer = world.open_customer(TelegramId::new(5), MicroUsd::ZERO);
    OpenInvoice {
        wish: Wish {
            id: InvoiceId::new(world.clock.fresh_id()),
            gateway_order_id: world.clock.fresh_gateway_order_id(),
            customer: customer.id,
            purpose: Purpose::TopUp,
            face: FACE,
            coin: None,
        },
        order: None,
        update: None,
    }
}

#[actix::test]
async fn a_credit_is_stored_and_its_notice_stays_owed() {
    tokio::time::pause();
    let world = World::new();
    let side = alone(&world).await;
    let invoice = opened(&side.payment, top_up(&world)).await;
    world.gateway.pay(&invoice.gateway_order_id);
    tokio::time::sleep(secs(70)).await;
    let purse = world.books.view(|view| view.purse(invoice.customer));
    assert_eq!(purse.available, FACE, "polling alone is enough");
    tokio::time::sleep(secs(3_600)).await;
    let standing: Vec<Standing> = world.books.view(|view| {
        let notices = view.notices();
        notices.map(|seen| seen.row.standing.clone()).collect()
    });
    let waiting = matches!(&standing[..], [Standing::Waiting { attempts: 0, .. }]);
    assert!(waiting, "{standing:?}");
    assert!(side.swept.borrow().is_some());
    assert_eq!(side.drain().await, DrainReport::default());
    let late = CustomerSaysSent {
        invoice: invoice.id,
    };
    assert_eq!(side.payment.ask(late, LONG).await, Err(AskFailed::Gone));
}

#[actix::test]
async fn books_of_another_life_end_the_daemon() {
    tokio::time::pause();
    let world = World::new();
    let side = alone(&world).await;
    world.books.adopt(IncarnationId::new(99));
    let _refused = side.payment.ask(top_up(&world), LONG).await.unwrap();
    let why = side.must_end().await;
    assert!(matches!(why, MustEnd::BooksGone(_)), "{why:?}");
    assert_eq!(why.exit_code(), 78);
}
