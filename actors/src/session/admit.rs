//! Rate limits: told kindly, and not more often than needed.

use super::desk::Desk;
use super::memory::Memory;
use crate::domain::dialog::{Answer, Need, Screen, Sender};
use crate::ports::limits::{Allowance, Metered, Person};

/// Whether an update may be handled.
#[derive(Debug)]
pub(super) enum Admitted {
    /// It may.
    Yes,
    /// It may not; perhaps with a screen that says so.
    No(Option<Box<Screen>>),
}

impl Desk {
    /// Counts a message.
    pub(super) async fn admit(&self, memory: &mut Memory, sender: &Sender) -> Admitted {
        let person = self.person(memory, sender);
        match self
            .office
            .ports
            .limits
            .take(person, Metered::Message)
            .await
        {
            // A counter that cannot be reached must not silence the shop.
            Allowance::Granted | Allowance::CannotCount => Admitted::Yes,
            Allowance::Wait { for_ } => {
                let now = self.now();
                let told = memory.quiet_until.is_some_and(|until| now < until);
                if told {
                    return Admitted::No(None);
                }
                memory.quiet_until = Some(now + for_);
                Admitted::No(Some(Box::new(Screen::slow_down(Some(for_)))))
            }
        }
    }

    /// Counts what a need costs; an answer if it may not be.
    pub(super) async fn meter(
        &self,
        memory: &Memory,
        sender: &Sender,
        need: &Need,
    ) -> Option<Answer> {
        let what = metered(need)?;
        let person = self.person(memory, sender);
        match (self.office.ports.limits.take(person, what).await, what) {
            (Allowance::Granted, _) => None,
            (Allowance::Wait { for_ }, _) => Some(Answer::Slow { wait: for_ }),
            (Allowance::CannotCount, Metered::Payment) => Some(Answer::CannotCount),
            (Allowance::CannotCount, Metered::Message | Metered::Operation) => None,
        }
    }

    fn person(&self, memory: &Memory, sender: &Sender) -> Person {
        let age = self.now().signed_duration_since(memory.since);
        Person {
            user: sender.user,
            new: age < self.settings.new_for,
            premium: sender.premium,
        }
    }
}

const fn metered(need: &Need) -> Option<Metered> {
    match need {
        Need::FindRecipient { .. } => Some(Metered::Operation),
        Need::BuyFromBalance { .. }
        | Need::BuyByInvoice { .. }
        | Need::ChangeCoin { .. }
        | Need::TopUp { .. } => Some(Metered::Payment),
        Need::Cancel(_)
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
        | Need::Deck(_) => None,
    }
}
