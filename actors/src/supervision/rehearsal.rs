//! Panics on demand: a test learns which steps actors take, names one of them, and that very step
//! panics. Compiled with the feature `testing` only; without it [`What`] is nothing at all.

use super::roster::entry::Entry;

#[cfg(feature = "testing")]
pub use planted::{Met, Moment, Rehearsal};

/// Which step it is, as the rehearsal knows it.
#[derive(Clone, Copy, Debug)]
pub(super) struct What(#[cfg(feature = "testing")] &'static str);

#[cfg(feature = "testing")]
impl What {
    /// A step that is named by a type: its message, or its own closure.
    pub(super) fn of<T: ?Sized>() -> Self {
        Self(std::any::type_name::<T>())
    }

    /// The same, of a value at hand.
    pub(super) fn of_value<T: ?Sized>(_step: &T) -> Self {
        Self::of::<T>()
    }

    /// A step with a name.
    pub(super) const fn named(name: &'static str) -> Self {
        Self(name)
    }

    /// The step begins; it may be made to panic.
    pub(super) fn begins(self, entry: &Entry) {
        entry.rehearsal.meet(entry.name, self.0, Moment::Begins);
    }

    /// All of the step is done, and nothing is said of it yet; it may be made to panic.
    pub(super) fn ends(self, entry: &Entry) {
        entry.rehearsal.meet(entry.name, self.0, Moment::Ends);
    }
}

#[cfg(not(feature = "testing"))]
impl What {
    pub(super) const fn of<T: ?Sized>() -> Self {
        let _nameless = std::marker::PhantomData::<T>;
        Self()
    }

    pub(super) const fn of_value<T: ?Sized>(_step: &T) -> Self {
        Self()
    }

    pub(super) const fn named(_name: &'static str) -> Self {
        Self()
    }

    #[expect(
        clippy::unused_self,
        reason = "the rehearsal is left out of this build"
    )]
    pub(super) const fn begins(self, _entry: &Entry) {}

    #[expect(
        clippy::unused_self,
        reason = "the rehearsal is left out of this build"
    )]
    pub(super) const fn ends(self, _entry: &Entry) {}
}

#[cfg(feature = "testing")]
mod planted {
    use std::collections::BTreeSet;
    use std::fmt;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::{Mutex, MutexGuard, PoisonError};

    /// When in a step.
    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
    pub enum Moment {
        /// Before anything is done.
        Begins,
        /// After everything is done, and before anybody hears of it.
        Ends,
    }

    /// A moment of a step of an actor.
    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
    pub struct Met {
        /// The actor's name in the register.
        pub actor: &'static str,
        /// The type of the message, or of the closure that continues or looks.
        pub step: &'static str,
        /// Beginning or end.
        pub moment: Moment,
    }

    /// What actors of one register do, and where one of them is to panic.
    #[derive(Default)]
    pub struct Rehearsal {
        /// Nothing is looked at otherwise.
        on: AtomicBool,
        inner: Mutex<Inner>,
    }

    #[derive(Default)]
    struct Inner {
        recorded: Option<BTreeSet<Met>>,
        planted: Option<(Met, Spring)>,
    }

    /// What happens in the moment before the panic.
    type Spring = Box<dyn FnOnce() + Send>;

    impl Rehearsal {
        /// Records every moment from now on.
        pub fn record(&self) {
            self.lock().recorded.get_or_insert_default();
            self.on.store(true, Ordering::Release);
        }

        /// The moments met since [`Rehearsal::record`], each once.
        #[must_use]
        pub fn recorded(&self) -> BTreeSet<Met> {
            self.lock().recorded.clone().unwrap_or_default()
        }

        /// Lets the next moment like this panic, once; `spring` runs right before it.
        pub fn plant(&self, met: Met, spring: impl FnOnce() + Send + 'static) {
            self.lock().planted = Some((met, Box::new(spring)));
            self.on.store(true, Ordering::Release);
        }

        /// Whether what was planted has not panicked yet.
        #[must_use]
        pub fn is_armed(&self) -> bool {
            self.lock().planted.is_some()
        }

        pub(in crate::supervision) fn meet(
            &self,
            actor: &'static str,
            step: &'static str,
            moment: Moment,
        ) {
            if self.on.load(Ordering::Relaxed) {
                self.met(Met {
                    actor,
                    step,
                    moment,
                });
            }
        }

        #[expect(clippy::panic, reason = "this is what it is for")]
        fn met(&self, met: Met) {
            let sprung = {
                let mut inner = self.lock();
                if let Some(recorded) = &mut inner.recorded {
                    recorded.insert(met);
                }
                let here = inner.planted.take_if(|(planted, _)| *planted == met);
                here.map(|(_, spring)| spring)
            };
            if let Some(spring) = sprung {
                spring();
                panic!("rehearsed: {met:?}");
            }
        }

        fn lock(&self) -> MutexGuard<'_, Inner> {
            self.inner.lock().unwrap_or_else(PoisonError::into_inner)
        }
    }

    impl fmt::Debug for Rehearsal {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.debug_struct("Rehearsal")
                .field("on", &self.on)
                .finish_non_exhaustive()
        }
    }
}
