//! Telegram's callback: checks the secret in constant time, parses the update through
//! [`telegram::inbound`](crate::telegram::inbound) and asks the session of that person.
//!
//! A full mailbox is answered with 200 and "slow down"; 503 (Telegram redelivers) only when the
//! books or the dialogs cannot be reached. Never waits for the reply to the customer to be sent.
