//! Emulators of Telegram, Heleket, fragment.com and TON for Starkeeper's demo and tests.
//!
//! They run in a process of their own and are met on the wire. They share no type with the daemon
//! and depend on nothing of it: a wrong field name would otherwise be wrong on both sides, and
//! every test green. Nothing here is real: coins, addresses and hashes are invented, and wallets
//! refuse them.
//!
//! Heleket is here. The others come with what needs them; each is a module beside `heleket`, and
//! what all share (clock, seed, prices, faults, reset) is in `world`.
//!
//! # What it imitates, and what is guessed
//!
//! Documented by Heleket, or in the source of its own SDKs: paths, headers and signature of the
//! API; fields, their limits and defaults; the envelope and the three shapes of a refusal; that a
//! repeated `order_id` answers the old invoice; paging by cursor; statuses and their order; fields
//! and signature of webhooks; which statuses are pushed; refunds signed with the payout key.
//!
//! Documented by Cryptomus, whose documents Heleket's repeat nearly word for word: the texts of
//! refusals, when an address is there at creation, ten resends at most.
//!
//! Guessed, because nothing says it. A driver can choose otherwise where it matters:
//!
//! | guessed | here | otherwise |
//! |---|---|---|
//! | pauses between tries of a webhook, and what ends them | 10 s, doubling up to an hour, until 200, 54 tries | `--webhook-retry-ms` |
//! | letters beyond ASCII in a webhook | as they are, on the wire as in the signed text | `POST /control/heleket {"webhook_form"}` |
//! | whether `check`, `process`, `wrong_amount_waiting`, `locked` are pushed | no | `{"push_everything":true}` |
//! | a payment after `cancel` | counts, as any other | |
//! | a second payment on top of a whole one | `paid` becomes `paid_over` when it counts | |
//! | a payment to a locked or refunded invoice | cannot be made | |
//! | `payer_amount_exchange_rate` | what one coin costs in the invoice's currency | |
//! | a new quote at `is_refresh` | no | |
//! | refunding again after `refund_fail` | yes; after `refund_paid` no | |
//! | the sums of an unpaid invoice in a webhook | `0.00` | |
//! | the HTTP status of "not found" | 422 with `message` | faults: `refuse` with a `status` |
//! | names of validation rules beyond `required`, `required_without`, `regex` | those of its framework | |
//! | how long a receiver of a webhook may take | 10 s of real time | |
//! | the network's fee of a refund | none, whoever bears it | |
//! | a merchant's balance that is smaller than a refund | falls below zero | |
//!
//! # Faults
//!
//! On a call of the API: `refuse` answers a refusal (422 and a message, or `status` and `message`);
//! `delay` carries it out and answers `delay_ms` later; `duplicate` carries it out twice; `reorder`
//! lets the next answer of the method overtake this one; `lose-reply` carries it out and cuts the
//! line; `stale` tells what was before the last change, or `delay_ms` ago; `mixed` tells the status
//! of now with the sums of before; `down` cuts the line and does nothing.
//!
//! On `webhook`: `refuse` never sends it; `delay` sends it later; `duplicate` sends it twice;
//! `reorder` holds it back until the next one of its invoice has been sent; `lose-reply` does not
//! believe the answer and tries again; `stale` and `mixed` as above; `down` fails the try.
//!
//! `delay_ms` is in the sandbox's time, which `POST /control/clock` moves.

pub mod cli;
mod control;
mod heleket;
mod line;
mod sandbox;
mod world;

pub use heleket::Merchant;
pub use sandbox::{Sandbox, Settings, StartError};
