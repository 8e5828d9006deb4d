//! Where an operator looks who reads a piece of news.

use super::{BreakMark, Go};
use crate::domain::notice::{OperatorNews, ShopNews};

impl Go {
    /// The thing that a piece of news is about; none if there is nothing to look at.
    #[must_use]
    pub fn of_news(news: &OperatorNews) -> Option<Self> {
        Some(match news {
            OperatorNews::Parked { order, .. } | OperatorNews::OrderWaits { order, .. } => {
                Self::Order(*order)
            }
            OperatorNews::WalletStopped { .. }
            | OperatorNews::TopUp { .. }
            | OperatorNews::Unexplained { .. }
            | OperatorNews::FloatLow { .. }
            | OperatorNews::FloatEnds { .. } => Self::Wallets,
            OperatorNews::Break { finding, .. } => Self::Break(BreakMark::of(&finding.key())),
            OperatorNews::BreakOver { finding, .. } => Self::Order(finding.order()?),
            OperatorNews::LoginLost { login, .. } | OperatorNews::LoginBack { login, .. } => {
                Self::Till(*login)
            }
            OperatorNews::InvoiceOdd { invoice, .. } => Self::Invoice(*invoice),
            OperatorNews::Paused { .. } | OperatorNews::OpenAgain { .. } => Self::Sales,
            OperatorNews::Unbalanced { .. } => Self::Home,
            OperatorNews::Shop(ShopNews::Opened { order }) => Self::Order(*order),
            OperatorNews::Shop(ShopNews::Away { .. }) => Self::Waits,
            OperatorNews::Shop(ShopNews::Day { .. }) => Self::Home,
            OperatorNews::Shop(
                ShopNews::New { .. }
                | ShopNews::DiskLow { .. }
                | ShopNews::DiskFine { .. }
                | ShopNews::LogLost { .. },
            )
            | OperatorNews::Orphan { .. }
            | OperatorNews::Undeliverable { .. } => return None,
        })
    }
}
