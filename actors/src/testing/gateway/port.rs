//! The port of the gateway.

use async_trait::async_trait;

use super::{FakeGateway, GatewayCall, GatewayFault, Inner, Kept, choose_coin};
use crate::domain::ids::GatewayUuid;
use crate::domain::invoice::{CreateRequest, GatewayStatus, LookUpBy, Payer, RefundCall, Report};
use crate::domain::{Span, Timestamp};
use crate::ports::invoicing::{Coin, GatewayRefused, Listed, ReportPage};
use crate::ports::{Failure, Invoicing, Unreadable};

/// Reports on a page of the list.
const PAGE: usize = 15;

type Answer<T> = Result<T, GatewayRefused>;

impl FakeGateway {
    /// Makes a call as the next fault wants it.
    async fn call<T>(
        &self,
        call: GatewayCall,
        work: impl FnOnce(&mut Inner) -> Answer<T> + Send,
    ) -> Result<T, Failure<GatewayRefused>> {
        let (fault, answer) = {
            let mut inner = self.lock();
            *inner.calls.entry(call).or_default() += 1;
            let fault = inner.fault(call);
            let does = match &fault {
                None => true,
                Some(GatewayFault::Refused(_) | GatewayFault::NotDone) => false,
                Some(GatewayFault::Unknown { done } | GatewayFault::Hangs { done }) => *done,
            };
            (fault, does.then(|| work(&mut inner)))
        };
        match (fault, answer) {
            (None, Some(answer)) => answer.map_err(Failure::Refused),
            (Some(GatewayFault::Refused(why)), _) => Err(Failure::Refused(why)),
            (Some(GatewayFault::NotDone), _) => Err(Failure::not_done("the gateway is away")),
            (Some(GatewayFault::Hangs { .. }), _) => std::future::pending().await,
            (Some(GatewayFault::Unknown { .. }) | None, _) => {
                Err(Failure::unknown("the gateway's answer was lost"))
            }
        }
    }
}

#[async_trait]
impl Invoicing for FakeGateway {
    async fn open(&self, request: &CreateRequest) -> Result<Report, Failure<GatewayRefused>> {
        let now = self.clock.now();
        self.call(GatewayCall::Open, |inner| inner.open(request, now))
            .await
    }

    async fn report(&self, by: &LookUpBy) -> Result<Report, Failure<GatewayRefused>> {
        self.call(GatewayCall::Report, |inner| inner.report(by))
            .await
    }

    async fn list(
        &self,
        since: Timestamp,
        cursor: Option<&str>,
    ) -> Result<ReportPage, Failure<GatewayRefused>> {
        let from = cursor.map_or(Some(0), |cursor| cursor.parse::<usize>().ok());
        self.call(GatewayCall::List, |inner| inner.list(since, from))
            .await
    }

    async fn resend(&self, uuid: &GatewayUuid) -> Result<(), Failure<GatewayRefused>> {
        self.call(GatewayCall::Resend, |inner| {
            inner.report(&LookUpBy::Uuid(uuid.clone()))?;
            inner.resent.push(uuid.clone());
            Ok(())
        })
        .await
    }

    async fn refund(&self, call: &RefundCall) -> Result<(), Failure<GatewayRefused>> {
        self.call(GatewayCall::Refund, |inner| inner.refund(call))
            .await
    }

    async fn coins(&self) -> Result<Vec<Coin>, Unreadable> {
        let inner = self.lock();
        if inner.coins_down {
            return Err(Unreadable::new("the gateway is away"));
        }
        Ok(inner.coins.clone())
    }
}

impl Inner {
    fn fault(&mut self, call: GatewayCall) -> Option<GatewayFault> {
        let place = self.faults.iter().position(|(meets, _)| *meets == call)?;
        self.faults.remove(place).map(|(_, fault)| fault)
    }

    fn open(&mut self, request: &CreateRequest, now: Timestamp) -> Answer<Report> {
        if let Some(kept) = self.kept(&request.order_id) {
            return Ok(kept.frozen.as_ref().unwrap_or(&kept.report).clone());
        }
        let uuid = format!("uuid-{}", self.invoices.len() + 1);
        let refused = |text: String| GatewayRefused::Request { text };
        let uuid = GatewayUuid::parse(&uuid).map_err(|bad| refused(bad.to_string()))?;
        let mut report = Report {
            url: Some(format!("https://pay.example/{uuid}")),
            uuid,
            order_id: request.order_id.clone(),
            face: request.face,
            currency: "USD".into(),
            status: GatewayStatus::Check,
            is_final: false,
            payer: Payer::default(),
            payment_amount: None,
            payment_amount_usd: None,
            txid: None,
            created_at: Some(now),
            expires_at: Some(now + Span::seconds(i64::from(request.lifetime_seconds))),
        };
        if let Some(coin) = &request.coin {
            report.payer.currency = Some(coin.currency.clone());
            report.payer.network = Some(coin.network.clone());
            choose_coin(&mut report);
        }
        let frozen = None;
        self.invoices.push(Kept {
            report: report.clone(),
            reference: Some(request.reference),
            frozen,
        });
        Ok(report)
    }

    fn report(&self, by: &LookUpBy) -> Answer<Report> {
        let mut kept = self.invoices.iter();
        let kept = kept.find(|kept| match by {
            LookUpBy::OrderId(name) => kept.report.order_id == *name,
            LookUpBy::Uuid(uuid) => kept.report.uuid == *uuid,
        });
        let kept = kept.ok_or(GatewayRefused::NoSuchInvoice)?;
        Ok(kept.frozen.as_ref().unwrap_or(&kept.report).clone())
    }

    fn list(&self, since: Timestamp, from: Option<usize>) -> Answer<ReportPage> {
        let from = from.ok_or_else(|| GatewayRefused::Request {
            text: "no such cursor".into(),
        })?;
        let recent = self.invoices.iter().rev().filter(|kept| {
            let created = kept.report.created_at;
            created.is_none_or(|created| created >= since)
        });
        let shown = recent.map(|kept| Listed {
            report: kept.frozen.as_ref().unwrap_or(&kept.report).clone(),
            reference: kept.reference,
        });
        let mut items: Vec<Listed> = shown.skip(from).take(PAGE + 1).collect();
        let more = items.len() > PAGE;
        items.truncate(PAGE);
        let next = more.then(|| (from + PAGE).to_string());
        Ok(ReportPage { items, next })
    }

    fn refund(&mut self, call: &RefundCall) -> Answer<()> {
        let mut kept = self.invoices.iter_mut();
        let kept = kept.find(|kept| kept.report.uuid == call.uuid);
        let kept = kept.ok_or(GatewayRefused::NoSuchInvoice)?;
        if !kept.report.status.is_success() {
            return Err(GatewayRefused::Request {
                text: "Refunds are made only for completed payments".into(),
            });
        }
        kept.report.status = GatewayStatus::RefundProcess;
        kept.report.is_final = false;
        self.refunds.push(call.clone());
        Ok(())
    }
}
