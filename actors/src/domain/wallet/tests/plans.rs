//! When a wallet signs, and with what.

use proptest::prelude::*;

use crate::domain::ids::{Epoch, OrderId, TransferId};
use crate::domain::money::NanoTon;
use crate::domain::samples::{
    EPOCH, LT, ORDER, SEQNO, WALLET, account, after, noon, signing_rules, ton, wallet,
};
use crate::domain::transfer::AccountState;
use crate::domain::wallet::{CannotSign, Signature, SigningDesk, Wallet, WhyStopped};
use crate::domain::{Span, Timestamp};

fn plan(wallet: &Wallet, state: &AccountState) -> Result<Signature, CannotSign> {
    plan_for(wallet, state, ton("0.326"), Some(after(600)))
}

fn plan_for(
    wallet: &Wallet,
    state: &AccountState,
    amount: NanoTon,
    deadline: Option<Timestamp>,
) -> Result<Signature, CannotSign> {
    let desk = SigningDesk {
        epoch: EPOCH,
        rules: signing_rules(),
        now: noon(),
    };
    wallet.plan(ORDER, amount, deadline, state, desk)
}

fn good() -> AccountState {
    account(1, SEQNO, LT, noon())
}

#[test]
fn an_agreeing_chain_lets_the_books_own_seqno_be_signed() {
    let later = account(1, SEQNO, LT + 9, noon());
    let expected = Signature {
        seqno: SEQNO,
        valid_until: after(180),
        lt_before: LT + 9,
    };
    assert_eq!(plan(&wallet(), &later), Ok(expected));
}

#[test]
fn a_row_that_may_not_sign_says_why() {
    let (live, other) = (TransferId::new(1), OrderId::new(71));
    let ahead = WhyStopped::Ahead { shown: 9, books: 6 };
    let (stopped, why) = (wallet().stopped(ahead), ahead.to_string());
    assert_eq!(
        plan(&stopped, &good()),
        Err(CannotSign::Stopped {
            wallet: WALLET,
            why
        })
    );
    let unexplained = CannotSign::NotExplained(WALLET);
    for explained_in in [None, Some(Epoch::new(2))] {
        let wallet = Wallet {
            explained_in,
            ..wallet()
        };
        assert_eq!(plan(&wallet, &good()), Err(unexplained.clone()));
    }
    let busy = Err(CannotSign::Busy {
        wallet: WALLET,
        live,
    });
    assert_eq!(plan(&wallet().signed(live), &good()), busy);
    let claimed = Err(CannotSign::Claimed {
        wallet: WALLET,
        order: other,
    });
    assert_eq!(plan(&wallet().dead(other, 1), &good()), claimed);
    assert!(
        plan(&wallet().dead(ORDER, 1), &good()).is_ok(),
        "the claim is its own"
    );
}

#[test]
fn a_chain_that_disagrees_with_the_books_is_not_signed_for() {
    let books = SEQNO;
    let ahead = CannotSign::Ahead {
        wallet: WALLET,
        shown: SEQNO + 1,
        books,
    };
    assert_eq!(
        plan(&wallet(), &account(1, SEQNO + 1, LT + 9, noon())),
        Err(ahead)
    );
    let stale = |shown| {
        Err(CannotSign::Stale {
            wallet: WALLET,
            shown,
            books,
        })
    };
    assert_eq!(
        plan(&wallet(), &account(1, SEQNO - 1, LT, noon())),
        stale(SEQNO - 1)
    );
    assert_eq!(
        plan(&wallet(), &account(1, SEQNO, LT - 1, noon())),
        stale(SEQNO)
    );
    let empty = AccountState {
        last: None,
        ..account(1, 0, 0, noon())
    };
    assert_eq!(plan(&wallet(), &empty), stale(0));
    for off_s in [-31, 31] {
        let skewed = account(1, SEQNO, LT, after(off_s));
        let refused = Err(CannotSign::ClockSkew {
            wallet: WALLET,
            off_s: 31,
        });
        assert_eq!(plan(&wallet(), &skewed), refused);
    }
}

#[test]
fn the_amount_and_the_reserve_must_be_there() {
    let needed = ton("0.376");
    let balance = ton("0.375999999");
    let poor = AccountState { balance, ..good() };
    let refused = Err(CannotSign::TooPoor {
        wallet: WALLET,
        balance,
        needed,
    });
    assert_eq!(plan(&wallet(), &poor), refused);
    assert!(
        plan(
            &wallet(),
            &AccountState {
                balance: needed,
                ..good()
            }
        )
        .is_ok()
    );
}

#[test]
fn a_deadline_leaves_a_minute_at_least_or_a_new_link_is_asked_for() {
    let until = |seconds| plan_for(&wallet(), &good(), ton("0.326"), Some(after(seconds)));
    let refused = CannotSign::LinkExpires(WALLET);
    assert_eq!(until(89), Err(refused));
    assert_eq!(
        until(90).map(|signature| signature.valid_until),
        Ok(after(60))
    );
    assert_eq!(
        until(210).map(|signature| signature.valid_until),
        Ok(after(180))
    );
    let burn = plan_for(&wallet(), &good(), NanoTon::ZERO, None);
    assert_eq!(burn.map(|signature| signature.valid_until), Ok(after(180)));
}

proptest! {
    #[test]
    fn a_signature_is_made_only_at_the_chains_own_seqno_and_always_in_time(
        books in 0_u32..4, shown in 0_u32..4, seconds in -60_i64..60,
        deadline in prop::option::of(0_i64..700), lt in LT - 2..LT + 3
    ) {
        let wallet = Wallet { next_seqno: books, ..wallet() };
        let state = account(1, shown, lt, after(seconds));
        let limit = deadline.map(after);
        if let Ok(signature) = plan_for(&wallet, &state, ton("1"), limit) {
            prop_assert_eq!((signature.seqno, shown), (books, books));
            prop_assert_eq!(signature.lt_before, lt);
            prop_assert!(lt >= LT);
            prop_assert!(signature.valid_until >= state.time + Span::seconds(60));
            prop_assert!(signature.valid_until <= state.time + Span::seconds(180));
            if let Some(limit) = limit {
                prop_assert!(signature.valid_until <= limit - Span::seconds(30));
            }
        }
    }
}

#[test]
fn only_proof_moves_the_seqno_and_two_unpaid_in_a_row_stop_the_wallet() {
    let busy = wallet().signed(TransferId::new(1));
    assert_eq!(
        (busy.next_seqno, busy.live),
        (SEQNO, Some(TransferId::new(1)))
    );
    let paid = busy.paid();
    assert_eq!((paid.next_seqno, paid.live), (SEQNO + 1, None));
    let once = busy.consumed_unpaid();
    assert_eq!(
        (once.next_seqno, once.unpaid_in_row, once.is_stopped()),
        (SEQNO + 1, 1, false)
    );
    let twice = once.signed(TransferId::new(2)).consumed_unpaid();
    assert_eq!((twice.next_seqno, twice.is_stopped()), (SEQNO + 2, true));
    assert!(!once.paid().consumed_unpaid().is_stopped(), "not in a row");
    let dead = busy.dead(ORDER, 1);
    assert_eq!(
        (dead.next_seqno, dead.live, dead.claimed_by),
        (SEQNO, None, Some(ORDER))
    );
    assert_eq!(busy.dead(ORDER, 2).claimed_by, None);
    assert_eq!(
        busy.stopped(WhyStopped::Unpaid).live,
        Some(TransferId::new(1)),
        "it may still execute"
    );
    let opened = twice.opened();
    assert!(!opened.is_stopped() && !opened.is_explained(EPOCH));
    assert_eq!(opened.unpaid_in_row, 0);
}
