//! The conversation with a customer, as a machine.

/// Where a customer is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Dialog;

/// What a customer sees.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Screen;
