//! The port `Chain`: states, histories, messages and what became of them, from several providers.

use std::convert::Infallible;
use std::sync::Arc;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::future::join_all;
use starkeeper_actors::domain::ids::{Hash256, WalletAddress};
use starkeeper_actors::domain::money::NanoTon;
use starkeeper_actors::domain::transfer::{
    AccountState, Evidence, FoundTx, History, Provider as Number, Transfer, TxPos,
};
use starkeeper_actors::ports::wallet::SendHint;
use starkeeper_actors::ports::{Chain, Failure, Unreadable};

use super::history::{Until, page, walk};
use super::outgoings::Outgoings;
use super::provider::{Provider, malformed};
use super::settings::{BadChain, ChainSettings};
use super::verdict::{Call, Outcome, Trouble};
use super::wire::{ByMessage, Information, Message};

/// The chain through its providers. Cheap to clone; all clones share connections and turns.
#[derive(Clone)]
pub struct TonChain {
    inner: Arc<Inner>,
}

struct Inner {
    providers: Vec<Provider>,
    settings: ChainSettings,
    outgoings: Arc<Outgoings>,
}

impl std::fmt::Debug for TonChain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("TonChain")
            .field(&self.inner.settings)
            .finish()
    }
}

impl TonChain {
    /// Makes the client. Connects to nothing yet. What it reads of the wallets that `outgoings`
    /// counts it brings there.
    ///
    /// # Errors
    /// [`BadChain`] names the setting that cannot be.
    pub fn new(settings: ChainSettings, outgoings: Arc<Outgoings>) -> Result<Self, BadChain> {
        settings.check()?;
        let providers = (0..).zip(&settings.providers);
        let providers: Result<Vec<Provider>, BadChain> = providers
            .map(|(number, provider)| Provider::new(Number(number), provider, &settings))
            .collect();
        Ok(Self {
            inner: Arc::new(Inner {
                providers: providers?,
                settings,
                outgoings,
            }),
        })
    }
}

impl Inner {
    async fn state_of(
        &self,
        provider: &Provider,
        wallet: WalletAddress,
    ) -> Result<AccountState, Trouble> {
        let query = [("address", wallet.to_string())];
        let information: Information = provider.get(&self.settings, Call::State, &query).await?;
        information.state(provider.number()).map_err(malformed)
    }

    /// Every provider's state, and why the others have none.
    async fn states(&self, wallet: WalletAddress) -> (Vec<AccountState>, Vec<String>) {
        let asked = self.providers.iter();
        let answers = join_all(asked.map(|provider| self.state_of(provider, wallet))).await;
        let mut causes = Vec::new();
        let mut states = Vec::new();
        for answer in answers {
            match answer {
                Ok(state) => states.push(state),
                Err(trouble) => causes.push(trouble.cause),
            }
        }
        (states, causes)
    }

    fn provider(&self, number: Number) -> Result<&Provider, Unreadable> {
        let mut providers = self.providers.iter();
        let found = providers.find(|provider| provider.number() == number);
        found.ok_or_else(|| Unreadable::new(format!("there is no ton provider {}", number.0)))
    }

    async fn walk(
        &self,
        state: &AccountState,
        wallet: WalletAddress,
        until: Until,
    ) -> Result<History, Unreadable> {
        let provider = self.provider(state.provider)?;
        Ok(walk(provider, &self.settings, wallet, state.last, until).await)
    }

    /// Brings what the wallet has paid up to this state, if anybody counts it.
    async fn count(&self, state: &AccountState, wallet: WalletAddress) -> Result<(), Unreadable> {
        let Some(known) = self.outgoings.known_up_to(wallet) else {
            return Ok(());
        };
        let until = Until {
            lt: known,
            time: Some(Outgoings::counts_from(state)),
        };
        let history = self.walk(state, wallet, until).await?;
        if history.gapless_down_to.is_none_or(|lt| lt > known) {
            let cause = "what the wallet paid within the last day cannot be read whole";
            return Err(Unreadable::new(cause));
        }
        self.outgoings.bring(wallet, state, &history.txs);
        Ok(())
    }

    /// Where providers say that a message was executed. That none says so proves nothing.
    async fn places(&self, wallet: WalletAddress, message: Hash256) -> Vec<(TxPos, bool)> {
        let query = [
            ("msg_hash", STANDARD.encode(message.bytes())),
            ("direction", "in".to_owned()),
            ("limit", "10".to_owned()),
        ];
        let asked = self.providers.iter();
        let asked = asked.map(|provider| async {
            let answer: Result<ByMessage, Trouble> =
                provider.get(&self.settings, Call::ByMessage, &query).await;
            answer.map(|answer| answer.transactions)
        });
        let mut places: Vec<(TxPos, bool)> = Vec::new();
        for answer in join_all(asked).await {
            let rows = answer.unwrap_or_else(|trouble| {
                tracing::info!(%wallet, "an index does not answer: {}", trouble.cause);
                Vec::new()
            });
            for row in rows {
                match row.of(wallet) {
                    Ok(Some((tx, committed))) => note(&mut places, tx, committed),
                    Ok(None) => {}
                    Err(what) => tracing::warn!(%wallet, "an index answers with {what}"),
                }
            }
        }
        // The newest first.
        places.sort_by_key(|(tx, _)| std::cmp::Reverse(tx.lt));
        places
    }

    /// The transactions at these places as the chain wrote them. An index may be wrong or half
    /// filled, so nothing of what it says about them is believed; but what it has seen before the
    /// masterchain refers to it is not to be read yet, and must be waited for.
    async fn fetch(
        &self,
        transfer: &Transfer,
        places: &[(TxPos, bool)],
        states: &[AccountState],
    ) -> Result<Vec<FoundTx>, Unreadable> {
        let mut found = Vec::new();
        for (place, committed) in places {
            // A state is one that a masterchain block refers to, and so is all that it includes.
            let includes = |state: &AccountState| state.last_lt() >= place.lt;
            if !committed && !states.iter().any(includes) {
                found.push(not_final(transfer, *place));
                continue;
            }
            let mut tx = self.raw(transfer.wallet, *place).await?;
            tx.committed = true;
            if tx.message == Some(transfer.message_hash) {
                found.push(tx);
            }
        }
        Ok(found)
    }

    async fn raw(&self, wallet: WalletAddress, place: TxPos) -> Result<FoundTx, Unreadable> {
        let mut cause = String::new();
        for provider in &self.providers {
            match page(provider, &self.settings, wallet, place, 1).await {
                Ok(rows) => {
                    if let Some(raw) = rows.into_iter().next() {
                        return Ok(raw.found);
                    }
                }
                Err(trouble) => cause = trouble.cause,
            }
        }
        Err(Unreadable::new(format!(
            "a transaction at lt {} is said to be there and cannot be read: {cause}",
            place.lt
        )))
    }
}

/// Two indexes may know one place; if one has seen it committed, it is.
fn note(places: &mut Vec<(TxPos, bool)>, tx: TxPos, committed: bool) {
    match places.iter_mut().find(|(known, _)| *known == tx) {
        Some((_, known)) => *known |= committed,
        None => places.push((tx, committed)),
    }
}

/// A transaction that somebody has seen and that no masterchain block refers to: nothing is known of
/// what it did.
const fn not_final(transfer: &Transfer, tx: TxPos) -> FoundTx {
    FoundTx {
        tx,
        at: transfer.signed_at,
        message: Some(transfer.message_hash),
        committed: false,
        exit_code: None,
        aborted: false,
        skipped_actions: 0,
        msgs_created: 0,
        out: Vec::new(),
        from: None,
        value_in: NanoTon::ZERO,
        bounced: false,
        fees: NanoTon::ZERO,
    }
}

/// Of several transactions of one message the one that ran: V4 may fail any number of times before.
fn decisive(found: Vec<FoundTx>) -> Option<FoundTx> {
    let ran = |tx: &FoundTx| tx.exit_code == Some(0) && !tx.aborted;
    let at = found.iter().position(ran).unwrap_or_default();
    found.into_iter().nth(at)
}

#[async_trait]
impl Chain for TonChain {
    async fn state(&self, wallet: WalletAddress) -> Result<AccountState, Unreadable> {
        let mut causes = Vec::new();
        for provider in &self.inner.providers {
            let state = match self.inner.state_of(provider, wallet).await {
                Ok(state) => state,
                Err(trouble) => {
                    causes.push(trouble.cause);
                    continue;
                }
            };
            match self.inner.count(&state, wallet).await {
                Ok(()) => return Ok(state),
                Err(why) => causes.push(why.cause),
            }
        }
        Err(unreadable(wallet, &causes))
    }

    async fn history(
        &self,
        state: &AccountState,
        wallet: WalletAddress,
        down_to: u64,
    ) -> Result<History, Unreadable> {
        let until = Until {
            lt: down_to,
            time: None,
        };
        self.inner.walk(state, wallet, until).await
    }

    async fn send(&self, transfer: &Transfer) -> Result<SendHint, Failure<Infallible>> {
        let message = Message {
            boc: STANDARD.encode(transfer.boc.bytes()),
        };
        let asked = self.inner.providers.iter().map(|provider| async {
            let sent =
                provider.post::<serde::de::IgnoredAny>(&self.inner.settings, Call::Send, &message);
            sent.await.map(|_| ())
        });
        hint(join_all(asked).await)
    }

    async fn look(&self, transfer: &Transfer) -> Result<Evidence, Unreadable> {
        let wallet = transfer.wallet;
        let (places, (states, causes)) = futures_util::join!(
            self.inner.places(wallet, transfer.message_hash),
            self.inner.states(wallet)
        );
        if states.is_empty() {
            return Err(unreadable(wallet, &causes));
        }
        let found = self.inner.fetch(transfer, &places, &states).await?;
        let mut found = decisive(found);
        let mut history: Option<History> = None;
        if found.is_none() {
            let ahead = states.iter().filter(|state| state.seqno > transfer.seqno);
            for state in ahead {
                let until = Until {
                    lt: transfer.lt_before,
                    time: None,
                };
                let walked = self.inner.walk(state, wallet, until).await?;
                let whole = walked
                    .gapless_down_to
                    .is_some_and(|lt| lt <= transfer.lt_before);
                if whole || history.is_none() {
                    history = Some(walked);
                }
                if whole {
                    break;
                }
            }
        }
        if let Some(history) = &history {
            let ours = history.txs.iter();
            let ours = ours.filter(|tx| tx.message == Some(transfer.message_hash));
            found = decisive(ours.cloned().collect());
        }
        Ok(Evidence {
            found,
            states,
            history,
        })
    }
}

/// What the answers to one message say together. One doubt outweighs a refusal: that provider may
/// have passed it on.
fn hint(answers: Vec<Result<(), Trouble>>) -> Result<SendHint, Failure<Infallible>> {
    if answers.iter().any(Result::is_ok) {
        return Ok(SendHint::Taken);
    }
    let troubles: Vec<Trouble> = answers.into_iter().filter_map(Result::err).collect();
    let of = |outcome| troubles.iter().find(|trouble| trouble.outcome == outcome);
    if let Some(doubt) = of(Outcome::Unknown) {
        return Err(Failure::unknown(&doubt.cause));
    }
    if let Some(refused) = of(Outcome::Refused) {
        return Ok(SendHint::Refused {
            why: refused.cause.clone(),
        });
    }
    let causes: Vec<&str> = troubles
        .iter()
        .map(|trouble| trouble.cause.as_str())
        .collect();
    Err(Failure::not_done(causes.join("; ")))
}

fn unreadable(wallet: WalletAddress, causes: &[String]) -> Unreadable {
    Unreadable::new(format!(
        "no provider shows wallet {wallet}: {}",
        causes.join("; ")
    ))
}
