//! Decimal text to whole units and back, exactly.
//!
//! The accepted form is the one machines write: digits, at most one `.` with digits on both
//! sides, and optionally `,` between groups of three before it, as fragment.com writes amounts
//! (`1,234.5678`). Everything else is refused rather than guessed.

use std::fmt;

/// Characters of a refused text that an error repeats.
const SHOWN_CHARS: usize = 40;

/// No amount of ours needs more; longer texts are refused before they are looked at.
const MAX_CHARS: usize = 80;

/// Why a text is not an amount.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} {text:?} is not valid: {fault}")]
pub struct BadAmount {
    /// Which amount was meant.
    pub what: &'static str,
    /// The text as given, shortened to 40 characters.
    pub text: String,
    /// What is wrong with it.
    pub fault: AmountFault,
}

/// What is wrong with a text that should be an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmountFault {
    /// Nothing there.
    #[error("expected digits, found nothing")]
    Empty,
    /// Characters or an order of characters that no decimal number has.
    #[error("expected plain digits with at most one point between them, as in 1234.5")]
    NotDecimal,
    /// A comma anywhere but between groups of three.
    #[error("expected commas only between groups of three digits, as in 1,234.5")]
    Separator,
    /// A comma where none may be: thousands or cents?
    #[error("expected no comma: write 7777 or 7.77")]
    Comma,
    /// A zero in front of other digits of the whole part, which hides decimal commas (`0,500`).
    #[error("expected no zero in front of the number")]
    LeadingZero,
    /// More decimals than the unit has, and not all of them zero.
    #[error("expected at most {0} decimals")]
    TooFine(u32),
    /// Larger than the type holds.
    #[error("expected a smaller amount")]
    TooLarge,
    /// A sign where none may be.
    #[error("expected an amount that is not negative")]
    Negative,
}

/// A decimal number that was read, in units of its scale.
pub(super) struct Decimal<'a> {
    what: &'static str,
    text: &'a str,
    negative: bool,
    units: u128,
}

impl Decimal<'_> {
    /// Refuses a sign, also before zero.
    pub(super) fn unsigned(self) -> Result<Self, BadAmount> {
        if self.negative {
            return Err(self.bad(AmountFault::Negative));
        }
        Ok(self)
    }

    /// The magnitude.
    pub(super) const fn units(&self) -> u128 {
        self.units
    }

    /// The value, if 64 bits hold it.
    pub(super) fn to_i64(&self) -> Result<i64, BadAmount> {
        let too_large = || self.bad(AmountFault::TooLarge);
        let units = i128::try_from(self.units).map_err(|_| too_large())?;
        i64::try_from(if self.negative { -units } else { units }).map_err(|_| too_large())
    }

    fn bad(&self, fault: AmountFault) -> BadAmount {
        bad(self.what, self.text, fault)
    }
}

/// Refuses commas.
pub(super) fn without_commas(text: &str, what: &'static str) -> Result<(), BadAmount> {
    match text.contains(',') {
        true => Err(bad(what, text, AmountFault::Comma)),
        false => Ok(()),
    }
}

/// Reads `text` in units of 10^-`decimals`.
pub(super) fn read<'a>(
    text: &'a str,
    what: &'static str,
    decimals: u32,
) -> Result<Decimal<'a>, BadAmount> {
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let units = read_units(unsigned, decimals).map_err(|fault| bad(what, text, fault))?;
    Ok(Decimal {
        what,
        text,
        negative,
        units,
    })
}

/// Prints units of 10^-`decimals` with at least `shown` decimals and no zeros after them.
pub(super) fn print(negative: bool, units: u128, decimals: u32, shown: usize) -> String {
    let one = 10_u128.pow(decimals);
    let width = usize::try_from(decimals).unwrap_or_default();
    let mut fraction = format!("{:0width$}", units % one);
    while fraction.len() > shown && fraction.ends_with('0') {
        fraction.pop();
    }
    let sign = if negative { "-" } else { "" };
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{}{point}{fraction}", units / one)
}

fn read_units(text: &str, decimals: u32) -> Result<u128, AmountFault> {
    if text.is_empty() {
        return Err(AmountFault::Empty);
    }
    if text.len() > MAX_CHARS {
        return Err(AmountFault::NotDecimal);
    }
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    let whole = read_whole(whole)?;
    let fraction = fraction.map_or(Ok(0), |digits| read_fraction(digits, decimals))?;
    whole
        .checked_mul(10_u128.pow(decimals))
        .and_then(|units| units.checked_add(fraction))
        .ok_or(AmountFault::TooLarge)
}

fn read_whole(whole: &str) -> Result<u128, AmountFault> {
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    let grouped = first.len() < whole.len();
    if !whole.bytes().all(|b| b.is_ascii_digit() || b == b',') {
        return Err(AmountFault::NotDecimal);
    }
    if grouped && (first.is_empty() || first.len() > 3 || groups.any(|group| group.len() != 3)) {
        return Err(AmountFault::Separator);
    }
    if first.is_empty() {
        return Err(AmountFault::NotDecimal);
    }
    if first.starts_with('0') && whole.len() > 1 {
        return Err(AmountFault::LeadingZero);
    }
    digits_to_number(whole.bytes().filter(|b| *b != b','))
}

fn read_fraction(digits: &str, decimals: u32) -> Result<u128, AmountFault> {
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(AmountFault::NotDecimal);
    }
    let kept = usize::try_from(decimals).unwrap_or_default();
    if digits.bytes().skip(kept).any(|b| b != b'0') {
        return Err(AmountFault::TooFine(decimals));
    }
    let padding = kept.saturating_sub(digits.len());
    digits_to_number(
        digits
            .bytes()
            .take(kept)
            .chain(std::iter::repeat_n(b'0', padding)),
    )
}

fn digits_to_number(digits: impl Iterator<Item = u8>) -> Result<u128, AmountFault> {
    digits
        .map(|digit| u128::from(digit.wrapping_sub(b'0')))
        .try_fold(0_u128, |number, digit| {
            number.checked_mul(10)?.checked_add(digit)
        })
        .ok_or(AmountFault::TooLarge)
}

fn bad(what: &'static str, text: &str, fault: AmountFault) -> BadAmount {
    BadAmount {
        what,
        text: text.chars().take(SHOWN_CHARS).collect(),
        fault,
    }
}

impl fmt::Debug for Decimal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?}", self.what, self.text)
    }
}
