//! `starkeeper config`: every setting with its origin.

use super::{Failed, complain, say};
use crate::config::{Settings, Surroundings};

/// The command takes no words: it shows what `serve` would be given here.
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

/// The settings alone do not say which prices hold.
const PRICES: &str = "note: PRICE_MARKUP, PRICE_MARKUP_PREMIUM, PRICE_FIXED and PRICE_MARGIN_FLOOR hold until an \
     operator sets prices in the running shop; from then on the books' do: GET /admin/v1/prices shows which";

/// Prints all settings, then what is odd about them.
pub(super) fn run(_args: &Args, surroundings: &Surroundings) -> Result<(), Failed> {
    let settings = Settings::read(surroundings)?;
    say(settings.show().trim_end());
    complain(PRICES);
    for remark in &settings.remarks {
        complain(&format!("note: {remark}"));
    }
    Ok(())
}
