//! What is due when: derived from the stored state alone.

use proptest::prelude::*;

use crate::domain::notice::{News, Owed};
use crate::domain::order::{Order, OrderEffect, OrderEvent, OrderRules, OrderState, Retry, Stage};
use crate::domain::samples::{after, every_order, held, noon};
use crate::domain::{Span, Timestamp};

/// Whether a state waits for a person or for nobody.
const fn rests(order: &Order) -> bool {
    match &order.state {
        OrderState::Delivered { .. }
        | OrderState::Refunded { .. }
        | OrderState::Cancelled { .. }
        | OrderState::Parked {
            stage: Stage::Unsigned,
            ..
        }
        | OrderState::Parked {
            stage: Stage::Signed { .. },
            ..
        }
        | OrderState::Parked {
            stage: Stage::PaidOutside { .. },
            ..
        }
        | OrderState::Parked {
            stage: Stage::Paid {
                till_reset: true, ..
            },
            ..
        } => true,
        OrderState::Parked {
            stage: Stage::Paid {
                till_reset: false, ..
            },
            ..
        }
        | OrderState::AwaitingPayment { .. }
        | OrderState::Held { .. }
        | OrderState::Linked { .. }
        | OrderState::Paying { .. }
        | OrderState::Paid { .. } => false,
    }
}

#[test]
fn only_finished_and_parked_orders_ask_for_nothing_ever() {
    let rules = OrderRules::default();
    let far = noon() + Span::days(400);
    for (name, order) in every_order() {
        assert_eq!(order.due(far, &rules).is_none(), rests(&order), "{name}");
        assert_eq!(
            order.next_due(noon(), &rules).is_none(),
            rests(&order),
            "{name}"
        );
    }
}

fn at() -> impl Strategy<Value = Timestamp> {
    let seconds = prop_oneof![
        0_i64..400,
        0_i64..30_000,
        Just(180),
        Just(1_800),
        Just(21_600)
    ];
    seconds.prop_map(after)
}

fn any_order() -> impl Strategy<Value = Order> {
    let retry = (0_u32..40, prop::option::of(at())).prop_map(|(attempts, not_before)| Retry {
        attempts,
        not_before,
    });
    (prop::sample::select(every_order()), retry, any::<bool>()).prop_map(
        |((_, mut order), changed, said)| {
            match &mut order.state {
                OrderState::Held { retry, told, .. } => (*retry, *told) = (changed, said),
                OrderState::Linked { told, .. } => *told = said,
                OrderState::Paid { retry, .. } => *retry = changed,
                OrderState::AwaitingPayment { .. }
                | OrderState::Paying { .. }
                | OrderState::Delivered { .. }
                | OrderState::Refunded { .. }
                | OrderState::Cancelled { .. }
                | OrderState::Parked { .. } => {}
            }
            order
        },
    )
}

proptest! {
    #[test]
    fn the_index_never_wakes_late_nor_in_vain(
        order in any_order(), one in at(), other in at()
    ) {
        let rules = OrderRules::default();
        let (now, later) = (one.min(other), one.max(other));
        let next = order.next_due(now, &rules);
        if order.due(later, &rules).is_some() {
            prop_assert!(next.is_some_and(|next| next <= later), "{:?} at {}", next, later);
        }
        if let Some(next) = next {
            prop_assert!(order.due(next, &rules).is_some(), "nothing is due at {}", next);
            prop_assert!(next >= now);
        }
    }

    #[test]
    fn what_is_due_stays_due_until_something_happens(
        order in any_order(), one in at(), other in at()
    ) {
        let rules = OrderRules::default();
        let (now, later) = (one.min(other), one.max(other));
        let due = order.due(now, &rules);
        if due.is_some() {
            prop_assert!(order.due(later, &rules).is_some());
        }
    }

    #[test]
    fn pauses_double_up_to_the_longest_and_never_overflow(
        attempts in 0_u32..200, now in at()
    ) {
        let (first, longest) = (Span::seconds(2), Span::seconds(60));
        let retry = Retry { attempts, not_before: None }.later(first, longest, now);
        let expected = 2_i64.saturating_pow(attempts.saturating_add(1).min(62)).min(60);
        prop_assert_eq!(retry.not_before, Some(now + Span::seconds(expected)));
        prop_assert_eq!(retry.attempts, attempts + 1);
        prop_assert!(!retry.is_due(now) && retry.is_due(now + longest));
    }
}

#[test]
fn a_tick_is_due_before_any_other_step_once_its_mark_has_passed() {
    let rules = OrderRules::default();
    let order = held(&[], None);
    let due = |seconds| order.due(after(seconds), &rules);
    assert_eq!(due(0), Some(OrderEffect::ObtainLink));
    assert_eq!(due(179), Some(OrderEffect::ObtainLink));
    assert_eq!(due(180), Some(OrderEffect::Tick));
}

#[test]
fn a_burn_has_nothing_to_confirm() {
    let rules = OrderRules::default();
    for (name, confirm) in [("paying", true), ("paying_burn", false)] {
        let (_, order) = every_order()
            .into_iter()
            .find(|(other, _)| *other == name)
            .unwrap();
        let due = order.due(noon(), &rules);
        assert!(
            matches!(due, Some(OrderEffect::Pursue { confirm: due, .. }) if due == confirm),
            "{name}: {due:?}"
        );
    }
}

#[test]
fn behind_a_signature_a_slow_order_is_told_once_and_pursued() {
    let rules = OrderRules::default();
    let desk = |now| crate::domain::order::Desk {
        rules: &rules,
        wallet: None,
        epoch: crate::domain::ids::Epoch::new(1),
        now,
    };
    for name in ["paying", "paid"] {
        let mut all = every_order().into_iter();
        let (_, order) = all.find(|(other, _)| *other == name).unwrap();
        assert_ne!(order.due(after(179), &rules), Some(OrderEffect::Tick));
        let slow = after(180);
        assert_eq!(order.due(slow, &rules), Some(OrderEffect::Tick), "{name}");
        let told = order.decide(OrderEvent::Tick, desk(slow)).unwrap();
        let news = News::OnItsWay { order: order.id };
        assert_eq!(told.notices, [Owed::customer(order.customer, news)]);
        assert_eq!(told.next.state_name(), name);
        assert!(told.entries.is_empty());
        assert_ne!(told.next.due(slow, &rules), Some(OrderEffect::Tick));
        assert!(told.next.decide(OrderEvent::Tick, desk(slow)).is_err());
    }
    // Its money is on the way back: the refund is what is told.
    let mut all = every_order().into_iter();
    let (_, burn) = all.find(|(name, _)| *name == "paying_burn").unwrap();
    assert_ne!(burn.due(after(180), &rules), Some(OrderEffect::Tick));
}
