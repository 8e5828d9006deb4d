//! Numbers that people write in words, in both languages: round ones, as gifts are.

/// Longest number in words: more is a sentence.
const WORDS: usize = 4;

/// What a word adds.
const ADDS: [(u64, &[&str]); 27] = [
    (1, &["один", "одна", "одну", "one", "a"]),
    (2, &["два", "две", "two"]),
    (3, &["три", "three"]),
    (4, &["четыре", "four"]),
    (5, &["пять", "five"]),
    (6, &["шесть", "six"]),
    (7, &["семь", "seven"]),
    (8, &["восемь", "eight"]),
    (9, &["девять", "nine"]),
    (10, &["десять", "ten"]),
    (20, &["двадцать", "twenty"]),
    (30, &["тридцать", "thirty"]),
    (40, &["сорок", "forty"]),
    (50, &["пятьдесят", "fifty"]),
    (60, &["шестьдесят", "sixty"]),
    (70, &["семьдесят", "seventy"]),
    (80, &["восемьдесят", "eighty"]),
    (90, &["девяносто", "ninety"]),
    (100, &["сто"]),
    (200, &["двести"]),
    (300, &["триста"]),
    (400, &["четыреста"]),
    (500, &["пятьсот"]),
    (600, &["шестьсот"]),
    (700, &["семьсот"]),
    (800, &["восемьсот"]),
    (900, &["девятьсот"]),
];

/// What a word multiplies.
const TIMES: [(u64, &[&str]); 2] = [
    (100, &["hundred"]),
    (1_000, &["тысяча", "тысячу", "тысячи", "тысяч", "thousand"]),
];

/// Reads a number in small letters; none if any word of it is something else.
pub(super) fn number(text: &str) -> Option<u64> {
    let (mut whole, mut part) = (0_u64, 0_u64);
    let mut words = 0;
    for word in text.split_whitespace() {
        words += 1;
        if words > WORDS {
            return None;
        }
        if let Some(adds) = found(&ADDS, word) {
            part = part.checked_add(adds)?;
        } else {
            let times = found(&TIMES, word)?;
            let times_what = part.max(1);
            if times >= 1_000 {
                whole = whole.checked_add(times_what.checked_mul(times)?)?;
                part = 0;
            } else {
                part = times_what.checked_mul(times)?;
            }
        }
    }
    let number = whole.checked_add(part)?;
    // "a" alone is no number.
    (number > 1).then_some(number)
}

fn found(table: &[(u64, &[&str])], word: &str) -> Option<u64> {
    let is_it = |(_, words): &&(u64, &[&str])| words.contains(&word);
    table.iter().find(is_it).map(|(value, _)| *value)
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn round_numbers_are_read_in_both_languages() {
        for (text, expected) in [
            ("сто", Some(100)),
            ("двести пятьдесят", Some(250)),
            ("пятьсот", Some(500)),
            ("тысячу", Some(1_000)),
            ("две тысячи пятьсот", Some(2_500)),
            ("a hundred", Some(100)),
            ("five hundred", Some(500)),
            ("two thousand five hundred", Some(2_500)),
            ("fifty", Some(50)),
            ("a", None),
            ("", None),
            ("сто рублей", None),
            ("one two three four five", None),
        ] {
            assert_eq!(number(text), expected, "{text}");
        }
    }
}
