//! Money at the gateway that belongs to no invoice of the books (rule 14): it waits in suspense, and
//! leaves it again if the gateway sends it back.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{GatewayStatus, Report, arrived};
use crate::domain::ids::{CustomerId, GatewayOrderId, GatewayUuid};
use crate::domain::ledger::{Account, Asset, Entry, EntryKey, LedgerError};
use crate::domain::money::MicroUsd;
use crate::domain::notice::OperatorNews;

/// What is known of money that belongs to no invoice. The line of it stands in the books; operators
/// in the chat read it in their own language.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Orphan {
    /// The gateway's status.
    pub status: GatewayStatus,
    /// How much was asked for, in the currency beside it.
    pub face: MicroUsd,
    /// The currency as the gateway writes it.
    pub currency: String,
    /// Our name of the invoice, as it came.
    pub order_id: GatewayOrderId,
    /// The customer it was made for, where one is known.
    pub customer: Option<CustomerId>,
}

impl Orphan {
    /// What a report shows, and the gateway's list says about its customer.
    #[must_use]
    pub fn of(report: &Report, customer: Option<CustomerId>) -> Self {
        Self {
            status: report.status.clone(),
            face: report.face,
            currency: report.currency.clone(),
            order_id: report.order_id.clone(),
            customer,
        }
    }

    /// What the operators hear of it.
    #[must_use]
    pub fn news(self, uuid: &GatewayUuid) -> OperatorNews {
        OperatorNews::Orphan {
            uuid: uuid.to_string(),
            what: self.to_string(),
            orphan: Some(self),
        }
    }

    /// What was asked for, in words of no language.
    #[must_use]
    pub fn asked(&self) -> String {
        format!("{} {}", self.face.to_decimal(), self.currency)
    }
}

impl fmt::Display for Orphan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (status, asked, id) = (self.status.code(), self.asked(), &self.order_id);
        write!(f, "{status}, {asked} asked, order id {id}, created for ")?;
        match self.customer {
            Some(customer) => write!(f, "{customer}"),
            None => f.write_str("nobody"),
        }
    }
}

/// What a report about an invoice of nobody's enters into the ledger. Each key is accepted once,
/// so it may be tried at every sight of the report.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum OrphanMoney {
    /// Nothing has come to stay, or its value cannot be told: a person looks.
    Nothing,
    /// A payment: from the gateway into suspense.
    Arrived(Entry),
    /// A payment that went back. Where the first entry is in the books already, only the second
    /// is due; together they come to nothing.
    WentBack {
        /// As [`OrphanMoney::Arrived`].
        arrived: Entry,
        /// The same money the other way.
        back: Entry,
    },
}

impl OrphanMoney {
    /// What a report says.
    ///
    /// # Errors
    /// A value that is no amount of a posting.
    pub fn of(report: &Report) -> Result<Self, LedgerError> {
        let Some(value) = value(report) else {
            return Ok(Self::Nothing);
        };
        let (gateway, suspense) = (Account::GatewayClearing, Account::Suspense(Asset::Usd));
        let uuid = report.uuid.clone();
        let arrived = Entry::new(EntryKey::Orphan { uuid }).post(gateway, suspense, value)?;
        if report.status != GatewayStatus::RefundPaid {
            return Ok(Self::Arrived(arrived));
        }
        let uuid = report.uuid.clone();
        let back = Entry::new(EntryKey::OrphanBack { uuid }).post(suspense, gateway, value)?;
        Ok(Self::WentBack { arrived, back })
    }
}

/// What the payment is worth: the same before and after it went back, because it is told from what
/// the payer sent. Where that is not reported, a full payment is worth its face.
fn value(report: &Report) -> Option<MicroUsd> {
    let face = match &report.status {
        GatewayStatus::Paid if report.is_final => true,
        GatewayStatus::PaidOver | GatewayStatus::WrongAmount if report.is_final => false,
        GatewayStatus::RefundPaid => true,
        GatewayStatus::Paid
        | GatewayStatus::PaidOver
        | GatewayStatus::WrongAmount
        | GatewayStatus::Check
        | GatewayStatus::Process
        | GatewayStatus::ConfirmCheck
        | GatewayStatus::WrongAmountWaiting
        | GatewayStatus::Cancel
        | GatewayStatus::Fail
        | GatewayStatus::SystemFail
        | GatewayStatus::RefundProcess
        | GatewayStatus::RefundFail
        | GatewayStatus::Locked
        | GatewayStatus::Unknown(_) => return None,
    };
    let in_dollars = report.currency == "USD";
    let sent = match in_dollars {
        true => arrived(report.face, report).or(report.payment_amount_usd),
        false => report.payment_amount_usd,
    };
    let worth = sent.or_else(|| (in_dollars && face).then_some(report.face));
    worth.filter(|worth| worth.is_positive())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{GatewayOrderId, GatewayUuid};
    use crate::domain::invoice::Payer;
    use crate::domain::ledger::TrialBalance;
    use crate::domain::money::CoinAmount;

    const FACE: MicroUsd = MicroUsd::from_micros(10_000_000);

    fn report(status: GatewayStatus) -> Report {
        Report {
            uuid: GatewayUuid::parse("lost").unwrap(),
            order_id: GatewayOrderId::parse("lost-1").unwrap(),
            face: FACE,
            currency: "USD".into(),
            status,
            is_final: true,
            payer: Payer::default(),
            payment_amount: None,
            payment_amount_usd: None,
            txid: None,
            url: None,
            created_at: None,
            expires_at: None,
        }
    }

    fn sent(status: GatewayStatus, paid: &str) -> Report {
        let payer = Payer {
            amount: Some(CoinAmount::parse("4").unwrap()),
            ..Payer::default()
        };
        Report {
            payer,
            payment_amount: Some(CoinAmount::parse(paid).unwrap()),
            ..report(status)
        }
    }

    fn worth(report: &Report) -> Option<i64> {
        let entry = match OrphanMoney::of(report).unwrap() {
            OrphanMoney::Nothing => return None,
            OrphanMoney::Arrived(entry) | OrphanMoney::WentBack { arrived: entry, .. } => entry,
        };
        let mut balances = TrialBalance::default();
        balances.add(&entry);
        assert!(balances.balances());
        let clearing = balances.of(Account::GatewayClearing);
        assert_eq!(balances.of(Account::Suspense(Asset::Usd)), clearing);
        Some(clearing)
    }

    #[test]
    fn a_payment_is_worth_what_was_sent_else_its_face() {
        assert_eq!(worth(&report(GatewayStatus::Paid)), Some(10_000_000));
        assert_eq!(worth(&sent(GatewayStatus::Paid, "4")), Some(10_000_000));
        assert_eq!(worth(&sent(GatewayStatus::PaidOver, "5")), Some(12_500_000));
        let less = sent(GatewayStatus::WrongAmount, "1");
        assert_eq!(worth(&less), Some(2_500_000));
        let unknown = report(GatewayStatus::WrongAmount);
        assert_eq!(worth(&unknown), None, "nobody knows how much less");
    }

    #[test]
    fn what_may_still_change_enters_nothing() {
        let mut early = report(GatewayStatus::Paid);
        early.is_final = false;
        for report in [
            early,
            report(GatewayStatus::ConfirmCheck),
            report(GatewayStatus::WrongAmountWaiting),
            report(GatewayStatus::Locked),
            report(GatewayStatus::Cancel),
            report(GatewayStatus::RefundProcess),
        ] {
            assert_eq!(worth(&report), None, "{:?}", report.status);
        }
    }

    #[test]
    fn a_face_in_another_currency_says_nothing() {
        let mut foreign = report(GatewayStatus::Paid);
        foreign.currency = "EUR".into();
        assert_eq!(worth(&foreign), None);
        foreign.payment_amount_usd = Some(MicroUsd::from_micros(11_000_000));
        assert_eq!(worth(&foreign), Some(11_000_000));
    }

    #[test]
    fn a_payment_that_went_back_leaves_suspense_as_it_was() {
        for paid in ["1", "4", "5"] {
            let gone = sent(GatewayStatus::RefundPaid, paid);
            let OrphanMoney::WentBack { arrived, back } = OrphanMoney::of(&gone).unwrap() else {
                panic!("it went back");
            };
            assert!(arrived.key.is_fact() && back.key.is_fact());
            let mut balances = TrialBalance::default();
            balances.add(&arrived);
            balances.add(&back);
            assert_eq!(balances.of(Account::Suspense(Asset::Usd)), 0);
            assert_eq!(balances.of(Account::GatewayClearing), 0);
        }
    }
}
