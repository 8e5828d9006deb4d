//! The session itself: one step at a time, screens in order, errands beside.

use std::sync::{Arc, Weak};

use actix::{Actor, ActorFutureExt, Context, Handler, Supervised, WrapFuture};
use serde::Serialize;

use super::desk::Desk;
use super::directory::{House, Key};
use super::memory::Memory;
use super::outside::Errand;
use super::stage::{Play, Stage};
use super::turn::{self, Turn};
use super::{Balance, Handle, Retire};
use crate::domain::customer::Language;
use crate::domain::dialog::{Body, Need, Screen};
use crate::domain::ids::{TelegramId, UpdateKey};
use crate::ports::messenger::To;
use crate::supervision::{
    self, Asked, Clerk, EffectFailed, Life, Loading, Observe, Observed, effect, guard,
};

/// A person's session.
pub struct Session {
    life: Life<Self>,
    desk: Arc<Desk>,
    house: Weak<House>,
    key: Key,
    memory: Option<Box<Memory>>,
    busy: Option<Box<Busy>>,
    /// The update in work.
    trying: Option<UpdateKey>,
    /// The update whose handling panicked, and how often. Kept over a restart: it is about the
    /// restart itself.
    struck: Option<Box<(UpdateKey, u8)>>,
}

/// What is on its way. Only a session that shows or fetches something has it.
#[derive(Debug, Default)]
struct Busy {
    stage: Stage,
    errands: usize,
    newest: Option<Need>,
}

impl Busy {
    fn is_over(&self) -> bool {
        self.errands == 0 && self.stage.is_empty()
    }

    /// An errand is back.
    fn ended(&mut self, errand: &Errand) {
        self.errands = self.errands.saturating_sub(1);
        if self.newest.as_ref() == Some(&errand.need) {
            self.newest = None;
        }
    }
}

/// After so many panics on one update it is given up.
const STRIKES: u8 = 2;

/// What a session shows of itself: nothing about the person.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct SessionSnapshot {
    /// Whether the dialog is in memory.
    pub loaded: bool,
    /// Where in the conversation it is, if it is loaded.
    pub place: Option<&'static str>,
    /// Handled updates that are remembered.
    pub handled: usize,
    /// Screens that wait to be shown, the one being shown included.
    pub screens: usize,
    /// Outside answers that are waited for.
    pub errands: usize,
    /// Panics on one and the same update.
    pub strikes: u8,
}

impl Session {
    pub(super) fn new(life: Life<Self>, desk: Arc<Desk>, house: Weak<House>, key: Key) -> Self {
        Self {
            life,
            desk,
            house,
            key,
            memory: None,
            busy: None,
            trying: None,
            struck: None,
        }
    }

    fn is_at_rest(&self) -> bool {
        self.life.is_idle() && self.busy.as_deref().is_none_or(Busy::is_over)
    }

    /// After a step: what it remembers, shows and sends for.
    fn take(&mut self, turn: Turn, ctx: &mut Context<Self>) {
        self.trying = None;
        self.memory = turn.memory;
        let errand = turn.errand.filter(|errand| self.is_new(errand));
        if let Some(play) = turn.play {
            let most = self.desk.settings.screens;
            self.busy().stage.push(play, most);
            self.play(ctx);
        }
        if let Some(errand) = errand {
            self.send_for(errand, ctx);
        }
    }

    fn busy(&mut self) -> &mut Busy {
        self.busy.get_or_insert_default()
    }

    /// Whether nobody is on this very errand already, and there is room for one more.
    fn is_new(&self, errand: &Errand) -> bool {
        self.busy.as_ref().is_none_or(|busy| {
            let same = busy.newest.as_ref() == Some(&errand.need);
            !same && busy.errands < self.desk.settings.errands
        })
    }

    fn play(&mut self, ctx: &mut Context<Self>) {
        let Some(play) = self.busy().stage.next() else {
            return;
        };
        let desk = Arc::clone(&self.desk);
        let io = desk.office.io.clone();
        let deadline = desk.settings.show;
        let call = async move { desk.play(play).await };
        effect::start(self, ctx, &io, deadline, call, Self::played);
    }

    fn played(&mut self, shown: Result<Option<i64>, EffectFailed>, ctx: &mut Context<Self>) {
        let stage = &mut self.busy().stage;
        stage.shown(shown.ok().flatten());
        if stage.queue.is_empty() {
            self.rest();
        } else {
            self.play(ctx);
        }
    }

    /// Gives the memory of what is on its way back when nothing is. In the middle of a step more may
    /// come of it.
    fn rest(&mut self) {
        let at_work = self.trying.is_some();
        if !at_work && self.busy.as_deref().is_some_and(Busy::is_over) {
            self.busy = None;
        }
    }

    fn send_for(&mut self, errand: Arc<Errand>, ctx: &mut Context<Self>) {
        let busy = self.busy();
        busy.errands = busy.errands.saturating_add(1);
        busy.newest = Some(errand.need.clone());
        let desk = Arc::clone(&self.desk);
        let io = desk.office.io.clone();
        let deadline = match &errand.need {
            Need::FindRecipient { .. } => desk.settings.look_up,
            Need::BuyByInvoice { .. }
            | Need::ChangeCoin { .. }
            | Need::TopUp { .. }
            | Need::BuyFromBalance { .. }
            | Need::Cancel(_)
            | Need::TakeBack(_)
            | Need::SaysSent(_)
            | Need::ShowOrder(_)
            | Need::FindOrder(_)
            | Need::ShowInvoice(_)
            | Need::Statement
            | Need::Orders { .. }
            | Need::WhereAreMyStars
            | Need::AsBefore { .. }
            | Need::Speak(_)
            | Need::TellMe
            | Need::CameBack
            | Need::MayErase
            | Need::Erase
            | Need::Deck(_) => desk.settings.open,
        };
        let asked = Arc::clone(&errand);
        let call = async move { desk.fetch(&asked).await };
        effect::start(
            self,
            ctx,
            &io,
            deadline,
            call,
            move |session, answer, ctx| {
                session.fetched(errand, answer, ctx);
            },
        );
    }

    fn fetched(
        &mut self,
        errand: Arc<Errand>,
        answer: Result<crate::domain::dialog::Answer, EffectFailed>,
        ctx: &mut Context<Self>,
    ) {
        let answer = answer.unwrap_or_else(|_logged| errand.unknown());
        let desk = Arc::clone(&self.desk);
        let limit = desk.settings.step;
        // Wrapped: the step begins when the mailbox has closed, and takes the memory only then.
        let step = actix::fut::ready(()).into_actor(self).then(
            move |(), session: &mut Self, _: &mut Context<Self>| {
                session.trying = Some(errand.inbound.key);
                session.busy().ended(&errand);
                let memory = session.memory.take();
                let turn = turn::answered(desk, memory, errand, answer);
                turn.into_actor(session)
                    .map(|mut turn, session: &mut Self, ctx| {
                        if let Some(play) = &mut turn.play {
                            play.follows = true;
                        }
                        session.take(turn, ctx);
                        session.rest();
                    })
            },
        );
        guard::in_order(ctx, limit, step);
    }

    /// Two panics on one update: it counts as handled, the person hears an apology, and the session
    /// leaves. Whoever writes next meets a fresh one.
    fn give_up(&mut self, update: UpdateKey) -> Loading<Self> {
        tracing::error!(
            update = update.update,
            "update {} was given up",
            update.update
        );
        let desk = Arc::clone(&self.desk);
        let user = self.key.user;
        let apology = async move {
            if let Some(language) = mark_handled(&desk, user, update).await {
                let play = Play {
                    to: To {
                        chat: user,
                        language,
                    },
                    instead_of: None,
                    follows: false,
                    unless: None,
                    screen: Box::new(Screen::short(Body::Sorry)),
                };
                desk.play(play).await;
            }
        };
        Loading::after(apology.into_actor(self).map(|(), session: &mut Self, _| {
            session.leave();
        }))
    }

    fn leave(&mut self) {
        self.life.drain();
        if let Some(house) = self.house.upgrade() {
            house.remove(self.key);
        }
    }
}

/// Marks an update handled; the person's language if that worked.
async fn mark_handled(desk: &Desk, user: TelegramId, update: UpdateKey) -> Option<Language> {
    for _ in 0..desk.settings.rounds {
        let mut memory = desk.load(user, Language::default()).await.ok()?;
        memory.dialog.remember(update, desk.now());
        let dialogs = &desk.office.ports.dialogs;
        if dialogs
            .save(user, memory.version, &memory.dialog)
            .await
            .is_ok()
        {
            return Some(memory.language);
        }
    }
    None
}

impl Clerk for Session {
    fn life(&mut self) -> &mut Life<Self> {
        &mut self.life
    }

    fn forget(&mut self) {
        self.memory = None;
        self.busy = None;
        if let Some(update) = self.trying.take() {
            let before = self.struck.as_deref().filter(|(known, _)| *known == update);
            let strikes = before.map_or(0, |(_, strikes)| *strikes);
            self.struck = Some(Box::new((update, strikes.saturating_add(1))));
        }
    }

    fn reload(&mut self, _: &mut Context<Self>) -> Loading<Self> {
        match self.struck.as_deref() {
            Some((update, strikes)) if *strikes >= STRIKES => {
                let update = *update;
                self.struck = None;
                self.give_up(update)
            }
            Some(_) | None => Loading::done(),
        }
    }
}

impl Actor for Session {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Context<Self>) {
        supervision::started(self, ctx);
    }
}

impl Supervised for Session {
    fn restarting(&mut self, ctx: &mut Context<Self>) {
        supervision::restarting(self, ctx);
    }
}

impl Handler<Asked<Handle>> for Session {
    type Result = ();

    fn handle(&mut self, asked: Asked<Handle>, ctx: &mut Context<Self>) {
        let deadline = self.desk.settings.step;
        asked.answer_in_order(self, ctx, deadline, |session, Handle(inbound), _| {
            session.trying = Some(inbound.key);
            let (desk, memory) = (Arc::clone(&session.desk), session.memory.take());
            let fetching = session.busy.as_deref().is_some_and(|busy| busy.errands > 0);
            let turn = turn::heard(desk, memory, inbound, fetching).into_actor(session);
            turn.map(|turn, session: &mut Self, ctx| {
                let handled = turn.handled();
                session.take(turn, ctx);
                handled
            })
        });
    }
}

impl Handler<Asked<Balance>> for Session {
    type Result = ();

    fn handle(&mut self, asked: Asked<Balance>, ctx: &mut Context<Self>) {
        let deadline = self.desk.settings.step;
        asked.answer_in_order(self, ctx, deadline, |session, Balance, _| {
            let books = Arc::clone(&session.desk.office.ports.books);
            let customer = session.memory.as_deref().map(|memory| memory.customer);
            let purse = async move { books.purse(customer?).await.ok() };
            purse.into_actor(session)
        });
    }
}

impl Handler<Asked<Retire>> for Session {
    type Result = ();

    fn handle(&mut self, asked: Asked<Retire>, ctx: &mut Context<Self>) {
        asked.answer_now(self, ctx, |session, Retire, _| {
            let at_rest = session.is_at_rest();
            if at_rest {
                session.life.drain();
                session.memory = None;
            }
            at_rest
        });
    }
}

impl Observed for Session {
    type Snapshot = SessionSnapshot;

    fn snapshot(&self) -> SessionSnapshot {
        let busy = self.busy.as_deref();
        let memory = self.memory.as_deref();
        SessionSnapshot {
            loaded: memory.is_some(),
            place: memory.map(|memory| memory.dialog.place.name()),
            handled: memory.map_or(0, |memory| memory.dialog.handled.len()),
            screens: busy.map_or(0, |busy| {
                let playing = usize::from(busy.stage.playing);
                busy.stage.queue.len().saturating_add(playing)
            }),
            errands: busy.map_or(0, |busy| busy.errands),
            strikes: self.struck.as_deref().map_or(0, |(_, strikes)| *strikes),
        }
    }
}

impl Handler<Asked<Observe<Self>>> for Session {
    type Result = ();

    fn handle(&mut self, asked: Asked<Observe<Self>>, ctx: &mut Context<Self>) {
        asked.show(self, ctx);
    }
}
