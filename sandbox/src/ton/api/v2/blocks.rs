//! Blocks, in version 2.

use serde_json::{Value, json};

use super::super::params::Params;
use super::super::refusal::Refusal;
use crate::ton::chain::calendar::{STATE, Workchain};
use crate::ton::chain::view::View;
use crate::ton::text::base64_hash;

/// The zero state of the main network.
const ZERO_ROOT: &str = "F6OpKZKqvqeFp6CQmFomXNMfMj2EnaUSOXN+Mh+wVWk=";
const ZERO_FILE: &str = "XplPz01CXAps5qeSWUtxcyBfdAo5zVb1N979KLSKD24=";

/// The main network's number.
const GLOBAL_ID: i32 = -239;

/// The newest block.
pub(super) fn masterchain_info(view: View<'_>) -> Value {
    let calendar = view.chain.calendar();
    let height = view.height();
    json!({
        "@type": "blocks.masterchainInfo",
        "last": calendar.id(Workchain::Master, height),
        "state_root_hash": base64_hash(&calendar.hash(Workchain::Master, height, STATE)),
        "init": {
            "@type": "ton.blockIdExt",
            "workchain": -1,
            "shard": "0",
            "seqno": 0,
            "root_hash": ZERO_ROOT,
            "file_hash": ZERO_FILE,
        },
    })
}

/// The newest block that most servers have, and its time.
pub(super) fn consensus_block(view: View<'_>) -> Value {
    let calendar = view.chain.calendar();
    let height = view.height();
    json!({
        "@type": "ext.blocks.consensusBlock",
        "consensus_block": calendar.seqno(Workchain::Master, height),
        "timestamp": calendar.unix(height),
    })
}

/// What stands at the head of a block.
pub(super) fn header(view: View<'_>, params: &Params) -> Result<Value, Refusal> {
    let chain = match params.text("workchain") {
        Some("-1") => Workchain::Master,
        Some("0") => Workchain::Base,
        Some(_) | None => return Err(Refusal::new(422, "failed to parse workchain".to_owned())),
    };
    let seqno = params.number("seqno")?;
    let seqno = seqno.ok_or_else(|| Refusal::new(422, "failed to parse seqno".to_owned()))?;
    let calendar = view.chain.calendar();
    let height = calendar
        .height_of(chain, seqno)
        .filter(|height| *height <= view.height());
    let unknown = || {
        let text = "LITE_SERVER_NOTREADY: block is not applied";
        Refusal::new(500, text.to_owned())
    };
    let height = height.ok_or_else(unknown)?;
    let before = height
        .checked_sub(1)
        .map(|before| calendar.id(chain, before));
    Ok(json!({
        "@type": "blocks.header",
        "id": calendar.id(chain, height),
        "global_id": GLOBAL_ID,
        "version": 0,
        "after_merge": false,
        "after_split": false,
        "before_split": false,
        "want_merge": true,
        "want_split": false,
        "validator_list_hash_short": 0,
        "catchain_seqno": 0,
        "min_ref_mc_seqno": calendar.seqno(Workchain::Master, height.saturating_sub(1)),
        "is_key_block": false,
        "prev_key_block_seqno": calendar.seqno(Workchain::Master, 0),
        "start_lt": calendar.lt(height).to_string(),
        "end_lt": calendar.lt(height.saturating_add(1)).saturating_sub(1).to_string(),
        "gen_utime": calendar.unix(height),
        "prev_blocks": before.into_iter().collect::<Vec<_>>(),
    }))
}
