//! What the operators' deck needs: handed to whoever serves operators, with the name of who asks.

use std::time::Duration;

use super::desk::Desk;
use crate::domain::dialog::{Answer, DeckAnswer, DeckFace, DeckNeed, Inbound, NotDone};

/// A deed must be answered within the step it is asked in, and the dialog still be saved.
const OF_THE_STEP: u32 = 2;

impl Desk {
    /// Sees to a need of the deck, for operators alone.
    pub(super) async fn on_deck(&self, need: &DeckNeed, inbound: &Inbound) -> Answer {
        let (deck, by) = (&self.office.ports.deck, inbound.sender.user);
        let may = self.is_operator(by);
        let answer = match need {
            DeckNeed::Look(look) => {
                let face = match may {
                    true => self.within(deck.look(look)).await,
                    false => Some(Ok(DeckFace::NotThere)),
                };
                let face = match face {
                    Some(Ok(face)) => face,
                    Some(Err(why)) => {
                        tracing::warn!("the deck shows nothing: {why}");
                        DeckFace::Unread
                    }
                    None => DeckFace::Unread,
                };
                DeckAnswer::Shown(Box::new(face))
            }
            DeckNeed::Act(act) => {
                let outcome = match may {
                    true => self.within(deck.act(by, act)).await,
                    false => Some(Err(NotDone::NotNow)),
                };
                DeckAnswer::Acted {
                    want: act.want,
                    outcome: outcome.unwrap_or(Err(NotDone::Unsure)),
                }
            }
            DeckNeed::Cookies { login, text } => {
                // Before anything else: whoever looks over the shoulder sees them no more.
                if let Some(message) = inbound.own {
                    let retired = self.office.ports.messenger.retire(inbound.chat, message);
                    if let Err(why) = retired.await {
                        tracing::warn!("a message with cookies could not be deleted: {why}");
                    }
                }
                let outcome = match may {
                    true => deck.cookies(by, *login, text).await,
                    false => Err(NotDone::NotNow),
                };
                DeckAnswer::Cookies {
                    login: *login,
                    outcome,
                }
            }
        };
        Answer::Deck(answer)
    }

    async fn within<T>(&self, asked: impl Future<Output = T>) -> Option<T> {
        let most: Duration = self.settings.step / OF_THE_STEP;
        tokio::time::timeout(most, asked).await.ok()
    }
}
