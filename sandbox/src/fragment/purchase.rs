//! One purchase: what was asked for, what was linked, what was paid and confirmed, what came of it.

use serde::{Deserialize, Serialize};

use super::cells::{comment, hash_of};
use super::goods::Goods;
use crate::world::clock::Moment;
use crate::world::kept::forms;
use crate::world::settled::Arrived;

/// Messages that may be confirmed for one purchase.
const MOST_CONFIRMED: usize = 64;

/// What a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) goods: Goods,
    pub(super) person: usize,
    pub(super) nano: u64,
}

/// Who asks: an account, or a wallet alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Buyer {
    pub(super) account: Option<u32>,
    pub(super) wallet: String,
}

/// A link that was given out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Issued {
    /// Raw address of the wallet that has to pay.
    pub(crate) from: String,
    /// The last second at which a payment counts.
    pub(crate) valid_until: i64,
}

/// The payment that counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Payment {
    /// Hash of the sender's transaction.
    #[serde(with = "forms::bytes")]
    pub(crate) transaction: [u8; 32],
    /// When its block was made.
    at: Moment,
}

/// What is in store for what was paid and confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Fate {
    /// It comes at this moment.
    At(Moment),
    /// It never comes.
    Never,
}

/// A purchase.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Purchase {
    /// The id of its request.
    pub(crate) id: String,
    /// What its comment is marked with, behind `Ref#`.
    pub(crate) reference: String,
    /// What.
    pub(crate) goods: Goods,
    /// The number of the person it is for.
    pub(crate) person: usize,
    /// What it costs.
    pub(crate) nano: u64,
    /// The account that asked.
    pub(crate) account: Option<u32>,
    /// The wallet that was connected when it was asked for.
    wallet: String,
    /// The session that confirmed last; before that, the one that asked.
    pub(super) ssid: String,
    /// When it was asked for.
    pub(crate) created_at: Moment,
    /// The newest link.
    pub(crate) issued: Option<Issued>,
    /// Hashes of the messages that were confirmed, each with its moment.
    pub(crate) confirmed: Vec<([u8; 32], Moment)>,
    /// The payment, once it was found.
    pub(crate) payment: Option<Payment>,
    /// What is to become of it.
    pub(super) fate: Option<Fate>,
    /// When it was delivered.
    pub(crate) delivered_at: Option<Moment>,
}

impl Purchase {
    /// A purchase that was asked for.
    pub(super) fn new(
        (id, reference): (String, String),
        wanted: Wanted,
        buyer: Buyer,
        ssid: &str,
        now: Moment,
    ) -> Self {
        Self {
            id,
            reference,
            goods: wanted.goods,
            person: wanted.person,
            nano: wanted.nano,
            account: buyer.account,
            wallet: buyer.wallet,
            ssid: ssid.to_owned(),
            created_at: now,
            issued: None,
            confirmed: Vec::new(),
            payment: None,
            fate: None,
            delivered_at: None,
        }
    }

    /// The text its payment has to carry.
    pub(super) fn text(&self) -> String {
        format!("{} \n\nRef#{}", self.goods.title(), self.reference)
    }

    /// The hash of the comment that its payment has to carry.
    pub(crate) fn body_hash(&self) -> Option<[u8; 32]> {
        comment(&self.text()).map(|cell| hash_of(&cell))
    }

    /// Whether it is this account's, or was asked for with this wallet.
    pub(crate) fn belongs_to(&self, account: Option<u32>, wallet: Option<&str>) -> bool {
        let same_account = account.is_some() && self.account == account;
        same_account || wallet == Some(&*self.wallet)
    }

    /// Whether it may still be delivered: it is paid, or its link can still be.
    pub(super) fn may_come(&self, now: Moment) -> bool {
        let is_payable = self
            .issued
            .as_ref()
            .is_some_and(|issued| now.unix_s() <= issued.valid_until);
        self.delivered_at.is_none() && (self.payment.is_some() || is_payable)
    }

    /// Notes that a message was reported as its payment.
    pub(super) fn confirm(&mut self, message: [u8; 32], ssid: &str, now: Moment) {
        ssid.clone_into(&mut self.ssid);
        let is_new = self.confirmed.iter().all(|(known, _)| *known != message);
        if is_new && self.confirmed.len() < MOST_CONFIRMED {
            self.confirmed.push((message, now));
        }
    }

    /// Whether this arrival is its payment: from the wallet, of the amount, with the comment, in
    /// time, and brought by a message that was confirmed.
    pub(super) fn is_paid_by(&self, arrived: &Arrived) -> bool {
        let Some(issued) = &self.issued else {
            return false;
        };
        arrived.from == issued.from
            && arrived.nano == self.nano
            && arrived.at.unix_s() <= issued.valid_until
            && self
                .confirmed
                .iter()
                .any(|(message, _)| *message == arrived.external)
            && Some(arrived.body_hash) == self.body_hash()
    }

    /// Takes an arrival for its payment, and answers since when both payment and confirmation are
    /// there.
    pub(super) fn take(&mut self, arrived: &Arrived) -> Moment {
        let confirmed = self
            .confirmed
            .iter()
            .find(|(message, _)| *message == arrived.external);
        self.payment = Some(Payment {
            transaction: arrived.transaction,
            at: arrived.at,
        });
        confirmed.map_or(arrived.at, |(_, at)| arrived.at.max(*at))
    }

    /// How far it is, for drivers.
    pub(crate) fn state(&self) -> &'static str {
        if self.delivered_at.is_some() {
            return "delivered";
        }
        match (&self.fate, self.confirmed.is_empty(), &self.issued) {
            (Some(Fate::Never), _, _) => "never",
            (Some(Fate::At(_)), _, _) => "paid",
            (None, false, _) => "confirmed",
            (None, true, Some(_)) => "linked",
            (None, true, None) => "asked",
        }
    }
}
