//! The site over real HTTP with its clock held. The chain is played: a payment is written down where
//! the site looks for it.

mod control;
mod faults;
mod ground;
mod journeys;
mod lies;
mod pages;
mod refusals;
mod wallet;
mod wallets;
mod with_browser;
