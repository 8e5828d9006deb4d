//! Accounts, in version 2.

use serde_json::{Value, json};
use tycho_types::models::{Account, AccountState, ShardAccount};
use tycho_types::prelude::Cell;

use super::super::params::Params;
use super::super::refusal::Refusal;
use crate::ton::chain::calendar::Workchain;
use crate::ton::chain::view::{SeenAccount, View};
use crate::ton::text::{base64_boc, base64_hash};
use crate::ton::wallet::Wallet;

/// Balance, code and data, and the time of the block that they are of: all from one state.
pub(super) fn address_information(view: View<'_>, params: &Params) -> Result<Value, Refusal> {
    let seen = asked_about(view, params)?;
    let account = seen.state.load_account()?;
    let (code, data) = code_and_data(account.as_ref());
    let calendar = view.chain.calendar();
    Ok(json!({
        "@type": "raw.fullAccountState",
        "balance": nano(account.as_ref()),
        "extra_currencies": [],
        "code": code,
        "data": data,
        "last_transaction_id": last_transaction(&seen.state),
        "block_id": calendar.id(Workchain::Master, seen.height),
        "frozen_hash": frozen_hash(account.as_ref()),
        "sync_utime": calendar.unix(seen.height),
        "state": state_name(account.as_ref()),
    }))
}

/// What a wallet's data says, where the account is a known wallet.
pub(super) fn wallet_information(view: View<'_>, params: &Params) -> Result<Value, Refusal> {
    let seen = asked_about(view, params)?;
    let account = seen.state.load_account()?;
    let wallet = Wallet::of(&seen.state);
    let mut told = json!({
        "@type": "ext.accounts.walletInformation",
        "wallet": wallet.is_some(),
        "balance": nano(account.as_ref()),
        "account_state": state_name(account.as_ref()),
        "last_transaction_id": last_transaction(&seen.state),
    });
    if let (Some(wallet), Some(fields)) = (wallet, told.as_object_mut()) {
        fields.insert("wallet_type".to_owned(), json!(wallet.kind));
        fields.insert("seqno".to_owned(), json!(wallet.seqno));
        if let Some(id) = wallet.wallet_id {
            fields.insert("wallet_id".to_owned(), json!(id));
        }
        if let Some(allowed) = wallet.signature_allowed {
            fields.insert("is_signature_allowed".to_owned(), json!(allowed));
        }
    }
    Ok(told)
}

/// The balance alone.
pub(super) fn balance(view: View<'_>, params: &Params) -> Result<Value, Refusal> {
    let seen = asked_about(view, params)?;
    Ok(json!(nano(seen.state.load_account()?.as_ref())))
}

/// The state's name alone.
pub(super) fn state(view: View<'_>, params: &Params) -> Result<Value, Refusal> {
    let seen = asked_about(view, params)?;
    Ok(json!(state_name(seen.state.load_account()?.as_ref())))
}

/// The account that is asked about, now or after the block of the masterchain that is named.
fn asked_about(view: View<'_>, params: &Params) -> Result<SeenAccount, Refusal> {
    let address = params.address()?;
    let Some(seqno) = params.number("seqno")? else {
        return Ok(view.account(&address)?);
    };
    let calendar = view.chain.calendar();
    let height = calendar
        .height_of(Workchain::Master, seqno)
        .filter(|height| *height <= view.height());
    let unknown = || {
        let text = "LITE_SERVER_NOTREADY: block is not applied";
        Refusal::new(500, text.to_owned())
    };
    let height = height.ok_or_else(unknown)?;
    let state = view.chain.account(&address, height)?;
    Ok(SeenAccount { height, state })
}

fn nano(account: Option<&Account>) -> String {
    account.map_or_else(
        || "0".to_owned(),
        |account| account.balance.tokens.to_string(),
    )
}

fn state_name(account: Option<&Account>) -> &'static str {
    match account.map(|account| &account.state) {
        Some(AccountState::Active(_)) => "active",
        Some(AccountState::Frozen(_)) => "frozen",
        Some(AccountState::Uninit) | None => "uninitialized",
    }
}

fn frozen_hash(account: Option<&Account>) -> String {
    match account.map(|account| &account.state) {
        Some(AccountState::Frozen(hash)) => base64_hash(hash),
        Some(AccountState::Active(_) | AccountState::Uninit) | None => String::new(),
    }
}

fn code_and_data(account: Option<&Account>) -> (String, String) {
    let text = |cell: &Option<Cell>| cell.as_ref().map(base64_boc).unwrap_or_default();
    match account.map(|account| &account.state) {
        Some(AccountState::Active(init)) => (text(&init.code), text(&init.data)),
        Some(AccountState::Uninit | AccountState::Frozen(_)) | None => Default::default(),
    }
}

fn last_transaction(state: &ShardAccount) -> Value {
    json!({
        "@type": "internal.transactionId",
        "lt": state.last_trans_lt.to_string(),
        "hash": base64_hash(&state.last_trans_hash),
    })
}
