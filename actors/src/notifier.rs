//! Delivers what people are owed to hear (rank 6).

use crate::domain::ids::CustomerId;

/// A customer has sent `/start`: what was kept while the bot was blocked is owed again.
#[derive(Clone, Copy, Debug, actix::Message)]
#[rtype(result = "()")]
pub struct CameBack {
    /// Who.
    pub customer: CustomerId,
}
