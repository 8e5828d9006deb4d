use starkeeper_actors::domain::ids::{
    CustomerId, GatewayUuid, InvoiceId, Nonce, OrderId, TransferId, WalletAddress,
};
use starkeeper_actors::domain::ledger::{Account, Asset, EntryKey};

use super::{account, account_of, entry, entry_of};

fn wallet() -> WalletAddress {
    WalletAddress::parse(&format!("-1:{}", "ab".repeat(32))).unwrap()
}

#[test]
fn every_key_of_an_entry_is_read_back_as_it_was_written() {
    let (invoice, order, transfer) = (InvoiceId::new(7), OrderId::new(8), TransferId::new(-9));
    let (n, wallet) = (3, wallet());
    let keys = [
        EntryKey::Credit { invoice, n },
        EntryKey::Reversal { invoice, n },
        EntryKey::Lock { invoice, n },
        EntryKey::Unlock { invoice, n },
        EntryKey::RefundHold { invoice },
        EntryKey::RefundEnd { invoice },
        EntryKey::Hold { order },
        EntryKey::Release { order },
        EntryKey::Spent { transfer },
        EntryKey::NetworkFee { transfer },
        EntryKey::Settle { order },
        EntryKey::Bounce { transfer },
        EntryKey::Explained {
            wallet,
            lt: u64::MAX,
        },
        EntryKey::Adopted { wallet },
        EntryKey::Orphan {
            uuid: GatewayUuid::parse("a/b").unwrap(),
        },
        EntryKey::OrphanBack {
            uuid: GatewayUuid::parse("a/b").unwrap(),
        },
        EntryKey::CarriedOver {
            customer: CustomerId::new(i64::MAX),
        },
        EntryKey::Adjustment {
            nonce: Nonce::parse("a/b//c").unwrap(),
        },
    ];
    let mut texts: Vec<String> = keys.iter().map(entry).collect();
    for (key, text) in keys.iter().zip(&texts) {
        assert_eq!(entry_of(text).as_ref(), Some(key), "{text}");
    }
    texts.sort();
    texts.dedup();
    assert_eq!(texts.len(), keys.len());
    for strange in ["", "credit", "credit/7", "credit/x/1", "other/7"] {
        assert_eq!(entry_of(strange), None, "{strange}");
    }
}

#[test]
fn every_account_is_read_back_as_it_was_written() {
    let customer = CustomerId::new(5);
    let wallet = wallet();
    let accounts = [
        Account::Customer(customer),
        Account::CustomerHeld(customer),
        Account::CustomerDebt(customer),
        Account::Revenue,
        Account::GatewayClearing,
        Account::GatewayFees,
        Account::CostOfGoods,
        Account::NetworkFees,
        Account::Float(wallet),
        Account::FloatHeld(wallet),
        Account::Owner(Asset::Usd),
        Account::Owner(Asset::Ton),
        Account::Suspense(Asset::Usd),
        Account::Suspense(Asset::Ton),
        Account::Opening(Asset::Usd),
        Account::Opening(Asset::Ton),
    ];
    for one in accounts {
        let name = account(one);
        assert_eq!(account_of(name.kind, &name.owner, name.asset), Some(one));
    }
    assert_eq!(account_of("strange", "", "usd"), None);
}
