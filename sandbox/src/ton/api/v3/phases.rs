//! What happened in a transaction, phase by phase, in version 3.

use serde_json::{Value, json};
use tycho_types::models::{
    AccountStatusChange, ActionPhase, BouncePhase, ComputePhase, ComputePhaseSkipReason,
    CreditPhase, OrdinaryTxInfo, StoragePhase, StorageUsedShort,
};

use crate::ton::text::base64_hash;

/// All of them; a phase that there was not is not named.
pub(super) fn description(info: &OrdinaryTxInfo) -> Value {
    let mut told = json!({
        "type": "ord",
        "aborted": info.aborted,
        "destroyed": info.destroyed,
        "credit_first": info.credit_first,
        "compute_ph": compute(&info.compute_phase),
    });
    if let Some(fields) = told.as_object_mut() {
        let phases = [
            ("storage_ph", info.storage_phase.as_ref().map(storage)),
            ("credit_ph", info.credit_phase.as_ref().map(credit)),
            ("action", info.action_phase.as_ref().map(action)),
            ("bounce", info.bounce_phase.as_ref().map(bounce)),
        ];
        for (name, phase) in phases {
            fields.extend(phase.map(|phase| (name.to_owned(), phase)));
        }
    }
    told
}

fn storage(phase: &StoragePhase) -> Value {
    let mut told = json!({
        "storage_fees_collected": phase.storage_fees_collected.to_string(),
        "status_change": change(phase.status_change),
    });
    if let (Some(due), Some(fields)) = (phase.storage_fees_due, told.as_object_mut()) {
        fields.insert("storage_fees_due".to_owned(), json!(due.to_string()));
    }
    told
}

fn credit(phase: &CreditPhase) -> Value {
    let mut told = json!({"credit": phase.credit.tokens.to_string()});
    if let (Some(due), Some(fields)) = (phase.due_fees_collected, told.as_object_mut()) {
        fields.insert("due_fees_collected".to_owned(), json!(due.to_string()));
    }
    told
}

fn compute(phase: &ComputePhase) -> Value {
    let phase = match phase {
        ComputePhase::Skipped(phase) => {
            let reason = match phase.reason {
                ComputePhaseSkipReason::NoState => "no_state",
                ComputePhaseSkipReason::BadState => "bad_state",
                ComputePhaseSkipReason::NoGas => "no_gas",
                ComputePhaseSkipReason::Suspended => "suspended",
            };
            return json!({"skipped": true, "reason": reason});
        }
        ComputePhase::Executed(phase) => phase,
    };
    let mut told = json!({
        "skipped": false,
        "success": phase.success,
        "msg_state_used": phase.msg_state_used,
        "account_activated": phase.account_activated,
        "gas_fees": phase.gas_fees.to_string(),
        "gas_used": phase.gas_used.to_string(),
        "gas_limit": phase.gas_limit.to_string(),
        "mode": phase.mode,
        "exit_code": phase.exit_code,
        "vm_steps": phase.vm_steps,
        "vm_init_state_hash": base64_hash(&phase.vm_init_state_hash),
        "vm_final_state_hash": base64_hash(&phase.vm_final_state_hash),
    });
    if let Some(fields) = told.as_object_mut() {
        if let Some(credit) = phase.gas_credit {
            fields.insert("gas_credit".to_owned(), json!(credit.to_string()));
        }
        if let Some(argument) = phase.exit_arg {
            fields.insert("exit_arg".to_owned(), json!(argument));
        }
    }
    told
}

fn action(phase: &ActionPhase) -> Value {
    let mut told = json!({
        "success": phase.success,
        "valid": phase.valid,
        "no_funds": phase.no_funds,
        "status_change": change(phase.status_change),
        "result_code": phase.result_code,
        "tot_actions": phase.total_actions,
        "spec_actions": phase.special_actions,
        "skipped_actions": phase.skipped_actions,
        "msgs_created": phase.messages_created,
        "action_list_hash": base64_hash(&phase.action_list_hash),
        "tot_msg_size": size(&phase.total_message_size),
    });
    if let Some(fields) = told.as_object_mut() {
        if let Some(fees) = phase.total_fwd_fees {
            fields.insert("total_fwd_fees".to_owned(), json!(fees.to_string()));
        }
        if let Some(fees) = phase.total_action_fees {
            fields.insert("total_action_fees".to_owned(), json!(fees.to_string()));
        }
        if let Some(argument) = phase.result_arg {
            fields.insert("result_arg".to_owned(), json!(argument));
        }
    }
    told
}

fn bounce(phase: &BouncePhase) -> Value {
    match phase {
        BouncePhase::NegativeFunds => json!({"type": "negfunds"}),
        BouncePhase::NoFunds(phase) => json!({
            "type": "nofunds",
            "msg_size": size(&phase.msg_size),
            "req_fwd_fees": phase.req_fwd_fees.to_string(),
        }),
        BouncePhase::Executed(phase) => json!({
            "type": "ok",
            "msg_size": size(&phase.msg_size),
            "msg_fees": phase.msg_fees.to_string(),
            "fwd_fees": phase.fwd_fees.to_string(),
        }),
    }
}

fn size(size: &StorageUsedShort) -> Value {
    json!({"cells": size.cells.to_string(), "bits": size.bits.to_string()})
}

fn change(change: AccountStatusChange) -> &'static str {
    match change {
        AccountStatusChange::Unchanged => "unchanged",
        AccountStatusChange::Frozen => "frozen",
        AccountStatusChange::Deleted => "deleted",
    }
}
