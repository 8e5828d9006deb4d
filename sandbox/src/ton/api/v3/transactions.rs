//! Transactions by account and by message, in version 3.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tycho_types::models::{AccountStatus, MsgInfo, StdAddr};

use super::super::params::Params;
use super::super::refusal::Refusal;
use super::accounts::{address_book, brief};
use super::phases::description;
use crate::ton::chain::calendar::Workchain;
use crate::ton::chain::record::Record;
use crate::ton::chain::view::View;
use crate::ton::message::Message;
use crate::ton::text::{base64_boc, base64_hash, raw_upper};

/// Rows if the caller names no number, and at most.
const USUAL_ROWS: u64 = 10;
const MOST_ROWS: u64 = 1000;

/// How sure a transaction is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Finality {
    /// In a block that the masterchain refers to.
    Final,
    /// In a block of its shard.
    Confirmed,
    /// Emulated: it may come to it.
    Pending,
}

/// Those of the accounts that are named, newest first unless asked otherwise.
pub(super) fn of_account(view: View<'_>, params: &Params) -> Result<Value, Refusal> {
    let accounts = params.addresses("account")?;
    let (from, to) = (params.number("start_lt")?, params.number("end_lt")?);
    let hash = params.hash("hash")?;
    let lt = params.number("lt")?;
    let chosen = |record: &&Record| {
        let own = record.transaction.lt;
        view.shows(record)
            && (accounts.is_empty() || accounts.contains(&record.account))
            && from.is_none_or(|from| own >= from)
            && to.is_none_or(|to| own <= to)
            && hash.is_none_or(|hash| record.hash == hash)
            && lt.is_none_or(|lt| own == lt)
    };
    let all: Vec<&Record> = match accounts.as_slice() {
        [account] => view.chain.of_account(account).filter(chosen).collect(),
        [] | [_, ..] => view.chain.records().iter().filter(chosen).collect(),
    };
    answer(view, params, all)
}

/// Those that received, or sent, the message of this hash, plain or normalised.
pub(super) fn by_message(view: View<'_>, params: &Params) -> Result<Value, Refusal> {
    let direction = params.text("direction");
    if direction.is_some_and(|direction| direction != "in" && direction != "out") {
        let text = "direction should be one of: in, out";
        return Err(Refusal::new(422, text.to_owned()));
    }
    let Some(hash) = params.hash("msg_hash")? else {
        let text = "msg_hash, body_hash or opcode should be specified";
        return Err(Refusal::new(422, text.to_owned()));
    };
    let mut all = Vec::new();
    if direction != Some("out") {
        all.extend(view.chain.receivers(&hash));
    }
    if direction != Some("in") {
        all.extend(view.chain.senders(&hash));
    }
    all.retain(|record| view.shows(record));
    answer(view, params, all)
}

/// What would become of the messages that wait for a block.
pub(super) fn pending(view: View<'_>, params: &Params) -> Result<Value, Refusal> {
    let accounts = params.addresses("account")?;
    if accounts.is_empty() {
        let text = "at least 1 account address required";
        return Err(Refusal::new(422, text.to_owned()));
    }
    let waiting = view.pending();
    let rows: Vec<&Record> = waiting
        .iter()
        .filter(|record| accounts.contains(&record.account))
        .collect();
    Ok(listed(view, &rows, Finality::Pending))
}

fn answer(view: View<'_>, params: &Params, mut all: Vec<&Record>) -> Result<Value, Refusal> {
    match params.text("sort") {
        Some("asc") => all.sort_by_key(|record| record.transaction.lt),
        Some("desc") | None => {
            all.sort_by_key(|record| std::cmp::Reverse(record.transaction.lt));
        }
        Some(other) => {
            let text = format!("sort should be one of: asc, desc, got {other}");
            return Err(Refusal::new(422, text));
        }
    }
    let limit = params.limit(USUAL_ROWS, MOST_ROWS)?;
    let offset = params.number("offset")?.unwrap_or(0);
    let offset = usize::try_from(offset).unwrap_or(usize::MAX);
    let rows: Vec<&Record> = all.into_iter().skip(offset).take(limit).collect();
    Ok(listed(view, &rows, Finality::Final))
}

fn listed(view: View<'_>, records: &[&Record], finality: Finality) -> Value {
    let rows: Vec<Value> = records
        .iter()
        .map(|record| {
            let is_confirmed = finality == Finality::Final && !view.is_committed(record);
            let finality = if is_confirmed {
                Finality::Confirmed
            } else {
                finality
            };
            transaction(view, record, finality)
        })
        .collect();
    let mut named: BTreeSet<&StdAddr> = BTreeSet::new();
    for record in records {
        named.insert(&record.account);
        let messages = std::iter::once(&record.in_msg).chain(&record.out_msgs);
        for message in messages {
            named.extend(message.from());
            named.extend(message.to());
        }
    }
    json!({
        "transactions": rows,
        "address_book": address_book(view, named.into_iter()),
    })
}

fn transaction(view: View<'_>, record: &Record, finality: Finality) -> Value {
    let own = &record.transaction;
    let calendar = view.chain.calendar();
    let seqno = |chain| match (finality, chain) {
        (Finality::Final, _) | (Finality::Confirmed, Workchain::Base) => {
            calendar.seqno(chain, record.height)
        }
        (Finality::Confirmed, Workchain::Master) | (Finality::Pending, _) => 0,
    };
    let sent: Vec<Value> = if view.hides_messages(record) {
        Vec::new()
    } else {
        record.out_msgs.iter().map(message).collect()
    };
    let chain = match record.account.workchain {
        0 => Workchain::Base,
        _ => Workchain::Master,
    };
    json!({
        "account": raw_upper(&record.account),
        "hash": base64_hash(&record.hash),
        "lt": own.lt.to_string(),
        "now": own.now,
        "mc_block_seqno": seqno(Workchain::Master),
        "trace_id": base64_hash(&record.trace.root),
        "trace_external_hash": base64_hash(&record.trace.external),
        "prev_trans_hash": base64_hash(&own.prev_trans_hash),
        "prev_trans_lt": own.prev_trans_lt.to_string(),
        "orig_status": status(own.orig_status),
        "end_status": status(own.end_status),
        "total_fees": own.total_fees.tokens.to_string(),
        "total_fees_extra_currencies": {},
        "description": description(&record.info),
        "block_ref": {
            "workchain": chain.number(),
            "shard": "8000000000000000",
            "seqno": seqno(chain),
        },
        "in_msg": message(&record.in_msg),
        "out_msgs": sent,
        "account_state_before": brief(&record.before),
        "account_state_after": brief(&record.after),
        "emulated": finality == Finality::Pending,
        "finality": match finality {
            Finality::Final => "finalized",
            Finality::Confirmed => "confirmed",
            Finality::Pending => "pending",
        },
    })
}

fn status(status: AccountStatus) -> &'static str {
    match status {
        AccountStatus::Uninit => "uninit",
        AccountStatus::Frozen => "frozen",
        AccountStatus::Active => "active",
        AccountStatus::NotExists => "nonexist",
    }
}

fn message(message: &Message) -> Value {
    let content = json!({
        "hash": base64_hash(message.body().repr_hash()),
        "body": base64_boc(message.body()),
        "decoded": message
            .comment()
            .map(|comment| json!({"@type": "text_comment", "type": "text_comment", "comment": comment})),
    });
    let init = message.init().map(|init| {
        json!({"hash": base64_hash(init.repr_hash()), "body": base64_boc(&init), "decoded": null})
    });
    let mut told = json!({
        "hash": base64_hash(&message.hash),
        "source": message.from().map(raw_upper),
        "destination": message.to().map(raw_upper),
        "value": null,
        "value_extra_currencies": {},
        "fwd_fee": null,
        "ihr_fee": null,
        "extra_flags": null,
        "created_lt": null,
        "created_at": null,
        "opcode": message.opcode().map(|opcode| format!("0x{opcode:08x}")),
        "decoded_opcode": null,
        "ihr_disabled": null,
        "bounce": null,
        "bounced": null,
        "import_fee": null,
        "message_content": content,
        "init_state": init,
    });
    if let Some(fields) = told.as_object_mut() {
        fields.extend(header(message));
        if let Some(hash) = &message.normalised {
            fields.insert("hash_norm".to_owned(), json!(base64_hash(hash)));
        }
    }
    told
}

/// What the kind of the message has of its own.
fn header(message: &Message) -> Vec<(String, Value)> {
    let told: Vec<(&str, Value)> = match &message.parsed.info {
        MsgInfo::Int(info) => vec![
            ("value", json!(info.value.tokens.to_string())),
            ("fwd_fee", json!(info.fwd_fee.to_string())),
            ("ihr_fee", json!("0")),
            ("extra_flags", json!("0")),
            ("created_lt", json!(info.created_lt.to_string())),
            ("created_at", json!(info.created_at.to_string())),
            ("ihr_disabled", json!(info.ihr_disabled)),
            ("bounce", json!(info.bounce)),
            ("bounced", json!(info.bounced)),
        ],
        MsgInfo::ExtIn(info) => vec![("import_fee", json!(info.import_fee.to_string()))],
        MsgInfo::ExtOut(info) => vec![
            ("created_lt", json!(info.created_lt.to_string())),
            ("created_at", json!(info.created_at.to_string())),
        ],
    };
    let named = told.into_iter();
    named
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}
