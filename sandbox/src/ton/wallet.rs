//! Which contracts are wallets, and what their data says.

use tycho_types::models::{AccountState, ShardAccount, StateInit};

use super::text::base64_hash;

/// How the data of a wallet begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    /// The number alone.
    First,
    /// The number and the wallet's id.
    Third,
    /// Whether signatures count, the number, the wallet's id.
    Fifth,
}

/// Hash of the code, name, layout: those that the service knows.
const KINDS: [(&str, &str, Layout); 11] = [
    (
        "oM/CxIruFqJx8s/AtzgtgXVs7LEBfQd/qqs7tgL2how=",
        "wallet v1 r1",
        Layout::First,
    ),
    (
        "1JAvzJ+tdGmPqONTIgpo2g3PcuMryy657gQhfBfTBiw=",
        "wallet v1 r2",
        Layout::First,
    ),
    (
        "WHzHie/xyE9G7DeX5F/ICaFP9a4k8eDHpqmcydyQYf8=",
        "wallet v1 r3",
        Layout::First,
    ),
    (
        "XJpeaMEI4YchoHxC+ZVr+zmtd+xtYktgxXbsiO7mUyk=",
        "wallet v2 r1",
        Layout::First,
    ),
    (
        "/pUw0yQ4Uwg+8u8LTCkIwKv2+hwx6iQ6rKpb+MfXU/E=",
        "wallet v2 r2",
        Layout::First,
    ),
    (
        "thBBpYp5gLlG6PueGY48kE0keZ/6NldOpCUcQaVm9YE=",
        "wallet v3 r1",
        Layout::Third,
    ),
    (
        "hNr6RJ+Ypph3ibojI1gHK8D3bcRSQAKl0JGLmnXS1Zk=",
        "wallet v3 r2",
        Layout::Third,
    ),
    (
        "ZN1UgFUixb6KnbWc6gEFzPDQh4bKeb64y3nogKjXMi0=",
        "wallet v4 r1",
        Layout::Third,
    ),
    (
        "/rX/aCDi/w2Ug+fg1iyBfYRniftK5YDIeIZtlZ2r1cA=",
        "wallet v4 r2",
        Layout::Third,
    ),
    (
        "89fKU0k97trCizgZhqhJQDy6w9LFhHea8IEGWvCsS5M=",
        "wallet v5 beta",
        Layout::Fifth,
    ),
    (
        "IINLe3KxEhR+Gy+0V7hOdNGjDwT3N9T2KmaOlVLSty8=",
        "wallet v5 r1",
        Layout::Fifth,
    ),
];

/// What a wallet's state says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wallet {
    /// Its name, like `wallet v4 r2`.
    pub(crate) kind: &'static str,
    /// The number that its next message must carry.
    pub(crate) seqno: u32,
    /// Its id, from the third version on.
    pub(crate) wallet_id: Option<u32>,
    /// Whether it listens to its key, from the fifth version on.
    pub(crate) signature_allowed: Option<bool>,
}

impl Wallet {
    /// The wallet that an account is, if it is one.
    pub(crate) fn of(state: &ShardAccount) -> Option<Self> {
        match state.load_account().ok()??.state {
            AccountState::Active(init) => Self::in_state(&init),
            AccountState::Uninit | AccountState::Frozen(_) => None,
        }
    }

    fn in_state(init: &StateInit) -> Option<Self> {
        let code = base64_hash(init.code.as_ref()?.repr_hash());
        let (_, kind, layout) = KINDS.into_iter().find(|(hash, _, _)| *hash == code)?;
        let mut data = init.data.as_ref()?.as_slice().ok()?;
        let signature_allowed = match layout {
            Layout::First | Layout::Third => None,
            Layout::Fifth => Some(data.load_bit().ok()?),
        };
        let seqno = data.load_u32().ok()?;
        let wallet_id = match layout {
            Layout::First => None,
            Layout::Third | Layout::Fifth => Some(data.load_u32().ok()?),
        };
        Some(Self {
            kind,
            seqno,
            wallet_id,
            signature_allowed,
        })
    }
}
