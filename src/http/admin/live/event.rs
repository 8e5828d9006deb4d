//! What the live feed says: one JSON object a line. Names nobody: who bought and for whom is asked of
//! `/orders/{id}`.

use std::collections::BTreeMap;

use serde::Serialize;
use starkeeper_actors::domain::Timestamp;
use starkeeper_actors::domain::catalog::ProductKind;
use starkeeper_actors::domain::pricing::StopReason;
use utoipa::ToSchema;

/// One line of the feed.
#[derive(Serialize, ToSchema)]
#[schema(as = LiveEvent)]
pub(in crate::http::admin) struct Line {
    /// Counts the lines of this daemon: the next has the next number, so that nothing is missed
    /// unnoticed. A `now` has the number of the last line that it holds already.
    pub(super) n: u64,
    /// When the books were looked at.
    #[schema(value_type = String, format = DateTime)]
    pub(super) at: Timestamp,
    #[serde(flatten)]
    pub(super) event: Event,
}

/// What happened, as the books show it from one look to the next.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
#[schema(as = LiveEventKind)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(in crate::http::admin) enum Event {
    /// The first line of each connection: how everything is.
    Now {
        /// Orders that are not finished, by state.
        orders: BTreeMap<&'static str, u64>,
        /// Breaks that are open.
        breaks: usize,
        sales: SalesLine,
        tills: Vec<TillLine>,
    },
    /// An order was placed, or reached another state. States that it passed between two looks are not
    /// told.
    Order {
        /// The state of the look before; none if the order is new.
        from: Option<&'static str>,
        #[serde(flatten)]
        order: OrderLine,
    },
    /// Money came to the gateway for the shop, or left it: the ledger's own line.
    Money {
        /// Dollars in decimal text; with a minus it left.
        amount: String,
        /// What the gateway holds for the shop after it.
        balance: String,
        currency: &'static str,
        /// Which kind of entry: `credit`, `reversal`, `refund_end`, `orphan` …
        what: &'static str,
        /// Of which invoice, if it is one's.
        invoice: Option<String>,
    },
    /// A break was found, or is over.
    Break {
        #[serde(flatten)]
        found: BreakLine,
        open: bool,
    },
    /// What can be bought has changed.
    Sales(SalesLine),
    /// A till's free TON changed, or it stopped or works again.
    Till(TillLine),
    /// An actor of the replica that serves this feed was restarted.
    Actor {
        actor: &'static str,
        /// How often since the daemon started.
        restarts: u64,
    },
    /// The books cannot be read, or can be read again.
    Books { reachable: bool },
}

/// An order as the feed names it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[schema(as = LiveOrder)]
pub(in crate::http::admin) struct OrderLine {
    pub(super) order: String,
    pub(super) number: String,
    pub(super) product: String,
    pub(super) price: String,
    pub(super) currency: &'static str,
    pub(super) state: &'static str,
    pub(super) finished: bool,
}

/// A break as the feed names it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[schema(as = LiveBreak)]
pub(in crate::http::admin) struct BreakLine {
    pub(super) key: String,
    pub(super) kind: &'static str,
    pub(super) order: Option<String>,
}

/// What is sold.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, ToSchema)]
#[schema(as = LiveSales)]
pub(in crate::http::admin) struct SalesLine {
    /// Whether customers may buy at all: not before a new shop has proven that it delivers.
    pub(super) open: bool,
    pub(super) stops: Vec<StopLine>,
    /// What has no price now, and why in a word.
    pub(super) unavailable: BTreeMap<String, &'static str>,
}

/// A stop of sales.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[schema(as = LiveStop)]
pub(in crate::http::admin) struct StopLine {
    /// `stars` or `premium`; none means all.
    #[schema(value_type = Option<String>)]
    pub(super) product: Option<ProductKind>,
    /// `operator`, `login_lost` …
    #[schema(value_type = String)]
    pub(super) code: StopReason,
}

/// A till.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[schema(as = LiveTill)]
pub(in crate::http::admin) struct TillLine {
    pub(super) wallet: String,
    /// TON in decimal text that is free for new orders.
    pub(super) free: String,
    pub(super) stopped: bool,
}
