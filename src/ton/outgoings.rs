//! What each wallet has paid Fragment within the last day, as the chain tells it.
//!
//! The signer may not ask anybody, so the sum is brought to it: whoever reads a wallet's state for
//! a signature reads what the wallet has paid since, too. A wallet about which nothing was brought
//! signs no payment. What was signed and is not on the chain yet counts as paid; a seqno counts
//! once, because only one message of a seqno ever executes.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use starkeeper_actors::domain::ids::WalletAddress;
use starkeeper_actors::domain::money::{MoneyError, NanoTon};
use starkeeper_actors::domain::transfer::{AccountState, FoundTx};
use starkeeper_actors::domain::{Span, Timestamp};

/// A day.
const DAY: Span = Span::hours(24);

/// Payments of some wallets to some destinations. Shared between the chain's client, which brings
/// what it reads, and the signer.
#[derive(Debug)]
pub struct Outgoings {
    destinations: Vec<WalletAddress>,
    wallets: Mutex<BTreeMap<WalletAddress, Day>>,
}

#[derive(Debug, Default)]
struct Day {
    /// What was read so far, and up to which transaction.
    told: Option<Told>,
    /// Signed here, by seqno.
    signed: BTreeMap<u32, NanoTon>,
}

#[derive(Debug)]
struct Told {
    up_to: u64,
    seqno: u32,
    time: Timestamp,
    /// Payments by logical time.
    paid: BTreeMap<u64, (Timestamp, NanoTon)>,
}

/// How much was paid, or that nobody knows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum DaySum {
    Known(NanoTon),
    Unknown,
}

impl Outgoings {
    /// Nothing is known yet of these wallets; only payments to these destinations count.
    #[must_use]
    pub fn new(
        wallets: impl IntoIterator<Item = WalletAddress>,
        destinations: Vec<WalletAddress>,
    ) -> Self {
        let wallets = wallets.into_iter().map(|wallet| (wallet, Day::default()));
        Self {
            destinations,
            wallets: Mutex::new(wallets.collect()),
        }
    }

    /// Counts one more wallet from now on; nothing is known of it yet.
    pub fn watch(&self, wallet: WalletAddress) {
        self.lock().entry(wallet).or_default();
    }

    /// Down to which logical time the history must be read before [`Outgoings::bring`]; none if
    /// this wallet's payments are not counted.
    #[must_use]
    pub fn known_up_to(&self, wallet: WalletAddress) -> Option<u64> {
        let wallets = self.lock();
        let day = wallets.get(&wallet)?;
        Some(day.told.as_ref().map_or(0, |told| told.up_to))
    }

    /// The oldest block time that still counts.
    #[must_use]
    pub fn counts_from(state: &AccountState) -> Timestamp {
        state.time - DAY
    }

    /// Brings a state and every transaction between [`Outgoings::known_up_to`] and it; older than
    /// a day may be left out.
    pub fn bring<'a>(
        &self,
        wallet: WalletAddress,
        state: &AccountState,
        txs: impl IntoIterator<Item = &'a FoundTx>,
    ) {
        let mut wallets = self.lock();
        let Some(day) = wallets.get_mut(&wallet) else {
            return;
        };
        let before = day.told.take();
        // A provider that lags takes nothing back.
        let newest = before.as_ref().map_or(0, |told| told.up_to);
        let seqno = before.as_ref().map_or(0, |told| told.seqno);
        let time = before.as_ref().map_or(state.time, |told| told.time);
        let mut paid = before.map(|told| told.paid).unwrap_or_default();
        for tx in txs {
            let sums = tx
                .out
                .iter()
                .filter(|out| self.destinations.contains(&out.destination));
            let sum = sums
                .map(|out| out.value.nanos())
                .fold(0_i64, i64::saturating_add);
            if sum > 0 {
                paid.insert(tx.tx.lt, (tx.at, NanoTon::from_nanos(sum)));
            }
        }
        let time = time.max(state.time);
        paid.retain(|_, (at, _)| *at > time - DAY);
        let seqno = seqno.max(state.seqno);
        day.signed.retain(|signed, _| *signed >= seqno);
        day.told = Some(Told {
            up_to: newest.max(state.last_lt()),
            seqno,
            time,
            paid,
        });
    }

    /// Block time of the newest state that was brought.
    pub(super) fn time(&self, wallet: WalletAddress) -> Option<Timestamp> {
        let wallets = self.lock();
        Some(wallets.get(&wallet)?.told.as_ref()?.time)
    }

    /// What the wallet has paid and signed within the last day, without the message at `seqno`.
    pub(super) fn sum(&self, wallet: WalletAddress, seqno: u32) -> Result<DaySum, MoneyError> {
        let wallets = self.lock();
        let day = wallets.get(&wallet);
        let Some((day, told)) = day.and_then(|day| Some((day, day.told.as_ref()?))) else {
            return Ok(DaySum::Unknown);
        };
        let paid = told.paid.values().map(|(_, amount)| *amount);
        let signed = day.signed.iter();
        let signed = signed.filter(|(at, _)| **at != seqno && **at >= told.seqno);
        let mut all = paid.chain(signed.map(|(_, amount)| *amount));
        all.try_fold(NanoTon::ZERO, NanoTon::checked_add)
            .map(DaySum::Known)
    }

    /// Remembers what was signed; of two at one seqno the larger.
    pub(super) fn signed(&self, wallet: WalletAddress, seqno: u32, amount: NanoTon) {
        let mut wallets = self.lock();
        if let Some(day) = wallets.get_mut(&wallet) {
            let counted = day.signed.entry(seqno).or_default();
            *counted = amount.max(*counted);
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<WalletAddress, Day>> {
        self.wallets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
