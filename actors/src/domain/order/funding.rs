//! Which wallet pays for an order.

use super::event::Funding;
use crate::domain::money::{MoneyError, NanoTon};
use crate::domain::pricing::Quote;
use crate::domain::wallet::{Standing, Wallet};

/// The float an order ties up: the most Fragment may ask, and the chain's fee.
///
/// # Errors
/// Overflow.
pub fn float_needed(quote: &Quote, chain_fee: NanoTon) -> Result<NanoTon, MoneyError> {
    quote.max_cost.checked_add(chain_fee)
}

/// Chooses among the wallets that may sign and have `need` free; `turn` goes round among them, so
/// that no wallet is preferred. None when no wallet can carry it. What is free may change before
/// the commit: the books refuse what the float does not cover.
#[must_use]
pub fn choose_wallet(wallets: &[(Wallet, NanoTon)], need: NanoTon, turn: u64) -> Option<Funding> {
    let mut able: Vec<_> = wallets
        .iter()
        .filter(|(wallet, free)| may_sign(wallet) && *free >= need)
        .map(|(wallet, _)| wallet.address)
        .collect();
    able.sort_unstable();
    let count = u64::try_from(able.len()).ok()?;
    let place = usize::try_from(turn.checked_rem(count)?).ok()?;
    able.get(place).map(|address| Funding {
        wallet: *address,
        reserve: need,
    })
}

const fn may_sign(wallet: &Wallet) -> bool {
    match &wallet.standing {
        Standing::Open => true,
        Standing::Stopped { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;
    use crate::domain::ids::{Hash256, WalletAddress};

    fn wallet(number: u8, standing: Standing) -> Wallet {
        Wallet {
            address: WalletAddress::basic(Hash256::new([number; 32])),
            next_seqno: 1,
            last: None,
            explained_in: None,
            live: None,
            claimed_by: None,
            unpaid_in_row: 0,
            stops: 0,
            trust_from: None,
            standing,
        }
    }

    const fn ton(nanos: i64) -> NanoTon {
        NanoTon::from_nanos(nanos)
    }

    fn stopped() -> Standing {
        let at = Timestamp::UNIX_EPOCH;
        Standing::Stopped {
            why: format!("a break at {at}"),
            reason: None,
        }
    }

    #[test]
    fn wallets_with_enough_float_take_turns_in_the_order_of_their_addresses() {
        let wallets = [
            (wallet(3, Standing::Open), ton(10)),
            (wallet(1, Standing::Open), ton(9)),
            (wallet(2, Standing::Open), ton(11)),
        ];
        let chosen = |turn| choose_wallet(&wallets, ton(10), turn).unwrap().wallet;
        let (two, three) = (wallets[2].0.address, wallets[0].0.address);
        assert_eq!([chosen(0), chosen(1), chosen(2)], [two, three, two]);
        assert_eq!(chosen(u64::MAX), three);
    }

    #[test]
    fn a_stopped_or_poor_wallet_is_never_chosen() {
        let wallets = [
            (wallet(1, stopped()), ton(100)),
            (wallet(2, Standing::Open), ton(9)),
        ];
        assert_eq!(choose_wallet(&wallets, ton(10), 0), None);
        assert_eq!(choose_wallet(&[], ton(0), 7), None);
        let funding = choose_wallet(&wallets, ton(9), 7).unwrap();
        assert_eq!(funding.reserve, ton(9));
        assert_eq!(funding.wallet, wallets[1].0.address);
    }
}
