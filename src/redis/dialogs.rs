//! Dialogs by person: one text each, with its version in front.

use std::sync::Arc;

use async_trait::async_trait;
use deadpool_redis::redis::{Cmd, Script};
use starkeeper_actors::domain::Span;
use starkeeper_actors::domain::dialog::Dialog;
use starkeeper_actors::domain::ids::TelegramId;
use starkeeper_actors::domain::stored::Stored;
use starkeeper_actors::ports::dialogs::{DialogMoved, SeenDialog};
use starkeeper_actors::ports::{Dialogs, Failure, Unreadable};

use super::RedisLink;
use super::work::{Trouble, Work};

/// The dialogs of one shop.
#[derive(Clone)]
pub struct RedisDialogs {
    link: RedisLink,
    shop: Arc<str>,
    expiry: Span,
    save: Arc<Script>,
}

impl RedisDialogs {
    /// Those of the shop of this name, which stands before every key; a dialog is forgotten after so
    /// much silence.
    #[must_use]
    pub fn new(link: RedisLink, shop: &str, expiry: Span) -> Self {
        Self {
            link,
            shop: shop.into(),
            expiry,
            save: Arc::new(Script::new(include_str!("save.lua"))),
        }
    }

    /// All keys of a person lie in one slot.
    fn key(&self, user: TelegramId) -> String {
        format!("{}:{{{}}}:dialog", self.shop, user.get())
    }

    fn command(&self, name: &str, user: TelegramId) -> Work {
        let mut command = Cmd::new();
        command.arg(name).arg(self.key(user));
        Work::Command(command)
    }
}

#[async_trait]
impl Dialogs for RedisDialogs {
    async fn load(&self, user: TelegramId) -> Result<SeenDialog, Unreadable> {
        let loaded = self.link.call("load", self.command("GET", user)).await;
        let kept: Option<String> = loaded.map_err(unreadable)?;
        let Some(kept) = kept else {
            return Ok(nobody());
        };
        let Some((version, text)) = kept.split_once(' ') else {
            return Ok(nobody());
        };
        let Ok(version) = version.parse() else {
            return Ok(nobody());
        };
        let dialog = match serde_json::from_str::<Stored<Dialog>>(text) {
            Ok(dialog) => dialog.into_today(),
            // Of another version of this daemon, or nobody's. It is saved over.
            Err(why) => {
                let (line, column) = (why.line(), why.column());
                tracing::warn!("a dialog in redis cannot be read (at {line}:{column}): begun anew");
                Dialog::default()
            }
        };
        Ok(SeenDialog { dialog, version })
    }

    async fn save(
        &self,
        user: TelegramId,
        seen: u64,
        dialog: &Dialog,
    ) -> Result<u64, Failure<DialogMoved>> {
        let text = serde_json::to_string(&Stored::today(dialog))
            .map_err(|why| Failure::not_done(format!("a dialog cannot be written: {why}")))?;
        let milliseconds = self.expiry.num_milliseconds().max(1);
        let work = Work::Script {
            script: Arc::clone(&self.save),
            keys: vec![self.key(user)],
            words: vec![seen.to_string(), text, milliseconds.to_string()],
        };
        match self.link.call::<u64>("save", work).await {
            Ok(0) => Err(Failure::Refused(DialogMoved)),
            Ok(version) => Ok(version),
            Err(Trouble {
                perhaps: true,
                cause,
            }) => Err(Failure::Unknown { cause }),
            Err(Trouble {
                perhaps: false,
                cause,
            }) => Err(Failure::NotDone { cause }),
        }
    }

    async fn erase(&self, user: TelegramId) -> Result<(), Unreadable> {
        let erased = self.link.call("erase", self.command("DEL", user)).await;
        let _how_many: u64 = erased.map_err(unreadable)?;
        Ok(())
    }
}

/// What the script takes for nothing as well.
fn nobody() -> SeenDialog {
    SeenDialog {
        dialog: Dialog::default(),
        version: 0,
    }
}

fn unreadable(trouble: Trouble) -> Unreadable {
    Unreadable::new(trouble.cause)
}
