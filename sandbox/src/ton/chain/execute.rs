//! Running contracts: the virtual machine and the phases of a transaction, as the network has them.

use tycho_executor::phase::{ComputePhaseContext, StoragePhaseContext, TransactionInput};
use tycho_executor::{Executor, ExecutorParams, ParsedConfig, TxError};
use tycho_types::models::{
    ComputePhase, OrdinaryTxInfo, ShardAccount, StdAddr, Transaction, TxInfo,
};
use tycho_types::prelude::{Cell, HashBytes};

/// The block in which something is run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Block {
    /// Seconds since 1970.
    pub(crate) unix: u32,
    /// Where its logical time begins.
    pub(crate) lt: u64,
    /// The seed of its randomness.
    pub(crate) seed: HashBytes,
}

impl Block {
    fn params(&self) -> ExecutorParams {
        ExecutorParams {
            rand_seed: self.seed,
            block_unixtime: self.unix,
            block_lt: self.lt,
            ..ExecutorParams::default()
        }
    }
}

/// A transaction that was made.
#[derive(Debug)]
pub(crate) struct Made {
    /// The account after it.
    pub(crate) after: ShardAccount,
    /// The transaction as a cell.
    pub(crate) cell: Cell,
    /// What is in it.
    pub(crate) transaction: Transaction,
    /// What happened in its phases.
    pub(crate) info: OrdinaryTxInfo,
}

impl Made {
    /// What was made, read out of the transaction again.
    pub(crate) fn again(cell: Cell, after: ShardAccount) -> Result<Self, NotMade> {
        let transaction = cell.parse::<Transaction>().map_err(|why| broken(&why))?;
        Self::of(cell, transaction, after)
    }

    fn of(cell: Cell, transaction: Transaction, after: ShardAccount) -> Result<Self, NotMade> {
        match transaction.load_info().map_err(|why| broken(&why))? {
            TxInfo::Ordinary(info) => Ok(Self {
                after,
                cell,
                transaction,
                info,
            }),
            TxInfo::TickTock(_) => Err(NotMade::Broken("a tick-tock transaction".to_owned())),
        }
    }
}

/// Why no transaction was made.
#[derive(Debug)]
pub(crate) enum NotMade {
    /// The contract does not accept the external message.
    Refused,
    /// The message cannot be executed at all, and why.
    Broken(String),
}

/// Carries a message to its account.
pub(crate) fn execute(
    config: &ParsedConfig,
    block: Block,
    to: &StdAddr,
    is_external: bool,
    message: Cell,
    state: &ShardAccount,
) -> Result<Made, NotMade> {
    let params = block.params();
    let executor = Executor::new(&params, config).with_min_lt(block.lt.saturating_add(1));
    let uncommitted = executor.begin_ordinary(to, is_external, message, state);
    let output = match uncommitted {
        Ok(uncommitted) => uncommitted.commit().map_err(|why| broken(&why))?,
        Err(TxError::Skipped) => return Err(NotMade::Refused),
        Err(TxError::Fatal(why)) => return Err(broken(&why)),
    };
    let cell = output.transaction.inner().clone();
    let transaction = output.transaction.load().map_err(|why| broken(&why))?;
    Made::of(cell, transaction, output.new_state)
}

fn broken(why: &impl std::fmt::Display) -> NotMade {
    // The alternate form names the causes as well.
    NotMade::Broken(format!("{why:#}"))
}

/// Whether the account would accept the external message now; if not, the words of the node.
pub(crate) fn check(
    config: &ParsedConfig,
    block: Block,
    to: &StdAddr,
    message: &Cell,
    state: &ShardAccount,
) -> Result<(), String> {
    let params = block.params();
    let executor = Executor::new(&params, config).with_min_lt(block.lt.saturating_add(1));
    match executor.check_ordinary(to, message, state) {
        Ok(()) => Ok(()),
        Err(TxError::Skipped | TxError::Fatal(_)) => Err(refusal(&executor, to, message, state)),
    }
}

/// Runs the message once more, for what the machine ended with.
fn refusal(executor: &Executor<'_>, to: &StdAddr, message: &Cell, state: &ShardAccount) -> String {
    let Ok(Some(account)) = state.load_account() else {
        return "Failed to unpack account state".to_owned();
    };
    let refused = "External message was not accepted\nCannot run message on account: inbound \
                   external message rejected by";
    match outcome(executor, to, message, account) {
        Some(Outcome {
            exit_code,
            steps,
            gas_used,
        }) => format!(
            "{refused} transaction {:X}:\nexitcode={exit_code}, steps={steps}, \
             gas_used={gas_used}\nVM Log (truncated):\n...default exception handler, terminating \
             vm with exit code {exit_code}\n",
            to.address
        ),
        None => format!(
            "{refused} account {:X} before smart-contract execution",
            to.address
        ),
    }
}

struct Outcome {
    exit_code: i32,
    steps: u32,
    gas_used: u64,
}

fn outcome(
    executor: &Executor<'_>,
    to: &StdAddr,
    message: &Cell,
    account: tycho_types::models::Account,
) -> Option<Outcome> {
    let mut running = executor.begin(to, Some(account)).ok()?;
    let mut received = running.receive_in_msg(message.clone()).ok()?;
    let storage = running
        .storage_phase(StoragePhaseContext {
            adjust_msg_balance: false,
            received_message: Some(&mut received),
            inspector: None,
        })
        .ok()?;
    let full = running
        .compute_phase(ComputePhaseContext {
            input: TransactionInput::Ordinary(&received),
            storage_fee: storage.storage_fees_collected,
            force_accept: false,
            stop_on_accept: false,
            inspector: None,
        })
        .ok()?;
    match full.compute_phase {
        ComputePhase::Executed(phase) => Some(Outcome {
            exit_code: phase.exit_code,
            steps: phase.vm_steps,
            // What was used of the credit costs nobody anything.
            gas_used: 0,
        }),
        ComputePhase::Skipped(_) => None,
    }
}
