//! Ports for tests: the books and other stores in memory, scripted worlds outside, a clock to
//! hold, and the suites that any implementation of a port must pass.
//!
//! [`World`] bundles all of them.

pub mod books;
pub mod clock;

pub use books::{BooksView, Counts, Fault, MemoryBooks, Snapshot};
pub use clock::TestClock;
