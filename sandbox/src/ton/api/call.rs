//! The calls of both APIs, by their names, which are also their names for faults.

/// A call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    SendBoc,
    SendBocReturnHash,
    GetAddressInformation,
    GetWalletInformation,
    GetAddressBalance,
    GetAddressState,
    GetTransactions,
    GetMasterchainInfo,
    GetConsensusBlock,
    GetBlockHeader,
    Message,
    Transactions,
    TransactionsByMessage,
    PendingTransactions,
    WalletInformation,
    AddressInformation,
    WalletStates,
    AccountStates,
    MasterchainInfo,
}

/// Which API a call belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Version {
    /// `/api/v2`.
    Second,
    /// `/api/v3`.
    Third,
}

impl Call {
    /// Every call there is.
    pub(crate) const ALL: [Self; 19] = [
        Self::SendBoc,
        Self::SendBocReturnHash,
        Self::GetAddressInformation,
        Self::GetWalletInformation,
        Self::GetAddressBalance,
        Self::GetAddressState,
        Self::GetTransactions,
        Self::GetMasterchainInfo,
        Self::GetConsensusBlock,
        Self::GetBlockHeader,
        Self::Message,
        Self::Transactions,
        Self::TransactionsByMessage,
        Self::PendingTransactions,
        Self::WalletInformation,
        Self::AddressInformation,
        Self::WalletStates,
        Self::AccountStates,
        Self::MasterchainInfo,
    ];

    /// The last part of its path.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::SendBoc => "sendBoc",
            Self::SendBocReturnHash => "sendBocReturnHash",
            Self::GetAddressInformation => "getAddressInformation",
            Self::GetWalletInformation => "getWalletInformation",
            Self::GetAddressBalance => "getAddressBalance",
            Self::GetAddressState => "getAddressState",
            Self::GetTransactions => "getTransactions",
            Self::GetMasterchainInfo => "getMasterchainInfo",
            Self::GetConsensusBlock => "getConsensusBlock",
            Self::GetBlockHeader => "getBlockHeader",
            Self::Message => "message",
            Self::Transactions => "transactions",
            Self::TransactionsByMessage => "transactionsByMessage",
            Self::PendingTransactions => "pendingTransactions",
            Self::WalletInformation => "walletInformation",
            Self::AddressInformation => "addressInformation",
            Self::WalletStates => "walletStates",
            Self::AccountStates => "accountStates",
            Self::MasterchainInfo => "masterchainInfo",
        }
    }

    /// Which API it belongs to.
    pub(crate) fn version(self) -> Version {
        match self {
            Self::SendBoc
            | Self::SendBocReturnHash
            | Self::GetAddressInformation
            | Self::GetWalletInformation
            | Self::GetAddressBalance
            | Self::GetAddressState
            | Self::GetTransactions
            | Self::GetMasterchainInfo
            | Self::GetConsensusBlock
            | Self::GetBlockHeader => Version::Second,
            Self::Message
            | Self::Transactions
            | Self::TransactionsByMessage
            | Self::PendingTransactions
            | Self::WalletInformation
            | Self::AddressInformation
            | Self::WalletStates
            | Self::AccountStates
            | Self::MasterchainInfo => Version::Third,
        }
    }

    /// True for those that hand in a message: they are posted.
    pub(crate) fn is_send(self) -> bool {
        matches!(
            self,
            Self::SendBoc | Self::SendBocReturnHash | Self::Message
        )
    }

    /// The call of this name in an API.
    pub(crate) fn of(version: Version, name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|call| call.version() == version && call.name() == name)
    }
}
