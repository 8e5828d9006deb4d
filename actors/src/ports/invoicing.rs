//! The payment gateway.

use async_trait::async_trait;

use super::{Failure, Unreadable};
use crate::domain::Timestamp;
use crate::domain::ids::{CustomerId, GatewayUuid};
use crate::domain::invoice::{CoinChoice, CreateRequest, LookUpBy, RefundCall, Report};
use crate::domain::money::MicroUsd;

/// Why the gateway says no, for good.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum GatewayRefused {
    /// The request's contents.
    #[error("the gateway refuses: {text}")]
    Request {
        /// What it said.
        text: String,
    },
    /// The key or the merchant.
    #[error("the gateway refuses the key")]
    Key,
    /// It does not know the invoice.
    #[error("the gateway knows no such invoice")]
    NoSuchInvoice,
}

/// One invoice of the gateway's list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listed {
    /// What the gateway shows of it.
    pub report: Report,
    /// The customer it was created for: `additional_data`, by which an invoice that the books
    /// have lost can be attributed (rule 14). None where it is missing or not ours.
    pub reference: Option<CustomerId>,
}

/// A page of the gateway's list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReportPage {
    /// Invoices.
    pub items: Vec<Listed>,
    /// Where the next page begins; none behind the last.
    pub next: Option<String>,
}

/// A coin that can be paid with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Coin {
    /// Which.
    pub choice: CoinChoice,
    /// The smallest payment, by value.
    pub least: MicroUsd,
}

/// The gateway.
#[async_trait]
pub trait Invoicing: Send + Sync {
    /// Opens the invoice. Repeating it with the same request answers the same invoice.
    async fn open(&self, request: &CreateRequest) -> Result<Report, Failure<GatewayRefused>>;

    /// What the gateway says about an invoice now.
    async fn report(&self, by: &LookUpBy) -> Result<Report, Failure<GatewayRefused>>;

    /// The invoices created since an instant, final ones too, page by page.
    async fn list(
        &self,
        since: Timestamp,
        cursor: Option<&str>,
    ) -> Result<ReportPage, Failure<GatewayRefused>>;

    /// Asks the gateway to repeat its webhook.
    async fn resend(&self, uuid: &GatewayUuid) -> Result<(), Failure<GatewayRefused>>;

    /// Sends a payment back to the payer. Not idempotent: after `Unknown`, look.
    async fn refund(&self, call: &RefundCall) -> Result<(), Failure<GatewayRefused>>;

    /// The coins that can be paid with now.
    async fn coins(&self) -> Result<Vec<Coin>, Unreadable>;
}
