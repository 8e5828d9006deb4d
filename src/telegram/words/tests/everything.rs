//! Each thing the core can say, at least once, in both languages.

use std::collections::BTreeSet;

use starkeeper_actors::domain::breaks::{self, Finding};
use starkeeper_actors::domain::catalog::{PremiumMonths, Product};
use starkeeper_actors::domain::customer::{Purse, StillOpen};
use starkeeper_actors::domain::dialog::deck_samples::reasons;
use starkeeper_actors::domain::dialog::{
    Action, Asks, Body, Button, Closed, DeckFace, DeckNote, Draft, ListedOrder, PayWays, PriceOf,
    Sure, Target, Topic, Utterance, Want, deck_samples,
};
use starkeeper_actors::domain::ids::{
    CustomerId, GatewayUuid, InvoiceId, LoginId, OrderId, QuoteId, TelegramId, TransferId,
    WalletAddress,
};
use starkeeper_actors::domain::invoice::{
    Closing, Invoice, LiveLock, LockReason, Missing, Purpose, Standing,
};
use starkeeper_actors::domain::ledger::{Account, Statement};
use starkeeper_actors::domain::money::{CoinAmount, MicroUsd, NanoTon, Untaken};
use starkeeper_actors::domain::notice::{CreditReason, News, OperatorNews, RefundReason, ShopNews};
use starkeeper_actors::domain::order::{Order, OrderState};
use starkeeper_actors::domain::pricing::FixedPrice;
use starkeeper_actors::domain::report::DayReport;
use starkeeper_actors::domain::samples;
use starkeeper_actors::domain::transfer::{Transfer, TransferState};
use starkeeper_actors::ports::messenger::{About, Today};

use super::room::{self, Room, username};
use super::*;

fn usd(text: &str) -> MicroUsd {
    MicroUsd::parse(text).unwrap()
}

fn view(order: Order) -> OrderView {
    OrderView {
        order,
        invoice: None,
        transfers: Vec::new(),
    }
}

fn paid_transfer() -> Transfer {
    let tx = samples::tx(1_040);
    samples::transfer(1, 5).now_is(TransferState::Paid { tx })
}

/// An order's invoice in each way it can look.
fn invoices(purpose: Purpose) -> Vec<Invoice> {
    let coin = DialogRules::default().coins[0].choice.clone();
    let open = room::invoice(purpose, &coin, usd("1.65"), noon());
    let standing = |standing| Invoice {
        standing,
        ..open.clone()
    };
    let mut part = open.clone();
    let mut bare = open.clone();
    if let (Standing::Open(part), Standing::Open(bare)) = (&mut part.standing, &mut bare.standing) {
        part.payment_amount = Some(CoinAmount::parse("1").unwrap());
        bare.payer = starkeeper_actors::domain::invoice::Payer::default();
    }
    let lock = LiveLock {
        n: 1,
        set_aside: MicroUsd::ZERO,
        why: LockReason::Aml,
    };
    let mut credited = open.clone();
    credited.money.credited = usd("1.65");
    vec![
        standing(Standing::Asked),
        standing(Standing::NotOurs),
        part,
        bare,
        Invoice {
            face: usd("0.50"),
            ..open.clone()
        },
        Invoice {
            face: usd("2"),
            ..open.clone()
        },
        Invoice {
            expires_at: noon() - Span::minutes(1),
            ..open.clone()
        },
        Invoice {
            payment_seen_at: Some(noon()),
            lock: Some(lock),
            ..open.clone()
        },
        Invoice {
            closing: Some(Closing::Cancelled),
            ..open.clone()
        },
        credited,
        open,
    ]
}

/// Orders in every state, early and late, with and without what may hang on them.
fn views() -> Vec<(OrderView, Timestamp)> {
    let mut views = Vec::new();
    for (_, order) in samples::every_order() {
        for later in [Span::zero(), Span::minutes(10), Span::hours(20)] {
            views.push((view(order.clone()), noon() + later));
        }
        let mut bought = room::invoice(
            Purpose::Order(order.id),
            &DialogRules::default().coins[0].choice,
            order.price(),
            noon(),
        );
        bought.bought = true;
        bought.payment_seen_at = Some(noon());
        let full = OrderView {
            order,
            invoice: Some(bought),
            transfers: vec![paid_transfer()],
        };
        views.push((full, noon() + Span::minutes(2)));
    }
    // Delivered to somebody who is known by their public name only.
    let (at, proof) = (noon(), samples::page_proof());
    let mut nameless = samples::order_in(OrderState::Delivered { at, proof });
    nameless.quote.recipient.name = room::person("★");
    views.push((view(nameless), noon()));
    let late = OrderState::Cancelled {
        at: noon(),
        by_customer: false,
    };
    views.push((view(samples::order_in(late)), noon()));
    for invoice in invoices(Purpose::Order(samples::ORDER)) {
        let order = samples::order();
        let transfers = Vec::new();
        let invoice = Some(invoice);
        let view = OrderView {
            order,
            invoice,
            transfers,
        };
        views.push((view, noon()));
    }
    views
}

fn notes() -> Vec<Note> {
    let name = || username("masha");
    vec![
        Note::OldButton,
        Note::NotUnderstood,
        Note::NotANumber,
        Note::TooMany { most: 1_000_000 },
        Note::AboveCap,
        Note::BadAmount(Untaken::NoAmount),
        Note::BadAmount(Untaken::Unclear),
        Note::BadAmount(Untaken::TooFine),
        Note::AmountTooSmall { least: usd("1") },
        Note::AmountTooLarge { most: usd("10000") },
        Note::BadName,
        Note::NotFound(name()),
        Note::NotAPerson(name()),
        Note::FriendHasNoName {
            name: room::person("Маша К."),
            user: Some(TelegramId::new(77)),
        },
        Note::FriendHasNoName {
            name: room::person(""),
            user: None,
        },
        Note::CannotLookUp(name()),
        Note::NewPrice,
        Note::NotEnough {
            missing: usd("0.451"),
        },
        Note::Debt { owed: usd("3") },
        Note::Frozen,
        Note::OtherOrderOpen,
        Note::PremiumUnderWay,
        Note::InvoiceRefused,
        Note::InvoiceComing,
        Note::Cancelled,
        Note::NotCancelled,
        Note::TakenBack,
        Note::TooEarly { from: noon() },
        Note::AlreadySigned,
        Note::WaitOn,
        Note::KeepLooking,
        Note::TryAgain,
        Note::WillTell,
        Note::LanguageSet,
        Note::NoSuchOrder,
    ]
    .into_iter()
    .chain(deck_notes())
    .collect()
}

/// What happens on the deck.
fn deck_notes() -> Vec<Note> {
    let done = [
        DeckNote::Done,
        DeckNote::CookiesTaken,
        DeckNote::BadNumber,
        DeckNote::BadAmount(Untaken::Unclear),
        DeckNote::BadGoods,
        DeckNote::BadReason,
    ];
    let refused = deck_samples::refusals().into_iter().map(DeckNote::NotDone);
    done.into_iter().chain(refused).map(Note::Deck).collect()
}

/// Screens of the deck that nobody walks to.
fn deck_screens() -> Vec<Screen> {
    let mut faces = deck_samples::others();
    let mut invoice = invoices(Purpose::Order(samples::ORDER)).remove(0);
    invoice.oddities = reasons::oddities();
    faces.push(DeckFace::Invoice(Box::new(invoice)));
    let three = Product::Premium(PremiumMonths::Three);
    let mut rules = samples::prices(noon()).rules.get().clone();
    rules.fixed = vec![FixedPrice {
        product: three,
        price: usd("13"),
    }];
    let want = Want::Open;
    faces.extend([
        DeckFace::Prices {
            rules: Box::new(rules),
            by_hand: Some(noon()),
        },
        DeckFace::Value {
            of: PriceOf::Fixed(three),
            now: None,
        },
        DeckFace::Sure(Box::new(Sure {
            draft: Draft {
                asks: Asks::Yes,
                want: Some(want),
                value: None,
                reason: None,
                nonce: 1,
            },
            want,
            changes: Vec::new(),
        })),
    ]);
    let screen = |face: DeckFace| Screen {
        note: None,
        buttons: face.keys(1),
        body: Body::Deck(Box::new(face)),
    };
    faces.into_iter().map(screen).collect()
}

/// Cards for people with and without a name, for oneself and for others.
fn cards() -> Vec<Body> {
    let premium = Product::Premium(PremiumMonths::Three);
    let mut cards = Vec::new();
    for product in [samples::stars(100), premium] {
        for name in ["", "Maximiliana-Alexandra <b>", "Маша К."] {
            for for_me in [false, true] {
                let mut quote = samples::order_for(product).quote;
                quote.recipient.name = room::person(name);
                cards.push(Body::Card {
                    quote: Box::new(quote),
                    for_me,
                    balance: MicroUsd::ZERO,
                });
            }
        }
    }
    cards
}

/// Places to choose and to pay, as a person without a name and with a little money meets them.
fn choices() -> Vec<Body> {
    let quote = samples::order_for(samples::stars(100)).quote;
    let product = quote.product;
    let missing = Missing {
        ask: usd("0.50"),
        surplus: usd("0.05"),
    };
    let balance = usd("1.20");
    let ways = PayWays {
        quote,
        balance,
        missing: Some(missing),
        coins: Vec::new(),
    };
    let statement = Statement {
        account: Account::Customer(room::CUSTOMER),
        opening: 0,
        lines: Vec::new(),
    };
    vec![
        Body::Pay(Box::new(ways)),
        Body::NoUsername { product },
        Body::Premium {
            to: Some(username("masha")),
            offers: Vec::new(),
        },
        Body::Menu {
            name: room::person(""),
            balance,
            other_language: Language::Ru,
        },
        Body::Balance {
            purse: Purse::default(),
            statement,
        },
        Body::SlowDown {
            wait: Some(Span::days(3)),
        },
    ]
}

/// Screens that the walk through the conversation does not meet.
fn screens() -> Vec<Screen> {
    let noted = notes().into_iter().map(|note| Screen {
        note: Some(note),
        body: Body::Opening,
        buttons: vec![masha_button(), Button::Do(Action::Back)],
    });
    let mut screens: Vec<Screen> = noted.collect();
    // Somebody else is looked for, of whom nothing but the name is known.
    for product in [samples::stars(100), Product::Premium(PremiumMonths::Three)] {
        for note in notes() {
            screens.push(Screen {
                note: Some(note),
                body: Body::Friend { product },
                buttons: vec![Button::PickFriend, masha_button()],
            });
        }
    }
    screens.push(Screen {
        note: Some(Note::NotANumber),
        body: Body::Premium {
            to: None,
            offers: Vec::new(),
        },
        buttons: [Action::ForMe, Action::Back].map(Button::Do).to_vec(),
    });
    let bodies = [short_bodies(), lists(), cards(), choices()].concat();
    screens.extend(bodies.into_iter().map(|body| Screen {
        note: None,
        body,
        buttons: every_button(),
    }));
    screens
}

fn masha_button() -> Button {
    Button::Do(Action::To(username("masha")))
}

fn every_button() -> Vec<Button> {
    let actions = [
        Action::TellMe,
        Action::ForMe,
        Action::Confirm(QuoteId::new(1)),
        Action::PayInvoice {
            target: Target::Order(samples::ORDER),
            coin: None,
        },
        Action::Page(Topic::PaySupport),
        Action::Page(Topic::Language),
        Action::Page(Topic::Help),
        Action::Orders(1),
        Action::Orders(3),
        Action::Menu,
        Action::Erase,
        Action::EraseNow(CustomerId::new(4)),
    ];
    let actions = actions.into_iter().map(Button::Do);
    actions.chain([Button::Support]).collect()
}

fn short_bodies() -> Vec<Body> {
    let mut bodies = Topic::ALL.map(|topic| Body::Page { topic }).to_vec();
    for why in [Closed::NoInvoices, Closed::NotSelling, Closed::Starting] {
        let balance = usd("5");
        bodies.push(Body::Closed { why, balance });
    }
    bodies.extend([
        Body::SlowDown {
            wait: Some(Span::seconds(38)),
        },
        Body::SlowDown { wait: None },
        Body::TryAgainSoon,
        Body::OnlyInPrivate,
        Body::Sorry,
        Body::Erased,
        Room::new(Language::En).balance(),
    ]);
    let open = [
        StillOpen::Order,
        StillOpen::Invoice,
        StillOpen::Lock,
        StillOpen::Balance,
        StillOpen::Hold,
        StillOpen::Debt,
    ];
    let open = open.map(Some).into_iter().chain([None]);
    bodies.extend(open.map(|open| Body::Erase { open }));
    let top_ups = invoices(Purpose::TopUp).into_iter();
    bodies.extend(top_ups.map(|invoice| Body::Invoice(Box::new(invoice))));
    bodies
}

/// Each order in each list, and the lists that are empty.
fn lists() -> Vec<Body> {
    let where_are = |open, last| Body::WhereAreMyStars { open, last };
    let mut lists = vec![where_are(Vec::new(), None)];
    for (_, order) in samples::every_order() {
        let listed = ListedOrder::of(&order);
        let last = Some(Box::new(listed.clone()));
        lists.push(where_are(Vec::new(), last.clone()));
        lists.push(where_are(vec![listed.clone()], last));
        lists.push(Body::Orders {
            orders: vec![listed],
            page: 2,
            first: None,
        });
    }
    for page in [0, 3] {
        lists.push(Body::Orders {
            orders: Vec::new(),
            page,
            first: None,
        });
    }
    lists
}

fn credits() -> Vec<News> {
    let reasons = [
        CreditReason::Exact,
        CreditReason::WithinAccuracy,
        CreditReason::Less,
        CreditReason::More,
        CreditReason::Late,
        CreditReason::SecondPayment,
        CreditReason::AfterCancel,
        CreditReason::OrderClosed,
    ];
    let mut credits = Vec::new();
    for reason in reasons {
        for bought in [false, true] {
            for (credited, withheld, debt_paid) in [
                ("1.20", "0", "0"),
                ("1", "0.20", "0.30"),
                ("0", "0.01", "0"),
            ] {
                credits.push(News::Credited {
                    invoice: InvoiceId::new(3),
                    n: 1,
                    asked: usd("1.65"),
                    received: usd("1.20"),
                    credited: usd(credited),
                    withheld: usd(withheld),
                    debt_paid: usd(debt_paid),
                    reason,
                    order: Some(samples::ORDER),
                    bought,
                });
            }
        }
    }
    credits
}

fn news() -> Vec<News> {
    let (invoice, order, amount) = (InvoiceId::new(3), samples::ORDER, usd("1.65"));
    let page = |link: Option<&str>| News::Locked {
        invoice,
        n: 1,
        page: link.map(str::to_owned),
    };
    let mut news = credits();
    news.extend([
        page(None),
        page(Some("https://pay.example/?a=1&b=<2>")),
        News::Unlocked {
            invoice,
            n: 1,
            debt_paid: usd("0.30"),
        },
        News::PayingBack { invoice, amount },
        News::PayingBackFailed {
            invoice,
            amount,
            debt_paid: MicroUsd::ZERO,
        },
        News::TakesLonger { order },
        News::OnItsWay { order },
        News::Lapsed {
            invoice,
            at: noon(),
        },
        News::BeingChecked { order },
        News::Delivered { order, seconds: 41 },
        News::Delivered {
            order,
            seconds: 200_000,
        },
        News::OpenAgain { at: noon() },
    ]);
    for (amount, debt) in [("1.65", "0"), ("1.65", "1"), ("0", "0")] {
        news.push(News::PaidBack {
            invoice,
            n: 1,
            amount: usd(amount),
            debt: usd(debt),
        });
    }
    let ton = NanoTon::from_nanos(1);
    let reasons = [
        RefundReason::RecipientGone,
        RefundReason::RecipientChanged,
        RefundReason::AlreadyPremium,
        RefundReason::CostRose {
            quoted: ton,
            real: ton,
        },
        RefundReason::CustomerAsked,
        RefundReason::TookTooLong,
        RefundReason::ShopFailed,
        RefundReason::Operator,
    ];
    news.extend(reasons.map(|why| News::Refunded { order, amount, why }));
    news
}

fn operator_news() -> Vec<OperatorNews> {
    let (wallet, order) = (samples::WALLET, OrderId::new(70));
    let (free, why) = (NanoTon::parse("12.5").unwrap(), || {
        "seqno 7 < 8 & more".to_owned()
    });
    let (n, at) = (1, noon());
    let mut findings = breaks::samples::every_finding();
    let stranger = Finding::PaymentUnexplained {
        wallet,
        tx: samples::tx(1_040),
        amount: free,
        fits: None,
    };
    findings.push(("a stranger", stranger));
    let breaks = findings.into_iter().flat_map(|(_, finding)| {
        let over = OperatorNews::BreakOver {
            n,
            finding: finding.clone(),
        };
        let since = at;
        [OperatorNews::Break { n, since, finding }, over]
    });
    let mut news: Vec<OperatorNews> = breaks.collect();
    news.extend(other_operator_news(wallet, order, free, &why));
    news.extend(reasoned_news(order));
    news.extend(pauses_of_old(&why));
    news.extend(shop_news(order, &why));
    news
}

fn other_operator_news(
    wallet: WalletAddress,
    order: OrderId,
    free: NanoTon,
    why: &dyn Fn() -> String,
) -> Vec<OperatorNews> {
    let (login, invoice, n, at) = (LoginId::new(1), InvoiceId::new(3), 1, noon());
    vec![
        OperatorNews::Parked {
            order,
            n,
            why: why(),
            reason: None,
        },
        OperatorNews::WalletStopped {
            wallet,
            n,
            why: why(),
            reason: None,
        },
        OperatorNews::TopUp {
            transfer: TransferId::new(9),
            wallet,
            amount: free,
        },
        OperatorNews::Unexplained {
            wallet,
            lt: 1_040,
            what: why(),
            strange: None,
        },
        OperatorNews::FloatLow {
            wallet,
            free,
            hour: 1,
        },
        OperatorNews::FloatEnds {
            wallet,
            free,
            per_day: free,
            seconds: 20_000,
            day: 1,
        },
        OperatorNews::OrderWaits { order, hour: 1 },
        OperatorNews::LoginLost {
            login,
            n,
            why: why(),
            needs: None,
        },
        OperatorNews::LoginBack { login, n },
        OperatorNews::InvoiceOdd {
            invoice,
            n,
            what: why(),
            oddity: None,
        },
        OperatorNews::Orphan {
            uuid: "u-1".into(),
            what: why(),
            orphan: None,
        },
        OperatorNews::Unbalanced {
            at,
            usd: -1,
            ton: 2,
        },
        OperatorNews::Undeliverable {
            key: "1/2".into(),
            why: why(),
        },
    ]
}

/// Pauses of which an older version wrote a line.
fn pauses_of_old(why: &dyn Fn() -> String) -> [OperatorNews; 2] {
    let at = noon();
    [
        OperatorNews::Paused {
            at,
            why: why(),
            rests: Vec::new(),
        },
        OperatorNews::OpenAgain {
            at,
            what: why(),
            goods: Vec::new(),
        },
    ]
}

/// Each piece with a reason that is said in every language.
fn reasoned_news(order: OrderId) -> Vec<OperatorNews> {
    let (invoice, login, n, at) = (InvoiceId::new(3), LoginId::new(1), 1, noon());
    let parked = reasons::whys().into_iter().map(|why| OperatorNews::Parked {
        order,
        n,
        why: why.to_string(),
        reason: Some(why),
    });
    let odd = reasons::oddities()
        .into_iter()
        .map(|odd| OperatorNews::InvoiceOdd {
            invoice,
            n,
            what: odd.to_string(),
            oddity: Some(odd),
        });
    let lost = reasons::NEEDS.map(|needs| OperatorNews::LoginLost {
        login,
        n,
        why: needs.what_to_do().to_owned(),
        needs: Some(needs),
    });
    let (rests, goods) = reasons::rests();
    let paused = rests.into_iter().map(|rests| OperatorNews::Paused {
        at,
        why: "paused".to_owned(),
        rests: vec![rests],
    });
    let open = OperatorNews::OpenAgain {
        at,
        what: "everything".to_owned(),
        goods,
    };
    let stopped = reasons::halts().map(|why| OperatorNews::WalletStopped {
        wallet: samples::WALLET,
        n,
        why: why.to_string(),
        reason: Some(why),
    });
    let strange = reasons::strange().map(|strange| strange.news(samples::WALLET, 1_040));
    let uuid = GatewayUuid::parse("u-1").unwrap();
    let orphans = reasons::orphans().map(|orphan| orphan.news(&uuid));
    parked
        .chain(odd)
        .chain(stopped)
        .chain(strange)
        .chain(orphans)
        .chain(lost)
        .chain(paused)
        .chain([open])
        .collect()
}

/// What people and other systems wrote stands as it came; all else is the shop's.
fn own_words(html: &str) -> String {
    let mut own = String::new();
    let mut rest = html;
    while let Some((before, behind)) = rest.split_once("<code>") {
        own.push_str(before);
        own.push('…');
        rest = behind.split_once("</code>").map_or("", |(_, rest)| rest);
    }
    own.push_str(rest);
    visible(&own)
}

/// Names such as Telegram Stars are two words; more of them in a row are a sentence.
fn latin_sentence(text: &str) -> Option<String> {
    let mut run: Vec<&str> = Vec::new();
    for word in text.split_whitespace() {
        let latin = word.chars().any(|c| c.is_ascii_alphabetic())
            && !word.chars().any(|c| c.is_alphabetic() && !c.is_ascii());
        match latin {
            true => run.push(word),
            false => run.clear(),
        }
        if run.len() >= 3 {
            return Some(run.join(" "));
        }
    }
    None
}

#[test]
fn no_sentence_on_the_russian_deck_is_in_another_language() {
    assert!(
        latin_sentence("заказ: paid on chain").is_some(),
        "it would be seen"
    );
    let words = words();
    let mut texts: Vec<String> = deck_screens()
        .iter()
        .map(|screen| words.screen(Language::Ru, screen, noon()).text)
        .collect();
    texts.extend(reasoned_news(samples::ORDER).into_iter().map(|news| {
        let message = Message::Operators(news);
        words
            .news(Language::Ru, &message, &About::default(), noon())
            .text
    }));
    for text in &texts {
        let found = latin_sentence(&own_words(text));
        assert_eq!(found, None, "{text}");
    }
    assert!(texts.len() > 80, "only {}", texts.len());
}

/// Each piece about the shop itself.
fn shop_news(order: OrderId, why: &dyn Fn() -> String) -> Vec<OperatorNews> {
    let at = noon();
    let news = [
        ShopNews::New { at },
        ShopNews::Opened { order },
        ShopNews::Away {
            from: at,
            to: at,
            going_on: 2,
        },
        ShopNews::DiskLow {
            at,
            folder: "<state>".into(),
            free: 812,
            least: 1_024,
        },
        ShopNews::DiskFine { at },
        ShopNews::LogLost {
            file: "logs/app.log".into(),
            why: why(),
            day: 1,
        },
        day_news(true, false),
        day_news(false, true),
    ];
    news.map(OperatorNews::Shop).into()
}

/// A day with or without a rate, in time or late.
fn day_news(rated: bool, late: bool) -> ShopNews {
    let mut report = DayReport::sample(noon().date_naive());
    report.worth = report.worth.filter(|_| rated);
    ShopNews::Day {
        report: Box::new(report),
        late,
    }
}

/// Everything once, checked.
fn say_everything(words: &Words, language: Language) {
    for (view, now) in views() {
        check(&words.order(language, &view, now));
    }
    for screen in screens().into_iter().chain(deck_screens()) {
        let face = words.screen(language, &screen, noon());
        check(&face);
    }
    for note in notes() {
        if let Some(toast) = words.toast(language, &note) {
            assert!((1..=200).contains(&toast.chars().count()), "{toast}");
            assert!(!toast.contains('<'), "{toast}");
        }
    }
    let order = || Some(view(samples::order_for(samples::stars(100))));
    let today = |available| {
        let (price, available) = (usd("1.67"), usd(available));
        Some(Today { price, available })
    };
    let abouts = [
        (order(), None),
        (order(), today("1.20")),
        (order(), today("2")),
        (Some(view(samples::held(&[], None))), None),
        (None, None),
    ];
    let abouts = abouts.map(|(order, today)| About { order, today });
    for news in news() {
        let message = Message::Customer(news);
        for about in &abouts {
            let face = words.news(language, &message, about, noon());
            check(&face);
            let length = visible(&face.text).chars().count();
            assert!(length <= 400, "{length}: {}", face.text);
        }
    }
    for news in operator_news() {
        let about = About::default();
        check(&words.news(language, &Message::Operators(news), &about, noon()));
    }
    assert!(!words.profile(language).commands.is_empty());
}

#[test]
fn everything_is_said_within_telegrams_limits_and_no_text_is_left_over() {
    let words = words();
    let plain = Words::new(WordsSettings::default()).unwrap();
    for language in LANGUAGES {
        say_everything(&words, language);
        say_everything(&plain, language);
        for said in room::walk(&words, language)
            .into_iter()
            .chain(room::walk(&plain, language))
        {
            check(&said);
        }
        let of = |words: &Words| {
            words
                .voice(language, noon())
                .tongue
                .said
                .lock()
                .unwrap()
                .clone()
        };
        let mut said = of(&words);
        said.extend(of(&plain));
        let there = files::texts(language);
        let silent: BTreeSet<_> = there.keys().filter(|key| !said.contains(**key)).collect();
        assert!(silent.is_empty(), "never said in {language:?}: {silent:?}");
    }
}

#[test]
fn an_order_says_its_state_in_words_and_offers_a_way_on() {
    let words = words();
    for (view, now) in views() {
        let finished = matches!(view.order.state, OrderState::Delivered { .. });
        let face = words.order(Language::En, &view, now);
        let keys: Vec<_> = inline(&face)
            .into_iter()
            .map(|key| key.label.as_str())
            .collect();
        assert!(keys.contains(&"Menu"), "{keys:?}");
        assert!(!finished || keys.contains(&"Again"), "{keys:?}");
    }
}

/// Both ways: what is copied out of a message is the number, and written back it names the order.
#[test]
fn an_orders_number_is_copied_whole_and_read_back() {
    let words = words();
    for language in LANGUAGES {
        let mut faces: Vec<_> = views()
            .into_iter()
            .map(|(view, now)| (view.order.number.clone(), words.order(language, &view, now)))
            .collect();
        let about = About {
            order: Some(view(samples::order_for(samples::stars(100)))),
            today: None,
        };
        let number = samples::order_for(samples::stars(100)).number;
        let (order, amount, why) = (samples::ORDER, usd("1.65"), RefundReason::CustomerAsked);
        for news in [
            News::Delivered { order, seconds: 41 },
            News::TakesLonger { order },
            News::OnItsWay { order },
            News::BeingChecked { order },
            News::Refunded { order, amount, why },
        ] {
            let message = Message::Customer(news);
            let face = words.news(language, &message, &about, noon());
            faces.push((number.clone(), face));
        }
        for (number, face) in faces {
            let (_, behind) = face.text.split_once("<code>SK-").expect("a number");
            let (copied, _) = behind.split_once("</code>").expect("its end");
            let copied = format!("SK-{copied}");
            let read = Utterance::of(&copied);
            assert_eq!(read, Utterance::Order(number), "{}", face.text);
            let bare = face.text.replace("<code>SK-", "");
            assert!(!bare.contains("SK-"), "a number that breaks: {}", face.text);
        }
    }
}
