//! Time and fresh names.

use crate::domain::Timestamp;
use crate::domain::ids::{GatewayOrderId, OrderNumber};

/// Where instants and ids come from. Waiting comes from tokio.
pub trait Clock: Send + Sync {
    /// The present instant, cut to microseconds (what every engine stores).
    fn now(&self) -> Timestamp;

    /// A number that this and every other replica of these books draws once, growing with time.
    fn fresh_id(&self) -> i64;

    /// A number to say: 5 random characters of Crockford's alphabet behind `SK-`. The books
    /// refuse one that is taken.
    fn fresh_order_number(&self) -> OrderNumber;

    /// A name for an invoice at the gateway: the books' prefix and at least 80 random bits, so
    /// that it can be neither guessed nor drawn twice (rule 14).
    fn fresh_gateway_order_id(&self) -> GatewayOrderId;
}
