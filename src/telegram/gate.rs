//! How fast the Bot API may be called: a limit of the whole bot, one of each chat, and the silence
//! that Telegram asks for.
//!
//! A place is waited for, but not long: what would wait longer is told when to come again, so that
//! nothing piles up here.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use governor::clock::Clock as _;
use governor::{DefaultDirectRateLimiter, DefaultKeyedRateLimiter, Quota, RateLimiter};
use starkeeper_actors::domain::ids::TelegramId;
use tokio::time::Instant;

use super::settings::TelegramSettings;

/// Calls that found no place in time, and refusals by Telegram itself, by who refused.
pub const LIMITED: &str = "starkeeper_telegram_limited_total";

/// Between two rounds in which chats that have rested are forgotten: this many messages.
const FORGET_EVERY: u32 = 4_096;

/// Two chats that are refused within this span are the whole bot's limit, not theirs.
const AT_ONCE: Duration = Duration::from_secs(1);

/// What a call counts for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Counts {
    /// A message or an edit: for its chat and for the bot.
    Message,
    /// Anything else: for the bot alone.
    Call,
}

/// No place is free in time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Held {
    /// When one is.
    pub(super) after: Duration,
    /// Whether every chat must wait.
    pub(super) everybody: bool,
}

/// Both limits and the silence.
pub(super) struct Gate {
    everybody: DefaultDirectRateLimiter,
    chats: DefaultKeyedRateLimiter<i64>,
    longest_wait: Duration,
    passed: AtomicU32,
    silence: Mutex<Silence>,
}

#[derive(Debug, Default)]
struct Silence {
    everybody: Option<Instant>,
    chats: HashMap<i64, Instant>,
    /// The chat that was refused last, and when.
    last: Option<(i64, Instant)>,
}

impl Gate {
    pub(super) fn new(settings: &TelegramSettings) -> Self {
        let chat = Quota::with_period(settings.chat_every)
            // The settings were checked: the span is not empty.
            .unwrap_or_else(|| Quota::per_second(settings.chat_burst))
            .allow_burst(settings.chat_burst);
        Self {
            everybody: RateLimiter::direct(Quota::per_second(settings.everybody)),
            chats: RateLimiter::keyed(chat),
            longest_wait: settings.longest_wait,
            passed: AtomicU32::new(0),
            silence: Mutex::default(),
        }
    }

    /// Waits for a place.
    pub(super) async fn pass(&self, chat: TelegramId, counts: Counts) -> Result<(), Held> {
        let begun = Instant::now();
        let until = begun + self.longest_wait;
        loop {
            let Err(held) = self.try_pass(chat, counts) else {
                self.forget_now_and_then();
                return Ok(());
            };
            if Instant::now() + held.after > until {
                ::metrics::counter!(LIMITED, "by" => "us").increment(1);
                return Err(held);
            }
            tokio::time::sleep(held.after).await;
        }
    }

    fn try_pass(&self, chat: TelegramId, counts: Counts) -> Result<(), Held> {
        self.silence().allows(chat.get(), Instant::now())?;
        match counts {
            Counts::Message => {
                self.chats.check_key(&chat.get()).map_err(|not_yet| Held {
                    after: not_yet.wait_time_from(self.chats.clock().now()),
                    everybody: false,
                })?;
            }
            Counts::Call => {}
        }
        self.everybody.check().map_err(|not_yet| Held {
            after: not_yet.wait_time_from(self.everybody.clock().now()),
            everybody: true,
        })
    }

    /// Telegram refused a call of this chat; answers whether every chat must wait.
    pub(super) fn hush(&self, chat: TelegramId, after: Duration) -> bool {
        ::metrics::counter!(LIMITED, "by" => "telegram").increment(1);
        self.silence().keep(chat.get(), after, Instant::now())
    }

    fn forget_now_and_then(&self) {
        let passed = self.passed.fetch_add(1, Ordering::Relaxed);
        if passed.is_multiple_of(FORGET_EVERY) {
            self.chats.retain_recent();
            let now = Instant::now();
            self.silence().chats.retain(|_, until| *until > now);
        }
    }

    fn silence(&self) -> MutexGuard<'_, Silence> {
        self.silence.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Silence {
    fn allows(&self, chat: i64, now: Instant) -> Result<(), Held> {
        let left = |until: Instant| until.saturating_duration_since(now);
        let everybody = self.everybody.map_or(Duration::ZERO, left);
        let alone = self.chats.get(&chat).copied().map_or(Duration::ZERO, left);
        if everybody.is_zero() && alone.is_zero() {
            return Ok(());
        }
        Err(Held {
            after: everybody.max(alone),
            everybody: !everybody.is_zero(),
        })
    }

    /// Telegram does not say whose limit it was. A second chat at the same time says it.
    fn keep(&mut self, chat: i64, after: Duration, now: Instant) -> bool {
        let until = now + after;
        let others = self.last.is_some_and(|(other, at)| {
            other != chat && now.saturating_duration_since(at) < AT_ONCE
        });
        self.last = Some((chat, now));
        let known = self.chats.entry(chat).or_insert(until);
        *known = (*known).max(until);
        if others {
            self.everybody = self.everybody.max(Some(until));
        }
        others
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use url::Url;

    use super::super::settings::BotToken;
    use super::*;

    fn gate(change: impl FnOnce(&mut TelegramSettings)) -> Gate {
        let url = Url::parse("http://127.0.0.1:1").unwrap();
        let mut settings = TelegramSettings::new(url, BotToken::parse("1:a").unwrap());
        settings.longest_wait = Duration::ZERO;
        change(&mut settings);
        Gate::new(&settings)
    }

    fn chat(number: i64) -> TelegramId {
        TelegramId::new(number)
    }

    #[tokio::test]
    async fn a_chat_has_its_burst_and_then_waits_alone() {
        let gate = gate(|_| {});
        for _ in 0..4 {
            assert_eq!(gate.pass(chat(1), Counts::Message).await, Ok(()));
        }
        let held = gate.pass(chat(1), Counts::Message).await.unwrap_err();
        assert!(
            !held.everybody && held.after <= Duration::from_secs(1),
            "{held:?}"
        );
        assert_eq!(gate.pass(chat(2), Counts::Message).await, Ok(()));
        assert_eq!(gate.pass(chat(1), Counts::Call).await, Ok(()));
    }

    #[tokio::test]
    async fn the_bot_has_a_limit_over_all_chats() {
        let gate = gate(|settings| settings.everybody = NonZeroU32::MIN);
        assert_eq!(gate.pass(chat(1), Counts::Call).await, Ok(()));
        let held = gate.pass(chat(2), Counts::Call).await.unwrap_err();
        assert!(held.everybody, "{held:?}");
    }

    #[tokio::test]
    async fn a_place_that_is_free_soon_is_waited_for() {
        let gate = gate(|settings| {
            settings.chat_every = Duration::from_millis(30);
            settings.chat_burst = NonZeroU32::MIN;
            settings.longest_wait = Duration::from_secs(10);
        });
        let begun = Instant::now();
        for _ in 0..3 {
            assert_eq!(gate.pass(chat(1), Counts::Message).await, Ok(()));
        }
        assert!(
            begun.elapsed() >= Duration::from_millis(50),
            "{:?}",
            begun.elapsed()
        );
    }

    #[tokio::test]
    async fn telegrams_own_silence_is_kept_by_the_chat_it_was_said_to() {
        let gate = gate(|_| {});
        assert!(!gate.hush(chat(1), Duration::from_secs(40)));
        let held = gate.pass(chat(1), Counts::Call).await.unwrap_err();
        assert!(
            !held.everybody && held.after > Duration::from_secs(30),
            "{held:?}"
        );
        assert_eq!(gate.pass(chat(2), Counts::Message).await, Ok(()));
    }

    #[tokio::test]
    async fn two_chats_refused_at_once_are_everybodys_silence() {
        let gate = gate(|_| {});
        assert!(!gate.hush(chat(1), Duration::from_secs(40)));
        assert!(gate.hush(chat(2), Duration::from_secs(50)));
        let held = gate.pass(chat(3), Counts::Message).await.unwrap_err();
        assert!(
            held.everybody && held.after > Duration::from_secs(45),
            "{held:?}"
        );
    }
}
