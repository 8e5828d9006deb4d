//! Fragment.

use std::collections::BTreeSet;

use super::{Outside, signed};
use crate::domain::Span;
use crate::domain::catalog::{PremiumMonths, Product, ProductKind, Username};
use crate::domain::link::{Expected, Link, LinkOffer, LinkRules};
use crate::domain::money::NanoTon;
use crate::domain::pricing::samples;
use crate::domain::transfer::Transfer;
use crate::ports::Failure;
use crate::ports::market::{BrowserId, Delivery, Fitness, MarketRefused, Slot, SlotKind};
use crate::ports::wallet::{Pays, TransferIntent};
use crate::testing::contract::{given, there};

/// A browser under the first name.
async fn slot(outside: &dyn Outside, kind: SlotKind) -> Slot {
    let browser = BrowserId(1);
    given(outside.browsers().open(browser, kind).await, "a browser");
    let loan = 1;
    Slot {
        browser,
        kind,
        loan,
        fence: outside.fence(),
    }
}

async fn till(outside: &dyn Outside) -> Slot {
    slot(outside, SlotKind::Till(outside.login())).await
}

fn stars() -> Product {
    samples::stars(50)
}

async fn offer(outside: &dyn Outside, slot: Slot) -> LinkOffer {
    let (product, masha) = (stars(), samples::masha());
    given(
        outside.market().offer(slot, &product, &masha).await,
        "an offer",
    )
}

fn checked(outside: &dyn Outside, offer: LinkOffer) -> Link {
    let rules = LinkRules {
        destinations: vec![offer.destination],
        cap: NanoTon::from_nanos(100_000_000_000),
        min_validity: Span::minutes(1),
    };
    let (product, recipient) = (stars(), samples::masha());
    let expected = Expected {
        wallet: outside.wallet(),
        product: &product,
        recipient: &recipient,
    };
    given(
        offer.check(expected, &rules, outside.clock().now()),
        "the checks",
    )
}

async fn sign(outside: &dyn Outside, link: &Link) -> Transfer {
    let wallet = outside.wallet();
    let state = given(outside.chain().state(wallet).await, "a state");
    let intent = TransferIntent {
        wallet,
        seqno: state.seqno,
        valid_until: state.time + Span::minutes(3),
        pays: Pays::Link(link.clone()),
        product: Some(stars()),
    };
    signed(outside, &intent, state.last_lt())
}

/// With the reason that the customer is told.
pub async fn an_unknown_name_is_refused(outside: &dyn Outside) {
    let slot = slot(outside, SlotKind::Anonymous).await;
    let market = outside.market();
    let masha = samples::masha();
    let found = market.find_recipient(slot, &masha.username, &stars()).await;
    assert!(given(found, "Masha").is_same_person(&masha));
    let nobody = given(Username::parse("nobody_at_all"), "a name");
    let answer = market.find_recipient(slot, &nobody, &stars()).await;
    assert_eq!(answer, Err(Failure::Refused(MarketRefused::NoSuchUser)));
}

/// Stars of some quantity and each length of Premium.
pub async fn prices_cover_everything_that_is_sold(outside: &dyn Outside) {
    let slot = slot(outside, SlotKind::Anonymous).await;
    let prices = given(outside.market().prices(slot).await, "prices");
    let stars = prices
        .iter()
        .any(|(product, _)| product.kind() == ProductKind::Stars);
    assert!(stars, "{prices:?}");
    for months in PremiumMonths::ALL {
        let premium = Product::Premium(months);
        assert!(prices.iter().any(|(product, _)| *product == premium));
    }
}

/// Neither does a second one.
pub async fn an_offer_pays_nothing(outside: &dyn Outside) {
    let before = given(outside.chain().state(outside.wallet()).await, "a state");
    let slot = till(outside).await;
    for _ in 0..2 {
        offer(outside, slot).await;
        outside.mine().await;
    }
    assert_eq!(outside.payments().await, 0);
    let after = given(outside.chain().state(outside.wallet()).await, "a state");
    assert_eq!((after.seqno, after.balance), (before.seqno, before.balance));
}

/// All of them.
pub async fn an_offer_passes_the_checks(outside: &dyn Outside) {
    let slot = till(outside).await;
    let offer = offer(outside, slot).await;
    assert_eq!(offer.login, outside.login());
    let link = checked(outside, offer.clone());
    assert_eq!((link.amount, link.request), (offer.amount, offer.request));
}

/// Request id and reference.
pub async fn every_offer_has_names_of_its_own(outside: &dyn Outside) {
    let slot = till(outside).await;
    let mut requests = BTreeSet::new();
    let mut references = BTreeSet::new();
    for _ in 0..3 {
        let link = checked(outside, offer(outside, slot).await);
        requests.insert(link.request);
        references.insert(link.reference);
    }
    assert_eq!((requests.len(), references.len()), (3, 3));
}

/// With the very bytes, before and after the payment (rule 8).
pub async fn a_confirm_may_be_repeated(outside: &dyn Outside) {
    let (slot, market) = (till(outside).await, outside.market());
    let link = checked(outside, offer(outside, slot).await);
    let transfer = sign(outside, &link).await;
    for _ in 0..2 {
        given(market.confirm(slot, &link, &transfer.boc).await, "confirm");
    }
    given(outside.chain().send(&transfer).await, "a send");
    outside.mine().await;
    given(market.confirm(slot, &link, &transfer.boc).await, "confirm");
    assert_eq!(outside.payments().await, 1);
}

/// The page says so for our request, and the history has one row of it.
pub async fn a_paid_and_confirmed_purchase_is_delivered_once(outside: &dyn Outside) {
    let (slot, market) = (till(outside).await, outside.market());
    let before = given(market.history(slot).await, "a history").len();
    let link = checked(outside, offer(outside, slot).await);
    let transfer = sign(outside, &link).await;
    given(outside.chain().send(&transfer).await, "a send");
    outside.mine().await;
    given(market.confirm(slot, &link, &transfer.boc).await, "confirm");
    given(outside.chain().send(&transfer).await, "a send");
    outside.mine().await;
    let delivery = market.delivery(slot, &stars(), &link).await;
    let done = Delivery::Done {
        request: Some(link.request.clone()),
    };
    assert_eq!(given(delivery, "the page"), done);
    let history = given(market.history(slot).await, "a history");
    assert_eq!(history.len(), before + 1);
    let newest = there(history.first(), "the newest row");
    assert_eq!(newest.recipient, samples::masha().username);
    assert_eq!((newest.login, newest.price), (outside.login(), link.amount));
    given(market.reset(slot, &stars()).await, "a reset");
    let delivery = market.delivery(slot, &stars(), &link).await;
    assert_eq!(given(delivery, "the page"), Delivery::Pending);
}

/// Whatever was confirmed.
pub async fn an_unpaid_purchase_stays_pending(outside: &dyn Outside) {
    let (slot, market) = (till(outside).await, outside.market());
    let link = checked(outside, offer(outside, slot).await);
    let transfer = sign(outside, &link).await;
    given(market.confirm(slot, &link, &transfer.boc).await, "confirm");
    let delivery = market.delivery(slot, &stars(), &link).await;
    assert_eq!(given(delivery, "the page"), Delivery::Pending);
}

/// And a browser that is open answers.
pub async fn a_login_shows_its_wallet(outside: &dyn Outside) {
    let slot = till(outside).await;
    let fitness = outside.browsers().probe(slot.browser).await;
    assert_eq!(given(fitness, "a probe"), Fitness::Fit);
    let look = given(outside.market().look(slot).await, "a look");
    assert!(look.telegram);
    assert_eq!(look.proven, Some(outside.wallet()));
    outside.browsers().close(slot.browser).await;
    let probe = outside.browsers().probe(slot.browser).await;
    assert!(probe.is_err(), "a closed browser answers");
    // A name that is not known is closed already.
    outside.browsers().close(slot.browser).await;
}
