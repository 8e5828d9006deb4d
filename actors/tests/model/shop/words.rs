//! Steps in plain words.

use starkeeper_actors::domain::transfer::{Purpose, Transfer, Verdict};

use super::Shop;
use super::acts::Act;
use super::books;
use super::operator::Press;
use super::seed;
use super::starts::Start;
use super::state::{Doing, State, What};

fn name(order: u8) -> char {
    char::from(b'A' + order)
}

fn daemon(replica: u8) -> String {
    format!("daemon {}", replica + 1)
}

pub fn say(_: &Shop, state: &State, act: &Act) -> String {
    let text = match act {
        Act::Lease { .. }
        | Act::Explain { .. }
        | Act::Start { .. }
        | Act::Send { .. }
        | Act::Commit { .. }
        | Act::Lose { .. }
        | Act::Crash { .. } => of_daemons(state, act),
        Act::Tick
        | Act::Include { .. }
        | Act::Deliver { .. }
        | Act::Bounce { .. }
        | Act::Hand { .. }
        | Act::Fund { .. }
        | Act::Press(_)
        | Act::Copy
        | Act::Restore => of_the_world(state, act),
    };
    format!("[minute {}] {text}", state.now)
}

fn of_daemons(state: &State, act: &Act) -> String {
    match act {
        Act::Lease { replica, wallet } => {
            let epoch = state.books.epochs[usize::from(*wallet)] + 1;
            let who = daemon(*replica);
            format!("{who} takes the lease on wallet {wallet}, epoch {epoch}")
        }
        Act::Explain {
            replica,
            wallet,
            back,
        } => {
            let lags = if *back > 0 {
                ", by a provider that lags"
            } else {
                ""
            };
            let who = daemon(*replica);
            format!("{who} explains the history of wallet {wallet}{lags}")
        }
        Act::Start {
            replica,
            order,
            start,
        } => {
            let (who, order) = (daemon(*replica), name(*order));
            format!("{who}, order {order}: {}", begun(state, start))
        }
        Act::Send { replica } => sends(state, *replica),
        Act::Commit { replica } => commits(state, *replica),
        Act::Lose { replica } => {
            let who = daemon(*replica);
            format!("{who} loses the answer and what it had in mind")
        }
        Act::Crash { replica } => format!("{} dies and starts again", daemon(*replica)),
        _ => unreachable!("a step of the world"),
    }
}

fn of_the_world(state: &State, act: &Act) -> String {
    match act {
        Act::Tick => "a minute passes".to_owned(),
        Act::Include { message, skip } => {
            let how = if *skip {
                "accepts, but cannot afford,"
            } else {
                "executes"
            };
            let message = state.net.iter().find(|one| one.id == *message);
            let message = message.map_or_else(String::new, |one| tells(one));
            format!("the chain {how} {message}")
        }
        Act::Deliver { request } => format!("Fragment delivers purchase {}", of(state, *request)),
        Act::Bounce { request } => {
            let purchase = of(state, *request);
            format!("Fragment sends the TON of purchase {purchase} back")
        }
        Act::Hand { wallet } => format!("the owner sends TON from wallet {wallet} by hand"),
        Act::Fund { order } => format!("order {} is paid for: price held", name(*order)),
        Act::Press(press) => presses(press),
        Act::Copy => "a copy of the books is made".to_owned(),
        Act::Restore => "the books are restored from the copy; a second daemon starts on them, \
                         the first still runs"
            .to_owned(),
        _ => unreachable!("a step of a daemon"),
    }
}

fn of(state: &State, request: u8) -> String {
    let purchase = state.requests[usize::from(request)].as_ref();
    let order = purchase.map_or('?', |one| name(one.order));
    format!("r{request} (order {order})")
}

fn tells(message: &Transfer) -> String {
    let what = match message.purpose {
        Purpose::Goods => "pays",
        Purpose::Burn { .. } => "burns the seqno",
    };
    let order = name(seed::order_no(message.order));
    let until = seed::tick_of(message.valid_until);
    format!(
        "{} ({what} for order {order}, wallet {}, seqno {}, until minute {until})",
        message.id,
        seed::wallet_no(message.wallet),
        message.seqno
    )
}

fn begun(state: &State, start: &Start) -> String {
    match start {
        Start::Ready(what) => format!("decides: {}", decision(what)),
        Start::Look { what, mixed } => {
            let how = if *mixed {
                " (one provider pairs a new time with old data)"
            } else {
                ""
            };
            format!("looks at the chain{how} and decides: {}", decision(what))
        }
        Start::Sign {
            signature,
            purpose,
            mixed,
            ..
        } => {
            let what = match purpose {
                Purpose::Goods => "a payment",
                Purpose::Burn { .. } => "a burn",
            };
            let how = if *mixed { " on a mixed answer" } else { "" };
            format!(
                "signs {what} at seqno {}{how}, not committed yet",
                signature.seqno
            )
        }
        Start::Offer => "gets a link from Fragment".to_owned(),
        Start::Refused => "Fragment refuses for good".to_owned(),
        Start::Bytes(id) => {
            let row = state.books.transfers.iter().find(|one| one.id == *id);
            format!(
                "reads {} back",
                row.map_or_else(String::new, |one| tells(one))
            )
        }
        Start::Confirm(id) => {
            let row = state.books.transfers.iter().find(|one| one.id == *id);
            let link = row.and_then(|one| one.link.as_ref()).map(seed::request_no);
            let purchase = link.and_then(|n| state.requests[usize::from(n)].as_ref());
            let late = purchase.is_some_and(|one| state.now >= one.deadline);
            let how = if late {
                ", too late: the link has lapsed"
            } else {
                ""
            };
            format!("tells Fragment about {id}{how}")
        }
        Start::Reset => "resets the till's page".to_owned(),
    }
}

fn decision(what: &What) -> String {
    match what {
        What::Tick => "time has passed a mark".to_owned(),
        What::Linked(request) => format!("link of purchase r{request}"),
        What::LinkRefused => "refused, money back".to_owned(),
        What::LinkExpired => "the link expires too soon".to_owned(),
        What::Sign(message) => format!("signed {}", tells(message)),
        What::Ahead => "the chain is ahead of the books: the wallet stops".to_owned(),
        What::Confirmed => "Fragment took the confirm call".to_owned(),
        What::ReturnMoney => "the money goes back".to_owned(),
        What::Verdict(id, verdict) => format!("trf_{id} is {}", judged(verdict)),
        What::Page(request) => format!("the page says purchase r{request} is delivered"),
        What::History(request) => {
            format!("the history's row of purchase r{request} proves the delivery")
        }
        What::NotSeen => "no delivery is visible".to_owned(),
        What::Bounced(lt) => format!("the TON came back at lt {lt}"),
        What::TillReset => "the till is free".to_owned(),
        What::Release(id) => format!("trf_{id} has expired by the clock: money back"),
        What::Move => "another wallet shall pay".to_owned(),
    }
}

fn judged(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Wait(_) => "open".to_owned(),
        Verdict::Paid { .. } => "paid".to_owned(),
        Verdict::ConsumedUnpaid { .. } => "consumed unpaid".to_owned(),
        Verdict::Dead { providers } => format!("dead, by {providers} of the providers"),
        Verdict::OlderExecuted { transfer, paid, .. } => {
            let what = if *paid { "paid" } else { "consumed its seqno" };
            format!("superseded: the older {transfer} {what}")
        }
        Verdict::Foreign { .. } => "overtaken by somebody else's message".to_owned(),
        Verdict::Mismatch { .. } => "not what was signed".to_owned(),
    }
}

fn sends(state: &State, replica: u8) -> String {
    match &state.replicas[usize::from(replica)].doing {
        Some(Doing::Bytes(message)) => format!("{} sends {}", daemon(replica), tells(message)),
        Some(Doing::Ready(ready)) => match &ready.what {
            What::Sign(message) => {
                format!("{} sends {}, UNCOMMITTED", daemon(replica), tells(message))
            }
            _ => daemon(replica),
        },
        None => daemon(replica),
    }
}

fn commits(state: &State, replica: u8) -> String {
    let Some(Doing::Ready(ready)) = &state.replicas[usize::from(replica)].doing else {
        return daemon(replica);
    };
    let order = name(ready.order);
    let current = state.books.epochs[usize::from(ready.wallet)];
    let late = if ready.epoch == current {
        ""
    } else {
        ", though its lease is gone"
    };
    let wallet = books::wallet_of(&ready.seen_order);
    format!(
        "{} commits for order {order} (wallet {wallet}, epoch {}{late}): {}",
        daemon(replica),
        ready.epoch,
        decision(&ready.what)
    )
}

fn presses(press: &Press) -> String {
    match press {
        Press::Resume(order) => format!("an operator resumes order {}", name(*order)),
        Press::Refund { order, second } => {
            let who = if *second {
                "two operators refund"
            } else {
                "an operator refunds"
            };
            format!("{who} order {}", name(*order))
        }
        Press::MarkDelivered { order, row } => {
            format!(
                "an operator marks order {} delivered by row r{row}",
                name(*order)
            )
        }
        Press::TakeBack(order) => format!(
            "the customer takes the money of order {} back",
            name(*order)
        ),
        Press::Open(wallet) => format!("an operator opens wallet {wallet}"),
        Press::Assign { wallet, lt, order } => match order {
            Some(order) => {
                format!(
                    "an operator assigns lt {lt} of wallet {wallet} to order {}",
                    name(*order)
                )
            }
            None => format!("an operator assigns lt {lt} of wallet {wallet} to no order"),
        },
    }
}

/// A wallet's long name is its number here.
pub fn plain(text: &str) -> String {
    (0..2).fold(text.to_owned(), |text, n| {
        text.replace(&seed::wallet(n).to_string(), &n.to_string())
    })
}
