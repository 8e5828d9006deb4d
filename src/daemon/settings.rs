//! From the settings as they are written to the settings as each part takes its own.

use std::time::Duration;

use starkeeper_actors::domain::Span;
use starkeeper_actors::domain::breaks::BreakRules;
use starkeeper_actors::domain::link::LinkRules;
use starkeeper_actors::domain::transfer::JudgeRules;
use starkeeper_actors::domain::wallet::SigningRules;
use starkeeper_actors::fulfilment::FulfilmentSettings;
use starkeeper_actors::notifier::{NotifierSettings, Rate};
use starkeeper_actors::payment::PaymentSettings;
use starkeeper_actors::system::{DrainSettings, PaymentSideSettings, SystemSettings};
use tracing::Level;

use super::Role;
use super::goods::Goods;
use crate::config::{LogFormat, LogLevel, Logs, Settings};
use crate::telemetry::{FILES_OF_ALL, FILES_OF_BOT, FILES_OF_WEBHOOK, TelemetrySettings};

/// Beyond the browsers' own limit for opening one.
const OPEN_MARGIN: Duration = Duration::from_secs(5);

/// What all actors take, for these tills. Without a chat nobody is told anything: what people are
/// owed waits in the books.
pub(super) fn system(settings: &Settings, goods: &Goods, chat: bool) -> SystemSettings {
    let rules = settings.pricing.rules.clone();
    let side = payment_side(settings);
    let mut system = SystemSettings::new(goods.tills.clone(), goods.destinations.clone(), rules);
    system.payment = side.payment;
    system.drain = side.drain;
    system.notifier = chat.then(|| notifier(settings));
    let given = &settings.fulfilment;
    let defaults = FulfilmentSettings::default();
    system.session.orders = given.orders;
    system.session.dialog.slow_after = given.orders.slow_after;
    // An edit, a new message instead, and the waits for a place before each.
    system.session.show = settings.telegram.call_timeout * 3;
    system.session.chain_fee = given.chain_fee;
    system.session.new_for = settings.people.new_for;
    system.fulfilment = FulfilmentSettings {
        order: given.orders,
        link: LinkRules {
            cap: settings.pricing.rules.get().max_order_cost,
            ..system.fulfilment.link
        },
        signing: SigningRules {
            reserve: given.reserve,
            longest_validity: given.validity,
            ..defaults.signing
        },
        judge: JudgeRules {
            expiry_margin: given.expiry_margin,
        },
        lease: given.lease,
        look: given.look_every,
        chain_pause: given.chain_pause,
        sweep: given.sweep_every,
        reconcile: given.reconcile_every,
        breaks: BreakRules {
            patience: given.reconcile_patience,
        },
        call: given.call_timeout,
        in_flight: given.in_flight,
        ..defaults
    };
    let given = &settings.browser;
    system.browser_pool.anonymous = usize::try_from(given.look_ups).unwrap_or(1);
    system.browser_pool.max_loans = given.max_loans;
    system.browser_pool.max_age = given.max_age;
    // The browsers' own limit is heard of before the pool gives up.
    system.browser_pool.open_deadline = given.open_timeout + OPEN_MARGIN;
    // A login's lease is one, whoever prolongs it, and longer than a call.
    system.cookie_refresh.call = settings.fulfilment.call_timeout;
    system.cookie_refresh.lease = settings.fulfilment.lease * 2;
    let given = &settings.fragment;
    system.cookie_refresh.rules.automatic = given.auto_refresh;
    system.cookie_refresh.rules.interval =
        Span::from_std(given.refresh_every).unwrap_or(system.cookie_refresh.rules.interval);
    let given = &settings.pricing;
    system.pricing.look = given.look_every;
    system.pricing.rates_every = given.rates_every;
    system.pricing.goods_every = given.goods_every;
    system.pricing.goods_again = given.goods_again;
    // Somebody must say what a TON is worth.
    system.pricing.fragment_rate = given.fragment_rate || goods.rates.is_empty();
    system
}

/// What the notifier takes.
fn notifier(settings: &Settings) -> NotifierSettings {
    let given = &settings.telegram;
    let defaults = NotifierSettings::default();
    NotifierSettings {
        chat: Rate {
            every: given.chat_every,
            burst: given.chat_burst.get(),
        },
        // The adapter's own limit is the whole bot's; what is owed leaves room for answers.
        everybody: Rate {
            every: Duration::from_secs(6) / given.rate.get().saturating_mul(5),
            burst: given.rate.get(),
        },
        // The adapter's own word is heard before the notifier stops waiting.
        call: given.call_timeout.mul_f64(1.5),
        // Twice: it is prolonged when 15 seconds are left, and not at each look.
        lease: Span::from_std(given.lease * 2).unwrap_or(defaults.lease),
        ..defaults
    }
}

/// What the payment side takes.
pub(super) fn payment_side(settings: &Settings) -> PaymentSideSettings {
    let given = &settings.payment;
    // Without a gateway a page cannot be read, and saying so every minute helps nobody.
    let sweep_retry = match settings.heleket.keys {
        Some(_) => given.sweep_retry,
        None => given.sweep_every,
    };
    PaymentSideSettings {
        payment: PaymentSettings {
            invoices: given.invoices.clone(),
            look_every: given.look_every,
            in_flight: given.in_flight,
            call: given.call_timeout,
            step: given.step_timeout,
            sweep_every: given.sweep_every,
            sweep_back: given.sweep_back,
            sweep_retry,
            orders: settings.fulfilment.orders,
            chain_fee: settings.fulfilment.chain_fee,
            ..PaymentSettings::default()
        },
        drain: DrainSettings {
            actor: settings.drain,
            ..DrainSettings::default()
        },
        ..PaymentSideSettings::default()
    }
}

/// What the logs take.
pub(super) fn telemetry(logs: &Logs, role: Role) -> TelemetrySettings {
    let level = match logs.level {
        LogLevel::Error => Level::ERROR,
        LogLevel::Warn => Level::WARN,
        LogLevel::Info => Level::INFO,
        LogLevel::Debug => Level::DEBUG,
        LogLevel::Trace => Level::TRACE,
    };
    let files = match role {
        Role::All => FILES_OF_ALL,
        Role::Bot => FILES_OF_BOT,
        Role::Webhook => FILES_OF_WEBHOOK,
    };
    let json = match logs.format {
        LogFormat::Text => false,
        LogFormat::Json => true,
    };
    TelemetrySettings {
        level,
        json,
        folder: logs.dir.clone(),
        files,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Surroundings;

    fn defaults() -> Settings {
        let folder = tempfile::tempdir().unwrap();
        let surroundings = Surroundings {
            directory: folder.path().to_owned(),
            ..Surroundings::default()
        };
        Settings::read(&surroundings).unwrap()
    }

    #[test]
    fn the_defaults_of_the_files_are_those_of_the_core() {
        let core = PaymentSideSettings::default();
        let mut ours = payment_side(&defaults());
        assert_eq!(ours.payment.sweep_retry, core.payment.sweep_every);
        ours.payment.sweep_retry = core.payment.sweep_retry;
        assert_eq!(format!("{ours:?}"), format!("{core:?}"));
    }

    #[test]
    fn two_daemons_beside_each_other_write_no_common_file() {
        let logs = defaults().logs;
        let names = |role| telemetry(&logs, role).files.iter().map(|file| file.name);
        let bot: Vec<_> = names(Role::Bot).collect();
        assert_eq!(bot, ["app.log", "fragment.log"]);
        assert!(names(Role::Webhook).all(|name| !bot.contains(&name)));
        let all: Vec<_> = names(Role::All).collect();
        assert_eq!(all, ["app.log", "webhook.log", "fragment.log"]);
    }
}
