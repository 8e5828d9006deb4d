//! The configuration of the blockchain: the real one, as the main network had it.
//!
//! Prices of gas, storage and messages, limits and the version of the machine come from here.

use tycho_executor::ParsedConfig;
use tycho_types::models::{
    BlockchainConfig, BlockchainConfigParams, WorkchainDescription, WorkchainFormat,
    WorkchainFormatBasic,
};
use tycho_types::prelude::{Boc, Dict, HashBytes};

/// Recorded from the main network; the parameters' dictionary as a BOC.
const RECORDED: &str = include_str!("../../data/ton_blockchain_config.b64");

/// Where the main network keeps its configuration.
const ADDRESS: HashBytes = HashBytes([0x55; 32]);

/// The recorded configuration cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the recorded configuration of the blockchain cannot be read: {0}")]
pub(crate) struct Unreadable(String);

/// Reads the configuration; `now` (seconds since 1970) chooses among prices that change.
pub(crate) fn read(now: u32) -> Result<ParsedConfig, Unreadable> {
    let unreadable = |why: &dyn std::fmt::Display| Unreadable(why.to_string());
    let cell = Boc::decode_base64(RECORDED.trim()).map_err(|why| unreadable(&why))?;
    let mut config = BlockchainConfig {
        address: ADDRESS,
        params: BlockchainConfigParams::from_raw(cell),
    };
    config
        .params
        .set_workchains(&workchains().map_err(|why| unreadable(&why))?)
        .map_err(|why| unreadable(&why))?;
    ParsedConfig::parse(config, now).map_err(|why| unreadable(&why))
}

/// The basechain. The network describes it in a newer form (`workchain_v2#a7`) that the executor
/// cannot read; what it needs to know is the same.
fn workchains() -> Result<Dict<i32, WorkchainDescription>, tycho_types::error::Error> {
    let mut workchains = Dict::new();
    let basechain = WorkchainDescription {
        enabled_since: 1,
        actual_min_split: 0,
        min_split: 0,
        max_split: 32,
        active: true,
        accept_msgs: true,
        zerostate_root_hash: HashBytes::ZERO,
        zerostate_file_hash: HashBytes::ZERO,
        version: 0,
        format: WorkchainFormat::Basic(WorkchainFormatBasic {
            vm_version: -1,
            vm_mode: 0,
        }),
    };
    workchains.set(0, basechain)?;
    Ok(workchains)
}
