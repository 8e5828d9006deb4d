//! Browsers that can hang and die.

use async_trait::async_trait;

use super::{Browser, FakeFragment, Health, Inner, MarketCall, MarketFault};
use crate::ports::market::{BrowserId, Browsers, Fitness, MarketFailure, Slot, SlotKind};
use crate::ports::{Failure, Unreadable};

/// How a call through a browser goes.
pub(super) enum Way {
    Open,
    Hangs,
    Fails(MarketFailure),
}

#[async_trait]
impl Browsers for FakeFragment {
    async fn open(&self, browser: BrowserId, kind: SlotKind) -> Result<(), Unreadable> {
        let fault = self.lock().fault(MarketCall::OpenBrowser);
        match fault {
            None => {}
            Some(MarketFault::Hangs { .. }) => std::future::pending().await,
            Some(MarketFault::NotDone | MarketFault::Refused(_) | MarketFault::Unknown { .. }) => {
                return Err(Unreadable::new("the browser did not start"));
            }
        }
        let mut inner = self.lock();
        let opened = Browser {
            kind,
            health: Health::Alive,
            fitness: Fitness::Fit,
        };
        if inner.browsers.insert(browser, opened).is_some() {
            inner
                .violations
                .push(format!("{browser:?} was opened twice"));
        }
        Ok(())
    }

    async fn probe(&self, browser: BrowserId) -> Result<Fitness, Unreadable> {
        let (fault, health) = {
            let mut inner = self.lock();
            let fault = inner.fault(MarketCall::Probe);
            (
                fault,
                inner
                    .browsers
                    .get(&browser)
                    .map(|one| (one.health, one.fitness)),
            )
        };
        match (fault, health) {
            (Some(MarketFault::Hangs { .. }), _) | (None, Some((Health::Hung, _))) => {
                std::future::pending().await
            }
            (None, Some((Health::Alive, fitness))) => Ok(fitness),
            (
                Some(MarketFault::NotDone | MarketFault::Refused(_) | MarketFault::Unknown { .. }),
                _,
            )
            | (None, Some((Health::Dead, _)) | None) => {
                Err(Unreadable::new("the browser does not answer"))
            }
        }
    }

    async fn close(&self, browser: BrowserId) {
        let mut inner = self.lock();
        // Faults do not keep a browser alive: what cannot be ended is killed.
        let _fault = inner.fault(MarketCall::Close);
        inner.browsers.remove(&browser);
    }

    async fn close_all(&self) {
        self.lock().browsers.clear();
    }
}

impl Inner {
    /// Whether a slot may be used for this call, and whether its browser answers.
    pub(super) fn way(&mut self, slot: Slot, call: MarketCall) -> Way {
        if let Some(what) = misuse(slot.kind, call) {
            self.violations.push(what);
        }
        let Some(browser) = self.browsers.get(&slot.browser) else {
            let what = format!("{call:?} through a browser that is not open");
            self.violations.push(what);
            return Way::Fails(Failure::not_done("no such browser"));
        };
        if browser.kind != slot.kind {
            let what = format!("{call:?} through a browser that carries another session");
            self.violations.push(what);
        }
        match browser.health {
            Health::Alive => Way::Open,
            Health::Hung => Way::Hangs,
            Health::Dead => Way::Fails(Failure::not_done("the browser is dead")),
        }
    }
}

/// Look-ups and prices never use a till's session, and nothing else does without one.
fn misuse(kind: SlotKind, call: MarketCall) -> Option<String> {
    let anonymous = match call {
        MarketCall::FindRecipient | MarketCall::Prices | MarketCall::TryJar => true,
        MarketCall::Offer
        | MarketCall::Confirm
        | MarketCall::Delivery
        | MarketCall::History
        | MarketCall::Reset
        | MarketCall::Look
        | MarketCall::ProveWallet => false,
        MarketCall::OpenBrowser | MarketCall::Probe | MarketCall::Close => return None,
    };
    match (kind, anonymous) {
        (SlotKind::Till(login), true) => Some(format!("{call:?} in the session of {login}")),
        (SlotKind::Anonymous, false) => Some(format!("{call:?} without a login")),
        (SlotKind::Till(_), false) | (SlotKind::Anonymous, true) => None,
    }
}
