//! The daemon's HTTP on ports in memory: the real routes, the real payment side, an imitated world.

mod admin;
mod audit;
mod deeds;
mod floats;
mod health;
mod openapi;
mod refunds;
mod selling;
mod shop;
