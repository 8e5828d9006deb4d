//! What goes into a decision of the dialog, and what comes out.

use super::Dialog;
use super::action::Target;
use super::deck::{DeckAnswer, DeckNeed};
use super::heard::Sender;
use super::screen::{Note, OrderFace, Screen};
use crate::domain::catalog::{Product, Recipient, StarsQuantity, Username};
use crate::domain::customer::{Language, Purse, StillOpen};
use crate::domain::ids::{CustomerId, InvoiceId, OrderId, OrderNumber};
use crate::domain::invoice::{CoinChoice, Invoice};
use crate::domain::ledger::Statement;
use crate::domain::money::MicroUsd;
use crate::domain::order::Order;
use crate::domain::pricing::{Quote, ShopPrices};
use crate::domain::{Span, Timestamp};

/// A coin that the shop takes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Coin {
    /// Which. Names of 1 to 12 letters and digits fit a button.
    pub choice: CoinChoice,
    /// The smallest transfer that the gateway takes.
    pub least: MicroUsd,
}

/// The settings of the conversation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DialogRules {
    /// Ready choices of Stars.
    pub presets: Vec<StarsQuantity>,
    /// Ready choices for the balance.
    pub top_ups: Vec<MicroUsd>,
    /// The least that can be put on the balance.
    pub least_top_up: MicroUsd,
    /// The most at once.
    pub most_top_up: MicroUsd,
    /// The coins, the usual one first.
    pub coins: Vec<Coin>,
    /// Orders on a page.
    pub orders_a_page: u16,
    /// Lines of the statement.
    pub statement_lines: u32,
    /// When an order may be taken back (rule 21): as the order machine has it.
    pub slow_after: Span,
    /// The version of the terms that a payment accepts.
    pub terms: u32,
}

impl Default for DialogRules {
    fn default() -> Self {
        let dollars = |count: i64| MicroUsd::from_micros(count.saturating_mul(1_000_000));
        // The gateway's own least where it is in dollars; for the others enough above it that their
        // rates may move.
        let half = MicroUsd::from_micros(500_000);
        let coin = |currency: &str, network: &str, least: MicroUsd| Coin {
            choice: CoinChoice {
                currency: currency.to_owned(),
                network: network.to_owned(),
            },
            least,
        };
        let presets = [50, 100, 250, 500, 1_000, 2_500];
        Self {
            presets: presets
                .into_iter()
                .filter_map(|count| StarsQuantity::new(count).ok())
                .collect(),
            top_ups: [5, 10, 25, 50].map(dollars).to_vec(),
            least_top_up: dollars(1),
            most_top_up: dollars(10_000),
            coins: vec![
                coin("USDT", "ton", half),
                coin("USDT", "tron", half),
                coin("TON", "ton", half),
                coin("USDT", "bsc", half),
                coin("BTC", "btc", dollars(2)),
                coin("TRX", "tron", dollars(1)),
                coin("LTC", "ltc", dollars(1)),
            ],
            orders_a_page: 5,
            statement_lines: 10,
            slow_after: Span::minutes(3),
            terms: 1,
        }
    }
}

/// Whether goods can be bought at Fragment at all.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Seller {
    /// At least one login works, or will without a person.
    Open,
    /// Nothing is known yet.
    Starting,
    /// No login works.
    Closed,
}

/// Everything a decision looks at.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// Who speaks.
    pub sender: &'a Sender,
    /// Whose account.
    pub customer: CustomerId,
    /// The language the account speaks.
    pub language: Language,
    /// The balances.
    pub purse: Purse,
    /// The prices.
    pub prices: &'a ShopPrices,
    /// Whether the shop can deliver.
    pub seller: Seller,
    /// The settings.
    pub rules: &'a DialogRules,
    /// Whether an outside answer is on its way to this person.
    pub fetching: bool,
    /// Whether the person is an operator, and this their own chat: known anew at every tap.
    pub operator: bool,
    /// A number for the next offer or invoice, drawn for this decision.
    pub fresh: i64,
    /// The instant.
    pub now: Timestamp,
}

/// What a decision comes to.
#[derive(Clone, PartialEq, Eq, Debug)]
#[must_use = "a step that is not taken never happened"]
pub enum Step {
    /// The dialog as it will be, and its screen.
    Show {
        /// To be stored.
        dialog: Dialog,
        /// To be shown.
        screen: Box<Screen>,
    },
    /// Something must be done or read first; its [`Answer`] goes to [`Dialog::answered`].
    Ask {
        /// The dialog as it stands.
        dialog: Dialog,
        /// What is needed.
        need: Need,
        /// What the next screen shall say, if the answer has nothing better.
        note: Option<Note>,
    },
}

/// What a decision cannot do by itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Need {
    /// Ask Fragment about somebody. Outside: the screen is [`Dialog::meanwhile`] until then.
    FindRecipient {
        /// What is bought.
        product: Product,
        /// Who is looked for.
        username: Username,
    },
    /// Buy from the balance.
    BuyFromBalance {
        /// The offer.
        quote: Box<Quote>,
    },
    /// Order, and open an invoice. Outside.
    BuyByInvoice {
        /// The offer.
        quote: Box<Quote>,
        /// In which coin.
        coin: CoinChoice,
        /// What to ask for.
        face: MicroUsd,
    },
    /// Open another invoice for an unpaid order. Outside.
    ChangeCoin {
        /// Which.
        order: OrderId,
        /// In which coin.
        coin: Coin,
    },
    /// Open an invoice for the balance. Outside.
    TopUp {
        /// Drawn with the screen, so that a double tap opens one.
        invoice: InvoiceId,
        /// How much.
        amount: MicroUsd,
        /// In which coin.
        coin: CoinChoice,
    },
    /// Cancel what is not paid.
    Cancel(Target),
    /// Take the money back (rule 21).
    TakeBack(OrderId),
    /// Look at the payment now.
    SaysSent(Target),
    /// Read an order of this customer's.
    ShowOrder(OrderId),
    /// The same by the number that people say.
    FindOrder(OrderNumber),
    /// Read an invoice of this customer's.
    ShowInvoice(InvoiceId),
    /// Read the last lines of the balance.
    Statement,
    /// Read a page of orders.
    Orders {
        /// From 0.
        page: u16,
    },
    /// Read the unfinished orders and the last finished one.
    WhereAreMyStars,
    /// Read an order in order to repeat it.
    AsBefore {
        /// Which.
        order: OrderId,
        /// So many instead.
        quantity: Option<StarsQuantity>,
    },
    /// Keep a language.
    Speak(Language),
    /// Keep the wish to hear when the shop sells again.
    TellMe,
    /// The person has sent `/start`: what was kept for them is owed again.
    CameBack,
    /// Look whether anything keeps this person from being erased (rule 23).
    MayErase,
    /// Erase this person, if nothing does.
    Erase,
    /// Something on the operators' deck.
    Deck(DeckNeed),
}

impl Need {
    /// Whether it may take seconds. The dialog shows [`Dialog::meanwhile`] until the answer comes,
    /// and goes on listening.
    #[must_use]
    pub const fn is_outside(&self) -> bool {
        match self {
            Self::FindRecipient { .. }
            | Self::BuyByInvoice { .. }
            | Self::ChangeCoin { .. }
            | Self::TopUp { .. } => true,
            Self::Deck(need) => need.is_outside(),
            Self::BuyFromBalance { .. }
            | Self::Cancel(_)
            | Self::TakeBack(_)
            | Self::SaysSent(_)
            | Self::ShowOrder(_)
            | Self::FindOrder(_)
            | Self::ShowInvoice(_)
            | Self::Statement
            | Self::Orders { .. }
            | Self::WhereAreMyStars
            | Self::AsBefore { .. }
            | Self::Speak(_)
            | Self::TellMe
            | Self::CameBack
            | Self::MayErase
            | Self::Erase => false,
        }
    }
}

impl Need {
    /// Whether the balance may be another afterwards.
    #[must_use]
    pub const fn moves_money(&self) -> bool {
        match self {
            Self::BuyFromBalance { .. } | Self::TakeBack(_) => true,
            Self::FindRecipient { .. }
            | Self::BuyByInvoice { .. }
            | Self::ChangeCoin { .. }
            | Self::TopUp { .. }
            | Self::Cancel(_)
            | Self::SaysSent(_)
            | Self::ShowOrder(_)
            | Self::FindOrder(_)
            | Self::ShowInvoice(_)
            | Self::Statement
            | Self::Orders { .. }
            | Self::WhereAreMyStars
            | Self::AsBefore { .. }
            | Self::Speak(_)
            | Self::TellMe
            | Self::CameBack
            | Self::MayErase
            | Self::Erase
            | Self::Deck(_) => false,
        }
    }
}

/// The answer to a [`Need`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answer {
    /// The person was found.
    Found(Box<Recipient>),
    /// Or not.
    NotFound {
        /// Who was looked for.
        username: Username,
        /// Why.
        why: LookUpFailed,
    },
    /// Too fast.
    Slow {
        /// How long to wait.
        wait: Span,
    },
    /// The shop cannot count, and starts no purchase meanwhile.
    CannotCount,
    /// The order is made and paid for from the balance, now or by an earlier tap.
    Bought(Box<OrderFace>),
    /// Nothing was bought.
    NotBought(BuyRefused),
    /// The invoice is open.
    Opened {
        /// For what.
        target: Target,
        /// The invoice.
        invoice: Box<Invoice>,
        /// Its order, if it pays one.
        order: Option<Box<Order>>,
    },
    /// It is not, or not yet.
    NotOpened {
        /// For what.
        target: Target,
        /// Why.
        why: OpenRefused,
    },
    /// An order, and what happened to it.
    Order {
        /// The order.
        face: Box<OrderFace>,
        /// What happened.
        note: Option<Note>,
    },
    /// A top-up's invoice, and what happened to it.
    Invoice {
        /// The invoice.
        invoice: Box<Invoice>,
        /// What happened.
        note: Option<Note>,
    },
    /// There is none.
    NoSuchOrder,
    /// The last lines.
    Statement(Statement),
    /// A page of orders, and whether there are more.
    Orders {
        /// Newest first.
        orders: Vec<Order>,
        /// Whether there is another page.
        more: bool,
    },
    /// What there is to repeat.
    AsBefore {
        /// What.
        product: Product,
        /// For whom.
        username: Username,
        /// As many as the balance buys, where it does not buy all.
        fewer: bool,
    },
    /// It is done; the note says what.
    Noted(Option<Note>),
    /// Whether this person can be erased; what keeps them, if not.
    MayErase(Option<StillOpen>),
    /// This person was erased.
    Erased,
    /// What the operators' deck needed.
    Deck(DeckAnswer),
}

/// Why somebody was not found.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum LookUpFailed {
    /// Nobody has this name.
    NoSuchUser,
    /// A channel, a group or a bot.
    NotAPerson,
    /// Has Premium already.
    AlreadyPremium,
    /// Fragment could not be asked.
    Unavailable,
}

/// Why nothing was bought from the balance.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BuyRefused {
    /// The balance does not suffice.
    NotEnough,
    /// A payment is being checked (rule 17).
    Frozen,
    /// Something is owed.
    Debt,
    /// No wallet has enough TON, not even for the smallest order.
    NoFloat,
    /// No wallet has enough TON for so much; a smaller order would do.
    TooMuch,
    /// Premium for this person is on its way already.
    PremiumUnderWay,
}

/// Why there is no invoice.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OpenRefused {
    /// The gateway cannot be reached, or the shop is too busy. Nothing is owed.
    GatewayDown,
    /// The gateway will not have it.
    Refused,
    /// Another order waits for its payment.
    OtherOrderOpen,
    /// A payment is being checked.
    Frozen,
    /// Something is owed.
    Debt,
    /// It may yet come.
    Unknown,
}
