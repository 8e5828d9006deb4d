use proptest::{collection::vec, prelude::*};

use super::*;

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn after(pause: u64) -> Verdict {
    Verdict::RestartAfter(millis(pause))
}

#[test]
fn pauses_grow_and_the_sixth_failure_in_a_minute_is_the_end() {
    let start = Instant::now();
    let mut budget = RestartBudget::new(RestartPolicy::default());
    let verdicts: Vec<_> = (0..6)
        .map(|second| budget.record(start + Duration::from_secs(second)))
        .collect();
    let mut expected: Vec<_> = [100, 400, 1_600, 6_400, 10_000].map(after).into();
    expected.push(Verdict::Exhausted);
    assert_eq!(verdicts, expected);
}

#[test]
fn a_failure_is_forgotten_when_it_is_as_old_as_the_window() {
    let start = Instant::now();
    let mut budget = RestartBudget::new(RestartPolicy::default());
    for _ in 0..5 {
        assert_ne!(budget.record(start), Verdict::Exhausted);
    }
    let almost = start + millis(59_999);
    assert_eq!(budget.record(almost), Verdict::Exhausted);
    assert_eq!(budget.record(start + millis(60_000)), after(100));
}

#[test]
fn the_default_budget_can_be_exhausted_and_an_overlong_pause_is_noticed() {
    let policy = RestartPolicy::default();
    assert!(policy.can_be_exhausted());
    let slow = RestartPolicy {
        first_pause: policy.window,
        longest_pause: policy.window,
        ..policy
    };
    assert!(!slow.can_be_exhausted());
}

#[test]
fn a_budget_of_no_restarts_is_exhausted_by_the_first_failure() {
    let policy = RestartPolicy {
        restarts: 0,
        ..RestartPolicy::default()
    };
    let mut budget = RestartBudget::new(policy);
    assert_eq!(budget.record(Instant::now()), Verdict::Exhausted);
}

fn policies() -> impl Strategy<Value = RestartPolicy> {
    (
        0..8_u32,
        1..100_000_u64,
        0..5_000_u64,
        0..6_u32,
        0..20_000_u64,
    )
        .prop_map(|(restarts, window, first, factor, longest)| RestartPolicy {
            restarts,
            window: millis(window),
            first_pause: millis(first),
            factor,
            longest_pause: millis(longest),
        })
}

proptest! {
    #[test]
    fn no_window_ever_holds_more_restarts_than_allowed(
        policy in policies(),
        gaps in vec(0..30_000_u64, 0..60),
    ) {
        let start = Instant::now();
        let mut budget = RestartBudget::new(policy);
        let mut now = start;
        let allowed = usize::try_from(policy.restarts)?;
        let mut restarts: Vec<Instant> = Vec::new();
        for gap in gaps {
            now += millis(gap);
            let recent = restarts.iter().filter(|at| now - **at < policy.window).count();
            match budget.record(now) {
                Verdict::RestartAfter(pause) => {
                    prop_assert!(recent < allowed);
                    prop_assert!(pause <= policy.longest_pause);
                    restarts.push(now);
                }
                Verdict::Exhausted => prop_assert_eq!(recent, allowed),
            }
        }
    }

    #[test]
    fn pauses_never_shrink_within_a_window(policy in policies(), nth in 1..50_u32) {
        prop_assert!(policy.pause(nth) <= policy.pause(nth + 1));
    }

    #[test]
    fn who_fails_at_every_start_is_given_up_if_the_policy_says_so(policy in policies()) {
        let mut now = Instant::now();
        let mut budget = RestartBudget::new(policy);
        for _ in 0..=policy.restarts {
            match budget.record(now) {
                Verdict::RestartAfter(pause) => now += pause,
                Verdict::Exhausted => return Ok(()),
            }
        }
        prop_assert!(!policy.can_be_exhausted());
    }
}
