//! The Heleket client and its callback against the emulator, a process of its own: over sockets,
//! with the signatures of another hand.

mod contract;
mod gateway;
mod journeys;
mod statuses;
mod till;
