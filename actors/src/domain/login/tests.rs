use proptest::prelude::*;

use super::*;
use crate::domain::ids::Hash256;

fn wallet(n: u8) -> WalletAddress {
    WalletAddress::basic(Hash256::new([n; 32]))
}

fn event() -> impl Strategy<Value = LoginEvent> {
    prop_oneof![
        (any::<bool>(), prop::option::of(0_u8..3)).prop_map(|(telegram, proven)| {
            LoginEvent::Looked(Look {
                telegram,
                proven: proven.map(wallet),
            })
        }),
        Just(LoginEvent::ProofRenewed),
        Just(LoginEvent::ProofRefused),
        Just(LoginEvent::Doubted),
        Just(LoginEvent::IdentityAsked),
        Just(LoginEvent::PathBlocked),
        Just(LoginEvent::CookiesImported),
        Just(LoginEvent::NotDone),
    ]
}

proptest! {
    #[test]
    fn a_login_is_usable_only_when_our_wallet_was_shown_or_proven(
        events in prop::collection::vec(event(), 0..40)
    ) {
        let rules = LoginRules::default();
        let mut now = Timestamp::UNIX_EPOCH;
        let mut login = Login::new(LoginId::new(1), wallet(1));
        let mut told = Vec::new();
        for event in events {
            now += Span::seconds(30);
            let decision = login.decide(event, &rules, now);
            let becomes_usable = decision.next.is_usable() && !login.is_usable();
            let shown = LoginEvent::Looked(Look { telegram: true, proven: Some(wallet(1)) });
            let by_right = [shown, LoginEvent::ProofRenewed, LoginEvent::CookiesImported];
            prop_assert!(!becomes_usable || by_right.contains(&event));
            // Nothing rests for ever: some look is due within the longest pause or interval.
            let later = now + rules.interval + rules.longest_pause;
            prop_assert!(decision.next.due(&rules, later).is_some());
            told.extend(decision.notices.into_iter().map(|owed| owed.key));
            login = decision.next;
        }
        let mut once = told.clone();
        once.sort();
        once.dedup();
        prop_assert_eq!(once.len(), told.len());
    }
}

#[test]
fn a_lost_telegram_login_is_told_once_and_comes_back_by_cookies() {
    let rules = LoginRules::default();
    let now = Timestamp::UNIX_EPOCH;
    let gone = LoginEvent::Looked(Look {
        telegram: false,
        proven: None,
    });
    let first = Login::new(LoginId::new(1), wallet(1)).decide(gone, &rules, now);
    assert_eq!(first.notices.len(), 1);
    let second = first.next.decide(gone, &rules, now);
    assert_eq!(second.notices.len(), 0);
    assert_eq!(second.next.due(&rules, now), None);
    let back = second.next.decide(LoginEvent::CookiesImported, &rules, now);
    assert!(back.next.is_usable());
    assert_eq!(back.notices.len(), 1);
}

#[test]
fn another_wallet_in_the_session_means_the_proof_is_missing() {
    let rules = LoginRules::default();
    let look = LoginEvent::Looked(Look {
        telegram: true,
        proven: Some(wallet(2)),
    });
    let now = Timestamp::UNIX_EPOCH;
    let login = Login::new(LoginId::new(1), wallet(1))
        .decide(look, &rules, now)
        .next;
    assert!(!login.is_usable());
    assert_eq!(login.due(&rules, now), Some(LoginEffect::RenewProof));
}

#[test]
fn without_automatic_renewal_a_missing_proof_waits_for_a_person() {
    let rules = LoginRules {
        automatic: false,
        ..LoginRules::default()
    };
    let look = LoginEvent::Looked(Look {
        telegram: true,
        proven: None,
    });
    let now = Timestamp::UNIX_EPOCH;
    let login = Login::new(LoginId::new(1), wallet(1))
        .decide(look, &rules, now)
        .next;
    assert_eq!(login.due(&rules, now), None);
}

#[test]
fn a_proof_that_is_refused_for_hours_is_told_once_and_its_return_too() {
    let rules = LoginRules::default();
    let unproven = LoginEvent::Looked(Look {
        telegram: true,
        proven: None,
    });
    let mut now = Timestamp::UNIX_EPOCH;
    let mut login = Login::new(LoginId::new(1), wallet(1));
    let mut told = 0;
    for _ in 0..20 {
        for event in [unproven, LoginEvent::ProofRefused, LoginEvent::ProofRefused] {
            now += rules.longest_pause;
            let decision = login.decide(event, &rules, now);
            told += decision.notices.len();
            login = decision.next;
        }
        for _ in 0..rules.proof_attempts {
            now += rules.longest_pause;
            let decision = login.decide(LoginEvent::ProofRefused, &rules, now);
            told += decision.notices.len();
            login = decision.next;
        }
    }
    assert_eq!(told, 1);
    let back = login.decide(LoginEvent::ProofRenewed, &rules, now);
    assert_eq!(back.notices.len(), 1);
}
