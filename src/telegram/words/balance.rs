//! The balance, its movements, and putting money on it.

use starkeeper_actors::domain::customer::Purse;
use starkeeper_actors::domain::ledger::{EntryKey, Line, Statement};
use starkeeper_actors::domain::money::MicroUsd;

use super::Voice;

impl Voice<'_> {
    pub(super) fn balance(&self, purse: &Purse, statement: &Statement) -> String {
        let available = self.tongue.usd(purse.available);
        let mut lines = vec![
            self.tongue
                .say("balance", [("available", available.into())]),
        ];
        if purse.held.is_positive() {
            let held = self.tongue.usd(purse.held);
            lines.push(self.tongue.say("balance-held", [("held", held.into())]));
        }
        if purse.debt.is_positive() {
            let debt = self.tongue.usd_to_pay(purse.debt);
            lines.push(self.tongue.say("balance-debt", [("debt", debt.into())]));
        }
        lines.push(String::new());
        if statement.lines.is_empty() {
            lines.push(self.tongue.plain("balance-empty"));
        } else {
            lines.push(self.tongue.plain("balance-lines"));
            lines.extend(statement.lines.iter().rev().map(|line| self.movement(line)));
        }
        lines.join("\n")
    }

    fn movement(&self, line: &Line) -> String {
        let args = [
            ("at", self.at(line.at).into()),
            ("change", self.tongue.usd_change(line.change).into()),
            ("what", self.tongue.plain(what(&line.key)).into()),
        ];
        self.tongue.say("balance-line", args)
    }

    pub(super) fn top_up(&self, balance: MicroUsd, least: MicroUsd, most: MicroUsd) -> String {
        let args = [
            ("balance", self.tongue.usd(balance).into()),
            ("least", self.tongue.usd_to_pay(least).into()),
            ("most", self.tongue.usd_to_pay(most).into()),
        ];
        self.tongue.say("top-up", args)
    }
}

/// What moved a customer's balance.
const fn what(key: &EntryKey) -> &'static str {
    match key {
        EntryKey::Credit { .. } => "line-credit",
        EntryKey::Reversal { .. } => "line-reversal",
        EntryKey::Lock { .. } => "line-lock",
        EntryKey::Unlock { .. } => "line-unlock",
        EntryKey::RefundHold { .. } => "line-refund-hold",
        EntryKey::RefundEnd { .. } => "line-refund-end",
        EntryKey::Hold { .. } => "line-hold",
        EntryKey::Release { .. } => "line-release",
        EntryKey::Settle { .. } => "line-settle",
        EntryKey::CarriedOver { .. } => "line-carried-over",
        EntryKey::Adjustment { .. } => "line-adjustment",
        // None of these touches a customer.
        EntryKey::Spent { .. }
        | EntryKey::NetworkFee { .. }
        | EntryKey::Bounce { .. }
        | EntryKey::Explained { .. }
        | EntryKey::Adopted { .. }
        | EntryKey::Orphan { .. }
        | EntryKey::OrphanBack { .. } => "line-other",
    }
}
