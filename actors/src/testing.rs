//! Ports for tests: the books and other stores in memory, scripted worlds outside, a clock to
//! hold, and the suites that any implementation of a port must pass.
//!
//! [`World`] bundles all of them.

pub mod books;
pub mod chain;
pub mod clock;
pub mod contract;
pub mod deck;
pub mod dialogs;
pub mod fragment;
pub mod gateway;
pub mod limits;
pub mod message;
pub mod rates;
pub mod signer;
pub mod telegram;
pub mod vault;
pub mod world;

pub use books::{BooksView, Counts, Fault, MemoryBooks, Snapshot};
pub use chain::{FakeChain, SendFault, Showing};
pub use clock::TestClock;
pub use deck::FakeDeck;
pub use dialogs::{DialogFault, MemoryDialogs};
pub use fragment::{FakeFragment, MarketCall, MarketFault};
pub use gateway::{FakeGateway, GatewayCall, GatewayFault};
pub use limits::MemoryLimits;
pub use message::{WalletMessage, hash_of, wallet_numbered};
pub use rates::FakeRates;
pub use signer::FakeSigner;
pub use telegram::{FakeTelegram, MessengerFault, Said, Shown};
pub use vault::MemoryVault;
pub use world::{Till, World};
