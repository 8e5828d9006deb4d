//! The conversation as a person has it, message by message, against the golden files.

use std::fmt::Write as _;

use starkeeper_actors::domain::customer::StillOpen;
use starkeeper_actors::domain::dialog::{
    Action, Body, BreakMark, Dialog, LookUpFailed, Said, Seller, deck_samples,
};
use starkeeper_actors::domain::ids::{InvoiceId, OrderId, TelegramId};
use starkeeper_actors::domain::invoice::Invoice;
use starkeeper_actors::domain::money::MicroUsd;
use starkeeper_actors::domain::notice::{CreditReason, News, RefundReason};
use starkeeper_actors::domain::order::{OrderState, Retry};
use starkeeper_actors::domain::samples;
use starkeeper_actors::domain::transfer::TransferState;
use starkeeper_actors::ports::messenger::{About, Today};

use super::room::{self, Room};
use super::*;
use crate::telegram::face::Picture;

/// A chat that is written down.
struct Chat {
    words: Words,
    room: Room,
    dialog: Dialog,
    page: String,
    last: Face,
    /// The price of today, where a payment came too late.
    today: Option<Today>,
}

impl Chat {
    fn new(language: Language) -> Self {
        Self {
            words: words(),
            room: Room::new(language),
            dialog: Dialog::default(),
            page: String::new(),
            today: None,
            last: Face {
                text: String::new(),
                photo: None,
                keys: Keys::None,
            },
        }
    }

    fn title(&mut self, title: &str) {
        let gap = if self.page.is_empty() { "" } else { "\n" };
        let line = "=".repeat(78);
        write!(self.page, "{gap}{line}\n{title}\n{line}\n").unwrap();
    }

    fn says(&mut self, line: &str) {
        writeln!(self.page, "\n> {line}").unwrap();
        self.hear(&Said::Text(line.into()));
    }

    /// Taps the button that does something of this name on the newest message.
    fn taps(&mut self, name: &str) {
        let wanted = format!("1:{name}");
        let last = self.last.clone();
        let taps = inline(&last).into_iter().filter_map(|key| match &key.does {
            Does::Tap(data) => Some((key.label.clone(), data.clone())),
            Does::Open(_) | Does::Copy(_) => None,
        });
        let mut all: Vec<(String, String)> = taps.collect();
        // The very button, else the first one of its name.
        all.sort_by_key(|(_, data)| *data != wanted);
        let found = all.into_iter().find(|(_, data)| {
            let rest = data.strip_prefix(&wanted);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '.']))
        });
        let (label, data) = found.unwrap_or_else(|| panic!("no {name} below {last:?}"));
        writeln!(self.page, "\n> [{label}]").unwrap();
        self.hear(&Said::Tap(data.as_str().into()));
    }

    fn hear(&mut self, said: &Said) {
        let dialog = std::mem::take(&mut self.dialog);
        let (dialog, screens) = self.room.hear(dialog, said);
        self.dialog = dialog;
        for screen in screens {
            let to_read = matches!(
                screen.body,
                Body::Balance { .. } | Body::Page { .. } | Body::Erase { .. } | Body::Deck(_)
            );
            let face = self
                .words
                .screen(self.room.language, &screen, self.room.now);
            self.show(face, !to_read);
        }
    }

    /// What is no page or list to read is on the main path.
    fn show(&mut self, face: Face, is_main: bool) {
        check(&face);
        let length = visible(&face.text).chars().count();
        let fits = length <= 400 || !is_main;
        assert!(fits, "{length} characters on the main path: {}", face.text);
        self.page.push('\n');
        match &face.photo {
            None => {}
            Some(Picture::At(_)) => self.page.push_str("(photo)\n"),
            Some(Picture::Code(text)) => writeln!(self.page, "(QR code: {text})").unwrap(),
        }
        writeln!(self.page, "{}", face.text).unwrap();
        match &face.keys {
            Keys::None => {}
            Keys::Pick {
                pick,
                names,
                cancel,
            } => {
                let names = names.iter().map(|name| format!("{{{name}}} "));
                let names: String = names.collect();
                writeln!(self.page, "  {{{pick}}} {names}{{{cancel}}}").unwrap();
            }
            Keys::Inline(rows) => {
                for row in rows {
                    let keys: Vec<_> = row.iter().map(|key| format!("[{}]", key.label)).collect();
                    writeln!(self.page, "  {}", keys.join(" ")).unwrap();
                }
            }
        }
        self.last = face;
    }

    fn order(&self) -> OrderView {
        let order = self.room.orders.last().cloned().unwrap();
        OrderView {
            order,
            invoice: None,
            transfers: Vec::new(),
        }
    }

    fn invoice(&self) -> Invoice {
        let order = self.room.orders.last().unwrap();
        let coin = &self.room.rules.coins[0].choice;
        let purpose = starkeeper_actors::domain::invoice::Purpose::Order(order.id);
        room::invoice(purpose, coin, order.price(), order.since)
    }

    /// The order's message is edited.
    fn edits(&mut self, view: &OrderView) {
        writeln!(self.page, "\n(the order's message)").unwrap();
        let face = self.words.order(self.room.language, view, self.room.now);
        self.show(face, true);
    }

    /// News comes with a sound.
    fn tells(&mut self, news: News, about: Option<&OrderView>) {
        writeln!(self.page, "\n(a new message)").unwrap();
        let message = Message::Customer(news);
        let (language, now) = (self.room.language, self.room.now);
        let about = About {
            order: about.cloned(),
            today: self.today,
        };
        let face = self.words.news(language, &message, &about, now);
        self.show(face, true);
    }
}

fn usd(text: &str) -> MicroUsd {
    MicroUsd::parse(text).unwrap()
}

/// A: a first visit, a gift, paid in crypto.
fn a_gift(chat: &mut Chat) {
    chat.title("A. First visit, gift, crypto");
    chat.says("/start");
    chat.taps("stars");
    chat.taps("quantity:100");
    chat.taps("friend");
    chat.says("@masha");
    chat.taps("confirm");
    chat.taps("pay_invoice");
    chat.taps("sent");
    delivered(chat);
}

fn delivered(chat: &mut Chat) {
    let mut view = chat.order();
    let mut invoice = chat.invoice();
    chat.room.pass(Span::minutes(1));
    invoice.payment_seen_at = Some(chat.room.now);
    view.invoice = Some(invoice.clone());
    chat.edits(&view);
    chat.room.pass(Span::seconds(50));
    invoice.bought = true;
    invoice.status_since = chat.room.now;
    view.invoice = Some(invoice);
    let mut purchase = samples::purchase(&[(1, 5, 0)]);
    purchase.held_at = chat.room.now;
    view.order.held_at = Some(chat.room.now);
    let mut transfer = samples::transfer(1, 5);
    transfer.signed_at = chat.room.now + Span::seconds(8);
    view.transfers = vec![transfer.clone()];
    view.order.state = OrderState::Paying {
        purchase: purchase.clone(),
        transfer: transfer.id,
        confirmed: false,
        refund: None,
    };
    chat.edits(&view);
    chat.room.pass(Span::seconds(20));
    let tx = samples::tx(1_040);
    view.transfers = vec![transfer.now_is(TransferState::Paid { tx })];
    view.order.state = OrderState::Paid {
        purchase,
        transfer: transfer.id,
        confirmed: true,
        paid_at: chat.room.now,
        retry: Retry::default(),
    };
    chat.edits(&view);
    chat.room.pass(Span::seconds(21));
    let (at, proof) = (chat.room.now, samples::page_proof());
    view.order.state = OrderState::Delivered { at, proof };
    chat.room.now_is(view.order.id, &view.order.state);
    chat.edits(&view);
    let order = view.order.id;
    chat.tells(News::Delivered { order, seconds: 41 }, Some(&view));
}

/// B: one line, one tap.
fn from_the_balance(chat: &mut Chat) {
    chat.title("B. From the balance");
    chat.room.purse.available = usd("5");
    chat.says("100 @masha");
    chat.taps("pay_balance");
    chat.says("/start");
    chat.taps("premium");
    chat.taps("months:3");
    chat.taps("me");
    chat.taps("confirm");
    chat.taps("back");
    // Enough on the balance, and another way is looked at: the balance comes first.
    chat.says("100 @masha");
    chat.taps("confirm");
}

/// C: money that came differently.
fn other_money(chat: &mut Chat) {
    chat.title("C. Money that came differently");
    let mut view = chat.order();
    view.order = samples::order_for(samples::stars(100));
    view.invoice = None;
    let price = view.order.price();
    for (reason, received, bought) in [
        (CreditReason::WithinAccuracy, "1.64", true),
        (CreditReason::Less, "1.20", false),
        (CreditReason::More, "2.00", true),
        (CreditReason::Late, "1.65", false),
        (CreditReason::Late, "2.00", false),
        (CreditReason::SecondPayment, "1.65", false),
        (CreditReason::AfterCancel, "1.65", false),
    ] {
        let news = News::Credited {
            invoice: InvoiceId::new(3),
            n: 1,
            asked: price,
            received: usd(received),
            credited: usd(received),
            withheld: MicroUsd::ZERO,
            debt_paid: MicroUsd::ZERO,
            reason,
            order: Some(view.order.id),
            bought,
        };
        // As it is told once its money is there.
        chat.today = Some(Today {
            price: usd("1.67"),
            available: usd(received),
        });
        chat.tells(news, Some(&view));
        chat.today = None;
    }
    let lock = News::Locked {
        invoice: InvoiceId::new(3),
        n: 1,
        page: Some("https://pay.example/u-1".to_owned()),
    };
    chat.tells(lock, None);
    chat.room.purse.available = usd("1.20");
    chat.says("100 @igor");
    chat.taps("confirm");
    chat.taps("pay_invoice");
    chat.taps("other_coin");
    chat.taps("order");
    chat.taps("cancel");
}

/// D: it takes longer, or does not work out.
fn it_takes_longer(chat: &mut Chat) {
    chat.title("D. When delivery takes longer");
    let order = samples::held(&[], None);
    let mut view = OrderView {
        order,
        invoice: None,
        transfers: Vec::new(),
    };
    chat.room.now = noon();
    chat.room.pass(Span::minutes(3));
    let order: OrderId = view.order.id;
    chat.edits(&view);
    chat.tells(News::TakesLonger { order }, Some(&view));
    // Signed before it was told: there is nothing to choose any more.
    let signed = view.clone();
    let transfer = samples::transfer(1, 5);
    view.order = samples::order_in(OrderState::Paying {
        purchase: samples::purchase(&[(1, 5, 0)]),
        transfer: transfer.id,
        confirmed: false,
        refund: None,
    });
    view.transfers = vec![transfer];
    chat.tells(News::TakesLonger { order }, Some(&view));
    chat.tells(News::OnItsWay { order }, Some(&view));
    let tx = samples::tx(1_040);
    view.order = samples::order_in(OrderState::Paid {
        purchase: samples::purchase(&[(1, 5, 0)]),
        transfer: view.transfers[0].id,
        confirmed: true,
        paid_at: chat.room.now,
        retry: Retry::default(),
    });
    view.transfers = vec![view.transfers[0].now_is(TransferState::Paid { tx })];
    chat.edits(&view);
    view = signed;
    view.order = samples::parked(&[(1, 5, 0)], samples::paid_stage(false, false));
    let tx = samples::tx(1_040);
    view.transfers = vec![samples::transfer(1, 5).now_is(TransferState::Paid { tx })];
    chat.tells(News::BeingChecked { order }, Some(&view));
    chat.edits(&view);
    for why in [RefundReason::RecipientChanged, RefundReason::CustomerAsked] {
        let amount = view.order.price();
        let news = News::Refunded { order, amount, why };
        chat.tells(news, Some(&view));
    }
}

/// E: the shop cannot sell.
fn the_shop_is_closed(chat: &mut Chat) {
    chat.title("E. The shop cannot sell now");
    for seller in [Seller::Closed, Seller::Starting] {
        chat.room.seller = seller;
        chat.says("/buy 100 @masha");
    }
    chat.room.seller = Seller::Closed;
    chat.says("/buy");
    chat.taps("tell_me");
    chat.room.seller = Seller::Open;
    chat.tells(News::OpenAgain { at: noon() }, None);
    // The gateway is down: with enough on the balance, and without.
    chat.room.gateway_down = true;
    for available in ["5", "0"] {
        chat.room.purse.available = usd(available);
        chat.says("100 @masha");
        chat.taps("confirm");
        chat.taps("pay_invoice");
    }
    chat.room.gateway_down = false;
    chat.room.slow = Some(Span::seconds(38));
    chat.says("100 @masha");
    chat.room.slow = None;
}

/// F: what people type.
fn what_people_type(chat: &mut Chat) {
    chat.title("F. Input");
    chat.room.purse.available = MicroUsd::ZERO;
    chat.room.missing = Some(LookUpFailed::NoSuchUser);
    chat.says("100 @mahsa");
    chat.room.missing = Some(LookUpFailed::NotAPerson);
    chat.says("100 @news");
    chat.room.missing = Some(LookUpFailed::AlreadyPremium);
    chat.says("/premium");
    chat.taps("months:12");
    chat.says("@masha");
    chat.room.missing = Some(LookUpFailed::Unavailable);
    chat.says("100 @masha");
    chat.room.missing = None;
    let own = chat.room.sender.username.take();
    chat.says("/buy 50");
    chat.room.sender.username = own;
    chat.says("/buy");
    chat.says("20");
    for number in ["1k", "1 000", "сто звёзд"] {
        chat.says("/buy");
        chat.says(number);
    }
    chat.says("/buy");
    chat.says("много");
    chat.says("5000000");
    chat.says("/buy 50 masha!");
    chat.says("/menu");
    let hello = match chat.room.language {
        Language::En => "hello there",
        Language::Ru => "добрый день",
    };
    chat.says(hello);
    chat.page.push_str("\n> (a sticker)\n");
    chat.hear(&Said::Thing);
    chat.page.push_str("\n> (an old button)\n");
    chat.hear(&Said::Tap("1:gone".into()));
    chat.page.push_str("\n> (in a group)\n");
    chat.hear(&Said::InGroup);
    let name = room::person("Igor <b>.com");
    chat.says("100");
    chat.page.push_str("\n> (picks a friend without a name)\n");
    chat.hear(&Said::Picked {
        username: None,
        name,
        user: Some(TelegramId::new(77)),
    });
}

/// G: lists, pages, the balance, and another language.
fn lists_and_pages(chat: &mut Chat) {
    chat.title("G. Lists, balance, pages");
    for line in [
        "/orders",
        "/where",
        "/balance",
        "/topup",
        "/topup 0.5",
        "/topup 100500",
        "/topup 7.777",
        "/topup 9.999,99",
        "/topup 12.3456",
        "/topup ten",
        "/topup 10",
    ] {
        chat.says(line);
    }
    chat.taps("pay_invoice");
    let orders = std::mem::take(&mut chat.room.orders);
    chat.room.untouched = true;
    for line in ["/orders", "/where", "/balance"] {
        chat.says(line);
    }
    chat.room.untouched = false;
    // Only one that is done.
    let done = orders.iter().filter(|order| order.is_finished());
    chat.room.orders = done.take(1).cloned().collect();
    chat.says("/where");
    chat.room.orders = orders;
    for line in ["/help", "/paysupport", "/terms", "/language"] {
        chat.says(line);
    }
    let open = [
        StillOpen::Order,
        StillOpen::Invoice,
        StillOpen::Lock,
        StillOpen::Balance,
        StillOpen::Hold,
        StillOpen::Debt,
    ];
    for open in open {
        chat.room.open = Some(open);
        chat.says("/erase");
    }
    chat.room.open = None;
    chat.says("/privacy");
    chat.taps("erase");
    chat.taps("erase_now");
    let (was, action) = match chat.room.language {
        Language::En => (Language::En, Action::Speak(Language::Ru)),
        Language::Ru => (Language::Ru, Action::Speak(Language::En)),
    };
    chat.hear(&Said::Tap(action.encode().into()));
    chat.room.language = was;
}

/// The operators' own conversation.
fn on_the_deck(chat: &mut Chat) {
    chat.room.operator = true;
    chat.title("O1. What an operator sees");
    chat.says("/admin");
    chat.taps("op:waits");
    chat.taps("op:state.parked");
    chat.taps("op:order");
    chat.taps("op:waits");
    chat.taps("op:breaks");
    chat.taps("op:break");
    chat.taps("op:breaks");
    let with_row = BreakMark::of(&deck_samples::row().key());
    chat.taps(&format!("op:break.{with_row}"));
    chat.taps("op:give");
    chat.says("the right one");
    chat.taps("op:yes");
    chat.taps(&format!("op:break.{with_row}"));
    chat.taps(&format!("op:give.{with_row}"));
    chat.says("nobody");
    chat.taps(&format!("op:give.{with_row}"));
    chat.says("SK-7F3K9");
    chat.taps("op:give");
    chat.title("O2. What is done by hand");
    chat.says("/admin");
    chat.taps("op:find");
    chat.says("SK-7F3K9");
    chat.taps("op:refund");
    chat.says("x");
    chat.taps("op:why.customer");
    chat.taps("op:yes");
    chat.taps("op:resume");
    chat.taps("op:yes");
    chat.taps("op:deliver");
    chat.says("the row is this order's");
    chat.title("O3. Sales, prices, tills");
    chat.says("/admin");
    chat.taps("op:sales");
    chat.taps("op:pause.all");
    chat.taps("op:why.outage");
    chat.taps("op:yes");
    chat.taps("op:home");
    chat.taps("op:prices");
    chat.taps("op:price.markup.premium");
    chat.says("0");
    chat.says("60");
    chat.taps("op:why.checked");
    chat.taps("op:yes");
    chat.taps("op:fix");
    chat.says("20");
    chat.taps("op:price.stars.500");
    chat.says("7.7777");
    chat.says("7.777");
    chat.says("7.77");
    chat.says("9.5");
    chat.taps("op:why.checked");
    chat.taps("op:yes");
    chat.taps("op:home");
    chat.taps("op:wallets");
    chat.taps("op:till.1");
    chat.taps("op:cookies");
    chat.says("stel_ssid=…");
    chat.title("O4. Somebody else");
    chat.room.operator = false;
    chat.says("/admin");
    chat.page.push_str("\n> (a button of the deck)\n");
    chat.hear(&Said::Tap("1:op:pause.all".into()));
}

#[test]
fn the_conversation_reads_as_its_golden_file() {
    for (language, name) in [(Language::En, "en"), (Language::Ru, "ru")] {
        let mut chat = Chat::new(language);
        a_gift(&mut chat);
        from_the_balance(&mut chat);
        other_money(&mut chat);
        it_takes_longer(&mut chat);
        the_shop_is_closed(&mut chat);
        what_people_type(&mut chat);
        lists_and_pages(&mut chat);
        golden(&chat.page, &format!("dialogue.{name}"));
        let mut operator = Chat::new(language);
        on_the_deck(&mut operator);
        golden(&operator.page, &format!("deck.{name}"));
    }
}

fn golden(page: &str, name: &str) {
    let place = format!("src/telegram/words/tests/{name}.txt");
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(place);
    if std::env::var("GOLDEN").is_ok_and(|wish| wish == "write") {
        std::fs::write(&path, page).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    let differs = golden
        .lines()
        .zip(page.lines())
        .position(|(old, new)| old != new);
    let at = differs.map(|line| page.lines().skip(line).take(3).collect::<Vec<_>>());
    assert!(
        golden == page,
        "{path:?} differs at {at:?}: write it with GOLDEN=write, read it and commit it"
    );
}
