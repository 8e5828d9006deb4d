//! The port `messenger`: a screen, a piece of news or an order becomes one message in one chat.
//!
//! What is shown in place of another message is edited where Telegram can edit it: a text into a
//! text, a picture into a picture, a text into a picture. A picture never becomes a text: what
//! belongs to the purchase that the picture began is written below it, and for anything else a new
//! message comes, and what is left behind loses its buttons. The keyboard that opens the list of
//! people never becomes anything.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use starkeeper_actors::domain::Span;
use starkeeper_actors::domain::dialog::{Body, DeckFace, Screen};
use starkeeper_actors::domain::ids::TelegramId;
use starkeeper_actors::domain::notice::Message;
use starkeeper_actors::ports::messenger::{About, OrderView, SendRefused, To};
use starkeeper_actors::ports::{Clock, Failure, Messenger};
use teloxide_core::payloads::{
    DeleteMessage, EditMessageCaption, EditMessageCaptionSetters as _, EditMessageMedia,
    EditMessageReplyMarkup, EditMessageText, EditMessageTextSetters as _, SendChatAction,
    SendMessage, SendMessageSetters as _, SendPhoto, SendPhotoSetters as _,
};
use teloxide_core::requests::Payload;
use teloxide_core::types::{
    ChatAction, ChatId, FileId, InputFile, InputMedia, InputMediaPhoto, LinkPreviewOptions,
    MessageId, ParseMode, True,
};
use url::Url;

use super::api::{BotApi, Upload};
use super::code;
use super::face::{Face, Keys, Picture};
use super::gate::{Counts, Gate, Held};
use super::markup;
use super::settings::TelegramSettings;
use super::verdict::ApiRefused;
use super::words::Words;

/// Chats that are remembered to have the list of people in place of letters.
const PICKING: usize = 10_000;

/// A message that only takes a keyboard away: Telegram wants a text, and it is deleted at once.
const NOTHING: &str = "…";

/// Telegram, outbound.
pub struct TelegramMessenger {
    api: BotApi,
    gate: Gate,
    words: Arc<Words>,
    clock: Arc<dyn Clock>,
    operators: Vec<To>,
    picking: Mutex<HashSet<TelegramId>>,
}

/// What may take the place of a picture.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Below {
    /// The words below it: the purchase goes on.
    Picture,
    /// A new message.
    Nothing,
}

/// All that is read of a message that was sent.
#[derive(Deserialize)]
struct Sent {
    message_id: i64,
}

impl TelegramMessenger {
    /// Makes it of its parts.
    #[must_use]
    pub fn new(
        api: BotApi,
        settings: &TelegramSettings,
        words: Arc<Words>,
        clock: Arc<dyn Clock>,
        operators: Vec<To>,
    ) -> Self {
        Self {
            api,
            gate: Gate::new(settings),
            words,
            clock,
            operators,
            picking: Mutex::default(),
        }
    }

    /// Somebody used the list of people, which another replica or an earlier life has shown: the
    /// next message there gives the letters back.
    pub fn picked_in(&self, chat: TelegramId) {
        let mut picking = self.picking();
        if picking.len() >= PICKING {
            picking.clear();
        }
        picking.insert(chat);
    }

    async fn put(
        &self,
        chat: TelegramId,
        over: Option<i64>,
        face: &Face,
        below: Below,
    ) -> Result<i64, Failure<SendRefused>> {
        self.give_letters_back(chat).await;
        let old = match (over, &face.keys) {
            (Some(old), Keys::None | Keys::Inline(_)) => old,
            (Some(_), Keys::Pick { .. }) | (None, _) => return self.send(chat, face).await,
        };
        let mut edited = self.edit(chat, old, face).await;
        if is(&edited, &ApiRefused::OtherKind) && below == Below::Picture {
            edited = self.edit_caption(chat, old, face).await;
            // Too much for a caption.
            if is(&edited, &ApiRefused::Picture) {
                edited = Err(Failure::Refused(ApiRefused::OtherKind));
            }
        } else if is(&edited, &ApiRefused::Picture) {
            // A picture that Telegram cannot fetch is no reason to keep the words back.
            edited = self.edit(chat, old, &without_picture(face)).await;
        }
        match edited {
            Ok(()) | Err(Failure::Refused(ApiRefused::NotModified)) => Ok(old),
            Err(Failure::Refused(ApiRefused::OtherKind)) => {
                let new = self.send(chat, face).await?;
                self.leave(chat, old, face, below).await;
                Ok(new)
            }
            Err(failure) => Err(self.meant(chat, failure)),
        }
    }

    async fn send(&self, chat: TelegramId, face: &Face) -> Result<i64, Failure<SendRefused>> {
        let mut sent = self.send_once(chat, face).await;
        if face.photo.is_some() && is(&sent, &ApiRefused::Picture) {
            sent = self.send_once(chat, &without_picture(face)).await;
        }
        let sent = sent.map_err(|failure| self.meant(chat, failure))?;
        if let Keys::Pick { .. } = face.keys {
            self.picked_in(chat);
        }
        Ok(sent)
    }

    async fn send_once(&self, chat: TelegramId, face: &Face) -> Result<i64, Failure<ApiRefused>> {
        self.pass(chat, Counts::Message).await?;
        let keyboard = markup::of_new(&face.keys);
        let sent: Sent = match picture(face) {
            Some((photo, upload)) => {
                let mut photo = SendPhoto::new(ChatId(chat.get()), photo)
                    .caption(&face.text)
                    .parse_mode(ParseMode::Html);
                photo.reply_markup = keyboard;
                self.carry(&photo, upload).await?
            }
            None => {
                let mut text = SendMessage::new(ChatId(chat.get()), &face.text)
                    .parse_mode(ParseMode::Html)
                    .link_preview_options(no_preview());
                text.reply_markup = keyboard;
                self.api.send(&text).await?
            }
        };
        Ok(sent.message_id)
    }

    async fn edit(
        &self,
        chat: TelegramId,
        message: i64,
        face: &Face,
    ) -> Result<(), Failure<ApiRefused>> {
        let message = named(message)?;
        self.pass(chat, Counts::Message).await?;
        let keyboard = markup::inline(&face.keys);
        let _edited: Sent = match picture(face) {
            Some((photo, upload)) => {
                let media = InputMediaPhoto::new(photo)
                    .caption(&face.text)
                    .parse_mode(ParseMode::Html);
                let media = InputMedia::Photo(media);
                let mut edit = EditMessageMedia::new(ChatId(chat.get()), message, media);
                edit.reply_markup = keyboard;
                self.carry(&edit, upload).await?
            }
            None => {
                let mut edit = EditMessageText::new(ChatId(chat.get()), message, &face.text)
                    .parse_mode(ParseMode::Html)
                    .link_preview_options(no_preview());
                edit.reply_markup = keyboard;
                self.api.send(&edit).await?
            }
        };
        Ok(())
    }

    /// Makes a call, with its file if it has one.
    async fn carry<P: Payload + Serialize>(
        &self,
        payload: &P,
        upload: Option<Upload>,
    ) -> Result<Sent, Failure<ApiRefused>> {
        match upload {
            Some(file) => self.api.upload(payload, file).await,
            None => self.api.send(payload).await,
        }
    }

    async fn edit_caption(
        &self,
        chat: TelegramId,
        message: i64,
        face: &Face,
    ) -> Result<(), Failure<ApiRefused>> {
        let message = named(message)?;
        self.pass(chat, Counts::Message).await?;
        let mut edit = EditMessageCaption::new(ChatId(chat.get()), message)
            .caption(&face.text)
            .parse_mode(ParseMode::Html);
        edit.reply_markup = markup::inline(&face.keys);
        let edited = self.api.send(&edit).await;
        edited.map(|_edited: Sent| ())
    }

    /// Leaves nothing to tap in a message that another one has taken the place of. What fails costs
    /// nothing: an old button shows the present screen.
    async fn leave(&self, chat: TelegramId, old: i64, by: &Face, below: Below) {
        // "Looking for …" has said all that it had to say, and a purchase is told once.
        let left = match (&by.photo, below) {
            (Some(_), Below::Picture | Below::Nothing) | (None, Below::Picture) => {
                self.take_away(chat, old).await
            }
            (None, Below::Nothing) => self.strip(chat, old).await,
        };
        if let Err(why) = left {
            tracing::debug!("an old message keeps its buttons: {why}");
        }
    }

    async fn take_away(&self, chat: TelegramId, old: i64) -> Result<(), Failure<ApiRefused>> {
        let message = named(old)?;
        self.pass(chat, Counts::Call).await?;
        let delete = DeleteMessage::new(ChatId(chat.get()), message);
        let deleted: Result<True, _> = self.api.send(&delete).await;
        match deleted {
            Ok(_) => Ok(()),
            // Gone, or too old to be deleted: which of the two, the next call shows.
            Err(Failure::Refused(ApiRefused::Gone | ApiRefused::Never { .. })) => {
                self.strip(chat, old).await
            }
            Err(failure) => Err(failure),
        }
    }

    async fn strip(&self, chat: TelegramId, old: i64) -> Result<(), Failure<ApiRefused>> {
        let message = named(old)?;
        self.pass(chat, Counts::Call).await?;
        let edit = EditMessageReplyMarkup::new(ChatId(chat.get()), message);
        let edited: Result<Sent, _> = self.api.send(&edit).await;
        match edited {
            Ok(_) | Err(Failure::Refused(ApiRefused::NotModified | ApiRefused::Gone)) => Ok(()),
            Err(failure) => Err(failure),
        }
    }

    /// Takes the list of people away, where there is one. Telegram does that with a message only.
    async fn give_letters_back(&self, chat: TelegramId) {
        if !self.picking().remove(&chat) {
            return;
        }
        if self.pass(chat, Counts::Message).await.is_err() {
            self.picked_in(chat);
            return;
        }
        let mut note = SendMessage::new(ChatId(chat.get()), NOTHING).disable_notification(true);
        note.reply_markup = Some(markup::letters());
        let sent: Result<Sent, _> = self.api.send(&note).await;
        let deleted = match sent {
            Ok(sent) => match named(sent.message_id) {
                Ok(message) => {
                    let delete = DeleteMessage::new(ChatId(chat.get()), message);
                    self.api.send(&delete).await.map(|_done: True| ())
                }
                Err(why) => Err(why),
            },
            Err(why) => Err(why),
        };
        if let Err(why) = deleted {
            tracing::debug!("a keyboard was not put away in order: {why}");
        }
    }

    async fn pass(&self, chat: TelegramId, counts: Counts) -> Result<(), Failure<ApiRefused>> {
        let passed = self.gate.pass(chat, counts).await;
        passed.map_err(|Held { after, everybody }| {
            Failure::Refused(ApiRefused::Held { after, everybody })
        })
    }

    /// What a failed call means to whoever asked for the message.
    fn meant(&self, chat: TelegramId, failure: Failure<ApiRefused>) -> Failure<SendRefused> {
        let until = |after| {
            let now = self.clock.now();
            let after = Span::from_std(after).unwrap_or_default();
            now.checked_add_signed(after).unwrap_or(now)
        };
        let refused = match failure {
            Failure::NotDone { cause } => return Failure::NotDone { cause },
            Failure::Unknown { cause } => return Failure::Unknown { cause },
            Failure::Refused(refused) => refused,
        };
        let why = refused.to_string();
        Failure::Refused(match refused {
            ApiRefused::Closed => SendRefused::Blocked,
            ApiRefused::TooFast { after } => SendRefused::TooFast {
                until: until(after),
                everybody: self.gate.hush(chat, after),
            },
            ApiRefused::Held { after, everybody } => SendRefused::TooFast {
                until: until(after),
                everybody,
            },
            ApiRefused::Gone | ApiRefused::OtherKind => SendRefused::MessageGone,
            ApiRefused::Never { why } => SendRefused::Never { why },
            ApiRefused::NotModified | ApiRefused::Picture | ApiRefused::TooOld => {
                SendRefused::Never { why }
            }
            // An operator mends it; what is owed waits.
            ApiRefused::Token | ApiRefused::Conflict { .. } => return Failure::not_done(why),
        })
    }

    fn picking(&self) -> MutexGuard<'_, HashSet<TelegramId>> {
        self.picking.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A message's number as the library holds it.
fn named(message: i64) -> Result<MessageId, Failure<ApiRefused>> {
    let number = i32::try_from(message);
    number
        .map(MessageId)
        .map_err(|_out_of_range| Failure::Refused(ApiRefused::Gone))
}

/// A picture as a call names it, and the file where it must be brought along.
fn picture(face: &Face) -> Option<(InputFile, Option<Upload>)> {
    match face.photo.as_ref()? {
        Picture::At(address) => {
            let address = Url::parse(address).ok()?;
            Some((InputFile::url(address), None))
        }
        Picture::Code(text) => match code::png(text) {
            Ok(bytes) => {
                let file = Upload {
                    name: "code.png",
                    media_type: "image/png",
                    bytes,
                };
                let named = InputFile::file_id(FileId::from(Upload::NAME));
                Some((named, Some(file)))
            }
            // The words say the same.
            Err(why) => {
                tracing::warn!("a message comes without its picture: {why}");
                None
            }
        },
    }
}

fn without_picture(face: &Face) -> Face {
    Face {
        photo: None,
        ..face.clone()
    }
}

fn no_preview() -> LinkPreviewOptions {
    LinkPreviewOptions {
        is_disabled: true,
        url: None,
        prefer_small_media: false,
        prefer_large_media: false,
        show_above_text: false,
    }
}

fn is<T>(outcome: &Result<T, Failure<ApiRefused>>, refusal: &ApiRefused) -> bool {
    matches!(outcome, Err(Failure::Refused(why)) if why == refusal)
}

/// Whether the screen belongs to the purchase that a card with a picture began.
const fn below(body: &Body) -> Below {
    match body {
        Body::Card { .. }
        | Body::Pay(_)
        | Body::Opening
        | Body::Order(_)
        | Body::OtherCoin { .. } => Below::Picture,
        Body::Menu { .. }
        | Body::Stars { .. }
        | Body::TooFew
        | Body::Premium { .. }
        | Body::HasPremium { .. }
        | Body::Recipient { .. }
        | Body::Friend { .. }
        | Body::NoUsername { .. }
        | Body::Looking { .. }
        | Body::TopUp { .. }
        | Body::TopUpCoin { .. }
        | Body::Invoice(_)
        | Body::Balance { .. }
        | Body::Orders { .. }
        | Body::WhereAreMyStars { .. }
        | Body::Page { .. }
        | Body::Erase { .. }
        | Body::Erased
        | Body::Deck(_)
        | Body::Closed { .. }
        | Body::SlowDown { .. }
        | Body::TryAgainSoon
        | Body::OnlyInPrivate
        | Body::Sorry => Below::Nothing,
    }
}

/// Whether the screen only says that something is being done.
fn is_busy(screen: &Screen) -> bool {
    let tries = |face: &DeckFace| matches!(face, DeckFace::Trying(_));
    matches!(screen.body, Body::Looking { .. } | Body::Opening)
        || matches!(&screen.body, Body::Deck(face) if tries(face))
}

#[async_trait]
impl Messenger for TelegramMessenger {
    async fn show(
        &self,
        to: To,
        instead_of: Option<i64>,
        screen: &Screen,
    ) -> Result<i64, Failure<SendRefused>> {
        let face = self.words.screen(to.language, screen, self.clock.now());
        let below = below(&screen.body);
        let shown = self.put(to.chat, instead_of, &face, below).await?;
        if is_busy(screen) {
            self.seem_busy(to.chat).await;
        }
        Ok(shown)
    }

    async fn tell(
        &self,
        to: To,
        message: &Message,
        about: &About,
    ) -> Result<(), Failure<SendRefused>> {
        let now = self.clock.now();
        let face = self.words.news(to.language, message, about, now);
        let told = self.put(to.chat, None, &face, Below::Nothing).await;
        told.map(|_message| ())
    }

    async fn show_order(
        &self,
        to: To,
        message: Option<i64>,
        order: &OrderView,
    ) -> Result<i64, Failure<SendRefused>> {
        let face = self.words.order(to.language, order, self.clock.now());
        self.put(to.chat, message, &face, Below::Picture).await
    }

    async fn seem_busy(&self, chat: TelegramId) {
        if self.pass(chat, Counts::Call).await.is_ok() {
            let action = SendChatAction::new(ChatId(chat.get()), ChatAction::Typing);
            let _courtesy: Result<True, _> = self.api.send(&action).await;
        }
    }

    async fn retire(&self, chat: TelegramId, message: i64) -> Result<(), Failure<SendRefused>> {
        let taken = self.take_away(chat, message).await;
        taken.map_err(|failure| self.meant(chat, failure))
    }

    fn operators(&self) -> Vec<To> {
        self.operators.clone()
    }
}
