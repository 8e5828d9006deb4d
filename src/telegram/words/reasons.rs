//! Why something waits, is odd or is not sold, as operators read it: said from what the core knows, in
//! their language. Words of other systems stand in `<code>`, as they came.

use std::fmt::Display;

use starkeeper_actors::domain::Span;
use starkeeper_actors::domain::catalog::Product;
use starkeeper_actors::domain::dialog::{ParkedFor, ReadyReason, StoppedFor};
use starkeeper_actors::domain::invoice::{Oddity, Orphan};
use starkeeper_actors::domain::link::LinkRefused;
use starkeeper_actors::domain::login::Needs;
use starkeeper_actors::domain::money::{MicroUsd, NanoTon};
use starkeeper_actors::domain::notice::{Resting, Rests};
use starkeeper_actors::domain::order::WhyParked;
use starkeeper_actors::domain::pricing::{
    Bps, NoPrice, Paused, PriceRefused, Subject, Unavailable,
};
use starkeeper_actors::domain::transfer::ChainFault;
use starkeeper_actors::domain::wallet::{Strangeness, WhyStopped};

use super::deck::{kind_key, stop_key};
use super::tongue::Arg;
use super::{Voice, names};

/// Longest words of another system.
const THEIR_WORDS: usize = 200;

/// A text's name and what is in it.
type Told = (&'static str, Vec<Arg>);

impl Voice<'_> {
    /// Why an order is parked; a line of an older version as it stands, cut to `most` characters.
    pub(super) fn parked_for(&self, why: &ParkedFor, most: usize) -> String {
        match why {
            ParkedFor::Reason(reason) => self.why_parked(reason),
            ParkedFor::Line(line) => names::line(line, most),
        }
    }

    pub(super) fn why_parked(&self, why: &WhyParked) -> String {
        let (key, args) = match why {
            WhyParked::FragmentSays(text) => ("park-fragment-says", vec![theirs("text", text)]),
            WhyParked::Link(refused) => self.link_refused(refused),
            WhyParked::NoKey(wallet) => ("park-no-key", vec![theirs("wallet", wallet)]),
            WhyParked::SignerRule(rule) => ("park-signer-rule", vec![theirs("text", rule)]),
            WhyParked::HistoryUnexplained => ("park-history", Vec::new()),
            WhyParked::AssignedByHand { lt } => ("park-assigned", vec![theirs("lt", lt)]),
            WhyParked::DeliveryUnseen => ("park-unseen", Vec::new()),
            WhyParked::SentBack { lt } => ("park-sent-back", vec![theirs("lt", lt)]),
            WhyParked::Chain(fault) => of_chain(fault),
        };
        self.tongue.say(key, args)
    }

    fn link_refused(&self, refused: &LinkRefused) -> Told {
        match refused {
            LinkRefused::WrongPayer { got, .. } => ("link-payer", vec![theirs("wallet", got)]),
            LinkRefused::Messages(count) => ("link-messages", vec![theirs("count", count)]),
            LinkRefused::StateInit => ("link-state-init", Vec::new()),
            LinkRefused::Destination(to) => ("link-destination", vec![theirs("wallet", to)]),
            LinkRefused::AmountDiffers { link, init } => (
                "link-amount",
                vec![self.tons("amount", *link), self.tons("limit", *init)],
            ),
            LinkRefused::AmountNotPositive(amount) => {
                ("link-nothing", vec![self.tons("amount", *amount)])
            }
            LinkRefused::AboveCap { amount, cap } => (
                "link-cap",
                vec![self.tons("amount", *amount), self.tons("limit", *cap)],
            ),
            LinkRefused::Comment { text, .. } => ("link-comment", vec![theirs("text", text)]),
            LinkRefused::NoReference(text) => ("link-no-reference", vec![theirs("text", text)]),
            LinkRefused::TooLate { valid_until, .. } => (
                "link-late",
                vec![("until", self.until(*valid_until).into())],
            ),
            LinkRefused::Recipient => ("link-recipient", Vec::new()),
        }
    }

    /// Why a wallet is stopped; a line of an older version as it stands, cut to `most` characters.
    pub(super) fn stopped_for(&self, why: &StoppedFor, most: usize) -> String {
        match why {
            StoppedFor::Reason(reason) => self.why_stopped(reason),
            StoppedFor::Line(line) => names::line(line, most),
        }
    }

    pub(super) fn why_stopped(&self, why: &WhyStopped) -> String {
        let (key, args) = match why {
            WhyStopped::Unpaid => ("stop-unpaid", Vec::new()),
            WhyStopped::Ahead { shown, books } => {
                let args = vec![theirs("shown", shown), theirs("books", books)];
                ("stop-ahead", args)
            }
            WhyStopped::Unexplained { wallet } => {
                ("stop-unexplained", vec![theirs("wallet", wallet)])
            }
            WhyStopped::Chain(fault) => of_chain(fault),
        };
        self.tongue.say(key, args)
    }

    /// What no order explains in a wallet's history.
    pub(super) fn strange(&self, strange: &Strangeness) -> String {
        let (key, args) = match strange {
            Strangeness::ByHand { messages } => {
                ("strange-by-hand", vec![theirs("count", messages)])
            }
            Strangeness::HandWhilePaying => ("strange-hand-while-paying", Vec::new()),
            Strangeness::SeqnoOff { shown, explained } => {
                let args = vec![theirs("shown", shown), theirs("explained", explained)];
                ("strange-seqno", args)
            }
            Strangeness::UnsignedPayment => ("strange-unsigned", Vec::new()),
            Strangeness::UnsignedReference { reference, fits } => {
                let text = theirs("text", reference);
                match fits {
                    Some(order) => ("strange-reference-fits", vec![text, theirs("order", order)]),
                    None => ("strange-reference", vec![text]),
                }
            }
            Strangeness::CameBack { amount } => {
                ("strange-came-back", vec![self.tons("amount", *amount)])
            }
        };
        self.tongue.say(key, args)
    }

    /// Money that belongs to no invoice. Its amount is one of dollars only where the gateway says so.
    pub(super) fn orphan(&self, orphan: &Orphan) -> String {
        let mut args = vec![
            theirs("status", &orphan.status.code()),
            theirs("amount", &orphan.asked()),
            theirs("id", &orphan.order_id),
        ];
        let key = match orphan.customer {
            Some(customer) => {
                args.push(theirs("customer", &customer));
                "orphan-of-customer"
            }
            None => "orphan-of-nobody",
        };
        self.tongue.say(key, args)
    }

    /// What is odd about an invoice.
    pub(super) fn oddity(&self, odd: &Oddity) -> String {
        let (key, args) = match odd {
            Oddity::OtherUuid(text) => ("odd-other-uuid", vec![theirs("text", text)]),
            Oddity::OtherOrderId(text) => ("odd-other-order-id", vec![theirs("text", text)]),
            Oddity::OtherCurrency(text) => ("odd-other-currency", vec![theirs("text", text)]),
            Oddity::OtherFace(face) => ("odd-other-face", vec![self.usd_as("amount", *face)]),
            Oddity::NotNew(text) => ("odd-not-new", vec![theirs("text", text)]),
            Oddity::Vanished => ("odd-vanished", Vec::new()),
            Oddity::NotFinal(status) => ("odd-not-final", vec![theirs("text", &status.code())]),
            Oddity::Unvalued(status) => ("odd-unvalued", vec![theirs("text", &status.code())]),
            Oddity::LessDue { due, recorded } => {
                let args = vec![
                    self.usd_as("amount", *due),
                    self.usd_as("recorded", *recorded),
                ];
                ("odd-less-due", args)
            }
            Oddity::WentBack(status) => ("odd-went-back", vec![theirs("text", &status.code())]),
            Oddity::Failed(status) => ("odd-failed", vec![theirs("text", &status.code())]),
            Oddity::Withheld(amount) => ("odd-withheld", vec![self.usd_as("amount", *amount)]),
            Oddity::Locked { n } => ("odd-locked", vec![theirs("n", n)]),
            Oddity::ForeignRefund => ("odd-foreign-refund", Vec::new()),
            Oddity::LeftDebt(amount) => ("odd-left-debt", vec![self.usd_as("amount", *amount)]),
            Oddity::RefundUncredited => ("odd-refund-uncredited", Vec::new()),
            Oddity::PaidAfterRefund(status) => (
                "odd-paid-after-refund",
                vec![theirs("text", &status.code())],
            ),
            Oddity::RefundedAgain => ("odd-refunded-again", Vec::new()),
            Oddity::RefundFailed(text) => ("odd-refund-failed", vec![theirs("text", text)]),
            Oddity::RefundInDoubt => ("odd-refund-in-doubt", Vec::new()),
            Oddity::UnknownStatus(text) => ("odd-unknown-status", vec![theirs("text", text)]),
            Oddity::More => ("odd-more", Vec::new()),
        };
        self.tongue.say(key, args)
    }

    /// What cannot be bought now, and why.
    pub(super) fn unavailable(&self, gone: &Unavailable) -> String {
        let what = self.sold(gone.product);
        let why = match &gone.why {
            NoPrice::Paused(paused) => self.paused(paused),
            NoPrice::Refused(refused) => self.refused(refused),
        };
        self.tongue.say(
            "deck-unavailable",
            [("what", what.into()), ("why", why.into())],
        )
    }

    fn paused(&self, paused: &Paused) -> String {
        let span = |name: &'static str, seconds: i64| -> Arg {
            (
                name,
                self.long(Span::try_seconds(seconds).unwrap_or_default())
                    .into(),
            )
        };
        let what = |what: &Subject| -> Arg { ("what", self.subject(*what).into()) };
        let (key, args) = match paused {
            Paused::NeverSeen { what: of } => ("price-never-seen", vec![what(of)]),
            Paused::TooOld {
                what: of,
                by,
                age_s,
                limit_s,
                fresh,
                needed,
            } => {
                let args = vec![
                    what(of),
                    theirs("by", by),
                    span("age", *age_s),
                    span("limit", *limit_s),
                    theirs("fresh", fresh),
                    theirs("needed", needed),
                ];
                ("price-too-old", args)
            }
            Paused::TooFewSources {
                what: of,
                fresh,
                needed,
            } => {
                let args = vec![what(of), theirs("fresh", fresh), theirs("needed", needed)];
                ("price-few-sources", args)
            }
            Paused::InFuture {
                what: of,
                by,
                ahead_s,
                ..
            } => {
                let args = vec![what(of), theirs("by", by), span("age", *ahead_s)];
                ("price-future", args)
            }
            Paused::SourcesApart {
                what: of,
                low_source,
                high_source,
                apart,
                limit,
                ..
            } => {
                let args = vec![
                    what(of),
                    theirs("low", low_source),
                    theirs("high", high_source),
                    self.percents("apart", *apart),
                    self.percents("limit", *limit),
                ];
                ("price-apart", args)
            }
            Paused::Stopped { stop } => {
                let why = self.tongue.plain(stop_key(stop.why));
                ("price-stopped", vec![("why", why.into())])
            }
        };
        self.tongue.say(key, args)
    }

    fn refused(&self, refused: &PriceRefused) -> String {
        let (key, args) = match refused {
            PriceRefused::BelowFloor { fixed, floor, .. } => (
                "price-below",
                vec![self.usd_as("amount", *fixed), self.usd_as("limit", *floor)],
            ),
            PriceRefused::AboveCap { max_cost, cap, .. } => (
                "price-cap",
                vec![self.tons("amount", *max_cost), self.tons("limit", *cap)],
            ),
            PriceRefused::Arithmetic { .. } => ("price-arithmetic", Vec::new()),
        };
        self.tongue.say(key, args)
    }

    fn subject(&self, what: Subject) -> String {
        match what {
            Subject::TonRate => self.tongue.plain("price-of-rate"),
            Subject::Stars => self.tongue.plain("price-of-stars"),
            Subject::Premium(months) => {
                let goods = self.tongue.goods(Product::Premium(months));
                self.tongue
                    .say("price-of-premium", [("goods", goods.into())])
            }
        }
    }

    /// Goods whose sales rest: Stars stand for all quantities.
    fn sold(&self, product: Product) -> String {
        match product {
            Product::Stars(_) => self.tongue.plain("deck-what-stars"),
            Product::Premium(_) => self.tongue.goods(product),
        }
    }

    /// What rests and why, in one line; none where nothing is known.
    pub(super) fn rests(&self, rests: &[Rests]) -> Option<String> {
        let said = rests.iter().map(|rests| match rests {
            Rests::Unpriced(gone) => self.unavailable(gone),
            Rests::ByHand(kind) => {
                let what = self.tongue.plain(kind_key(*kind));
                let why = self.tongue.plain("deck-stop-operator");
                self.tongue.say(
                    "deck-unavailable",
                    [("what", what.into()), ("why", why.into())],
                )
            }
        });
        (!rests.is_empty()).then(|| said.collect::<Vec<_>>().join("; "))
    }

    /// What is sold again.
    pub(super) fn going_on(&self, goods: &[Resting]) -> Option<String> {
        let said = goods.iter().map(|goods| match goods {
            Resting::Product(product) => self.sold(*product),
            Resting::Kind(kind) => self.tongue.plain(kind_key(*kind)),
        });
        (!goods.is_empty()).then(|| said.collect::<Vec<_>>().join(", "))
    }

    /// What a login needs of a person.
    pub(super) fn needs(&self, needs: Needs) -> String {
        self.tongue.plain(match needs {
            Needs::TelegramLogin => "needs-telegram-login",
            Needs::Identity => "needs-identity",
            Needs::WalletProof => "needs-wallet-proof",
        })
    }

    /// A reason of the audit log: a ready one by its own name, any other as it was typed.
    pub(super) fn reason(&self, said: &str) -> String {
        match ReadyReason::of_said(said) {
            Some(ready) => self.tongue.plain(ready_key(ready)),
            None => names::line(said, THEIR_WORDS),
        }
    }

    fn tons(&self, name: &'static str, amount: NanoTon) -> Arg {
        (name, self.tongue.ton(amount).into())
    }

    fn usd_as(&self, name: &'static str, amount: MicroUsd) -> Arg {
        (name, self.tongue.usd(amount).into())
    }

    fn percents(&self, name: &'static str, bps: Bps) -> Arg {
        (name, self.tongue.percent(i64::from(bps.get())).into())
    }
}

fn of_chain(fault: &ChainFault) -> Told {
    match fault {
        ChainFault::SentOther { lt } => ("chain-sent-other", vec![theirs("lt", lt)]),
        ChainFault::Failed { lt, seqno } => (
            "chain-failed",
            vec![theirs("lt", lt), theirs("seqno", seqno)],
        ),
        ChainFault::NotOurs { seqno, wallet } => {
            let args = vec![theirs("seqno", seqno), theirs("wallet", wallet)];
            ("chain-not-ours", args)
        }
    }
}

pub(super) const fn ready_key(reason: ReadyReason) -> &'static str {
    match reason {
        ReadyReason::Customer => "deck-key-customer",
        ReadyReason::Checked => "deck-key-checked",
        ReadyReason::Outage => "deck-key-outage",
    }
}

/// Numbers, names and words that are not ours.
fn theirs(name: &'static str, text: &dyn Display) -> Arg {
    (name, names::line(&text.to_string(), THEIR_WORDS).into())
}
