//! Dialogs and limits in Redis: implements the ports `dialogs` and `limits` on a single node and on
//! a cluster.
//!
//! Saves by compare-and-set on a version, so that of two replicas one wins; counts for all replicas
//! together, by the server's clock. Holds nothing of value: losing all of Redis costs people their
//! place in a conversation and nothing else. While it is away, [`DialogsOrHere`] and [`LimitsOrHere`]
//! let the shop go on with what this process keeps.
//!
//! Every call is short and is made once: nobody waits for a cache.

mod dialogs;
mod fallback;
mod limits;
mod link;
mod servers;
mod settings;
mod work;

pub use dialogs::RedisDialogs;
pub use fallback::{DialogsOrHere, LimitsOrHere};
pub use limits::RedisLimits;
pub use link::{Greeting, RedisLink};
pub use settings::{BadSetting, Place, RedisSettings};

#[cfg(test)]
mod tests;
