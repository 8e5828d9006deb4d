//! The health of a Fragment login: a Telegram login and the proof that the wallet is ours.
//!
//! The wallet's proof is renewed without a person. The Telegram login is not: when it is lost, the
//! shop stops selling what it cannot deliver, orders wait, and the operators are told once what to
//! do. No way around Fragment's identity check or a bot check exists here.

use serde::{Deserialize, Serialize};

use super::decision::Decision;
use super::ids::{LoginId, WalletAddress};
use super::notice::{OperatorNews, Owed};
use super::{Span, Timestamp};

#[cfg(test)]
mod tests;

/// A login's row.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Login {
    /// Which.
    pub id: LoginId,
    /// The wallet that must be proven in it.
    pub wallet: WalletAddress,
    /// How it is.
    pub health: Health,
    /// When Fragment last showed it; none before the first look.
    pub checked_at: Option<Timestamp>,
    /// How often it was lost; numbers the operators' notices.
    pub losses: u32,
    /// What the operators were told is needed, until it works again.
    #[serde(default)]
    pub told: Option<Needs>,
    /// When Fragment last asked for its identity check. Its page does not show whether that was
    /// done, so a good look alone does not prove it.
    #[serde(default)]
    pub identity_asked: Option<Timestamp>,
}

/// How a login is.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// Not looked at yet, or doubted: look before use.
    Unknown,
    /// Logged in, and the wallet is proven.
    Good,
    /// Logged in, but the wallet must be proven anew: no person needed.
    ProofMissing {
        /// Failed attempts to prove it.
        attempts: u32,
        /// When to try again; none means now.
        not_before: Option<Timestamp>,
    },
    /// Fragment cannot be reached from here: the session may be fine.
    PathBlocked {
        /// Looks that failed in a row.
        attempts: u32,
        /// When to look again.
        not_before: Timestamp,
    },
    /// A person is needed; nothing is tried until new cookies come or the next slow look.
    Lost {
        /// Since when.
        since: Timestamp,
        /// What is needed.
        needs: Needs,
        /// When to look again, in case a person mended it in a browser.
        look_at: Timestamp,
    },
}

/// What a person must do.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Needs {
    /// Log in to Telegram at fragment.com and bring the cookies.
    TelegramLogin,
    /// Complete Fragment's identity check.
    Identity,
    /// The wallet's proof is refused again and again.
    WalletProof,
}

/// What happened to a login.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LoginEvent {
    /// Fragment's page was read.
    Looked(Look),
    /// Fragment verified the wallet's proof, and the new jar is stored.
    ProofRenewed,
    /// Fragment refused the proof.
    ProofRefused,
    /// A borrower met a logged-out page or a refusal that smells of one.
    Doubted,
    /// Fragment asks for its identity check.
    IdentityAsked,
    /// Fragment cannot be reached from here.
    PathBlocked,
    /// New cookies were checked and stored.
    CookiesImported,
    /// The outcome of a call is unknown; nothing is concluded.
    NotDone,
}

/// What Fragment's page shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Look {
    /// The Telegram login is there.
    pub telegram: bool,
    /// The wallet that is proven, if any.
    pub proven: Option<WalletAddress>,
}

/// What is due for a login.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum LoginEffect {
    /// Read Fragment's page with this login.
    Look,
    /// Prove the wallet: read the challenge, sign, send, store the jar.
    RenewProof,
}

/// The settings.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LoginRules {
    /// Renew by ourselves at all (`FRAGMENT_AUTO_COOKIE_REFRESH`).
    pub automatic: bool,
    /// How often a good login is looked at (`FRAGMENT_COOKIE_REFRESH_INTERVAL`).
    pub interval: Span,
    /// First pause after a failure; doubles.
    pub first_pause: Span,
    /// Longest pause.
    pub longest_pause: Span,
    /// Refused proofs in a row before a person is asked.
    pub proof_attempts: u32,
    /// How long after Fragment asked for its identity check silence means that it was done.
    pub identity_memory: Span,
}

impl Default for LoginRules {
    fn default() -> Self {
        Self {
            automatic: true,
            interval: Span::hours(1),
            first_pause: Span::seconds(5),
            longest_pause: Span::minutes(15),
            proof_attempts: 5,
            identity_memory: Span::hours(24),
        }
    }
}

impl Login {
    /// A login of the configuration that was never looked at.
    #[must_use]
    pub const fn new(id: LoginId, wallet: WalletAddress) -> Self {
        Self {
            id,
            wallet,
            health: Health::Unknown,
            checked_at: None,
            losses: 0,
            told: None,
            identity_asked: None,
        }
    }

    /// Whether a purchase may be started with it.
    #[must_use]
    pub const fn is_usable(&self) -> bool {
        match &self.health {
            Health::Good => true,
            Health::Unknown
            | Health::ProofMissing { .. }
            | Health::PathBlocked { .. }
            | Health::Lost { .. } => false,
        }
    }

    /// Says what an event makes of this login.
    pub fn decide(&self, event: LoginEvent, rules: &LoginRules, now: Timestamp) -> Decision<Self> {
        match event {
            LoginEvent::Looked(look) => self.looked(look, rules, now),
            LoginEvent::ProofRenewed => self.good(rules, now),
            LoginEvent::CookiesImported => Self {
                identity_asked: None,
                ..self.clone()
            }
            .good(rules, now),
            LoginEvent::ProofRefused => self.proof_refused(rules, now),
            LoginEvent::Doubted => match &self.health {
                Health::Good | Health::Unknown => self.becomes(Health::Unknown),
                Health::ProofMissing { .. } | Health::PathBlocked { .. } | Health::Lost { .. } => {
                    Decision::quiet(self.clone())
                }
            },
            LoginEvent::IdentityAsked => self.identity_asked(rules, now),
            LoginEvent::PathBlocked | LoginEvent::NotDone => self.blocked(rules, now),
        }
    }

    /// The step that is due now, if any.
    #[must_use]
    pub fn due(&self, rules: &LoginRules, now: Timestamp) -> Option<LoginEffect> {
        match &self.health {
            Health::Unknown => Some(LoginEffect::Look),
            Health::Good => {
                let due = self.checked_at.is_none_or(|at| at + rules.interval <= now);
                (rules.automatic && due).then_some(LoginEffect::Look)
            }
            Health::ProofMissing { not_before, .. } => {
                let due = not_before.is_none_or(|at| at <= now);
                (rules.automatic && due).then_some(LoginEffect::RenewProof)
            }
            Health::PathBlocked { not_before, .. } => {
                (*not_before <= now).then_some(LoginEffect::Look)
            }
            Health::Lost { look_at, .. } => (*look_at <= now).then_some(LoginEffect::Look),
        }
    }

    fn looked(&self, look: Look, rules: &LoginRules, now: Timestamp) -> Decision<Self> {
        if !look.telegram {
            return self.lost(Needs::TelegramLogin, rules, now);
        }
        if look.proven == Some(self.wallet) {
            return self.good(rules, now);
        }
        let attempts = match &self.health {
            Health::ProofMissing { attempts, .. } => *attempts,
            Health::Unknown | Health::Good | Health::PathBlocked { .. } | Health::Lost { .. } => 0,
        };
        let health = Health::ProofMissing {
            attempts,
            not_before: None,
        };
        let next = Self {
            health,
            checked_at: Some(now),
            ..self.clone()
        };
        Decision::quiet(next)
    }

    fn good(&self, rules: &LoginRules, now: Timestamp) -> Decision<Self> {
        let unproven = self.told == Some(Needs::Identity) && self.was_asked(rules, now);
        let decision = Decision::quiet(Self {
            health: Health::Good,
            checked_at: Some(now),
            told: self.told.filter(|_| unproven),
            ..self.clone()
        });
        if self.told.is_none() || unproven {
            return decision;
        }
        let (login, n) = (self.id, self.losses);
        decision.tell(Owed::operators(OperatorNews::LoginBack { login, n }))
    }

    fn proof_refused(&self, rules: &LoginRules, now: Timestamp) -> Decision<Self> {
        let attempts = match &self.health {
            Health::ProofMissing { attempts, .. } => attempts.saturating_add(1),
            Health::Unknown | Health::Good | Health::PathBlocked { .. } | Health::Lost { .. } => 1,
        };
        if attempts >= rules.proof_attempts {
            return self.lost(Needs::WalletProof, rules, now);
        }
        let not_before = Some(now + pause(attempts, rules));
        self.becomes(Health::ProofMissing {
            attempts,
            not_before,
        })
    }

    fn blocked(&self, rules: &LoginRules, now: Timestamp) -> Decision<Self> {
        match &self.health {
            // A lost login stays lost; only the next look is put off.
            Health::Lost { since, needs, .. } => {
                let look_at = now + rules.longest_pause;
                self.becomes(Health::Lost {
                    since: *since,
                    needs: *needs,
                    look_at,
                })
            }
            Health::PathBlocked { attempts, .. } => {
                let attempts = attempts.saturating_add(1);
                let not_before = now + pause(attempts, rules);
                self.becomes(Health::PathBlocked {
                    attempts,
                    not_before,
                })
            }
            Health::Unknown | Health::Good | Health::ProofMissing { .. } => {
                let not_before = now + pause(1, rules);
                self.becomes(Health::PathBlocked {
                    attempts: 1,
                    not_before,
                })
            }
        }
    }

    /// Told once, however often Fragment asks while nobody has done it.
    fn identity_asked(&self, rules: &LoginRules, now: Timestamp) -> Decision<Self> {
        let lost = self.lost(Needs::Identity, rules, now);
        lost.map(|next| Self {
            identity_asked: Some(now),
            ..next
        })
    }

    fn was_asked(&self, rules: &LoginRules, now: Timestamp) -> bool {
        self.identity_asked
            .is_some_and(|at| now < at + rules.identity_memory)
    }

    /// Told once a need: looking again, and trying again in vain, says nothing new.
    fn lost(&self, needs: Needs, rules: &LoginRules, now: Timestamp) -> Decision<Self> {
        let look_at = now + rules.longest_pause;
        let since = match &self.health {
            Health::Lost { since, .. } => *since,
            Health::Unknown
            | Health::Good
            | Health::ProofMissing { .. }
            | Health::PathBlocked { .. } => now,
        };
        let is_news = self.told != Some(needs);
        let n = self.losses.saturating_add(u32::from(is_news));
        let decision = Decision::quiet(Self {
            health: Health::Lost {
                since,
                needs,
                look_at,
            },
            checked_at: Some(now),
            losses: n,
            told: Some(needs),
            ..self.clone()
        });
        if !is_news {
            return decision;
        }
        let (login, why) = (self.id, needs.what_to_do().into());
        let needs = Some(needs);
        decision.tell(Owed::operators(OperatorNews::LoginLost {
            login,
            n,
            why,
            needs,
        }))
    }

    fn becomes(&self, health: Health) -> Decision<Self> {
        Decision::quiet(Self {
            health,
            ..self.clone()
        })
    }
}

impl Needs {
    /// What the operator must do, in one line of the log; the chat has its own words.
    #[must_use]
    pub const fn what_to_do(self) -> &'static str {
        match self {
            Self::TelegramLogin => "log in at fragment.com in a browser and import the cookies",
            Self::Identity => "complete Fragment's identity check at fragment.com/kyc/account",
            Self::WalletProof => {
                "Fragment refuses the wallet's proof: check the wallet at fragment.com"
            }
        }
    }
}

fn pause(attempts: u32, rules: &LoginRules) -> Span {
    let factor = 1_i32
        .checked_shl(attempts.saturating_sub(1).min(20))
        .unwrap_or(1);
    rules
        .first_pause
        .checked_mul(factor)
        .unwrap_or(rules.longest_pause)
        .min(rules.longest_pause)
}
