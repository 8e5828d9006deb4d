//! The port of the chain.

use std::convert::Infallible;

use async_trait::async_trait;

use super::{FakeChain, Inner, SendFault, WalletMessage};
use crate::domain::Timestamp;
use crate::domain::ids::WalletAddress;
use crate::domain::transfer::{AccountState, Evidence, History, Transfer};
use crate::ports::wallet::SendHint;
use crate::ports::{Chain, Failure, Unreadable};

#[async_trait]
impl Chain for FakeChain {
    async fn state(&self, wallet: WalletAddress) -> Result<AccountState, Unreadable> {
        let time = self.clock.now();
        let mut inner = self.lock();
        inner.counts.states += 1;
        let mut providers = 0..inner.providers.len();
        providers
            .find_map(|provider| inner.state(provider, wallet, time))
            .ok_or_else(|| Unreadable::new("no provider answers"))
    }

    async fn history(
        &self,
        state: &AccountState,
        wallet: WalletAddress,
        down_to: u64,
    ) -> Result<History, Unreadable> {
        let mut inner = self.lock();
        inner.counts.histories += 1;
        inner.history(state, wallet, down_to)
    }

    async fn send(&self, transfer: &Transfer) -> Result<SendHint, Failure<Infallible>> {
        let time = self.clock.now();
        let fault = {
            let mut inner = self.lock();
            inner.counts.sends += 1;
            let fault = inner.send_faults.pop_front();
            inner.send(transfer, fault, time);
            fault
        };
        match fault {
            None => Ok(SendHint::Taken),
            Some(SendFault::NotDone) => Err(Failure::not_done("no provider was reached")),
            Some(SendFault::Unknown { .. }) => Err(Failure::unknown("the answer was lost")),
            Some(SendFault::Refused { .. }) => Ok(SendHint::Refused {
                why: "cannot apply external message to current state".into(),
            }),
            Some(SendFault::Hangs { .. }) => std::future::pending().await,
        }
    }

    async fn look(&self, transfer: &Transfer) -> Result<Evidence, Unreadable> {
        let time = self.clock.now();
        let mut inner = self.lock();
        inner.counts.looks += 1;
        inner.look(transfer, time)
    }
}

impl Inner {
    fn send(&mut self, transfer: &Transfer, fault: Option<SendFault>, time: Timestamp) {
        let taken = match fault {
            None => true,
            Some(SendFault::NotDone) => false,
            Some(
                SendFault::Unknown { taken }
                | SendFault::Refused { taken }
                | SendFault::Hangs { taken },
            ) => taken,
        };
        if let Some(message) = WalletMessage::decode(&transfer.boc) {
            self.sent.push(message.clone());
            if taken {
                self.take(message, time);
            }
        }
    }

    fn history(
        &mut self,
        state: &AccountState,
        wallet: WalletAddress,
        down_to: u64,
    ) -> Result<History, Unreadable> {
        let gap = self.gaps > 0;
        self.gaps = self.gaps.saturating_sub(1);
        let account = self.shown(usize::from(state.provider.0), wallet);
        let account = account.ok_or_else(|| Unreadable::new("the provider does not answer"))?;
        Ok(account.history(state.last, down_to, gap))
    }

    fn look(&mut self, transfer: &Transfer, time: Timestamp) -> Result<Evidence, Unreadable> {
        let wallet = transfer.wallet;
        let providers = 0..self.providers.len();
        let states: Vec<AccountState> = providers
            .clone()
            .filter_map(|provider| self.state(provider, wallet, time))
            .collect();
        if states.is_empty() {
            return Err(Unreadable::new("no provider answers"));
        }
        let shown = providers.filter_map(|provider| self.shown(provider, wallet));
        let mut found = shown
            .filter_map(|account| account.caused_by(transfer.message_hash).cloned())
            .next();
        if let Some(tx) = found.as_mut().filter(|_| self.hidden_out > 0) {
            tx.out.clear();
            self.hidden_out -= 1;
        }
        let ahead = states.iter().find(|state| state.seqno > transfer.seqno);
        let history = match ahead.filter(|_| found.is_none()) {
            Some(state) => Some(self.history(state, wallet, transfer.lt_before)?),
            None => None,
        };
        Ok(Evidence {
            found,
            states,
            history,
        })
    }
}
