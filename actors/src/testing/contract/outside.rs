//! What the ports to the outside must keep, whoever is behind them: another process on the wire,
//! or a script. A fixture is a sandbox that the cases can steer.

use std::sync::Arc;

use async_trait::async_trait;

use crate::domain::ids::{LoginId, TelegramId, WalletAddress};
use crate::domain::transfer::Transfer;
use crate::ports::books::Fence;
use crate::ports::wallet::TransferIntent;
use crate::ports::{Browsers, Chain, Clock, Invoicing, Market, Messenger, Signer};

pub mod chain;
pub mod gateway;
pub mod market;
pub mod messenger;

/// A world that sells Stars to Masha of the samples, with one login, its wallet with 10 TON at
/// seqno 0 and its key.
#[async_trait]
pub trait Outside: Send + Sync {
    /// The time of that world.
    fn clock(&self) -> Arc<dyn Clock>;

    /// The gateway.
    fn gateway(&self) -> Arc<dyn Invoicing>;

    /// Fragment.
    fn market(&self) -> Arc<dyn Market>;

    /// Its browsers.
    fn browsers(&self) -> Arc<dyn Browsers>;

    /// The chain.
    fn chain(&self) -> Arc<dyn Chain>;

    /// The keys.
    fn signer(&self) -> Arc<dyn Signer>;

    /// Telegram.
    fn messenger(&self) -> Arc<dyn Messenger>;

    /// The login.
    fn login(&self) -> LoginId;

    /// Its wallet.
    fn wallet(&self) -> WalletAddress;

    /// The claim to the lease of the login, where jars are stored under it.
    fn fence(&self) -> Option<Fence> {
        None
    }

    /// Returns when every message that was sent has executed or never will for now.
    async fn mine(&self);

    /// How many times TON was paid to Fragment so far.
    async fn payments(&self) -> usize;

    /// The person blocks the bot.
    async fn block(&self, chat: TelegramId);

    /// How many messages are in a chat.
    async fn messages(&self, chat: TelegramId) -> usize;
}

/// One test for each case that the outside ports must keep.
#[macro_export]
macro_rules! contract_of_outside {
    ($make:expr) => {
        $crate::contract_cases!($make, outside,
            gateway: [
                opening_again_answers_the_same_invoice,
                a_new_invoice_is_unpaid_and_ours,
                an_invoice_is_found_by_both_names,
                an_unknown_invoice_is_refused,
                the_list_shows_every_invoice_once,
                an_unpaid_invoice_cannot_be_refunded,
            ],
            chain: [
                signing_twice_gives_the_same_bytes,
                a_wallet_without_a_key_is_refused,
                sending_again_executes_once,
                what_was_not_sent_is_not_found,
                a_transaction_is_found_by_its_message,
                history_is_whole_down_to_where_it_says,
            ],
            market: [
                an_unknown_name_is_refused,
                prices_cover_everything_that_is_sold,
                an_offer_pays_nothing,
                an_offer_passes_the_checks,
                every_offer_has_names_of_its_own,
                a_confirm_may_be_repeated,
                a_paid_and_confirmed_purchase_is_delivered_once,
                an_unpaid_purchase_stays_pending,
                a_login_shows_its_wallet,
            ],
            messenger: [
                every_piece_of_news_is_a_new_message,
                a_live_message_is_edited_in_place,
                a_blocked_bot_is_refused,
            ],
        );
    };
}

/// A signed transfer of an intent, as it would be committed.
fn signed(outside: &dyn Outside, intent: &TransferIntent, lt_before: u64) -> Transfer {
    use crate::ports::wallet::Pays;
    let message = super::given(outside.signer().sign(intent), "a signature");
    let (destination, amount, link) = match &intent.pays {
        Pays::Link(link) => (link.destination, link.amount, Some(link.clone())),
        Pays::Nothing => (intent.wallet, crate::domain::money::NanoTon::ZERO, None),
    };
    Transfer {
        seqno: intent.seqno,
        valid_until: intent.valid_until,
        lt_before,
        destination,
        amount,
        body_hash: message.body_hash,
        message_hash: message.message_hash,
        link,
        boc: message.boc,
        signed_at: outside.clock().now(),
        ..super::rows::transfer(21, 10, intent.wallet, intent.seqno)
    }
}
