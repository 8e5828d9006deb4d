//! The document of the API, and a page that shows it.
//!
//! Made of the table of routes, so that each is in it; the schemas are those of the types that are
//! answered. The page is ours, and loads nothing from anywhere else.

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_SECURITY_POLICY, ContentType};
use actix_web::web::{self, Data, ServiceConfig};
use serde::Serialize;
use utoipa::openapi::path::{HttpMethod, Operation, OperationBuilder, Parameter, ParameterBuilder};
use utoipa::openapi::path::{ParameterIn, PathItem, Paths};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{Object, ObjectBuilder, Schema, Type};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Content, OpenApi, Ref, RefOr, Required, Response, ResponseBuilder};
use utoipa::{OpenApi as _, ToSchema};

use super::table::{PREFIX, Query, ROUTES, Route};
use super::{
    acts, audit, books, breaks, buying, closed, invoices, live, logins, machine, money, notices,
    orders, prices, sales, users, wallets,
};
use crate::http::error::ApiError;
use crate::http::{Doors, resource};

/// The page, whole.
const PAGE: &str = include_str!("openapi/page.html");

/// The page's own script and style, and no other; it asks this daemon alone.
const POLICY: &str = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; \
     connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The name of the way in.
const TOKEN: &str = "token";

/// `/admin/openapi.json`, the same below `/admin/v1`, and `/admin/docs`. Shown to anybody while the API
/// is open: they say what it can do, and nothing about this shop.
pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/admin/openapi.json").route(web::get().to(document)))
        .service(resource("/admin/v1/openapi.json").route(web::get().to(document)))
        .service(resource("/admin/docs").route(web::get().to(page)));
}

async fn document(doors: Data<Doors>) -> Result<HttpResponse, ApiError> {
    open(&doors)?;
    Ok(HttpResponse::Ok().json(whole()))
}

async fn page(doors: Data<Doors>) -> Result<HttpResponse, ApiError> {
    open(&doors)?;
    Ok(HttpResponse::Ok()
        .content_type(ContentType::html())
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        .body(PAGE))
}

fn open(doors: &Doors) -> Result<(), ApiError> {
    doors.admin.as_ref().map(|_| ()).ok_or_else(closed)
}

/// What an answer that is no success says.
#[derive(Serialize, ToSchema)]
#[schema(as = Error)]
struct ErrorView {
    error: ErrorInner,
}

#[derive(Serialize, ToSchema)]
struct ErrorInner {
    /// For programs; it stays the same.
    code: String,
    /// Names the thing.
    message: String,
    /// What to do.
    hint: String,
}

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Starkeeper admin API",
        description = "What an operator may see and order. Amounts are decimal text, instants UTC. \
            Every POST may carry an `Idempotency-Key`: the same key gets the same answer for two days, \
            with another body 409. Every POST with a body takes a `reason`, which stands in the audit log; some demand it."
    ),
    components(schemas(
        ErrorView,
        ErrorInner,
        super::Detailed,
        machine::ActorsView,
        machine::Leases,
        machine::LeaseView,
        audit::Audit,
        audit::LineView,
        books::BooksView,
        breaks::Breaks,
        breaks::BreakView,
        breaks::Settled,
        invoices::Invoices,
        invoices::InvoiceView,
        invoices::Wanted,
        live::event::Line,
        live::event::Event,
        live::event::OrderLine,
        live::event::BreakLine,
        live::event::SalesLine,
        live::event::StopLine,
        live::event::TillLine,
        logins::Brought,
        logins::Taken,
        logins::LoginsView,
        notices::Notices,
        notices::NoticeView,
        orders::Orders,
        orders::OrderView,
        orders::OrderDetail,
        orders::TransferView,
        acts::Wanted,
        acts::GivenBack,
        acts::Delivered,
        prices::PricesView,
        prices::TierView,
        prices::FixedView,
        prices::Wanted,
        sales::SalesView,
        sales::StopView,
        sales::UnavailableView,
        sales::Paused,
        users::UserView,
        money::StatementView,
        money::LineView,
        money::Adjusted,
        buying::Wanted,
        buying::PlacedView,
        wallets::Wallets,
        wallets::WalletView,
        wallets::Opened,
        wallets::Assigned,
    ))
)]
struct Document;

/// The whole document.
pub(super) fn whole() -> OpenApi {
    let mut whole = Document::openapi();
    let bearer = Http::new(HttpAuthScheme::Bearer);
    if let Some(components) = &mut whole.components {
        components.add_security_scheme(TOKEN, SecurityScheme::Http(bearer));
        for route in ROUTES {
            if let Some(RefOr::T(Schema::Object(body))) = route
                .takes
                .and_then(|takes| components.schemas.get_mut(takes))
            {
                with_reason(body, route.why);
            }
        }
    }
    let mut paths = Paths::new();
    for route in ROUTES {
        let method = match route.method {
            "GET" => HttpMethod::Get,
            _ => HttpMethod::Post,
        };
        let item = PathItem::new(method, operation(route));
        match paths.paths.get_mut(route.path) {
            Some(there) => there.merge_operations(item),
            None => drop(paths.paths.insert(route.path.to_owned(), item)),
        }
    }
    whole.paths = paths;
    whole
}

/// Every body may say why, and where a person must answer for it, it has to.
fn with_reason(body: &mut Object, must: bool) {
    let mut why = ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some("Why; it stands in the audit log."));
    if must {
        // Not blank.
        why = why.min_length(Some(1)).pattern(Some(r"\S"));
        body.required.push("reason".into());
    }
    body.properties
        .insert("reason".into(), RefOr::T(Schema::Object(why.build())));
}

fn operation(route: &Route) -> Operation {
    let name = route.path.trim_start_matches(PREFIX);
    let name: String = name
        .chars()
        .map(|letter| {
            if letter.is_ascii_alphanumeric() {
                letter
            } else {
                '_'
            }
        })
        .collect();
    let tag = route.path.trim_start_matches(PREFIX).split('/').nth(1);
    let mut operation = OperationBuilder::new()
        .operation_id(Some(format!("{}{name}", route.method.to_ascii_lowercase())))
        .tag(tag.unwrap_or("admin"))
        .summary(Some(route.says))
        .description(Some(format!("Scope: `{}`.", route.scope)))
        .security(SecurityRequirement::new(TOKEN, Vec::<String>::new()));
    for part in route.path.split('/') {
        if let Some(part) = part
            .strip_prefix('{')
            .and_then(|part| part.strip_suffix('}'))
        {
            operation = operation.parameter(in_path(part));
        }
    }
    for query in route.query {
        operation = operation.parameter(in_query(*query));
    }
    if route.method == "POST" {
        operation = operation.parameter(key());
    }
    if let Some(takes) = route.takes {
        let content = Content::new(Some(Ref::from_schema_name(takes)));
        let body = RequestBodyBuilder::new()
            .required(Some(Required::True))
            .content("application/json", content);
        operation = operation.request_body(Some(body.build()));
    }
    let (done, says) = match (route.makes, route.feeds) {
        (true, _) => ("201", "Done."),
        (false, true) => (
            "101",
            "It is a WebSocket from now on; each message is this.",
        ),
        (false, false) => ("200", "Done."),
    };
    operation = operation.response(done, answer(says, route.gives));
    for (status, says) in failures(route) {
        operation = operation.response(*status, answer(says, "Error"));
    }
    operation.build()
}

/// What else a route may answer.
fn failures(route: &Route) -> &'static [(&'static str, &'static str)] {
    const LOOKED: &[(&str, &str)] = &[
        ("400", "The request is not what it must be."),
        ("401", "No token, or a wrong one."),
        ("403", "The token has not the scope, or the API is closed."),
        ("404", "There is no such thing."),
        (
            "429",
            "Too many requests of this token, or wrong tokens from there.",
        ),
        (
            "503",
            "Not now, or of unknown outcome: the code says which.",
        ),
        ("504", "It took too long."),
    ];
    const DONE: &[(&str, &str)] = &[
        ("400", "The request is not what it must be."),
        ("401", "No token, or a wrong one."),
        ("403", "The token has not the scope, or the API is closed."),
        ("404", "There is no such thing."),
        ("409", "Something stands against it: look again."),
        ("413", "The body is too long."),
        ("422", "Understood, and it will never work as asked."),
        (
            "429",
            "Too many requests of this token, or wrong tokens from there.",
        ),
        (
            "503",
            "Not now, or of unknown outcome: the code says which.",
        ),
        ("504", "It took too long."),
    ];
    match route.method {
        "GET" => LOOKED,
        _ => DONE,
    }
}

fn answer(says: &str, schema: &str) -> Response {
    let content = Content::new(Some(Ref::from_schema_name(schema)));
    ResponseBuilder::new()
        .description(says)
        .content("application/json", content)
        .build()
}

fn in_path(name: &str) -> Parameter {
    let says = match name {
        "telegram_id" => "The person's Telegram id, or the account: `cus_7`.",
        "till" => "The login: `till_1` or `1`.",
        "address" => "The wallet's address, as it is answered.",
        _ => "The id or name, as it is answered.",
    };
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some(says))
        .schema(Some(Object::with_type(Type::String)))
        .build()
}

fn in_query(query: Query) -> Parameter {
    let number = |least: u32, most: Option<u32>| {
        let number = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(least))
            .maximum(most);
        number.build()
    };
    let text = || Object::with_type(Type::String);
    let (name, says, schema) = match query {
        Query::User => {
            let id = ObjectBuilder::new().schema_type(Type::Integer).build();
            ("user", "Of the person with this Telegram id.", id)
        }
        Query::Offset => ("offset", "Skips so many.", number(0, Some(u32::MAX))),
        Query::Limit => (
            "limit",
            "At most so many; 50 if nothing is said.",
            number(1, Some(100)),
        ),
        Query::Last => (
            "last",
            "The newest lines; 50 if nothing is said.",
            number(1, Some(100)),
        ),
        Query::Find => (
            "find",
            "A person's id, an order's id or number, an invoice's id or name, a reference or request id of \
             Fragment, the hash of a message or a transaction.",
            text(),
        ),
        Query::Subject => (
            "subject",
            "Of one subject, as it is answered: `ord_7`, `cus_3`.",
            text(),
        ),
    };
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
        .description(Some(says))
        .schema(Some(schema))
        .build()
}

fn key() -> Parameter {
    let text = ObjectBuilder::new()
        .schema_type(Type::String)
        .min_length(Some(1))
        .max_length(Some(200))
        .pattern(Some("^[!-~]+$"));
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some("A fresh UUID for everything that is wanted once."))
        .schema(Some(text.build()))
        .build()
}
