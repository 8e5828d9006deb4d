//! Everything the site knows, and the one place where goods are handed out.

mod kept;

use serde::{Deserialize, Serialize};

use super::cells::RAW_DESTINATION;
use super::goods::Goods;
use super::people::People;
use super::purchase::{Fate, Purchase};
use super::session::{Logins, Mode, Visitor};
use super::trick;
use crate::world::World;
use crate::world::clock::Moment;
use crate::world::settled::Arrived;

/// The site's own settings, for drivers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Settings {
    /// A proven wallet is enough to buy, without a login with Telegram.
    pub(crate) wallet_alone: bool,
}

/// Everything.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Desk {
    /// Who is logged in.
    pub(crate) logins: Logins,
    /// Who has which name.
    pub(crate) people: People,
    /// Every purchase that was asked for.
    pub(crate) purchases: Vec<Purchase>,
    /// How it behaves.
    pub(crate) settings: Settings,
    /// Numbers of those that were delivered, in this order.
    delivered: Vec<usize>,
    /// Numbers of those that were confirmed and are not over.
    open: Vec<usize>,
}

impl Desk {
    /// Hands out what is paid and confirmed by now.
    pub(crate) fn settle(&mut self, world: &World) {
        if self.open.is_empty() {
            return;
        }
        let arrived = world.settled.at(RAW_DESTINATION);
        let now = world.clock.now();
        for number in std::mem::take(&mut self.open) {
            self.look_for_payment(world, number, &arrived);
            match self
                .purchases
                .get(number)
                .and_then(|purchase| purchase.fate)
            {
                Some(Fate::At(at)) if at <= now => self.deliver(number, at),
                Some(Fate::At(_)) | None => self.open.push(number),
                Some(Fate::Never) => {}
            }
        }
    }

    /// The number of a purchase; of two with one id, the newer.
    pub(super) fn by_id(&self, id: &str) -> Option<usize> {
        self.purchases
            .iter()
            .rposition(|purchase| purchase.id == id)
    }

    /// Notes that the payment of a purchase was reported, and shows it on the caller's page,
    /// unless that still shows another purchase.
    pub(super) fn confirm(&mut self, number: usize, message: [u8; 32], ssid: &str, now: Moment) {
        let Some(purchase) = self.purchases.get_mut(number) else {
            return;
        };
        purchase.confirm(message, ssid, now);
        let is_over = purchase.delivered_at.is_some();
        if !is_over && !self.open.contains(&number) {
            self.open.push(number);
        }
        let shelf = purchase.goods.shelf();
        if let Some(session) = self.logins.session_mut(ssid) {
            let page = session.page_mut(shelf);
            if page.now.0 == Mode::New && !is_over {
                page.show((Mode::Processing, Some(number)), now);
            }
        }
    }

    /// Purchases that were delivered, in this order.
    pub(crate) fn deliveries(&self) -> impl DoubleEndedIterator<Item = &Purchase> {
        self.delivered
            .iter()
            .filter_map(|number| self.purchases.get(*number))
    }

    /// The history of an account or a wallet, newest first.
    pub(super) fn history(&self, visitor: &Visitor) -> impl Iterator<Item = &Purchase> {
        let (account, wallet) = (visitor.account, visitor.wallet.clone());
        self.deliveries()
            .rev()
            .filter(move |purchase| purchase.belongs_to(account, wallet.as_deref()))
    }

    /// The purchase before the newest one of an account or a wallet, for links that lie.
    pub(super) fn latest_of(&self, visitor: &Visitor) -> Option<&Purchase> {
        let wallet = visitor.wallet.as_deref();
        self.purchases
            .iter()
            .rev()
            .find(|purchase| purchase.belongs_to(visitor.account, wallet))
    }

    fn look_for_payment(&mut self, world: &World, number: usize, arrived: &[Arrived]) {
        let Some(purchase) = self.purchases.get(number) else {
            return;
        };
        if purchase.fate.is_some() {
            return;
        }
        let found = arrived
            .iter()
            .find(|arrived| purchase.is_paid_by(arrived) && !self.is_spent(&arrived.transaction));
        let Some(found) = found else {
            return;
        };
        let strike = trick::fate(world);
        if let Some(purchase) = self.purchases.get_mut(number) {
            let since = purchase.take(found);
            purchase.fate = Some(match strike.refuse {
                Some(_) => Fate::Never,
                None => Fate::At(since + strike.delay.unwrap_or_default()),
            });
        }
    }

    /// Whether a transaction has paid for something already.
    fn is_spent(&self, transaction: &[u8; 32]) -> bool {
        self.purchases
            .iter()
            .filter_map(|purchase| purchase.payment.as_ref())
            .any(|payment| payment.transaction == *transaction)
    }

    fn deliver(&mut self, number: usize, at: Moment) {
        let Some(purchase) = self.purchases.get_mut(number) else {
            return;
        };
        if purchase.delivered_at.is_some() {
            return;
        }
        purchase.delivered_at = Some(at);
        let (goods, ssid) = (purchase.goods, purchase.ssid.clone());
        if let Some(person) = self.people.get_mut(purchase.person) {
            match goods {
                Goods::Stars(stars) => person.stars += u64::from(stars),
                Goods::Premium(months) => {
                    person.months += u64::from(months);
                    person.premium = true;
                }
            }
        }
        self.delivered.push(number);
        if let Some(session) = self.logins.session_mut(&ssid) {
            let page = session.page_mut(goods.shelf());
            if page.now.1 == Some(number) {
                page.show((Mode::Done, Some(number)), at);
            }
        }
    }
}
