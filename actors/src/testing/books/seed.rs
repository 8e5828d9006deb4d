//! Books that are not empty: what tests start from.

use super::MemoryBooks;
use crate::domain::customer::{Customer, Language};
use crate::domain::ids::{AdminId, CustomerId, LoginId, Nonce, TelegramId, Version, WalletAddress};
use crate::domain::ledger::{Account, Amount, Asset, Authority, Entry, EntryKey};
use crate::domain::login::{Health, Login};
use crate::domain::money::{MicroUsd, NanoTon};
use crate::domain::pricing::ShopPrices;
use crate::domain::wallet::{Standing, Wallet};
use crate::ports::books::{Commit, RowWrite, Write};

/// Seeds go through a commit like everything else, so what is seeded is sound. They panic where
/// the books refuse: a test that cannot begin must not go on.
impl MemoryBooks {
    /// Writes rows and entries as one commit. Seeds meet no faults and are not counted.
    #[expect(clippy::panic, reason = "a test that cannot begin must not go on")]
    pub fn seed(&self, rows: Vec<RowWrite>, entries: Vec<Entry>) {
        let mut inner = self.lock();
        let life = inner.state.life.unwrap_or(super::RETIRED);
        let commit = Commit {
            rows,
            entries,
            ..Commit::new(life, self.clock.now())
        };
        let outcome = super::commit::apply(&mut inner.state, commit, &self.rules);
        if let Err(why) = outcome {
            drop(inner);
            panic!("the books refuse the seed: {why}");
        }
    }

    /// A customer who speaks English, with an account under a fresh id.
    pub fn seed_customer(&self, telegram: TelegramId) -> Customer {
        let id = CustomerId::new(self.clock.fresh_id());
        let customer = Customer::open(id, telegram, Language::En, self.clock.now());
        self.seed(
            vec![RowWrite::Customer(Write::new(customer.clone()))],
            vec![],
        );
        customer
    }

    /// Money on a customer's balance, from the owner; more each time.
    pub fn seed_balance(&self, customer: CustomerId, amount: MicroUsd) {
        let from = Account::Owner(Asset::Usd);
        self.seed_posting(from, Account::Customer(customer), amount);
    }

    /// A debt of a customer's.
    pub fn seed_debt(&self, customer: CustomerId, amount: MicroUsd) {
        let owner = Account::Owner(Asset::Usd);
        self.seed_posting(Account::CustomerDebt(customer), owner, amount);
    }

    /// An open wallet at a seqno whose float is so large.
    #[expect(clippy::panic, reason = "a test that cannot begin must not go on")]
    pub fn seed_wallet(&self, address: WalletAddress, next_seqno: u32, float: NanoTon) -> Wallet {
        let wallet = Wallet {
            address,
            next_seqno,
            last: None,
            explained_in: None,
            live: None,
            claimed_by: None,
            unpaid_in_row: 0,
            stops: 0,
            trust_from: None,
            standing: Standing::Open,
        };
        let adopted = Entry::new(EntryKey::Adopted { wallet: address });
        let opening = Account::Opening(Asset::Ton);
        let adopted = adopted.post(Account::Float(address), opening, float);
        let adopted = adopted.unwrap_or_else(|why| panic!("no such float: {why}"));
        let entries = [adopted].into_iter().filter(|entry| !entry.is_empty());
        let row = RowWrite::Wallet(Write::new(wallet.clone()));
        self.seed(vec![row], entries.collect());
        wallet
    }

    /// A login that works, checked just now.
    pub fn seed_login(&self, id: LoginId, wallet: WalletAddress) -> Login {
        let login = Login {
            health: Health::Good,
            checked_at: Some(self.clock.now()),
            ..Login::new(id, wallet)
        };
        self.seed(vec![RowWrite::Login(Write::new(login.clone()))], vec![]);
        login
    }

    /// Published prices, over those that are there.
    pub fn seed_prices(&self, prices: ShopPrices) {
        let seen: Option<Version> = self.lock().state.prices.as_ref().map(|seen| seen.version);
        self.seed(vec![RowWrite::Prices(Write { seen, row: prices })], vec![]);
    }

    #[expect(clippy::panic, reason = "a test that cannot begin must not go on")]
    fn seed_posting(&self, debit: Account, credit: Account, amount: impl Into<Amount>) {
        let nonce = format!("seed-{}", self.clock.fresh_id());
        let nonce = Nonce::parse(&nonce).unwrap_or_else(|bad| panic!("no such nonce: {bad}"));
        let entry = Entry::new(EntryKey::Adjustment { nonce }).post(debit, credit, amount);
        let mut entry = entry.unwrap_or_else(|why| panic!("no such posting: {why}"));
        entry.by = Some(Authority {
            admin: AdminId::new(1),
            reason: "seed".into(),
        });
        self.seed(vec![], vec![entry]);
    }
}
