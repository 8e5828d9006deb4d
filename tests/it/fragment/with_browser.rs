//! What needs a real Chromium with its driver.

mod buying;
mod contract;
mod faults;
mod house;
mod processes;
mod proxy;
mod sessions;
