//! The one place that knows status codes: how each failure of the core becomes an answer.
//!
//! A webhook is told 200 only for what is stored, a duplicate or irrelevant; anything unsure is
//! 503, so that the sender tries again. Never puts an internal cause into a body.
