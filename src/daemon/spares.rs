//! Cookies of the settings, for a login that has lost its own: tried once a start, and only while no
//! better ones are there.

use std::sync::Arc;
use std::time::Duration;

use starkeeper_actors::cookie_refresh::{CookieRefresh, ImportCookies};
use starkeeper_actors::domain::ids::LoginId;
use starkeeper_actors::domain::login::{Health, Login};
use starkeeper_actors::ports::vault::Jar;
use starkeeper_actors::supervision::Door;
use tokio::sync::watch;

/// For a trial in a browser and its commit.
const TRIAL: Duration = Duration::from_secs(300);

/// Brings each spare jar when its login is lost, and ends when none is left.
pub(super) async fn bring(
    mut spares: Vec<(LoginId, Jar)>,
    mut logins: watch::Receiver<Arc<Vec<Login>>>,
    door: Door<CookieRefresh>,
) {
    while !spares.is_empty() {
        let lost: Vec<LoginId> = logins
            .borrow_and_update()
            .iter()
            .filter(|login| matches!(login.health, Health::Lost { .. }))
            .map(|login| login.id)
            .collect();
        let (due, rest): (Vec<_>, Vec<_>) = spares
            .into_iter()
            .partition(|(login, _)| lost.contains(login));
        spares = rest;
        for (login, jar) in due {
            match door.ask(ImportCookies { login, jar }, TRIAL).await {
                Ok(Ok(imported)) => {
                    let version = imported.version;
                    tracing::info!(
                        "{login} goes on with the cookies of the settings, as version {version}"
                    );
                }
                Ok(Err(why)) => {
                    tracing::warn!("the cookies of the settings do not help {login}: {why}");
                }
                Err(why) => tracing::warn!("the cookies of the settings for {login}: {why}"),
            }
        }
        if logins.changed().await.is_err() {
            return;
        }
    }
}
