//! A signer as Heleket's servers have one: PHP arrays, printed by the rules of `json_encode`.
//! Written apart from the code under test, from values and not from text.

use crate::heleket::ApiKey;

/// A PHP value.
#[derive(Clone, Debug)]
pub(super) enum Php {
    Null,
    Bool(bool),
    Int(i64),
    Text(String),
    /// An array with its keys.
    Array(Vec<(String, Self)>),
}

/// The flags of `json_encode`, and the space a pretty printer puts between tokens.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flags {
    pub(super) unescaped_slashes: bool,
    pub(super) unescaped_unicode: bool,
    pub(super) spaces: bool,
}

/// What Heleket's recipe signs.
pub(super) const RECIPE: Flags = Flags {
    unescaped_slashes: false,
    unescaped_unicode: true,
    spaces: false,
};

pub(super) fn json_encode(value: &Php, flags: Flags) -> String {
    let space = if flags.spaces { " " } else { "" };
    match value {
        Php::Null => "null".into(),
        Php::Bool(yes) => yes.to_string(),
        Php::Int(number) => number.to_string(),
        Php::Text(text) => string(text, flags),
        Php::Array(members) => {
            let list = members.iter().enumerate();
            let is_list = list
                .clone()
                .all(|(place, (key, _))| *key == place.to_string());
            let parts = members.iter().map(|(key, value)| {
                let value = json_encode(value, flags);
                match is_list {
                    true => format!("{space}{value}{space}"),
                    false => format!("{space}{}{space}:{space}{value}{space}", string(key, flags)),
                }
            });
            let parts: Vec<String> = parts.collect();
            let inside = parts.join(",");
            match is_list {
                true => format!("[{inside}]"),
                false => format!("{{{inside}}}"),
            }
        }
    }
}

fn string(text: &str, flags: Flags) -> String {
    let units = text.chars().map(|letter| {
        let code = u32::from(letter);
        let escaped = |text: &str| text.to_owned();
        match code {
            0x22 => escaped("\\\""),
            0x5c => escaped("\\\\"),
            0x2f if !flags.unescaped_slashes => escaped("\\/"),
            0x08 => escaped("\\b"),
            0x0c => escaped("\\f"),
            0x0a => escaped("\\n"),
            0x0d => escaped("\\r"),
            0x09 => escaped("\\t"),
            0..0x20 | 0x2028 | 0x2029 => format!("\\u{code:04x}"),
            0x80..0x1_0000 if !flags.unescaped_unicode => format!("\\u{code:04x}"),
            0x1_0000.. if !flags.unescaped_unicode => {
                let beyond = code - 0x1_0000;
                let (high, low) = (0xd800 + (beyond >> 10), 0xdc00 + (beyond & 0x3ff));
                format!("\\u{high:04x}\\u{low:04x}")
            }
            _ => letter.to_string(),
        }
    });
    format!("\"{}\"", units.collect::<String>())
}

/// A webhook whose members were printed with `wire` and signed as printed with `text`.
pub(super) fn webhook(members: &[(String, Php)], wire: Flags, text: Flags, key: &str) -> String {
    let key = ApiKey::new(key).unwrap();
    let plain = Php::Array(members.to_vec());
    let sign = key.sign(json_encode(&plain, text).as_bytes());
    let mut sent = members.to_vec();
    sent.push(("sign".into(), Php::Text(sign.expose().into())));
    json_encode(&Php::Array(sent), wire)
}

/// Values out of arbitrary bytes, as many as there are.
pub(super) struct Draw<'a>(pub(super) &'a [u8]);

impl Draw<'_> {
    fn byte(&mut self) -> u8 {
        let (first, rest) = self.0.split_first().unwrap_or((&0, &[]));
        self.0 = rest;
        *first
    }

    fn text(&mut self) -> String {
        let letters = [
            'a',
            'Z',
            '0',
            ' ',
            '/',
            '\\',
            '"',
            '\'',
            '<',
            '&',
            '\n',
            '\t',
            '\u{8}',
            '\u{c}',
            '\r',
            '\u{1}',
            '\u{1f}',
            '\u{7f}',
            'é',
            'Ж',
            '№',
            '☕',
            '\u{2028}',
            '\u{2029}',
            '\u{80}',
            '\u{ffff}',
            '😀',
            '\u{10ffff}',
            '{',
            '}',
            '[',
            ',',
        ];
        let length = self.byte() % 8;
        let letter = |draw: &mut Self| letters[usize::from(draw.byte()) % letters.len()];
        (0..length).map(|_| letter(self)).collect()
    }

    pub(super) fn value(&mut self, depth: u8) -> Php {
        match self.byte() % 7 {
            0 => Php::Null,
            1 => Php::Bool(self.byte().is_multiple_of(2)),
            2 => Php::Int(i64::from(self.byte()) * 1_000_003 - 128),
            3 if depth < 4 => {
                let count = self.byte() % 4;
                Php::Array(
                    (0..count)
                        .map(|n| (n.to_string(), self.value(depth + 1)))
                        .collect(),
                )
            }
            4 if depth < 4 => Php::Array(self.members(depth + 1)),
            _ => Php::Text(self.text()),
        }
    }

    fn members(&mut self, depth: u8) -> Vec<(String, Php)> {
        let count = self.byte() % 5;
        let named = (0..count).map(|n| (format!("{}-{n}", self.text()), self.value(depth)));
        named.collect()
    }

    /// What a webhook has, and more.
    pub(super) fn webhook(&mut self) -> Vec<(String, Php)> {
        let text = |text: &str| Php::Text(text.into());
        let mut members = vec![
            ("type".into(), text("payment")),
            ("uuid".into(), text("0b0c5a52-1111-4222-8333-944455566677")),
            ("order_id".into(), text("ord-1001")),
            ("status".into(), text("paid")),
        ];
        members.extend(self.members(0));
        let turn = usize::from(self.byte()) % members.len();
        members.rotate_left(turn);
        members
    }
}
