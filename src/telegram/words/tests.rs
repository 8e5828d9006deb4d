//! Every text in every language: said, short enough, and in the shop's manner. The whole
//! conversation lies beside this as a dialogue to read, in `tests/dialogue.{en,ru}.txt`, written by
//! `GOLDEN=write cargo test -p starkeeper --lib words`.

use starkeeper_actors::domain::customer::Language;
use starkeeper_actors::domain::samples::noon;

use super::*;
use crate::telegram::face::{Does, Key, Keys};

mod chat;
mod everything;
mod files;
mod room;

const LANGUAGES: [Language; 2] = [Language::En, Language::Ru];

/// A shop in Moscow with a support contact.
fn words() -> Words {
    let settings = WordsSettings {
        support: Some("@starkeeper_help".to_owned()),
        timezone: Tz::Europe__Moscow,
        ..WordsSettings::default()
    };
    Words::new(settings).unwrap().of_bot("starkeeper_bot")
}

/// Characters that a person sees.
fn visible(html: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for c in html.chars() {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            c if !inside => text.push(c),
            _hidden => {}
        }
    }
    [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&amp;", "&"),
    ]
    .iter()
    .fold(text, |text, (entity, sign)| text.replace(entity, sign))
}

fn inline(face: &Face) -> Vec<&Key> {
    match &face.keys {
        Keys::Inline(rows) => rows.iter().flatten().collect(),
        Keys::None | Keys::Pick { .. } => Vec::new(),
    }
}

/// What Telegram and the shop's manner ask of every message.
fn check(face: &Face) {
    let shown = format!("{face:#?}");
    assert!(!face.text.contains('⟦'), "a text is missing: {shown}");
    let text = visible(&face.text);
    assert!(!text.trim().is_empty(), "{shown}");
    let limit = if face.photo.is_some() { 1_024 } else { 4_096 };
    assert!(text.chars().count() <= limit, "too long: {shown}");
    check_markup(&face.text);
    let bare: String = text.chars().filter(|c| c.is_alphanumeric()).collect();
    assert!(bare.chars().count() >= 4, "signs alone: {shown}");
    for step in text.lines().filter(|line| line.starts_with(['✓', '○'])) {
        let letters = step.chars().filter(|c| c.is_alphabetic()).count();
        assert!(letters >= 4, "a sign without its word: {step:?}");
    }
    match &face.keys {
        Keys::None => {}
        Keys::Pick {
            pick,
            names,
            cancel,
        } => {
            for label in names.iter().chain([pick, cancel]) {
                assert!((1..=33).contains(&label.chars().count()), "{shown}");
            }
        }
        Keys::Inline(rows) => rows.iter().for_each(|row| check_row(row, &shown)),
    }
}

fn check_row(row: &[Key], shown: &str) {
    assert!((1..=2).contains(&row.len()), "{shown}");
    let most = if row.len() == 2 { 20 } else { 34 };
    for key in row {
        let length = key.label.chars().count();
        assert!((1..=most).contains(&length), "{:?} in {shown}", key.label);
        let says = key.label.chars().any(char::is_alphanumeric);
        assert!(!key.label.contains('⟦'), "{:?} in {shown}", key.label);
        assert!(says, "a sign alone: {:?}", key.label);
        match &key.does {
            Does::Tap(data) => assert!((1..=64).contains(&data.len()), "{data}"),
            Does::Open(link) => {
                let opens = link.starts_with("https://") || link.starts_with("http://");
                assert!(opens, "{link}");
            }
            Does::Copy(text) => assert!((1..=256).contains(&text.chars().count()), "{text}"),
        }
    }
}

/// Telegram takes a few tags, closed in their order, and nothing that looks like another.
fn check_markup(html: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = html;
    while let Some((_, tag)) = rest.split_once('<') {
        let cut = tag.split_once('>');
        let (name, behind) = cut.unwrap_or_else(|| panic!("a lonely < in {html}"));
        match name.strip_prefix('/') {
            Some(closed) => assert_eq!(open.pop(), Some(closed), "{html}"),
            None => {
                let name = name.split(' ').next().unwrap_or_default();
                assert!(["b", "code", "a"].contains(&name), "<{name}> in {html}");
                open.push(name);
            }
        }
        rest = behind;
    }
    assert!(open.is_empty(), "{open:?} stays open in {html}");
}

#[test]
fn a_support_contact_opens_where_it_can_be_opened() {
    let link = |contact: Option<&str>| {
        let support = contact.map(str::to_owned);
        let words = Words::new(WordsSettings {
            support,
            ..WordsSettings::default()
        });
        words.unwrap().voice(Language::En, noon()).support()
    };
    assert_eq!(link(Some("@help")).as_deref(), Some("https://t.me/help"));
    assert_eq!(
        link(Some("t.me/help")).as_deref(),
        Some("https://t.me/help")
    );
    assert_eq!(
        link(Some("https://a.b/c")).as_deref(),
        Some("https://a.b/c")
    );
    assert_eq!(link(Some("help@example.com")), None);
    assert_eq!(link(None), None);
}

#[test]
fn times_are_the_shops_own_and_deadlines_name_their_zone() {
    let words = words();
    let (en, ru) = (Language::En, Language::Ru);
    let later = noon() + Span::hours(30);
    assert_eq!(words.voice(ru, noon()).at(noon()), "15:00");
    assert_eq!(words.voice(ru, noon()).at(later), "16 июля, 21:00");
    assert_eq!(
        words.voice(en, noon()).until(later),
        "16 July, 21:00 (UTC+3)"
    );
    let voice = words.voice(ru, noon());
    assert_eq!(voice.span(Span::seconds(38)), "38\u{a0}с");
    assert_eq!(voice.span(Span::milliseconds(1_200)), "2\u{a0}с");
    assert_eq!(voice.span(Span::minutes(30)), "30\u{a0}минут");
    assert_eq!(voice.span(Span::hours(6)), "6\u{a0}часов");
    assert_eq!(voice.long(Span::seconds(41)), "41 секунда");
    assert_eq!(voice.long(Span::minutes(3)), "3 минуты");
}
