//! Buying from the balance: one commit that makes the order, holds the price and reserves the
//! float, under the update's key and the quote's own order id.

use super::desk::Desk;
use super::live::live;
use super::memory::Memory;
use super::turn::{Trouble, instead_of};
use crate::domain::catalog::{Product, ProductKind, StarsQuantity};
use crate::domain::dialog::{Answer, BuyRefused, Inbound, OrderFace, order_of};
use crate::domain::ids::{Epoch, OrderId};
use crate::domain::ledger::Account;
use crate::domain::money::NanoTon;
use crate::domain::order::{self, Funding, Order, OrderEvent, choose_wallet, float_needed};
use crate::domain::pricing::Quote;
use crate::domain::wallet::Wallet;
use crate::ports::Failure;
use crate::ports::books::{Commit, CommitRefused, Guard, RowWrite, Write};

/// What a refused or unclear commit asks for next.
enum Next {
    /// The order may be there: look.
    Look,
    /// Decide anew.
    Again,
    /// Say so.
    Tell(BuyRefused),
}

impl Desk {
    pub(super) async fn buy(
        &self,
        quote: &Quote,
        memory: &Memory,
        inbound: &Inbound,
    ) -> Result<Answer, Trouble> {
        let id = order_of(quote.id);
        for _ in 0..self.settings.rounds {
            let Some(funding) = self.funding(quote).await? else {
                let why = self.too_little_float().await?;
                return self.bought_or(id, memory, why).await;
            };
            let (commit, order) = self.purchase(quote, funding, inbound)?;
            let next = match self.office.write(commit).await {
                Ok(()) => {
                    tracing::info!(order.id = %id, "{id} is paid from the balance");
                    self.colleagues.fulfilment.wake();
                    return Ok(Answer::Bought(Box::new(OrderFace {
                        order,
                        invoice: None,
                        transfers: Vec::new(),
                    })));
                }
                Err(Failure::NotDone { cause }) => return Err(Trouble::NotDone(cause)),
                Err(Failure::Unknown { .. }) => Next::Look,
                Err(Failure::Refused(why)) => meaning(why, quote)?,
            };
            match next {
                Next::Again => {}
                Next::Look => {
                    if let Some(face) = self.face(id, memory).await? {
                        return Ok(Answer::Bought(Box::new(face)));
                    }
                }
                Next::Tell(why) => return self.bought_or(id, memory, why).await,
            }
        }
        Err(Trouble::NotDone(format!("{id} could not be committed")))
    }

    /// A second tap meets the order of the first, and a balance that the first has used.
    async fn bought_or(
        &self,
        id: OrderId,
        memory: &Memory,
        why: BuyRefused,
    ) -> Result<Answer, Trouble> {
        Ok(match self.face(id, memory).await? {
            Some(face) => Answer::Bought(Box::new(face)),
            None => Answer::NotBought(why),
        })
    }

    /// A wallet that can carry the order; none if no wallet can.
    async fn funding(&self, quote: &Quote) -> Result<Option<Funding>, Trouble> {
        let need = float_needed(quote, self.settings.chain_fee)
            .map_err(|why| Trouble::NotDone(why.to_string()))?;
        let wallets = self.floats().await?;
        Ok(choose_wallet(&wallets, need, self.next_turn()))
    }

    /// Whether a smaller order would do, where no wallet can carry this one.
    async fn too_little_float(&self) -> Result<BuyRefused, Trouble> {
        Ok(match self.carries_the_least().await? {
            true => BuyRefused::TooMuch,
            false => BuyRefused::NoFloat,
        })
    }

    /// Whether a wallet can carry the smallest order there is, at the prices of now.
    pub(super) async fn carries_the_least(&self) -> Result<bool, Trouble> {
        let least = Product::Stars(StarsQuantity::MIN);
        let Ok(priced) = self.prices().price(least, self.now()) else {
            return Ok(false);
        };
        let need = priced.max_cost.checked_add(self.settings.chain_fee);
        let need = need.map_err(|why| Trouble::NotDone(why.to_string()))?;
        let wallets = self.floats().await?;
        Ok(choose_wallet(&wallets, need, 0).is_some())
    }

    /// Every wallet with what it has free.
    pub(super) async fn floats(&self) -> Result<Vec<(Wallet, NanoTon)>, Trouble> {
        let books = &self.office.ports.books;
        let mut wallets = Vec::new();
        for seen in books.wallets().await? {
            let free = books.float(seen.row.address).await?;
            wallets.push((seen.row, free));
        }
        Ok(wallets)
    }

    fn purchase(
        &self,
        quote: &Quote,
        funding: Funding,
        inbound: &Inbound,
    ) -> Result<(Commit, Order), Trouble> {
        let (id, now) = (order_of(quote.id), self.now());
        let number = self.office.ports.clock.fresh_order_number();
        let terms = self.settings.dialog.terms;
        let order = Order::confirmed(id, number, quote.clone(), terms, now);
        let desk = order::Desk {
            rules: &self.settings.orders,
            wallet: None,
            epoch: Epoch::new(0),
            now,
        };
        let decision = order
            .decide(OrderEvent::Fund(funding), desk)
            .map_err(|why| Trouble::NotDone(why.to_string()))?;
        let mut commit = self.office.commit();
        commit.update = Some(inbound.key);
        commit.guards.push(Guard::NotFrozen(quote.customer));
        commit.guards.push(Guard::NoDebt(quote.customer));
        let order = self.office.absorb(&mut commit, decision);
        commit.rows.push(RowWrite::Order(Write::new(order.clone())));
        // The card becomes the order's live message, so that the notifier edits it.
        let live = live(id, inbound.chat, instead_of(inbound), now);
        commit.rows.push(RowWrite::Live(Write::new(live)));
        Ok((commit, order))
    }
}

fn meaning(why: CommitRefused, quote: &Quote) -> Result<Next, Trouble> {
    Ok(match why {
        // The quote's order is there, or else a fresh number was taken.
        CommitRefused::Handled(_) | CommitRefused::Stale { .. } | CommitRefused::Taken { .. } => {
            Next::Look
        }
        CommitRefused::Floor { account } => {
            if account == Account::Customer(quote.customer) {
                Next::Tell(BuyRefused::NotEnough)
            } else {
                Next::Again
            }
        }
        CommitRefused::Guard(Guard::NotFrozen(_)) => Next::Tell(BuyRefused::Frozen),
        CommitRefused::Guard(Guard::NoDebt(_)) => Next::Tell(BuyRefused::Debt),
        CommitRefused::Rule { .. } if quote.product.kind() == ProductKind::Premium => {
            Next::Tell(BuyRefused::PremiumUnderWay)
        }
        why @ (CommitRefused::Rule { .. }
        | CommitRefused::Guard(Guard::NoOtherOpenOrder { .. })
        | CommitRefused::OtherLife { .. }
        | CommitRefused::Fenced { .. }) => return Err(Trouble::NotDone(why.to_string())),
    })
}
