//! toncenter's answers, as far as they are believed: who says where, and the chain's own cells.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde::{Deserialize, Deserializer};
use starkeeper_actors::domain::Timestamp;
use starkeeper_actors::domain::ids::{Hash256, WalletAddress};
use starkeeper_actors::domain::money::NanoTon;
use starkeeper_actors::domain::transfer::{AccountState, Provider, TxPos};

use super::cells::{hash, read_boc};
use super::contract::WalletVersion;
use super::transaction::{RawTx, read};

/// v2 `getAddressInformation`. Everything that is needed must be there: an outage may not look like
/// an empty account.
#[derive(Deserialize)]
pub(super) struct Information {
    #[serde(deserialize_with = "whole")]
    balance: i64,
    state: String,
    code: String,
    data: String,
    last_transaction_id: Position,
    #[serde(deserialize_with = "whole")]
    sync_utime: i64,
}

#[derive(Deserialize)]
struct Position {
    #[serde(deserialize_with = "whole")]
    lt: i64,
    hash: String,
}

/// A row of v2 `getTransactions`: only its cells count.
#[derive(Deserialize)]
pub(super) struct Row {
    data: String,
}

/// v3 `transactionsByMessage`: only where to find them.
#[derive(Deserialize)]
pub(super) struct ByMessage {
    pub(super) transactions: Vec<Place>,
}

#[derive(Deserialize)]
pub(super) struct Place {
    account: String,
    hash: String,
    #[serde(deserialize_with = "whole")]
    lt: i64,
    #[serde(default)]
    mc_block_seqno: Option<u64>,
}

/// v2 `sendBoc`.
#[derive(serde::Serialize)]
pub(super) struct Message {
    pub(super) boc: String,
}

/// A whole number, with or without quotes.
fn whole<'de, D: Deserializer<'de>>(from: D) -> Result<i64, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Number {
        Bare(i64),
        Quoted(String),
    }
    match Number::deserialize(from)? {
        Number::Bare(number) => Ok(number),
        Number::Quoted(text) => text.parse().map_err(|_| {
            serde::de::Error::custom("a whole number of at most 64 bits was expected")
        }),
    }
}

impl Information {
    /// The state, with the seqno out of the contract's own data.
    pub(super) fn state(&self, provider: Provider) -> Result<AccountState, &'static str> {
        let last = self.last_transaction_id.position()?;
        let time = Timestamp::from_timestamp(self.sync_utime, 0);
        let time = time.filter(|_| self.sync_utime > 0);
        let time = time.ok_or("no time of its state")?;
        let (seqno, least) = match self.state.as_str() {
            "active" => (self.seqno()?, 0),
            // An account that does not exist has less than nothing at some providers.
            "uninitialized" if self.code.is_empty() && self.data.is_empty() => (0, -1),
            "uninitialized" => return Err("code on an account without code"),
            "frozen" => return Err("a frozen account: unfreeze it by hand"),
            _ => return Err("a state of the account that is not known"),
        };
        if self.balance < least {
            return Err("a balance below zero");
        }
        Ok(AccountState {
            provider,
            seqno,
            balance: NanoTon::from_nanos(self.balance.max(0)),
            last,
            time,
        })
    }

    fn seqno(&self) -> Result<u32, &'static str> {
        let cell = |text: &str| {
            let bytes = STANDARD.decode(text).ok()?;
            read_boc("account", &bytes).ok()
        };
        let code = cell(&self.code).and_then(|code| hash(&code).ok());
        let code = code.ok_or("no readable code of the contract")?;
        let data = cell(&self.data).ok_or("no readable data of the contract")?;
        let version = WalletVersion::ALL.into_iter().find(|version| {
            let known = version.code().and_then(|known| hash(&known));
            known == Ok(code)
        });
        let version = version.ok_or("the code of another contract than V4R2 or V5R1")?;
        let seqno = version.seqno(&data);
        seqno.map_err(|_| "no seqno in the contract's data")
    }
}

impl Position {
    fn position(&self) -> Result<Option<TxPos>, &'static str> {
        if self.lt == 0 {
            return Ok(None);
        }
        position(self.lt, &self.hash).map(Some)
    }
}

fn position(lt: i64, hash: &str) -> Result<TxPos, &'static str> {
    let bytes = STANDARD
        .decode(hash)
        .or_else(|_| URL_SAFE.decode(hash))
        .ok()
        .and_then(|bytes| bytes.try_into().ok());
    let hash = Hash256::new(bytes.ok_or("a hash that is none")?);
    let lt = u64::try_from(lt).map_err(|_| "a logical time below zero")?;
    Ok(TxPos { lt, hash })
}

impl Row {
    /// The transaction in it, checked to be the very one.
    pub(super) fn transaction(
        &self,
        wallet: WalletAddress,
        expected: TxPos,
    ) -> Result<RawTx, &'static str> {
        let bytes = STANDARD.decode(&self.data);
        let bytes = bytes.map_err(|_| "a transaction that is not base64")?;
        let raw = read(wallet, &bytes).map_err(|_| "a transaction that cannot be read")?;
        if raw.found.tx == expected {
            Ok(raw)
        } else {
            Err("another transaction than the next one")
        }
    }
}

impl Place {
    /// Where it is, if it is one of this account, and whether a masterchain block refers to it.
    pub(super) fn of(&self, wallet: WalletAddress) -> Result<Option<(TxPos, bool)>, &'static str> {
        let account = WalletAddress::parse(&self.account);
        if account != Ok(wallet) {
            return Ok(None);
        }
        let committed = self.mc_block_seqno.is_some_and(|seqno| seqno > 0);
        Ok(Some((position(self.lt, &self.hash)?, committed)))
    }
}
