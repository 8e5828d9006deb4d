//! The wallet contracts: what an account is made of, and what its key must sign.
//!
//! The two that wallets have made for years: V4R2 and V5R1 (W5). Both accept a message once: its
//! seqno must be the stored one and its expiry ahead of the block's time.

use starkeeper_actors::domain::Timestamp;
use starkeeper_actors::domain::ids::WalletAddress;
use ton_core::cell::TonCell;

use super::cells::{BadCells, build, hash, read_boc};
use super::message::SEND_MODE;

/// The contracts' code, as published; their hashes are compared in the tests.
const CODE_V4R2: &str = include_str!("wallet_v4r2.boc.b64");
const CODE_V5R1: &str = include_str!("wallet_v5r1.boc.b64");

/// The first subwallet of V4 in workchain 0.
const WALLET_ID_V4: u32 = 698_983_191;
/// What V5 signs first: `sign`.
const OP_SIGNED_EXTERNAL: u32 = 0x7369_676e;
/// `action_send_msg` of an action list.
const ACTION_SEND: u32 = 0x0ec3_c86d;

/// Which contract.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WalletVersion {
    /// Wallet 4, revision 2.
    V4R2,
    /// Wallet 5, revision 1 (W5).
    V5R1,
}

/// A text that is no version we know.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("wallet version {0:?} is not known: expected v4r2 or v5r1")]
pub struct BadVersion(pub String);

impl WalletVersion {
    /// Both, the newer first.
    pub const ALL: [Self; 2] = [Self::V5R1, Self::V4R2];

    /// Reads `v4r2` or `v5r1` (also `w5`), in any case.
    ///
    /// # Errors
    /// Anything else.
    pub fn parse(text: &str) -> Result<Self, BadVersion> {
        match text.trim().to_ascii_lowercase().as_str() {
            "v4r2" | "v4" => Ok(Self::V4R2),
            "v5r1" | "v5" | "w5" => Ok(Self::V5R1),
            _ => Err(BadVersion(text.chars().take(20).collect())),
        }
    }

    /// As settings write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::V4R2 => "v4r2",
            Self::V5R1 => "v5r1",
        }
    }

    /// How many messages one signature may carry.
    #[must_use]
    pub const fn max_messages(self) -> u16 {
        match self {
            Self::V4R2 => 4,
            Self::V5R1 => 255,
        }
    }

    /// The code of the contract.
    ///
    /// # Errors
    /// Never: the bytes are part of the program, and the tests read them.
    pub(super) fn code(self) -> Result<TonCell, BadCells> {
        use base64::Engine as _;
        let text = match self {
            Self::V4R2 => CODE_V4R2,
            Self::V5R1 => CODE_V5R1,
        };
        let bytes = base64::engine::general_purpose::STANDARD.decode(text.trim());
        let bytes = bytes.map_err(|_| BadCells::new("wallet code", "base64"))?;
        read_boc("wallet code", &bytes)
    }

    /// The seqno in an account's data.
    ///
    /// # Errors
    /// Data that is too short.
    pub(super) fn seqno(self, data: &TonCell) -> Result<u32, BadCells> {
        let mut parser = data.parser();
        let skipped = match self {
            Self::V4R2 => Ok(false),
            Self::V5R1 => parser.read_bit(),
        };
        let seqno = skipped.and_then(|_| parser.read_num(32));
        seqno.map_err(|_| BadCells::new("wallet data", "a seqno"))
    }
}

/// Which chain. A V5 wallet has another address on each; a V4 wallet does not.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TonNetwork {
    /// Where TON is money.
    Main,
    /// Where it is not.
    Test,
}

impl TonNetwork {
    /// The network's global id.
    #[must_use]
    pub const fn global_id(self) -> i32 {
        match self {
            Self::Main => -239,
            Self::Test => -3,
        }
    }

    /// The V5 wallet id: the global id, mixed with workchain 0, version 0, subwallet 0.
    const fn wallet_id_v5(self) -> u32 {
        match self {
            Self::Main => 0x7fff_ff11,
            Self::Test => 0x7fff_fffd,
        }
    }
}

/// One account: a version of the contract with a public key in it.
#[derive(Clone)]
pub struct WalletContract {
    version: WalletVersion,
    network: TonNetwork,
    state_init: TonCell,
    address: WalletAddress,
}

impl std::fmt::Debug for WalletContract {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "WalletContract({} {})",
            self.version.name(),
            self.address
        )
    }
}

impl WalletContract {
    /// The account of this key.
    ///
    /// # Errors
    /// Never with the code that is part of the program.
    pub fn new(
        version: WalletVersion,
        network: TonNetwork,
        public_key: &[u8; 32],
    ) -> Result<Self, BadCells> {
        let code = version.code()?;
        let data = build("wallet data", |data| match version {
            WalletVersion::V4R2 => {
                data.write_num(&0_u32, 32)?;
                data.write_num(&WALLET_ID_V4, 32)?;
                data.write_bits(public_key, 256)?;
                data.write_bit(false)
            }
            WalletVersion::V5R1 => {
                data.write_bit(true)?;
                data.write_num(&0_u32, 32)?;
                data.write_num(&network.wallet_id_v5(), 32)?;
                data.write_bits(public_key, 256)?;
                data.write_bit(false)
            }
        })?;
        // No split depth, nothing special, code, data, no libraries.
        let state_init = build("state init", |init| {
            init.write_num(&0b00110_u8, 5)?;
            init.write_ref(code)?;
            init.write_ref(data)
        })?;
        let address = WalletAddress::basic(hash(&state_init)?);
        Ok(Self {
            version,
            network,
            state_init,
            address,
        })
    }

    /// Which contract.
    #[must_use]
    pub const fn version(&self) -> WalletVersion {
        self.version
    }

    /// On which network.
    #[must_use]
    pub const fn network(&self) -> TonNetwork {
        self.network
    }

    /// The account.
    #[must_use]
    pub const fn address(&self) -> WalletAddress {
        self.address
    }

    /// Code and data of the account before its first message.
    #[must_use]
    pub const fn state_init(&self) -> &TonCell {
        &self.state_init
    }

    /// What the key signs to send one message.
    ///
    /// # Errors
    /// An expiry that does not fit 32 bits.
    pub(super) fn order(
        &self,
        seqno: u32,
        valid_until: Timestamp,
        message: TonCell,
    ) -> Result<TonCell, BadCells> {
        let until = u32::try_from(valid_until.timestamp());
        let until = until.map_err(|_| BadCells::new("expiry", "seconds that fit 32 bits"))?;
        match self.version {
            WalletVersion::V4R2 => build("wallet order", |order| {
                order.write_num(&WALLET_ID_V4, 32)?;
                order.write_num(&until, 32)?;
                order.write_num(&seqno, 32)?;
                order.write_num(&0_u8, 8)?;
                order.write_num(&SEND_MODE, 8)?;
                order.write_ref(message)
            }),
            WalletVersion::V5R1 => {
                let actions = build("wallet actions", |action| {
                    action.write_ref(TonCell::empty().clone())?;
                    action.write_num(&ACTION_SEND, 32)?;
                    action.write_num(&SEND_MODE, 8)?;
                    action.write_ref(message)
                })?;
                build("wallet order", |order| {
                    order.write_num(&OP_SIGNED_EXTERNAL, 32)?;
                    order.write_num(&self.network.wallet_id_v5(), 32)?;
                    order.write_num(&until, 32)?;
                    order.write_num(&seqno, 32)?;
                    order.write_bit(true)?;
                    order.write_ref(actions)?;
                    order.write_bit(false)
                })
            }
        }
    }

    /// The body of the message to the wallet: the order with its signature, before it (V4) or
    /// behind it (V5).
    pub(super) fn signed(
        &self,
        order: &TonCell,
        signature: &[u8; 64],
    ) -> Result<TonCell, BadCells> {
        build("wallet message", |body| match self.version {
            WalletVersion::V4R2 => {
                body.write_bits(signature, 512)?;
                body.write_cell(order)
            }
            WalletVersion::V5R1 => {
                body.write_cell(order)?;
                body.write_bits(signature, 512)
            }
        })
    }
}
