//! What a customer sees, in meaning. Words, layout and number formats are the daemon's.

use crate::domain::Span;
use crate::domain::Timestamp;
use crate::domain::catalog::{PersonName, Product, Username};
use crate::domain::customer::{Language, Purse, StillOpen};
use crate::domain::ids::{OrderId, OrderNumber, TelegramId};
use crate::domain::invoice::{CoinChoice, Invoice, Missing};
use crate::domain::ledger::Statement;
use crate::domain::money::{MicroUsd, Untaken};
use crate::domain::order::{Order, OrderState};
use crate::domain::pricing::Quote;
use crate::domain::transfer::Transfer;

use super::action::{Action, Target, Topic};
use super::deck::{DeckFace, DeckNote};
use super::paying;

/// One screen: what is said, and what can be done next.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Screen {
    /// What just happened, if anything did: goes above the body.
    pub note: Option<Note>,
    /// The screen itself.
    pub body: Body,
    /// What can be tapped, the most likely first. Never empty in a private chat.
    pub buttons: Vec<Button>,
}

/// A button, by meaning.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Button {
    /// Comes back as a tap, whose answer takes the place of the message with the button.
    Do(Action),
    /// Comes back as a tap, whose answer is a message of its own: the one with the button stays,
    /// because it shows an order.
    Apart(Action),
    /// Copies the address to pay to, or to send TON to.
    CopyAddress,
    /// Copies the amount to pay.
    CopyAmount,
    /// Opens the gateway's payment page.
    PayPage,
    /// Opens Telegram's list of people.
    PickFriend,
    /// Opens a chat with the recipient.
    WriteTo(Username),
    /// Opens a chat with the shop's people.
    Support,
}

impl Button {
    /// The callback data, of a button that comes back as a tap.
    #[must_use]
    pub fn data(&self) -> Option<String> {
        match self {
            Self::Do(action) => Some(action.encode()),
            Self::Apart(action) => Some(action.encode_apart()),
            Self::CopyAddress
            | Self::CopyAmount
            | Self::PayPage
            | Self::PickFriend
            | Self::WriteTo(_)
            | Self::Support => None,
        }
    }

    /// What its tap does.
    #[must_use]
    pub const fn action(&self) -> Option<&Action> {
        match self {
            Self::Do(action) | Self::Apart(action) => Some(action),
            Self::CopyAddress
            | Self::CopyAmount
            | Self::PayPage
            | Self::PickFriend
            | Self::WriteTo(_)
            | Self::Support => None,
        }
    }
}

/// Each screen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Body {
    /// The main menu.
    Menu {
        /// How the person is called.
        name: PersonName,
        /// What may be spent.
        balance: MicroUsd,
        /// The language that the language button offers.
        other_language: Language,
    },
    /// How many Stars?
    Stars {
        /// For whom, if that was said first.
        to: Option<Username>,
        /// Ready choices with their prices.
        offers: Vec<Offer>,
    },
    /// Fewer Stars than are sold: the least, or another number?
    TooFew,
    /// How long shall Premium last?
    Premium {
        /// For whom, if that was said first.
        to: Option<Username>,
        /// The lengths with their prices.
        offers: Vec<Offer>,
    },
    /// Who shall get Premium has it already: Stars instead?
    HasPremium {
        /// Who.
        username: Username,
    },
    /// Who for?
    Recipient {
        /// What is bought.
        product: Product,
        /// The customer's own name, if there is one.
        own: Option<Username>,
    },
    /// Pick somebody, forward a message or write a name.
    Friend {
        /// What is bought.
        product: Product,
    },
    /// The customer needs a username first.
    NoUsername {
        /// What is bought.
        product: Product,
    },
    /// Fragment is being asked.
    Looking {
        /// About whom.
        username: Username,
    },
    /// This person, this price: yes?
    Card {
        /// The offer.
        quote: Box<Quote>,
        /// Whether the recipient is the customer.
        for_me: bool,
        /// What may be spent.
        balance: MicroUsd,
    },
    /// How would you like to pay?
    Pay(Box<PayWays>),
    /// The gateway is being asked.
    Opening,
    /// One order with all that is known.
    Order(Box<OrderFace>),
    /// Another coin for an unpaid order?
    OtherCoin {
        /// Which.
        order: OrderId,
    },
    /// How much to put on the balance?
    TopUp {
        /// What may be spent now.
        balance: MicroUsd,
        /// The least.
        least: MicroUsd,
        /// The most.
        most: MicroUsd,
    },
    /// In which coin?
    TopUpCoin {
        /// How much.
        amount: MicroUsd,
    },
    /// A top-up's invoice.
    Invoice(Box<Invoice>),
    /// The balance and its last movements.
    Balance {
        /// The three balances.
        purse: Purse,
        /// The last lines.
        statement: Statement,
    },
    /// A page of orders, newest first; none at all is a screen of its own.
    Orders {
        /// The orders.
        orders: Vec<ListedOrder>,
        /// From 0.
        page: u16,
        /// What a first order might be.
        first: Option<Offer>,
    },
    /// Orders that are not finished, and the last one that is.
    WhereAreMyStars {
        /// Unfinished ones.
        open: Vec<ListedOrder>,
        /// The newest of the others.
        last: Option<Box<ListedOrder>>,
    },
    /// Something to read.
    Page {
        /// What about.
        topic: Topic,
    },
    /// What of this person goes, and what stays and why.
    Erase {
        /// What must end first.
        open: Option<StillOpen>,
    },
    /// This person was erased.
    Erased,
    /// A screen that only operators see.
    Deck(Box<DeckFace>),
    /// The shop cannot sell now.
    Closed {
        /// Why, as far as a customer is concerned.
        why: Closed,
        /// What may be spent.
        balance: MicroUsd,
    },
    /// Too fast.
    SlowDown {
        /// How long to wait; none if it cannot be said.
        wait: Option<Span>,
    },
    /// The shop cannot count right now and starts no purchase meanwhile.
    TryAgainSoon,
    /// Purchases are made in a private chat.
    OnlyInPrivate,
    /// Something went wrong on our side; nothing was bought by it.
    Sorry,
}

/// Why the shop cannot sell.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Closed {
    /// No new invoices: the gateway is down. The balance still buys.
    NoInvoices,
    /// Not selling, so as not to take money too early.
    NotSelling,
    /// The shop has just started.
    Starting,
}

/// A product with its price.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Offer {
    /// What.
    pub product: Product,
    /// For how much.
    pub price: MicroUsd,
}

/// How an offer can be paid.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PayWays {
    /// The offer.
    pub quote: Quote,
    /// What may be spent.
    pub balance: MicroUsd,
    /// What an invoice would ask for; none if the balance suffices.
    pub missing: Option<Missing>,
    /// The coins, with what each would ask for.
    pub coins: Coins,
}

/// Coins and what an invoice in each would ask for.
pub type Coins = Vec<(CoinChoice, Missing)>;

/// Everything that is shown of an order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OrderFace {
    /// The order.
    pub order: Order,
    /// The invoice that bought it, else its newest one that may still be paid.
    pub invoice: Option<Invoice>,
    /// Its transfers, oldest first.
    pub transfers: Vec<Transfer>,
}

/// An order in a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ListedOrder {
    /// Which.
    pub id: OrderId,
    /// The number people say.
    pub number: OrderNumber,
    /// What.
    pub product: Product,
    /// For whom.
    pub to: Username,
    /// For how much.
    pub price: MicroUsd,
    /// When.
    pub since: Timestamp,
    /// Where it stands.
    pub state: OrderState,
}

impl ListedOrder {
    /// What a list shows of an order.
    #[must_use]
    pub fn of(order: &Order) -> Self {
        Self {
            id: order.id,
            number: order.number.clone(),
            product: order.quote.product,
            to: order.quote.recipient.username.clone(),
            price: order.price(),
            since: order.since,
            state: order.state.clone(),
        }
    }
}

/// What just happened or was not understood.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Note {
    /// The button is old; this is the present screen.
    OldButton,
    /// Neither text nor buttons of ours.
    NotUnderstood,
    /// Not a number.
    NotANumber,
    /// More Stars than are sold at once.
    TooMany {
        /// The most.
        most: u32,
    },
    /// More than one order may cost at present.
    AboveCap,
    /// Not an amount that can be read.
    BadAmount(Untaken),
    /// Less than can be put on the balance at once.
    AmountTooSmall {
        /// The least.
        least: MicroUsd,
    },
    /// More than can be put on the balance at once.
    AmountTooLarge {
        /// The most.
        most: MicroUsd,
    },
    /// Not a name.
    BadName,
    /// Nobody has this name.
    NotFound(Username),
    /// A channel, a group or a bot.
    NotAPerson(Username),
    /// The picked person has no username.
    FriendHasNoName {
        /// The name they go by.
        name: PersonName,
        /// Telegram's number of them, to write to.
        user: Option<TelegramId>,
    },
    /// Fragment could not be asked; try again.
    CannotLookUp(Username),
    /// The price had lapsed; this is the new one.
    NewPrice,
    /// The balance does not suffice.
    NotEnough {
        /// What is missing.
        missing: MicroUsd,
    },
    /// Something is owed to the shop; it blocks buying.
    Debt {
        /// How much.
        owed: MicroUsd,
    },
    /// The gateway checks a payment; until then nothing is bought.
    Frozen,
    /// Another order waits for its payment; it comes first.
    OtherOrderOpen,
    /// Premium for this person is on its way already.
    PremiumUnderWay,
    /// The gateway does not take this invoice.
    InvoiceRefused,
    /// The invoice is on its way; its address comes with the order's message.
    InvoiceComing,
    /// The order was cancelled. The page stays payable; a late payment lands on the balance.
    Cancelled,
    /// Too late to cancel: it is no longer unpaid.
    NotCancelled,
    /// The money is on the balance again, or comes as soon as that is safe.
    TakenBack,
    /// It may be taken back from then on.
    TooEarly {
        /// When.
        from: Timestamp,
    },
    /// A signed payment may be on its way: it can neither be cancelled nor lost.
    AlreadySigned,
    /// We go on waiting.
    WaitOn,
    /// The payment is not visible yet; the shop keeps looking.
    KeepLooking,
    /// Not now; the next tap may work.
    TryAgain,
    /// The shop will write when it sells again.
    WillTell,
    /// The language was changed.
    LanguageSet,
    /// There is no such order of this customer's.
    NoSuchOrder,
    /// On the operators' deck.
    Deck(DeckNote),
}

impl Screen {
    /// Nothing more than a body with the way home.
    #[must_use]
    pub fn short(body: Body) -> Self {
        Self {
            note: None,
            body,
            buttons: vec![Button::Do(Action::Menu)],
        }
    }

    /// An order by itself, as its live message shows it. It may be taken back from `slow_after`
    /// on (rule 21), as the order machine has it.
    #[must_use]
    pub fn of_order(face: OrderFace, slow_after: Span, now: Timestamp) -> Self {
        let (body, mut buttons) = paying::face(Box::new(face), slow_after, now);
        buttons.push(Button::Apart(Action::Menu));
        Self {
            note: None,
            body,
            buttons,
        }
    }

    /// A top-up by itself, as its message shows it wherever the conversation is.
    #[must_use]
    pub fn of_top_up(invoice: Invoice) -> Self {
        let (body, mut buttons) = paying::invoice(Box::new(invoice));
        buttons.push(Button::Apart(Action::Menu));
        Self {
            note: None,
            body,
            buttons,
        }
    }

    /// The top-up that it shows and that can still be paid, if that is what it shows.
    #[must_use]
    pub fn open_top_up(&self) -> Option<&Invoice> {
        let Body::Invoice(invoice) = &self.body else {
            return None;
        };
        let is_open = invoice.closing.is_none()
            && !invoice.has_lapsed()
            && !invoice.money.left().is_positive();
        is_open.then_some(invoice)
    }

    /// The order that it shows, if that is what it shows.
    #[must_use]
    pub fn order(&self) -> Option<&OrderFace> {
        if let Body::Order(face) = &self.body {
            return Some(face);
        }
        None
    }

    /// For whoever answers a person whose mailbox is full.
    #[must_use]
    pub fn slow_down(wait: Option<Span>) -> Self {
        Self::short(Body::SlowDown { wait })
    }

    /// What each button does, for pressing them all.
    pub fn actions(&self) -> impl Iterator<Item = &Action> {
        self.buttons.iter().filter_map(Button::action)
    }
}

impl OrderFace {
    /// What its invoice's buttons name.
    #[must_use]
    pub const fn target(&self) -> Target {
        Target::Order(self.order.id)
    }
}
