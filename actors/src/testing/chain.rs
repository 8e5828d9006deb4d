//! A chain in memory: wallets with the contract's own rules, a mempool, and two providers that
//! may lag, lie about their age or lose an answer.
//!
//! A message waits in the mempool until [`FakeChain::mine`]. It executes if its seqno is the
//! wallet's and the block time is before its expiry, and never again. Block time is the clock's.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::domain::ids::{Hash256, WalletAddress};
use crate::domain::money::NanoTon;
use crate::domain::transfer::{AccountState, FoundTx, Provider, TxPos};
use crate::domain::{Span, Timestamp};
use crate::ports::Clock;

mod account;
mod port;

use super::message::WalletMessage;
use account::OnChain;

/// What a provider shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Showing {
    /// The chain as it is.
    TheChain,
    /// What was there when this was set, with the block time of then.
    ThePast,
    /// What was there when this was set, with the block time of now: two caches mixed.
    ThePastAsNew,
    /// An account that was never used.
    Nothing,
    /// Does not answer.
    Down,
}

/// One send that does not go as the caller hopes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SendFault {
    /// The message did not leave, and the caller is told so.
    NotDone,
    /// The caller does not learn what happened.
    Unknown {
        /// Whether a provider took it.
        taken: bool,
    },
    /// Providers say no.
    Refused {
        /// Whether one took it all the same.
        taken: bool,
    },
    /// The answer never comes.
    Hangs {
        /// Whether a provider took it.
        taken: bool,
    },
}

/// How often the chain was asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ChainCounts {
    /// Account states.
    pub states: u64,
    /// Histories.
    pub histories: u64,
    /// Messages sent.
    pub sends: u64,
    /// Looks for a transfer.
    pub looks: u64,
}

/// The chain.
pub struct FakeChain {
    clock: Arc<dyn Clock>,
    inner: Mutex<Inner>,
}

struct Inner {
    accounts: BTreeMap<WalletAddress, OnChain>,
    lt: u64,
    mempool: Vec<WalletMessage>,
    sent: Vec<WalletMessage>,
    fee: NanoTon,
    at_once: bool,
    uncommitted: bool,
    hidden_out: u32,
    gaps: u32,
    skew: Span,
    providers: [View; 2],
    send_faults: VecDeque<SendFault>,
    counts: ChainCounts,
}

struct View {
    showing: Showing,
    past: BTreeMap<WalletAddress, OnChain>,
    past_time: Timestamp,
}

impl FakeChain {
    /// A chain without wallets.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let view = || View {
            showing: Showing::TheChain,
            past: BTreeMap::new(),
            past_time: Timestamp::UNIX_EPOCH,
        };
        let inner = Inner {
            accounts: BTreeMap::new(),
            lt: 1_000,
            mempool: Vec::new(),
            sent: Vec::new(),
            fee: NanoTon::from_nanos(5_000_000),
            at_once: false,
            uncommitted: false,
            hidden_out: 0,
            gaps: 0,
            skew: Span::zero(),
            providers: [view(), view()],
            send_faults: VecDeque::new(),
            counts: ChainCounts::default(),
        };
        let inner = Mutex::new(inner);
        Self { clock, inner }
    }

    /// A wallet at a seqno, with TON, and no transaction yet.
    pub fn open(&self, wallet: WalletAddress, seqno: u32, balance: NanoTon) {
        let account = OnChain {
            seqno,
            balance,
            txs: Vec::new(),
        };
        self.lock().accounts.insert(wallet, account);
    }

    /// Executes what the mempool holds, in the order it came. What has expired or has a used-up
    /// seqno is forgotten. Answers how many messages executed.
    pub fn mine(&self) -> usize {
        let time = self.clock.now();
        self.lock().mine(time)
    }

    /// From now on every message executes as soon as it is sent.
    pub fn mine_at_once(&self) {
        self.lock().at_once = true;
    }

    /// Forgets what waits in the mempool.
    pub fn lose_mempool(&self) {
        self.lock().mempool.clear();
    }

    /// TON comes in: a top-up, or a bounce. Answers the transaction.
    pub fn deposit(
        &self,
        wallet: WalletAddress,
        from: WalletAddress,
        value: NanoTon,
        bounced: bool,
    ) -> TxPos {
        let time = self.clock.now();
        let mut inner = self.lock();
        let lt = inner.next_lt();
        let account = inner.accounts.entry(wallet).or_default();
        account.receive(from, value, bounced, (lt, time))
    }

    /// Somebody else signs with the wallet's key: `text` travels along. Executes at once.
    pub fn sign_outside(
        &self,
        wallet: WalletAddress,
        destination: WalletAddress,
        amount: NanoTon,
        text: &str,
    ) {
        let time = self.clock.now();
        let mut inner = self.lock();
        let seqno = inner.accounts.entry(wallet).or_default().seqno;
        let message = WalletMessage {
            wallet,
            seqno,
            valid_until: time + Span::hours(1),
            destination,
            amount,
            payload: text.as_bytes().into(),
        };
        inner.execute(&message, time);
    }

    /// Sends bytes as anybody could who has them: a copy that was kept back.
    pub fn broadcast(&self, message: WalletMessage) {
        let time = self.clock.now();
        self.lock().take(message, time);
    }

    /// Whether new transactions are without a masterchain block until
    /// [`FakeChain::commit_blocks`].
    pub fn leave_uncommitted(&self, leave: bool) {
        self.lock().uncommitted = leave;
    }

    /// A masterchain block refers to everything there is.
    pub fn commit_blocks(&self) {
        let mut inner = self.lock();
        let txs = inner.accounts.values_mut();
        txs.flat_map(|account| &mut account.txs)
            .for_each(|tx| tx.committed = true);
    }

    /// The next looks show a transaction without the messages it sent.
    pub fn hide_out_messages(&self, looks: u32) {
        self.lock().hidden_out = looks;
    }

    /// The next histories lack a transaction.
    pub fn break_histories(&self, histories: u32) {
        self.lock().gaps = histories;
    }

    /// What a provider shows from now on: 0 or 1.
    pub fn show(&self, provider: u8, showing: Showing) {
        let now = self.clock.now();
        let mut inner = self.lock();
        let (past, past_time) = (inner.accounts.clone(), now + inner.skew);
        if let Some(view) = inner.providers.get_mut(usize::from(provider)) {
            *view = View {
                showing,
                past,
                past_time,
            };
        }
    }

    /// Moves block time away from our clock.
    pub fn skew(&self, by: Span) {
        self.lock().skew = by;
    }

    /// What a transaction costs from now on.
    pub fn set_fee(&self, fee: NanoTon) {
        self.lock().fee = fee;
    }

    /// The next sends meet these faults, one after the other.
    pub fn fail_next_send(&self, fault: SendFault) {
        self.lock().send_faults.push_back(fault);
    }

    /// How often the chain was asked.
    #[must_use]
    pub fn counts(&self) -> ChainCounts {
        self.lock().counts
    }

    /// Every message that was sent through the port, repetitions included.
    #[must_use]
    pub fn sent(&self) -> Vec<WalletMessage> {
        self.lock().sent.clone()
    }

    /// How many messages wait.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.lock().mempool.len()
    }

    /// The wallet's present seqno and balance.
    #[must_use]
    pub fn account(&self, wallet: WalletAddress) -> (u32, NanoTon) {
        let inner = self.lock();
        let account = inner.accounts.get(&wallet);
        account.map_or((0, NanoTon::ZERO), |account| {
            (account.seqno, account.balance)
        })
    }

    /// The transaction that a message caused.
    #[must_use]
    pub fn transaction_of(&self, message: Hash256) -> Option<FoundTx> {
        let inner = self.lock();
        let mut accounts = inner.accounts.values();
        accounts.find_map(|account| account.caused_by(message).cloned())
    }

    /// Every transaction of a wallet, oldest first.
    #[must_use]
    pub fn transactions(&self, wallet: WalletAddress) -> Vec<FoundTx> {
        let inner = self.lock();
        let account = inner.accounts.get(&wallet);
        account
            .map(|account| account.txs.clone())
            .unwrap_or_default()
    }

    /// Everything that was ever paid to an account, by whichever wallet.
    #[must_use]
    pub fn paid_to(&self, destination: WalletAddress) -> Vec<FoundTx> {
        let inner = self.lock();
        let txs = inner.accounts.values().flat_map(|account| &account.txs);
        txs.filter(|tx| tx.out.iter().any(|out| out.destination == destination))
            .cloned()
            .collect()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn next_lt(&mut self) -> u64 {
        self.lt = self.lt.saturating_add(1_000);
        self.lt
    }

    fn take(&mut self, message: WalletMessage, time: Timestamp) {
        self.mempool.push(message);
        if self.at_once {
            self.mine(time);
        }
    }

    fn mine(&mut self, time: Timestamp) -> usize {
        let block_time = time + self.skew;
        let mut executed = 0;
        for message in std::mem::take(&mut self.mempool) {
            let account = self.accounts.get(&message.wallet);
            if account.is_some_and(|account| account.accepts(&message, block_time)) {
                self.execute(&message, block_time);
                executed += 1;
            }
        }
        executed
    }

    fn execute(&mut self, message: &WalletMessage, block_time: Timestamp) {
        let (lt, fee, committed) = (self.next_lt(), self.fee, !self.uncommitted);
        let account = self.accounts.entry(message.wallet).or_default();
        account.execute(message, (lt, block_time), fee, committed);
    }

    /// An account as one provider shows it; none if that provider does not answer.
    fn shown(&self, provider: usize, wallet: WalletAddress) -> Option<OnChain> {
        let view = self.providers.get(provider)?;
        let accounts = match view.showing {
            Showing::TheChain => &self.accounts,
            Showing::ThePast | Showing::ThePastAsNew => &view.past,
            Showing::Nothing => return Some(OnChain::default()),
            Showing::Down => return None,
        };
        Some(accounts.get(&wallet).cloned().unwrap_or_default())
    }

    fn state(
        &self,
        provider: usize,
        wallet: WalletAddress,
        time: Timestamp,
    ) -> Option<AccountState> {
        let account = self.shown(provider, wallet)?;
        let view = self.providers.get(provider)?;
        let time = match view.showing {
            Showing::ThePast => view.past_time,
            Showing::TheChain | Showing::ThePastAsNew | Showing::Nothing | Showing::Down => {
                time + self.skew
            }
        };
        Some(AccountState {
            provider: Provider(u8::try_from(provider).ok()?),
            seqno: account.seqno,
            balance: account.balance,
            last: account.last(),
            time,
        })
    }
}
