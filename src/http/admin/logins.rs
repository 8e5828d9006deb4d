//! Fragment logins: how they are, and new cookies for one.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, Path, ServiceConfig};
use serde::{Deserialize, Serialize};
use starkeeper_actors::cookie_refresh::{
    CookieRefreshSnapshot, ImportCookies, Imported, LoginLine,
};
use starkeeper_actors::domain::dialog::Against;
use starkeeper_actors::domain::ids::LoginId;
use starkeeper_actors::supervision::Observe;
use utoipa::ToSchema;

use crate::http::error::ApiError;
use crate::http::{Counter, Doors, READ, resource};

/// The longest cookies that are read, in bytes: a jar of a browser's whole profile stays below.
const LONGEST_COOKIES: usize = 64 * 1024;

/// `/logins` and `/logins/{till}/cookies`.
pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/logins").route(web::get().to(logins)))
        .service(
            resource("/logins/{till}/cookies")
                .app_data(
                    web::JsonConfig::default()
                        .limit(LONGEST_COOKIES)
                        // The library's text would quote what was sent.
                        .error_handler(|_, _| unreadable().into()),
                )
                .route(web::post().to(import)),
        );
}

#[derive(Deserialize, ToSchema)]
#[schema(as = BringCookies)]
#[serde(deny_unknown_fields)]
pub(super) struct Brought {
    /// A header's text (`stel_ssid=…; stel_token=…`) or a browser's JSON, as text.
    cookies: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = CookiesTaken)]
pub(super) struct Taken {
    till: String,
    version: i64,
    wallet_proven: bool,
}

/// How the logins are, and what was done for them.
#[derive(Serialize, ToSchema)]
#[schema(as = Logins)]
pub(super) struct LoginsView {
    #[schema(value_type = Vec<serde_json::Value>)]
    logins: Vec<LoginLine>,
    /// Milliseconds since the rows were last read.
    read_age_ms: Option<u64>,
    looks: u64,
    proofs: u64,
    imports: u64,
    stopped: u64,
}

impl From<CookieRefreshSnapshot> for LoginsView {
    fn from(snapshot: CookieRefreshSnapshot) -> Self {
        Self {
            logins: snapshot.logins,
            read_age_ms: snapshot.read_age_ms,
            looks: snapshot.looks,
            proofs: snapshot.proofs,
            imports: snapshot.imports,
            stopped: snapshot.stopped,
        }
    }
}

async fn logins(doors: Data<Doors>) -> Result<HttpResponse, ApiError> {
    let asked = doors.selling()?.logins.ask(Observe::new(), READ).await;
    let snapshot: CookieRefreshSnapshot = asked?;
    Ok(HttpResponse::Ok().json(LoginsView::from(snapshot)))
}

async fn import(
    doors: Data<Doors>,
    till: Path<String>,
    brought: web::Json<Brought>,
) -> Result<HttpResponse, ApiError> {
    let counter = doors.selling()?;
    let login = login_of(counter, &till)?;
    let imported = imported(&doors, login, &brought.cookies).await?;
    Ok(HttpResponse::Ok().json(Taken {
        till: login.to_string(),
        version: imported.version,
        wallet_proven: imported.wallet_proven,
    }))
}

/// Tries cookies, and stores them in the place of the old ones if they work. The error never shows
/// them.
pub(super) async fn imported(
    doors: &Doors,
    login: LoginId,
    cookies: &str,
) -> Result<Imported, ApiError> {
    let counter = doors.selling()?;
    let jar = (counter.read_cookies)(cookies).map_err(|why| {
        let hint = "copy the cookies of fragment.com: stel_ssid, stel_dt, stel_token";
        ApiError::refused("bad_cookies", format!("cookies: {why}"), hint)
            .against(Against::NoCookies)
    })?;
    let asked = counter
        .logins
        .ask(ImportCookies { login, jar }, doors.ask_deadline());
    Ok(asked.await??)
}

/// A login by `till_1` or `1`.
fn login_of(counter: &Counter, till: &str) -> Result<LoginId, ApiError> {
    let number = till.strip_prefix("till_").unwrap_or(till).parse().ok();
    let found = number.map(LoginId::new);
    found
        .filter(|login| counter.tills.contains(login))
        .ok_or_else(|| {
            let shown: String = till.chars().take(40).collect();
            let tills: Vec<String> = counter.tills.iter().map(LoginId::to_string).collect();
            let hint = format!("the tills of this daemon are {}", tills.join(", "));
            ApiError::missing(format!("there is no till {shown}"), &hint)
        })
}

fn unreadable() -> ApiError {
    ApiError::malformed(
        format!("the body is not JSON of at most {LONGEST_COOKIES} bytes with the field `cookies`"),
        "send {\"cookies\":\"stel_ssid=…; stel_dt=…; stel_token=…\"}",
    )
}
