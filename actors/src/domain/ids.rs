//! Identifiers as types, so that an order can never be passed where an invoice is meant.
//!
//! Our own ids are ordered 64-bit numbers (time first, then a replica's own bits): an index over
//! them grows at its end. Names given by outside systems keep their text.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

macro_rules! number_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(i64);

        impl $name {
            /// Wraps a number taken from the books, the clock's id source or the wire.
            #[must_use]
            pub const fn new(number: i64) -> Self {
                Self(number)
            }

            /// The number as the books store it.
            #[must_use]
            pub const fn get(self) -> i64 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "{}"), self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    };
}

number_id!(
    /// A customer's own account in the books. Ledger rows name this, never a Telegram id.
    CustomerId, "cus_"
);
number_id!(
    /// One purchase, from the confirmed card to delivery or money back.
    OrderId, "ord_"
);
number_id!(
    /// One invoice of ours at the payment gateway.
    InvoiceId, "inv_"
);
number_id!(
    /// One signed message of a wallet. An order may need several; at most one of them pays.
    TransferId, "trf_"
);
number_id!(
    /// One offered price. Buttons carry it, so a double tap buys once.
    QuoteId, "quo_"
);
number_id!(
    /// One thing a person is owed to hear.
    NoticeId, "ntc_"
);
number_id!(
    /// One group of postings: a compound entry of the ledger.
    EntryId, "ent_"
);
number_id!(
    /// One line of the log of what people did.
    AuditId, "aud_"
);
number_id!(
    /// A Telegram user or chat. Negative for groups; never narrower than 64 bits.
    TelegramId, "tg_"
);
number_id!(
    /// A Telegram bot; update ids count per bot.
    BotId, "bot_"
);
number_id!(
    /// A person with operator's rights, by Telegram id or token number.
    AdminId, "adm_"
);
number_id!(
    /// A running daemon among replicas; drawn anew at every start.
    ReplicaId, "rep_"
);
number_id!(
    /// The life of one set of books. Restoring or moving books draws a new one, and every commit
    /// names it, so a daemon that still believes in the old books is refused.
    IncarnationId, "life_"
);
number_id!(
    /// A Fragment login by its number in the configuration: 1 for `FRAGMENT_COOKIES`, 2 for
    /// `FRAGMENT_COOKIES_2`, and so on. With its wallet it makes a till.
    LoginId, "till_"
);
number_id!(
    /// The fencing number of a lease; it only grows. A commit names the epoch it believes in.
    Epoch, "epoch_"
);
number_id!(
    /// How often a row was written. A write names the version it has seen.
    Version, "v"
);

impl Version {
    /// The version of a row that was just inserted.
    pub const FIRST: Self = Self(1);

    /// The version after one more write.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl Epoch {
    /// The epoch of the holder after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// Why a text is not the identifier it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} {text:?} is not valid: expected {expected}")]
pub struct BadId {
    /// Which identifier was meant.
    pub what: &'static str,
    /// The text as given, shortened to 80 characters.
    pub text: String,
    /// What it must look like.
    pub expected: &'static str,
}

impl BadId {
    pub(crate) fn new(what: &'static str, text: &str, expected: &'static str) -> Self {
        Self {
            what,
            text: text.chars().take(80).collect(),
            expected,
        }
    }
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $what:literal, $max:literal, $expected:literal, $ok:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Box<str>);

        impl $name {
            /// Checks the alphabet and the length.
            ///
            /// # Errors
            /// [`BadId`] names the text and what was expected.
            pub fn parse(text: &str) -> Result<Self, BadId> {
                let good: fn(u8) -> bool = $ok;
                if text.is_empty() || text.len() > $max || !text.bytes().all(good) {
                    return Err(BadId::new($what, text, $expected));
                }
                Ok(Self(text.into()))
            }

            /// The text as the outside system knows it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = BadId;
            fn try_from(text: String) -> Result<Self, BadId> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0.into()
            }
        }

        impl FromStr for $name {
            type Err = BadId;
            fn from_str(text: &str) -> Result<Self, BadId> {
                Self::parse(text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

const fn visible(byte: u8) -> bool {
    byte.is_ascii_graphic()
}

text_id!(
    /// The number people say: `SK-` and five characters of Crockford's alphabet.
    OrderNumber, "order number", 16, "SK- followed by 5 to 13 letters or digits", visible
);
text_id!(
    /// The `order_id` an invoice has at the gateway: the books' prefix and at least 80 random
    /// bits, at most 32 characters, letters, digits, `_` and `-` (Heleket's `alpha_dash`).
    GatewayOrderId, "gateway order id", 32, "1 to 32 of A-Z a-z 0-9 _ -",
    |b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-'
);
text_id!(
    /// The uuid the gateway gave an invoice.
    GatewayUuid, "gateway uuid", 64, "1 to 64 visible ASCII characters", visible
);
text_id!(
    /// The `req_id` that Fragment gave one purchase. Unique in the books for good.
    RequestId, "fragment request id", 128, "1 to 128 visible ASCII characters", visible
);
text_id!(
    /// The `Ref#…` in the comment of a Fragment payment. Unique in the books for good.
    PaymentRef, "payment reference", 64, "1 to 64 visible ASCII characters", visible
);
text_id!(
    /// The opaque token by which Fragment names a recipient it has looked up.
    RecipientToken, "recipient token", 512, "1 to 512 visible ASCII characters", visible
);
text_id!(
    /// One occurrence of an operator's wish, so that pressing twice acts once.
    Nonce, "nonce", 64, "1 to 64 visible ASCII characters", visible
);

/// 32 bytes that identify a cell, a message or a transaction on the chain; printed as hex.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Hash256([u8; 32]);

impl Hash256 {
    /// Wraps the bytes.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Reads 64 hex digits of either case.
    ///
    /// # Errors
    /// [`BadId`] if it is anything else.
    pub fn parse(text: &str) -> Result<Self, BadId> {
        let bad = || BadId::new("hash", text, "64 hex digits");
        let mut bytes = [0_u8; 32];
        let digits = text.as_bytes().chunks_exact(2);
        if text.len() != 64 {
            return Err(bad());
        }
        for (byte, pair) in bytes.iter_mut().zip(digits) {
            let pair = std::str::from_utf8(pair).map_err(|_| bad())?;
            if !pair.bytes().all(|b| b.is_ascii_hexdigit()) {
                return Err(bad());
            }
            *byte = u8::from_str_radix(pair, 16).map_err(|_| bad())?;
        }
        Ok(Self(bytes))
    }
}

impl fmt::Display for Hash256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl TryFrom<String> for Hash256 {
    type Error = BadId;
    fn try_from(text: String) -> Result<Self, BadId> {
        Self::parse(&text)
    }
}

impl From<Hash256> for String {
    fn from(hash: Hash256) -> Self {
        hash.to_string()
    }
}

/// What stands for a person who was erased: a keyed hash of the Telegram id, made by whoever holds
/// the key. Without the key nobody finds the person by it. It still belongs to a person, so it is
/// never printed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pseudonym(Hash256);

impl Pseudonym {
    /// Wraps a keyed hash.
    #[must_use]
    pub const fn new(hash: Hash256) -> Self {
        Self(hash)
    }

    /// The hash, for the books.
    #[must_use]
    pub const fn hash(&self) -> Hash256 {
        self.0
    }
}

impl fmt::Debug for Pseudonym {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pseudonym(***)")
    }
}

/// An account of the TON chain in its raw form, `workchain:hash`: the one form that compares.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct WalletAddress {
    workchain: i8,
    hash: Hash256,
}

impl WalletAddress {
    /// An account of the basic workchain, 0.
    #[must_use]
    pub const fn basic(hash: Hash256) -> Self {
        Self { workchain: 0, hash }
    }

    /// The hash part.
    #[must_use]
    pub const fn hash(&self) -> Hash256 {
        self.hash
    }

    /// The workchain: 0, or -1 for the masterchain.
    #[must_use]
    pub const fn workchain(&self) -> i8 {
        self.workchain
    }

    /// Reads the raw form, `0:` or `-1:` and 64 hex digits. Friendly forms are the adapter's.
    ///
    /// # Errors
    /// [`BadId`] if it is anything else.
    pub fn parse(text: &str) -> Result<Self, BadId> {
        let bad = || BadId::new("wallet address", text, "the raw form 0:<64 hex digits>");
        let (workchain, hash) = text.split_once(':').ok_or_else(bad)?;
        let workchain = match workchain {
            "0" => 0,
            "-1" => -1,
            _ => return Err(bad()),
        };
        Ok(Self {
            workchain,
            hash: Hash256::parse(hash).map_err(|_| bad())?,
        })
    }
}

impl fmt::Display for WalletAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.workchain, self.hash)
    }
}

impl fmt::Debug for WalletAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl TryFrom<String> for WalletAddress {
    type Error = BadId;
    fn try_from(text: String) -> Result<Self, BadId> {
        Self::parse(&text)
    }
}

impl From<WalletAddress> for String {
    fn from(address: WalletAddress) -> Self {
        address.to_string()
    }
}

/// One update of one bot: the key under which handling it is remembered.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct UpdateKey {
    /// Update ids count per bot.
    pub bot: BotId,
    /// Telegram's `update_id`.
    pub update: i64,
}
