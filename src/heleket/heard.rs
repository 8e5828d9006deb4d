//! How far a request got, in the words of the verdict.

use super::verdict::Heard;
use crate::outside::Lost;

/// What a lost exchange says about how far the request got.
pub(super) const fn heard(lost: Lost) -> Heard<'static> {
    match lost {
        Lost::NotBuilt => Heard::NotBuilt("the request cannot be made"),
        Lost::NotConnected(why) => Heard::NotConnected(why),
        Lost::TimedOut => Heard::TimedOut,
        Lost::Broken(why) => Heard::Broken(why),
        Lost::TooLarge => Heard::TooLarge,
    }
}
