//! How the fakes write what a real wallet puts into cells: as lines of text.

use super::clock::mix;
use crate::domain::Timestamp;
use crate::domain::ids::{Hash256, PaymentRef, WalletAddress};
use crate::domain::money::NanoTon;
use crate::domain::transfer::Boc;
use crate::ports::wallet::{Pays, TransferIntent};

/// 32 bytes that differ where the input differs. Not for secrets.
#[must_use]
pub fn hash_of(bytes: &[u8]) -> Hash256 {
    let mut hash = [0_u8; 32];
    for (lane, part) in (0_u64..).zip(hash.chunks_exact_mut(8)) {
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let start = mix(length ^ mix(lane.wrapping_add(1)));
        let folded = bytes
            .iter()
            .fold(start, |state, byte| mix(state ^ u64::from(*byte)));
        part.copy_from_slice(&folded.to_be_bytes());
    }
    Hash256::new(hash)
}

/// The wallet with this number: the same in every test.
#[must_use]
pub fn wallet_numbered(number: u32) -> WalletAddress {
    WalletAddress::basic(hash_of(format!("wallet {number}").as_bytes()))
}

/// An external message to a wallet, as the fake chain reads it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WalletMessage {
    /// To which wallet.
    pub wallet: WalletAddress,
    /// Accepted only at this seqno.
    pub seqno: u32,
    /// And only before this block time.
    pub valid_until: Timestamp,
    /// To whom it pays.
    pub destination: WalletAddress,
    /// How much.
    pub amount: NanoTon,
    /// The body that travels along.
    pub payload: Box<[u8]>,
}

impl WalletMessage {
    /// What a signature of this intent does.
    #[must_use]
    pub fn of(intent: &TransferIntent) -> Self {
        let (destination, amount, payload) = match &intent.pays {
            Pays::Link(link) => (link.destination, link.amount, link.payload.bytes().into()),
            Pays::Nothing => (intent.wallet, NanoTon::ZERO, Box::default()),
        };
        Self {
            wallet: intent.wallet,
            seqno: intent.seqno,
            valid_until: intent.valid_until,
            destination,
            amount,
            payload,
        }
    }

    /// As bytes.
    #[must_use]
    pub fn encode(&self) -> Boc {
        let head = format!(
            "{}\n{}\n{}\n{}\n{}\n",
            self.wallet,
            self.seqno,
            self.valid_until.timestamp_micros(),
            self.destination,
            self.amount.nanos()
        );
        Boc::new([head.as_bytes(), &self.payload].concat())
    }

    /// From bytes; none if they are not such a message.
    #[must_use]
    pub fn decode(boc: &Boc) -> Option<Self> {
        let mut parts = boc.bytes().splitn(6, |byte| *byte == b'\n');
        let mut line = || std::str::from_utf8(parts.next()?).ok();
        let wallet = WalletAddress::parse(line()?).ok()?;
        let seqno = line()?.parse().ok()?;
        let valid_until = Timestamp::from_timestamp_micros(line()?.parse().ok()?)?;
        let destination = WalletAddress::parse(line()?).ok()?;
        let amount = NanoTon::from_nanos(line()?.parse().ok()?);
        let payload = parts.next()?.into();
        Some(Self {
            wallet,
            seqno,
            valid_until,
            destination,
            amount,
            payload,
        })
    }

    /// The reference in the text that travels along.
    #[must_use]
    pub fn reference(&self) -> Option<PaymentRef> {
        let text = std::str::from_utf8(&self.payload).ok()?;
        let (_, reference) = text.split_once("Ref#")?;
        PaymentRef::parse(reference.trim()).ok()
    }
}
