//! Lines that are written at the scrape, from what was just read: they are missing when it could not
//! be read, where a gauge of the recorder would show what was true once.

use super::table;

/// The beginning of a page, in Prometheus' text form.
#[derive(Clone, Default, Debug)]
pub struct Sheet {
    text: String,
    last: &'static str,
}

impl Sheet {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Writes a sample. Samples of one metric are to be written one after the other.
    pub fn write(&mut self, name: &'static str, labels: &[(&str, &str)], value: &str) {
        if self.last != name {
            self.last = name;
            if let Some(row) = table::find(name)
                && row.kind != table::Kind::Untyped
            {
                let (word, meaning) = (row.kind.word(), row.meaning);
                let head = format!("# HELP {name} {meaning}\n# TYPE {name} {word}\n");
                self.text.push_str(&head);
            }
        }
        self.text.push_str(name);
        for (nth, (label, is)) in labels.iter().enumerate() {
            let open = if nth == 0 { '{' } else { ',' };
            self.text.push_str(&format!("{open}{label}=\"{is}\""));
        }
        let close = if labels.is_empty() { "" } else { "}" };
        self.text.push_str(&format!("{close} {value}\n"));
    }

    /// The page.
    #[must_use]
    pub fn text(self) -> String {
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_metric_is_explained_once_before_its_samples() {
        let mut sheet = Sheet::new();
        sheet.write("starkeeper_orders", &[("state", "held")], "2");
        sheet.write("starkeeper_orders", &[("state", "paid")], "1");
        sheet.write("error_rate", &[], "0.5");
        sheet.write(
            "starkeeper_leases",
            &[("kind", "wallet"), ("state", "held")],
            "1",
        );
        let expected = "# HELP starkeeper_orders The same by state\n\
                        # TYPE starkeeper_orders gauge\n\
                        starkeeper_orders{state=\"held\"} 2\n\
                        starkeeper_orders{state=\"paid\"} 1\n\
                        error_rate 0.5\n\
                        # HELP starkeeper_leases Leases in the books of all replicas: held, or free\n\
                        # TYPE starkeeper_leases gauge\n\
                        starkeeper_leases{kind=\"wallet\",state=\"held\"} 1\n";
        assert_eq!(sheet.text(), expected);
    }
}
