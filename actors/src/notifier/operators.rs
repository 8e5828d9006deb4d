//! One notice to every operator, the log and the counter.

use super::deliver::attempts;
use super::desk::{After, Desk, Sent};
use crate::domain::notice::{Attempt, Notice};
use crate::ports::books::{Fence, Seen};
use crate::ports::messenger::About;

impl Desk {
    /// Tells every operator who has not heard it yet. Delivered when each has heard it or never
    /// can; the log has it in any case.
    pub(super) async fn to_operators(&self, notice: &Seen<Notice>, fence: Fence) -> After {
        let (id, key) = (notice.row.id, &notice.row.owed.key);
        if attempts(&notice.row) == 0 {
            self.counts.operator_notices.one();
            tracing::warn!(notice.key = %key, "operators are told: {key}");
        }
        let mut worst = Attempt::Accepted;
        let about = About::default();
        let operators = self.office.ports.messenger.operators();
        for to in operators {
            if self.has_heard(id, to.chat) {
                continue;
            }
            let message = &notice.row.owed.message;
            let call = self.office.ports.messenger.tell(to, message, &about);
            let sent = self.send(call).await;
            match &sent {
                Sent::Accepted(()) => self.hears(id, to.chat),
                // This one never hears it; the others and the log do.
                Sent::Blocked | Sent::MessageGone | Sent::Never(_) => {
                    tracing::warn!(notice.key = %key, "an operator cannot be told: {key}");
                    self.hears(id, to.chat);
                }
                Sent::TooFast(_) | Sent::NotDone(_) | Sent::Unknown(_) => {
                    worst = self.attempt(&notice.row, sent);
                }
            }
        }
        let settled = worst == Attempt::Accepted;
        let after = self.note(notice, worst, fence, None).await;
        if settled && after == After::Stored {
            self.all_heard(id);
        }
        after
    }
}
