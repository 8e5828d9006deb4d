//! Over the counter: an order for a person without a conversation, as operators and drivers of the
//! admin API place it. The same look-up, price, commit and invoice as in the chat, and the same
//! refusals; only nobody is shown a card in between.

use std::time::Duration;

use super::desk::Desk;
use super::directory::Directory;
use super::memory::Memory;
use super::outside::By;
use super::turn::Trouble;
use crate::domain::catalog::{PersonName, Product, Recipient, Username};
use crate::domain::customer::Language;
use crate::domain::dialog::{
    Answer, BuyRefused, Inbound, LookUpFailed, OpenRefused, Said, Seller, Sender, order_of,
};
use crate::domain::ids::{BotId, QuoteId, TelegramId, UpdateKey};
use crate::domain::invoice::{Invoice, missing_part};
use crate::domain::money::MicroUsd;
use crate::domain::order::Order;
use crate::domain::pricing::{NoPrice, Quote};
use crate::ports::Unreadable;
use crate::supervision::effect;

/// The bot under whose name orders over the counter are kept apart from a chat's updates.
const NO_BOT: BotId = BotId::new(0);

/// What is ordered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WantedOrder {
    /// Names it, and with it the order: asking twice under one name orders once.
    pub name: QuoteId,
    /// Whose balance pays, and who is told.
    pub telegram: TelegramId,
    /// The language of a person who has no account yet.
    pub language: Language,
    /// What.
    pub product: Product,
    /// For whom.
    pub recipient: Username,
    /// How it is paid.
    pub pay: PayBy,
}

/// How an order over the counter is paid.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PayBy {
    /// From the balance, whole.
    Balance,
    /// By an invoice for what the balance does not cover; the pay page lets choose the coin.
    Invoice,
}

/// The order is in the books.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Placed {
    /// The order.
    pub order: Order,
    /// What is to be paid for it, if anything.
    pub invoice: Option<Invoice>,
}

/// Why there is no order.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NotPlaced {
    /// The name was used for something else.
    #[error("this name was used for another order")]
    NameUsed,
    /// Rule 2: nothing is sold before the wallets' and the gateway's histories are explained.
    #[error("the shop is still starting: nothing is sold yet")]
    Starting,
    /// No login can deliver.
    #[error("no Fragment login works: nothing can be delivered")]
    Closed,
    /// It has no price now.
    #[error("not sold now: {0}")]
    Unpriced(#[from] NoPrice),
    /// The recipient cannot get it.
    #[error("the recipient cannot be found: {}", said(*.0))]
    Recipient(LookUpFailed),
    /// The books say no.
    #[error("not bought: {}", heard(*.0))]
    NotBought(BuyRefused),
    /// Payment says no.
    #[error("no invoice: {}", told(*.0))]
    NotOpened(OpenRefused),
    /// Nothing happened: try again under the same name.
    #[error("not done: {0}")]
    TryAgain(String),
}

const fn said(why: LookUpFailed) -> &'static str {
    match why {
        LookUpFailed::NoSuchUser => "nobody has this username",
        LookUpFailed::NotAPerson => "it is a channel, a group or a bot",
        LookUpFailed::AlreadyPremium => "this person has Premium already",
        LookUpFailed::Unavailable => "Fragment could not be asked",
    }
}

const fn heard(why: BuyRefused) -> &'static str {
    match why {
        BuyRefused::NotEnough => "the balance does not suffice",
        BuyRefused::Frozen => "a payment of this person is being checked",
        BuyRefused::Debt => "this person owes something",
        BuyRefused::NoFloat => "no wallet has enough TON",
        BuyRefused::TooMuch => "no wallet has enough TON for so much at once",
        BuyRefused::PremiumUnderWay => "Premium for this recipient is on its way already",
    }
}

const fn told(why: OpenRefused) -> &'static str {
    match why {
        OpenRefused::GatewayDown => "the gateway cannot be reached",
        OpenRefused::Refused => "the gateway will not have it",
        OpenRefused::OtherOrderOpen => "another order of this person waits for its payment",
        OpenRefused::Frozen => "a payment of this person is being checked",
        OpenRefused::Debt => "this person owes something",
        OpenRefused::Unknown => "it may yet come: look at the order",
    }
}

impl From<Unreadable> for NotPlaced {
    fn from(why: Unreadable) -> Self {
        Self::TryAgain(why.to_string())
    }
}

impl From<Trouble> for NotPlaced {
    fn from(why: Trouble) -> Self {
        Self::TryAgain(why.to_string())
    }
}

impl Directory {
    /// Places an order without a conversation. Call it where outside calls run. Asking again under the same
    /// name answers the order that is there.
    ///
    /// # Errors
    /// [`NotPlaced`]; after [`NotPlaced::TryAgain`] and an unknown invoice, ask again under the same
    /// name.
    pub async fn place(
        &self,
        wanted: WantedOrder,
        deadline: Duration,
    ) -> Result<Placed, NotPlaced> {
        match effect::part(deadline, self.desk().place(wanted)).await {
            Ok(placed) => placed,
            Err(why) => Err(NotPlaced::TryAgain(why.to_string())),
        }
    }
}

impl Desk {
    async fn place(&self, wanted: WantedOrder) -> Result<Placed, NotPlaced> {
        let inbound = over_the_counter(&wanted);
        let memory = self.load(wanted.telegram, wanted.language).await?;
        if let Some(placed) = self.placed(&wanted, &memory).await? {
            return Ok(placed);
        }
        let recipient = self.recipient_of(&wanted).await?;
        let quote = self.quote_of(&wanted, recipient, &memory)?;
        let answer = match wanted.pay {
            PayBy::Balance => self.buy(&quote, &memory, &inbound).await?,
            PayBy::Invoice => self.by_invoice(&quote, &memory, &inbound).await?,
        };
        if let Answer::NotBought(why) = answer {
            return Err(NotPlaced::NotBought(why));
        }
        if let Answer::NotOpened { why, .. } = answer {
            return Err(NotPlaced::NotOpened(why));
        }
        let placed = self.placed(&wanted, &memory).await?;
        let lost = || NotPlaced::TryAgain("the order cannot be read yet".to_owned());
        placed.ok_or_else(lost)
    }

    /// What came of the name before.
    async fn placed(
        &self,
        wanted: &WantedOrder,
        memory: &Memory,
    ) -> Result<Option<Placed>, NotPlaced> {
        let id = order_of(wanted.name);
        let Some(seen) = self.office.ports.books.order(id).await? else {
            return Ok(None);
        };
        let same = seen.row.customer == memory.customer
            && seen.row.quote.product == wanted.product
            && seen.row.quote.recipient.username == wanted.recipient;
        if !same {
            return Err(NotPlaced::NameUsed);
        }
        let face = self.face(id, memory).await?;
        Ok(face.map(|face| Placed {
            order: face.order,
            invoice: face.invoice,
        }))
    }

    async fn recipient_of(&self, wanted: &WantedOrder) -> Result<Recipient, NotPlaced> {
        match self.seller(Some(wanted.telegram)) {
            Seller::Open => {}
            Seller::Starting => return Err(NotPlaced::Starting),
            Seller::Closed => return Err(NotPlaced::Closed),
        }
        let found = self.find(wanted.product, &wanted.recipient).await;
        found.map_err(NotPlaced::Recipient)
    }

    fn quote_of(
        &self,
        wanted: &WantedOrder,
        recipient: Recipient,
        memory: &Memory,
    ) -> Result<Quote, NotPlaced> {
        let prices = self.prices();
        let now = self.now();
        let priced = prices.price(wanted.product, now)?;
        let rules = prices.rules.get();
        let (name, customer) = (wanted.name, memory.customer);
        Ok(Quote::offer(name, customer, recipient, priced, rules, now))
    }

    async fn by_invoice(
        &self,
        quote: &Quote,
        memory: &Memory,
        inbound: &Inbound,
    ) -> Result<Answer, NotPlaced> {
        let purse = self.office.ports.books.purse(memory.customer).await?;
        let missing = missing_part(quote.price, purse.available, MicroUsd::CENT);
        let missing = missing.map_err(|why| NotPlaced::TryAgain(why.to_string()))?;
        let face = missing.map_or(quote.price, |missing| missing.ask);
        let customer = memory.customer;
        let by = By {
            customer,
            update: inbound.key,
            // The person is shown the order in a message of its own, once there is something to pay.
            place: (inbound.chat, inbound.message),
        };
        Ok(self.order_by_invoice(by, quote, None, face).await?)
    }
}

fn over_the_counter(wanted: &WantedOrder) -> Inbound {
    Inbound {
        key: UpdateKey {
            bot: NO_BOT,
            update: wanted.name.get(),
        },
        sender: Sender {
            user: wanted.telegram,
            username: None,
            name: PersonName::new(""),
            language: wanted.language,
            premium: false,
        },
        chat: wanted.telegram,
        message: None,
        own: None,
        said: Said::Text("".into()),
    }
}
