//! Dollars as people type them in a chat: with a point or a comma, with or without a sign.
//!
//! Has cents at most. One mark with exactly three digits behind it is refused: `7.777` is seven
//! dollars to one person and seven thousand to another.

use super::MicroUsd;

/// Longest text that is looked at as an amount.
const MOST_CHARS: usize = 40;

/// What people write in front of an amount or behind it.
const UNITS: [&str; 6] = ["usd", "$", "dollars", "dollar", "долларов", "доллара"];

/// Why a typed text is not taken for an amount.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, thiserror::Error)]
pub enum Untaken {
    /// No number at all, or one that no unit of money has.
    #[error("expected dollars such as 10 or 10.50")]
    NoAmount,
    /// Thousands or cents? Nobody but the writer knows.
    #[error("one mark before three digits may mean thousands or cents")]
    Unclear,
    /// Parts of a cent.
    #[error("expected at most two decimals")]
    TooFine,
}

impl MicroUsd {
    /// Reads whole cents as people type them: `10`, `$10`, `10,50`, `1 000.50`, `1.234.567`.
    ///
    /// # Errors
    /// [`Untaken`]: nothing is guessed, and nothing rounded.
    pub fn typed(text: &str) -> Result<Self, Untaken> {
        if text.chars().count() > MOST_CHARS {
            return Err(Untaken::NoAmount);
        }
        let lower = text.trim().to_lowercase();
        let bare = UNITS.iter().find_map(|unit| lower.strip_suffix(unit));
        let bare = bare.unwrap_or(&lower).trim();
        let bare = bare.strip_prefix('$').unwrap_or(bare).trim();
        let Some((before, after)) = bare.rsplit_once(is_mark) else {
            return in_cents(grouped(bare)?, 0);
        };
        let mark = bare.chars().rev().find(|c| is_mark(*c));
        let same = |c: char| Some(c) == mark;
        if after.is_empty() || !after.bytes().all(|b| b.is_ascii_digit()) {
            return Err(Untaken::NoAmount);
        }
        match after.len() {
            1 | 2 if before.contains(same) => Err(Untaken::NoAmount),
            1 => in_cents(grouped(before)?, number(after)?.saturating_mul(10)),
            2 => in_cents(grouped(before)?, number(after)?),
            // The same mark more than once can only part thousands.
            3 if before.contains(same) => in_cents(grouped(bare)?, 0),
            3 if grouped(before).is_ok() && before.bytes().all(|b| b.is_ascii_digit()) => {
                Err(Untaken::Unclear)
            }
            _ => grouped(before).and(Err(Untaken::TooFine)),
        }
    }
}

const fn is_mark(c: char) -> bool {
    matches!(c, '.' | ',')
}

/// Digits, or groups of three behind a first one of one to three, with one kind of separator.
fn grouped(text: &str) -> Result<i64, Untaken> {
    let is_separator =
        |c: char| is_mark(c) || matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}');
    let Some(separator) = text.chars().find(|c| is_separator(*c)) else {
        return number(text);
    };
    let (first, rest) = text.split_once(separator).ok_or(Untaken::NoAmount)?;
    let whole = (1..=3).contains(&first.len()) && rest.split(separator).all(|it| it.len() == 3);
    if !whole {
        return Err(Untaken::NoAmount);
    }
    number(&text.replace(separator, ""))
}

fn number(digits: &str) -> Result<i64, Untaken> {
    let only_digits = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    let read = only_digits.then(|| digits.parse().ok()).flatten();
    read.ok_or(Untaken::NoAmount)
}

fn in_cents(dollars: i64, cents: i64) -> Result<MicroUsd, Untaken> {
    let cents = dollars
        .checked_mul(100)
        .and_then(|it| it.checked_add(cents));
    let micros = cents.and_then(|cents| cents.checked_mul(MicroUsd::CENT.micros()));
    micros.map(MicroUsd::from_micros).ok_or(Untaken::NoAmount)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn dollars_are_read_as_people_type_them_or_kindly_refused() {
        let usd = |text: &str| Ok(MicroUsd::parse(text).unwrap());
        for (text, read) in [
            ("10", usd("10")),
            ("$10.50", usd("10.50")),
            ("10,5", usd("10.50")),
            ("0,05 $", usd("0.05")),
            ("25 долларов", usd("25")),
            ("1 000 $", usd("1000")),
            ("1\u{a0}000,50", usd("1000.50")),
            ("1,234.50", usd("1234.50")),
            ("1.234,5", usd("1234.50")),
            ("1,234,567", usd("1234567")),
            ("1.234.567", usd("1234567")),
            ("7.777", Err(Untaken::Unclear)),
            ("7,777", Err(Untaken::Unclear)),
            ("0.500", Err(Untaken::Unclear)),
            ("1000.000", Err(Untaken::Unclear)),
            ("1 000.500", Err(Untaken::TooFine)),
            ("1,000.500", Err(Untaken::TooFine)),
            ("7.7777", Err(Untaken::TooFine)),
            ("10.123.4", Err(Untaken::NoAmount)),
            ("1.00.000", Err(Untaken::NoAmount)),
            ("12 34", Err(Untaken::NoAmount)),
            ("10.", Err(Untaken::NoAmount)),
            (".5", Err(Untaken::NoAmount)),
            ("-5", Err(Untaken::NoAmount)),
            ("1e3", Err(Untaken::NoAmount)),
            ("много", Err(Untaken::NoAmount)),
            ("", Err(Untaken::NoAmount)),
            ("99999999999999999999", Err(Untaken::NoAmount)),
        ] {
            assert_eq!(MicroUsd::typed(text), read, "{text}");
        }
    }

    /// Digits in groups of three.
    fn in_groups(dollars: i64, separator: char) -> String {
        let digits = dollars.to_string();
        let mut text = String::new();
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                text.push(separator);
            }
            text.push(digit);
        }
        text
    }

    proptest! {
        /// However whole cents are written, they are read as they were meant.
        #[test]
        fn cents_are_read_back_in_every_way_of_writing(cents in 0_i64..=9_999_999_999) {
            let meant = MicroUsd::from_micros(cents * MicroUsd::CENT.micros());
            let (dollars, part) = (cents / 100, cents % 100);
            for (separator, mark) in [(' ', '.'), ('\u{a0}', ','), (',', '.'), ('.', ',')] {
                let whole = in_groups(dollars, separator);
                for text in [
                    format!("{dollars}{mark}{part:02}"),
                    format!("{whole}{mark}{part:02}"),
                    format!("${whole}{mark}{part:02}"),
                    format!("{whole}{mark}{part:02} $"),
                ] {
                    prop_assert_eq!(MicroUsd::typed(&text), Ok(meant), "{}", text);
                }
            }
        }

        /// Three digits behind one mark are never taken, whatever stands before it.
        #[test]
        fn one_mark_before_three_digits_is_never_guessed(
            dollars in 0_i64..=9_999_999,
            part in 0_u32..=999,
            mark in prop::sample::select(vec!['.', ',']),
        ) {
            let text = format!("{dollars}{mark}{part:03}");
            prop_assert_eq!(MicroUsd::typed(&text), Err(Untaken::Unclear), "{}", text);
            let spaced = format!("{}{mark}{part:03}", in_groups(dollars, ' '));
            prop_assert!(MicroUsd::typed(&spaced).is_err(), "{}", spaced);
        }

        /// No part of a cent is ever taken, and no text brings the reader down.
        #[test]
        fn whatever_is_typed_is_whole_cents_or_refused(text in "[-0-9., $kк]{0,14}|.{0,50}") {
            if let Ok(amount) = MicroUsd::typed(&text) {
                prop_assert_eq!(amount.micros() % MicroUsd::CENT.micros(), 0);
                let digits = |text: &str| -> String {
                    let all = text.chars().filter(char::is_ascii_digit).collect::<String>();
                    all.trim_start_matches('0').to_owned()
                };
                let cents = (amount.micros() / MicroUsd::CENT.micros()).to_string();
                // Read as written: nothing is lost of the digits but zeros of the cents.
                prop_assert!(digits(&cents).starts_with(&digits(&text)) || digits(&text) == digits(&cents));
            }
        }
    }
}
