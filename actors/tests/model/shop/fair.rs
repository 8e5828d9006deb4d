//! From every state: when faults stop and everybody does what is due, does it come to a good end?
//! One deterministic schedule. Providers are honest and slow (three ticks behind), people open
//! what is stopped and assign what is strange, time passes when nothing else is left to do.
//!
//! A good end: every order is finished, or parked with a way out for an operator; every wallet can
//! be explained once more, and then holds on the chain what the ledger says. On the way no payment
//! may become worthless at Fragment because the confirm call came too late.

use starkeeper_actors::domain::ids::TransferId;
use starkeeper_actors::domain::invariants as must;
use starkeeper_actors::domain::money::NanoTon;
use starkeeper_actors::domain::order::OrderState;
use starkeeper_actors::domain::transfer::{Evidence, Transfer, Verdict};

use super::Shop;
use super::acts::{Act, living_epoch, may_deliver, paid};
use super::books;
use super::chain;
use super::check;
use super::operator::{self, Press};
use super::seed;
use super::starts::{Start, starts};
use super::state::{Doing, Left, State, What};
use super::steps::apply;
use super::words;
use crate::model::row::{Digest, Row};
use crate::model::search::{Seen, Unfair};

/// How far behind the honest providers are.
const LAG: u8 = 3;
/// Steps after which a schedule is taken for endless.
const ENDLESS: usize = 600;
/// The same in minutes: for the schedule, and for the last explanations after it.
const LONG: [u8; 2] = [90, 180];

pub fn settle(shop: &Shop, state: &State, good: &mut Seen) -> Result<(), Unfair> {
    let mut state = state.clone();
    state.left = Left::default();
    state.copy = None;
    let mut run = Run {
        shop,
        sent: sent(&state),
        passed: Vec::new(),
        from: state.clone(),
        acts: Vec::new(),
        looked: None,
    };
    for _ in 0..ENDLESS {
        if state.now > LONG[0] {
            break;
        }
        let key = Digest::of(&state);
        if good.contains(&key) {
            good.extend(run.passed);
            return Ok(());
        }
        run.passed.push(key);
        if let Err(what) = check::check(shop, &state).and_then(|()| run.told_in_time(&state)) {
            return run.unfair(&what);
        }
        let Some(act) = run.next(&state) else {
            return match run.closed(&state) {
                Ok(()) => {
                    good.extend(run.passed);
                    Ok(())
                }
                Err(what) => run.unfair(&what),
            };
        };
        state = run.step(&state, &act);
    }
    let open = state.books.orders.iter().filter(|order| !at_rest(order));
    let open: Vec<String> = open
        .map(|order| format!("{} {}", order.id, order.state_name()))
        .collect();
    run.unfair(&format!("no end: {}", open.join(", ")))
}

struct Run<'a> {
    shop: &'a Shop,
    /// Messages that had left before the run.
    sent: Vec<TransferId>,
    passed: Vec<u128>,
    /// Where the run began, and its steps: told in words only if it ends badly.
    from: State,
    acts: Vec<Act>,
    /// When people last opened or resumed something: they give it time to go on.
    looked: Option<u8>,
}

fn sent(state: &State) -> Vec<TransferId> {
    let net = state.net.iter().map(|one| one.id);
    let requests = 0..u8::try_from(state.requests.len()).expect("few");
    let ran = requests.filter_map(|n| paid(state, n).map(|one| one.id));
    let read = state.replicas.iter().filter_map(|one| match &one.doing {
        Some(Doing::Bytes(message)) => Some(message.id),
        Some(Doing::Ready(_)) | None => None,
    });
    net.chain(ran).chain(read).collect()
}

fn at_rest(order: &starkeeper_actors::domain::order::Order) -> bool {
    let parked = matches!(order.state, OrderState::Parked { .. });
    order.is_finished() || parked && !order.operator_may().is_empty()
}

impl Run<'_> {
    fn unfair(self, what: &str) -> Result<(), Unfair> {
        let what = words::plain(what);
        let mut state = self.from;
        let mut steps = Vec::new();
        for act in &self.acts {
            steps.push(words::say(self.shop, &state, act));
            state = apply(self.shop, &state, act);
        }
        Err(Unfair { what, steps })
    }

    fn step(&mut self, state: &State, act: &Act) -> State {
        self.acts.push(act.clone());
        apply(self.shop, state, act)
    }

    /// A message that left during this run, without any fault, is told to Fragment in time.
    fn told_in_time(&self, state: &State) -> Result<(), String> {
        for (n, request) in (0_u8..).zip(state.requests.iter()) {
            let Some(request) = request else { continue };
            let late = !request.confirmed && state.now >= request.deadline;
            if let Some(message) = paid(state, n).filter(|one| late && !self.sent.contains(&one.id))
            {
                return Err(format!(
                    "{} paid for {}, and Fragment was not told before its link lapsed: nothing \
                     will be delivered, though nothing had failed",
                    message.id, message.order
                ));
            }
        }
        Ok(())
    }

    /// The next step of the schedule; none at its end.
    fn next(&mut self, state: &State) -> Option<Act> {
        self.finish_what_is_begun(state)
            .or_else(|| self.world(state))
            .or_else(|| self.lease(state))
            .or_else(|| self.explain(state))
            .or_else(|| self.orders(state))
            .or_else(|| self.people(state))
            .or_else(|| self.waits(state).then_some(Act::Tick))
    }

    /// Whether something or somebody will go on later.
    fn waits(&self, state: &State) -> bool {
        let open = !state.books.orders.iter().all(|order| at_rest(order));
        let mut wallets = 0..self.shop.bounds.wallets;
        open || wallets.any(|wallet| operator::resumable(state, wallet).is_some())
    }

    fn finish_what_is_begun(&self, state: &State) -> Option<Act> {
        (0_u8..)
            .zip(&state.replicas)
            .find_map(|(replica, one)| match &one.doing {
                Some(Doing::Bytes(_)) => Some(Act::Send { replica }),
                Some(Doing::Ready(_)) => Some(Act::Commit { replica }),
                None => None,
            })
    }

    fn world(&self, state: &State) -> Option<Act> {
        if let Some(message) = state.net.first() {
            return Some(Act::Include {
                message: message.id,
                skip: false,
            });
        }
        let mut requests = (0_u8..).zip(state.requests.iter());
        let ready = requests.find(|(n, request)| {
            request
                .as_ref()
                .is_some_and(|one| may_deliver(state, *n, one))
        });
        if let Some((request, _)) = ready {
            return Some(Act::Deliver { request });
        }
        let mut orders = (0_u8..).zip(&state.books.orders);
        let open = !state.books.wallets[0].is_stopped();
        let waits = orders.find(|(_, order)| order.state_name() == "awaiting_payment");
        waits.filter(|_| open).map(|(order, _)| Act::Fund { order })
    }

    /// A replica that believes in these books; the last one there is.
    fn worker(&self, state: &State) -> Option<u8> {
        let of_life = (0_u8..)
            .zip(&state.replicas)
            .filter(|(_, one)| one.life == state.books.life);
        of_life.map(|(replica, _)| replica).last()
    }

    fn holder(&self, state: &State, wallet: u8) -> Option<u8> {
        let wallet = usize::from(wallet);
        let mut replicas = (0_u8..).zip(&state.replicas);
        let (life, epoch) = (state.books.life, state.books.epochs[wallet]);
        replicas
            .find(|(_, one)| one.life == life && one.epochs[wallet] == epoch && epoch > 0)
            .map(|(replica, _)| replica)
    }

    fn lease(&self, state: &State) -> Option<Act> {
        let mut wallets = 0..self.shop.bounds.wallets;
        let free = wallets.find(|wallet| living_epoch(state, *wallet).is_none())?;
        Some(Act::Lease {
            replica: self.worker(state)?,
            wallet: free,
        })
    }

    fn explain(&self, state: &State) -> Option<Act> {
        (0..self.shop.bounds.wallets).find_map(|wallet| {
            let replica = self.holder(state, wallet)?;
            let epoch = state.books.epochs[usize::from(wallet)];
            let row = &state.books.wallets[usize::from(wallet)];
            let known = row
                .explained_in
                .is_some_and(|at| at.get() == i64::from(epoch));
            let act = Act::Explain {
                replica,
                wallet,
                back: 0,
            };
            (!known && !row.is_stopped() && self.changes(state, &act)).then_some(act)
        })
    }

    fn changes(&self, state: &State, act: &Act) -> bool {
        Digest::of(&apply(self.shop, state, act)) != Digest::of(state)
    }

    fn orders(&self, state: &State) -> Option<Act> {
        (0..self.shop.bounds.orders).find_map(|order| {
            let row = &state.books.orders[usize::from(order)];
            let replica = self.holder(state, books::wallet_of(row))?;
            let begun = starts(self.shop, state, replica, order, false);
            let slow = self.slow_look(state, replica, order);
            let mut acts = begun.into_iter().chain(slow).map(|start| Act::Start {
                replica,
                order,
                start,
            });
            acts.find(|act| self.changes(state, act))
        })
    }

    /// What the slow and honest providers let us conclude about the message that is open: the
    /// live one, or one that was thought dead where the daemon would look at it again.
    fn slow_look(&self, state: &State, replica: u8, order: u8) -> Option<Start> {
        let row = &state.books.orders[usize::from(order)];
        let wallet = &state.books.wallets[usize::from(books::wallet_of(row))];
        let live = row
            .transfer()
            .filter(|_| matches!(row.state, OrderState::Paying { .. }));
        let waits = matches!(
            row.state,
            OrderState::Held { .. } | OrderState::Linked { .. }
        );
        let dead = || {
            let purchase = row.purchase().filter(|_| waits)?;
            let older = purchase.open_candidates(wallet).last()?.transfer;
            let begun = starts(self.shop, state, replica, order, true);
            let looks = begun
                .iter()
                .any(|start| matches!(start, Start::Look { .. }));
            looks.then_some(older)
        };
        let id = live.or_else(dead)?;
        let transfer = state.books.transfers.iter().find(|one| one.id == id)?;
        let verdict = slow_verdict(self.shop, state, transfer)?;
        let what = What::Verdict(seed::transfer_no(id), Row::new(verdict));
        Some(Start::Look { what, mixed: false })
    }

    /// Operators assign what is strange, open what is stopped, and wake a parked order that keeps
    /// a seqno for itself.
    fn people(&mut self, state: &State) -> Option<Act> {
        if self.looked.is_some_and(|at| state.now <= at + LAG) {
            return None;
        }
        let act = (0..self.shop.bounds.wallets).find_map(|wallet| {
            let stopped = state.books.wallets[usize::from(wallet)].is_stopped();
            let press = operator::strange(state, wallet).unwrap_or(Press::Open(wallet));
            let wakes = operator::resumable(state, wallet);
            stopped.then_some(press).or(wakes).map(Act::Press)
        });
        let waits = matches!(act, Some(Act::Press(Press::Open(_) | Press::Resume(_))));
        self.looked = waits.then_some(state.now).or(self.looked);
        act
    }

    /// At the end every wallet is explained under a new lease, and its money is there.
    fn closed(&mut self, state: &State) -> Result<(), String> {
        let mut state = state.clone();
        for wallet in 0..self.shop.bounds.wallets {
            state = self.explained_to_its_end(&state, wallet)?;
            let row = &state.books.wallets[usize::from(wallet)];
            if row.live.is_some() || row.claimed_by.is_some() {
                return Err(format!(
                    "nothing is open, and wallet {wallet} still has {:?}",
                    row.live
                ));
            }
            let chain = &state.chains[usize::from(wallet)];
            let balance = NanoTon::from_nanos(chain.balance(chain.txs.len()));
            let trial = books::trial(&state.books.ledger);
            let there = must::float_is_there(seed::wallet(wallet), &trial, balance);
            there.map_err(|broken| broken.to_string())?;
        }
        Ok(())
    }

    fn explained_to_its_end(&mut self, state: &State, wallet: u8) -> Result<State, String> {
        let mut state = state.clone();
        let place = usize::from(wallet);
        let holder = self
            .holder(&state, wallet)
            .ok_or("nobody holds the lease")?;
        // A last look: a lease taken anew must explain the history once more.
        let again = Act::Lease {
            replica: holder,
            wallet,
        };
        state = self.step(&state, &again);
        for _ in 0..ENDLESS {
            if state.now > LONG[1] {
                break;
            }
            let row = &state.books.wallets[place];
            let epoch = state.books.epochs[place];
            let known = row
                .explained_in
                .is_some_and(|at| at.get() == i64::from(epoch));
            if known && !row.is_stopped() {
                return Ok(state);
            }
            let act = self.next(&state).unwrap_or(Act::Tick);
            state = self.step(&state, &act);
        }
        Err(format!("wallet {wallet} is never explained"))
    }
}

fn slow_verdict(shop: &Shop, state: &State, transfer: &Transfer) -> Option<Verdict> {
    let chain = &state.chains[usize::from(seed::wallet_no(transfer.wallet))];
    let time = state.now.saturating_sub(LAG);
    let n = chain.known_at(time);
    let found = chain.index_of(transfer.id).filter(|index| *index < n);
    let evidence = Evidence {
        found: found.map(|index| chain::shown(chain, index, false)),
        states: vec![
            chain::account(chain, n, time, 0),
            chain::account(chain, n, time, 1),
        ],
        history: Some(chain::history(chain, n, transfer.lt_before, false)),
    };
    let order = state
        .books
        .orders
        .iter()
        .find(|order| order.id == transfer.order)?;
    let mut others = books::of_order(&state.books, order);
    others.retain(|one| one.id != transfer.id);
    match transfer.judge(&evidence, &others, shop.judge) {
        Verdict::Wait(_) => None,
        verdict => Some(verdict),
    }
}
