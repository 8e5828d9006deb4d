//! Answers that were given under a key, so that asking again does nothing again.

/// An answer to keep.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    /// Its status, as the wire knows it.
    pub status: u16,
    /// Its body, at most 64 KiB.
    pub body: String,
}

/// What is known under a key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Keyed {
    /// Nothing was: from now on the key is taken by what is being asked.
    Fresh,
    /// The same was asked under it; with what was answered, if that is known.
    Same(Option<Answer>),
    /// Something else was asked under it.
    Other,
}
