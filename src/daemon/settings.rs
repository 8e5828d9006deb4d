//! From the settings as they are written to the settings as each part takes its own.

use std::path::PathBuf;

use starkeeper_actors::payment::PaymentSettings;
use starkeeper_actors::system::{DrainSettings, PaymentSideSettings};
use tracing::Level;

use super::Role;
use crate::config::{LogFormat, LogLevel, Logs, Settings};
use crate::telemetry::TelemetrySettings;

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
    let name = match role {
        Role::All | Role::Bot => "app.log",
        Role::Webhook => "webhook.log",
    };
    let json = match logs.format {
        LogFormat::Text => false,
        LogFormat::Json => true,
    };
    let file = logs.dir.clone().map(|dir: PathBuf| (dir, name));
    TelemetrySettings { level, json, file }
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
    fn each_role_has_a_log_of_its_own() {
        let logs = defaults().logs;
        let name = |role| telemetry(&logs, role).file.map(|(_, name)| name);
        assert_eq!(name(Role::All), Some("app.log"));
        assert_eq!(name(Role::Webhook), Some("webhook.log"));
    }
}
