//! A line for people: `time - name - level - message`, then what belongs to it as `name=value`: its
//! own fields, and those of the spans around it, such as the trace of an order.

use std::fmt::{self, Write as _};
use std::time::SystemTime;

use chrono::{DateTime, SecondsFormat};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, FormattedFields};
use tracing_subscriber::registry::LookupSpan;

/// The format of a line.
pub(super) struct Line;

/// Instants in UTC with milliseconds.
pub(super) struct Utc;

impl FormatTime for Utc {
    fn format_time(&self, writer: &mut Writer<'_>) -> fmt::Result {
        #[expect(
            clippy::disallowed_methods,
            reason = "a line of the log says when it was written, not what the shop thinks it is"
        )]
        let now = DateTime::<chrono::Utc>::from(SystemTime::now());
        writer.write_str(&now.to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

impl<S, N> FormatEvent<S, N> for Line
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        Utc.format_time(&mut writer)?;
        let metadata = event.metadata();
        write!(writer, " - {} - {} - ", metadata.target(), metadata.level())?;
        let mut fields = Fields::default();
        event.record(&mut fields);
        write!(writer, "{}{}", fields.message, fields.others)?;
        // What two spans say alike, such as a trace within the same trace, is said once.
        let mut said: Vec<String> = Vec::new();
        for span in context.event_scope().into_iter().flatten() {
            let extensions = span.extensions();
            let around = extensions.get::<FormattedFields<N>>();
            let around = around.map(|around| around.fields.as_str());
            if let Some(around) = around.filter(|around| !around.is_empty())
                && !said.iter().any(|before| before == around)
            {
                write!(writer, " {around}")?;
                said.push(around.to_owned());
            }
        }
        writeln!(writer)
    }
}

#[derive(Default)]
struct Fields {
    message: String,
    others: String,
}

impl Fields {
    fn put(&mut self, field: &Field, value: fmt::Arguments<'_>) {
        let place = if field.name() == "message" {
            &mut self.message
        } else {
            let _into_memory = write!(self.others, " {}=", field.name());
            &mut self.others
        };
        let _into_memory = write!(OneLine(place), "{value}");
    }
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            self.put(field, format_args!("{value}"));
        } else {
            self.put(field, format_args!("{value:?}"));
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, format_args!("{value:?}"));
    }
}

/// Keeps what comes from outside from beginning a line of its own.
struct OneLine<'a>(&'a mut String);

impl fmt::Write for OneLine<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for letter in text.chars() {
            if letter.is_control() {
                self.0.extend(letter.escape_default());
            } else {
                self.0.push(letter);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use tracing_subscriber::fmt::MakeWriter;
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;

    #[derive(Clone, Default)]
    struct Paper(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl<'a> MakeWriter<'a> for Paper {
        type Writer = Self;

        fn make_writer(&'a self) -> Self {
            self.clone()
        }
    }

    fn written(act: impl FnOnce()) -> String {
        let paper = Paper::default();
        let layer = tracing_subscriber::fmt::layer()
            .with_ansi(false)
            .event_format(Line)
            .with_writer(paper.clone());
        let subscriber = tracing_subscriber::registry().with(layer);
        tracing::subscriber::with_default(subscriber, act);
        let bytes = paper.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_line_is_time_name_level_message_and_fields() {
        let line = written(|| tracing::warn!(invoice.id = 7, by = "x y", "credited {}", 5));
        let parts: Vec<&str> = line.trim_end().split(" - ").collect();
        assert_eq!(parts.len(), 4, "{line}");
        assert!(parts[0].ends_with('Z') && parts[0].len() == 24, "{line}");
        assert_eq!(parts[1], "starkeeper::telemetry::line::tests");
        assert_eq!(parts[2], "WARN");
        assert_eq!(parts[3], "credited 5 invoice.id=7 by=\"x y\"");
    }

    #[test]
    fn what_is_around_a_line_stands_behind_it() {
        let line = written(|| {
            let _around = tracing::error_span!("order", trace = %"00ff").entered();
            tracing::warn!(by = 5, "paid");
        });
        assert!(line.ends_with(" - WARN - paid by=5 trace=00ff\n"), "{line}");
        let twice = written(|| {
            let _outer = tracing::error_span!("order", trace = %"00ff").entered();
            let _inner = tracing::error_span!("invoice", trace = %"00ff").entered();
            tracing::warn!("paid");
        });
        assert!(twice.ends_with(" - paid trace=00ff\n"), "{twice}");
    }

    #[test]
    fn what_comes_from_outside_stays_on_its_line() {
        let forged = "paid\n2026-01-01T00:00:00.000Z - starkeeper - INFO - all is well\u{1b}[2J";
        let line = written(|| tracing::warn!("the gateway says {forged}"));
        assert_eq!(line.lines().count(), 1, "{line}");
        assert!(!line.contains('\u{1b}'), "{line}");
    }
}
