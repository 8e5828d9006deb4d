//! Keyboards as Telegram takes them.

use teloxide_core::types::{
    ButtonRequest, CopyTextButton, InlineKeyboardButton, InlineKeyboardMarkup, KeyboardButton,
    KeyboardButtonRequestUsers, KeyboardMarkup, KeyboardRemove, ReplyMarkup, RequestId,
};
use url::Url;

use super::face::{Does, Key, Keys};

/// The picker's request: there is never more than one in a message.
const PICK: RequestId = RequestId(1);

/// The keyboard of a new message.
pub(super) fn of_new(keys: &Keys) -> Option<ReplyMarkup> {
    match keys {
        Keys::None => None,
        Keys::Inline(_) => inline(keys).map(ReplyMarkup::InlineKeyboard),
        Keys::Pick {
            pick,
            names,
            cancel,
        } => {
            let request = KeyboardButtonRequestUsers::new(PICK)
                .request_name()
                .request_username();
            let pick = KeyboardButton::new(pick).request(ButtonRequest::RequestUsers(request));
            let names = names.iter().map(|name| vec![KeyboardButton::new(name)]);
            let cancel = vec![KeyboardButton::new(cancel)];
            let rows = [vec![pick]].into_iter().chain(names).chain([cancel]);
            let mut keyboard = KeyboardMarkup::new(rows);
            keyboard.resize_keyboard = true;
            keyboard.one_time_keyboard = true;
            Some(ReplyMarkup::Keyboard(keyboard))
        }
    }
}

/// The keyboard of a message that may be edited. An edit without one takes the buttons away.
pub(super) fn inline(keys: &Keys) -> Option<InlineKeyboardMarkup> {
    let rows = match keys {
        Keys::Inline(rows) => rows.iter(),
        Keys::None | Keys::Pick { .. } => return None,
    };
    let rows: Vec<Vec<InlineKeyboardButton>> = rows
        .map(|row| row.iter().filter_map(button).collect())
        .filter(|row: &Vec<_>| !row.is_empty())
        .collect();
    (!rows.is_empty()).then(|| InlineKeyboardMarkup::new(rows))
}

/// What gives the letters back.
pub(super) fn letters() -> ReplyMarkup {
    ReplyMarkup::KeyboardRemove(KeyboardRemove::new())
}

fn button(key: &Key) -> Option<InlineKeyboardButton> {
    let label = key.label.clone();
    match &key.does {
        Does::Tap(data) => Some(InlineKeyboardButton::callback(label, data)),
        Does::Open(address) => match Url::parse(address) {
            Ok(url) => Some(InlineKeyboardButton::url(label, url)),
            // Telegram would refuse the whole message for it.
            Err(why) => {
                tracing::warn!("a button is left out, its address cannot be read: {why}");
                None
            }
        },
        Does::Copy(text) => {
            let copy = CopyTextButton { text: text.clone() };
            Some(InlineKeyboardButton::copy_text_button(label, copy))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn key(label: &str, does: Does) -> Key {
        let label = label.to_owned();
        Key { label, does }
    }

    #[test]
    fn buttons_are_written_as_the_bot_api_documents_them() {
        let keys = Keys::Inline(vec![
            vec![
                key("Address", Does::Copy("UQabc".into())),
                key("Menu", Does::Tap("1:menu".into())),
            ],
            vec![key("Page", Does::Open("https://pay.example/x".into()))],
            vec![key("Broken", Does::Open("not an address".into()))],
        ]);
        let expected = json!({"inline_keyboard": [
            [{"text": "Address", "copy_text": {"text": "UQabc"}},
             {"text": "Menu", "callback_data": "1:menu"}],
            [{"text": "Page", "url": "https://pay.example/x"}],
        ]});
        assert_eq!(serde_json::to_value(of_new(&keys)).unwrap(), expected);
        assert_eq!(serde_json::to_value(inline(&keys)).unwrap(), expected);
    }

    #[test]
    fn a_message_without_buttons_has_no_keyboard() {
        assert!(of_new(&Keys::None).is_none());
        assert!(inline(&Keys::Inline(vec![vec![]])).is_none());
    }

    #[test]
    fn the_picker_asks_for_a_person_with_their_names() {
        let keys = Keys::Pick {
            pick: "Pick a friend".into(),
            names: vec!["@masha".into()],
            cancel: "Cancel".into(),
        };
        let expected = json!({
            "keyboard": [
                [{"text": "Pick a friend", "request_users":
                    {"request_id": 1, "request_name": true, "request_username": true}}],
                [{"text": "@masha"}],
                [{"text": "Cancel"}],
            ],
            "resize_keyboard": true,
            "one_time_keyboard": true,
        });
        assert_eq!(serde_json::to_value(of_new(&keys)).unwrap(), expected);
        let removed = serde_json::to_value(letters()).unwrap();
        assert_eq!(removed, json!({"remove_keyboard": true}));
    }
}
