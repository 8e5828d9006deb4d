//! Dialogs and limits in a real Redis: one node, a cluster, and neither.

mod with_redis;
