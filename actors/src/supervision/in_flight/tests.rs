use super::*;

#[test]
fn a_key_runs_once_and_once_more_when_it_came_up_meanwhile() {
    let mut work = InFlight::new(2);
    assert_eq!(work.begin("a"), Begin::Start);
    assert_eq!(work.begin("a"), Begin::Running);
    assert_eq!(work.begin("a"), Begin::Running);
    assert_eq!(work.end(&"a"), End::LookAgain);
    assert_eq!(work.begin("a"), Begin::Start);
    assert_eq!(work.end(&"a"), End::Quiet);
    assert_eq!(work.end(&"a"), End::Quiet);
}

#[test]
fn there_is_room_for_so_many_keys_and_no_more() {
    let mut work = InFlight::new(2);
    assert_eq!(work.begin(1), Begin::Start);
    assert_eq!(work.begin(2), Begin::Start);
    assert_eq!(work.begin(3), Begin::Full);
    assert_eq!(work.begin(2), Begin::Running);
    assert!(work.is_full() && !work.contains(&3));
    assert_eq!(work.end(&1), End::Quiet);
    assert_eq!((work.len(), work.room()), (1, 1));
    assert_eq!(work.begin(3), Begin::Start);
    work.clear();
    assert!(work.is_empty());
}
