//! Metrics: the recorder, the names and the buckets of everything that is counted.
//!
//! Owns the names, so that dashboards and alerts have one page to agree with. Labels are few and
//! bounded: never a user id, an order id or text from outside.
