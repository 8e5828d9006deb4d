//! What every chain and every signer must keep, on the client with the emulator behind it, and the
//! faults that the emulator can play.

use std::num::NonZeroU32;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::Utc;
use reqwest::Method;
use secrecy::SecretString;
use serde_json::{Value, json};
use starkeeper::ton::{
    ChainSettings, FirewallRules, Outgoings, ProviderSettings, TonChain, TonNetwork, TonSigner,
    WalletContract, WalletKey, WalletVersion, draw_words,
};
use starkeeper_actors::domain::Span;
use starkeeper_actors::domain::ids::{LoginId, TelegramId, WalletAddress};
use starkeeper_actors::domain::transfer::{JudgeRules, Transfer, TxPos, Verdict, Waiting};
use starkeeper_actors::ports::wallet::{Pays, SendHint, TransferIntent};
use starkeeper_actors::ports::{
    Browsers, Chain, Clock, Failure, Invoicing, Market, Messenger, Signer,
};
use starkeeper_actors::testing::TestClock;
use starkeeper_actors::testing::contract::outside::Outside;
use starkeeper_actors::testing::contract::rows;
use url::Url;

use super::{destination, nanos, premium, premium_link};
use crate::support::emulators::Emulators;
use crate::support::ports;

/// A wallet on the emulator's chain.
struct Ton {
    emulators: Emulators,
    clock: Arc<TestClock>,
    chain: TonChain,
    signer: Arc<TonSigner>,
    wallet: WalletAddress,
    words: SecretString,
    settings: ChainSettings,
}

struct Started {
    chain: TonChain,
    signer: TonSigner,
}

const VERSION: WalletVersion = WalletVersion::V5R1;

async fn ton() -> Ton {
    ton_of(VERSION).await
}

/// The firewall of these tests. The emulator's clock runs ahead of ours as blocks are mined.
fn rules(day_cap: i64) -> FirewallRules {
    let mut rules = FirewallRules::new(vec![destination()], nanos(i64::MAX), nanos(day_cap));
    rules.longest_validity = Span::minutes(60);
    rules
}

async fn ton_of(version: WalletVersion) -> Ton {
    let base = ports::block();
    let emulators = Emulators::start(base, 7);
    let clock = Arc::new(TestClock::with_tokio_from(Utc::now()));
    let words = draw_words().unwrap();
    let key = WalletKey::from_words(&words).unwrap();
    let contract = WalletContract::new(version, TonNetwork::Main, &key.public()).unwrap();
    let wallet = contract.address();
    // Two providers of one chain, each with faults of its own.
    let provider = |path| ProviderSettings {
        url: Url::parse(&format!("http://127.0.0.1:{}/{path}", base + 4)).unwrap(),
        key: Some(SecretString::from("a-key")),
    };
    let mut settings = ChainSettings::new(vec![provider(""), provider("second")]);
    settings.rate = NonZeroU32::new(10_000).unwrap();
    settings.pause = std::time::Duration::from_millis(5);
    let outgoings = Arc::new(Outgoings::new([wallet], vec![destination()]));
    let chain = TonChain::new(settings.clone(), Arc::clone(&outgoings)).unwrap();
    let of_signer = Arc::<TestClock>::clone(&clock);
    let signer = TonSigner::new([(key, contract)], rules(i64::MAX), outgoings, of_signer);
    let ton = Ton {
        emulators,
        clock,
        chain,
        signer: Arc::new(signer),
        wallet,
        words,
        settings,
    };
    ton.fund(10_000_000_000).await;
    ton
}

impl Ton {
    async fn fund(&self, nano: u64) {
        let path = format!("wallets/{}", self.wallet);
        self.emulators.order(&path, json!({ "nano": nano })).await;
    }

    /// Signs the payment of the vectors at the chain's seqno.
    async fn payment(&self) -> Transfer {
        let state = self.chain.state(self.wallet).await.unwrap();
        let mut link = premium_link();
        link.valid_until = state.time + Span::minutes(10);
        let intent = TransferIntent {
            wallet: self.wallet,
            seqno: state.seqno,
            valid_until: state.time + Span::minutes(5),
            pays: Pays::Link(link.clone()),
            product: Some(premium()),
        };
        let signed = self.signer.sign(&intent).unwrap();
        Transfer {
            seqno: intent.seqno,
            valid_until: intent.valid_until,
            lt_before: state.last_lt(),
            destination: link.destination,
            amount: link.amount,
            body_hash: signed.body_hash,
            message_hash: signed.message_hash,
            link: Some(link),
            boc: signed.boc,
            ..rows::transfer(21, 10, self.wallet, intent.seqno)
        }
    }

    /// What a daemon has that starts on the same wallet.
    fn started_anew(&self, day_cap: i64) -> Started {
        let key = WalletKey::from_words(&self.words).unwrap();
        let contract = WalletContract::new(VERSION, TonNetwork::Main, &key.public()).unwrap();
        let outgoings = Arc::new(Outgoings::new([self.wallet], vec![destination()]));
        let chain = TonChain::new(self.settings.clone(), Arc::clone(&outgoings)).unwrap();
        let clock = Arc::<TestClock>::clone(&self.clock);
        let signer = TonSigner::new([(key, contract)], rules(day_cap), outgoings, clock);
        Started { chain, signer }
    }

    async fn verdict(&self, transfer: &Transfer) -> Verdict {
        let evidence = self.chain.look(transfer).await.unwrap();
        let rules = JudgeRules {
            expiry_margin: Span::seconds(60),
        };
        transfer.judge(&evidence, &[], rules)
    }

    async fn advance(&self, seconds: u64) {
        let wish = json!({ "advance_s": seconds });
        self.emulators.order("clock", wish).await;
    }

    /// A fault of the first provider, or of the second.
    async fn fault(&self, provider: usize, method: &str, kind: &str, more: Value) {
        let system = ["ton", "ton-second"][provider];
        let mut wish = json!({"system": system, "method": method, "kind": kind});
        let more = more.as_object().unwrap().clone();
        wish.as_object_mut().unwrap().extend(more);
        self.emulators.order("faults", wish).await;
    }

    async fn paid(&self) -> usize {
        let (_, rows) = self
            .emulators
            .control(Method::GET, "chain", &json!({}))
            .await;
        let rows = rows.as_array().unwrap().iter();
        rows.filter(|row| row["ok"] == json!(true)).count()
    }
}

/// Only chain and keys are there.
#[async_trait]
impl Outside for Ton {
    fn clock(&self) -> Arc<dyn Clock> {
        Arc::<TestClock>::clone(&self.clock)
    }

    fn gateway(&self) -> Arc<dyn Invoicing> {
        panic!("only the chain is there")
    }

    fn market(&self) -> Arc<dyn Market> {
        panic!("only the chain is there")
    }

    fn browsers(&self) -> Arc<dyn Browsers> {
        panic!("only the chain is there")
    }

    fn chain(&self) -> Arc<dyn Chain> {
        Arc::new(self.chain.clone())
    }

    fn signer(&self) -> Arc<dyn Signer> {
        Arc::<TonSigner>::clone(&self.signer)
    }

    fn messenger(&self) -> Arc<dyn Messenger> {
        panic!("only the chain is there")
    }

    fn login(&self) -> LoginId {
        panic!("only the chain is there")
    }

    fn wallet(&self) -> WalletAddress {
        self.wallet
    }

    async fn mine(&self) {
        self.advance(2).await;
    }

    async fn payments(&self) -> usize {
        self.paid().await
    }

    async fn block(&self, _chat: TelegramId) {}

    async fn messages(&self, _chat: TelegramId) -> usize {
        0
    }
}

starkeeper_actors::contract_cases!(ton, outside,
    chain: [
        signing_twice_gives_the_same_bytes,
        a_wallet_without_a_key_is_refused,
        sending_again_executes_once,
        what_was_not_sent_is_not_found,
        a_transaction_is_found_by_its_message,
        history_is_whole_down_to_where_it_says,
    ],
);

#[tokio::test]
async fn a_payment_is_judged_paid_by_its_own_cells_in_both_contracts() {
    for version in WalletVersion::ALL {
        let ton = ton_of(version).await;
        for _ in 0..2 {
            let transfer = ton.payment().await;
            assert_eq!(ton.chain.send(&transfer).await, Ok(SendHint::Taken));
            ton.advance(20).await;
            let verdict = ton.verdict(&transfer).await;
            let Verdict::Paid { tx, fees } = verdict else {
                panic!("{verdict:?}")
            };
            assert!(tx.lt > transfer.lt_before && fees.is_positive());
            // A copy is refused, and that says nothing.
            let again = ton.chain.send(&transfer).await.unwrap();
            assert!(matches!(again, SendHint::Refused { .. }), "{again:?}");
        }
        assert_eq!(ton.paid().await, 2);
        books_and_chain_agree(&ton).await;
    }
}

/// What the chain says was spent is what is missing: amounts and fees of every transaction.
async fn books_and_chain_agree(ton: &Ton) {
    let state = ton.chain.state(ton.wallet).await.unwrap();
    let history = ton.chain.history(&state, ton.wallet, 0).await.unwrap();
    assert_eq!(history.gapless_down_to, Some(0));
    let spent = history.txs.iter().map(|tx| {
        let out: i64 = tx.out.iter().map(|out| out.value.nanos()).sum();
        out + tx.fees.nanos() - tx.value_in.nanos()
    });
    assert_eq!(10_000_000_000 - spent.sum::<i64>(), state.balance.nanos());
}

#[tokio::test]
async fn more_than_the_wallet_holds_is_consumed_unpaid() {
    for version in WalletVersion::ALL {
        let ton = ton_of(version).await;
        let transfer = ton.payment().await;
        ton.fund(30_000_000).await;
        ton.chain.send(&transfer).await.unwrap();
        ton.advance(20).await;
        let verdict = ton.verdict(&transfer).await;
        assert!(
            matches!(verdict, Verdict::ConsumedUnpaid { .. }),
            "{verdict:?}"
        );
    }
}

#[tokio::test]
async fn a_message_that_never_left_is_dead_only_behind_its_time() {
    let ton = ton().await;
    let transfer = ton.payment().await;
    assert_eq!(
        ton.verdict(&transfer).await,
        Verdict::Wait(Waiting::StillValid)
    );
    ton.advance(5 * 60 + 30).await;
    assert_eq!(
        ton.verdict(&transfer).await,
        Verdict::Wait(Waiting::StillValid)
    );
    ton.advance(60).await;
    assert_eq!(ton.verdict(&transfer).await, Verdict::Dead { providers: 2 });
    // And it is: nobody takes it any more.
    let late = ton.chain.send(&transfer).await.unwrap();
    assert!(matches!(late, SendHint::Refused { .. }), "{late:?}");
    ton.advance(20).await;
    assert_eq!(ton.paid().await, 0);
}

#[tokio::test]
async fn another_signer_is_found_out_by_the_whole_history() {
    let ton = ton().await;
    let ours = ton.payment().await;
    let mut link = ours.link.clone().unwrap();
    link.amount = nanos(60_000_000);
    let intent = TransferIntent {
        wallet: ton.wallet,
        seqno: ours.seqno,
        valid_until: ours.valid_until,
        pays: Pays::Link(link),
        product: Some(premium()),
    };
    let foreign = Transfer {
        boc: ton.signer.sign(&intent).unwrap().boc,
        ..ours.clone()
    };
    ton.chain.send(&foreign).await.unwrap();
    ton.advance(20).await;
    let verdict = ton.verdict(&ours).await;
    assert!(matches!(verdict, Verdict::Foreign { .. }), "{verdict:?}");
}

#[tokio::test]
async fn without_any_index_the_chain_itself_tells() {
    let ton = ton().await;
    let transfer = ton.payment().await;
    ton.chain.send(&transfer).await.unwrap();
    ton.advance(20).await;
    for provider in 0..2 {
        let often = json!({"count": 50});
        ton.fault(provider, "transactionsByMessage", "refuse", often)
            .await;
    }
    let verdict = ton.verdict(&transfer).await;
    assert!(matches!(verdict, Verdict::Paid { .. }), "{verdict:?}");
}

#[tokio::test]
async fn a_history_stops_where_it_may_and_says_where_it_broke_off() {
    let ton = ton().await;
    for _ in 0..3 {
        let transfer = ton.payment().await;
        ton.chain.send(&transfer).await.unwrap();
        ton.advance(20).await;
    }
    let state = ton.chain.state(ton.wallet).await.unwrap();
    let whole = ton.chain.history(&state, ton.wallet, 0).await.unwrap();
    let newest = whole.txs[0].tx;
    assert_eq!(state.last, Some(newest));
    let part = ton
        .chain
        .history(&state, ton.wallet, whole.txs[1].tx.lt)
        .await;
    assert_eq!(part.unwrap().txs, whole.txs[..1]);
    // A head that is not there: nothing is read, and nothing is claimed.
    let mut odd = state;
    odd.last = Some(TxPos {
        lt: newest.lt,
        hash: starkeeper_actors::domain::ids::Hash256::new([3; 32]),
    });
    let broken = ton.chain.history(&odd, ton.wallet, 0).await.unwrap();
    assert_eq!(
        (broken.txs.len(), broken.gapless_down_to),
        (0, Some(newest.lt))
    );
}

#[tokio::test]
async fn one_provider_that_pairs_new_times_with_old_data_outvotes_nobody() {
    let ton = ton().await;
    let first = ton.payment().await;
    ton.chain.send(&first).await.unwrap();
    ton.advance(20).await;
    let transfer = ton.payment().await;
    ton.chain.send(&transfer).await.unwrap();
    ton.advance(7 * 60).await;
    for provider in 0..2 {
        let often = json!({"count": 50});
        ton.fault(provider, "transactionsByMessage", "refuse", often)
            .await;
    }
    // The first shows the state of before with the time of now; the second shows the truth.
    let often = json!({"count": 50});
    ton.fault(0, "getAddressInformation", "mixed", often.clone())
        .await;
    let verdict = ton.verdict(&transfer).await;
    assert!(matches!(verdict, Verdict::Paid { .. }), "{verdict:?}");
    // Alone it is one witness, and one is not enough to give money back.
    ton.fault(1, "getAddressInformation", "down", often).await;
    let verdict = ton.verdict(&transfer).await;
    assert_eq!(verdict, Verdict::Dead { providers: 1 });
}

#[tokio::test]
async fn an_answer_that_was_lost_is_a_doubt_and_no_refusal() {
    let ton = ton().await;
    let transfer = ton.payment().await;
    for provider in 0..2 {
        ton.fault(provider, "sendBoc", "lose-reply", json!({"count": 50}))
            .await;
    }
    let lost = ton.chain.send(&transfer).await;
    assert!(matches!(lost, Err(Failure::Unknown { .. })), "{lost:?}");
    ton.advance(20).await;
    let verdict = ton.verdict(&transfer).await;
    assert!(matches!(verdict, Verdict::Paid { .. }), "{verdict:?}");
    assert_eq!(ton.paid().await, 1);
}

#[tokio::test]
async fn a_day_is_counted_from_the_chain_after_a_start_too() {
    let ton = ton().await;
    for _ in 0..2 {
        let transfer = ton.payment().await;
        ton.chain.send(&transfer).await.unwrap();
        ton.advance(20).await;
    }
    // 0.1 TON are paid. A daemon that starts anew may pay 0.04 more, and 0.05 are asked for.
    let again = ton.started_anew(140_000_000);
    let state = again.chain.state(ton.wallet).await.unwrap();
    let mut link = premium_link();
    link.valid_until = state.time + Span::minutes(10);
    let mut intent = TransferIntent {
        wallet: ton.wallet,
        seqno: state.seqno,
        valid_until: state.time + Span::minutes(5),
        pays: Pays::Link(link.clone()),
        product: Some(premium()),
    };
    let refused = again.signer.sign(&intent).unwrap_err().to_string();
    assert!(refused.contains("day cap: "), "{refused}");
    link.amount = nanos(40_000_000);
    intent.pays = Pays::Link(link);
    again.signer.sign(&intent).unwrap();
    // While the history cannot be read there is no state to sign on.
    let blind = ton.started_anew(140_000_000);
    for provider in 0..2 {
        ton.fault(provider, "getTransactions", "refuse", json!({"count": 50}))
            .await;
    }
    let why = blind.chain.state(ton.wallet).await.unwrap_err().to_string();
    assert!(why.contains("within the last day"), "{why}");
}

#[tokio::test]
async fn what_the_masterchain_does_not_refer_to_yet_is_waited_for() {
    let ton = ton().await;
    let transfer = ton.payment().await;
    ton.fault(0, "block", "stale", json!({"delay_ms": 30_000}))
        .await;
    ton.chain.send(&transfer).await.unwrap();
    ton.advance(10).await;
    let verdict = ton.verdict(&transfer).await;
    assert_eq!(verdict, Verdict::Wait(Waiting::NotFinal));
    ton.advance(40).await;
    let verdict = ton.verdict(&transfer).await;
    assert!(matches!(verdict, Verdict::Paid { .. }), "{verdict:?}");
    assert_eq!(ton.paid().await, 1);
}
