//! Dialogs in Redis: implements the port `dialogs` on a single node and on a cluster.
//!
//! Saves by compare-and-set on a version, so that of two replicas one wins. Holds nothing of
//! value: losing all of Redis costs people their place in a conversation and nothing else.
