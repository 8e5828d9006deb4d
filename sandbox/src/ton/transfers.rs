//! What wallets were told to pay, and what became of it: the list for drivers.

use serde_json::{Value, json};
use tycho_types::models::ComputePhase;

use super::chain::Chain;
use super::chain::record::Record;
use super::message::Message;
use super::text::{friendly, raw};
use super::wallet::Wallet;

/// One row for each message that a wallet sent because somebody told it to, and one for each time it
/// was told and sent none. Oldest first.
pub(crate) fn rows(chain: &Chain) -> Vec<Value> {
    let told = chain.records().iter().filter(|record| record.is_external());
    told.flat_map(|record| {
        let sent: Vec<&Message> = record.out_msgs.iter().collect();
        if sent.is_empty() {
            vec![row(record, None, chain)]
        } else {
            let rows = sent.into_iter();
            rows.map(|message| row(record, Some(message), chain))
                .collect()
        }
    })
    .collect()
}

fn row(record: &Record, sent: Option<&Message>, chain: &Chain) -> Value {
    let receiver = sent.and_then(|message| chain.receivers(&message.hash).next());
    let bounced = receiver.is_some_and(Record::sent_back);
    let nano = sent
        .and_then(Message::internal)
        .map(|info| info.value.tokens.to_string());
    let destination = sent.and_then(Message::to);
    let action = record.info.action_phase.as_ref();
    json!({
        "hash": record.hash.to_string(),
        "message_hash": record.in_msg.hash.to_string(),
        "message_hash_norm": record.trace.external.to_string(),
        "wallet": raw(&record.account),
        "seqno": Wallet::of(&record.before).map_or(0, |wallet| wallet.seqno),
        "destination": destination.map(raw),
        "destination_friendly": destination.map(|address| friendly(address, false)),
        "nano": nano,
        "comment": sent.and_then(Message::comment),
        "ok": sent.is_some() && !bounced,
        "received": receiver.is_some() && !bounced,
        "bounced": bounced,
        "exit_code": exit_code(record),
        "aborted": record.info.aborted,
        "skipped_actions": action.map_or(0, |action| action.skipped_actions),
        "utime": record.transaction.now,
        "lt": record.transaction.lt.to_string(),
    })
}

fn exit_code(record: &Record) -> Option<i32> {
    match &record.info.compute_phase {
        ComputePhase::Executed(phase) => Some(phase.exit_code),
        ComputePhase::Skipped(_) => None,
    }
}
