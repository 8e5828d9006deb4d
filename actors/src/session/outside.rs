//! Errands that take seconds: Fragment is asked about somebody, payment opens an invoice. They run
//! on the I/O runtime, and their answer comes back to the session.

use std::sync::Arc;

use tracing::Instrument as _;

use super::desk::Desk;
use super::live::live;
use super::turn::{Trouble, instead_of, traced};
use crate::browser_pool::{Purpose as LentFor, Verdict};
use crate::domain::catalog::{Product, Recipient, Username};
use crate::domain::dialog::{
    Answer, Coin, DeckAnswer, DeckNeed, Inbound, LookUpFailed, Need, NotDone, Note, OpenRefused,
    Target, order_of,
};
use crate::domain::ids::{CustomerId, InvoiceId, OrderId, TelegramId, UpdateKey};
use crate::domain::invoice::{CoinChoice, Invoice, Purpose, Wish, missing_part};
use crate::domain::money::MicroUsd;
use crate::domain::order::Order;
use crate::domain::pricing::Quote;
use crate::payment::{NewOrder, OpenInvoice, OpenRefused as Refused, Opened};
use crate::ports::Failure;
use crate::ports::market::{MarketFailure, MarketRefused, SlotKind};
use crate::supervision::AskFailed;

/// What is asked outside on behalf of an update.
#[derive(Debug)]
pub(super) struct Errand {
    pub(super) need: Need,
    pub(super) note: Option<Note>,
    pub(super) customer: CustomerId,
    pub(super) inbound: Arc<Inbound>,
}

/// Who asks payment for an invoice, and under which update.
#[derive(Clone, Copy, Debug)]
pub(super) struct By {
    pub(super) customer: CustomerId,
    pub(super) update: UpdateKey,
    /// The chat, and the message that becomes the order's own; without one it is sent.
    pub(super) place: (TelegramId, Option<i64>),
}

impl Errand {
    fn by(&self) -> By {
        By {
            customer: self.customer,
            update: self.inbound.key,
            place: (self.inbound.chat, instead_of(&self.inbound)),
        }
    }

    /// The answer where the call itself brought none: it may have happened.
    pub(super) fn unknown(&self) -> Answer {
        match &self.need {
            Need::FindRecipient { username, .. } => unavailable(username),
            Need::BuyByInvoice { quote, .. } => not_opened(Target::Quote(quote.id)),
            Need::ChangeCoin { order, .. } => not_opened(Target::Order(*order)),
            Need::TopUp { invoice, .. } => not_opened(Target::Invoice(*invoice)),
            Need::BuyFromBalance { .. }
            | Need::Cancel(_)
            | Need::TakeBack(_)
            | Need::SaysSent(_)
            | Need::ShowOrder(_)
            | Need::FindOrder(_)
            | Need::ShowInvoice(_)
            | Need::Statement
            | Need::Orders { .. }
            | Need::WhereAreMyStars
            | Need::AsBefore { .. }
            | Need::Speak(_)
            | Need::TellMe
            | Need::CameBack
            | Need::MayErase
            | Need::Erase
            | Need::Deck(DeckNeed::Look(_) | DeckNeed::Act(_)) => Answer::Noted(None),
            Need::Deck(DeckNeed::Cookies { login, .. }) => Answer::Deck(DeckAnswer::Cookies {
                login: *login,
                outcome: Err(NotDone::Unsure),
            }),
        }
    }
}

impl Desk {
    /// Runs an errand to its answer.
    pub(super) async fn fetch(&self, errand: &Errand) -> Answer {
        let (around, _) = traced(&errand.inbound);
        self.run_errand(errand).instrument(around).await
    }

    async fn run_errand(&self, errand: &Errand) -> Answer {
        let answer = match &errand.need {
            Need::FindRecipient { product, username } => {
                Ok(match self.find(*product, username).await {
                    Ok(recipient) => Answer::Found(Box::new(recipient)),
                    Err(why) => Answer::NotFound {
                        username: username.clone(),
                        why,
                    },
                })
            }
            Need::BuyByInvoice { quote, coin, face } => {
                self.order_by_invoice(errand.by(), quote, Some(coin), *face)
                    .await
            }
            Need::ChangeCoin { order, coin } => self.change_coin(errand.by(), *order, coin).await,
            Need::TopUp {
                invoice,
                amount,
                coin,
            } => {
                let person = errand.inbound.sender.user;
                match self.takes_money_of(person) {
                    true => self.top_up(errand.by(), *invoice, *amount, coin).await,
                    false => Ok(Answer::NotOpened {
                        target: Target::Invoice(*invoice),
                        why: OpenRefused::GatewayDown,
                    }),
                }
            }
            Need::BuyFromBalance { .. }
            | Need::Cancel(_)
            | Need::TakeBack(_)
            | Need::SaysSent(_)
            | Need::ShowOrder(_)
            | Need::FindOrder(_)
            | Need::ShowInvoice(_)
            | Need::Statement
            | Need::Orders { .. }
            | Need::WhereAreMyStars
            | Need::AsBefore { .. }
            | Need::Speak(_)
            | Need::TellMe
            | Need::CameBack
            | Need::MayErase
            | Need::Erase => Ok(Answer::Noted(None)),
            Need::Deck(need) => Ok(self.on_deck(need, &errand.inbound).await),
        };
        answer.unwrap_or_else(|trouble| {
            tracing::warn!("an errand brought no answer: {trouble}");
            errand.unknown()
        })
    }

    /// Looks a recipient up in a borrowed browser.
    pub(super) async fn find(
        &self,
        product: Product,
        username: &Username,
    ) -> Result<Recipient, LookUpFailed> {
        let loan = self.settings.loan;
        let browsers = &self.colleagues.browsers;
        let lent = browsers.borrow(SlotKind::Anonymous, LentFor::LookUp, loan);
        let slot = lent.await.map_err(|_not_lent| LookUpFailed::Unavailable)?;
        let market = &self.office.ports.market;
        let found = market.find_recipient(slot, username, &product).await;
        browsers.give_back(slot, verdict(&found)).await;
        match found {
            Ok(mut recipient) => {
                // Whoever asked waits for the name as it was asked for.
                recipient.username = username.clone();
                Ok(recipient)
            }
            Err(why) => Err(why_not(&why)),
        }
    }

    /// Makes the order and opens its invoice; without a coin the pay page lets choose one.
    pub(super) async fn order_by_invoice(
        &self,
        by: By,
        quote: &Quote,
        coin: Option<&CoinChoice>,
        face: MicroUsd,
    ) -> Result<Answer, Trouble> {
        let target = Target::Quote(quote.id);
        let order = order_of(quote.id);
        if let Some(answer) = self.already(target, order, coin, by).await? {
            return Ok(answer);
        }
        let now = self.now();
        let number = self.office.ports.clock.fresh_order_number();
        let terms = self.settings.dialog.terms;
        let confirmed = Order::confirmed(order, number, quote.clone(), terms, now);
        let wish = self.wish(by, self.fresh_invoice(), Purpose::Order(order), face, coin);
        let (chat, message) = by.place;
        let open = OpenInvoice {
            wish,
            order: Some(Box::new(NewOrder {
                live: Some(live(order, chat, message, now)),
                order: confirmed,
            })),
            update: Some(by.update),
        };
        self.open(target, Some(order), open).await
    }

    /// A double tap finds what the first has opened.
    async fn already(
        &self,
        target: Target,
        order: OrderId,
        coin: Option<&CoinChoice>,
        by: By,
    ) -> Result<Option<Answer>, Trouble> {
        let books = &self.office.ports.books;
        let seen = books.order(order).await?;
        let Some(order) = seen.map(|seen| seen.row) else {
            return Ok(None);
        };
        let now = self.now();
        let same = |invoice: &Invoice| {
            invoice.purpose == Purpose::Order(order.id)
                && invoice.coin.as_ref() == coin
                && invoice.is_open_for_an_order(now)
        };
        let invoices = books.invoices_of(by.customer).await?;
        let found = invoices.into_iter().map(|seen| seen.row).find(same);
        Ok(match (found, target) {
            (Some(invoice), _) => Some(Answer::Opened {
                target,
                invoice: Box::new(invoice),
                order: Some(Box::new(order)),
            }),
            // The quote's order is there; its own screen says how it stands.
            (None, Target::Quote(_)) => Some(not_opened(target)),
            (None, Target::Order(_) | Target::Invoice(_)) => None,
        })
    }

    async fn change_coin(&self, by: By, order: OrderId, coin: &Coin) -> Result<Answer, Trouble> {
        let target = Target::Order(order);
        if let Some(answer) = self.already(target, order, Some(&coin.choice), by).await? {
            return Ok(answer);
        }
        let books = &self.office.ports.books;
        let seen = books.order(order).await?;
        let Some(seen) = seen.filter(|seen| seen.row.customer == by.customer) else {
            return Ok(Answer::NoSuchOrder);
        };
        let purse = books.purse(by.customer).await?;
        let price = seen.row.price();
        let missing = missing_part(price, purse.available, coin.least)
            .map_err(|why| Trouble::NotDone(why.to_string()))?;
        let face = missing.map_or(price.max(coin.least), |missing| missing.ask);
        let purpose = Purpose::Order(order);
        let wish = self.wish(by, self.fresh_invoice(), purpose, face, Some(&coin.choice));
        let open = OpenInvoice {
            wish,
            order: None,
            update: Some(by.update),
        };
        self.open(target, Some(order), open).await
    }

    async fn top_up(
        &self,
        by: By,
        invoice: InvoiceId,
        amount: MicroUsd,
        coin: &CoinChoice,
    ) -> Result<Answer, Trouble> {
        let target = Target::Invoice(invoice);
        if let Some(answer) = self.stored_top_up(target, invoice).await? {
            return Ok(answer);
        }
        let open = OpenInvoice {
            wish: self.wish(by, invoice, Purpose::TopUp, amount, Some(coin)),
            order: None,
            update: Some(by.update),
        };
        self.open(target, None, open).await
    }

    async fn stored_top_up(
        &self,
        target: Target,
        invoice: InvoiceId,
    ) -> Result<Option<Answer>, Trouble> {
        let seen = self.office.ports.books.invoice(invoice).await?;
        Ok(seen.map(|seen| Answer::Opened {
            target,
            invoice: Box::new(seen.row),
            order: None,
        }))
    }

    fn fresh_invoice(&self) -> InvoiceId {
        InvoiceId::new(self.office.ports.clock.fresh_id())
    }

    fn wish(
        &self,
        by: By,
        id: InvoiceId,
        purpose: Purpose,
        face: MicroUsd,
        coin: Option<&CoinChoice>,
    ) -> Wish {
        Wish {
            id,
            gateway_order_id: self.office.ports.clock.fresh_gateway_order_id(),
            customer: by.customer,
            purpose,
            face,
            coin: coin.cloned(),
        }
    }

    async fn open(
        &self,
        target: Target,
        order: Option<OrderId>,
        open: OpenInvoice,
    ) -> Result<Answer, Trouble> {
        let asked = self.colleagues.open_invoice.ask(open, self.settings.open);
        let invoice = match asked.await {
            Ok(Ok(Opened { invoice })) => {
                self.note_gateway(true);
                Box::new(invoice)
            }
            Ok(Err(why)) => {
                if matches!(why, Refused::GatewayDown) {
                    self.note_gateway(false);
                }
                return Ok(refusal(target, &why));
            }
            Err(AskFailed::Busy | AskFailed::Gone) => {
                let why = OpenRefused::GatewayDown;
                return Ok(Answer::NotOpened { target, why });
            }
            Err(AskFailed::TimedOut { .. } | AskFailed::Failed(_)) => {
                return Ok(not_opened(target));
            }
        };
        let order = match order {
            Some(order) => self.office.ports.books.order(order).await?,
            None => None,
        };
        let order = order.map(|seen| Box::new(seen.row));
        Ok(Answer::Opened {
            target,
            invoice,
            order,
        })
    }
}

fn unavailable(username: &Username) -> Answer {
    Answer::NotFound {
        username: username.clone(),
        why: LookUpFailed::Unavailable,
    }
}

const fn not_opened(target: Target) -> Answer {
    let why = OpenRefused::Unknown;
    Answer::NotOpened { target, why }
}

const fn refusal(target: Target, why: &Refused) -> Answer {
    let why = match why {
        Refused::Busy | Refused::GatewayDown => OpenRefused::GatewayDown,
        Refused::Refused(_) => OpenRefused::Refused,
        Refused::AlreadyOpen => OpenRefused::OtherOrderOpen,
        // It came before: what it opened is in the books.
        Refused::Handled | Refused::Unknown => OpenRefused::Unknown,
        Refused::Frozen => OpenRefused::Frozen,
        Refused::Debt => OpenRefused::Debt,
    };
    Answer::NotOpened { target, why }
}

fn verdict<T>(found: &Result<T, MarketFailure>) -> Verdict {
    match found {
        Ok(_) => Verdict::Good,
        Err(Failure::Refused(MarketRefused::PathBlocked)) => Verdict::PathBlocked,
        Err(Failure::Refused(MarketRefused::LoggedOut)) => Verdict::LoggedOut,
        Err(Failure::Refused(
            MarketRefused::NoSuchUser
            | MarketRefused::NotAPerson
            | MarketRefused::AlreadyPremium
            | MarketRefused::IdentityNeeded
            | MarketRefused::Other { .. },
        )) => Verdict::Good,
        Err(Failure::NotDone { .. } | Failure::Unknown { .. }) => Verdict::Broken,
    }
}

fn why_not(why: &MarketFailure) -> LookUpFailed {
    match why {
        Failure::Refused(MarketRefused::NoSuchUser) => LookUpFailed::NoSuchUser,
        Failure::Refused(MarketRefused::NotAPerson) => LookUpFailed::NotAPerson,
        Failure::Refused(MarketRefused::AlreadyPremium) => LookUpFailed::AlreadyPremium,
        Failure::Refused(
            MarketRefused::LoggedOut
            | MarketRefused::IdentityNeeded
            | MarketRefused::PathBlocked
            | MarketRefused::Other { .. },
        )
        | Failure::NotDone { .. }
        | Failure::Unknown { .. } => LookUpFailed::Unavailable,
    }
}
