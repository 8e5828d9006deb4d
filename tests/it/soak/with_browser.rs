//! Three hundred people, some of whom buy.

use crate::support::crowd::{Crowd, Weather};

#[tokio::test]
async fn three_hundred_people_are_answered_and_those_who_buy_get_their_stars_once() {
    let crowd = Crowd {
        people: 300,
        buyers: 12,
        at_once: 40,
        tills: 1,
        seed: 1,
        kills: 1,
    };
    let mut seen = crowd.live(Weather::Foul).await;
    seen.reactions.sort_unstable();
    let slowest = seen.reactions.len() * 99 / 100;
    eprintln!(
        "{crowd:?}: {} words and taps in {:.1?}, {} repeated, 99 % seen within {:.1?}",
        seen.acts, seen.took, seen.repeated, seen.reactions[slowest]
    );
    assert_eq!(seen.people, 300);
    assert_eq!(seen.delivered + seen.refunded, 12, "{seen:?}");
}
