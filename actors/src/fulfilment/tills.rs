//! The tills this replica holds: a wallet, the login that proves it, and the leases on both.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use crate::domain::ids::{Epoch, LoginId, WalletAddress};
use crate::ports::books::{Fence, Lease, LeaseKey};

/// What tending the leases brought for one till.
#[derive(Clone, Debug)]
pub(super) struct Tended {
    /// Which wallet.
    pub wallet: WalletAddress,
    /// The login that proves it, if one is configured.
    pub login: Option<LoginId>,
    /// The leases: the wallet's, and the login's where there is one. None if another replica
    /// holds either.
    pub leases: Option<(Lease, Option<Lease>)>,
    /// When the books were asked: the leases last at least `lease` from here by our own watch.
    pub asked: Instant,
}

/// A right to work with one till, as a run carries it. It ends by itself.
#[derive(Clone, Debug)]
pub(super) struct Tenure {
    /// Which wallet.
    pub wallet: WalletAddress,
    /// Its login.
    pub login: Option<LoginId>,
    /// The wallet lease's epoch.
    pub epoch: Epoch,
    fences: Vec<Fence>,
    until: watch::Receiver<Instant>,
}

impl Tenure {
    /// The claims every commit makes.
    pub(super) fn fences(&self) -> Vec<Fence> {
        self.fences.clone()
    }

    /// The claim to the lease of a login, if that is this till's.
    pub(super) fn fence_of(&self, login: LoginId) -> Option<Fence> {
        let key = LeaseKey::Login(login);
        self.fences.iter().find(|fence| fence.key == key).copied()
    }

    /// Whether the leases last longer than a call may take (rule 7).
    pub(super) fn outlasts(&self, call: Duration) -> bool {
        *self.until.borrow() > Instant::now() + call
    }
}

struct Till {
    tenure: Tenure,
    leases: Vec<Lease>,
    until: watch::Sender<Instant>,
    explained: Option<Instant>,
    busy_explaining: bool,
    /// Since when it is held, or when it was compared last.
    compared: Instant,
    comparison: Comparing,
}

/// Whether a till is being compared with chain and history.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Comparing {
    /// Held and not compared yet.
    First,
    /// Compared before.
    Again,
    /// A comparison runs.
    Now,
}

/// All tills held.
#[derive(Default)]
pub(super) struct Tills {
    held: BTreeMap<WalletAddress, Till>,
}

impl Tills {
    /// Takes in what tending brought. A till whose epoch changed, or that went elsewhere, is
    /// dropped with everything remembered about it: its runs notice by their fences.
    pub(super) fn tended(&mut self, tended: &Tended, lease: Duration) {
        let Tended {
            wallet,
            login,
            leases,
            asked,
        } = *tended;
        let Some((of_wallet, of_login)) = leases else {
            self.held.remove(&wallet);
            return;
        };
        let leases: Vec<Lease> = [Some(of_wallet), of_login].into_iter().flatten().collect();
        let fences: Vec<Fence> = leases.iter().map(Lease::fence).collect();
        let ends = asked + lease;
        if let Some(till) = self.held.get_mut(&wallet)
            && till.tenure.fences == fences
        {
            till.until.send_replace(ends);
            return;
        }
        let (until, watched) = watch::channel(ends);
        let epoch = of_wallet.epoch;
        let tenure = Tenure {
            wallet,
            login,
            epoch,
            fences,
            until: watched,
        };
        let till = Till {
            tenure,
            leases,
            until,
            explained: None,
            busy_explaining: false,
            compared: asked,
            comparison: Comparing::First,
        };
        self.held.insert(wallet, till);
    }

    /// The right to work with a wallet, if it is held.
    pub(super) fn tenure(&self, wallet: WalletAddress) -> Option<Tenure> {
        self.held.get(&wallet).map(|till| till.tenure.clone())
    }

    /// Tills whose history must be explained: never under this lease, or not lately. They are
    /// marked as busy until [`Tills::explained`].
    pub(super) fn begin_explaining(&mut self, now: Instant, sweep: Duration) -> Vec<Tenure> {
        let due = self.held.values_mut().filter(|till| {
            let old = till.explained.is_none_or(|at| at + sweep <= now);
            old && !till.busy_explaining
        });
        let due = due.map(|till| {
            till.busy_explaining = true;
            till.tenure.clone()
        });
        due.collect()
    }

    /// An attempt to explain ended.
    pub(super) fn explained(&mut self, tenure: &Tenure, worked: bool) {
        if let Some(till) = self.held.get_mut(&tenure.wallet)
            && till.tenure.epoch == tenure.epoch
        {
            till.busy_explaining = false;
            if worked {
                till.explained = Some(Instant::now());
            }
        }
    }

    /// Tills whose books are to be compared with chain and history. They are marked as busy until
    /// [`Tills::reconciled`].
    pub(super) fn begin_reconciling(&mut self, now: Instant, every: Duration) -> Vec<Tenure> {
        let due = self.held.values_mut().filter(|till| {
            let pause = match till.comparison {
                Comparing::First => every / 10,
                Comparing::Again => every,
                Comparing::Now => return false,
            };
            till.compared + pause <= now
        });
        let due = due.map(|till| {
            till.comparison = Comparing::Now;
            till.tenure.clone()
        });
        due.collect()
    }

    /// A comparison ended, however it went: the next one is no sooner.
    pub(super) fn reconciled(&mut self, tenure: &Tenure) {
        if let Some(till) = self.held.get_mut(&tenure.wallet)
            && till.tenure.epoch == tenure.epoch
        {
            till.comparison = Comparing::Again;
            till.compared = Instant::now();
        }
    }

    /// Asks for a new explanation at the next look.
    pub(super) fn explain_again(&mut self, wallet: WalletAddress) {
        if let Some(till) = self.held.get_mut(&wallet) {
            till.explained = None;
        }
    }

    /// Lets every till go; answers the leases to give back.
    pub(super) fn leave(&mut self) -> Vec<Lease> {
        std::mem::take(&mut self.held)
            .into_values()
            .flat_map(|till| till.leases)
            .collect()
    }

    /// Wallet, epoch and whether it was explained, for the snapshot.
    pub(super) fn shown(&self) -> impl Iterator<Item = (WalletAddress, Epoch, bool)> + '_ {
        self.held
            .iter()
            .map(|(wallet, till)| (*wallet, till.tenure.epoch, till.explained.is_some()))
    }
}

/// One order at a time in each till of this process. Outlives restarts of the actor, because the
/// runs do.
#[derive(Clone, Default)]
pub(super) struct Lanes(Arc<Mutex<HashSet<WalletAddress>>>);

/// A lane that was entered; leaving it is dropping this.
pub(super) struct Lane {
    lanes: Lanes,
    wallet: WalletAddress,
}

impl Lanes {
    /// Enters a till's lane, unless another order is in it.
    pub(super) fn enter(&self, wallet: WalletAddress) -> Option<Lane> {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        taken.insert(wallet).then(|| Lane {
            lanes: self.clone(),
            wallet,
        })
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        let mut taken = self.lanes.0.lock().unwrap_or_else(PoisonError::into_inner);
        taken.remove(&self.wallet);
    }
}
