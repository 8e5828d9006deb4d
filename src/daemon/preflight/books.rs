//! The books: reached, fit to keep money, at this version's schema, with a clock like ours.

use starkeeper_actors::domain::Timestamp;

use super::{MOST_SKEW, Preflight, Report};
use crate::cli;
use crate::config::MigrateAtStart;
use crate::storage::migrate::{self, MigrateFailed};
use crate::storage::postgres_connect::{Pooler, PostgresConnector, Server};
use crate::storage::url::{DatabaseUrl, PostgresUrl};

impl Preflight<'_> {
    pub(super) async fn books(&self, report: &mut Report) {
        let url = match cli::books::of(self.settings) {
            Ok(url) => url,
            Err(failed) => return report.failed(&failed),
        };
        let is_fit = match &url {
            DatabaseUrl::Sqlite(_) => true,
            DatabaseUrl::Postgres(server) => self.server(server, report).await,
        };
        if is_fit {
            self.schema(&url, report).await;
        }
    }

    async fn server(&self, url: &PostgresUrl, report: &mut Report) -> bool {
        let mend = "look at DATABASE_URL, and whether the server runs and lets this host in";
        let connector = match PostgresConnector::new(url) {
            Ok(connector) => connector,
            Err(why) => {
                report.wrong(why, mend);
                return false;
            }
        };
        let asked = self.clock.now();
        let server = match connector.examine().await {
            Ok(server) => server,
            Err(why) => {
                report.wrong(why, mend);
                return false;
            }
        };
        self.clocks(asked, &server, report);
        if !server.fsync {
            report.odd(
                "the server has fsync=off: what it has confirmed may be lost with the power",
                "set fsync = on in postgresql.conf",
            );
        }
        let pooler = match server.pooler {
            Pooler::None => "",
            Pooler::Tracking => ", behind a pooler that keeps prepared statements apart",
        };
        let (major, minor) = (server.version / 10_000, server.version % 10_000);
        report.well(format!("{url} is PostgreSQL {major}.{minor}{pooler}"));
        true
    }

    /// The server's time lies between two looks at ours, or the clocks are apart.
    fn clocks(&self, asked: Timestamp, server: &Server, report: &mut Report) {
        let now = self.clock.now();
        let apart = if server.time < asked {
            asked - server.time
        } else if server.time > now {
            server.time - now
        } else {
            return;
        };
        let millis = apart.num_milliseconds();
        if apart.to_std().is_ok_and(|apart| apart > MOST_SKEW) {
            report.wrong(
                format!("the server's clock and this machine's are {millis} ms apart"),
                "let both follow NTP (timedatectl set-ntp true)",
            );
        } else {
            report.well(format!("the clocks are {millis} ms apart"));
        }
    }

    async fn schema(&self, url: &DatabaseUrl, report: &mut Report) {
        let by_itself = match url {
            // Embedded books are brought up when they are opened.
            DatabaseUrl::Sqlite(_) => true,
            DatabaseUrl::Postgres(_) => self.settings.database.migrate == MigrateAtStart::Auto,
        };
        match migrate::pending(url).await {
            Ok(pending) if pending.is_empty() => {
                report.well(format!("{url} has every migration"));
            }
            Ok(pending) => {
                let text = format!("{url} lacks {}", pending.join(", "));
                if by_itself {
                    report.odd(text, "nothing to do: the daemon runs them at its start");
                } else {
                    report.wrong(text, "run `starkeeper migrate up`");
                }
            }
            Err(why @ MigrateFailed::CannotConnect(_)) => {
                report.wrong(why, "look at DATABASE_URL");
            }
            Err(why @ MigrateFailed::File { .. }) => {
                report.wrong(why, "look at STATE_DIR or DATABASE_URL");
            }
            Err(why @ MigrateFailed::Newer { .. }) => {
                report.wrong(why, "start the newer version of starkeeper");
            }
            Err(
                why @ (MigrateFailed::Foreign { .. }
                | MigrateFailed::TooFew { .. }
                | MigrateFailed::Refused { .. }),
            ) => report.wrong(why, "give the books a database of their own"),
        }
    }
}
