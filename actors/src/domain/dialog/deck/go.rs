//! The deck's buttons, and their form in callback data: words with points between them.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::price::PriceOf;
use crate::domain::catalog::ProductKind;
use crate::domain::ids::{InvoiceId, LoginId, OrderId, Version};

/// What a button of the deck does.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Go {
    /// Today, and how the shop is.
    Home,
    /// What waits.
    Waits,
    /// Orders in a state, from page 0.
    State(WaitState, u16),
    /// Breaks.
    Breaks(u16),
    /// Odd invoices.
    Odd(u16),
    /// Sales.
    Sales,
    /// Prices.
    Prices,
    /// The tills.
    Wallets,
    /// One of them.
    Till(LoginId),
    /// An order.
    Order(OrderId),
    /// A break.
    Break(BreakMark),
    /// An invoice.
    Invoice(InvoiceId),
    /// Look for an order.
    Find,
    /// Choose what gets a fixed price.
    Fix,
    /// Give the row of a break to an order that is named first.
    Give(BreakMark),
    /// Begin to do something.
    Want(Want),
    /// A ready reason for the wish of this name.
    Why(ReadyReason, i64),
    /// Really do the wish of this name.
    Yes(i64),
    /// Bring new cookies.
    Cookies(LoginId),
}

/// What a person does by hand.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Want {
    /// An order goes on.
    Resume {
        /// Which.
        order: OrderId,
        /// The version that was shown.
        version: Version,
    },
    /// Its price goes back.
    Refund {
        /// Which.
        order: OrderId,
        /// The version that was shown.
        version: Version,
    },
    /// Its goods are there, as the row of a break shows.
    Deliver {
        /// Which.
        order: OrderId,
        /// The version that was shown.
        version: Version,
        /// The break with the row.
        row: BreakMark,
    },
    /// A break is closed.
    Settle {
        /// Which.
        mark: BreakMark,
        /// The version that was shown.
        version: Version,
    },
    /// An order gets the row of a break, so that no other takes it, and the break is closed.
    Give {
        /// The break with the row.
        mark: BreakMark,
        /// The break's version that was shown.
        version: Version,
        /// Which order.
        order: OrderId,
    },
    /// Sales rest; none means all.
    Pause(Option<ProductKind>),
    /// Sales go on.
    Open,
    /// A price is set.
    Price(PriceOf),
}

impl Want {
    /// Whether somebody must say why.
    #[must_use]
    pub const fn needs_reason(self) -> bool {
        match self {
            Self::Resume { .. } | Self::Open => false,
            Self::Refund { .. }
            | Self::Deliver { .. }
            | Self::Settle { .. }
            | Self::Give { .. }
            | Self::Pause(_)
            | Self::Price(_) => true,
        }
    }

    /// Whether it needs a number.
    #[must_use]
    pub const fn needs_value(self) -> bool {
        matches!(self, Self::Price(_))
    }

    /// The screen that it belongs to.
    #[must_use]
    pub const fn home(self) -> Go {
        match self {
            Self::Resume { order, .. }
            | Self::Refund { order, .. }
            | Self::Deliver { order, .. } => Go::Order(order),
            Self::Settle { mark, .. } | Self::Give { mark, .. } => Go::Break(mark),
            Self::Pause(_) | Self::Open => Go::Sales,
            Self::Price(_) => Go::Prices,
        }
    }

    fn encode(self) -> String {
        match self {
            Self::Resume { order, version } => format!("resume.{}.{}", order.get(), version.get()),
            Self::Refund { order, version } => format!("refund.{}.{}", order.get(), version.get()),
            Self::Deliver {
                order,
                version,
                row,
            } => format!("deliver.{}.{}.{row}", order.get(), version.get()),
            Self::Settle { mark, version } => format!("settle.{mark}.{}", version.get()),
            Self::Give {
                mark,
                version,
                order,
            } => format!("give.{mark}.{}.{}", version.get(), order.get()),
            Self::Pause(kind) => format!("pause.{}", kind_name(kind)),
            Self::Open => "open".to_owned(),
            Self::Price(of) => format!("price.{}", of.encode()),
        }
    }

    fn decode(words: &[&str]) -> Option<Self> {
        let order = |text: &str| text.parse().ok().map(OrderId::new);
        let version = |text: &str| text.parse().ok().map(Version::new);
        Some(match *words {
            ["resume", id, seen] => Self::Resume {
                order: order(id)?,
                version: version(seen)?,
            },
            ["refund", id, seen] => Self::Refund {
                order: order(id)?,
                version: version(seen)?,
            },
            ["deliver", id, seen, row] => Self::Deliver {
                order: order(id)?,
                version: version(seen)?,
                row: BreakMark::parse(row)?,
            },
            ["settle", mark, seen] => Self::Settle {
                mark: BreakMark::parse(mark)?,
                version: version(seen)?,
            },
            ["give", mark, seen, id] => Self::Give {
                mark: BreakMark::parse(mark)?,
                version: version(seen)?,
                order: order(id)?,
            },
            ["pause", "all"] => Self::Pause(None),
            ["pause", "stars"] => Self::Pause(Some(ProductKind::Stars)),
            ["pause", "premium"] => Self::Pause(Some(ProductKind::Premium)),
            ["open"] => Self::Open,
            ["price", kind, of] => Self::Price(PriceOf::decode(kind, of)?),
            _ => return None,
        })
    }
}

const fn kind_name(kind: Option<ProductKind>) -> &'static str {
    match kind {
        None => "all",
        Some(ProductKind::Stars) => "stars",
        Some(ProductKind::Premium) => "premium",
    }
}

impl Go {
    /// The detail of the callback data.
    #[must_use]
    pub fn encode(self) -> String {
        match self {
            Self::Home => "home".to_owned(),
            Self::Waits => "waits".to_owned(),
            Self::State(state, page) => format!("state.{}.{page}", state.name()),
            Self::Breaks(page) => format!("breaks.{page}"),
            Self::Odd(page) => format!("odd.{page}"),
            Self::Sales => "sales".to_owned(),
            Self::Prices => "prices".to_owned(),
            Self::Wallets => "wallets".to_owned(),
            Self::Till(login) => format!("till.{}", login.get()),
            Self::Order(order) => format!("order.{}", order.get()),
            Self::Break(mark) => format!("break.{mark}"),
            Self::Invoice(invoice) => format!("invoice.{}", invoice.get()),
            Self::Find => "find".to_owned(),
            Self::Fix => "fix".to_owned(),
            Self::Give(mark) => format!("give.{mark}"),
            Self::Want(want) => want.encode(),
            Self::Why(reason, nonce) => format!("why.{}.{nonce}", reason.name()),
            Self::Yes(nonce) => format!("yes.{nonce}"),
            Self::Cookies(login) => format!("cookies.{}", login.get()),
        }
    }

    /// Reads it back. None for what this version does not know.
    #[must_use]
    pub fn decode(detail: &str) -> Option<Self> {
        let words: Vec<&str> = detail.split('.').collect();
        Some(match *words.as_slice() {
            ["home"] => Self::Home,
            ["waits"] => Self::Waits,
            ["state", state, page] => Self::State(WaitState::of_name(state)?, page.parse().ok()?),
            ["breaks", page] => Self::Breaks(page.parse().ok()?),
            ["odd", page] => Self::Odd(page.parse().ok()?),
            ["sales"] => Self::Sales,
            ["prices"] => Self::Prices,
            ["wallets"] => Self::Wallets,
            ["till", login] => Self::Till(LoginId::new(login.parse().ok()?)),
            ["order", id] => Self::Order(OrderId::new(id.parse().ok()?)),
            ["break", mark] => Self::Break(BreakMark::parse(mark)?),
            ["invoice", id] => Self::Invoice(InvoiceId::new(id.parse().ok()?)),
            ["find"] => Self::Find,
            ["fix"] => Self::Fix,
            ["give", mark] => Self::Give(BreakMark::parse(mark)?),
            ["why", reason, nonce] => Self::Why(ReadyReason::of_name(reason)?, nonce.parse().ok()?),
            ["yes", nonce] => Self::Yes(nonce.parse().ok()?),
            ["cookies", login] => Self::Cookies(LoginId::new(login.parse().ok()?)),
            ref other => Self::Want(Want::decode(other)?),
        })
    }
}

/// A state of an order that is paid for and not finished.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum WaitState {
    /// The price is set aside.
    Held,
    /// Fragment has made a link.
    Linked,
    /// A payment is signed.
    Paying,
    /// It is paid, the goods are awaited.
    Paid,
    /// A person is needed.
    Parked,
}

impl WaitState {
    /// All of them; the one that needs a person first.
    pub const ALL: [Self; 5] = [
        Self::Parked,
        Self::Held,
        Self::Linked,
        Self::Paying,
        Self::Paid,
    ];

    /// As [`Order::state_name`](crate::domain::order::Order::state_name) gives it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Linked => "linked",
            Self::Paying => "paying",
            Self::Paid => "paid",
            Self::Parked => "parked",
        }
    }

    /// The state of this name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// A reason that needs no typing. It stands in the audit log in these words.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ReadyReason {
    /// The customer asked for it.
    Customer,
    /// It was checked by hand.
    Checked,
    /// Something outside does not work.
    Outage,
}

impl ReadyReason {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Customer, Self::Checked, Self::Outage];

    const fn name(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Checked => "checked",
            Self::Outage => "outage",
        }
    }

    fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }

    /// The reason that stands in the audit log so; none for what a person typed.
    #[must_use]
    pub fn of_said(said: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.said() == said)
    }

    /// What stands in the audit log.
    #[must_use]
    pub const fn said(self) -> &'static str {
        match self {
            Self::Customer => "the customer asked for it",
            Self::Checked => "checked by hand",
            Self::Outage => "something outside does not work",
        }
    }
}

/// A break on a button: its key is too long for one, so it is named by a number that follows from it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BreakMark(u64);

impl BreakMark {
    /// The mark of a break's key: FNV-1a, the same for good.
    #[must_use]
    pub fn of(key: &str) -> Self {
        Self(key.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        }))
    }

    fn parse(text: &str) -> Option<Self> {
        let whole = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        whole
            .then(|| u64::from_str_radix(text, 16).ok().map(Self))
            .flatten()
    }
}

impl fmt::Display for BreakMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl fmt::Debug for BreakMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::catalog::{PremiumMonths, Product};
    use crate::domain::dialog::Action;

    /// The longest that ids can be: positive numbers of 63 bits.
    fn every_button() -> Vec<Go> {
        let (order, version) = (OrderId::new(i64::MAX), Version::new(9_999_999));
        let mark = BreakMark::of("row_unclaimed/x");
        let mut all = vec![
            Go::Home,
            Go::Waits,
            Go::Breaks(u16::MAX),
            Go::Odd(0),
            Go::Sales,
            Go::Prices,
            Go::Wallets,
            Go::Till(LoginId::new(2)),
            Go::Order(order),
            Go::Break(mark),
            Go::Invoice(InvoiceId::new(i64::MAX)),
            Go::Find,
            Go::Fix,
            Go::Give(mark),
            Go::Yes(i64::MAX),
            Go::Cookies(LoginId::new(1)),
        ];
        all.extend(WaitState::ALL.map(|state| Go::State(state, u16::MAX)));
        all.extend(ReadyReason::ALL.map(|reason| Go::Why(reason, i64::MAX)));
        let premium = Product::Premium(PremiumMonths::Twelve);
        let wants = [
            Want::Resume { order, version },
            Want::Refund { order, version },
            Want::Deliver {
                order,
                version,
                row: mark,
            },
            Want::Settle { mark, version },
            Want::Give {
                mark,
                version,
                order,
            },
            Want::Pause(None),
            Want::Pause(Some(ProductKind::Stars)),
            Want::Pause(Some(ProductKind::Premium)),
            Want::Open,
            Want::Price(PriceOf::Tier(1_000_000)),
            Want::Price(PriceOf::Premium),
            Want::Price(PriceOf::Floor),
            Want::Price(PriceOf::Fixed(premium)),
        ];
        all.extend(wants.map(Go::Want));
        all
    }

    #[test]
    fn every_button_is_read_back_and_fits() {
        for go in every_button() {
            let data = Action::Deck(go).encode();
            assert!(data.len() <= Action::MAX_BYTES, "{data}");
            assert_eq!(Action::decode(&data), Some(Action::Deck(go)), "{data}");
        }
    }

    #[test]
    fn what_is_no_button_of_ours_is_none() {
        for detail in [
            "",
            "home.1",
            "state.delivered.0",
            "order.x",
            "break.12",
            "give.12",
            "give.cbf29ce484222325.1",
            "break.+123456789abcdef",
            "refund.1",
            "pause.gifts",
            "price.tier.x",
            "why.because.1",
            "yes",
        ] {
            assert_eq!(Go::decode(detail), None, "{detail}");
        }
    }
}
