//! Every piece of news there is. Wording belongs to the texts of the daemon.

use serde::{Deserialize, Serialize};

use super::shop_news::ShopNews;
use crate::domain::Timestamp;
use crate::domain::breaks::Finding;
use crate::domain::catalog::{Product, ProductKind};
use crate::domain::ids::{InvoiceId, LoginId, OrderId, TransferId, WalletAddress};
use crate::domain::invoice::{Oddity, Orphan};
use crate::domain::login::Needs;
use crate::domain::money::{MicroUsd, NanoTon};
use crate::domain::order::WhyParked;
use crate::domain::pricing::Unavailable;
use crate::domain::wallet::{Strangeness, WhyStopped};

/// Why a payment became the credit it became.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CreditReason {
    /// What was asked for.
    Exact,
    /// A little less, within the accuracy the shop bears.
    WithinAccuracy,
    /// Less than asked for: all of it is on the balance.
    Less,
    /// More than asked for: the surplus is on the balance.
    More,
    /// First seen after the invoice had expired.
    Late,
    /// The order was bought by another invoice already.
    SecondPayment,
    /// The order had been cancelled.
    AfterCancel,
    /// The order is gone for another reason (refunded, price expired).
    OrderClosed,
}

/// What a customer hears. Each is a new message, because an edit makes no sound.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum News {
    /// A payment arrived and became a credit.
    Credited {
        /// Which invoice.
        invoice: InvoiceId,
        /// Which of its credits.
        n: u32,
        /// What was asked for.
        asked: MicroUsd,
        /// What arrived in all so far, by value.
        received: MicroUsd,
        /// What this credit put on the balance.
        credited: MicroUsd,
        /// What went to suspense: surplus above the cap, or dust.
        withheld: MicroUsd,
        /// What was taken for an old debt.
        debt_paid: MicroUsd,
        /// Why so.
        reason: CreditReason,
        /// The order it was meant for.
        order: Option<OrderId>,
        /// Whether the credit bought that order.
        bought: bool,
    },
    /// An AML lock: the gateway holds the transfer for a check.
    Locked {
        /// Which invoice.
        invoice: InvoiceId,
        /// Which of its locks.
        n: u32,
        /// The payment page, where the check can be passed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        page: Option<String>,
    },
    /// The lock is over and the money is free.
    Unlocked {
        /// Which invoice.
        invoice: InvoiceId,
        /// Which of its locks.
        n: u32,
        /// What of the freed money was taken for an old debt.
        debt_paid: MicroUsd,
    },
    /// The shop sends a payment back: the money is set aside for it.
    PayingBack {
        /// Which invoice.
        invoice: InvoiceId,
        /// What was set aside.
        amount: MicroUsd,
    },
    /// That did not work, and the money is free again.
    PayingBackFailed {
        /// Which invoice.
        invoice: InvoiceId,
        /// What was set free.
        amount: MicroUsd,
        /// What of it was taken for an old debt.
        debt_paid: MicroUsd,
    },
    /// A payment went back to the payer.
    PaidBack {
        /// Which invoice.
        invoice: InvoiceId,
        /// Which time.
        n: u32,
        /// What was taken back; zero where a locked payment had never been credited.
        amount: MicroUsd,
        /// What of it the balance did not cover.
        debt: MicroUsd,
    },
    /// The goods are there.
    Delivered {
        /// Which order.
        order: OrderId,
        /// Seconds from held to delivered.
        seconds: i64,
    },
    /// The order did not work out; the price is on the balance.
    Refunded {
        /// Which order.
        order: OrderId,
        /// What came back.
        amount: MicroUsd,
        /// Why, for the words.
        why: RefundReason,
    },
    /// Taking longer, nothing signed yet: wait, or take the money back (rule 21).
    TakesLonger {
        /// Which order.
        order: OrderId,
    },
    /// Taking longer behind a signature: nobody can stop it, and it is not lost.
    OnItsWay {
        /// Which order.
        order: OrderId,
    },
    /// The time of a top-up ran out without a payment. Makes no message: the one that showed where to
    /// pay says so from now on.
    Lapsed {
        /// Which invoice.
        invoice: InvoiceId,
        /// When that was seen; makes the key.
        at: Timestamp,
    },
    /// Paid on chain, delivery not visible: a person looks.
    BeingChecked {
        /// Which order.
        order: OrderId,
    },
    /// What the customer asked to be told: the shop sells again.
    OpenAgain {
        /// When it opened; makes the key.
        at: Timestamp,
    },
}

/// Why an order's money came back, as far as the customer is concerned.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundReason {
    /// Fragment does not know the recipient any more.
    RecipientGone,
    /// Another person has the name now (rule 10).
    RecipientChanged,
    /// The recipient has Premium already.
    AlreadyPremium,
    /// The real cost rose above what the quote allows.
    CostRose {
        /// Cost in the quote.
        quoted: NanoTon,
        /// Cost now.
        real: NanoTon,
    },
    /// The customer took the money back (rule 21).
    CustomerAsked,
    /// It waited longer than the terms allow (rule 21).
    TookTooLong,
    /// The shop cannot deliver.
    ShopFailed,
    /// An operator gave it back.
    Operator,
}

/// What the operators hear.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OperatorNews {
    /// An order needs a person. What may be done follows from its state.
    Parked {
        /// Which order.
        order: OrderId,
        /// Which time.
        n: u32,
        /// What happened, in one line.
        why: String,
        /// The same, to be said in any language.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<WhyParked>,
    },
    /// A wallet signs nothing more until an operator lets it.
    WalletStopped {
        /// Which wallet.
        wallet: WalletAddress,
        /// Which time.
        n: u32,
        /// What happened, in one line.
        why: String,
        /// The same, to be said in any language.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<WhyStopped>,
    },
    /// A transfer consumed its seqno without paying: the wallet needs TON.
    TopUp {
        /// Which transfer.
        transfer: TransferId,
        /// From which wallet.
        wallet: WalletAddress,
        /// What it could not pay.
        amount: NanoTon,
    },
    /// A transaction of a wallet that no order explains.
    Unexplained {
        /// Which wallet.
        wallet: WalletAddress,
        /// Its logical time.
        lt: u64,
        /// What it looks like, in one line.
        what: String,
        /// The same, to be said in any language.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        strange: Option<Strangeness>,
    },
    /// Books, chain and Fragment's history do not tell the same story.
    Break {
        /// Which time it began.
        n: u32,
        /// When the thing happened that they disagree about.
        since: Timestamp,
        /// What.
        finding: Finding,
    },
    /// They tell the same story again.
    BreakOver {
        /// Which time it had begun.
        n: u32,
        /// What had been found.
        finding: Finding,
    },
    /// The float cannot carry the orders that wait.
    FloatLow {
        /// Which wallet.
        wallet: WalletAddress,
        /// What is free.
        free: NanoTon,
        /// When it was seen; one notice an hour.
        hour: i64,
    },
    /// At the rate of the last day the free float will be gone soon.
    FloatEnds {
        /// Which wallet.
        wallet: WalletAddress,
        /// What is free.
        free: NanoTon,
        /// What leaves in a day.
        per_day: NanoTon,
        /// Seconds until nothing is free any more.
        seconds: i64,
        /// The day of Unix time on which it was seen; one notice a day.
        day: i64,
    },
    /// An order that nothing is signed for has waited so long that its customer was told.
    OrderWaits {
        /// Which order.
        order: OrderId,
        /// The hour of Unix time in which it was seen; one notice an hour, whatever else waits.
        hour: i64,
    },
    /// A login needs a person.
    LoginLost {
        /// Which login.
        login: LoginId,
        /// Which time.
        n: u32,
        /// What Fragment asks for and what to do.
        why: String,
        /// The same, to be said in any language.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        needs: Option<Needs>,
    },
    /// A login works again.
    LoginBack {
        /// Which login.
        login: LoginId,
        /// Which time.
        n: u32,
    },
    /// A gateway status this version does not know, or a state that needs eyes.
    InvoiceOdd {
        /// Which invoice.
        invoice: InvoiceId,
        /// Distinguishes several oddities of one invoice.
        n: u32,
        /// What is odd, in one line.
        what: String,
        /// The same, to be said in any language.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        oddity: Option<Oddity>,
    },
    /// Money arrived that belongs to no invoice of the books.
    Orphan {
        /// The gateway's uuid.
        uuid: String,
        /// What is known, in one line.
        what: String,
        /// The same, to be said in any language.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        orphan: Option<Orphan>,
    },
    /// Sales of a product, or all, are paused.
    Paused {
        /// When it began; makes the key.
        at: Timestamp,
        /// Which product and why, in one line.
        why: String,
        /// The same, to be said in any language.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        rests: Vec<Rests>,
    },
    /// Sales that were paused go on.
    OpenAgain {
        /// When they did; makes the key.
        at: Timestamp,
        /// Of what, in one line.
        what: String,
        /// The same, to be said in any language.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        goods: Vec<Resting>,
    },
    /// The books do not balance. Sales stop.
    Unbalanced {
        /// When it was seen; makes the key.
        at: Timestamp,
        /// Debits minus credits in micro-dollars.
        #[serde(with = "as_text")]
        usd: i128,
        /// Debits minus credits in nano-TON.
        #[serde(with = "as_text")]
        ton: i128,
    },
    /// About the shop itself.
    Shop(ShopNews),
    /// A notice that Telegram will never accept.
    Undeliverable {
        /// The notice's key.
        key: String,
        /// What Telegram said.
        why: String,
    },
}

/// What sales rest of, or went on with.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resting {
    /// One product; Stars stand for all quantities.
    Product(Product),
    /// A kind of goods, or all of them.
    Kind(Option<ProductKind>),
}

/// What rests, and why.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rests {
    /// Something that has no price now.
    Unpriced(Unavailable),
    /// What an operator stopped; none means all.
    ByHand(Option<ProductKind>),
}

impl News {
    /// What makes this piece of news one and the same for its customer.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Credited { invoice, n, .. } => format!("{invoice}/credit/{n}"),
            Self::Locked { invoice, n, .. } => format!("{invoice}/lock/{n}"),
            Self::Unlocked { invoice, n, .. } => format!("{invoice}/unlock/{n}"),
            Self::PayingBack { invoice, .. } => format!("{invoice}/paying-back"),
            Self::PayingBackFailed { invoice, .. } => format!("{invoice}/paying-back-failed"),
            Self::PaidBack { invoice, n, .. } => format!("{invoice}/paid-back/{n}"),
            Self::Delivered { order, .. } => format!("{order}/delivered"),
            Self::Refunded { order, .. } => format!("{order}/refunded"),
            Self::TakesLonger { order } => format!("{order}/takes-longer"),
            Self::OnItsWay { order } => format!("{order}/on-its-way"),
            Self::Lapsed { invoice, at } => format!("{invoice}/lapsed/{}", at.timestamp()),
            Self::BeingChecked { order } => format!("{order}/being-checked"),
            Self::OpenAgain { at } => format!("open/{}", at.timestamp()),
        }
    }
}

impl OperatorNews {
    /// What makes this piece of news one and the same.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Parked { order, n, .. } => format!("{order}/parked/{n}"),
            Self::WalletStopped { wallet, n, .. } => format!("{wallet}/stopped/{n}"),
            Self::TopUp { transfer, .. } => format!("{transfer}/top-up"),
            Self::Unexplained { wallet, lt, .. } => format!("{wallet}/unexplained/{lt}"),
            Self::Break { n, finding, .. } => format!("break/{}/{n}", finding.key()),
            Self::BreakOver { n, finding } => format!("break/{}/{n}/over", finding.key()),
            Self::FloatLow { wallet, hour, .. } => format!("{wallet}/float-low/{hour}"),
            Self::FloatEnds { wallet, day, .. } => format!("{wallet}/float-ends/{day}"),
            Self::OrderWaits { hour, .. } => format!("orders-wait/{hour}"),
            Self::LoginLost { login, n, .. } => format!("{login}/lost/{n}"),
            Self::LoginBack { login, n } => format!("{login}/back/{n}"),
            Self::InvoiceOdd { invoice, n, .. } => format!("{invoice}/odd/{n}"),
            Self::Orphan { uuid, .. } => format!("orphan/{uuid}"),
            Self::Paused { at, .. } => format!("paused/{}", at.timestamp()),
            Self::OpenAgain { at, .. } => format!("open/{}", at.timestamp()),
            Self::Unbalanced { at, .. } => format!("unbalanced/{}", at.timestamp()),
            Self::Shop(news) => news.key(),
            Self::Undeliverable { key, .. } => format!("undeliverable/{key}"),
        }
    }
}

/// Numbers of 128 bits as text: inside an envelope, formats can write them but not read them back.
mod as_text {
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(number: &i128, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(number)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<i128, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}
