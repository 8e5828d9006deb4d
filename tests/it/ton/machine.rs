//! The real contracts in the real machine: a message of ours runs once, and only in its time.

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use starkeeper::ton::{WalletVersion, normalised_hash};
use starkeeper_actors::domain::ids::{PaymentRef, WalletAddress};
use starkeeper_actors::domain::link::Link;
use starkeeper_actors::domain::samples;
use starkeeper_actors::domain::transfer::Boc as Bag;
use starkeeper_actors::ports::Signer as _;
use starkeeper_actors::ports::wallet::{Pays, SignedMessage, TransferIntent};
use tycho_executor::{Executor, ExecutorInspector, ExecutorParams, ParsedConfig, TxError};
use tycho_types::cell::Lazy;
use tycho_types::models::{
    Account, AccountState, BlockchainConfig, BlockchainConfigParams, ComputePhase,
    CurrencyCollection, IntAddr, MsgInfo, OptionalAccount, ShardAccount, StdAddr, StorageInfo,
    StorageUsed, TxInfo, WorkchainDescription, WorkchainFormat, WorkchainFormatBasic,
};
use tycho_types::prelude::{Boc, Dict, HashBytes};

use super::{NOON, WORDS, at, desk, nanos, pay, payload_hash, premium, premium_link, rules, stars};

/// The main network's configuration, recorded.
const CONFIG: &str = include_str!("../../../sandbox/data/ton_blockchain_config.b64");
/// What a wallet is opened with.
pub const TON: u128 = 1_000_000_000;
/// The seqno is another: V4R2, V5R1.
const WRONG_SEQNO: [i32; 2] = [33, 133];
/// The message has expired.
const EXPIRED: [i32; 2] = [36, 136];
const VERSIONS: [WalletVersion; 2] = [WalletVersion::V4R2, WalletVersion::V5R1];

/// One account on a chain of its own.
pub struct Machine {
    config: ParsedConfig,
    address: StdAddr,
    account: ShardAccount,
    lt: u64,
}

/// What a transaction did.
#[derive(Debug)]
pub struct Ran {
    exit_code: i32,
    aborted: bool,
    action_ok: bool,
    action_code: i32,
    skipped: u16,
    created: u16,
    /// Destination, value, hash of the body.
    out: Vec<(String, u128, String)>,
    /// The transaction as the chain keeps it.
    pub cell: tycho_types::cell::Cell,
}

impl Machine {
    /// An account that holds TON and is not deployed.
    pub fn with(wallet: WalletAddress, balance: u128) -> Self {
        let cell = Boc::decode_base64(CONFIG.trim()).unwrap();
        let mut config = BlockchainConfig {
            address: HashBytes([0x55; 32]),
            params: BlockchainConfigParams::from_raw(cell),
        };
        // The network describes its workchain in a newer form than the executor reads.
        let mut workchains = Dict::<i32, WorkchainDescription>::new();
        let basic = WorkchainDescription {
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
        workchains.set(0, basic).unwrap();
        config.params.set_workchains(&workchains).unwrap();
        let address = StdAddr::new(0, HashBytes(*wallet.hash().bytes()));
        let account = Account {
            address: address.clone().into(),
            storage_stat: StorageInfo {
                used: StorageUsed::ZERO,
                storage_extra: tycho_types::models::StorageExtra::None,
                last_paid: u32::try_from(NOON).unwrap(),
                due_payment: None,
            },
            last_trans_lt: 0,
            balance: CurrencyCollection::new(balance),
            state: AccountState::Uninit,
        };
        Self {
            config: ParsedConfig::parse(config, u32::try_from(NOON).unwrap()).unwrap(),
            address,
            account: ShardAccount {
                account: Lazy::new(&OptionalAccount(Some(account))).unwrap(),
                last_trans_hash: HashBytes::ZERO,
                last_trans_lt: 0,
            },
            lt: 0,
        }
    }

    /// Brings bytes to the account in a block of this time: the transaction, or the exit code
    /// with which they were not accepted.
    pub fn bring(&mut self, message: &[u8], second: i64) -> Result<Ran, Option<i32>> {
        self.lt += 1_000;
        let params = ExecutorParams {
            block_unixtime: u32::try_from(second).unwrap(),
            block_lt: self.lt,
            ..ExecutorParams::default()
        };
        let executor = Executor::new(&params, &self.config).with_min_lt(self.lt + 1);
        let mut inspector = ExecutorInspector::default();
        let message = Boc::decode(message).unwrap();
        let begun = executor.begin_ordinary_ext(
            &self.address,
            true,
            message,
            &self.account,
            Some(&mut inspector),
        );
        let begun = match begun {
            Ok(begun) => begun,
            Err(TxError::Skipped) => return Err(inspector.exit_code),
            Err(TxError::Fatal(why)) => panic!("{why:?}"),
        };
        let output = begun.commit().unwrap();
        self.account = output.new_state;
        let transaction = output.transaction.load().unwrap();
        let TxInfo::Ordinary(info) = transaction.load_info().unwrap() else {
            panic!("an ordinary transaction was expected")
        };
        let ComputePhase::Executed(compute) = &info.compute_phase else {
            panic!("it was not computed")
        };
        let action = info.action_phase.as_ref().unwrap();
        let out = transaction.iter_out_msgs().map(|message| {
            let message = message.unwrap();
            let MsgInfo::Int(int) = &message.info else {
                panic!("a payment was expected")
            };
            let IntAddr::Std(to) = &int.dst else {
                panic!("a plain address was expected")
            };
            let mut body = tycho_types::cell::CellBuilder::new();
            body.store_slice(message.body).unwrap();
            let body = body.build().unwrap();
            let to = format!("{}:{}", to.workchain, to.address);
            (
                to,
                int.value.tokens.into_inner(),
                body.repr_hash().to_string(),
            )
        });
        Ok(Ran {
            exit_code: compute.exit_code,
            aborted: info.aborted,
            action_ok: action.success,
            action_code: action.result_code,
            skipped: action.skipped_actions,
            created: action.messages_created,
            out: out.collect(),
            cell: output.transaction.inner().clone(),
        })
    }
}

/// A message of the wallet that pays the link of the vectors.
pub fn message(
    version: WalletVersion,
    seqno: u32,
    until: i64,
    amount: i64,
) -> (WalletAddress, SignedMessage) {
    let mut link = premium_link();
    link.amount = nanos(amount);
    link.valid_until = at(until + 600);
    let desk = desk(WORDS, version, rules(vec![link.destination]), until - 60);
    let intent = pay(desk.wallet, seqno, until, link, premium());
    (desk.wallet, desk.signer.sign(&intent).unwrap())
}

fn paid(ran: &Ran, amount: i64) {
    let link = premium_link();
    assert_eq!(
        (ran.exit_code, ran.aborted, ran.action_ok),
        (0, false, true)
    );
    assert_eq!((ran.skipped, ran.created), (0, 1));
    let value = u128::try_from(amount).unwrap();
    let expected = (
        link.destination.to_string(),
        value,
        link.payload_hash.to_string(),
    );
    assert_eq!(ran.out, [expected]);
}

#[test]
fn a_message_pays_once_and_is_refused_ever_after() {
    for (version, code) in VERSIONS.into_iter().zip(WRONG_SEQNO) {
        let (wallet, first) = message(version, 0, NOON + 300, 50_000_000);
        let mut machine = Machine::with(wallet, TON);
        paid(&machine.bring(first.boc.bytes(), NOON).unwrap(), 50_000_000);
        assert_eq!(
            machine.bring(first.boc.bytes(), NOON + 1).unwrap_err(),
            Some(code)
        );
        let (_, second) = message(version, 1, NOON + 300, 70_000_000);
        paid(
            &machine.bring(second.boc.bytes(), NOON + 2).unwrap(),
            70_000_000,
        );
        for copy in [&first, &second] {
            assert_eq!(
                machine.bring(copy.boc.bytes(), NOON + 3).unwrap_err(),
                Some(code)
            );
        }
    }
}

#[test]
fn a_message_of_a_later_seqno_is_refused_and_not_kept() {
    for (version, code) in VERSIONS.into_iter().zip(WRONG_SEQNO) {
        let (wallet, now) = message(version, 0, NOON + 300, 50_000_000);
        let (_, later) = message(version, 2, NOON + 300, 50_000_000);
        let mut machine = Machine::with(wallet, TON);
        paid(&machine.bring(now.boc.bytes(), NOON).unwrap(), 50_000_000);
        assert_eq!(
            machine.bring(later.boc.bytes(), NOON).unwrap_err(),
            Some(code)
        );
    }
}

#[test]
fn a_message_ends_with_the_second_it_is_valid_until() {
    for (version, code) in VERSIONS.into_iter().zip(EXPIRED) {
        let (wallet, message) = message(version, 0, NOON + 300, 50_000_000);
        let mut machine = Machine::with(wallet, TON);
        for late in [300, 301, 10_000] {
            let refused = machine.bring(message.boc.bytes(), NOON + late).unwrap_err();
            assert_eq!(refused, Some(code), "{late} s");
        }
        paid(
            &machine.bring(message.boc.bytes(), NOON + 299).unwrap(),
            50_000_000,
        );
    }
}

#[test]
fn of_two_messages_at_one_seqno_the_first_runs() {
    for version in VERSIONS {
        let (wallet, one) = message(version, 0, NOON + 300, 50_000_000);
        let (_, other) = message(version, 0, NOON + 301, 50_000_000);
        assert_ne!(one.message_hash, other.message_hash);
        let mut machine = Machine::with(wallet, TON);
        paid(&machine.bring(other.boc.bytes(), NOON).unwrap(), 50_000_000);
        machine.bring(one.boc.bytes(), NOON).unwrap_err();
    }
}

#[test]
fn more_than_the_wallet_holds_uses_the_seqno_up_and_pays_nothing() {
    for (version, code) in VERSIONS.into_iter().zip(WRONG_SEQNO) {
        let (wallet, much) = message(version, 0, NOON + 300, 2_000_000_000);
        let mut machine = Machine::with(wallet, TON);
        let ran = machine.bring(much.boc.bytes(), NOON).unwrap();
        assert_eq!(
            (ran.exit_code, ran.aborted, ran.action_ok),
            (0, false, true)
        );
        assert_eq!((ran.action_code, ran.skipped, ran.created), (0, 1, 0));
        assert_eq!(ran.out, []);
        assert_eq!(
            machine.bring(much.boc.bytes(), NOON).unwrap_err(),
            Some(code)
        );
        let (_, next) = message(version, 1, NOON + 300, 50_000_000);
        paid(&machine.bring(next.boc.bytes(), NOON).unwrap(), 50_000_000);
    }
}

#[test]
fn a_burn_uses_the_seqno_up_and_pays_the_wallet_nothing() {
    for version in VERSIONS {
        let (wallet, first) = message(version, 0, NOON + 300, 50_000_000);
        let mut machine = Machine::with(wallet, TON);
        paid(&machine.bring(first.boc.bytes(), NOON).unwrap(), 50_000_000);
        let desk = desk(WORDS, version, rules(vec![]), NOON);
        let intent = TransferIntent {
            wallet,
            seqno: 1,
            valid_until: at(NOON + 300),
            pays: Pays::Nothing,
            product: None,
        };
        let burn = desk.signer.sign(&intent).unwrap();
        let ran = machine.bring(burn.boc.bytes(), NOON).unwrap();
        assert_eq!((ran.exit_code, ran.created), (0, 1));
        let expected = (wallet.to_string(), 0, burn.body_hash.to_string());
        assert_eq!(ran.out, [expected]);
        let (_, late) = message(version, 1, NOON + 300, 50_000_000);
        machine.bring(late.boc.bytes(), NOON).unwrap_err();
    }
}

/// A payload as Fragment writes one, by the machine's own cells.
fn payload(text: &str, first: usize) -> Vec<u8> {
    let (head, tail) = text.as_bytes().split_at(first.min(text.len()));
    let mut rest = tycho_types::cell::CellBuilder::new();
    rest.store_raw(tail, u16::try_from(tail.len() * 8).unwrap())
        .unwrap();
    let mut root = tycho_types::cell::CellBuilder::new();
    root.store_u32(0).unwrap();
    root.store_raw(head, u16::try_from(head.len() * 8).unwrap())
        .unwrap();
    if !tail.is_empty() {
        root.store_reference(rest.build().unwrap()).unwrap();
    }
    Boc::encode(root.build().unwrap())
}

/// Whatever is paid to whomever in whichever words: accepted, paid as asked, and never twice.
#[test]
fn every_signed_payment_is_what_the_machine_executes() {
    let somebody = |n| WalletAddress::basic(starkeeper_actors::domain::ids::Hash256::new([n; 32]));
    let everybody: Vec<WalletAddress> = (0..=8).map(somebody).collect();
    let desks = VERSIONS.map(|version| desk(WORDS, version, rules(everybody.clone()), NOON));
    let mut runner = TestRunner::new(ProptestConfig::with_cases(64));
    let drawn = (
        0_usize..2,
        1_i64..900_000_000,
        50_u32..=1_000_000,
        "[A-Za-z0-9]{9}",
        1_usize..60,
        0_u8..=8,
    );
    let ran = runner.run(&drawn, |(which, amount, quantity, reference, first, to)| {
        let desk = &desks[which];
        let bytes = payload(
            &format!("{quantity} Telegram Stars \n\nRef#{reference}"),
            first,
        );
        let link = Link {
            destination: somebody(to),
            amount: nanos(amount),
            reference: PaymentRef::parse(&reference).unwrap(),
            payload_hash: payload_hash(&bytes),
            payload: Bag::new(bytes),
            valid_until: at(NOON + 600),
            ..samples::link()
        };
        let intent = pay(desk.wallet, 0, NOON + 300, link.clone(), stars(quantity));
        let signed = desk.signer.sign(&intent).unwrap();
        prop_assert_eq!(
            normalised_hash(signed.boc.bytes()).unwrap(),
            signed.message_hash
        );
        let mut machine = Machine::with(desk.wallet, TON);
        let ran = machine.bring(signed.boc.bytes(), NOON).unwrap();
        let value = u128::try_from(amount).unwrap();
        let expected = (
            link.destination.to_string(),
            value,
            signed.body_hash.to_string(),
        );
        prop_assert_eq!(ran.out, vec![expected]);
        prop_assert_eq!(signed.body_hash, link.payload_hash);
        prop_assert!(machine.bring(signed.boc.bytes(), NOON).is_err());
        Ok(())
    });
    ran.unwrap();
}
