//! What must hold of a payment before it is signed. The core has checked the link already; this is
//! the second lock, with its own key: it believes nothing that it can read from the payload itself.

use starkeeper_actors::domain::catalog::Product;
use starkeeper_actors::domain::ids::WalletAddress;
use starkeeper_actors::domain::link::{Link, names_product};
use starkeeper_actors::domain::money::NanoTon;
use starkeeper_actors::domain::{Span, Timestamp};
use starkeeper_actors::ports::wallet::{Pays, SignRefused, TransferIntent};
use ton_core::cell::TonCell;

use super::cells::{hash, read_boc};
use super::comment::comment;

/// The firewall's settings.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FirewallRules {
    /// Fragment's own addresses; nobody else is paid.
    pub destinations: Vec<WalletAddress>,
    /// The most TON of one payment.
    pub order_cap: NanoTon,
    /// The most TON that one wallet pays Fragment within 24 hours of block time.
    pub day_cap: NanoTon,
    /// A message must expire this much before Fragment's own deadline (rule 8). Default 30 s.
    pub before_deadline: Span,
    /// A message is valid for at least this long, by our clock or the chain's, whichever is behind.
    /// Default 30 s: a block takes five.
    pub shortest_validity: Span,
    /// And for at most this long, by whichever is ahead. Default 15 min: well above what the core
    /// plans.
    pub longest_validity: Span,
}

impl FirewallRules {
    /// The defaults for these destinations and caps.
    #[must_use]
    pub const fn new(
        destinations: Vec<WalletAddress>,
        order_cap: NanoTon,
        day_cap: NanoTon,
    ) -> Self {
        Self {
            destinations,
            order_cap,
            day_cap,
            before_deadline: Span::seconds(30),
            shortest_validity: Span::seconds(30),
            longest_validity: Span::minutes(15),
        }
    }
}

/// A refusal names its rule and the numbers.
pub(super) fn refused(rule: &str, why: impl std::fmt::Display) -> SignRefused {
    SignRefused::Rule {
        rule: format!("{rule}: {why}"),
    }
}

/// What passed, ready to be written into a message.
pub(super) struct Passed {
    pub(super) destination: WalletAddress,
    pub(super) amount: NanoTon,
    pub(super) body: TonCell,
}

/// What time it is: by our clock, and by the state of the wallet that was read last. The two may
/// differ by as much as the core allows, and neither alone may get a message refused.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clocks {
    pub(super) ours: Timestamp,
    pub(super) chain: Option<Timestamp>,
}

impl Clocks {
    fn behind(self) -> Timestamp {
        self.chain.map_or(self.ours, |chain| chain.min(self.ours))
    }

    fn ahead(self) -> Timestamp {
        self.chain.map_or(self.ours, |chain| chain.max(self.ours))
    }
}

/// Checks everything about an intent but the day's sum.
pub(super) fn check(
    intent: &TransferIntent,
    rules: &FirewallRules,
    clocks: Clocks,
) -> Result<Passed, SignRefused> {
    check_expiry(intent.valid_until, rules, clocks)?;
    match (&intent.pays, &intent.product) {
        (Pays::Nothing, None) => Ok(Passed {
            destination: intent.wallet,
            amount: NanoTon::ZERO,
            body: TonCell::empty().clone(),
        }),
        (Pays::Nothing, Some(product)) => {
            let why = format!("a burn was asked for {product}");
            Err(refused("product", why))
        }
        (Pays::Link(_), None) => Err(refused("product", "nothing says what was ordered")),
        (Pays::Link(link), Some(product)) => check_link(intent, link, product, rules),
    }
}

fn check_expiry(
    valid_until: Timestamp,
    rules: &FirewallRules,
    clocks: Clocks,
) -> Result<(), SignRefused> {
    let left = valid_until - clocks.behind();
    if left < rules.shortest_validity {
        let why = format!(
            "the message expires in {} s, expected at least {} s",
            left.num_seconds(),
            rules.shortest_validity.num_seconds()
        );
        return Err(refused("expiry", why));
    }
    let left = valid_until - clocks.ahead();
    if left > rules.longest_validity {
        let why = format!(
            "the message expires in {} s, expected at most {} s",
            left.num_seconds(),
            rules.longest_validity.num_seconds()
        );
        return Err(refused("expiry", why));
    }
    Ok(())
}

fn check_link(
    intent: &TransferIntent,
    link: &Link,
    product: &Product,
    rules: &FirewallRules,
) -> Result<Passed, SignRefused> {
    let destination = link.destination;
    if !rules.destinations.contains(&destination) || destination == intent.wallet {
        let why = format!("{destination} is not among the allowed destinations");
        return Err(refused("destination", why));
    }
    if !link.amount.is_positive() {
        let why = format!("{} is not more than nothing", link.amount);
        return Err(refused("amount", why));
    }
    if link.amount > rules.order_cap {
        let why = format!(
            "{} is above the cap of one order {}",
            link.amount, rules.order_cap
        );
        return Err(refused("order cap", why));
    }
    if intent.valid_until > link.valid_until - rules.before_deadline {
        let why = format!(
            "the message expires at {}, expected at least {} s before the link does at {}",
            intent.valid_until,
            rules.before_deadline.num_seconds(),
            link.valid_until
        );
        return Err(refused("deadline", why));
    }
    let body = check_payload(link, product)?;
    Ok(Passed {
        destination,
        amount: link.amount,
        body,
    })
}

/// The cell is the one whose hash was committed, and its own text names the product and the
/// reference that the books keep.
fn check_payload(link: &Link, product: &Product) -> Result<TonCell, SignRefused> {
    let unreadable = |why| refused("payload", why);
    let body = read_boc("payload", link.payload.bytes()).map_err(unreadable)?;
    let body_hash = hash(&body).map_err(unreadable)?;
    if body_hash != link.payload_hash {
        let why = format!(
            "the cell's hash is {body_hash}, the link says {}",
            link.payload_hash
        );
        return Err(refused("payload", why));
    }
    let text = comment(&body).map_err(unreadable)?;
    let shown: String = text.chars().take(120).collect();
    let Some((title, reference)) = text.split_once("Ref#") else {
        return Err(refused("reference", format!("{shown:?} has no Ref#")));
    };
    if reference.trim() != link.reference.as_str() {
        let why = format!("{shown:?} is not about Ref#{}", link.reference);
        return Err(refused("reference", why));
    }
    if !names_product(title.trim(), product) {
        return Err(refused("product", format!("{shown:?} is not {product}")));
    }
    Ok(body)
}
