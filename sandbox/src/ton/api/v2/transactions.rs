//! Transactions of an account, in version 2: a chain from the newest back.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tycho_types::models::MsgInfo;

use super::super::params::Params;
use super::super::refusal::Refusal;
use crate::ton::chain::record::Record;
use crate::ton::chain::view::View;
use crate::ton::message::Message;
use crate::ton::text::{base64_boc, base64_hash, friendly, raw_upper};

/// Rows if the caller names no number, and at most.
const USUAL_ROWS: u64 = 10;
const MOST_ROWS: u64 = 100;

/// From the transaction that the caller names, or the newest, back to `to_lt`.
pub(super) fn of_account(view: View<'_>, params: &Params) -> Result<Value, Refusal> {
    let address = params.address()?;
    let limit = params.limit(USUAL_ROWS, MOST_ROWS)?;
    // Zero means the newest one, as ever.
    let lt = params.number("lt")?.filter(|lt| *lt > 0);
    let hash = params.hash("hash")?;
    if lt.is_some() != hash.is_some() {
        let text = "failed to validate request: lt and hash should be used together";
        return Err(Refusal::new(422, text.to_owned()));
    }
    let to_lt = params.number("to_lt")?.unwrap_or(0);
    let height = view.height_for(&address);
    let mut rows = view
        .chain
        .of_account(&address)
        .rev()
        .filter(|record| record.height <= height)
        .skip_while(|record| lt.is_some_and(|lt| record.transaction.lt > lt))
        .peekable();
    if let (Some(lt), Some(hash)) = (lt, hash) {
        let found = rows
            .peek()
            .is_some_and(|record| record.transaction.lt == lt && record.hash == hash);
        if !found {
            let text = "LITE_SERVER_UNKNOWN: cannot locate transaction in block with specified \
                        logical time";
            return Err(Refusal::new(500, text.to_owned()));
        }
    }
    let rows = rows
        .take_while(|record| record.transaction.lt > to_lt)
        .take(limit);
    Ok(rows.map(|record| transaction(view, record)).collect())
}

fn transaction(view: View<'_>, record: &Record) -> Value {
    let storage = record.info.storage_phase.as_ref();
    let storage = storage.map_or(0, |phase| phase.storage_fees_collected.into_inner());
    let forwarding = record
        .out_msgs
        .iter()
        .filter_map(Message::internal)
        .map(|info| info.fwd_fee.into_inner())
        .sum::<u128>();
    let total = record.transaction.total_fees.tokens.into_inner();
    let fee = total.saturating_add(forwarding);
    let sent: Vec<Value> = if view.hides_messages(record) {
        Vec::new()
    } else {
        record.out_msgs.iter().map(message).collect()
    };
    json!({
        "@type": "ext.transaction",
        "address": {
            "@type": "accountAddress",
            "account_address": friendly(&record.account, true),
        },
        "account": raw_upper(&record.account),
        "utime": record.transaction.now,
        "data": base64_boc(&record.cell),
        "transaction_id": {
            "@type": "internal.transactionId",
            "lt": record.transaction.lt.to_string(),
            "hash": base64_hash(&record.hash),
        },
        "fee": fee.to_string(),
        "storage_fee": storage.to_string(),
        "other_fee": fee.saturating_sub(storage).to_string(),
        "in_msg": message(&record.in_msg),
        "out_msgs": sent,
    })
}

fn message(message: &Message) -> Value {
    let written = |address| friendly(address, true);
    let (value, fwd_fee, created_lt) = match &message.parsed.info {
        MsgInfo::Int(info) => (
            info.value.tokens.to_string(),
            info.fwd_fee.to_string(),
            info.created_lt,
        ),
        MsgInfo::ExtIn(_) => ("0".to_owned(), "0".to_owned(), 0),
        MsgInfo::ExtOut(info) => ("0".to_owned(), "0".to_owned(), info.created_lt),
    };
    let (data, text) = content(message);
    json!({
        "@type": "ext.message",
        "hash": base64_hash(&message.hash),
        "source": message.from().map(written).unwrap_or_default(),
        "destination": message.to().map(written).unwrap_or_default(),
        "value": value,
        "extra_currencies": [],
        "fwd_fee": fwd_fee,
        "ihr_fee": "0",
        "created_lt": created_lt.to_string(),
        "body_hash": base64_hash(message.body().repr_hash()),
        "msg_data": data,
        "message": text,
    })
}

/// A comment as text, anything else as a cell; and the same for people.
fn content(message: &Message) -> (Value, String) {
    if let Some(comment) = message.comment() {
        let text = STANDARD.encode(&comment);
        return (json!({"@type": "msg.dataText", "text": text}), comment);
    }
    let init = message.init();
    let data = json!({
        "@type": "msg.dataRaw",
        "body": base64_boc(message.body()),
        "init_state": init.as_ref().map(base64_boc).unwrap_or_default(),
    });
    (data, STANDARD.encode(bits(message)))
}

/// The bits of the body's first cell, filled up to whole bytes.
fn bits(message: &Message) -> Vec<u8> {
    let Ok(mut slice) = message.body().as_slice() else {
        return Vec::new();
    };
    let mut bytes = Vec::new();
    while slice.size_bits() > 0 {
        let bits = slice.size_bits().min(8);
        match slice.load_small_uint(bits) {
            Ok(byte) => bytes.push(byte.checked_shl(u32::from(8 - bits)).unwrap_or(0)),
            Err(_) => break,
        }
    }
    bytes
}
