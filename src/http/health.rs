//! `/health` and its kin: whether this process lives, is ready, and in detail for the operator.
//!
//! Answers from a cached picture, so that a probe every second costs nothing. Never asks an
//! outside system on behalf of a probe.
