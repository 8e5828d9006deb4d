//! The contract of the books.
//!
//! Every refusal is met by the interleaving that makes it necessary, and what many clients do at
//! once is done by many clients at once.

use std::sync::Arc;

use async_trait::async_trait;

use super::given;
use super::rows;
use crate::domain::Span;
use crate::domain::ids::{IncarnationId, WalletAddress};
use crate::domain::ledger::Entry;
use crate::ports::Books;
use crate::ports::books::{Commit, CommitFailed, CommitRefused, RowWrite, Write};
use crate::testing::wallet_numbered;

pub mod answers;
pub mod audit;
pub mod breaks;
pub mod found;
pub mod leases;
pub mod money;
pub mod names;
pub mod notices;
pub mod orders;
pub mod people;
pub mod queue;
pub mod races;
pub mod reads;
pub mod transfers;
pub mod versions;

/// Empty books, and what a case may do to them besides the port.
#[async_trait]
pub trait EmptyBooks: Send + Sync {
    /// A client of these books; each call another one, as another replica would have.
    fn client(&self) -> Arc<dyn Books>;

    /// Returns when the books' own clock has moved on by this much. Cases ask for less than a
    /// second.
    async fn pass(&self, by: Span);

    /// Adopts the books under another life, as a restore does.
    async fn adopt(&self, life: IncarnationId);

    /// Retires the books, as moving them does.
    async fn retire(&self);
}

/// One test for each case of the contract of the books.
#[macro_export]
macro_rules! contract_of_books {
    ($make:expr) => {
        $crate::contract_cases!($make, books,
            versions: [
                a_new_row_is_refused_where_one_exists,
                a_write_over_a_version_that_is_gone_is_refused,
                a_row_that_does_not_exist_cannot_be_written_over,
                every_write_raises_the_version_by_one,
                a_refused_commit_leaves_nothing_behind,
                books_of_another_life_take_nothing,
                retired_books_take_nothing,
            ],
            money: [
                an_entry_is_taken_once,
                an_entry_is_taken_once_within_one_commit_too,
                no_balance_falls_below_its_floor,
                a_floor_holds_after_every_posting_of_a_commit,
                a_fact_is_never_refused_by_a_floor,
                a_balance_below_zero_may_rise,
                shop_accounts_have_no_floor,
                a_statement_shows_the_newest_lines_and_the_balance_before_them,
                an_entry_is_one_line_of_a_statement_however_often_it_moves_the_account,
                all_who_ask_at_once_hear_of_their_own_accounts,
                the_trial_balance_balances,
                an_orphan_is_entered_once_and_goes_back_once,
            ],
            people: [
                who_waits_for_the_opening_comes_page_by_page,
                an_erased_person_leaves_an_account_and_no_chat,
                a_person_with_something_open_is_not_erased,
                a_person_is_erased_once_over_the_version_that_was_seen,
                books_of_another_life_erase_nobody,
                no_commit_changes_whether_somebody_is_erased,
                an_erased_account_makes_no_order_and_no_invoice,
                a_late_payment_reaches_an_erased_account,
                a_pseudonym_finds_the_account_until_it_is_over,
            ],
            names: [
                an_update_is_handled_once,
                every_kind_of_claim_is_taken_once,
                references_and_assignments_are_known_to_their_wallet,
                the_log_is_never_a_gate,
                a_long_event_is_refused,
                a_frozen_customer_meets_the_guard,
                a_debt_meets_the_guard,
                another_open_order_meets_the_guard,
                a_guard_counts_what_the_commit_itself_writes,
            ],
            orders: [
                a_quote_buys_once,
                an_order_number_is_given_once,
                what_was_agreed_never_changes,
                a_finished_order_does_not_come_back,
                a_recipient_has_one_live_premium_order,
                an_order_stays_with_its_wallet,
                a_gateway_name_is_given_once,
                a_gateway_uuid_belongs_to_one_invoice,
                a_chat_has_one_account,
                the_seqno_of_a_wallet_never_goes_back,
            ],
            transfers: [
                an_order_has_one_live_transfer,
                a_wallet_has_one_live_transfer,
                a_seqno_is_used_once_unless_dead,
                the_bytes_of_a_transfer_never_change,
                a_judged_transfer_is_never_live_again,
                an_older_transfer_may_take_the_place_of_the_live_one,
            ],
            notices: [
                the_same_news_is_owed_once,
                a_person_hears_things_in_order,
                everybody_has_a_turn,
                a_notice_waits_until_it_is_due,
                a_delivered_notice_makes_room_for_the_next,
                what_a_blocked_person_missed_is_kept,
                what_a_notice_says_never_changes,
                all_notices_of_one_audience_come_newest_first,
                a_stale_order_is_shown_until_its_newest_state_is,
                a_live_message_waits_until_it_is_due,
            ],
            leases: [
                a_lease_has_one_holder,
                prolonging_keeps_the_epoch,
                a_lease_that_ran_out_goes_to_the_next_under_a_higher_epoch,
                a_lease_given_back_is_free_at_once,
                giving_back_an_old_lease_frees_nothing,
                a_sleeper_is_refused_after_its_lease_went_on,
                a_lease_that_ran_out_and_nobody_took_still_writes,
                a_lease_that_was_never_granted_does_not_write,
                leases_of_different_keys_are_apart,
            ],
            found: [
                an_order_is_found_by_whatever_names_it,
                all_invoices_come_newest_first,
                leases_are_shown_as_they_stand,
            ],
            queue: [orders_that_wait_for_a_till_come_behind_all_others,],
            reads: [
                orders_that_are_due_come_oldest_first_and_take_turns,
                orders_that_are_not_due_do_not_come,
                invoices_that_are_due_come_oldest_first,
                invoices_are_found_by_name_and_by_customer,
                an_invoice_file_is_whole,
                orders_are_found_by_number_customer_and_wallet,
                an_order_file_is_whole,
                orders_of_everybody_come_newest_first,
                a_look_at_a_chat_opens_no_account,
                a_tally_counts_what_goes_on,
                a_chat_finds_its_account_or_opens_one,
                a_purse_and_a_float_are_balances,
                prices_and_logins_and_wallets_are_kept,
                the_shop_is_kept,
                a_turnover_is_what_the_entries_of_its_time_say,
            ],
            breaks: [
                purchases_come_newest_first_with_their_orders,
                an_order_given_up_is_watched_until_its_time_is_over,
                breaks_are_found_while_they_are_open_and_by_name,
                a_break_stays_with_its_wallet,
            ],
            answers: [
                a_key_gets_one_answer,
                a_key_is_forgotten_after_a_while,
            ],
            audit: [
                what_people_did_comes_newest_first_and_by_its_subject,
                a_deed_has_one_outcome_and_a_refused_commit_says_nothing,
            ],
            races: [
                many_clients_never_overdraw_a_balance,
                many_clients_post_an_entry_once,
                many_clients_share_one_lease,
                many_clients_handle_an_update_once,
                many_clients_buy_a_quote_once,
                many_clients_sign_one_transfer_of_a_wallet,
                many_clients_open_one_account,
                many_clients_count_without_losing_one,
                whoever_buys_at_that_moment_is_not_erased,
            ],
        );
    };
}

/// The wallet of the cases.
fn till() -> WalletAddress {
    wallet_numbered(1)
}

/// An empty commit in the name of the books' present life.
async fn blank(books: &dyn Books) -> Commit {
    let life = given(books.incarnation().await, "the life of the books");
    Commit::new(life, rows::noon())
}

async fn write_rows(books: &dyn Books, rows: Vec<RowWrite>) -> Result<(), CommitFailed> {
    let commit = blank(books).await;
    books.commit(Commit { rows, ..commit }).await
}

async fn write_entries(books: &dyn Books, entries: Vec<Entry>) -> Result<(), CommitFailed> {
    let commit = blank(books).await;
    books.commit(Commit { entries, ..commit }).await
}

/// Two customers with 10 USD each, and a wallet with 100 TON of float.
async fn open_shop(books: &dyn Books) {
    let wallet = till();
    let float = crate::domain::money::NanoTon::from_nanos(100_000_000_000);
    let adopted = rows::entry(
        crate::domain::ledger::EntryKey::Adopted { wallet },
        crate::domain::ledger::Account::Float(wallet),
        crate::domain::ledger::Account::Opening(crate::domain::ledger::Asset::Ton),
        float,
    );
    let commit = Commit {
        rows: vec![
            RowWrite::Customer(Write::new(rows::customer(1))),
            RowWrite::Customer(Write::new(rows::customer(2))),
            RowWrite::Wallet(Write::new(rows::wallet(wallet))),
        ],
        entries: vec![
            rows::gift(1_001, 1, 10_000_000),
            rows::gift(1_002, 2, 10_000_000),
            adopted,
        ],
        ..blank(books).await
    };
    given(books.commit(commit).await, "the shop opens");
}

/// Why a commit was refused; anything else fails the case.
#[expect(clippy::panic, reason = "a case that cannot go on has failed")]
fn refused(outcome: Result<(), CommitFailed>) -> CommitRefused {
    match outcome {
        Err(CommitFailed::Refused(why)) => why,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

fn assert_stale(outcome: Result<(), CommitFailed>) {
    let why = refused(outcome);
    let stale = matches!(&why, CommitRefused::Stale { .. });
    assert!(stale, "expected a stale row, got {why:?}");
}

fn assert_taken(outcome: Result<(), CommitFailed>) {
    let why = refused(outcome);
    let taken = matches!(&why, CommitRefused::Taken { .. });
    assert!(taken, "expected a name that is taken, got {why:?}");
}

/// A rule of the books' own. Where an engine keeps it by a unique index, it may say that a name is
/// taken.
fn assert_rule(outcome: Result<(), CommitFailed>) {
    let why = refused(outcome);
    let rule = matches!(
        &why,
        CommitRefused::Rule { .. } | CommitRefused::Taken { .. }
    );
    assert!(rule, "expected a rule of the books, got {why:?}");
}
