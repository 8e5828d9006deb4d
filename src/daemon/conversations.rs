//! What conversations stand on: dialogs and limits, in Redis for all replicas or in this process.
//!
//! A Redis that cannot be reached ends no start: the shop goes on without it and says so. One that
//! answers and will never do as it is set (another password, a node where a cluster is meant) ends it.

use std::sync::Arc;

use starkeeper_actors::domain::ids::IncarnationId;
use starkeeper_actors::ports::{Clock, Dialogs, Limits};
use tokio::runtime::Runtime;

use super::clock::prefix_of;
use crate::cli::Failed;
use crate::config::{Redis, Settings};
use crate::memory::{InProcessDialogs, InProcessLimits, Shelf};
use crate::redis::{
    DialogsOrHere, Greeting, LimitsOrHere, Place, RedisDialogs, RedisLimits, RedisLink,
    RedisSettings,
};

/// Both ports.
#[derive(Clone)]
pub(super) struct Conversations {
    pub(super) dialogs: Arc<dyn Dialogs>,
    pub(super) limits: Arc<dyn Limits>,
}

/// Makes them of the settings, for the shop that keeps these books.
pub(super) async fn make(
    settings: &Settings,
    io: &Runtime,
    clock: &Arc<dyn Clock>,
    life: IncarnationId,
) -> Result<Conversations, Failed> {
    let shelf = Shelf {
        people: settings.dialogs.people,
        expiry: settings.dialogs.expiry,
    };
    let here: Arc<dyn Dialogs> = Arc::new(InProcessDialogs::new(Arc::clone(clock), shelf));
    let rates = settings.people.rates;
    let counted_here = |rates| Arc::new(InProcessLimits::new(Arc::clone(clock), rates));
    let Some(given) = &settings.redis else {
        tracing::info!("dialogs and limits are kept in this process: REDIS_URL is not set");
        return Ok(Conversations {
            dialogs: here,
            limits: counted_here(rates),
        });
    };
    let link = RedisLink::new(of(given), io.handle().clone());
    let link = link.map_err(|why| refused(settings, given, &why.to_string()))?;
    greet(settings, given, &link).await?;
    link.keep_asking();
    let shop = prefix_of(life);
    let dialogs = RedisDialogs::new(link.clone(), &shop, settings.dialogs.expiry);
    let limits = RedisLimits::new(link, &shop, rates);
    let quarter = counted_here(rates.quartered());
    Ok(Conversations {
        dialogs: Arc::new(DialogsOrHere::new(Arc::new(dialogs), here)),
        limits: Arc::new(LimitsOrHere::new(Arc::new(limits), quarter)),
    })
}

/// What the link takes.
pub(super) fn of(given: &Redis) -> RedisSettings {
    let places = given.nodes.iter().map(|(host, port)| Place {
        host: host.clone(),
        port: *port,
    });
    RedisSettings {
        tls: given.tls,
        user: given.user.clone(),
        password: given.password.clone(),
        database: given.database,
        connections: given.connections,
        connect: given.connect_timeout,
        call: given.call_timeout,
        breaker_pause: given.pause,
        ..RedisSettings::new(places.collect(), given.cluster)
    }
}

async fn greet(settings: &Settings, given: &Redis, link: &RedisLink) -> Result<(), Failed> {
    let greeting = link.greet().await;
    let place = place(given);
    if let Some(why) = never(settings, &place, &greeting) {
        return Err(why);
    }
    if greeting == Greeting::Ready {
        tracing::info!("dialogs and limits are kept in redis at {place}");
    }
    Ok(())
}

/// Why a Redis that answers will never do as it is set; none if it does, or did not answer.
pub(super) fn never(settings: &Settings, place: &str, greeting: &Greeting) -> Option<Failed> {
    let wrong = |var: &str, what: &str| {
        let origin = match settings.origin_of(var).as_str() {
            "nowhere" => "it is not set".to_owned(),
            origin => format!("read from {origin}"),
        };
        Some(Failed::for_an_operator(format!(
            "{var}: redis at {place} {what} ({origin})"
        )))
    };
    match greeting {
        // The link has told the log of the second.
        Greeting::Ready | Greeting::Away(_) => None,
        Greeting::Password => wrong(
            "REDIS_PASSWORD",
            "refuses the login: set the password of its nodes here or in REDIS_URL",
        ),
        Greeting::NotACluster => wrong(
            "REDIS_CLUSTER_ENABLED",
            "is one node and no cluster: set this to false",
        ),
        Greeting::ACluster => wrong(
            "REDIS_CLUSTER_ENABLED",
            "is a node of a cluster: set this to true",
        ),
        Greeting::TooOld(version) => wrong(
            "REDIS_URL",
            &format!("is {version}, and 7 or newer is needed"),
        ),
    }
}

fn refused(settings: &Settings, given: &Redis, why: &str) -> Failed {
    let var = if given.cluster {
        "REDIS_CLUSTER_NODES"
    } else {
        "REDIS_URL"
    };
    let origin = settings.origin_of(var);
    Failed::for_an_operator(format!("{var}: {why} (read from {origin})"))
}

/// Where it is, without its password.
fn place(given: &Redis) -> String {
    let nodes = given
        .nodes
        .iter()
        .map(|(host, port)| format!("{host}:{port}"));
    nodes.collect::<Vec<_>>().join(", ")
}
