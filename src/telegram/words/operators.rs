//! What the shop's owner hears.

use std::fmt::Display;

use starkeeper_actors::domain::Span;
use starkeeper_actors::domain::money::NanoTon;
use starkeeper_actors::domain::notice::OperatorNews;

use super::tongue::Arg;
use super::{Voice, names};
use crate::telegram::face::Face;

/// Longest line of what happened.
const WHY_CHARS: usize = 600;

impl Voice<'_> {
    pub(super) fn operators(&self, news: &OperatorNews) -> Face {
        Face {
            text: if let OperatorNews::Shop(news) = news {
                self.of_the_shop(news)
            } else {
                self.operator_text(news)
            },
            photo: None,
            keys: self.leading_to(news),
        }
    }

    fn operator_text(&self, news: &OperatorNews) -> String {
        self.tongue.say(key(news), self.operator_args(news))
    }

    fn operator_args(&self, news: &OperatorNews) -> Vec<Arg> {
        let ton = |name: &'static str, amount: NanoTon| (name, self.tongue.ton(amount).into());
        match news {
            OperatorNews::TopUp {
                transfer,
                wallet,
                amount,
            } => vec![
                shown("wallet", wallet),
                shown("transfer", transfer),
                ton("amount", *amount),
            ],
            OperatorNews::Break { n, since, finding } => vec![
                nth(*n),
                ("what", self.finding(finding).into()),
                ("since", self.at(*since).into()),
            ],
            OperatorNews::BreakOver { finding, .. } => {
                vec![("what", self.finding(finding).into())]
            }
            OperatorNews::FloatLow { wallet, free, .. } => {
                vec![shown("wallet", wallet), ton("free", *free)]
            }
            OperatorNews::FloatEnds {
                wallet,
                free,
                per_day,
                seconds,
                ..
            } => vec![
                shown("wallet", wallet),
                ton("free", *free),
                ton("per_day", *per_day),
                ("for", self.span(Span::seconds(*seconds)).into()),
            ],
            OperatorNews::OrderWaits { order, .. } => vec![shown("order", order)],
            OperatorNews::LoginBack { login, .. } => vec![shown("login", login)],
            OperatorNews::Unbalanced { usd, ton, .. } => vec![shown("usd", usd), shown("ton", ton)],
            OperatorNews::Parked { .. }
            | OperatorNews::WalletStopped { .. }
            | OperatorNews::Unexplained { .. }
            | OperatorNews::LoginLost { .. }
            | OperatorNews::InvoiceOdd { .. }
            | OperatorNews::Orphan { .. }
            | OperatorNews::Paused { .. }
            | OperatorNews::OpenAgain { .. } => self.reasoned_args(news),
            // Told in words of its own.
            OperatorNews::Shop(_) => Vec::new(),
            OperatorNews::Undeliverable { key, why } => {
                vec![because("key", key), because("why", why)]
            }
        }
    }

    /// News that carries its reason.
    fn reasoned_args(&self, news: &OperatorNews) -> Vec<Arg> {
        match news {
            OperatorNews::Parked {
                order,
                n,
                why,
                reason,
            } => {
                let known = reason.as_ref().map(|reason| self.why_parked(reason));
                vec![shown("order", order), nth(*n), said("why", known, why)]
            }
            OperatorNews::WalletStopped {
                wallet,
                n,
                why,
                reason,
            } => {
                let known = reason.map(|reason| self.why_stopped(&reason));
                vec![shown("wallet", wallet), nth(*n), said("why", known, why)]
            }
            OperatorNews::Unexplained {
                wallet,
                lt,
                what,
                strange,
            } => {
                let known = strange.as_ref().map(|strange| self.strange(strange));
                let what = said("what", known, what);
                vec![shown("wallet", wallet), shown("lt", lt), what]
            }
            OperatorNews::LoginLost {
                login,
                n,
                why,
                needs,
            } => {
                let known = needs.map(|needs| self.needs(needs));
                vec![shown("login", login), nth(*n), said("why", known, why)]
            }
            OperatorNews::InvoiceOdd {
                invoice,
                what,
                oddity,
                ..
            } => {
                let known = oddity.as_ref().map(|odd| self.oddity(odd));
                vec![shown("invoice", invoice), said("what", known, what)]
            }
            OperatorNews::Orphan { uuid, what, orphan } => {
                let known = orphan.as_ref().map(|orphan| self.orphan(orphan));
                vec![because("uuid", uuid), said("what", known, what)]
            }
            OperatorNews::Paused { why, rests, .. } => {
                vec![said("why", self.rests(rests), why)]
            }
            OperatorNews::OpenAgain { what, goods, .. } => {
                vec![said("what", self.going_on(goods), what)]
            }
            OperatorNews::TopUp { .. }
            | OperatorNews::Break { .. }
            | OperatorNews::BreakOver { .. }
            | OperatorNews::FloatLow { .. }
            | OperatorNews::FloatEnds { .. }
            | OperatorNews::OrderWaits { .. }
            | OperatorNews::LoginBack { .. }
            | OperatorNews::Unbalanced { .. }
            | OperatorNews::Shop(_)
            | OperatorNews::Undeliverable { .. } => Vec::new(),
        }
    }
}

/// What the core knows, said in this language; else the line that an older version wrote.
fn said(name: &'static str, known: Option<String>, line: &str) -> Arg {
    match known {
        Some(text) => (name, text.into()),
        None => because(name, line),
    }
}

const fn key(news: &OperatorNews) -> &'static str {
    match news {
        OperatorNews::Parked { .. } => "operator-parked",
        OperatorNews::WalletStopped { .. } => "operator-wallet-stopped",
        OperatorNews::TopUp { .. } => "operator-top-up",
        OperatorNews::Unexplained { .. } => "operator-unexplained",
        OperatorNews::Break { .. } => "operator-break",
        OperatorNews::BreakOver { .. } => "operator-break-over",
        OperatorNews::FloatLow { .. } => "operator-float-low",
        OperatorNews::FloatEnds { .. } => "operator-float-ends",
        OperatorNews::OrderWaits { .. } => "operator-order-waits",
        OperatorNews::LoginLost { .. } => "operator-login-lost",
        OperatorNews::LoginBack { .. } => "operator-login-back",
        OperatorNews::InvoiceOdd { .. } => "operator-invoice-odd",
        OperatorNews::Orphan { .. } => "operator-orphan",
        OperatorNews::Paused { .. } => "operator-paused",
        OperatorNews::OpenAgain { .. } => "operator-open-again",
        OperatorNews::Unbalanced { .. } => "operator-unbalanced",
        OperatorNews::Shop(_) => "operator-shop-new",
        OperatorNews::Undeliverable { .. } => "operator-undeliverable",
    }
}

fn shown(name: &'static str, value: &dyn Display) -> Arg {
    (name, value.to_string().into())
}

fn nth(n: u32) -> Arg {
    ("n", i64::from(n).into())
}

/// A line of the books' own or of another system's.
pub(super) fn because(name: &'static str, text: &str) -> Arg {
    (name, names::line(text, WHY_CHARS).into())
}
