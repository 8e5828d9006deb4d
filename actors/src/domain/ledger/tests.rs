use proptest::prelude::*;

use super::*;
use crate::domain::Timestamp;
use crate::domain::ids::Hash256;

fn account() -> impl Strategy<Value = Account> {
    let wallet = |n: u8| WalletAddress::basic(Hash256::new([n; 32]));
    prop_oneof![
        (0_i64..3).prop_map(|n| Account::Customer(CustomerId::new(n))),
        (0_i64..3).prop_map(|n| Account::CustomerHeld(CustomerId::new(n))),
        (0_i64..3).prop_map(|n| Account::CustomerDebt(CustomerId::new(n))),
        (0_u8..2).prop_map(move |n| Account::Float(wallet(n))),
        (0_u8..2).prop_map(move |n| Account::FloatHeld(wallet(n))),
        Just(Account::Revenue),
        Just(Account::GatewayClearing),
        Just(Account::GatewayFees),
        Just(Account::CostOfGoods),
        Just(Account::NetworkFees),
        Just(Account::Owner(Asset::Usd)),
        Just(Account::Suspense(Asset::Ton)),
        Just(Account::Opening(Asset::Ton)),
    ]
}

fn amount() -> impl Strategy<Value = Amount> {
    prop_oneof![
        (-5_i64..1_000_000).prop_map(|n| MicroUsd::from_micros(n).into()),
        (-5_i64..1_000_000).prop_map(|n| NanoTon::from_nanos(n).into()),
    ]
}

proptest! {
    #[test]
    fn a_posting_exists_only_if_positive_between_two_accounts_of_its_asset(
        debit in account(), credit in account(), amount in amount()
    ) {
        let sound = amount.units() > 0
            && debit != credit
            && debit.asset() == amount.asset()
            && credit.asset() == amount.asset();
        prop_assert_eq!(Posting::new(debit, credit, amount).is_ok(), sound);
    }

    #[test]
    fn whatever_is_posted_the_books_balance_and_statements_agree(
        moves in prop::collection::vec((account(), account(), amount()), 0..60)
    ) {
        let mut trial = TrialBalance::default();
        let mut entries = Vec::new();
        for (n, (debit, credit, amount)) in (1_u32..).zip(moves) {
            if let Ok(posting) = Posting::new(debit, credit, amount) {
                let mut entry = Entry::new(EntryKey::Credit { invoice: InvoiceId::new(1), n });
                entry.postings.push(posting);
                trial.add(&entry);
                entries.push((Timestamp::UNIX_EPOCH, entry));
            }
        }
        prop_assert!(trial.balances());
        for (account, balance) in &trial.accounts {
            let dated = entries.iter().map(|(at, entry)| (*at, entry));
            let statement = Statement::of(*account, 0, dated);
            prop_assert_eq!(statement.balance(), *balance);
            let changes: i64 = statement.lines.iter().map(|line| line.change).sum();
            prop_assert_eq!(changes, *balance);
        }
    }

    #[test]
    fn a_reversal_undoes_the_posting_exactly(
        debit in account(), credit in account(), amount in amount()
    ) {
        if let Ok(posting) = Posting::new(debit, credit, amount) {
            for account in [debit, credit] {
                let sum = posting.effect_on(account) + posting.reversed().effect_on(account);
                prop_assert_eq!(sum, 0);
            }
        }
    }
}

#[test]
fn an_adjustment_gives_takes_and_never_does_nothing() {
    let by = || Authority {
        admin: AdminId::new(1),
        reason: "goodwill".into(),
    };
    let nonce = || Nonce::parse("n-1").unwrap();
    let customer = CustomerId::new(7);
    let give = Entry::adjustment(customer, MicroUsd::from_micros(5), by(), nonce()).unwrap();
    let take = Entry::adjustment(customer, MicroUsd::from_micros(-5), by(), nonce()).unwrap();
    let effect = |entry: &Entry| entry.postings[0].effect_on(Account::Customer(customer));
    assert_eq!((effect(&give), effect(&take)), (5, -5));
    assert!(Entry::adjustment(customer, MicroUsd::ZERO, by(), nonce()).is_err());
}
