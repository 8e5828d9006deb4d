//! Every route of the admin API with the scope it needs: what is not here is not served.

use super::Scope;

/// One route.
#[derive(Clone, Copy, Debug)]
pub(super) struct Route {
    pub(super) method: &'static str,
    /// As the router knows it.
    pub(super) path: &'static str,
    pub(super) scope: Scope,
}

/// All routes.
pub(super) const ROUTES: &[Route] = &[
    look("/health/detailed"),
    look("/admin/v1/books"),
    look("/admin/v1/breaks"),
    look("/admin/v1/invoices/{id}"),
    look("/admin/v1/logins"),
    operate("/admin/v1/logins/{till}/cookies"),
    look("/admin/v1/notices"),
    look("/admin/v1/orders"),
    look("/admin/v1/orders/{id}"),
    look("/admin/v1/users/{telegram_id}"),
    operate("/admin/v1/users/{telegram_id}/invoices"),
    money("/admin/v1/users/{telegram_id}/orders"),
];

const fn look(path: &'static str) -> Route {
    Route {
        method: "GET",
        path,
        scope: Scope::Read,
    }
}

const fn operate(path: &'static str) -> Route {
    Route {
        method: "POST",
        path,
        scope: Scope::Operate,
    }
}

const fn money(path: &'static str) -> Route {
    Route {
        method: "POST",
        path,
        scope: Scope::Money,
    }
}

/// What a route needs; none for a method or a path that is not served.
pub(super) fn scope(method: &str, path: &str) -> Option<Scope> {
    let mut routes = ROUTES.iter();
    let found = routes.find(|route| route.method == method && route.path == path);
    found.map(|route| route.scope)
}
