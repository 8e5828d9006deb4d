//! Accounts, now and as they were.

use std::collections::HashMap;

use tycho_types::cell::Lazy;
use tycho_types::error::Error;
use tycho_types::models::{
    Account, AccountState, CurrencyCollection, IntAddr, OptionalAccount, ShardAccount, StateInit,
    StdAddr, StorageInfo, StorageUsed,
};
use tycho_types::num::VarUint56;
use tycho_types::prelude::{Cell, Dict, HashBytes};

use crate::ton::text;

/// What every account of the basechain starts with: 1,000 TON.
const GIFT_NANO: u128 = 1_000_000_000_000;

/// Where fragment.com takes its money. There is a contract, so that also money that would bounce
/// stays; it does nothing.
const SHOPS: [&str; 3] = [
    "UQBAjaOyi2wGWlk-EDkSabqqnF-MrrwMadnwqrurKpkla4QB",
    "UQCFJEP4WZ_mpdo0_kMEmsTgvrMHG7K_tWY16pQhKHwoOtFz",
    "UQBeab7D38RIwypegbN7YZgQzwDbb8QfMMwY8ouJc3qPl4CJ",
];

/// Every account that is no longer, or was never, as it starts.
#[derive(Debug, Default)]
pub(crate) struct Accounts(HashMap<StdAddr, Vec<(u64, ShardAccount)>>);

impl Accounts {
    /// The account after the block of height `height`.
    pub(crate) fn at(&self, address: &StdAddr, height: u64) -> Result<ShardAccount, Error> {
        let known = self.0.get(address).and_then(|states| {
            states
                .iter()
                .rev()
                .find(|(since, _)| *since <= height)
                .map(|(_, state)| state.clone())
        });
        known.map_or_else(|| first(address), Ok)
    }

    /// Every account that anything has happened to, with its states and their heights.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&StdAddr, &Vec<(u64, ShardAccount)>)> {
        self.0.iter()
    }

    /// Height of the block that changed it last, up to `height`.
    pub(crate) fn changed(&self, address: &StdAddr, height: u64) -> Option<u64> {
        let states = self.0.get(address)?;
        let mut heights = states.iter().rev().map(|(since, _)| *since);
        heights.find(|since| *since <= height)
    }

    /// The account is so from the block of height `height` on.
    pub(crate) fn set(&mut self, address: &StdAddr, height: u64, state: ShardAccount) {
        let states = self.0.entry(address.clone()).or_default();
        // Blocks are made in order, so only the newest can be of this one.
        while states.last().is_some_and(|(since, _)| *since >= height) {
            states.pop();
        }
        states.push((height, state));
    }

    /// Gives the account another balance, as if it had always had it.
    pub(crate) fn set_balance(
        &mut self,
        address: &StdAddr,
        height: u64,
        nano: u128,
    ) -> Result<(), Error> {
        let mut shard = self.at(address, height)?;
        let balance = CurrencyCollection::new(nano);
        let account = match shard.load_account()? {
            Some(account) if nano == 0 && matches!(account.state, AccountState::Uninit) => None,
            Some(account) => Some(Account { balance, ..account }),
            None if nano == 0 => None,
            None => Some(bare(address, balance, AccountState::Uninit)),
        };
        shard.account = Lazy::new(&OptionalAccount(account))?;
        self.set(address, height, shard);
        Ok(())
    }
}

/// An account that nothing has happened to.
fn first(address: &StdAddr) -> Result<ShardAccount, Error> {
    let account = if address.workchain != 0 {
        None
    } else {
        let is_shop = SHOPS
            .iter()
            .any(|shop| text::address(shop).as_ref() == Some(address));
        let state = if is_shop {
            AccountState::Active(StateInit {
                split_depth: None,
                special: None,
                code: Some(Cell::default()),
                data: Some(Cell::default()),
                libraries: Dict::new(),
            })
        } else {
            AccountState::Uninit
        };
        let balance = CurrencyCollection::new(GIFT_NANO);
        Some(bare(address, balance, state))
    };
    Ok(ShardAccount {
        account: Lazy::new(&OptionalAccount(account))?,
        last_trans_hash: HashBytes::ZERO,
        last_trans_lt: 0,
    })
}

/// Its storage has never been paid for, and that never costs: the first transaction finds nothing
/// stored.
fn bare(address: &StdAddr, balance: CurrencyCollection, state: AccountState) -> Account {
    Account {
        address: IntAddr::Std(address.clone()),
        storage_stat: StorageInfo {
            used: StorageUsed {
                cells: VarUint56::ZERO,
                bits: VarUint56::ZERO,
            },
            storage_extra: tycho_types::models::StorageExtra::None,
            last_paid: 0,
            due_payment: None,
        },
        last_trans_lt: 0,
        balance,
        state,
    }
}
