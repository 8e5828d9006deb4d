//! The port `invoicing`.

use async_trait::async_trait;
use chrono::SubsecRound as _;
use starkeeper_actors::domain::Timestamp;
use starkeeper_actors::domain::ids::{GatewayUuid, OrderId};
use starkeeper_actors::domain::invoice::{CreateRequest, LookUpBy, RefundCall, RefundSum, Report};
use starkeeper_actors::ports::invoicing::{Coin, GatewayRefused, ReportPage};
use starkeeper_actors::ports::{Failure, Invoicing, Unreadable};
use url::Url;

use super::HeleketClient;
use super::client::bad;
use super::endpoint::Endpoint;
use super::verdict::Trouble;
use super::wire;

#[async_trait]
impl Invoicing for HeleketClient {
    async fn open(&self, request: &CreateRequest) -> Result<Report, Failure<GatewayRefused>> {
        let opened = self.create(request).await;
        let refused = match opened {
            Err(Failure::Refused(why @ GatewayRefused::Request { .. })) => why,
            done @ (Ok(_)
            | Err(
                Failure::Refused(GatewayRefused::Key | GatewayRefused::NoSuchInvoice)
                | Failure::NotDone { .. }
                | Failure::Unknown { .. },
            )) => return done,
        };
        // A known order id is answered with its invoice; Heleket's own clients speak of a refusal
        // there. So a refusal counts only when the invoice is not there.
        let name = LookUpBy::OrderId(request.order_id.clone());
        match self.report(&name).await {
            Ok(report) => Ok(report),
            Err(Failure::Refused(GatewayRefused::NoSuchInvoice)) => Err(Failure::Refused(refused)),
            Err(failure) => Err(Failure::unknown(format!(
                "{refused}; whether the invoice exists is not known: {failure}"
            ))),
        }
    }

    async fn report(&self, by: &LookUpBy) -> Result<Report, Failure<GatewayRefused>> {
        let body = match by {
            LookUpBy::Uuid(uuid) => wire::Named::Uuid(uuid.as_str()),
            LookUpBy::OrderId(order_id) => wire::Named::OrderId(order_id.as_str()),
        };
        let report = self.invoice(Endpoint::Info, &body).await?;
        let is_it = match by {
            LookUpBy::Uuid(uuid) => report.uuid == *uuid,
            LookUpBy::OrderId(order_id) => report.order_id == *order_id,
        };
        if is_it {
            Ok(report)
        } else {
            Err(bad("another invoice"))
        }
    }

    async fn list(
        &self,
        since: Timestamp,
        cursor: Option<&str>,
    ) -> Result<ReportPage, Failure<GatewayRefused>> {
        // The zone of `date_from` is not documented: UTC is the earlier reading of UTC and UTC+3,
        // so nothing is missed, and what is too old is dropped here.
        let body = wire::Since {
            date_from: since.format("%Y-%m-%d %H:%M:%S").to_string(),
        };
        let transport = &self.inner.transport;
        let page = transport.post(Endpoint::List, cursor, &body).await;
        let page: wire::Page = page.map_err(|trouble: Trouble| trouble.failure)?;
        let next = page.paginate.next_cursor.owned();
        if next.is_some() && next.as_deref() == cursor {
            return Err(bad("the same cursor again"));
        }
        let mut items = Vec::new();
        for item in &page.items {
            match wire::listed(item) {
                Ok(listed) if is_since(&listed.report, since) => items.push(listed),
                Ok(_older) => {}
                // Another shop of the same merchant, or a static wallet; the others still count.
                Err(what) => tracing::warn!("an invoice of heleket's list is left out: {what}"),
            }
        }
        Ok(ReportPage { items, next })
    }

    async fn resend(&self, uuid: &GatewayUuid) -> Result<(), Failure<GatewayRefused>> {
        let body = wire::Named::Uuid(uuid.as_str());
        self.tell(Endpoint::Resend, &body).await
    }

    async fn refund(&self, call: &RefundCall) -> Result<(), Failure<GatewayRefused>> {
        if self.inner.transport.settings().payout_key.is_none() {
            return Err(Failure::Refused(GatewayRefused::Request {
                text: "refunds are off: PAYOUT_API_KEY is not set".into(),
            }));
        }
        let body = wire::Refund {
            uuid: call.uuid.as_str(),
            address: &call.request.address,
            is_subtract: call.request.shop_pays_fee,
            amount: match &call.request.sum {
                RefundSum::All => None,
                RefundSum::Part { coins, .. } => Some(coins.to_string()),
            },
        };
        self.tell(Endpoint::Refund, &body).await
    }

    async fn coins(&self) -> Result<Vec<Coin>, Unreadable> {
        self.payable().await
    }
}

impl HeleketClient {
    async fn create(&self, request: &CreateRequest) -> Result<Report, Failure<GatewayRefused>> {
        let settings = self.inner.transport.settings();
        let coin = request.coin.as_ref();
        let back = settings.return_to.as_ref();
        let back = back.map(|chat| way_back(chat, request.order));
        let back = back.as_ref().map(Url::as_str);
        let body = wire::Create {
            amount: request.face.to_decimal(),
            currency: "USD",
            order_id: request.order_id.as_str(),
            to_currency: coin.map(|coin| coin.currency.as_str()),
            network: coin.map(|coin| coin.network.as_str()),
            lifetime: request.lifetime_seconds,
            accuracy_payment_percent: request.accuracy_percent,
            is_payment_multiple: true,
            additional_data: request.reference.to_string(),
            url_callback: settings.callback.as_ref().map(Url::as_str),
            url_return: back,
            url_success: back,
        };
        let report = self.invoice(Endpoint::Create, &body).await?;
        if report.order_id == request.order_id {
            Ok(report)
        } else {
            Err(bad("another order id"))
        }
    }

    async fn invoice(
        &self,
        endpoint: Endpoint,
        body: &impl serde::Serialize,
    ) -> Result<Report, Failure<GatewayRefused>> {
        let answer = self.inner.transport.post(endpoint, None, body).await;
        let invoice: wire::Invoice = answer.map_err(|trouble: Trouble| trouble.failure)?;
        invoice.report().map_err(bad)
    }
}

/// The way from the pay page back into the chat: to the order that was paid, if it was one.
fn way_back(chat: &Url, order: Option<OrderId>) -> Url {
    let mut way = chat.clone();
    if let Some(order) = order {
        way.query_pairs_mut()
            .append_pair("start", &format!("o_{}", order.get()));
    }
    way
}

/// Whether an invoice belongs to a sweep. One without a date does, and the gateway writes whole
/// seconds.
fn is_since(report: &Report, since: Timestamp) -> bool {
    let since = since.trunc_subsecs(0);
    report.created_at.is_none_or(|created| created >= since)
}
