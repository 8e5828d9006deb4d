//! Names that people gave themselves, made harmless: they may not break the markup, turn the
//! direction of the text, pile up marks, or become a link or a command of their own.

use starkeeper_actors::domain::catalog::{PersonName, Username};

/// Longest name in a text. Telegram allows 64 characters for each of two names.
const NAME_CHARS: usize = 40;

/// Longest name inside a sentence or on a button.
const SHORT_CHARS: usize = 14;

/// Marks on one letter; more is a tower, not a name.
const MARKS: usize = 2;

/// Keeps a point or slash between letters from making a link.
const JOINER: char = '\u{2060}';

/// Escapes what Telegram's HTML would take for markup.
pub(super) fn html(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            other => safe.push(other),
        }
    }
    safe
}

/// A line of ours or of another system's that is shown to people, cut to `most` characters.
pub(super) fn line(text: &str, most: usize) -> String {
    let clean: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    html(&cut(clean.trim(), most))
}

/// A person's name for a text; empty if nothing is left of it.
pub(super) fn full(name: &PersonName) -> String {
    html(&isolated(unlinked(&cut(&calm(name.as_str()), NAME_CHARS))))
}

/// The first word of a person's name for a sentence; none if it would say nothing.
pub(super) fn short(name: &PersonName) -> Option<String> {
    plain_short(name).map(|name| html(&name))
}

/// The same for a button, which knows no markup.
pub(super) fn plain_short(name: &PersonName) -> Option<String> {
    let calm = calm(name.as_str());
    let first = calm.split_whitespace().next()?;
    let says_something = first.chars().any(char::is_alphanumeric);
    says_something.then(|| isolated(unlinked(&cut(first, SHORT_CHARS))))
}

/// A public name with its sign, which Telegram makes a link.
pub(super) fn handle(name: &Username) -> String {
    format!("@{}", name.as_str())
}

fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// Without signs that cannot be seen and without towers of marks.
fn calm(name: &str) -> String {
    let mut marks = 0_usize;
    let mut clean = String::with_capacity(name.len());
    for c in name.chars() {
        if is_hidden(c) {
            continue;
        }
        marks = if is_mark(c) {
            marks.saturating_add(1)
        } else {
            0
        };
        if marks <= MARKS {
            clean.push(c);
        }
    }
    clean.trim().to_owned()
}

/// Signs that are invisible or break the line. The joiner of emoji stays.
fn is_hidden(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200c}' | '\u{200e}' | '\u{200f}'
            | '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{e0000}'..='\u{e007f}'
    ) || c.is_control()
}

const fn is_mark(c: char) -> bool {
    matches!(
        c,
        '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{e31}'..='\u{e3a}'
            | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}'
            | '\u{fe20}'..='\u{fe2f}'
    )
}

/// Lets no part of a name become a link, a mention or a command.
fn unlinked(name: &str) -> String {
    let mut safe = String::with_capacity(name.len());
    let mut rest = name.chars().peekable();
    while let Some(c) = rest.next() {
        safe.push(c);
        let joins = matches!(c, '.' | '/' | ':' | '@' | '#' | '$');
        if joins
            && rest
                .peek()
                .is_some_and(|next| next.is_alphanumeric() || *next == '/')
        {
            safe.push(JOINER);
        }
    }
    safe
}

/// A name that is written from right to left keeps that to itself.
fn isolated(name: String) -> String {
    let turns = |c: char| {
        matches!(
            c,
            '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}'
                | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}'
        )
    };
    if name.contains(turns) {
        format!("\u{2068}{name}\u{2069}")
    } else {
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_can_neither_break_nor_turn_nor_link() {
        for (name, shown) in [
            (
                "<b>Bob</b> & \"Co\"",
                "&lt;b&gt;Bob&lt;/\u{2060}b&gt; &amp; &quot;Co&quot;",
            ),
            ("Win at evil.com", "Win at evil.\u{2060}com"),
            ("https://evil", "https:\u{2060}/\u{2060}/\u{2060}evil"),
            ("@admin", "@\u{2060}admin"),
            ("/start now", "/\u{2060}start now"),
            ("Masha K.", "Masha K."),
            ("a\u{200f}b\u{2028}c", "abc"),
            ("Z\u{301}\u{302}\u{303}\u{304}o", "Z\u{301}\u{302}o"),
            ("דנה", "\u{2068}דנה\u{2069}"),
            ("", ""),
        ] {
            assert_eq!(full(&PersonName::new(name)), shown, "{name}");
        }
        let long = full(&PersonName::new(&"я".repeat(128)));
        assert_eq!(long.chars().count(), NAME_CHARS);
        assert!(long.ends_with('…'));
    }

    #[test]
    fn a_short_name_is_a_word_that_says_something() {
        let short_of = |name: &str| short(&PersonName::new(name));
        assert_eq!(short_of("Маша К.").as_deref(), Some("Маша"));
        assert_eq!(
            short_of("Maximiliana-Alexandra").as_deref(),
            Some("Maximiliana-A…")
        );
        assert_eq!(short_of("★ ✨"), None);
        assert_eq!(short_of(""), None);
    }

    #[test]
    fn a_line_of_another_system_is_cut_and_escaped() {
        assert_eq!(line("a\nb <c>", 20), "a b &lt;c&gt;");
        assert_eq!(line("123456", 4), "123…");
    }
}
