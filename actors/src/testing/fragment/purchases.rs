//! Links, payments and deliveries.

use super::{FakeFragment, Inner, Purchase};
use crate::domain::Timestamp;
use crate::domain::catalog::{PremiumMonths, Product, Recipient};
use crate::domain::ids::{LoginId, RequestId, WalletAddress};
use crate::domain::link::LinkOffer;
use crate::domain::order::HistoryRow;
use crate::domain::transfer::{Boc, FoundTx};
use crate::ports::market::MarketRefused;
use crate::testing::message::hash_of;

impl FakeFragment {
    /// Delivers what is paid and confirmed, and notes what was paid twice.
    pub(super) fn settle(&self) {
        let paid = self.chain.paid_to(self.destination);
        let now = self.clock.now();
        self.lock().settle(&paid, self.destination, now);
    }
}

impl Inner {
    fn settle(&mut self, paid: &[FoundTx], destination: WalletAddress, now: Timestamp) {
        for purchase in &mut self.purchases {
            let payments: Vec<&FoundTx> = paid
                .iter()
                .filter(|tx| pays(tx, purchase, destination))
                .collect();
            if payments.len() > 1 {
                let what = format!("{} was paid {} times", purchase.request, payments.len());
                if !self.violations.contains(&what) {
                    self.violations.push(what);
                }
            }
            let confirmed = purchase.confirmed.as_ref().map(|boc| hash_of(boc.bytes()));
            let matches = payments
                .iter()
                .any(|tx| confirmed.is_some() && tx.message == confirmed);
            if matches && purchase.delivered_at.is_none() && !self.holds_deliveries {
                purchase.delivered_at = Some(now);
                let row = HistoryRow {
                    login: purchase.login,
                    recipient: purchase.recipient.username.clone(),
                    goods: purchase.product,
                    price: purchase.amount,
                    at: now,
                };
                if let Some(session) = self.sessions.get_mut(&purchase.login) {
                    session.history.push(row);
                }
            }
        }
    }

    /// Resets the page, looks the recipient up again and makes a link.
    pub(super) fn link(
        &mut self,
        login: LoginId,
        product: Product,
        wanted: &Recipient,
        paid: &[FoundTx],
        (destination, now): (WalletAddress, Timestamp),
    ) -> Result<LinkOffer, MarketRefused> {
        self.note_takeover(login, paid, destination);
        let found = self.people.get(&wanted.username.to_key()).cloned();
        let recipient = found.unwrap_or(Err(MarketRefused::NoSuchUser))?;
        let (cost, _) = self.price(product);
        let amount = cost.checked_add(self.surcharge).unwrap_or(cost);
        let number = self.purchases.len() + 1;
        let other = |text: String| MarketRefused::Other { text };
        let request = format!("req-{number}");
        let request = RequestId::parse(&request).map_err(|bad| other(bad.to_string()))?;
        let reference = format!("R{number:08}");
        let session = self.sessions.get_mut(&login);
        let session = session.ok_or(MarketRefused::LoggedOut)?;
        session.page = Some(number - 1);
        let text = format!("{}\n\nRef#{reference}", title(product));
        let payload = Boc::new(text.as_bytes());
        let offer = LinkOffer {
            login,
            jar: session.jar,
            recipient: recipient.clone(),
            request: request.clone(),
            init_amount: amount,
            from: Some(session.wallet),
            messages: 1,
            has_state_init: false,
            destination,
            amount,
            payload_hash: hash_of(payload.bytes()),
            payload,
            payload_text: text,
            valid_until: now + self.link_lifetime,
            confirm_method: "confirmReq".into(),
            confirm_params: vec![("id".into(), request.as_str().into())],
        };
        self.purchases.push(Purchase {
            request,
            reference,
            login,
            recipient,
            product,
            amount,
            confirmed: None,
            delivered_at: None,
        });
        Ok(offer)
    }

    /// A page that still owes a delivery must not be given to another purchase.
    fn note_takeover(&mut self, login: LoginId, paid: &[FoundTx], destination: WalletAddress) {
        let page = self.sessions.get(&login).and_then(|session| session.page);
        let open = page.and_then(|place| self.purchases.get(place));
        let owed = open.filter(|one| {
            one.delivered_at.is_none() && paid.iter().any(|tx| pays(tx, one, destination))
        });
        if let Some(owed) = owed {
            let what = format!("{login} was used again while {} was paid for", owed.request);
            self.violations.push(what);
        }
    }

    /// The confirm call: only the purchase that the page is about can be confirmed.
    pub(super) fn confirm(
        &mut self,
        login: LoginId,
        request: &RequestId,
        boc: &Boc,
    ) -> Result<(), MarketRefused> {
        let page = self.sessions.get(&login).and_then(|session| session.page);
        let open = page.and_then(|place| self.purchases.get_mut(place));
        let Some(open) = open.filter(|one| one.request == *request) else {
            let text = "Bad request".into();
            return Err(MarketRefused::Other { text });
        };
        match &open.confirmed {
            Some(before) if before != boc => {
                let what = format!("{request} was confirmed with two different messages");
                self.violations.push(what);
            }
            Some(_) | None => open.confirmed = Some(boc.clone()),
        }
        Ok(())
    }
}

/// Whether a transaction pays a purchase: the right sum, with its reference.
fn pays(tx: &FoundTx, purchase: &Purchase, destination: WalletAddress) -> bool {
    tx.out.iter().any(|out| {
        let reference = out.reference.as_ref();
        out.destination == destination
            && out.value == purchase.amount
            && reference.is_some_and(|reference| reference.as_str() == purchase.reference)
    })
}

fn title(product: Product) -> String {
    match product {
        Product::Stars(quantity) => format!("{} Telegram Stars", quantity.get()),
        Product::Premium(PremiumMonths::Twelve) => "Telegram Premium for 1 year".into(),
        Product::Premium(months) => format!("Telegram Premium for {} months", months.get()),
    }
}
