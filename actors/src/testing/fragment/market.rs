//! The port of the market.

use async_trait::async_trait;

use super::browsers::Way;
use super::{FakeFragment, Inner, MarketCall, MarketFault};
use crate::domain::catalog::{PremiumMonths, Product, Recipient, StarsQuantity, Username};
use crate::domain::ids::LoginId;
use crate::domain::link::{Link, LinkOffer};
use crate::domain::login::Look;
use crate::domain::order::HistoryRow;
use crate::domain::pricing::GoodsPrice;
use crate::domain::transfer::Boc;
use crate::ports::market::{Delivery, MarketFailure, MarketRefused, Slot, SlotKind};
use crate::ports::vault::Jar;
use crate::ports::{Failure, Market};

/// Rows of the history that one read brings.
const NEWEST_ROWS: usize = 50;

type Answer<T> = Result<T, MarketRefused>;

impl FakeFragment {
    /// Makes a call through a browser, as its health and the next fault want it.
    async fn call<T>(
        &self,
        slot: Slot,
        call: MarketCall,
        work: impl FnOnce(&mut Inner) -> Answer<T> + Send,
    ) -> Result<T, MarketFailure> {
        self.settle();
        let (way, fault) = {
            let mut inner = self.lock();
            let fault = inner.fault(call);
            (inner.way(slot, call), fault)
        };
        match way {
            Way::Open => {}
            Way::Hangs => std::future::pending().await,
            Way::Fails(failure) => return Err(failure),
        }
        let reach = || {
            let inner = self.lock();
            if inner.path_blocked {
                Err(MarketRefused::PathBlocked)
            } else {
                Ok(inner)
            }
        };
        match fault {
            None => {
                let mut inner = reach().map_err(Failure::Refused)?;
                work(&mut inner).map_err(Failure::Refused)
            }
            Some(MarketFault::Refused(why)) => Err(Failure::Refused(why)),
            Some(MarketFault::NotDone) => Err(Failure::not_done("Fragment was not reached")),
            Some(MarketFault::Unknown { done }) => {
                if done && let Ok(mut inner) = reach() {
                    let _unheard = work(&mut inner);
                }
                Err(Failure::unknown("Fragment's answer was lost"))
            }
            Some(MarketFault::Hangs { done }) => {
                if done && let Ok(mut inner) = reach() {
                    let _unheard = work(&mut inner);
                }
                std::future::pending().await
            }
        }
    }
}

#[async_trait]
impl Market for FakeFragment {
    async fn find_recipient(
        &self,
        slot: Slot,
        username: &Username,
        _product: &Product,
    ) -> Result<Recipient, MarketFailure> {
        self.call(slot, MarketCall::FindRecipient, |inner| {
            let found = inner.people.get(&username.to_key()).cloned();
            found.unwrap_or(Err(MarketRefused::NoSuchUser))
        })
        .await
    }

    async fn prices(&self, slot: Slot) -> Result<Vec<(Product, GoodsPrice)>, MarketFailure> {
        self.call(slot, MarketCall::Prices, |inner| inner.price_list())
            .await
    }

    async fn offer(
        &self,
        slot: Slot,
        product: &Product,
        recipient: &Recipient,
    ) -> Result<LinkOffer, MarketFailure> {
        if slot.fence.is_none() {
            return Err(Failure::not_done("a slot without a fence stores no jar"));
        }
        let paid = self.chain.paid_to(self.destination);
        let place = (self.destination, self.clock.now());
        self.call(slot, MarketCall::Offer, |inner| {
            let login = inner.logged_in(slot, true)?;
            inner.link(login, *product, recipient, &paid, place)
        })
        .await
    }

    async fn confirm(&self, slot: Slot, link: &Link, boc: &Boc) -> Result<(), MarketFailure> {
        self.call(slot, MarketCall::Confirm, |inner| {
            let login = inner.logged_in(slot, false)?;
            inner.confirm(login, &link.request, boc)
        })
        .await
    }

    async fn delivery(
        &self,
        slot: Slot,
        _product: &Product,
        _link: &Link,
    ) -> Result<Delivery, MarketFailure> {
        self.call(slot, MarketCall::Delivery, |inner| {
            let login = inner.logged_in(slot, false)?;
            let page = inner.sessions.get(&login).and_then(|session| session.page);
            let open = page.and_then(|place| inner.purchases.get(place));
            let done = open.filter(|one| one.delivered_at.is_some());
            Ok(done.map_or(Delivery::Pending, |one| Delivery::Done {
                request: Some(one.request.clone()),
            }))
        })
        .await
    }

    async fn history(&self, slot: Slot) -> Result<Vec<HistoryRow>, MarketFailure> {
        self.call(slot, MarketCall::History, |inner| {
            let login = inner.logged_in(slot, false)?;
            let session = inner.sessions.get(&login);
            let rows = session
                .into_iter()
                .flat_map(|session| session.history.iter());
            Ok(rows.rev().take(NEWEST_ROWS).cloned().collect())
        })
        .await
    }

    async fn reset(&self, slot: Slot, _product: &Product) -> Result<(), MarketFailure> {
        self.call(slot, MarketCall::Reset, |inner| {
            let login = inner.logged_in(slot, false)?;
            if let Some(session) = inner.sessions.get_mut(&login) {
                session.page = None;
            }
            Ok(())
        })
        .await
    }

    async fn look(&self, slot: Slot) -> Result<Look, MarketFailure> {
        self.call(slot, MarketCall::Look, |inner| {
            let session = login_of(slot).and_then(|login| inner.sessions.get(&login));
            let telegram = session.is_some_and(|session| session.telegram);
            let proven = session.and_then(|session| session.proven);
            Ok(Look { telegram, proven })
        })
        .await
    }

    async fn prove_wallet(&self, slot: Slot) -> Result<(), MarketFailure> {
        self.call(slot, MarketCall::ProveWallet, |inner| {
            let session = login_of(slot).and_then(|login| inner.sessions.get_mut(&login));
            let session = session.filter(|session| session.telegram);
            let session = session.ok_or(MarketRefused::LoggedOut)?;
            session.proven = Some(session.wallet);
            session.jar += 1;
            Ok(())
        })
        .await
    }

    async fn try_jar(&self, slot: Slot, jar: &Jar) -> Result<Look, MarketFailure> {
        self.call(slot, MarketCall::TryJar, |inner| {
            let known = inner.jars.iter().rev().find(|(known, _)| known == jar);
            Ok(known.map_or(
                Look {
                    telegram: false,
                    proven: None,
                },
                |(_, look)| *look,
            ))
        })
        .await
    }
}

impl Inner {
    /// The login behind a slot, if Fragment lets it act.
    fn logged_in(&self, slot: Slot, buys: bool) -> Answer<LoginId> {
        let login = login_of(slot).ok_or(MarketRefused::LoggedOut)?;
        let session = self.sessions.get(&login).ok_or(MarketRefused::LoggedOut)?;
        if !session.telegram || session.proven != Some(session.wallet) {
            return Err(MarketRefused::LoggedOut);
        }
        if buys && session.identity_needed {
            return Err(MarketRefused::IdentityNeeded);
        }
        Ok(login)
    }

    fn price_list(&self) -> Answer<Vec<(Product, GoodsPrice)>> {
        let other = |text: String| MarketRefused::Other { text };
        let stars = Product::Stars(StarsQuantity::MIN);
        let premium = PremiumMonths::ALL.map(Product::Premium);
        let products = [stars].into_iter().chain(premium);
        let priced = products.map(|product| {
            let (cost, usd) = self.price(product);
            let price = match product {
                Product::Stars(quantity) => GoodsPrice::of_stars(quantity, cost, usd),
                Product::Premium(_) => GoodsPrice::of_premium(cost, usd),
            };
            let price = price.map_err(|bad| other(bad.to_string()))?;
            Ok((product, price))
        });
        priced.collect()
    }
}

const fn login_of(slot: Slot) -> Option<LoginId> {
    match slot.kind {
        SlotKind::Till(login) => Some(login),
        SlotKind::Anonymous => None,
    }
}
