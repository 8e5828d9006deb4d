//! How numbers and money look: `1,65 $` and `$1.65`, groups of three from 10 000 on.

use starkeeper_actors::domain::catalog::Product;
use starkeeper_actors::domain::customer::Language;
use starkeeper_actors::domain::invoice::CoinChoice;
use starkeeper_actors::domain::money::{CoinAmount, MicroUsd, NanoTon};

use super::tongue::Tongue;

/// The blank that keeps a number and its unit on one line.
pub(super) const NBSP: char = '\u{a0}';

impl Tongue {
    /// Dollars that somebody has or gets: a part of a cent is not promised.
    pub(super) fn usd(&self, amount: MicroUsd) -> String {
        let cents = amount.round_down_to_cent().unwrap_or(amount);
        let less_than_a_cent = cents == MicroUsd::ZERO && amount != MicroUsd::ZERO;
        self.dollars(if less_than_a_cent { amount } else { cents })
    }

    /// Dollars that somebody has to pay: a part of a cent is a cent.
    pub(super) fn usd_to_pay(&self, amount: MicroUsd) -> String {
        self.dollars(amount.round_up_to_cent().unwrap_or(amount))
    }

    /// A change of a balance, with its sign.
    pub(super) fn usd_change(&self, micros: i64) -> String {
        let sign = if micros < 0 { '−' } else { '+' };
        let amount = i64::try_from(micros.unsigned_abs()).unwrap_or(i64::MAX);
        format!("{sign}{}", self.dollars(MicroUsd::from_micros(amount)))
    }

    fn dollars(&self, amount: MicroUsd) -> String {
        let text = amount.to_decimal();
        let (sign, bare) = match text.strip_prefix('-') {
            Some(bare) => ("−", bare),
            None => ("", text.as_str()),
        };
        let number = self.decimal(bare);
        match self.language {
            Language::En => format!("{sign}${number}"),
            Language::Ru => format!("{sign}{number}{NBSP}$"),
        }
    }

    /// TON as the wallets count them.
    pub(super) fn ton(&self, amount: NanoTon) -> String {
        format!("{}{NBSP}TON", self.decimal(&amount.to_decimal()))
    }

    /// Coins of a payer, with their name.
    pub(super) fn coins(&self, amount: CoinAmount, currency: &str) -> String {
        let text = amount.to_string();
        let decimals = text
            .split_once('.')
            .map_or(0, |(_, decimals)| decimals.len());
        let shown = match decimals {
            0 => format!("{text}.00"),
            1 => format!("{text}0"),
            _ => text,
        };
        format!("{}{NBSP}{currency}", self.decimal(&shown))
    }

    /// Hundredths of a percent.
    pub(super) fn percent(&self, bps: i64) -> String {
        let text = format!("{}.{:02}", bps / 100, bps.unsigned_abs() % 100);
        let short = text.trim_end_matches('0').trim_end_matches('.');
        format!("{}{NBSP}%", self.decimal(short))
    }

    /// A whole number.
    pub(super) fn count(&self, count: u64) -> String {
        grouped(&count.to_string())
    }

    /// What is bought, with its number.
    pub(super) fn goods(&self, product: Product) -> String {
        match product {
            Product::Stars(quantity) => {
                let count = quantity.get();
                let shown = self.count(u64::from(count));
                self.counted("stars", i64::from(count), shown)
            }
            Product::Premium(months) => {
                let count = months.get();
                self.counted("premium", i64::from(count), count.to_string())
            }
        }
    }

    /// Decimal text of a machine as people of this language write it.
    fn decimal(&self, text: &str) -> String {
        let point = match self.language {
            Language::En => '.',
            Language::Ru => ',',
        };
        match text.split_once('.') {
            Some((whole, fraction)) => format!("{}{point}{fraction}", grouped(whole)),
            None => grouped(text),
        }
    }
}

/// Groups of three, where there are more than four digits.
fn grouped(digits: &str) -> String {
    let count = digits.chars().count();
    if count <= 4 {
        return digits.to_owned();
    }
    let mut text = String::with_capacity(digits.len() + count / 3 * 2);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (count - place).is_multiple_of(3) {
            text.push(NBSP);
        }
        text.push(digit);
    }
    text
}

/// A network as people call it.
pub(super) fn network(name: &str) -> String {
    let known = match name.to_ascii_lowercase().as_str() {
        "ton" => "TON",
        "tron" => "TRON",
        "bsc" => "BNB Chain",
        "eth" => "Ethereum",
        "btc" => "Bitcoin",
        "ltc" => "Litecoin",
        "doge" => "Dogecoin",
        "sol" => "Solana",
        "polygon" => "Polygon",
        "arbitrum" => "Arbitrum",
        "avalanche" => "Avalanche",
        _ => return name.to_ascii_uppercase(),
    };
    known.to_owned()
}

/// Whether a coin is its network's own, so that one word says both.
pub(super) fn is_native(coin: &CoinChoice) -> bool {
    coin.currency.eq_ignore_ascii_case(&coin.network)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tongue(language: Language) -> Tongue {
        Tongue::load(language).unwrap()
    }

    fn usd(text: &str) -> MicroUsd {
        MicroUsd::parse_signed(text).unwrap()
    }

    #[test]
    fn money_looks_as_its_language_writes_it() {
        let (en, ru) = (tongue(Language::En), tongue(Language::Ru));
        for (amount, english, russian) in [
            ("1.65", "$1.65", "1,65\u{a0}$"),
            ("0", "$0.00", "0,00\u{a0}$"),
            ("1234.5", "$1234.50", "1234,50\u{a0}$"),
            ("12345.6", "$12\u{a0}345.60", "12\u{a0}345,60\u{a0}$"),
            ("-3", "−$3.00", "−3,00\u{a0}$"),
            ("0.001", "$0.001", "0,001\u{a0}$"),
            ("1.239999", "$1.23", "1,23\u{a0}$"),
        ] {
            assert_eq!(en.usd(usd(amount)), english);
            assert_eq!(ru.usd(usd(amount)), russian);
        }
        assert_eq!(en.usd_to_pay(usd("1.230001")), "$1.24");
        assert_eq!(ru.usd_change(-1_650_000), "−1,65\u{a0}$");
        assert_eq!(en.usd_change(10_000_000), "+$10.00");
    }

    #[test]
    fn coins_and_counts_are_exact() {
        let (en, ru) = (tongue(Language::En), tongue(Language::Ru));
        let coins = CoinAmount::parse("12345.678").unwrap();
        let half = CoinAmount::parse("0.5").unwrap();
        assert_eq!(ru.coins(half, "USDT"), "0,50\u{a0}USDT");
        assert_eq!(ru.coins(coins, "TON"), "12\u{a0}345,678\u{a0}TON");
        assert_eq!(en.ton(NanoTon::parse("0.326").unwrap()), "0.326\u{a0}TON");
        assert_eq!(en.percent(1_250), "12.5\u{a0}%");
        assert_eq!(ru.percent(1_205), "12,05\u{a0}%");
        assert_eq!(ru.percent(2_000), "20\u{a0}%");
        assert_eq!(en.count(1_000), "1000");
        assert_eq!(en.count(1_000_000), "1\u{a0}000\u{a0}000");
    }

    #[test]
    fn russian_has_three_forms_and_english_two() {
        let (en, ru) = (tongue(Language::En), tongue(Language::Ru));
        for (count, russian) in [
            (51, "звезда"),
            (72, "звезды"),
            (100, "звёзд"),
            (112, "звёзд"),
        ] {
            let said = ru.counted("stars", count, count.to_string());
            assert_eq!(said, format!("{count} {russian}"));
        }
        assert_eq!(en.counted("stars", 51, "51".into()), "51 Stars");
        assert_eq!(en.counted("seconds", 1, "1".into()), "1 second");
    }
}
