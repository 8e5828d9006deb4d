//! What the site writes: the head of a page, amounts, prices and rows of a history, as texts.
//!
//! Pure. Amounts are read from decimal text with commas, exactly. What cannot be read is an error
//! that names the thing; nothing is guessed.

pub(super) mod head;
pub(super) mod history;
mod html;
pub(super) mod link;
pub(super) mod prices;

pub(super) use html::plain_text;

#[cfg(test)]
mod tests;

/// Something on the site that was not as expected. It holds no personal data.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("fragment's {what} cannot be read: expected {expected}")]
pub(super) struct Unread {
    pub(super) what: &'static str,
    pub(super) expected: &'static str,
}

pub(super) const fn unread(what: &'static str, expected: &'static str) -> Unread {
    Unread { what, expected }
}
