//! Heleket's callback, with the real check, the real payment actor, and books and gateway in
//! memory: what is credited, what is refused and at which status, and what the log says of it.

mod hostile;
mod journal;
mod kept;
mod shop;
mod sources;
