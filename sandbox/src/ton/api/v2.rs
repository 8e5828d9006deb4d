//! Version 2 of the API: what a node tells, in its words. Numbers that may be large are texts.

mod accounts;
mod blocks;
mod transactions;

use serde_json::Value;

use super::call::Call;
use super::params::Params;
use super::refusal::Refusal;
use crate::ton::chain::view::View;

/// Answers a call that only asks.
pub(super) fn answer(view: View<'_>, call: Call, params: &Params) -> Result<Value, Refusal> {
    match call {
        Call::GetAddressInformation => accounts::address_information(view, params),
        Call::GetWalletInformation => accounts::wallet_information(view, params),
        Call::GetAddressBalance => accounts::balance(view, params),
        Call::GetAddressState => accounts::state(view, params),
        Call::GetTransactions => transactions::of_account(view, params),
        Call::GetMasterchainInfo => Ok(blocks::masterchain_info(view)),
        Call::GetConsensusBlock => Ok(blocks::consensus_block(view)),
        Call::GetBlockHeader => blocks::header(view, params),
        Call::SendBoc
        | Call::SendBocReturnHash
        | Call::Message
        | Call::Transactions
        | Call::TransactionsByMessage
        | Call::PendingTransactions
        | Call::WalletInformation
        | Call::AddressInformation
        | Call::WalletStates
        | Call::AccountStates
        | Call::MasterchainInfo => Err(Refusal::no_such_call()),
    }
}
