//! What every implementation of a port must keep, as tests that any of them can run by name.
//!
//! ```ignore
//! use starkeeper_actors::testing::contract;
//!
//! mod books_on_postgres {
//!     contract::books!(super::empty_books_on_postgres);
//! }
//! ```
//!
//! Each macro expands into one `#[test]` a case. Its argument is an async function without
//! arguments that answers a fixture: a fresh, empty implementation with what a case needs besides
//! the port itself.

pub mod books;
pub mod clock;
pub mod dialogs;
pub mod limits;
pub mod outside;
pub mod rows;
pub mod vault;

pub use crate::contract_of_books as books;
pub use crate::contract_of_clock as clock;
pub use crate::contract_of_dialogs as dialogs;
pub use crate::contract_of_limits as limits;
pub use crate::contract_of_outside as outside;
pub use crate::contract_of_rates as rates;
pub use crate::contract_of_vault as vault;

/// Runs one case, on several threads so that clients meet.
#[doc(hidden)]
#[expect(clippy::panic, reason = "a case that cannot run has failed")]
pub fn run(case: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .enable_all()
        .build();
    match runtime {
        Ok(runtime) => runtime.block_on(case),
        Err(why) => panic!("no runtime for the case: {why}"),
    }
}

/// What a case needs, or the end of the case.
#[expect(clippy::panic, reason = "a case that cannot go on has failed")]
pub(crate) fn given<T, E: std::fmt::Debug>(outcome: Result<T, E>, what: &str) -> T {
    outcome.unwrap_or_else(|why| panic!("{what}: {why:?}"))
}

/// The same for what must be there.
#[expect(clippy::panic, reason = "a case that cannot go on has failed")]
pub(crate) fn there<T>(it: Option<T>, what: &str) -> T {
    it.unwrap_or_else(|| panic!("{what} is not there"))
}

/// Expands into one test for each case.
#[doc(hidden)]
#[macro_export]
macro_rules! contract_cases {
    ($make:expr, $port:ident, $($module:ident: [$($case:ident),* $(,)?]),* $(,)?) => {
        $($(
            #[test]
            fn $case() {
                $crate::testing::contract::run(async {
                    let fixture = $make().await;
                    $crate::testing::contract::$port::$module::$case(&fixture).await;
                });
            }
        )*)*
    };
}
