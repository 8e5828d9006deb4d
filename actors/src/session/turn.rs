//! One update from reading to saving: recall, admit, decide, see to what is needed, save.

use std::sync::Arc;

use tracing::Instrument as _;

use super::admit::Admitted;
use super::desk::Desk;
use super::memory::Memory;
use super::outside::Errand;
use super::stage::Play;
use super::{Handled, Reply};
use crate::domain::customer::Purse;
use crate::domain::dialog::{
    Action, Answer, Body, Dialog, Inbound, Need, Note, Said, Screen, Step,
};
use crate::domain::ids::TelegramId;
use crate::domain::trace::TraceId;
use crate::office::around;
use crate::ports::messenger::To;
use crate::ports::{Failure, Unreadable};

/// Questions that one decision may lead to, one after the other. The longest row there is has
/// three: repeat an order, look somebody up, and the screen's own.
const QUESTIONS: u32 = 6;

/// What a turn came to.
#[derive(Debug)]
pub(super) struct Turn {
    pub(super) memory: Option<Box<Memory>>,
    pub(super) reply: Reply,
    pub(super) play: Option<Play>,
    pub(super) errand: Option<Arc<Errand>>,
}

/// Why a turn could not be taken. Nothing is remembered; the update comes again.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    #[error("not done: {0}")]
    NotDone(String),
}

/// What the dialog decided, all questions answered but an outside one.
#[derive(Debug)]
struct Settled {
    dialog: Dialog,
    screen: Box<Screen>,
    errand: Option<(Need, Option<Note>)>,
}

/// What a decision starts from.
enum Begin<'a> {
    /// And whether an outside answer is on its way.
    Heard(bool),
    Answered(&'a Answer, Option<&'a Note>),
}

impl Turn {
    fn over(memory: Option<Box<Memory>>, reply: Reply) -> Self {
        Self {
            memory,
            reply,
            play: None,
            errand: None,
        }
    }

    /// What whoever brought the update is told.
    pub(super) fn handled(&self) -> Handled {
        let note = self.play.as_ref().and_then(|play| {
            let note = play.screen.note.clone()?;
            Some((play.to.language, note))
        });
        Handled {
            reply: self.reply,
            note,
        }
    }

    fn failed(trouble: &Trouble) -> Self {
        tracing::warn!("an update could not be handled: {trouble}");
        Self::over(None, Reply::TryLater)
    }
}

/// Handles an update.
pub(super) async fn heard(
    desk: Arc<Desk>,
    memory: Option<Box<Memory>>,
    inbound: Arc<Inbound>,
    fetching: bool,
) -> Turn {
    let (around, button) = traced(&inbound);
    let turn = async {
        if let Some(button) = button {
            tracing::info!("a customer tapped {button}");
        }
        desk.hear(memory, &inbound, fetching).await
    };
    match turn.instrument(around).await {
        Ok(turn) => turn,
        Err(trouble) => Turn::failed(&trouble),
    }
}

/// Handles the answer to an errand. The person may have gone elsewhere meanwhile.
pub(super) async fn answered(
    desk: Arc<Desk>,
    memory: Option<Box<Memory>>,
    errand: Arc<Errand>,
    answer: Answer,
) -> Turn {
    let (around, _) = traced(&errand.inbound);
    let turn = desk.take_answer(memory, &errand, &answer);
    match turn.instrument(around).await {
        Ok(turn) => turn,
        Err(trouble) => Turn::failed(&trouble),
    }
}

/// What the lines about an update have in common, and the button that was tapped, if the update is
/// about one order.
pub(super) fn traced(inbound: &Inbound) -> (tracing::Span, Option<&'static str>) {
    match TraceId::of_said(&inbound.said) {
        Some((trace, button)) => (around(trace), Some(button)),
        None => (tracing::Span::none(), None),
    }
}

impl Desk {
    async fn hear(
        &self,
        memory: Option<Box<Memory>>,
        inbound: &Arc<Inbound>,
        fetching: bool,
    ) -> Result<Turn, Trouble> {
        let sender = &inbound.sender;
        if memory.is_none() && self.was_erased_by(inbound).await? {
            return Ok(farewell(inbound));
        }
        let mut memory = self.recall(memory, sender).await?;
        if memory.dialog.has_handled(inbound.key) {
            return Ok(Turn::over(Some(memory), Reply::Duplicate));
        }
        if let Admitted::No(screen) = self.admit(&mut memory, sender).await {
            // What was tapped stays as it is: it may be tapped again in a moment.
            let play = screen.map(|screen| Play {
                instead_of: None,
                ..play(inbound, &memory, screen)
            });
            let turn = Turn::over(Some(memory), Reply::Done);
            return Ok(Turn { play, ..turn });
        }
        for _ in 0..self.settings.rounds {
            let mut settled = self
                .settle(&mut memory, inbound, Begin::Heard(fetching))
                .await?;
            if matches!(settled.screen.body, Body::Erased) {
                self.forget(sender.user).await?;
                let play = Some(play(inbound, &memory, settled.screen));
                return Ok(Turn {
                    play,
                    ..Turn::over(None, Reply::Done)
                });
            }
            settled.dialog.remember(inbound.key, self.now());
            if self.save(&mut memory, settled.dialog, sender.user).await? {
                return Ok(acted(memory, inbound, settled.screen, settled.errand));
            }
            if memory.dialog.has_handled(inbound.key) {
                return Ok(Turn::over(Some(memory), Reply::Duplicate));
            }
        }
        Err(Trouble::NotDone("the dialog keeps moving".into()))
    }

    async fn take_answer(
        &self,
        memory: Option<Box<Memory>>,
        errand: &Errand,
        answer: &Answer,
    ) -> Result<Turn, Trouble> {
        let inbound = &errand.inbound;
        let mut memory = self.recall(memory, &inbound.sender).await?;
        for _ in 0..self.settings.rounds {
            if !memory.dialog.awaits(answer) {
                return Ok(Turn::over(Some(memory), Reply::Done));
            }
            let begin = Begin::Answered(answer, errand.note.as_ref());
            let settled = self.settle(&mut memory, inbound, begin).await?;
            let user = inbound.sender.user;
            if self.save(&mut memory, settled.dialog, user).await? {
                return Ok(acted(memory, inbound, settled.screen, settled.errand));
            }
        }
        Err(Trouble::NotDone("the dialog keeps moving".into()))
    }

    async fn settle(
        &self,
        memory: &mut Memory,
        inbound: &Inbound,
        begin: Begin<'_>,
    ) -> Result<Settled, Trouble> {
        let sender = &inbound.sender;
        let purse = self.purse(memory).await?;
        let mut scene = self.scene(sender, purse);
        scene.fetching = matches!(begin, Begin::Heard(true));
        // The deck is for operators, in their own chats: asked anew at every tap.
        scene.operator = inbound.chat == sender.user && self.is_operator(sender.user);
        let dialog = std::mem::take(&mut memory.dialog);
        let view = self.view(&scene, memory);
        let mut step = match begin {
            Begin::Heard(_) => dialog.heard(&inbound.said, view),
            Begin::Answered(answer, note) => dialog.answered(answer.clone(), note.cloned(), view),
        };
        for _ in 0..QUESTIONS {
            let (dialog, need, note) = match step {
                Step::Show { dialog, screen } => {
                    return Ok(Settled {
                        dialog,
                        screen,
                        errand: None,
                    });
                }
                Step::Ask { dialog, need, note } => (dialog, need, note),
            };
            let answer = match self.meter(memory, sender, &need).await {
                Some(refused) => refused,
                None if need.is_outside() => return Ok(outside(dialog, need, note)),
                // Boxed: most turns need none of it, and every turn would carry the room for it.
                None => Box::pin(self.run(&need, memory, inbound)).await?,
            };
            if need.moves_money() {
                scene.purse = self.purse(memory).await?;
            }
            step = dialog.answered(answer, note, self.view(&scene, memory));
        }
        Err(Trouble::NotDone("a decision asks without end".into()))
    }

    async fn purse(&self, memory: &Memory) -> Result<Purse, Trouble> {
        Ok(self.office.ports.books.purse(memory.customer).await?)
    }

    /// Compares and sets. False if somebody else saved meanwhile; theirs is then remembered.
    async fn save(
        &self,
        memory: &mut Memory,
        dialog: Dialog,
        user: TelegramId,
    ) -> Result<bool, Trouble> {
        let dialogs = &self.office.ports.dialogs;
        match dialogs.save(user, memory.version, &dialog).await {
            Ok(version) => {
                memory.dialog = dialog;
                memory.version = version;
                Ok(true)
            }
            Err(Failure::Refused(_moved)) => {
                // All of it: the person may have been erased, and be somebody new by now.
                *memory = *self.load(user, memory.language).await?;
                Ok(false)
            }
            Err(Failure::NotDone { cause } | Failure::Unknown { cause }) => {
                Err(Trouble::NotDone(cause))
            }
        }
    }
}

fn outside(dialog: Dialog, need: Need, note: Option<Note>) -> Settled {
    // Every outside need stands at a place that waits for it.
    let meanwhile = dialog.meanwhile();
    let screen = meanwhile.unwrap_or_else(|| Screen::short(Body::Opening));
    Settled {
        dialog,
        screen: Box::new(screen),
        errand: Some((need, note)),
    }
}

fn acted(
    memory: Box<Memory>,
    inbound: &Arc<Inbound>,
    screen: Box<Screen>,
    errand: Option<(Need, Option<Note>)>,
) -> Turn {
    let unless = errand.is_some().then(Arc::default);
    let play = Play {
        unless,
        ..play(inbound, &memory, screen)
    };
    let customer = memory.customer;
    let errand = errand.map(|(need, note)| {
        Arc::new(Errand {
            need,
            note,
            customer,
            inbound: Arc::clone(inbound),
        })
    });
    Turn {
        memory: Some(memory),
        reply: Reply::Done,
        play: Some(play),
        errand,
    }
}

/// Once more to somebody who is erased, and of whom nothing is remembered.
fn farewell(inbound: &Inbound) -> Turn {
    let (_nothing, screen) = Dialog::erased();
    let to = To {
        chat: inbound.chat,
        language: inbound.sender.language,
    };
    let play = Play {
        to,
        instead_of: instead_of(inbound),
        follows: false,
        unless: None,
        screen: Box::new(screen),
    };
    Turn {
        play: Some(play),
        ..Turn::over(None, Reply::Duplicate)
    }
}

/// The message that an answer takes the place of.
pub(super) fn instead_of(inbound: &Inbound) -> Option<i64> {
    let apart = match &inbound.said {
        Said::Tap(data) => Action::is_apart(data),
        Said::Text(_) | Said::Picked { .. } | Said::Thing | Said::InGroup => false,
    };
    inbound.message.filter(|_| !apart)
}

pub(super) fn play(inbound: &Inbound, memory: &Memory, screen: Box<Screen>) -> Play {
    let to = To {
        chat: inbound.chat,
        language: memory.language,
    };
    Play {
        to,
        instead_of: instead_of(inbound),
        follows: false,
        unless: None,
        screen,
    }
}
