//! Says in the timeline what happens outside the shop: invoices, webhooks, links, payments, goods.
//!
//! Looks at the emulators every moment and says what is new since the last look. Changes nothing.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::figures::Seen;
use super::stage::{Side, Tone};
use crate::fragment::goods::Goods;
use crate::heleket::deliveries::Progress;
use crate::world::{World, hold};

/// Between two looks: what a person takes for at once.
const EVERY: Duration = Duration::from_millis(150);

/// What was said already.
#[derive(Debug, Default)]
pub(super) struct Said {
    /// It looks and says nothing.
    in_silence: bool,
    /// Status by invoice.
    invoices: HashMap<String, String>,
    /// Attempts by webhook, and whether its end was said.
    webhooks: HashMap<u64, (u32, bool)>,
    /// State by purchase.
    purchases: HashMap<String, &'static str>,
    payments: usize,
    delivered: usize,
}

/// Looks for ever, and says what has come since `said`.
pub(super) async fn watch(world: Arc<World>, mut said: Said) {
    let mut tick = tokio::time::interval(EVERY);
    loop {
        tick.tick().await;
        said.look(&world);
    }
}

impl Said {
    /// As if everything that is there had been said.
    pub(super) fn all_of(world: &World) -> Self {
        let mut said = Self {
            in_silence: true,
            ..Self::default()
        };
        said.look(world);
        said.in_silence = false;
        said
    }

    fn look(&mut self, world: &World) {
        self.invoices(world);
        self.webhooks(world);
        self.purchases(world);
        let seen = Seen::of(world);
        for payment in seen.payments.iter().skip(self.payments) {
            let text = format!(
                "chain: payment executed, seqno {}, Ref#{}",
                payment.seqno, payment.reference
            );
            self.say(world, Tone::Plain, text);
        }
        for delivered in seen.delivered.iter().skip(self.delivered) {
            let name = &delivered.username;
            let text = match delivered.goods {
                Goods::Stars(stars) => format!("fragment.com: @{name} has {stars} Stars more"),
                Goods::Premium(months) => {
                    format!("fragment.com: @{name} has Premium for {months} months")
                }
            };
            self.say(world, Tone::Good, text);
        }
        // A reset takes everything back.
        (self.payments, self.delivered) = (seen.payments.len(), seen.delivered.len());
    }

    fn invoices(&mut self, world: &World) {
        let desk = hold(&world.heleket.desk);
        for invoice in &desk.invoices {
            let status = invoice.status().name();
            let before = self.invoices.get(&invoice.uuid);
            if before.is_some_and(|before| before == status) {
                continue;
            }
            let (face, currency) = (invoice.face(), &invoice.order.currency);
            let text = match before {
                None => format!("Heleket: invoice over {face} {currency}"),
                Some(_) => format!("Heleket: invoice over {face} {currency} is {status}"),
            };
            self.invoices
                .insert(invoice.uuid.clone(), status.to_owned());
            self.say(world, Tone::Plain, text);
        }
    }

    fn webhooks(&mut self, world: &World) {
        let desk = hold(&world.heleket.desk);
        for webhook in desk.deliveries.iter() {
            let over = match webhook.progress {
                Progress::Delivered | Progress::Never | Progress::GivenUp => true,
                Progress::Waiting | Progress::UnderWay => false,
            };
            let (attempts, is_said) = self.webhooks.get(&webhook.id).copied().unwrap_or_default();
            let answered = webhook.last.as_deref().unwrap_or("no answer yet");
            let status = webhook.status.name();
            let text = match webhook.progress {
                Progress::Never if !is_said => format!("Heleket: the webhook \"{status}\" is lost"),
                Progress::Delivered if !is_said => {
                    format!("Heleket: webhook \"{status}\" delivered")
                }
                Progress::GivenUp if !is_said => {
                    format!("Heleket: webhook \"{status}\" given up: {answered}")
                }
                Progress::Waiting if webhook.attempts > attempts => {
                    format!("Heleket: webhook \"{status}\" not taken ({answered}), again later")
                }
                Progress::Never
                | Progress::Delivered
                | Progress::GivenUp
                | Progress::Waiting
                | Progress::UnderWay => continue,
            };
            let tone = match webhook.progress {
                Progress::Delivered | Progress::UnderWay => Tone::Plain,
                Progress::Never | Progress::GivenUp | Progress::Waiting => Tone::Bad,
            };
            self.webhooks.insert(webhook.id, (webhook.attempts, over));
            self.say(world, tone, text);
        }
    }

    fn purchases(&mut self, world: &World) {
        let mut desk = hold(&world.fragment.desk);
        desk.settle(world);
        for purchase in &desk.purchases {
            let state = purchase.state();
            if self.purchases.get(&purchase.id) == Some(&state) {
                continue;
            }
            self.purchases.insert(purchase.id.clone(), state);
            let reference = &purchase.reference;
            let text = match state {
                "linked" => format!("fragment.com: link given, Ref#{reference}"),
                "confirmed" => format!("fragment.com: payment reported, Ref#{reference}"),
                "never" => format!("fragment.com: paid and never delivered, Ref#{reference}"),
                _ => continue,
            };
            self.say(world, Tone::Plain, text);
        }
    }

    fn say(&self, world: &World, tone: Tone, text: String) {
        if !self.in_silence {
            let now = world.clock.now().unix_ms();
            world.stage.say(now, (Side::World, tone), None, text);
        }
    }
}
