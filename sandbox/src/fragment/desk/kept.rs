//! Everything the site knows out of a file, or refused.

use std::collections::{BTreeMap, BTreeSet};

use super::Desk;
use crate::fragment::goods::Goods;
use crate::world::kept::{Torn, must};

impl Desk {
    /// The same desk, unless it contradicts itself.
    pub(crate) fn found_again(self) -> Result<Self, Torn> {
        self.people.check()?;
        self.logins.check(self.purchases.len())?;
        let mut ids = BTreeSet::new();
        for purchase in &self.purchases {
            let id = &purchase.id;
            must(ids.insert(id), || format!("two purchases are {id}"))?;
            let person = self.people.get(purchase.person);
            must(person.is_some(), || format!("{id} is for nobody"))?;
            let is_paid = purchase.payment.is_some();
            must(is_paid == purchase.fate.is_some(), || {
                format!("{id} is half paid")
            })?;
            must(is_paid || purchase.delivered_at.is_none(), || {
                format!("{id} is delivered and not paid")
            })?;
        }
        self.check_lists()?;
        self.check_stars()?;
        Ok(self)
    }

    /// What was delivered is in the list of deliveries once, and nothing that is over is open.
    fn check_lists(&self) -> Result<(), Torn> {
        let delivered: BTreeSet<usize> = self.delivered.iter().copied().collect();
        let came = self.purchases.iter().enumerate();
        let came = came.filter(|(_, purchase)| purchase.delivered_at.is_some());
        let came: BTreeSet<usize> = came.map(|(number, _)| number).collect();
        let is_once = delivered.len() == self.delivered.len() && delivered == came;
        must(is_once, || "deliveries and purchases disagree".to_owned())?;
        let open: BTreeSet<usize> = self.open.iter().copied().collect();
        let is_open = |number: &usize| *number < self.purchases.len() && !came.contains(number);
        let are_open = open.len() == self.open.len() && open.iter().all(is_open);
        must(are_open, || "what is over is open".to_owned())
    }

    /// Everybody has what was delivered to them.
    fn check_stars(&self) -> Result<(), Torn> {
        let mut owned: BTreeMap<usize, (u64, u64)> = BTreeMap::new();
        for purchase in self.deliveries() {
            let (stars, months) = owned.entry(purchase.person).or_default();
            match purchase.goods {
                Goods::Stars(number) => *stars = stars.saturating_add(number.into()),
                Goods::Premium(number) => *months = months.saturating_add(number.into()),
            }
        }
        for (number, person) in self.people.all().enumerate() {
            let came = owned.get(&number).copied().unwrap_or_default();
            must(came == (person.stars, person.months), || {
                format!("@{} owns what was never delivered", person.username)
            })?;
        }
        Ok(())
    }
}
