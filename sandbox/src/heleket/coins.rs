//! The coins this gateway takes, on which networks, and in which amounts.

use rust_decimal::Decimal;

use crate::world::World;
use crate::world::dice::{Dice, Letters};
use crate::world::prices::FIAT;

/// Amounts of coins are written with so many decimals, whatever the coin.
pub(crate) const SCALE: u32 = 8;

/// The gateway's commission, in percent of what was paid.
pub(crate) const COMMISSION_PERCENT: Decimal = Decimal::from_parts(200, 0, 0, false, 2);

/// One coin on one network.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Coin {
    /// Upper case.
    pub(crate) code: &'static str,
    /// Lower case, as invoices show it; the list of services shows it in upper case.
    pub(crate) network: &'static str,
    /// The finest amount that can be sent; at most [`SCALE`].
    pub(crate) decimals: u32,
    /// Blocks until a payment counts.
    pub(crate) confirmations: u32,
    /// Least amount, as the list of services writes it.
    pub(crate) least: &'static str,
    /// Greatest amount.
    pub(crate) most: &'static str,
    looks: Looks,
}

/// What addresses and hashes of a network look like. They are invented, and wallets refuse them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Looks {
    Tron,
    Evm,
    Ton,
    Bech32(&'static str),
    Doge,
    Solana,
}

const fn coin(
    code: &'static str,
    network: &'static str,
    decimals: u32,
    confirmations: u32,
    limits: (&'static str, &'static str),
    looks: Looks,
) -> Coin {
    Coin {
        code,
        network,
        decimals,
        confirmations,
        least: limits.0,
        most: limits.1,
        looks,
    }
}

const DOLLARS: (&str, &str) = ("0.50000000", "10000000.00000000");

/// Every coin, on every network it is taken.
pub(crate) static COINS: [Coin; 15] = [
    coin("USDT", "tron", 6, 3, DOLLARS, Looks::Tron),
    coin("USDT", "ton", 6, 1, DOLLARS, Looks::Ton),
    coin("USDT", "bsc", 8, 3, DOLLARS, Looks::Evm),
    coin("USDT", "eth", 6, 3, DOLLARS, Looks::Evm),
    coin("USDT", "polygon", 6, 3, DOLLARS, Looks::Evm),
    coin("USDC", "eth", 6, 3, DOLLARS, Looks::Evm),
    coin(
        "TON",
        "ton",
        8,
        1,
        ("0.10000000", "2000000.00000000"),
        Looks::Ton,
    ),
    coin(
        "TRX",
        "tron",
        6,
        3,
        ("1.00000000", "30000000.00000000"),
        Looks::Tron,
    ),
    coin(
        "BTC",
        "btc",
        8,
        2,
        ("0.00001000", "100.00000000"),
        Looks::Bech32("bc1q"),
    ),
    coin(
        "ETH",
        "eth",
        8,
        3,
        ("0.00020000", "3000.00000000"),
        Looks::Evm,
    ),
    coin(
        "LTC",
        "ltc",
        8,
        2,
        ("0.00600000", "100000.00000000"),
        Looks::Bech32("ltc1q"),
    ),
    coin(
        "BNB",
        "bsc",
        8,
        3,
        ("0.00100000", "15000.00000000"),
        Looks::Evm,
    ),
    coin(
        "POL",
        "polygon",
        8,
        3,
        ("1.00000000", "20000000.00000000"),
        Looks::Evm,
    ),
    coin(
        "DOGE",
        "doge",
        8,
        2,
        ("3.00000000", "50000000.00000000"),
        Looks::Doge,
    ),
    coin(
        "SOL",
        "sol",
        8,
        1,
        ("0.00300000", "60000.00000000"),
        Looks::Solana,
    ),
];

impl serde::Serialize for Coin {
    fn serialize<S: serde::Serializer>(&self, into: S) -> Result<S::Ok, S::Error> {
        (self.code, self.network).serialize(into)
    }
}

impl<'de> serde::Deserialize<'de> for &'static Coin {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let (code, network): (String, String) = serde::Deserialize::deserialize(from)?;
        let unknown = || format!("there is no coin {code} on {network}");
        find(&code, &network).ok_or_else(|| serde::de::Error::custom(unknown()))
    }
}

impl Coin {
    /// The least amount as a number.
    pub(crate) fn least_amount(&self) -> Decimal {
        self.least.parse().unwrap_or_default()
    }

    /// An address of this network for a new invoice.
    pub(crate) fn address(&self, dice: &Dice) -> String {
        match self.looks {
            Looks::Tron => format!("T{}", dice.text(Letters::Base58, 33)),
            Looks::Evm => format!("0x{}", dice.text(Letters::Hex, 40)),
            Looks::Ton => format!("UQ{}", dice.text(Letters::UrlSafe, 46)),
            Looks::Bech32(start) => format!("{start}{}", dice.text(Letters::Bech32, 38)),
            Looks::Doge => format!("D{}", dice.text(Letters::Base58, 33)),
            Looks::Solana => dice.text(Letters::Base58, 44),
        }
    }

    /// A transaction's hash as this network writes it; TON's hold slashes.
    pub(crate) fn txid(&self, dice: &Dice) -> String {
        match self.looks {
            Looks::Ton => dice.base64_hash(),
            Looks::Evm => format!("0x{}", dice.text(Letters::Hex, 64)),
            Looks::Solana => dice.text(Letters::Base58, 88),
            Looks::Tron | Looks::Bech32(_) | Looks::Doge => dice.text(Letters::Hex, 64),
        }
    }
}

/// True for a currency that is no coin.
pub(crate) fn is_fiat(code: &str) -> bool {
    FIAT.contains(&code)
}

/// True for a coin on at least one network.
pub(crate) fn is_coin(code: &str) -> bool {
    code_of(code).is_some()
}

/// The code of a coin as this gateway writes it.
pub(crate) fn code_of(code: &str) -> Option<&'static str> {
    COINS
        .iter()
        .map(|coin| coin.code)
        .find(|known| *known == code)
}

/// True for a network of at least one coin.
pub(crate) fn is_network(name: &str) -> bool {
    COINS.iter().any(|coin| coin.network == name)
}

/// The coin `code` on `network`, in any case of letters.
pub(crate) fn find(code: &str, network: &str) -> Option<&'static Coin> {
    COINS.iter().find(|coin| {
        coin.code.eq_ignore_ascii_case(code) && coin.network.eq_ignore_ascii_case(network)
    })
}

/// What one `code` costs in USD now.
pub(crate) fn usd(world: &World, code: &str) -> Option<Decimal> {
    world
        .prices
        .usd(code)
        .filter(|usd| usd.is_sign_positive() && !usd.is_zero())
}

/// `amount` with exactly `scale` decimals, rounded down.
pub(crate) fn scaled(amount: Decimal, scale: u32) -> String {
    let mut amount = amount.trunc_with_scale(scale);
    amount.rescale(scale);
    amount.to_string()
}

/// `amount` rounded up to the finest amount of a coin.
pub(crate) fn rounded_up(amount: Decimal, decimals: u32) -> Decimal {
    amount.round_dp_with_strategy(
        decimals.min(SCALE),
        rust_decimal::RoundingStrategy::ToPositiveInfinity,
    )
}
