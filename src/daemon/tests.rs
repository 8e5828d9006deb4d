//! The daemon's HTTP on ports in memory: the real routes, the real payment side, an imitated world.

mod admin;
mod floats;
mod health;
mod selling;
mod shop;
