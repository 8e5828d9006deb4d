//! New cookies: tried, stored as a new version, and the login's health with them.

use super::{
    ImportRefused, Imported,
    calls::{self, Ended},
    care::{Carer, Stopped},
};
use crate::{
    browser_pool::{Purpose, Verdict},
    domain::{
        ids::LoginId,
        login::{LoginEvent, Look},
    },
    ports::{
        Failure,
        books::Fence,
        market::{MarketFailure, MarketRefused, SlotKind},
        vault::{Jar, JarMoved},
    },
};

/// Another writer may get in between reading the row and writing it; more than this is no race.
const ATTEMPTS: usize = 3;

impl Carer {
    /// Takes a jar if somebody is logged in with it.
    pub(super) async fn import(&self, login: LoginId, jar: Jar) -> Result<Imported, ImportRefused> {
        let configured = self.settings.logins.iter().any(|(id, _)| *id == login);
        if !configured {
            return Err(ImportRefused::NoSuchLogin(login));
        }
        self.fence(login).await?;
        let look = self.try_jar(&jar).await?;
        if !look.telegram {
            return Err(ImportRefused::LoggedOut);
        }
        let version = self.store(login, jar).await?;
        let wallet_proven = self.imported(login, look).await?;
        Ok(Imported {
            version,
            wallet_proven,
        })
    }

    async fn fence(&self, login: LoginId) -> Result<Fence, ImportRefused> {
        let fence = self.lease(login).await;
        fence
            .map_err(|why| not_now(&why))?
            .ok_or(ImportRefused::Elsewhere)
    }

    /// Looks with the jar in an anonymous browser, so that a till in use is left alone.
    async fn try_jar(&self, jar: &Jar) -> Result<Look, ImportRefused> {
        let kind = SlotKind::Anonymous;
        let slot = self
            .lender
            .borrow(kind, Purpose::Care, self.settings.loan());
        let slot = slot
            .await
            .map_err(|why| ImportRefused::NotNow(why.to_string()))?;
        let look = self.office.ports.market.try_jar(slot, jar);
        let ended = calls::call(self.settings.call, look).await;
        let verdict = match &ended {
            // Its session is spoilt by the trial, whatever came of it.
            Ended::Answered(_) => Verdict::LoggedOut,
            Ended::Lost => Verdict::Broken,
        };
        self.lender.give_back(slot, verdict).await;
        match ended {
            Ended::Answered(answer) => answer.map_err(untried),
            Ended::Lost => Err(ImportRefused::NotNow("the browser hung".into())),
        }
    }

    async fn store(&self, login: LoginId, jar: Jar) -> Result<i64, ImportRefused> {
        let vault = &self.office.ports.vault;
        for _ in 0..ATTEMPTS {
            let newest = vault.newest(login).await;
            let newest = newest.map_err(|why| ImportRefused::NotNow(why.to_string()))?;
            if let Some((version, known)) = &newest
                && *known == jar
            {
                return Ok(*version);
            }
            let seen = newest.map_or(0, |(version, _)| version);
            let fence = self.fence(login).await?;
            match vault.store(login, seen, fence, jar.clone()).await {
                Ok(version) => return Ok(version),
                // A borrower stored its own answer's cookies meanwhile, or we must look.
                Err(Failure::Refused(JarMoved) | Failure::Unknown { .. }) => {}
                Err(Failure::NotDone { cause }) => return Err(ImportRefused::NotNow(cause)),
            }
        }
        Err(ImportRefused::NotNow("the jar keeps changing".into()))
    }

    /// Writes what the import means for the login; answers whether its wallet is proven.
    async fn imported(&self, login: LoginId, look: Look) -> Result<bool, ImportRefused> {
        let mut last = String::from("there is no row of this login yet");
        for _ in 0..ATTEMPTS {
            let fence = self.fence(login).await?;
            let Some(seen) = self.row(login).await.map_err(|why| stored(&why))? else {
                break;
            };
            let (rules, now) = (&self.settings.rules, self.office.ports.clock.now());
            let proven = look.proven == Some(seen.row.wallet);
            let mut decision = seen.row.decide(LoginEvent::CookiesImported, rules, now);
            if !proven {
                // The person has done their part; the proof is ours to renew.
                let event = LoginEvent::Looked(look);
                let unproven = decision.next.decide(event, rules, now);
                let (told, next) = decision.with(unproven);
                decision = told.map(|_good| next);
            }
            match self.commit(&seen, fence, decision).await {
                Ok(()) => return Ok(proven),
                Err(why) => last = why.to_string(),
            }
        }
        Err(ImportRefused::Unknown(last))
    }
}

fn untried(failure: MarketFailure) -> ImportRefused {
    match failure {
        Failure::Refused(MarketRefused::LoggedOut) => ImportRefused::LoggedOut,
        Failure::Refused(MarketRefused::IdentityNeeded) => ImportRefused::IdentityNeeded,
        Failure::Refused(
            why @ (MarketRefused::NoSuchUser
            | MarketRefused::NotAPerson
            | MarketRefused::AlreadyPremium
            | MarketRefused::PathBlocked
            | MarketRefused::Other { .. }),
        ) => ImportRefused::NotNow(why.to_string()),
        // Trying changes nothing, so an unknown outcome is no outcome.
        Failure::NotDone { cause } | Failure::Unknown { cause } => ImportRefused::NotNow(cause),
    }
}

fn not_now(stopped: &Stopped) -> ImportRefused {
    ImportRefused::NotNow(stopped.to_string())
}

fn stored(stopped: &Stopped) -> ImportRefused {
    ImportRefused::Unknown(stopped.to_string())
}
