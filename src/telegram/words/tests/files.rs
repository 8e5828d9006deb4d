//! The two files against each other, and both against the shop's manner.

use std::collections::{BTreeMap, BTreeSet};

use super::*;

/// Each text by its name, with its variables and its words.
pub(super) fn texts(language: Language) -> BTreeMap<&'static str, (BTreeSet<String>, String)> {
    let mut texts = BTreeMap::new();
    let mut name = "";
    for line in Tongue::source(language).lines() {
        if line.starts_with('#') {
            continue;
        }
        let mut rest = line;
        if let Some((new, value)) = line.split_once(" = ")
            && !line.starts_with(' ')
        {
            name = new;
            rest = value;
            let twice = texts.insert(name, (BTreeSet::new(), String::new()));
            assert!(twice.is_none(), "{name} is there twice in {language:?}");
        }
        if rest.trim().is_empty() {
            continue;
        }
        let (variables, words) = texts.get_mut(name).unwrap();
        for part in rest.split('$').skip(1) {
            let mut ends = part.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            variables.insert(ends.next().unwrap_or_default().to_owned());
        }
        words.push_str(rest);
        words.push('\n');
    }
    texts
}

#[test]
fn both_languages_have_the_same_texts_with_the_same_variables() {
    let [en, ru] = LANGUAGES.map(texts);
    assert!(en.len() > 250, "only {} texts were found", en.len());
    for (name, (variables, _)) in &en {
        let (russian, _) = ru
            .get(name)
            .unwrap_or_else(|| panic!("{name} has no Russian"));
        assert_eq!(variables, russian, "the variables of {name}");
    }
    let extra: Vec<_> = ru.keys().filter(|name| !en.contains_key(*name)).collect();
    assert!(extra.is_empty(), "without English: {extra:?}");
}

const BANNED: [&str; 8] = [
    "error",
    "ошибк",
    "invalid",
    "failed",
    "неверн",
    "oops",
    "упс",
    "ошиб",
];

#[test]
fn nothing_speaks_of_errors_or_codes() {
    for language in LANGUAGES {
        for (name, (_, words)) in texts(language) {
            let words = words.to_lowercase();
            for banned in BANNED {
                assert!(!words.contains(banned), "{name} says {banned:?}: {words}");
            }
        }
    }
}

/// Forms that only one of the two may use.
const OF_ONE: &str = "сам сама рад рада готов готова должен должна уверен уверена согласен согласна \
    нашёл нашла нашёлся нашлась сменил сменила получил получила купил купила \
    оплатил оплатила отправил отправила выбрал выбрала отменил отменила подтвердил \
    подтвердила ошибся ошиблась заказал заказала увидел увидела написал написала понял \
    поняла мог могла хотел хотела ждал ждала решил решила указал указала задал задала \
    ввёл ввела дорогой дорогая уважаемый";

/// What Russian can say only to a man or only to a woman, or of the bot as one of them.
#[test]
fn no_russian_text_knows_whether_it_speaks_to_a_man_or_a_woman() {
    for (name, (_, words)) in texts(Language::Ru) {
        assert!(
            !words.contains("(а)") && !words.contains("(ла)"),
            "{name}: {words}"
        );
        let lower = words.to_lowercase();
        for word in lower.split(|c: char| !c.is_alphabetic()) {
            let of_one = OF_ONE.split(' ').any(|one| one == word);
            assert!(!of_one, "{name} says {word:?}: {words}");
        }
    }
}

#[test]
fn the_bot_calls_itself_within_telegrams_limits() {
    for language in LANGUAGES {
        let profile = words().profile(language);
        assert!(profile.about.chars().count() <= 120, "{}", profile.about);
        assert!(profile.description.chars().count() <= 512);
        for command in &profile.commands {
            assert!(
                command.name.bytes().all(|b| b.is_ascii_lowercase()),
                "{command:?}"
            );
            assert!((1..=32).contains(&command.name.len()));
            assert!(
                (3..=256).contains(&command.about.chars().count()),
                "{command:?}"
            );
        }
        // Short enough for a phone's list.
        assert!(
            profile
                .commands
                .iter()
                .all(|c| c.about.chars().count() <= 34)
        );
    }
}
