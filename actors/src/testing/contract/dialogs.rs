//! The contract of the dialogs: compare-and-set, so that two replicas cannot both win.

use std::sync::Arc;

use async_trait::async_trait;

use crate::domain::dialog::Dialog;
use crate::ports::Dialogs;

/// Where nobody has a dialog yet.
#[async_trait]
pub trait NoDialogs: Send + Sync {
    /// A client; each call another one, as another replica would have.
    fn client(&self) -> Arc<dyn Dialogs>;

    /// A dialog that is not the one everybody begins with.
    fn another(&self) -> Dialog;
}

/// One test for each case of the contract of the dialogs.
#[macro_export]
macro_rules! contract_of_dialogs {
    ($make:expr) => {
        $crate::contract_cases!($make, dialogs,
            cases: [
                nobody_starts_with_a_version,
                what_was_saved_is_loaded,
                a_save_over_another_version_is_refused,
                many_replicas_save_once,
                people_are_apart,
                an_erased_person_starts_again,
            ],
        );
    };
}

/// The cases.
pub mod cases {
    use super::{Arc, Dialogs, NoDialogs};
    use crate::domain::dialog::Dialog;
    use crate::domain::ids::TelegramId;
    use crate::ports::Failure;
    use crate::ports::dialogs::DialogMoved;
    use crate::testing::contract::given;

    const ONE: TelegramId = TelegramId::new(5_000_000_001);
    const TWO: TelegramId = TelegramId::new(5_000_000_002);
    const MOVED: Result<u64, Failure<DialogMoved>> = Err(Failure::Refused(DialogMoved));

    /// And with the main menu.
    pub async fn nobody_starts_with_a_version(none: &dyn NoDialogs) {
        let loaded = given(none.client().load(ONE).await, "a load");
        assert_eq!((loaded.dialog, loaded.version), (Dialog::default(), 0));
    }

    /// By any replica, under the version that the save answered.
    pub async fn what_was_saved_is_loaded(none: &dyn NoDialogs) {
        let (one, other) = (none.client(), none.client());
        let first = given(one.save(ONE, 0, &Dialog::default()).await, "a save");
        let second = given(one.save(ONE, first, &none.another()).await, "a save");
        assert!(0 < first && first < second, "{first}, then {second}");
        let loaded = given(other.load(ONE).await, "a load");
        assert_eq!((loaded.dialog, loaded.version), (none.another(), second));
    }

    /// Older, newer, or as if nothing was there; and changes nothing.
    pub async fn a_save_over_another_version_is_refused(none: &dyn NoDialogs) {
        let (one, other) = (none.client(), none.client());
        assert_eq!(one.save(ONE, 1, &none.another()).await, MOVED);
        let first = given(one.save(ONE, 0, &Dialog::default()).await, "a save");
        let second = given(one.save(ONE, first, &Dialog::default()).await, "a save");
        for seen in [0, first, second + 1] {
            assert_eq!(other.save(ONE, seen, &none.another()).await, MOVED);
        }
        let loaded = given(other.load(ONE).await, "a load");
        assert_eq!((loaded.dialog, loaded.version), (Dialog::default(), second));
    }

    /// Of all that have seen the same version.
    pub async fn many_replicas_save_once(none: &dyn NoDialogs) {
        let saves: Vec<_> = (0..64)
            .map(|_| {
                let (client, dialog): (Arc<dyn Dialogs>, _) = (none.client(), none.another());
                tokio::spawn(async move { client.save(ONE, 0, &dialog).await })
            })
            .collect();
        let mut won = 0;
        for save in saves {
            match given(save.await, "a replica") {
                Ok(_) => won += 1,
                refused => assert_eq!(refused, MOVED),
            }
        }
        assert_eq!(won, 1);
    }

    /// What one does moves nobody else.
    pub async fn people_are_apart(none: &dyn NoDialogs) {
        let books = none.client();
        given(books.save(ONE, 0, &none.another()).await, "a save");
        let other = given(books.load(TWO).await, "a load");
        assert_eq!(other.version, 0);
    }

    /// Erasing nobody is no failure.
    pub async fn an_erased_person_starts_again(none: &dyn NoDialogs) {
        let dialogs = none.client();
        given(dialogs.erase(ONE).await, "nobody");
        given(dialogs.save(ONE, 0, &none.another()).await, "a save");
        given(dialogs.erase(ONE).await, "erased");
        let loaded = given(dialogs.load(ONE).await, "a load");
        assert_eq!((loaded.dialog, loaded.version), (Dialog::default(), 0));
        given(dialogs.save(ONE, 0, &none.another()).await, "a save");
    }
}
