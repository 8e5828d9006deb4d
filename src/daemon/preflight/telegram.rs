//! Telegram: the token by asking who the bot is, and how its updates come.

use super::super::chat::client;
use super::{Preflight, Report};
use crate::config::UpdatesBy;
use crate::http::telegram_webhook::PATH;
use crate::telegram::{ApiRefused, BotApi, WebhookState};
use starkeeper_actors::ports::Failure;

impl Preflight<'_> {
    pub(super) async fn telegram(&self, report: &mut Report) {
        let client = match client(self.settings) {
            Ok(Some(client)) => client,
            Ok(None) => {
                return report.wrong(
                    "TELEGRAM_TOKEN is not set: there is no chat",
                    "create a bot with @BotFather and set its token",
                );
            }
            Err(failed) => return report.failed(&failed),
        };
        let api = match BotApi::new(&client) {
            Ok(api) => api,
            Err(why) => return report.wrong(why, "look at TELEGRAM_API_URL and PROXY_URL"),
        };
        match api.me().await {
            Ok(me) => {
                let name = me.username.as_deref().unwrap_or("without a name");
                report.well(format!("the bot is @{name}"));
            }
            Err(Failure::Refused(ApiRefused::Token)) => {
                let origin = self.settings.origin_of("TELEGRAM_TOKEN");
                return report.wrong(
                    format!("TELEGRAM_TOKEN: Telegram knows no bot with it (read from {origin})"),
                    "copy it from @BotFather again",
                );
            }
            Err(why) => {
                return report.wrong(
                    format!("Telegram does not say who the bot is: {why}"),
                    "look at the network, PROXY_URL and TELEGRAM_API_URL",
                );
            }
        }
        match api.webhook().await {
            Ok(state) => self.updates(&state, report),
            Err(why) => report.wrong(
                format!("Telegram does not say how updates come: {why}"),
                "try again",
            ),
        }
        if self.settings.telegram.operators.is_empty() {
            report.odd(
                "ADMIN_IDS is not set: nobody is told when something is wrong",
                "set your own Telegram number, and send the bot /start once",
            );
        }
    }

    fn updates(&self, state: &WebhookState, report: &mut Report) {
        let public = self.settings.http.public_url.as_ref();
        match (self.settings.telegram.updates, public) {
            (UpdatesBy::Webhook, Some(public)) => {
                let ours = public.of(PATH);
                let failing = state.last_error_message.as_deref();
                let failing = failing.filter(|_| state.pending_update_count > 0);
                if state.url.is_empty() {
                    report.well(format!("updates will be delivered to {ours}"));
                } else if state.url != ours {
                    report.odd(
                        "updates are delivered elsewhere now: another address, or another program",
                        "end the other one; the daemon sets its own address at its start",
                    );
                } else if let Some(why) = failing {
                    let why: String = why.chars().filter(|c| !c.is_control()).take(200).collect();
                    report.wrong(
                        format!("Telegram cannot deliver to {ours}: {why}"),
                        "see whether the address leads to this daemon from outside",
                    );
                } else {
                    report.well(format!("updates are delivered to {ours}"));
                }
            }
            (UpdatesBy::Webhook | UpdatesBy::Polling, _) => {
                if state.url.is_empty() {
                    report.well("updates are fetched: no public address is needed");
                } else {
                    report.odd(
                        "updates are delivered to a webhook now, and will be fetched",
                        "nothing to do: the daemon takes the webhook away at its start",
                    );
                }
            }
        }
    }
}
