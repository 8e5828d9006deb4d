//! Version 3 of the API: what an index of the chain tells. It also finds a transaction by its
//! message.

mod accounts;
mod phases;
mod transactions;

use serde_json::Value;

use super::call::Call;
use super::params::Params;
use super::refusal::Refusal;
use crate::ton::chain::view::View;

/// Answers a call that only asks.
pub(super) fn answer(view: View<'_>, call: Call, params: &Params) -> Result<Value, Refusal> {
    match call {
        Call::Transactions => transactions::of_account(view, params),
        Call::TransactionsByMessage => transactions::by_message(view, params),
        Call::PendingTransactions => transactions::pending(view, params),
        Call::WalletInformation => accounts::wallet_information(view, params),
        Call::AddressInformation => accounts::address_information(view, params),
        Call::WalletStates => accounts::wallet_states(view, params),
        Call::AccountStates => accounts::account_states(view, params),
        Call::MasterchainInfo => Ok(accounts::masterchain_info(view)),
        Call::SendBoc
        | Call::SendBocReturnHash
        | Call::GetAddressInformation
        | Call::GetWalletInformation
        | Call::GetAddressBalance
        | Call::GetAddressState
        | Call::GetTransactions
        | Call::GetMasterchainInfo
        | Call::GetConsensusBlock
        | Call::GetBlockHeader
        | Call::Message => Err(Refusal::no_such_call()),
    }
}
