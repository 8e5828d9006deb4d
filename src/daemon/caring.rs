//! What a daemon does for its operator's sleep, out of its settings: the keeper and the heartbeat.

use std::sync::Arc;

use chrono::NaiveTime;
use futures_util::FutureExt as _;
use starkeeper_actors::domain::Span;
use starkeeper_actors::domain::ids::TelegramId;
use starkeeper_actors::domain::shop::{AliveRules, Founding, Shutters};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::Role;
use super::heartbeat::Heartbeat;
use super::keeper::{Folder, Keeper, Preflight};
use super::preflight::{self, Subject, Verdict};
use super::run::Parts;
use super::side::Side;
use crate::config::{Settings, TestPurchase};
use crate::http::health::Report;

/// A mark is written so often within the silence that counts as an absence.
const MARKS: i32 = 3;

/// What runs.
pub(super) struct Caring {
    keeper: Option<(Arc<Keeper>, JoinHandle<()>)>,
    heartbeat: Option<JoinHandle<()>>,
}

impl Caring {
    /// Starts what this role does of it: payments alone are looked after by the other daemon.
    pub(super) fn begin(
        parts: &Parts,
        side: &Side,
        shutters: watch::Sender<Option<Shutters>>,
        health: watch::Receiver<Report>,
        given: &Arc<Settings>,
        role: Role,
    ) -> Self {
        let url = given.shop.heartbeat_url.clone();
        let heartbeat = url.map(|url| {
            let heartbeat = Heartbeat {
                url,
                every: given.shop.heartbeat_every,
                health,
            };
            parts.io.spawn(heartbeat.beat())
        });
        let keeper = match role {
            Role::All | Role::Bot => {
                let keeper = Arc::new(keeper(parts, side, shutters, given));
                let keeping = parts.io.spawn(Arc::clone(&keeper).keep());
                Some((keeper, keeping))
            }
            Role::Webhook => None,
        };
        Self { keeper, heartbeat }
    }

    /// Ends all of it, and notes until when the shop was alive.
    pub(super) async fn end(self) {
        if let Some(heartbeat) = self.heartbeat {
            heartbeat.abort();
        }
        if let Some((keeper, keeping)) = self.keeper {
            keeping.abort();
            keeper.leave().await;
        }
    }
}

fn keeper(
    parts: &Parts,
    side: &Side,
    shutters: watch::Sender<Option<Shutters>>,
    given: &Arc<Settings>,
) -> Keeper {
    let shop = &given.shop;
    let away_after = Span::from_std(shop.away_after).unwrap_or(Span::MAX);
    let report_at = shop
        .report_at
        .and_then(|at| NaiveTime::from_hms_opt(at.hour, at.minute, 0));
    Keeper {
        books: Arc::clone(&parts.books),
        clock: Arc::clone(&parts.clock),
        every: shop.look_every,
        alive: AliveRules {
            mark_every: away_after / MARKS,
            away_after,
        },
        zone: given.telegram.timezone,
        report_at,
        founding: founding(given),
        operators: operators(given),
        preflight: of_settings(given),
        folders: folders(given),
        room: shop.disk_min,
        logs: parts.logs.clone(),
        prices: side.whole().map(|system| system.till.prices.clone()),
        shutters,
    }
}

/// Where Fragment is reached in the clear, which production and staging refuse, it is an emulator:
/// nothing real can be bought there. And who has nothing to sell with needs no trial.
fn founding(given: &Settings) -> Founding {
    let emulated = given.fragment.url.scheme() == "http";
    match given.shop.test_purchase {
        TestPurchase::Auto if emulated => Founding::Rehearses,
        TestPurchase::Auto | TestPurchase::Always => Founding::MustProve,
    }
}

fn operators(given: &Settings) -> Vec<TelegramId> {
    given.telegram.operators.clone()
}

/// Folders that the daemon writes to.
fn folders(given: &Settings) -> Vec<Folder> {
    let folder = |name, path: &std::path::Path| Folder {
        name,
        path: path.to_owned(),
    };
    let mut folders = vec![folder("state", &given.state_dir)];
    folders.extend(given.logs.dir.as_deref().map(|path| folder("logs", path)));
    let backups = given.backup.as_ref();
    folders.extend(backups.map(|backup| folder("backups", &backup.dir)));
    folders
}

/// What `starkeeper check` asks, and what of it is wrong.
fn of_settings(given: &Arc<Settings>) -> Preflight {
    let given = Arc::clone(given);
    Arc::new(move || {
        let given = Arc::clone(&given);
        async move {
            let mut wrong = Vec::new();
            let tell = |finding: &preflight::Finding| {
                if finding.verdict == Verdict::Wrong {
                    wrong.push(finding.to_string());
                }
            };
            // How the logins are, the books say: they are in this daemon's hands.
            let asked =
                Subject::ALL.map(|subject| (subject != Subject::Fragment).then_some(subject));
            let asked: Vec<Subject> = asked.into_iter().flatten().collect();
            match preflight::run(&given, &asked, tell).await {
                Ok(_all_well) => wrong,
                Err(failed) => vec![failed.text],
            }
        }
        .boxed()
    })
}
