//! Leases and fences.

use super::{EmptyBooks, blank, refused, till};
use crate::domain::Span;
use crate::domain::ids::{Epoch, ReplicaId};
use crate::ports::Books;
use crate::ports::books::{Commit, CommitFailed, CommitRefused, Fence, Lease, LeaseKey};
use crate::testing::contract::{given, there};

const ONE: ReplicaId = ReplicaId::new(1);
const TWO: ReplicaId = ReplicaId::new(2);

/// Long enough that no engine is slower, short enough to wait for.
const TTL: Span = Span::milliseconds(400);
const LONGER: Span = Span::milliseconds(500);

async fn take(books: &dyn Books, replica: ReplicaId) -> Option<Lease> {
    let key = LeaseKey::Wallet(till());
    given(books.lease(key, replica, TTL).await, "a lease")
}

async fn write(books: &dyn Books, fence: Fence) -> Result<(), CommitFailed> {
    let fences = vec![fence];
    let commit = blank(books).await;
    books.commit(Commit { fences, ..commit }).await
}

/// While it lasts.
pub async fn a_lease_has_one_holder(empty: &dyn EmptyBooks) {
    let (one, two) = (empty.client(), empty.client());
    let lease = there(take(&*one, ONE).await, "the lease");
    assert_eq!(take(&*two, TWO).await, None);
    given(write(&*one, lease.fence()).await, "a fenced commit");
}

/// So that what was found out under it stays true.
pub async fn prolonging_keeps_the_epoch(empty: &dyn EmptyBooks) {
    let books = empty.client();
    let first = there(take(&*books, ONE).await, "the lease");
    let again = there(take(&*books, ONE).await, "the lease again");
    assert_eq!(first.epoch, again.epoch);
    assert!(again.until >= first.until);
    empty.pass(LONGER).await;
    let late = there(take(&*books, ONE).await, "nobody took it");
    assert_eq!(first.epoch, late.epoch);
    assert_eq!(take(&*books, TWO).await, None);
}

/// By the books' own clock.
pub async fn a_lease_that_ran_out_goes_to_the_next_under_a_higher_epoch(empty: &dyn EmptyBooks) {
    let (one, two) = (empty.client(), empty.client());
    let first = there(take(&*one, ONE).await, "the lease");
    empty.pass(LONGER).await;
    let second = there(take(&*two, TWO).await, "the lease after it ran out");
    assert!(second.epoch > first.epoch);
    assert_eq!(take(&*one, ONE).await, None, "it is the other's now");
}

/// And its next holder has a higher epoch.
pub async fn a_lease_given_back_is_free_at_once(empty: &dyn EmptyBooks) {
    let (one, two) = (empty.client(), empty.client());
    let first = there(take(&*one, ONE).await, "the lease");
    given(one.release(first, ONE).await, "given back");
    let second = there(take(&*two, TWO).await, "the lease");
    assert!(second.epoch > first.epoch);
    let why = refused(write(&*one, first.fence()).await);
    assert!(matches!(why, CommitRefused::Fenced { .. }), "{why:?}");
}

/// A replica that wakes up late does not take the lease from its new holder.
pub async fn giving_back_an_old_lease_frees_nothing(empty: &dyn EmptyBooks) {
    let (one, two) = (empty.client(), empty.client());
    let first = there(take(&*one, ONE).await, "the lease");
    empty.pass(LONGER).await;
    let second = there(take(&*two, TWO).await, "the lease");
    given(one.release(first, ONE).await, "too late");
    given(one.release(second, ONE).await, "not its own");
    assert_eq!(take(&*one, ONE).await, None);
    given(write(&*two, second.fence()).await, "the holder writes");
}

/// Whatever it remembers.
pub async fn a_sleeper_is_refused_after_its_lease_went_on(empty: &dyn EmptyBooks) {
    let (one, two) = (empty.client(), empty.client());
    let first = there(take(&*one, ONE).await, "the lease");
    empty.pass(LONGER).await;
    let second = there(take(&*two, TWO).await, "the lease");
    let why = refused(write(&*one, first.fence()).await);
    let expected = CommitRefused::Fenced {
        key: first.key,
        current: second.epoch,
        named: first.epoch,
    };
    assert_eq!(why, expected);
    given(write(&*two, second.fence()).await, "the new holder");
}

/// Safety is the epoch; the time is for liveness only.
pub async fn a_lease_that_ran_out_and_nobody_took_still_writes(empty: &dyn EmptyBooks) {
    let books = empty.client();
    let lease = there(take(&*books, ONE).await, "the lease");
    empty.pass(LONGER).await;
    given(write(&*books, lease.fence()).await, "a late commit");
}

/// Neither with a guessed epoch.
pub async fn a_lease_that_was_never_granted_does_not_write(empty: &dyn EmptyBooks) {
    let books = empty.client();
    for epoch in [-1, 0, 1, 2] {
        let fence = Fence {
            key: LeaseKey::Pricing,
            epoch: Epoch::new(epoch),
        };
        let why = refused(write(&*books, fence).await);
        assert!(matches!(why, CommitRefused::Fenced { .. }), "{why:?}");
    }
}

/// One may be held while another is taken, and each counts its own epochs.
pub async fn leases_of_different_keys_are_apart(empty: &dyn EmptyBooks) {
    let books = empty.client();
    let lease = async |key, replica| given(books.lease(key, replica, TTL).await, "a lease");
    let other = crate::testing::wallet_numbered(2);
    let keys = [
        LeaseKey::Wallet(till()),
        LeaseKey::Wallet(other),
        LeaseKey::Login(crate::domain::ids::LoginId::new(1)),
        LeaseKey::Poller(crate::domain::ids::BotId::new(1)),
        LeaseKey::Pricing,
        LeaseKey::Notifier,
    ];
    for (key, replica) in keys.into_iter().zip(1..) {
        let replica = ReplicaId::new(replica);
        let taken = there(lease(key, replica).await, "the lease");
        assert_eq!(taken.key, key);
    }
}
