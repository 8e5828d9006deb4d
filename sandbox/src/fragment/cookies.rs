//! The site's cookies: which a request carries, and how one is set.

use actix_web::HttpRequest;
use actix_web::http::header::COOKIE;

use super::desk::Desk;
use super::session::Visitor;

/// The session.
pub(super) const SSID: &str = "stel_ssid";

/// The login with Telegram.
pub(super) const TOKEN: &str = "stel_token";

/// The wallet's proof.
pub(super) const TON_TOKEN: &str = "stel_ton_token";

/// How long a cookie is kept, in seconds: thirty days.
const LIFE_S: u32 = 30 * 24 * 3600;

/// A cookie of a request. Of two with one name the first counts.
pub(super) fn read<'a>(request: &'a HttpRequest, name: &str) -> Option<&'a str> {
    let headers = request.headers().get_all(COOKIE);
    headers
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(found, value)| *found == name && !value.is_empty())
        .map(|(_, value)| value)
}

/// Who calls.
pub(super) fn visitor(request: &HttpRequest, desk: &Desk) -> Visitor {
    let logins = &desk.logins;
    Visitor {
        ssid: read(request, SSID)
            .filter(|ssid| logins.session(ssid).is_some())
            .map(str::to_owned),
        account: read(request, TOKEN).and_then(|token| logins.account_of(token)),
        wallet: read(request, TON_TOKEN)
            .and_then(|token| logins.wallet_of(token))
            .cloned(),
    }
}

/// A `Set-Cookie` of a value. It is for the host that was asked, and not only for secure lines:
/// the sandbox has none.
pub(super) fn set(name: &str, value: &str) -> String {
    format!("{name}={value}; Max-Age={LIFE_S}; path=/; HttpOnly; SameSite=Lax")
}

/// A `Set-Cookie` that takes a cookie away.
pub(super) fn take_away(name: &str) -> String {
    format!("{name}=DELETED; Max-Age=0; path=/; HttpOnly; SameSite=Lax")
}
