//! Every state an order has, with every trouble in the very commit that leads to it: one payment
//! at most, and the end that the state promises. A new state does not compile before somebody says
//! how an order comes to it and what must become of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use starkeeper_actors::domain::ids::{InvoiceId, OrderId};
use starkeeper_actors::domain::invoice::{Purpose, Wish};
use starkeeper_actors::domain::order::{Order, OrderState, Stage};
use starkeeper_actors::domain::samples::every_order;
use starkeeper_actors::payment::{NewOrder, OpenInvoice};
use starkeeper_actors::ports::Clock;
use starkeeper_actors::ports::books::{Books, Commit, RowWrite};
use starkeeper_actors::ports::market::MarketRefused;
use starkeeper_actors::testing::{Fault, MarketCall, MarketFault, SendFault, Showing, World};

use crate::rig::{BALANCE, Core, MINUTE, Shop, is_delivered};

/// For every step of every way, with its repetitions.
const PATIENCE: Duration = Duration::from_secs(90 * 60);

/// For so long the books, or a provider, are away.
const AWAY: Duration = Duration::from_secs(10);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trouble {
    /// The core dies with the commit, which was written.
    KilledAfter,
    /// The core dies with the commit, which was not written.
    KilledBefore,
    /// The commit's reply is lost, and so are those of the next deeds outside.
    RepliesLost,
    /// One provider shows what was, with the time of now; messages wait for their block.
    ProviderLags,
    /// The books take nothing and show nothing for ten seconds.
    BooksGone,
    /// The next calls of each kind meet a browser that hangs.
    BrowserDies,
}

const TROUBLES: [Trouble; 6] = [
    Trouble::KilledAfter,
    Trouble::KilledBefore,
    Trouble::RepliesLost,
    Trouble::ProviderLags,
    Trouble::BooksGone,
    Trouble::BrowserDies,
];

/// How an order comes to a state, and what must become of it then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Paid by invoice, delivered.
    ByInvoice,
    /// Paid from the balance, delivered.
    FromBalance,
    /// Nobody pays the invoice: the offer lapses.
    Lapses,
    /// Fragment does not know the recipient any more: the price comes back.
    ComesBack,
    /// Paid, and Fragment shows no delivery: it waits for a person, and the till goes on.
    StandsStill,
}

const fn way(state: &OrderState) -> Way {
    match state {
        OrderState::AwaitingPayment { .. } => Way::ByInvoice,
        OrderState::Held { .. }
        | OrderState::Linked { .. }
        | OrderState::Paying { .. }
        | OrderState::Paid { .. }
        | OrderState::Delivered { .. } => Way::FromBalance,
        OrderState::Refunded { .. } => Way::ComesBack,
        OrderState::Cancelled { .. } => Way::Lapses,
        OrderState::Parked { .. } => Way::StandsStill,
    }
}

/// Whether the order begins in a state: whoever takes it commits that, and the trouble comes right
/// behind.
fn is_first(state: &str) -> bool {
    state == "held"
}

#[actix::test]
async fn every_state_meets_every_trouble() {
    let mut met = Vec::new();
    for (_, order) in every_order() {
        let state = order.state_name();
        if met.contains(&state) {
            continue;
        }
        met.push(state);
        for trouble in TROUBLES {
            Case {
                state,
                way: way(&order.state),
                trouble,
            }
            .lived()
            .await;
        }
    }
    assert_eq!(met.len(), 9, "{met:?}");
}

#[derive(Debug, Clone, Copy)]
struct Case {
    state: &'static str,
    way: Way,
    trouble: Trouble,
}

impl Case {
    async fn lived(self) {
        let shop = Shop::open();
        let mut system = Some(shop.start().await);
        tokio::time::sleep(MINUTE).await;
        let fragment = &shop.world.fragment;
        match self.way {
            Way::StandsStill => fragment.hold_deliveries(true),
            Way::ComesBack => {
                let name = shop.offered(100).quote.recipient.username;
                fragment.refuse_person(&name, MarketRefused::NoSuchUser);
            }
            Way::ByInvoice | Way::FromBalance | Way::Lapses => {}
        }
        let struck = Arc::new(AtomicBool::new(false));
        if !is_first(self.state) {
            self.lies_in_wait(&shop, &struck);
        }
        let order = self.ordered(&shop, system.as_ref()).await;
        if is_first(self.state) {
            self.strikes(&shop.world, &struck);
        }
        if let Some(system) = &system {
            system.fulfilment.bell().wake();
        }
        let ends = tokio::time::Instant::now() + PATIENCE;
        while !struck.load(Ordering::SeqCst) {
            assert!(tokio::time::Instant::now() < ends, "{self:?} never came");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        if matches!(self.trouble, Trouble::KilledAfter | Trouble::KilledBefore) {
            // Nothing is drained, no lease is given back, its calls are cut off.
            drop(system.take());
        } else {
            tokio::time::sleep(AWAY).await;
        }
        self.is_over(&shop);
        let core = match system {
            Some(core) => core,
            None => shop.start().await,
        };
        self.ends(&shop, &core, order).await;
    }

    /// Places the order; answers its id.
    async fn ordered(self, shop: &Shop, system: Option<&Core>) -> OrderId {
        if !matches!(self.way, Way::ByInvoice | Way::Lapses) {
            return shop.buy(100).await;
        }
        let order = shop.offered(100);
        let clock = &shop.world.clock;
        let wish = Wish {
            id: InvoiceId::new(clock.fresh_id()),
            gateway_order_id: clock.fresh_gateway_order_id(),
            customer: shop.customer.id,
            purpose: Purpose::Order(order.id),
            face: order.price(),
            coin: None,
        };
        let ask = |core: &Core| {
            let new = NewOrder {
                order: order.clone(),
                live: None,
            };
            let open = OpenInvoice {
                wish: wish.clone(),
                order: Some(Box::new(new)),
                update: None,
            };
            core.payment.ask(open, MINUTE)
        };
        if let Some(core) = system {
            // Whatever is answered: the books say whether it is there, and who asked asks again.
            let _first = ask(core).await;
        }
        order.id
    }

    /// Waits for the commit that leads to the state.
    fn lies_in_wait(self, shop: &Shop, struck: &Arc<AtomicBool>) {
        let (world, struck) = (shop.world.clone(), Arc::clone(struck));
        shop.world.books.fail_when(move |commit| {
            let reached = leads_to(commit, self.state);
            if struck.load(Ordering::SeqCst) || !reached {
                return self.books_are_gone(&struck);
            }
            self.outside(&world);
            struck.store(true, Ordering::SeqCst);
            match self.trouble {
                Trouble::KilledAfter => Some(Fault::Hangs { done: true }),
                Trouble::KilledBefore => Some(Fault::Hangs { done: false }),
                Trouble::RepliesLost => Some(Fault::Unknown { done: true }),
                Trouble::BooksGone => Some(Fault::NotDone),
                Trouble::ProviderLags | Trouble::BrowserDies => None,
            }
        });
    }

    fn books_are_gone(self, struck: &AtomicBool) -> Option<Fault> {
        let gone = self.trouble == Trouble::BooksGone && struck.load(Ordering::SeqCst);
        gone.then_some(Fault::NotDone)
    }

    /// Strikes at once.
    fn strikes(self, world: &World, struck: &Arc<AtomicBool>) {
        self.outside(world);
        struck.store(true, Ordering::SeqCst);
        if self.trouble == Trouble::BooksGone {
            world.books.fail_when(|_| Some(Fault::NotDone));
        }
    }

    /// What goes wrong outside the books.
    fn outside(self, world: &World) {
        let deeds = [
            MarketCall::Offer,
            MarketCall::Confirm,
            MarketCall::Delivery,
            MarketCall::Reset,
        ];
        match self.trouble {
            Trouble::RepliesLost => {
                for call in deeds {
                    let lost = MarketFault::Unknown { done: true };
                    world.fragment.fail_next(call, lost);
                }
                let lost = SendFault::Unknown { taken: true };
                world.chain.fail_next_send(lost);
            }
            Trouble::BrowserDies => {
                for call in deeds {
                    let hangs = MarketFault::Hangs { done: false };
                    world.fragment.fail_next(call, hangs);
                }
            }
            Trouble::ProviderLags => {
                world.chain.show(0, Showing::ThePastAsNew);
                world.chain.leave_uncommitted(true);
            }
            Trouble::KilledAfter | Trouble::KilledBefore | Trouble::BooksGone => {}
        }
    }

    fn is_over(self, shop: &Shop) {
        shop.world.books.fail_no_more();
        shop.world.chain.show(0, Showing::TheChain);
        shop.world.chain.leave_uncommitted(false);
        shop.world.chain.commit_blocks();
    }

    /// What must have become of it.
    async fn ends(self, shop: &Shop, core: &Core, order: OrderId) {
        core.fulfilment.bell().wake();
        let paid = match self.way {
            Way::ByInvoice => {
                // An invoice whose intent never reached the books is asked for anew by the person.
                if shop.world.books.order(order).await.unwrap().is_some() {
                    let name = shop.world.books.view(|view| {
                        let mut invoices = view.invoices();
                        invoices.next().unwrap().row.gateway_order_id.clone()
                    });
                    self.opened(shop).await;
                    shop.world.gateway.pay(&name);
                    shop.until(order, PATIENCE, is_delivered).await;
                    1
                } else {
                    self.may_be_lost();
                    0
                }
            }
            Way::FromBalance => {
                shop.until(order, PATIENCE, is_delivered).await;
                1
            }
            Way::Lapses => {
                if shop.world.books.order(order).await.unwrap().is_some() {
                    let is_cancelled = |order: &Order| order.state_name() == "cancelled";
                    shop.until(order, PATIENCE, is_cancelled).await;
                } else {
                    self.may_be_lost();
                }
                0
            }
            Way::ComesBack => {
                let is_refunded = |order: &Order| order.state_name() == "refunded";
                shop.until(order, PATIENCE, is_refunded).await;
                assert_eq!(shop.purse().await.available, BALANCE, "{self:?}");
                0
            }
            Way::StandsStill => {
                shop.until(order, PATIENCE, is_free_again).await;
                1
            }
        };
        assert_eq!(shop.paid(), paid, "{self:?}");
        if self.way == Way::StandsStill {
            // The till goes on with the next order, and the parked one stays as it is.
            shop.world.fragment.hold_deliveries(false);
            let next = shop.buy(200).await;
            core.fulfilment.bell().wake();
            shop.until(next, PATIENCE, is_delivered).await;
            assert_eq!(shop.paid(), 2, "{self:?}");
            assert_eq!(shop.order(order).state_name(), "parked", "{self:?}");
        }
        shop.in_order();
        let trial = shop.world.books.trial_balance().await.unwrap();
        assert!(trial.balances(), "{self:?}");
    }

    /// An order whose first commit was not written was never there, and whoever asked knows it.
    fn may_be_lost(self) {
        let lost = matches!(self.trouble, Trouble::KilledBefore | Trouble::BooksGone);
        assert!(self.state == "awaiting_payment" && lost, "{self:?}");
    }

    /// Waits until the gateway has the invoice.
    async fn opened(self, shop: &Shop) {
        let ends = tokio::time::Instant::now() + PATIENCE;
        loop {
            let open = shop.world.books.view(|view| {
                let mut invoices = view.invoices();
                invoices.any(|seen| seen.row.gateway_uuid().is_some())
            });
            if open {
                return;
            }
            assert!(tokio::time::Instant::now() < ends, "{self:?}: no invoice");
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }
}

fn leads_to(commit: &Commit, state: &str) -> bool {
    commit.rows.iter().any(|row| match row {
        RowWrite::Order(write) => write.row.state_name() == state,
        RowWrite::Customer(_)
        | RowWrite::Transfer(_)
        | RowWrite::Wallet(_)
        | RowWrite::Invoice(_)
        | RowWrite::Login(_)
        | RowWrite::Notice(_)
        | RowWrite::Live(_)
        | RowWrite::Prices(_)
        | RowWrite::Shop(_)
        | RowWrite::Break(_) => false,
    })
}

/// Parked behind its payment, with the till's page reset.
fn is_free_again(order: &Order) -> bool {
    matches!(
        order.state,
        OrderState::Parked {
            stage: Stage::Paid {
                till_reset: true,
                ..
            },
            ..
        }
    )
}
