//! Accounts and blocks, in version 3.

use serde_json::{Map, Value, json};
use tycho_types::models::{Account, AccountState, ShardAccount, StateInit, StdAddr};

use super::super::params::Params;
use super::super::refusal::Refusal;
use crate::ton::chain::calendar::{Calendar, FILE, ROOT, SEED, Workchain};
use crate::ton::chain::view::View;
use crate::ton::text::{base64_boc, base64_hash, friendly, raw_upper};
use crate::ton::wallet::Wallet;

/// Accounts that one call may name.
const MOST_ADDRESSES: usize = 1000;

/// The wallet of an address; what is no wallet is refused.
pub(super) fn wallet_information(view: View<'_>, params: &Params) -> Result<Value, Refusal> {
    let seen = view.account(&required(params)?)?;
    let account = seen.state.load_account()?;
    let wallet = Wallet::of(&seen.state);
    let is_active = matches!(
        account.as_ref().map(|account| &account.state),
        Some(AccountState::Active(_))
    );
    if is_active && wallet.is_none() {
        return Err(Refusal::new(409, "not a wallet".to_owned()));
    }
    let mut told = fields(json!({
        "balance": nano(account.as_ref()),
        "last_transaction_lt": seen.state.last_trans_lt.to_string(),
        "last_transaction_hash": base64_hash(&seen.state.last_trans_hash),
        "status": status(account.as_ref()),
    }));
    told.extend(wallet.map(of_wallet).unwrap_or_default());
    told.remove("is_signature_allowed");
    Ok(Value::Object(told))
}

/// The same for any account, in the words of version 2's successor.
pub(super) fn address_information(view: View<'_>, params: &Params) -> Result<Value, Refusal> {
    let seen = view.account(&required(params)?)?;
    let account = seen.state.load_account()?;
    let init = account.as_ref().and_then(init);
    Ok(json!({
        "balance": nano(account.as_ref()),
        "code": init.and_then(|init| init.code.as_ref()).map(base64_boc),
        "data": init.and_then(|init| init.data.as_ref()).map(base64_boc),
        "last_transaction_lt": seen.state.last_trans_lt.to_string(),
        "last_transaction_hash": base64_hash(&seen.state.last_trans_hash),
        "frozen_hash": account.as_ref().and_then(frozen),
        "status": status(account.as_ref()),
    }))
}

/// Wallets among the accounts that are named.
pub(super) fn wallet_states(view: View<'_>, params: &Params) -> Result<Value, Refusal> {
    let addresses = several(params)?;
    let mut wallets = Vec::new();
    for address in &addresses {
        let seen = view.account(address)?;
        let Some(account) = seen.state.load_account()? else {
            continue;
        };
        let wallet = Wallet::of(&seen.state);
        let mut told = fields(json!({
            "address": raw_upper(address),
            "is_wallet": wallet.is_some(),
            "balance": nano(Some(&account)),
            "extra_currencies": {},
            "status": status(Some(&account)),
            "last_transaction_hash": base64_hash(&seen.state.last_trans_hash),
            "last_transaction_lt": seen.state.last_trans_lt.to_string(),
        }));
        told.extend(wallet.map(of_wallet).unwrap_or_default());
        if let Some(code) = init(&account).and_then(|init| init.code.as_ref()) {
            told.insert("code_hash".to_owned(), json!(base64_hash(code.repr_hash())));
        }
        wallets.push(Value::Object(told));
    }
    Ok(json!({
        "wallets": wallets,
        "address_book": address_book(view, addresses.iter()),
        "metadata": {},
    }))
}

/// The accounts that are named, those that do not exist left out.
pub(super) fn account_states(view: View<'_>, params: &Params) -> Result<Value, Refusal> {
    let addresses = several(params)?;
    let with_boc = params.text("include_boc") != Some("false");
    let mut accounts = Vec::new();
    for address in &addresses {
        let seen = view.account(address)?;
        let Some(account) = seen.state.load_account()? else {
            continue;
        };
        let mut told = fields(json!({
            "address": raw_upper(address),
            "account_state_hash": base64_hash(seen.state.account.inner().repr_hash()),
            "balance": nano(Some(&account)),
            "extra_currencies": {},
            "status": status(Some(&account)),
            "last_transaction_hash": base64_hash(&seen.state.last_trans_hash),
            "last_transaction_lt": seen.state.last_trans_lt.to_string(),
            "contract_methods": null,
            "interfaces": null,
        }));
        if let Some(hash) = frozen(&account) {
            told.insert("frozen_hash".to_owned(), json!(hash));
        }
        let init = init(&account);
        let parts = [
            ("code", init.and_then(|init| init.code.as_ref())),
            ("data", init.and_then(|init| init.data.as_ref())),
        ];
        for (name, cell) in parts {
            let Some(cell) = cell else { continue };
            told.insert(format!("{name}_hash"), json!(base64_hash(cell.repr_hash())));
            if with_boc {
                told.insert(format!("{name}_boc"), json!(base64_boc(cell)));
            }
        }
        accounts.push(Value::Object(told));
    }
    Ok(json!({
        "accounts": accounts,
        "address_book": address_book(view, addresses.iter()),
        "metadata": {},
    }))
}

/// The oldest and the newest block of the index.
pub(super) fn masterchain_info(view: View<'_>) -> Value {
    let calendar = view.chain.calendar();
    json!({
        "last": block(calendar, view.height()),
        "first": block(calendar, 0),
    })
}

/// How people write the addresses of an answer.
pub(super) fn address_book<'a>(
    view: View<'_>,
    addresses: impl Iterator<Item = &'a StdAddr>,
) -> Value {
    let rows = addresses.map(|address| {
        let is_other_contract = view.account(address).is_ok_and(|seen| {
            let account = seen.state.load_account().ok().flatten();
            account.is_some_and(|account| init(&account).is_some())
                && Wallet::of(&seen.state).is_none()
        });
        let row = json!({
            "user_friendly": friendly(address, is_other_contract),
            "domain": null,
            "interfaces": [],
        });
        (raw_upper(address), row)
    });
    Value::Object(rows.collect())
}

/// An account state as a transaction tells it.
pub(super) fn brief(state: &ShardAccount) -> Value {
    let account = state.load_account().ok().flatten();
    let init = account.as_ref().and_then(init);
    let hash = |cell: &tycho_types::prelude::Cell| base64_hash(cell.repr_hash());
    json!({
        "hash": base64_hash(state.account.inner().repr_hash()),
        "balance": nano(account.as_ref()),
        "extra_currencies": {},
        "account_status": status(account.as_ref()),
        "frozen_hash": account.as_ref().and_then(frozen),
        "data_hash": init.and_then(|init| init.data.as_ref()).map(hash),
        "code_hash": init.and_then(|init| init.code.as_ref()).map(hash),
    })
}

fn required(params: &Params) -> Result<StdAddr, Refusal> {
    if params.text("address").is_none() {
        return Err(Refusal::new(
            401,
            "address of account is required".to_owned(),
        ));
    }
    params.address()
}

fn several(params: &Params) -> Result<Vec<StdAddr>, Refusal> {
    let addresses = params.addresses("address")?;
    if addresses.is_empty() {
        let text = "at least one address of account or code_hash required";
        return Err(Refusal::new(422, text.to_owned()));
    }
    if addresses.len() > MOST_ADDRESSES {
        let text = format!("maximum {MOST_ADDRESSES} addresses allowed");
        return Err(Refusal::new(422, text));
    }
    Ok(addresses)
}

fn of_wallet(wallet: Wallet) -> Map<String, Value> {
    let mut told = fields(json!({"wallet_type": wallet.kind, "seqno": wallet.seqno}));
    if let Some(id) = wallet.wallet_id {
        told.insert("wallet_id".to_owned(), json!(id));
    }
    if let Some(allowed) = wallet.signature_allowed {
        told.insert("is_signature_allowed".to_owned(), json!(allowed));
    }
    told
}

fn fields(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Map::new()
        }
    }
}

fn nano(account: Option<&Account>) -> String {
    account.map_or_else(
        || "0".to_owned(),
        |account| account.balance.tokens.to_string(),
    )
}

fn status(account: Option<&Account>) -> &'static str {
    match account.map(|account| &account.state) {
        Some(AccountState::Active(_)) => "active",
        Some(AccountState::Frozen(_)) => "frozen",
        Some(AccountState::Uninit) => "uninit",
        None => "nonexist",
    }
}

fn init(account: &Account) -> Option<&StateInit> {
    match &account.state {
        AccountState::Active(init) => Some(init),
        AccountState::Uninit | AccountState::Frozen(_) => None,
    }
}

fn frozen(account: &Account) -> Option<String> {
    match &account.state {
        AccountState::Frozen(hash) => Some(base64_hash(hash)),
        AccountState::Active(_) | AccountState::Uninit => None,
    }
}

fn block(calendar: Calendar, height: u64) -> Value {
    let chain = Workchain::Master;
    let seqno = calendar.seqno(chain, height);
    let hash = |what| base64_hash(&calendar.hash(chain, height, what));
    let id = |seqno| json!({"workchain": -1, "shard": "8000000000000000", "seqno": seqno});
    let before = height.checked_sub(1);
    json!({
        "workchain": -1,
        "shard": "8000000000000000",
        "seqno": seqno,
        "root_hash": hash(ROOT),
        "file_hash": hash(FILE),
        "global_id": -239,
        "version": 0,
        "after_merge": false,
        "before_split": false,
        "after_split": false,
        "want_merge": true,
        "want_split": false,
        "key_block": false,
        "vert_seqno_incr": false,
        "flags": 1,
        "gen_utime": calendar.unix(height).to_string(),
        "start_lt": calendar.lt(height).to_string(),
        "end_lt": calendar.lt(height.saturating_add(1)).saturating_sub(1).to_string(),
        "validator_list_hash_short": 0,
        "gen_catchain_seqno": 0,
        "min_ref_mc_seqno": calendar.seqno(chain, height.saturating_sub(1)),
        "prev_key_block_seqno": calendar.seqno(chain, 0),
        "vert_seqno": 1,
        "master_ref_seqno": calendar.seqno(chain, height.saturating_sub(1)),
        "rand_seed": hash(SEED),
        "created_by": hash(SEED),
        "tx_count": 0,
        "masterchain_block_ref": id(seqno),
        "prev_blocks": before
            .map(|before| id(calendar.seqno(chain, before)))
            .into_iter()
            .collect::<Vec<_>>(),
    })
}
