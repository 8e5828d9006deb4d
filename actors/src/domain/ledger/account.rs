//! Where money can be, what is counted there, and on which side it grows.

use serde::{Deserialize, Serialize};

use crate::domain::ids::{CustomerId, WalletAddress};

/// What an account counts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asset {
    /// Dollars in millionths.
    Usd,
    /// TON in billionths.
    Ton,
}

/// Where money can be.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Account {
    /// What a customer may spend. Never below zero.
    Customer(CustomerId),
    /// A customer's money set aside for orders, refunds and locks. Never below zero.
    CustomerHeld(CustomerId),
    /// What a customer owes after a payment was taken back. Never below zero; blocks buying.
    CustomerDebt(CustomerId),
    /// What customers paid for delivered goods.
    Revenue,
    /// What the payment gateway holds for the shop.
    GatewayClearing,
    /// What the payment gateway kept.
    GatewayFees,
    /// TON paid to Fragment for goods.
    CostOfGoods,
    /// TON paid to the chain.
    NetworkFees,
    /// A wallet's TON that is free for new orders. Reserving never takes it below zero.
    Float(WalletAddress),
    /// A wallet's TON reserved for orders from `Held` on. Never below zero.
    FloatHeld(WalletAddress),
    /// What the owner put in or took out.
    Owner(Asset),
    /// Money whose owner is not known yet, surplus above the cap, dust.
    Suspense(Asset),
    /// The other side of opening balances.
    Opening(Asset),
}

/// The side on which an account grows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    /// Assets and expenses.
    Debit,
    /// Liabilities, income and capital.
    Credit,
}

impl Account {
    /// What the account counts.
    #[must_use]
    pub const fn asset(self) -> Asset {
        match self {
            Self::Customer(_)
            | Self::CustomerHeld(_)
            | Self::CustomerDebt(_)
            | Self::Revenue
            | Self::GatewayClearing
            | Self::GatewayFees => Asset::Usd,
            Self::CostOfGoods | Self::NetworkFees | Self::Float(_) | Self::FloatHeld(_) => {
                Asset::Ton
            }
            Self::Owner(asset) | Self::Suspense(asset) | Self::Opening(asset) => asset,
        }
    }

    /// The side on which the account grows.
    #[must_use]
    pub const fn side(self) -> Side {
        match self {
            Self::CustomerDebt(_)
            | Self::GatewayClearing
            | Self::GatewayFees
            | Self::CostOfGoods
            | Self::NetworkFees
            | Self::Float(_)
            | Self::FloatHeld(_) => Side::Debit,
            Self::Customer(_)
            | Self::CustomerHeld(_)
            | Self::Revenue
            | Self::Owner(_)
            | Self::Suspense(_)
            | Self::Opening(_) => Side::Credit,
        }
    }

    /// The name of its kind, as pages of sums and metrics know it: all customers are one line.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Customer(_) => "customers",
            Self::CustomerHeld(_) => "customers_held",
            Self::CustomerDebt(_) => "customers_debt",
            Self::Revenue => "revenue",
            Self::GatewayClearing => "gateway_clearing",
            Self::GatewayFees => "gateway_fees",
            Self::CostOfGoods => "cost_of_goods",
            Self::NetworkFees => "network_fees",
            Self::Float(_) => "float",
            Self::FloatHeld(_) => "float_held",
            Self::Owner(_) => "owner",
            Self::Suspense(_) => "suspense",
            Self::Opening(_) => "opening",
        }
    }

    /// Whether the books store a balance for the account and keep it from falling below zero
    /// (except by a fact, see [`super::EntryKey::is_fact`]). The others are sums.
    #[must_use]
    pub const fn has_floor(self) -> bool {
        match self {
            Self::Customer(_)
            | Self::CustomerHeld(_)
            | Self::CustomerDebt(_)
            | Self::Float(_)
            | Self::FloatHeld(_) => true,
            Self::Revenue
            | Self::GatewayClearing
            | Self::GatewayFees
            | Self::CostOfGoods
            | Self::NetworkFees
            | Self::Owner(_)
            | Self::Suspense(_)
            | Self::Opening(_) => false,
        }
    }
}
