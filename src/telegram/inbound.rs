//! What people send: turns an update, polled or delivered, into what it means to a session.
//!
//! A driver: parses at the edge (the core never re-checks) and asks the session of that person.
//! An update that cannot be read is logged and confirmed, so that it cannot block the queue.
//! Never talks to the Bot API itself.
