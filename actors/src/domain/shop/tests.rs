use super::*;
use crate::domain::catalog::PremiumMonths;
use crate::domain::notice::Message;
use crate::domain::pricing::Quote;
use crate::domain::samples::{after, every_order, noon};

const RULES: AliveRules = AliveRules {
    mark_every: Span::seconds(60),
    away_after: Span::seconds(180),
};

fn at(text: &str) -> Calendar {
    Calendar {
        local: text.parse().unwrap(),
        report_at: NaiveTime::from_hms_opt(9, 0, 0).unwrap(),
    }
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn founded(how: Founding) -> Shop {
    Shop::founded(how, at("2026-11-26T12:00:00"), noon()).next
}

fn news(decision: &Decision<Shop>) -> Vec<ShopNews> {
    let told = decision.notices.iter().map(|owed| &owed.message);
    told.filter_map(|message| {
        if let Message::Operators(OperatorNews::Shop(news)) = message {
            Some(news.clone())
        } else {
            None
        }
    })
    .collect()
}

#[test]
fn only_a_shop_that_must_prove_itself_begins_closed() {
    assert!(founded(Founding::HasSold).opening.is_open());
    assert!(founded(Founding::Rehearses).opening.is_open());
    let new = Shop::founded(Founding::MustProve, at("2026-11-26T12:00:00"), noon());
    assert!(!new.next.opening.is_open());
    assert_eq!(news(&new), [], "told once it can be tried out");
}

#[test]
fn how_a_new_shop_opens_is_told_once() {
    let new = founded(Founding::MustProve);
    let announced = new.announced(after(5)).unwrap();
    assert_eq!(news(&announced), [ShopNews::New { at: after(5) }]);
    assert_eq!(announced.next.announced(after(6)), None);
    let checked = announced.next.checked(after(7)).unwrap().next;
    assert_eq!(checked.announced(after(8)), None);
    assert_eq!(founded(Founding::HasSold).announced(after(5)), None);
}

#[test]
fn it_opens_by_a_check_and_a_delivery_in_this_order() {
    let order = OrderId::new(7);
    let new = founded(Founding::MustProve);
    assert_eq!(new.proven(order, after(5)), None, "not checked yet");
    let checked = new.checked(after(5)).unwrap().next;
    assert!(!checked.opening.is_open(), "a check alone opens nothing");
    let opened = checked.proven(order, after(9)).unwrap();
    assert_eq!(news(&opened), [ShopNews::Opened { order }]);
    let open = Opening::Open {
        at: after(9),
        proof: Some(order),
    };
    assert_eq!(opened.next.opening, open);
    assert_eq!(opened.next.proven(OrderId::new(8), after(10)), None);
    assert_eq!(opened.next.checked(after(10)), None);
}

#[test]
fn a_restart_is_no_absence_and_a_night_is_one() {
    let shop = founded(Founding::HasSold);
    assert_eq!(
        shop.lives(RULES, 2, after(59)),
        None,
        "written a moment ago"
    );
    let marked = shop.lives(RULES, 2, after(180)).unwrap();
    assert_eq!((marked.next.alive_at, news(&marked)), (after(180), vec![]));
    let back = shop.lives(RULES, 2, after(1_680)).unwrap();
    let away = ShopNews::Away {
        from: noon(),
        to: after(1_680),
        going_on: 2,
    };
    assert_eq!(news(&back), [away]);
    assert_eq!(back.next.lives(RULES, 2, after(1_681)), None, "told once");
}

#[test]
fn each_day_is_told_once_when_its_hour_has_come_and_a_missed_one_late() {
    let mut shop = founded(Founding::HasSold);
    assert_eq!(
        shop.told_day,
        day("2026-11-25"),
        "what was before is not told"
    );
    assert_eq!(shop.day_to_tell(at("2026-11-26T23:59:59")), None);
    assert_eq!(shop.day_to_tell(at("2026-11-27T08:59:59")), None);
    let morning = at("2026-11-27T09:00:00");
    assert_eq!(shop.day_to_tell(morning), Some(day("2026-11-26")));
    // Away until the evening of the day after.
    let evening = at("2026-11-28T20:00:00");
    let mut told = Vec::new();
    while let Some(day) = shop.day_to_tell(evening) {
        let report = DayReport::sample(day);
        let decision = shop.told(report, evening);
        for news in news(&decision) {
            let ShopNews::Day { report, late } = news else {
                panic!("{news:?}");
            };
            told.push((report.day.to_string(), late));
        }
        shop = decision.next;
    }
    let expected = [
        ("2026-11-26".to_owned(), true),
        ("2026-11-27".to_owned(), false),
    ];
    assert_eq!(told, expected);
    let months_later = at("2027-03-01T10:00:00");
    assert_eq!(shop.day_to_tell(months_later), Some(day("2027-02-22")));
}

#[test]
fn a_full_disk_closes_for_everybody_and_a_new_shop_for_customers() {
    let shutters = |new_shop, disk_low| Shutters { new_shop, disk_low };
    for (shut, customer, operator) in [
        (shutters(false, false), true, true),
        (shutters(true, false), false, true),
        (shutters(false, true), false, false),
        (shutters(true, true), false, false),
    ] {
        assert_eq!(
            (shut.let_in(false), shut.let_in(true)),
            (customer, operator)
        );
    }
}

#[test]
fn a_disk_that_was_full_needs_a_quarter_more() {
    let rules = RoomRules { least: 100 };
    assert!(rules.is_low(false, 99) && !rules.is_low(false, 100));
    assert!(rules.is_low(true, 124) && !rules.is_low(true, 125));
    let all = RoomRules { least: u64::MAX };
    assert!(all.is_low(true, u64::MAX - 1));
}

#[test]
fn stars_that_came_are_a_proof_and_nothing_else_is() {
    for (name, order) in every_order() {
        let delivered = matches!(order.state, OrderState::Delivered { .. });
        let stars = matches!(order.quote.product, Product::Stars(_));
        assert_eq!(Shop::is_proof(&order), delivered && stars, "{name}");
        let quote = Quote {
            product: Product::Premium(PremiumMonths::Three),
            ..order.quote.clone()
        };
        assert!(!Shop::is_proof(&Order { quote, ..order }), "{name}");
    }
}
