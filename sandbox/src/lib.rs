//! Emulators of Telegram, Heleket, fragment.com and TON for Starkeeper's demo and tests.
//!
//! They run in a process of their own and are met on the wire. They share no type with the daemon
//! and depend on nothing of it: a wrong field name would otherwise be wrong on both sides, and
//! every test green. Nothing here is real: coins, addresses and hashes are invented, and wallets
//! refuse them.
//!
//! Each is a module of its own; what all share (clock, seed, prices, faults, reset) is in `world`.
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
//! Of fragment.com, the same in what several public clients do, or recorded by them: paths, cookies,
//! the hash that belongs to a session, `ajInit` and `Wallet.init` in the pages, JSON for a navigation
//! in the page, the calls and their fields, `payment_method`, the page-state call before a request,
//! `need_ton` and `need_verify`, the texts of refusals, the comment of a payment to the byte and its
//! destination, one reference a request, the confirmation with the very message, rows of the
//! history, and that the page logs a wallet out which its browser did not connect.
//!
//! Guessed of fragment.com:
//!
//! | guessed | here | otherwise |
//! |---|---|---|
//! | buying with a proven wallet and no login with Telegram (one client says it works) | `Access denied` | `POST /control/fragment {"wallet_alone":true}` |
//! | a request while its page shows a purchase under way, or the other page one that may still come | `Bad request` | |
//! | a request on a page that was left `done` | is opened; the page goes on showing the old one | |
//! | prices moved between the page-state call and the request | `Price was changed. Please try again.` | |
//! | ways to pay other than `ton`, the link without `transaction=1` | `Bad request` | |
//! | a link for a wallet that is not the one connected | `Access denied` | |
//! | links of one request | as many as asked for, within an hour, while it is not paid | |
//! | how long a link is good for | 600 s | fault `link_expiry` |
//! | who may confirm | the account that asked, or the wallet that was connected then | |
//! | a confirmation of the wrong message | `ok`, and the page waits for ever | |
//! | goods come | as soon as payment and confirmation are both there | fault `delivery` |
//! | a payment that is late, too small or too large, or comes twice | buys nothing, and is not sent back | |
//! | a wrong proof | `{"verified":false}`; the age of its timestamp is not looked at | |
//! | a challenge | stays until a proof has used it | |
//! | a person's token | the same in every answer | `POST /control/fragment/users/{name} {"token"}` |
//! | Stars for a bot, a channel or a group | `Please enter a username assigned to a user.` | |
//! | prices of Premium | 11.99, 15.99 and 28.99 USD | |
//! | how soon the page looks for its own wallet | 400 ms after it has loaded (the original: up to 12 s) | |
//! | a history without a login | asks to log in | |
//!
//! TON is executed, not imitated: contracts run in a real virtual machine with the recorded
//! configuration of the main network: signatures, numbers, expiry, fees, skipped actions, bounces. A
//! wallet's code arrives with the state in its first message. In the published sources of toncenter:
//! calls, parameters, limits, every field of both APIs, most texts of refusals. Recorded: how the node
//! refuses a message. Calls that a shop does not need (get methods, fees, tokens, names) answer 404.
//!
//! Guessed of TON:
//!
//! | guessed | here | otherwise |
//! |---|---|---|
//! | accounts | each of workchain 0 begins with 1,000 TON and without code | `POST /control/wallets/{address} {"nano"}` |
//! | where fragment.com takes its money | a contract that does nothing, so that money never bounces | |
//! | blocks | one shard and one masterchain block at a time; a message between accounts comes in the next one | `--block-time-ms` |
//! | hashes of blocks and their states | invented, from seed and height | |
//! | a message that waits is sent again | taken, as the same one | |
//! | a message is accepted and its block refuses it | tried in three blocks, ten minutes at most | |
//! | a message to an account without code | refused "before smart-contract execution" | |
//! | the balance of an account that does not exist | `"0"` | |
//! | seconds of a block | those of its moment, so blocks of less than a second share them | |
//! | how fast one may call without a key | as fast as one likes | `--ton-keyless-rps` |
//!
//! Of Telegram, documented or in the source of its published server: methods and their parameters in
//! every form, updates and offsets, conflicts, what a webhook is sent and how its answer may call a
//! method, HTML and the sentences about its mistakes, most texts of refusals, limits of lengths.
//!
//! Guessed of Telegram, or otherwise on purpose:
//!
//! | guessed | here | otherwise |
//! |---|---|---|
//! | how fast a bot may send | 30 calls a second, in a chat one a second and five at once, in a group 20 a minute; edits count | `--telegram-rps`, `--telegram-chat-rps`, `--telegram-chat-burst` |
//! | what lengths count | UTF-16 units | |
//! | how long a tap may be answered | 60 s, once | |
//! | which bots there are | any token of the right form, whatever follows the colon | fault `refuse` with status 401 |
//! | whom people talk to | the bot that came last; the first one hears what was said before it came | |
//! | addresses of webhooks and buttons | on this machine also plain HTTP, any port, and `localhost` | |
//! | what a picture's address leads to | never looked at | fault `refuse` on `sendPhoto` |
//! | which updates go side by side to a webhook | one of each chat | `max_connections` |
//! | pauses between tries of a webhook | 1 s, doubling up to a minute, for a day | `POST /control/telegram/redeliver` |
//! | editing in the chat of somebody who has blocked the bot | works | |
//! | a reset | forgets people, chats and updates; bots keep webhooks, commands and the count of their updates | |
//! | Markdown, entities that only Telegram finds in a bot's text, media but photos | refused, or not there | |
//!
//! # Faults
//!
//! On a call of Heleket's API: `refuse` answers a refusal (422 and a message, or `status` and `message`);
//! `delay` carries it out and answers `delay_ms` later; `duplicate` carries it out twice; `reorder`
//! lets the next answer of the method overtake this one; `lose-reply` carries it out and cuts the
//! line; `stale` tells what was before the last change, or `delay_ms` ago; `mixed` tells the status
//! of now with the sums of before; `down` cuts the line and does nothing.
//!
//! On `webhook`: `refuse` never sends it; `delay` sends it later; `duplicate` sends it twice;
//! `reorder` holds it back until the next one of its invoice has been sent; `lose-reply` does not
//! believe the answer and tries again; `stale` and `mixed` as above; `down` fails the try.
//!
//! On a call of fragment.com (its method, or `page` for every page): `refuse` answers `error` with the
//! `message`, or with a `status` what stands before the site: 403 asks whether a person is there
//! ("Just a moment..."), 429 and 5xx are pages of HTML; the other kinds as above. `stale` on
//! `update…State` tells what the page showed before the last change, or `delay_ms` ago; on `search…`
//! who had the name before it passed on; on `page` the history without its newest row. `mixed` on
//! `update…State` tells the mode of now about the purchase of before, on `search…` the name and
//! picture of now with the token of before. Elsewhere the two do nothing.
//!
//! `delivery`: `refuse` never delivers what was paid and confirmed, `delay` later.
//!
//! The others are of kind `refuse` only, and strike where they are met: `hash` (before any call the
//! session gets another one), `need_ton`, `price_changed`, `dearer` (by a tenth) and `link_reused_id`
//! at the request; `rename` after a look-up (the name passes to another person); `need_verify` at the
//! link; and links that lie: `link_destination`, `link_amount`, `link_quantity`, `link_product`,
//! `link_no_ref`, `link_two_messages`, `link_state_init`, `link_expiry` (10 s), `link_from`, and of the newest row of
//! a history `history_lacks`, `history_recipient`, `history_quantity`, `history_price`. `*` is
//! every call and page, and none of these.
//!
//! On a call of TON (the last part of its path, like `sendBoc`, `getAddressInformation`,
//! `transactionsByMessage`): `refuse` answers a provider's failure (500, or `status` and `message`; 429
//! in its own form) and does nothing; `stale` tells an account before its last change, or `delay_ms`
//! ago, with the time of then, and leaves out what came after; `mixed` tells the account of before with
//! the block and the time of now, and a transaction without the messages it sent; the other kinds as
//! above. Below `/second` the same chain is told by a second provider, whose faults are those of the
//! system `ton-second`.
//!
//! `mempool`, where accepted messages of TON wait: `delay` keeps one out of blocks for `delay_ms`;
//! `reorder` lets the next one be executed first; `refuse` forgets it, although its sender was told
//! that it was taken. `block`, where a message from outside is executed: `delay` shows the transaction
//! at once and the messages that it sent only later, in both APIs (`data` of version 2, the
//! transaction itself, is always whole); `stale` lets the masterchain refer to its block only later
//! (`delay_ms`, or 10 s): until then version 3 shows it with `mc_block_seqno` 0 and `finality`
//! `confirmed`, version 2 and accounts are as before it, and what it sent stays. `transit`, where a message goes from one account to another:
//! `delay` brings it later. `*` is every call, and none of these.
//!
//! On a method of the Bot API: `refuse` answers 500, or `status` and `message` (429 with `retry_after`,
//! 403, 409 in their own words); the other kinds as above, without `stale` and `mixed`. On `update`, one
//! on its way to a bot: `refuse` never brings it; `delay` brings it later; `duplicate` brings it twice;
//! `reorder` lets the next one overtake it (a webhook then sees their numbers out of order);
//! `lose-reply` does not believe a webhook's answer and tries again, and gives it twice to a poll;
//! `down` fails the first try of a webhook. `*` is every method, and no update.
//!
//! `delay_ms` is in the sandbox's time, which `POST /control/clock` moves.

pub mod cli;
mod control;
mod demo;
mod fragment;
mod heleket;
mod line;
mod sandbox;
mod telegram;
mod ton;
mod world;

pub use heleket::Merchant;
pub use sandbox::{Closed, Sandbox, Settings, StartError};
pub use telegram::FloodLimits;
pub use world::kept::{Kept, NotWritten, Place, Unusable};
