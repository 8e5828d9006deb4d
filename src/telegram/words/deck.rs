//! What the deck says, to operators alone.

use starkeeper_actors::domain::audit::Who;
use starkeeper_actors::domain::catalog::ProductKind;
use starkeeper_actors::domain::dialog::{
    Body, BreakLine, DeckFace, DeckNote, Health, HomeFace, NotDone, OddLine, OrderCard, ParkedFor,
    SalesFace, Sure, WaitState, WaitingOrder, WalletFace, Want,
};
use starkeeper_actors::domain::invoice::Invoice;
use starkeeper_actors::domain::money::{MicroUsd, NanoTon, mul_div_floor};
use starkeeper_actors::domain::pricing::{Stop, StopReason};
use starkeeper_actors::domain::transfer::TransferState;
use starkeeper_actors::domain::{Span, Timestamp};

use super::operators::because;
use super::tongue::Arg;
use super::{Voice, names};

mod against;
mod keys;
mod prices;

pub(super) use keys::{is_back, is_wide};

/// Longest line of why something waits, in a list and on a screen of its own.
const SHORT_WHY: usize = 90;
const LONG_WHY: usize = 600;

/// The address of a till that is looked at, to send TON to.
pub(super) fn to_top_up(body: &Body) -> Option<&str> {
    let Body::Deck(face) = body else {
        return None;
    };
    if let DeckFace::Till(wallet) = &**face {
        return Some(&wallet.address);
    }
    None
}

impl Voice<'_> {
    pub(super) fn deck(&self, face: &DeckFace) -> String {
        match face {
            DeckFace::Home(home) => self.deck_home(home),
            DeckFace::Waits(health) => self.deck_waits(health),
            DeckFace::State { state, orders, .. } => {
                let what = self.tongue.plain(state_key(*state));
                let lines = orders.iter().map(|order| self.waiting(order));
                self.deck_list(&what, lines.collect())
            }
            DeckFace::Taker(_) => self.tongue.plain("deck-taker"),
            DeckFace::Found(orders) | DeckFace::Takers { orders, .. } if orders.is_empty() => {
                self.tongue.plain("deck-none-found")
            }
            DeckFace::Found(orders) | DeckFace::Takers { orders, .. } => {
                let what = self.tongue.plain("deck-found");
                let lines = orders.iter().map(|order| self.waiting(order));
                self.deck_list(&what, lines.collect())
            }
            DeckFace::Breaks { breaks, .. } => {
                let what = self.tongue.plain("deck-breaks");
                let lines = breaks.iter().enumerate();
                let lines = lines.map(|(nth, line)| self.break_line(nth, line));
                self.deck_list(&what, lines.collect())
            }
            DeckFace::Odd { lines, .. } => {
                let what = self.tongue.plain("deck-odd");
                let lines = lines.iter().enumerate();
                let lines = lines.map(|(nth, line)| self.odd_line(nth, line));
                self.deck_list(&what, lines.collect())
            }
            DeckFace::Order(card) => self.order_card(card),
            DeckFace::Break(card) => {
                let what = self.finding(&card.row.finding);
                let since = self.at(card.row.since);
                let args = [("what", what.into()), ("since", since.into())];
                self.tongue.say("deck-break", args)
            }
            DeckFace::Invoice(invoice) => self.deck_invoice(invoice),
            DeckFace::Sales(sales) => self.deck_sales(sales),
            DeckFace::Prices { rules, by_hand } => self.deck_prices(rules, *by_hand),
            DeckFace::Wallets(wallets) if wallets.is_empty() => {
                self.tongue.plain("deck-wallets-none")
            }
            DeckFace::Wallets(wallets) => {
                let lines: Vec<String> = wallets.iter().map(|it| self.wallet(it)).collect();
                lines.join("\n")
            }
            DeckFace::Till(wallet) => self.till(wallet),
            DeckFace::Find => self.tongue.plain("deck-find"),
            DeckFace::Goods(_) => self.tongue.plain("deck-goods"),
            DeckFace::Value { of, now } => self.value_asked(*of, *now),
            DeckFace::Why { want, value } => {
                let what = self.wish(*want, *value);
                self.tongue.say("deck-why", [("what", what.into())])
            }
            DeckFace::Sure(sure) => self.sure(sure),
            DeckFace::Cookies(login) => {
                let login = login.to_string();
                self.tongue.say("deck-cookies", [("login", login.into())])
            }
            DeckFace::Trying(login) => {
                let login = login.to_string();
                self.tongue.say("deck-trying", [("login", login.into())])
            }
            DeckFace::NotThere => self.tongue.plain("deck-not-there"),
            DeckFace::Unread => self.tongue.plain("deck-unread"),
        }
    }

    pub(super) fn deck_note(&self, note: &DeckNote) -> String {
        let say = |key: &str| self.tongue.plain(key);
        match note {
            DeckNote::Done => say("deck-note-done"),
            DeckNote::CookiesTaken => say("deck-note-cookies-taken"),
            DeckNote::NotDone(NotDone::Changed) => say("deck-note-changed"),
            DeckNote::NotDone(NotDone::Before) => say("deck-note-before"),
            DeckNote::NotDone(NotDone::Elsewhere) => say("deck-note-elsewhere"),
            DeckNote::NotDone(NotDone::NotNow) => say("deck-note-not-now"),
            DeckNote::NotDone(NotDone::Unsure) => say("deck-note-unsure"),
            DeckNote::NotDone(NotDone::Rule(why)) => {
                let why = self.against(why);
                self.tongue.say("deck-note-rule", [("why", why.into())])
            }
            DeckNote::BadNumber => say("deck-note-bad-number"),
            DeckNote::BadAmount(why) => self.untaken(*why),
            DeckNote::BadGoods => say("deck-note-bad-goods"),
            DeckNote::BadReason => say("deck-note-bad-reason"),
        }
    }

    fn deck_home(&self, home: &HomeFace) -> String {
        let time = self.at(self.now);
        let mut lines = vec![self.tongue.say("deck-today", [("time", time.into())])];
        lines.extend(self.day_lines(&home.report));
        lines.push(String::new());
        lines.extend(self.selling(home.open, &home.stops));
        let health = &home.health;
        let waiting = |parked: bool| {
            let orders = health.orders.iter();
            let orders = orders.filter(|(state, _, _)| (*state == WaitState::Parked) == parked);
            orders.fold(0_u64, |sum, (_, count, _)| sum.saturating_add(*count))
        };
        let breaks = health.breaks.map_or(0, |(count, _)| count);
        let args: Vec<Arg> = vec![
            ("orders", self.tongue.count(waiting(false)).into()),
            ("parked", self.tongue.count(waiting(true)).into()),
            ("breaks", self.tongue.count(breaks).into()),
            ("odd", self.tongue.count(health.odd).into()),
        ];
        lines.push(self.tongue.say("deck-health", args));
        lines.join("\n")
    }

    /// Whether the shop sells, and what rests.
    fn selling(&self, open: bool, stops: &[Stop]) -> Vec<String> {
        let key = match open {
            true => "deck-shop-open",
            false => "deck-shop-closed",
        };
        let stop = |stop: &Stop| {
            let what = self.tongue.plain(kind_key(stop.kind));
            let why = self.tongue.plain(stop_key(stop.why));
            let args: Vec<Arg> = vec![
                ("what", what.into()),
                ("why", why.into()),
                ("since", self.at(stop.since).into()),
            ];
            self.tongue.say("deck-stop", args)
        };
        let mut lines = vec![self.tongue.plain(key)];
        lines.extend(stops.iter().map(stop));
        lines
    }

    fn deck_waits(&self, health: &Health) -> String {
        let mut lines = Vec::new();
        let line = |key: &str, count: u64, since: Timestamp| {
            let args: Vec<Arg> = vec![
                ("what", self.tongue.plain(key).into()),
                ("count", self.tongue.count(count).into()),
                ("age", self.age(since).into()),
            ];
            self.tongue.say("deck-waits-line", args)
        };
        for (state, count, oldest) in &health.orders {
            lines.push(line(state_key(*state), *count, *oldest));
        }
        if let Some((count, since)) = health.breaks {
            lines.push(line("deck-breaks", count, since));
        }
        for (key, count) in [("deck-odd", health.odd), ("deck-unpaid", health.unpaid)] {
            if count > 0 {
                let what = self.tongue.plain(key);
                let count = self.tongue.count(count);
                let args = [("what", what.into()), ("count", count.into())];
                lines.push(self.tongue.say("deck-waits-count", args));
            }
        }
        match lines.is_empty() {
            true => self.tongue.plain("deck-waits-nothing"),
            false => {
                let title = self.tongue.plain("deck-waits");
                self.deck_list(&title, lines)
            }
        }
    }

    fn deck_list(&self, what: &str, lines: Vec<String>) -> String {
        if lines.is_empty() {
            let what = what.to_owned();
            return self.tongue.say("deck-nothing", [("what", what.into())]);
        }
        let all: Vec<String> = std::iter::once(format!("<b>{what}</b>"))
            .chain(lines)
            .collect();
        all.join("\n")
    }

    fn waiting(&self, waiting: &WaitingOrder) -> String {
        let order = &waiting.order;
        let args: Vec<Arg> = vec![
            ("number", order.number.to_string().into()),
            ("goods", self.tongue.goods(order.product).into()),
            ("to", names::handle(&order.to).into()),
            ("price", self.tongue.usd_to_pay(order.price).into()),
            ("age", self.age(order.since).into()),
        ];
        let line = self.tongue.say("deck-row", args);
        match &waiting.why {
            Some(why) => format!("{line}: {}", self.parked_for(why, SHORT_WHY)),
            None => line,
        }
    }

    fn break_line(&self, nth: usize, line: &BreakLine) -> String {
        self.numbered(nth, self.finding(&line.finding), line.since)
    }

    fn odd_line(&self, nth: usize, line: &OddLine) -> String {
        let what = match &line.oddity {
            Some(odd) => self.oddity(odd),
            None => names::line(&line.what, SHORT_WHY),
        };
        self.numbered(nth, format!("{}: {what}", line.invoice), line.since)
    }

    fn numbered(&self, nth: usize, what: String, since: Timestamp) -> String {
        let args: Vec<Arg> = vec![
            ("n", ordinal(nth).into()),
            ("what", what.into()),
            ("age", self.age(since).into()),
        ];
        self.tongue.say("deck-numbered", args)
    }

    fn order_card(&self, card: &OrderCard) -> String {
        let order = &card.order;
        let args: Vec<Arg> = vec![
            ("number", order.number.to_string().into()),
            ("id", order.id.to_string().into()),
            ("goods", self.tongue.goods(order.quote.product).into()),
            ("to", names::handle(&order.quote.recipient.username).into()),
            ("price", self.tongue.usd_to_pay(order.price()).into()),
            ("user", card.telegram.get().to_string().into()),
        ];
        let mut lines = vec![self.tongue.say("deck-order", args)];
        let args: Vec<Arg> = vec![
            ("state", self.state_of(order).into()),
            ("since", self.at(order.since).into()),
            ("age", self.age(order.since).into()),
        ];
        lines.push(self.tongue.say("deck-order-state", args));
        if let Some(why) = ParkedFor::of(order) {
            let why = self.parked_for(&why, LONG_WHY);
            lines.push(self.tongue.say("deck-order-why", [("why", why.into())]));
        }
        for transfer in &card.transfers {
            let state = match &transfer.state {
                TransferState::Paid { tx } | TransferState::Bounced { tx, .. } => {
                    let link = format!("{}{}", self.settings.explorer, tx.hash);
                    let link = names::html(&link);
                    self.tongue
                        .say("deck-transfer-paid", [("link", link.into())])
                }
                TransferState::Signed
                | TransferState::ConsumedUnpaid { .. }
                | TransferState::Dead { .. }
                | TransferState::Foreign { .. }
                | TransferState::Superseded { .. } => self.tongue.plain("deck-transfer-unpaid"),
            };
            let args: Vec<Arg> = vec![
                ("seqno", transfer.seqno.to_string().into()),
                ("state", state.into()),
                ("at", self.at(transfer.signed_at).into()),
            ];
            lines.push(self.tongue.say("deck-transfer", args));
        }
        for (nth, row) in card.rows.iter().enumerate() {
            lines.push(self.break_line(nth, row));
        }
        if order.operator_may().is_empty() {
            lines.push(self.tongue.plain("deck-order-nothing"));
        }
        lines.join("\n")
    }

    fn deck_invoice(&self, invoice: &Invoice) -> String {
        let args: Vec<Arg> = vec![
            ("invoice", invoice.id.to_string().into()),
            ("amount", self.tongue.usd_to_pay(invoice.face).into()),
            ("at", self.at(invoice.created_at).into()),
            ("credited", self.tongue.usd(invoice.money.credited).into()),
            (
                "name",
                names::html(invoice.gateway_order_id.as_str()).into(),
            ),
        ];
        let mut lines = vec![self.tongue.say("deck-invoice", args)];
        for odd in &invoice.oddities {
            let what = self.oddity(odd);
            lines.push(self.tongue.say("deck-odd-line", [("what", what.into())]));
        }
        lines.join("\n")
    }

    fn deck_sales(&self, sales: &SalesFace) -> String {
        let mut lines = self.selling(sales.open, &sales.stops);
        if let Some(by) = &sales.by {
            let who = match &by.who {
                Who::Person(person) => person.get().to_string(),
                Who::Token(name) => name.clone(),
            };
            let reason = by.reason.as_deref().unwrap_or_default();
            let args: Vec<Arg> = vec![
                because("who", &who),
                ("reason", self.reason(reason).into()),
                ("at", self.at(by.at).into()),
            ];
            lines.push(self.tongue.say("deck-stopped-by", args));
        }
        lines.extend(sales.unavailable.iter().map(|gone| self.unavailable(gone)));
        lines.join("\n")
    }

    fn wallet(&self, wallet: &WalletFace) -> String {
        let args: Vec<Arg> = vec![
            ("login", wallet.login.to_string().into()),
            ("free", self.tongue.ton(wallet.free).into()),
        ];
        let mut lines = vec![self.tongue.say("deck-wallet", args)];
        if let Some((per_day, left)) = running_out(wallet) {
            let args: Vec<Arg> = vec![
                ("per_day", self.tongue.ton(per_day).into()),
                ("for", self.span(left).into()),
            ];
            lines.push(self.tongue.say("deck-wallet-rate", args));
        }
        if let Some(why) = &wallet.stopped {
            let why = self.stopped_for(why, LONG_WHY);
            let args = [("why", why.into())];
            lines.push(self.tongue.say("deck-wallet-stopped", args));
        }
        if !wallet.works {
            lines.push(self.tongue.plain("deck-wallet-login"));
        }
        lines.join("\n")
    }

    fn till(&self, wallet: &WalletFace) -> String {
        let address = names::html(&wallet.address);
        let args = [("address", address.into())];
        format!(
            "{}\n\n{}",
            self.wallet(wallet),
            self.tongue.say("deck-top-up", args)
        )
    }

    /// What is going to be done, in a sentence.
    fn wish(&self, want: Want, value: Option<i64>) -> String {
        let of_order = |key: &str, order: &dyn std::fmt::Display| {
            let order = order.to_string();
            self.tongue.say(key, [("order", order.into())])
        };
        match want {
            Want::Resume { order, .. } => of_order("deck-wish-resume", &order),
            Want::Refund { order, .. } => of_order("deck-wish-refund", &order),
            Want::Deliver { order, .. } => of_order("deck-wish-deliver", &order),
            Want::Settle { .. } => self.tongue.plain("deck-wish-settle"),
            Want::Give { order, .. } => of_order("deck-wish-give", &order),
            Want::Pause(kind) => {
                let what = self.tongue.plain(kind_key(kind));
                self.tongue.say("deck-wish-pause", [("what", what.into())])
            }
            Want::Open => self.tongue.plain("deck-wish-open"),
            Want::Price(of) => {
                let what = self.price_name(of);
                let value = self.price_value(of, value);
                let args = [("what", what.into()), ("value", value.into())];
                self.tongue.say("deck-wish-price", args)
            }
        }
    }

    fn sure(&self, sure: &Sure) -> String {
        let mut lines = vec![self.wish(sure.want, sure.draft.value)];
        for change in &sure.changes {
            let price = |price: Option<MicroUsd>| match price {
                Some(price) => self.tongue.usd_to_pay(price),
                None => self.tongue.plain("deck-price-none"),
            };
            let args: Vec<Arg> = vec![
                ("goods", self.tongue.goods(change.product).into()),
                ("before", price(change.before).into()),
                ("after", price(change.after).into()),
            ];
            lines.push(self.tongue.say("deck-change", args));
        }
        if let Some(reason) = &sure.draft.reason {
            let reason = self.reason(reason);
            lines.push(self.tongue.say("deck-reason", [("reason", reason.into())]));
        }
        lines.push(self.tongue.plain("deck-sure"));
        lines.join("\n")
    }

    fn age(&self, since: Timestamp) -> String {
        self.long(self.now.signed_duration_since(since))
    }

    fn state_of(&self, order: &starkeeper_actors::domain::order::Order) -> String {
        let waits = WaitState::of_name(order.state_name());
        self.tongue.plain(match (waits, order.is_finished()) {
            (Some(state), _) => state_key(state),
            (None, true) => "deck-finished",
            (None, false) => "deck-unpaid",
        })
    }
}

fn ordinal(nth: usize) -> String {
    nth.saturating_add(1).to_string()
}

/// What leaves a till in a day, and for how long it lasts.
fn running_out(wallet: &WalletFace) -> Option<(NanoTon, Span)> {
    let per_day = wallet.per_day.filter(|it| it.is_positive())?;
    let (free, rate) = (wallet.free.nanos().max(0), per_day.nanos());
    let day = i128::from(Span::days(1).num_seconds());
    let seconds = mul_div_floor(free, day, i128::from(rate)).ok()?;
    Some((per_day, Span::try_seconds(seconds)?))
}

const fn state_key(state: WaitState) -> &'static str {
    match state {
        WaitState::Held => "deck-state-held",
        WaitState::Linked => "deck-state-linked",
        WaitState::Paying => "deck-state-paying",
        WaitState::Paid => "deck-state-paid",
        WaitState::Parked => "deck-state-parked",
    }
}

pub(super) const fn kind_key(kind: Option<ProductKind>) -> &'static str {
    match kind {
        None => "deck-what-all",
        Some(ProductKind::Stars) => "deck-what-stars",
        Some(ProductKind::Premium) => "deck-what-premium",
    }
}

pub(super) const fn stop_key(why: StopReason) -> &'static str {
    match why {
        StopReason::Operator => "deck-stop-operator",
        StopReason::BooksUnbalanced => "deck-stop-books",
        StopReason::FragmentDown => "deck-stop-fragment",
        StopReason::LoginLost => "deck-stop-login",
        StopReason::FloatLow => "deck-stop-float",
    }
}
