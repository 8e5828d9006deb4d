//! Every route of the admin API, once: the scope it needs, and what its document says of it. What is not
//! here is not served.

use super::Scope;

/// What every path of the API but one begins with.
pub(super) const PREFIX: &str = "/admin/v1";

/// One route.
#[derive(Clone, Copy, Debug)]
pub(super) struct Route {
    pub(super) method: &'static str,
    /// As the router knows it.
    pub(super) path: &'static str,
    pub(super) scope: Scope,
    /// What it does, in a sentence.
    pub(super) says: &'static str,
    /// What may follow the `?`.
    pub(super) query: &'static [Query],
    /// The schema of its body.
    pub(super) takes: Option<&'static str>,
    /// The schema of its answer.
    pub(super) gives: &'static str,
    /// Whether it makes something new, which is another status.
    pub(super) makes: bool,
    /// Whether it becomes a WebSocket, whose lines have the schema of its answer.
    pub(super) feeds: bool,
    /// Its body holds secrets, and stands in no log.
    pub(super) secret: bool,
    /// Somebody must say why: without a `reason` it is refused.
    pub(super) why: bool,
}

/// One parameter of a query.
#[derive(Clone, Copy, Debug)]
pub(super) enum Query {
    /// Of one person.
    User,
    /// Skips so many.
    Offset,
    /// At most so many.
    Limit,
    /// The newest lines of a statement.
    Last,
    /// Any name of an order.
    Find,
    /// Of one subject of the audit log.
    Subject,
}

const OF_USER: &[Query] = &[Query::User, Query::Offset, Query::Limit];

/// All routes.
pub(super) const ROUTES: &[Route] = &[
    look(
        "/health/detailed",
        "Detailed",
        "How the daemon and each of its actors is.",
    ),
    look(
        "/admin/v1/actors",
        "Actors",
        "Every actor's line: restarts, mailbox, last panic.",
    ),
    Route {
        query: &[Query::Subject, Query::Offset, Query::Limit],
        ..look("/admin/v1/audit", "Audit", "What people did, newest first.")
    },
    look(
        "/admin/v1/books",
        "Books",
        "Whether the books balance, and what each kind of account holds.",
    ),
    look(
        "/admin/v1/breaks",
        "Breaks",
        "Where books, chain and Fragment's history disagree, oldest first.",
    ),
    act_for(
        Scope::Operate,
        "/admin/v1/breaks/settle",
        ("SettleBreak", "Break"),
        "Closes a break by hand; its row of Fragment's history may go to an order.",
    ),
    Route {
        query: OF_USER,
        ..look(
            "/admin/v1/invoices",
            "Invoices",
            "Invoices of a person or of everybody, newest first.",
        )
    },
    look(
        "/admin/v1/invoices/{id}",
        "Invoice",
        "One invoice, by its id or its name at the gateway.",
    ),
    look(
        "/admin/v1/leases",
        "Leases",
        "What only one replica may do at a time, and which one does.",
    ),
    Route {
        feeds: true,
        ..look(
            "/admin/v1/live",
            "LiveEvent",
            "A WebSocket that says what happens, one JSON object a message; the first says how everything \
             is. Takes nothing but pings. A browser shows its token as a subprotocol: \
             `starkeeper.live.v1` and `starkeeper.token.` with the token in base64url. Closed with 1001 \
             when the daemon ends, 1013 when the reader is too slow, 1008 when it answers no ping.",
        )
    },
    look("/admin/v1/logins", "Logins", "How the Fragment logins are."),
    Route {
        secret: true,
        ..act(
            Scope::Operate,
            "/admin/v1/logins/{till}/cookies",
            ("BringCookies", "CookiesTaken"),
            "Brings new cookies for a login. They stand in no log.",
        )
    },
    Route {
        query: OF_USER,
        ..look(
            "/admin/v1/notices",
            "Notices",
            "What a person, or the operators, were or are owed to hear.",
        )
    },
    Route {
        query: &[Query::User, Query::Find, Query::Offset, Query::Limit],
        ..look(
            "/admin/v1/orders",
            "Orders",
            "Orders of a person, of everybody, or found by any name of one.",
        )
    },
    look(
        "/admin/v1/orders/{id}",
        "OrderDetail",
        "One order, with its transfers and invoices.",
    ),
    act(
        Scope::Operate,
        "/admin/v1/orders/{id}/resume",
        ("ActOnOrder", "OrderDetail"),
        "Goes on from where an order stopped; behind a payment that means looking only.",
    ),
    act_for(
        Scope::Money,
        "/admin/v1/orders/{id}/refund",
        ("RefundOrder", "OrderDetail"),
        "Gives the price back. Behind a payment two tokens must ask for it within a day, a day after \
         Fragment's history was first seen without the goods.",
    ),
    act_for(
        Scope::Money,
        "/admin/v1/orders/{id}/deliver",
        ("DeliverOrder", "OrderDetail"),
        "Says that the goods are there, as a row of Fragment's history shows.",
    ),
    look(
        "/admin/v1/prices",
        "Prices",
        "Markups, fixed prices and the margin floor.",
    ),
    act_for(
        Scope::Money,
        "/admin/v1/prices",
        ("SetPrices", "Prices"),
        "Sets them without a restart; from then on the settings' own do not count.",
    ),
    look(
        "/admin/v1/sales",
        "Sales",
        "What can be bought now, and why the rest cannot.",
    ),
    act_for(
        Scope::Operate,
        "/admin/v1/sales/pause",
        ("PauseSales", "Sales"),
        "Sells nothing new until sales are resumed; what was bought goes on.",
    ),
    Route {
        takes: None,
        ..act(
            Scope::Operate,
            "/admin/v1/sales/resume",
            ("", "Sales"),
            "Ends what an operator had stopped.",
        )
    },
    look(
        "/admin/v1/users/{telegram_id}",
        "User",
        "A person's account and balances, by Telegram id or `cus_…`.",
    ),
    act_for(
        Scope::Money,
        "/admin/v1/users/{telegram_id}/adjustments",
        ("Adjust", "User"),
        "Gives to a balance or takes from it. Needs an Idempotency-Key.",
    ),
    Route {
        makes: true,
        ..act(
            Scope::Operate,
            "/admin/v1/users/{telegram_id}/invoices",
            ("OpenInvoice", "Invoice"),
            "Opens an invoice that tops a balance up.",
        )
    },
    Route {
        makes: true,
        ..act(
            Scope::Money,
            "/admin/v1/users/{telegram_id}/orders",
            ("PlaceOrder", "Placed"),
            "Places an order for a person, paid from the balance or by a new invoice.",
        )
    },
    Route {
        query: &[Query::Last],
        ..look(
            "/admin/v1/users/{telegram_id}/statement",
            "Statement",
            "What moved a person's balance, oldest first.",
        )
    },
    look(
        "/admin/v1/wallets",
        "Wallets",
        "The tills' wallets: free TON, and why one stopped.",
    ),
    act_for(
        Scope::Operate,
        "/admin/v1/wallets/{address}/open",
        ("OpenWallet", "Wallet"),
        "Lets a stopped wallet work again, once its history is explained.",
    ),
    act_for(
        Scope::Operate,
        "/admin/v1/wallets/{address}/assign",
        ("AssignTransaction", "Wallet"),
        "Says what an unexplained transaction of a stopped wallet was.",
    ),
];

const fn look(path: &'static str, gives: &'static str, says: &'static str) -> Route {
    Route {
        method: "GET",
        path,
        scope: Scope::Read,
        says,
        query: &[],
        takes: None,
        gives,
        makes: false,
        feeds: false,
        secret: false,
        why: false,
    }
}

const fn act(
    scope: Scope,
    path: &'static str,
    (takes, gives): (&'static str, &'static str),
    says: &'static str,
) -> Route {
    Route {
        method: "POST",
        path,
        scope,
        says,
        query: &[],
        takes: Some(takes),
        gives,
        makes: false,
        feeds: false,
        secret: false,
        why: false,
    }
}

/// The same where somebody must say why.
const fn act_for(
    scope: Scope,
    path: &'static str,
    bodies: (&'static str, &'static str),
    says: &'static str,
) -> Route {
    Route {
        why: true,
        ..act(scope, path, bodies, says)
    }
}

/// The route of a method and a pattern; none for what is not served.
pub(super) fn route(method: &str, path: &str) -> Option<&'static Route> {
    let mut routes = ROUTES.iter();
    routes.find(|route| route.method == method && route.path == path)
}
