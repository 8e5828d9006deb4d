//! The HTML of `parse_mode`: tags into entities, or what is wrong, in the original's words.
//!
//! It is no HTML of a browser: few tags, and every mistake is a refusal that names its byte.

use super::styled::{Entity, Kind, Styled, units};

/// Tags there are.
const TAGS: [&str; 16] = [
    "a",
    "b",
    "strong",
    "i",
    "em",
    "s",
    "strike",
    "del",
    "u",
    "ins",
    "tg-spoiler",
    "tg-emoji",
    "span",
    "pre",
    "code",
    "blockquote",
];

/// A tag that is open.
struct Open {
    tag: String,
    argument: String,
    /// Where it began in the text, in UTF-16 units and in bytes.
    offset: usize,
    byte: usize,
}

struct Reader<'a> {
    source: &'a [u8],
    at: usize,
    text: Vec<u8>,
    units: usize,
    open: Vec<Open>,
    entities: Vec<Entity>,
}

/// Reads `source`; the mistake is the original's sentence.
pub(crate) fn parse(source: &str) -> Result<Styled, String> {
    let mut reader = Reader {
        source: source.as_bytes(),
        at: 0,
        text: Vec::with_capacity(source.len()),
        units: 0,
        open: Vec::new(),
        entities: Vec::new(),
    };
    reader.read()?;
    if let Some(open) = reader.open.last() {
        return Err(format!(
            "Can't find end tag corresponding to start tag \"{}\"",
            open.tag
        ));
    }
    // Tags and entities are ASCII, so what stays is whole letters.
    let text = String::from_utf8_lossy(&reader.text).into_owned();
    Ok(Styled {
        text,
        entities: reader.entities,
    })
}

impl Reader<'_> {
    fn read(&mut self) -> Result<(), String> {
        while let Some(byte) = self.byte() {
            match byte {
                b'&' => match self.entity() {
                    Some(letter) => {
                        let mut buffer = [0; 4];
                        self.text
                            .extend_from_slice(letter.encode_utf8(&mut buffer).as_bytes());
                        self.units += letter.len_utf16();
                    }
                    None => self.copy(byte),
                },
                b'<' => {
                    let begin = self.at;
                    self.at += 1;
                    if self.byte() == Some(b'/') {
                        self.at += 1;
                        self.end_tag(begin)?;
                    } else {
                        self.start_tag(begin)?;
                    }
                }
                _ => self.copy(byte),
            }
        }
        Ok(())
    }

    fn byte(&self) -> Option<u8> {
        self.source.get(self.at).copied()
    }

    fn copy(&mut self, byte: u8) {
        // The first byte of a letter counts: two units where UTF-8 has four bytes.
        if byte & 0b1100_0000 != 0b1000_0000 {
            self.units += 1 + usize::from(byte >= 0xf0);
        }
        self.text.push(byte);
        self.at += 1;
    }

    fn slice(&self, from: usize) -> String {
        let bytes = self.source.get(from..self.at).unwrap_or_default();
        String::from_utf8_lossy(bytes).into_owned()
    }

    fn skip_while(&mut self, holds: impl Fn(u8) -> bool) {
        while self.byte().is_some_and(&holds) {
            self.at += 1;
        }
    }

    /// `&lt;` and the like; what is none of them stays as it is.
    fn entity(&mut self) -> Option<char> {
        let rest = self.source.get(self.at + 1..)?;
        let (letter, length) = if rest.first() == Some(&b'#') {
            numbered(rest)?
        } else {
            let length = rest
                .iter()
                .take_while(|byte| byte.is_ascii_alphabetic())
                .count();
            let letter = match rest.get(..length)? {
                b"lt" => '<',
                b"gt" => '>',
                b"amp" => '&',
                b"quot" => '"',
                _ => return None,
            };
            (letter, length)
        };
        let closed = usize::from(rest.get(length) == Some(&b';'));
        self.at += 1 + length + closed;
        Some(letter)
    }

    fn start_tag(&mut self, begin: usize) -> Result<(), String> {
        self.skip_while(|byte| !is_space(byte) && byte != b'>');
        if self.byte().is_none() {
            return Err(format!("Unclosed start tag at byte offset {begin}"));
        }
        let tag = self.slice(begin + 1).to_ascii_lowercase();
        if !TAGS.contains(&tag.as_str()) {
            return Err(format!(
                "Unsupported start tag \"{tag}\" at byte offset {begin}"
            ));
        }
        let argument = self.attributes(&tag, begin)?;
        self.at += 1;
        if tag == "span" && argument != "spoiler" {
            return Err(format!(
                "Tag \"span\" must have class \"tg-spoiler\" at byte offset {begin}"
            ));
        }
        self.open.push(Open {
            tag,
            argument,
            offset: self.units,
            byte: self.text.len(),
        });
        Ok(())
    }

    /// Reads up to `>` and answers the one attribute that means something to the tag.
    fn attributes(&mut self, tag: &str, begin: usize) -> Result<String, String> {
        let unclosed = || format!("Unclosed start tag \"{tag}\" at byte offset {begin}");
        let mut argument = String::new();
        loop {
            self.skip_while(is_space);
            match self.byte() {
                Some(b'>') => return Ok(argument),
                Some(_) => {}
                None => return Err(unclosed()),
            }
            let from = self.at;
            self.skip_while(|byte| {
                !is_space(byte) && !matches!(byte, b'=' | b'>' | b'/' | b'"' | b'\'')
            });
            let name = self.slice(from);
            if name.is_empty() {
                return Err(format!(
                    "Empty attribute name in the tag \"{tag}\" at byte offset {begin}"
                ));
            }
            self.skip_while(is_space);
            if self.byte() != Some(b'=') {
                if self.byte().is_none() {
                    return Err(unclosed());
                }
                if tag == "blockquote" && name == "expandable" {
                    "1".clone_into(&mut argument);
                }
                continue;
            }
            self.at += 1;
            self.skip_while(is_space);
            let value = self.value(&unclosed)?;
            if self.byte().is_none() {
                return Err(format!("Unclosed start tag at byte offset {begin}"));
            }
            if let Some(meant) = meaning(tag, &name, value) {
                argument = meant;
            }
        }
    }

    fn value(&mut self, unclosed: &impl Fn() -> String) -> Result<String, String> {
        let Some(first) = self.byte() else {
            return Err(unclosed());
        };
        if first != b'"' && first != b'\'' {
            let from = self.at;
            self.skip_while(|byte| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-');
            let value = self.slice(from).to_ascii_lowercase();
            return match self.byte() {
                Some(byte) if !is_space(byte) && byte != b'>' => Err(format!(
                    "Unexpected end of name token at byte offset {from}"
                )),
                Some(_) | None => Ok(value),
            };
        }
        self.at += 1;
        let mut value = Vec::new();
        while let Some(byte) = self.byte().filter(|byte| *byte != first) {
            if byte == b'&'
                && let Some(letter) = self.entity()
            {
                let mut buffer = [0; 4];
                value.extend_from_slice(letter.encode_utf8(&mut buffer).as_bytes());
                continue;
            }
            value.push(byte);
            self.at += 1;
        }
        if self.byte().is_some() {
            self.at += 1;
        }
        Ok(String::from_utf8_lossy(&value).into_owned())
    }

    fn end_tag(&mut self, begin: usize) -> Result<(), String> {
        let Some(open) = self.open.pop() else {
            return Err(format!("Unexpected end tag at byte offset {begin}"));
        };
        self.skip_while(|byte| !is_space(byte) && byte != b'>');
        let name = self.slice(begin + 2);
        self.skip_while(is_space);
        if self.byte() != Some(b'>') {
            return Err(format!("Unclosed end tag at byte offset {begin}"));
        }
        self.at += 1;
        if !name.is_empty() && name.to_ascii_lowercase() != open.tag {
            return Err(format!(
                "Unmatched end tag at byte offset {begin}, expected \"</{}>\", found \"</{name}>\"",
                open.tag
            ));
        }
        self.close(open);
        Ok(())
    }

    /// What was between the tags stands out, unless it is nothing.
    fn close(&mut self, open: Open) {
        let (offset, length) = (open.offset, self.units.saturating_sub(open.offset));
        if length == 0 {
            return;
        }
        let kind = match open.tag.as_str() {
            "b" | "strong" => Kind::Plain("bold"),
            "i" | "em" => Kind::Plain("italic"),
            "s" | "strike" | "del" => Kind::Plain("strikethrough"),
            "u" | "ins" => Kind::Plain("underline"),
            "tg-spoiler" | "span" => Kind::Plain("spoiler"),
            "blockquote" if open.argument.is_empty() => Kind::Plain("blockquote"),
            "blockquote" => Kind::Plain("expandable_blockquote"),
            "tg-emoji" => Kind::Emoji(open.argument),
            "code" if open.argument.is_empty() => Kind::Plain("code"),
            "code" => Kind::Pre(open.argument),
            "pre" => match self.code_within(offset, length) {
                Some(language) => Kind::Pre(language),
                None => Kind::Plain("pre"),
            },
            _ => match self.link(open) {
                Some(kind) => kind,
                None => return,
            },
        };
        self.entities.push(Entity {
            offset,
            length,
            kind,
        });
    }

    /// `<pre><code class="language-x">…</code></pre>` is one entity.
    fn code_within(&mut self, offset: usize, length: usize) -> Option<String> {
        let last = self.entities.last()?;
        let Kind::Pre(language) = &last.kind else {
            return None;
        };
        if (last.offset, last.length) != (offset, length) {
            return None;
        }
        let language = language.clone();
        self.entities.pop();
        Some(language)
    }

    fn link(&self, open: Open) -> Option<Kind> {
        let between = self.text.get(open.byte..).unwrap_or_default();
        let url = if open.argument.is_empty() {
            String::from_utf8_lossy(between).into_owned()
        } else {
            open.argument
        };
        if let Some(id) = url.strip_prefix("tg://user?id=") {
            return id.parse().ok().map(Kind::Person);
        }
        checked_link(&url).map(Kind::Link)
    }
}

/// What an attribute says about its tag.
fn meaning(tag: &str, name: &str, value: String) -> Option<String> {
    match (tag, name) {
        ("a", "href") | ("tg-emoji", "emoji-id") => Some(value),
        ("code", "class") => value.strip_prefix("language-").map(str::to_owned),
        ("span", "class") => value.strip_prefix("tg-").map(str::to_owned),
        ("blockquote", "expandable") => Some("1".to_owned()),
        _ => None,
    }
}

/// `#123` or `#x1f`, without the semicolon: the letter and how many bytes it took.
fn numbered(rest: &[u8]) -> Option<(char, usize)> {
    let is_hex = rest.get(1) == Some(&b'x');
    let start = if is_hex { 2 } else { 1 };
    let digits: Vec<u8> = rest
        .get(start..)?
        .iter()
        .copied()
        .take_while(|byte| {
            if is_hex {
                byte.is_ascii_hexdigit()
            } else {
                byte.is_ascii_digit()
            }
        })
        .collect();
    let text = String::from_utf8_lossy(&digits);
    let code = u32::from_str_radix(&text, if is_hex { 16 } else { 10 }).ok()?;
    let letter = char::from_u32(code).filter(|letter| *letter != '\0')?;
    Some((letter, start + digits.len()))
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0x0b)
}

/// A link that Telegram lets people open, as it writes it; none where it would not.
pub(crate) fn checked_link(link: &str) -> Option<String> {
    let link = link.trim();
    let lower = link.to_ascii_lowercase();
    if lower.starts_with("tg://") || lower.starts_with("tonsite://") {
        return Some(link.to_owned());
    }
    let whole = if lower.contains("://") {
        link.to_owned()
    } else {
        format!("http://{link}")
    };
    let url = url::Url::parse(&whole).ok()?;
    let is_web = matches!(url.scheme(), "http" | "https");
    let host = url.host_str()?;
    // The original refuses `localhost`; here the shop's own pages are on it.
    let is_place = host.contains('.') || host == "localhost" || host.starts_with('[');
    (is_web && is_place && units(link) <= 2048).then(|| url.to_string())
}
