//! What has just happened, or was not understood: above a screen, or in the small window over the
//! chat.

use starkeeper_actors::domain::catalog::{PersonName, Product, StarsQuantity};
use starkeeper_actors::domain::dialog::{Body, DeckNote, Note};
use starkeeper_actors::domain::ids::TelegramId;
use starkeeper_actors::domain::money::Untaken;

use super::{Voice, names};

impl Voice<'_> {
    /// A note above a body, which may know better what was meant.
    pub(super) fn note_at(&self, note: &Note, body: &Body) -> String {
        let months = matches!(note, Note::NotANumber) && matches!(body, Body::Premium { .. });
        if months {
            return self.tongue.plain("note-not-months");
        }
        if let (Note::NotAPerson(name), Body::Friend { product }) = (note, body) {
            return self.to(only_a_person(*product), name);
        }
        self.note(note)
    }

    /// Telegram opens the chat with somebody it knows by number; whom it may not show, it shows as
    /// plain text.
    fn nameless(&self, name: &PersonName, user: Option<TelegramId>) -> String {
        let text = match names::full(name) {
            name if name.is_empty() => self.tongue.plain("note-friend-nameless"),
            name => {
                let args = [("name", name.into())];
                self.tongue.say("note-friend-has-no-name", args)
            }
        };
        let Some(user) = user else {
            return text;
        };
        let link = format!("tg://user?id={}", user.get());
        let write = self
            .tongue
            .say("note-friend-write", [("link", link.into())]);
        format!("{text}\n{write}")
    }

    fn note(&self, note: &Note) -> String {
        match note {
            Note::TooMany { most } => self.limit("note-too-many", *most),
            Note::NotFound(name) => self.to("note-not-found", name),
            Note::NotAPerson(name) => self.to("note-not-a-person", name),
            Note::CannotLookUp(name) => self.to("note-cannot-look-up", name),
            Note::FriendHasNoName { name, user } => self.nameless(name, *user),
            Note::NotEnough { missing } => {
                let missing = self.tongue.usd_to_pay(*missing);
                self.tongue
                    .say("note-not-enough", [("missing", missing.into())])
            }
            Note::Debt { owed } => {
                let owed = self.tongue.usd_to_pay(*owed);
                self.tongue.say("note-debt", [("owed", owed.into())])
            }
            Note::BadAmount(why) => self.untaken(*why),
            Note::AmountTooSmall { least } => {
                let least = self.tongue.usd_to_pay(*least);
                self.tongue
                    .say("note-amount-too-small", [("least", least.into())])
            }
            Note::AmountTooLarge { most } => {
                let most = self.tongue.usd(*most);
                self.tongue
                    .say("note-amount-too-large", [("most", most.into())])
            }
            Note::Deck(note) => self.deck_note(note),
            Note::TooEarly { from } => {
                let from = self.at(*from);
                self.tongue.say("note-too-early", [("from", from.into())])
            }
            Note::OldButton
            | Note::NotUnderstood
            | Note::NotANumber
            | Note::AboveCap
            | Note::BadName
            | Note::NewPrice
            | Note::Frozen
            | Note::OtherOrderOpen
            | Note::PremiumUnderWay
            | Note::InvoiceRefused
            | Note::InvoiceComing
            | Note::Cancelled
            | Note::NotCancelled
            | Note::TakenBack
            | Note::AlreadySigned
            | Note::WaitOn
            | Note::KeepLooking
            | Note::TryAgain
            | Note::WillTell
            | Note::LanguageSet
            | Note::NoSuchOrder => self.tongue.plain(plain_key(note)),
        }
    }

    /// Why typed dollars were not taken, with an example.
    pub(super) fn untaken(&self, why: Untaken) -> String {
        self.tongue.plain(match why {
            Untaken::NoAmount => "note-bad-amount",
            Untaken::Unclear => "note-amount-unclear",
            Untaken::TooFine => "note-amount-too-fine",
        })
    }

    fn limit(&self, key: &str, count: u32) -> String {
        let goods = match StarsQuantity::new(count) {
            Ok(quantity) => self.tongue.goods(Product::Stars(quantity)),
            Err(_) => self.tongue.count(u64::from(count)),
        };
        self.tongue.say(key, [("goods", goods.into())])
    }

    /// A note that says all there is to say by itself, and would be missed nowhere.
    pub(super) fn toast(&self, note: &Note) -> Option<String> {
        is_toast(note).then(|| self.note(note))
    }
}

/// That a person is needed, by what they are to get.
const fn only_a_person(product: Product) -> &'static str {
    match product {
        Product::Stars(_) => "note-not-a-person-stars",
        Product::Premium(_) => "note-not-a-person-premium",
    }
}

/// The text of a note.
const fn plain_key(note: &Note) -> &'static str {
    match note {
        Note::OldButton => "note-old-button",
        Note::NotUnderstood => "note-not-understood",
        Note::NotANumber => "note-not-a-number",
        Note::AboveCap => "note-above-cap",
        Note::BadAmount(_) => "note-bad-amount",
        Note::AmountTooSmall { .. } => "note-amount-too-small",
        Note::AmountTooLarge { .. } => "note-amount-too-large",
        Note::BadName => "note-bad-name",
        Note::NewPrice => "note-new-price",
        Note::Frozen => "note-frozen",
        Note::OtherOrderOpen => "note-other-order-open",
        Note::PremiumUnderWay => "note-premium-under-way",
        Note::InvoiceRefused => "note-invoice-refused",
        Note::InvoiceComing => "note-invoice-coming",
        Note::Cancelled => "note-cancelled",
        Note::NotCancelled => "note-not-cancelled",
        Note::TakenBack => "note-taken-back",
        Note::AlreadySigned => "note-already-signed",
        Note::WaitOn => "note-wait-on",
        Note::KeepLooking => "note-keep-looking",
        Note::TryAgain => "note-try-again",
        Note::WillTell => "note-will-tell",
        Note::LanguageSet => "note-language-set",
        Note::NoSuchOrder => "note-no-such-order",
        Note::TooMany { .. } => "note-too-many",
        Note::NotFound(_) => "note-not-found",
        Note::NotAPerson(_) => "note-not-a-person",
        Note::FriendHasNoName { .. } => "note-friend-has-no-name",
        Note::CannotLookUp(_) => "note-cannot-look-up",
        Note::NotEnough { .. } => "note-not-enough",
        Note::Debt { .. } => "note-debt",
        Note::TooEarly { .. } => "note-too-early",
        // Said in words of its own.
        Note::Deck(_) => "deck-note-done",
    }
}

const fn is_toast(note: &Note) -> bool {
    match note {
        Note::OldButton
        | Note::InvoiceComing
        | Note::NotCancelled
        | Note::TakenBack
        | Note::WaitOn
        | Note::KeepLooking
        | Note::TryAgain
        | Note::WillTell
        | Note::LanguageSet
        | Note::NoSuchOrder
        | Note::Deck(DeckNote::Done | DeckNote::CookiesTaken) => true,
        Note::NotUnderstood
        | Note::NotANumber
        | Note::AboveCap
        | Note::BadAmount(_)
        | Note::AmountTooSmall { .. }
        | Note::AmountTooLarge { .. }
        | Note::BadName
        | Note::NewPrice
        | Note::Frozen
        | Note::OtherOrderOpen
        | Note::PremiumUnderWay
        | Note::InvoiceRefused
        | Note::Cancelled
        | Note::AlreadySigned
        | Note::TooMany { .. }
        | Note::NotFound(_)
        | Note::NotAPerson(_)
        | Note::FriendHasNoName { .. }
        | Note::CannotLookUp(_)
        | Note::NotEnough { .. }
        | Note::Debt { .. }
        | Note::TooEarly { .. }
        | Note::Deck(
            DeckNote::NotDone(_)
            | DeckNote::BadNumber
            | DeckNote::BadAmount(_)
            | DeckNote::BadGoods
            | DeckNote::BadReason,
        ) => false,
    }
}
