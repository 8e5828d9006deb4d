//! Ports for tests: the books and other stores in memory, scripted worlds outside, a clock to
//! hold, and the suites that any implementation of a port must pass.

pub mod books;
pub mod chain;
pub mod clock;
pub mod dialogs;
pub mod limits;
pub mod message;
pub mod rates;
pub mod signer;
pub mod vault;

pub use books::{BooksView, Counts, Fault, MemoryBooks, Snapshot};
pub use chain::{FakeChain, SendFault, Showing};
pub use clock::TestClock;
pub use dialogs::{DialogFault, MemoryDialogs};
pub use limits::MemoryLimits;
pub use message::{WalletMessage, hash_of, wallet_numbered};
pub use rates::FakeRates;
pub use signer::FakeSigner;
pub use vault::MemoryVault;
