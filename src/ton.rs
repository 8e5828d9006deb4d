//! The TON chain: implements the port `wallet`, with our own wallet contracts and the public APIs.
//!
//! Owns keys, cells and addresses: signing is pure and gives bytes that the books keep before
//! anything leaves. Never chooses a seqno by itself (the books do) and never calls a transfer dead
//! without proof.
