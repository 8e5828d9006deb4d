//! What must hold whatever happens: predicates over rows, used by debug checks, by properties and
//! by the exhaustive search (`tests/model.rs`) alike.
//!
//! Each takes what it judges and nothing else, reads no clock, and names in a [`Broken`] the rows
//! that contradict each other. None of them repairs anything.

use std::collections::BTreeMap;

use super::Timestamp;
use super::ids::{CustomerId, InvoiceId, OrderId, TransferId, WalletAddress};
use super::invoice::Invoice;
use super::ledger::{Account, Asset, Entry, EntryKey, TrialBalance};
use super::money::{MicroUsd, NanoTon};
use super::order::{Order, OrderState, Stage};
use super::transfer::{Purpose, Transfer, TransferState};
use super::wallet::Wallet;

/// A rule that does not hold, with the rows that break it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, thiserror::Error)]
pub enum Broken {
    /// Debits and credits of an asset differ.
    #[error("the books do not balance: debits minus credits of {asset:?} are {by}")]
    Unbalanced {
        /// Which asset.
        asset: Asset,
        /// By how much, in its smallest unit.
        by: i128,
    },
    /// Two messages of one wallet may execute.
    #[error("{first} and {second} of wallet {wallet} are both live")]
    TwoLiveOfWallet {
        /// Which wallet.
        wallet: WalletAddress,
        /// One.
        first: TransferId,
        /// The other.
        second: TransferId,
    },
    /// Two messages of one order may execute.
    #[error("{first} and {second} of {order} are both live")]
    TwoLiveOfOrder {
        /// Which order.
        order: OrderId,
        /// One.
        first: TransferId,
        /// The other.
        second: TransferId,
    },
    /// A wallet's row and its transfers disagree about what is live.
    #[error("wallet {wallet} names {named:?} as live, its transfers say {there:?}")]
    LiveDiffers {
        /// Which wallet.
        wallet: WalletAddress,
        /// What the wallet's row says.
        named: Option<TransferId>,
        /// What the transfers say.
        there: Option<TransferId>,
    },
    /// Fragment was paid twice for one order.
    #[error("{order} was paid twice, by {first} and by {second}")]
    PaidTwice {
        /// Which order.
        order: OrderId,
        /// One payment.
        first: TransferId,
        /// The other.
        second: TransferId,
    },
    /// The price went back although a message for the goods paid or may still pay.
    #[error("{order} was refunded although {transfer} paid, or may still pay, for its goods")]
    ReleasedTooSoon {
        /// Which order.
        order: OrderId,
        /// The message.
        transfer: TransferId,
    },
    /// What is held of a customer's money is not what the open orders hold.
    #[error("{customer}'s held money is {held}, the open orders hold {wanted}")]
    HeldDiffers {
        /// Whose.
        customer: CustomerId,
        /// What the ledger says.
        held: MicroUsd,
        /// What the orders say.
        wanted: MicroUsd,
    },
    /// What is reserved of a wallet is not what the open orders reserve.
    #[error("wallet {wallet} has {held} reserved, the open orders reserve {wanted}")]
    ReservedDiffers {
        /// Which wallet.
        wallet: WalletAddress,
        /// What the ledger says.
        held: NanoTon,
        /// What the orders say.
        wanted: NanoTon,
    },
    /// An explained wallet without anything in flight holds something else than the ledger says.
    #[error("wallet {wallet} holds {chain} on the chain and {books} in the books")]
    FloatDiffers {
        /// Which wallet.
        wallet: WalletAddress,
        /// What the chain shows.
        chain: NanoTon,
        /// What the ledger says.
        books: NanoTon,
    },
    /// The credits of an invoice are not what it says it credited.
    #[error("{invoice}: its credits add up to {entered}, its row says {recorded}")]
    CreditsDiffer {
        /// Which invoice.
        invoice: InvoiceId,
        /// The sum of its entries.
        entered: MicroUsd,
        /// The row's own number.
        recorded: MicroUsd,
    },
    /// An invoice whose newest status is known has credited something else than is due.
    #[error("{invoice}: {due} is due, {recorded} is in the books")]
    NotWhatIsDue {
        /// Which invoice.
        invoice: InvoiceId,
        /// What the payment is worth.
        due: MicroUsd,
        /// What was credited and withheld, less what was taken back.
        recorded: MicroUsd,
    },
}

/// Every posting has two sides, so the sums must agree.
///
/// # Errors
/// The first asset that does not balance.
pub fn books_balance(trial: &TrialBalance) -> Result<(), Broken> {
    for asset in [Asset::Usd, Asset::Ton] {
        let by = trial.imbalance(asset);
        if by != 0 {
            return Err(Broken::Unbalanced { asset, by });
        }
    }
    Ok(())
}

/// At most one live transfer per wallet and per order.
///
/// # Errors
/// The first two that are live together.
pub fn one_live_transfer<'a>(
    transfers: impl IntoIterator<Item = &'a Transfer>,
) -> Result<(), Broken> {
    let mut of_wallet = BTreeMap::new();
    let mut of_order = BTreeMap::new();
    for transfer in transfers.into_iter().filter(|transfer| transfer.is_live()) {
        let (wallet, order, second) = (transfer.wallet, transfer.order, transfer.id);
        if let Some(first) = of_order.insert(order, second) {
            return Err(Broken::TwoLiveOfOrder {
                order,
                first,
                second,
            });
        }
        if let Some(first) = of_wallet.insert(wallet, second) {
            return Err(Broken::TwoLiveOfWallet {
                wallet,
                first,
                second,
            });
        }
    }
    Ok(())
}

/// A wallet's row names the live transfer there is.
///
/// # Errors
/// The row names another one, or none, or one too many.
pub fn wallet_names_its_live<'a>(
    wallet: &Wallet,
    transfers: impl IntoIterator<Item = &'a Transfer>,
) -> Result<(), Broken> {
    let mut live = transfers
        .into_iter()
        .filter(|one| one.wallet == wallet.address && one.is_live());
    let there = live.next().map(|one| one.id);
    if there == wallet.live {
        return Ok(());
    }
    Err(Broken::LiveDiffers {
        wallet: wallet.address,
        named: wallet.live,
        there,
    })
}

/// The payments for goods that the books know of, for [`one_payment_per_order`].
pub fn payments_in_books<'a>(
    transfers: impl IntoIterator<Item = &'a Transfer>,
) -> impl Iterator<Item = (OrderId, TransferId)> {
    transfers
        .into_iter()
        .filter_map(|one| match (&one.purpose, &one.state) {
            (Purpose::Goods, TransferState::Paid { .. } | TransferState::Bounced { .. }) => {
                Some((one.order, one.id))
            }
            (
                Purpose::Goods | Purpose::Burn { .. },
                TransferState::Signed
                | TransferState::Paid { .. }
                | TransferState::ConsumedUnpaid { .. }
                | TransferState::Dead { .. }
                | TransferState::Superseded { .. }
                | TransferState::Foreign { .. }
                | TransferState::Bounced { .. },
            ) => None,
        })
}

/// At most one payment per order. Takes what was observed, in the books or on the chain itself.
///
/// # Errors
/// The first order that was paid twice.
pub fn one_payment_per_order(
    payments: impl IntoIterator<Item = (OrderId, TransferId)>,
) -> Result<(), Broken> {
    let mut paid = BTreeMap::new();
    for (order, second) in payments {
        if let Some(first) = paid.insert(order, second) {
            return Err(Broken::PaidTwice {
                order,
                first,
                second,
            });
        }
    }
    Ok(())
}

/// Whether the price went back by the rules alone, so that no payment may exist: not behind a
/// bounce, nor given up by two persons (which is watched).
#[must_use]
pub const fn must_be_unpaid(order: &Order, bounced: bool) -> bool {
    match &order.state {
        OrderState::Refunded { watch_until, .. } => watch_until.is_none() && !bounced,
        OrderState::Cancelled { .. } => true,
        OrderState::AwaitingPayment { .. }
        | OrderState::Held { .. }
        | OrderState::Linked { .. }
        | OrderState::Paying { .. }
        | OrderState::Paid { .. }
        | OrderState::Delivered { .. }
        | OrderState::Parked { .. } => false,
    }
}

/// No hold is released while a message signed for the goods has paid or may still execute.
/// `open` are the messages of the order that have, or may.
///
/// # Errors
/// The order was refunded and there is such a message.
pub fn not_released_too_soon(
    order: &Order,
    bounced: bool,
    open: impl IntoIterator<Item = TransferId>,
) -> Result<(), Broken> {
    if !must_be_unpaid(order, bounced) {
        return Ok(());
    }
    match open.into_iter().next() {
        Some(transfer) => Err(Broken::ReleasedTooSoon {
            order: order.id,
            transfer,
        }),
        None => Ok(()),
    }
}

/// The price that the ledger must hold for an order.
#[must_use]
pub const fn price_held(order: &Order) -> MicroUsd {
    if order.purchase().is_some() {
        order.price()
    } else {
        MicroUsd::ZERO
    }
}

/// The TON that the ledger must have reserved for an order: until it was spent, given back, or
/// found to have been spent outside the books.
#[must_use]
pub const fn float_reserved(order: &Order) -> NanoTon {
    match &order.state {
        OrderState::Held { purchase, .. }
        | OrderState::Linked { purchase, .. }
        | OrderState::Paying { purchase, .. } => purchase.reserved,
        OrderState::Parked {
            purchase, stage, ..
        } => match stage {
            Stage::Unsigned | Stage::Signed { .. } | Stage::PaidOutside { .. } => purchase.reserved,
            Stage::Paid { .. } => NanoTon::ZERO,
        },
        OrderState::AwaitingPayment { .. }
        | OrderState::Paid { .. }
        | OrderState::Delivered { .. }
        | OrderState::Refunded { .. }
        | OrderState::Cancelled { .. } => NanoTon::ZERO,
    }
}

/// What is held for customers and reserved of wallets is what their open orders hold and reserve.
/// Holds for refunds and locks of invoices are the caller's to leave out.
///
/// # Errors
/// The first account that differs.
pub fn holds_agree<'a>(
    orders: impl IntoIterator<Item = &'a Order>,
    trial: &TrialBalance,
) -> Result<(), Broken> {
    let mut held: BTreeMap<CustomerId, i64> = BTreeMap::new();
    let mut reserved: BTreeMap<WalletAddress, i64> = BTreeMap::new();
    for order in orders {
        *held.entry(order.customer).or_default() += price_held(order).micros();
        if let Some(purchase) = order.purchase() {
            *reserved.entry(purchase.wallet).or_default() += float_reserved(order).nanos();
        }
    }
    for account in trial.accounts.keys() {
        match account {
            Account::CustomerHeld(customer) => {
                held.entry(*customer).or_default();
            }
            Account::FloatHeld(wallet) => {
                reserved.entry(*wallet).or_default();
            }
            Account::Customer(_)
            | Account::CustomerDebt(_)
            | Account::Revenue
            | Account::GatewayClearing
            | Account::GatewayFees
            | Account::CostOfGoods
            | Account::NetworkFees
            | Account::Float(_)
            | Account::Owner(_)
            | Account::Suspense(_)
            | Account::Opening(_) => {}
        }
    }
    for (customer, wanted) in held {
        let there = trial.of(Account::CustomerHeld(customer));
        if there != wanted {
            let (held, wanted) = (MicroUsd::from_micros(there), MicroUsd::from_micros(wanted));
            return Err(Broken::HeldDiffers {
                customer,
                held,
                wanted,
            });
        }
    }
    for (wallet, wanted) in reserved {
        let there = trial.of(Account::FloatHeld(wallet));
        if there != wanted {
            let (held, wanted) = (NanoTon::from_nanos(there), NanoTon::from_nanos(wanted));
            return Err(Broken::ReservedDiffers {
                wallet,
                held,
                wanted,
            });
        }
    }
    Ok(())
}

/// Money is conserved: a wallet whose history is explained to its end, without anything live,
/// holds on the chain what the ledger says.
///
/// # Errors
/// The two sums.
pub fn float_is_there(
    wallet: WalletAddress,
    trial: &TrialBalance,
    chain: NanoTon,
) -> Result<(), Broken> {
    let free = trial.of(Account::Float(wallet));
    let books = free.saturating_add(trial.of(Account::FloatHeld(wallet)));
    let books = NanoTon::from_nanos(books);
    if books == chain {
        Ok(())
    } else {
        Err(Broken::FloatDiffers {
            wallet,
            chain,
            books,
        })
    }
}

/// The credits of an invoice add up to what its row says: what came from the gateway under its
/// credit entries is what was credited and withheld.
///
/// # Errors
/// The two sums.
pub fn credits_add_up<'a>(
    invoice: &Invoice,
    entries: impl IntoIterator<Item = &'a Entry>,
) -> Result<(), Broken> {
    let of_invoice = entries.into_iter().filter(|entry| match &entry.key {
        EntryKey::Credit { invoice: whose, .. } => *whose == invoice.id,
        EntryKey::Reversal { .. }
        | EntryKey::Lock { .. }
        | EntryKey::Unlock { .. }
        | EntryKey::RefundHold { .. }
        | EntryKey::RefundEnd { .. }
        | EntryKey::Hold { .. }
        | EntryKey::Release { .. }
        | EntryKey::Spent { .. }
        | EntryKey::NetworkFee { .. }
        | EntryKey::Settle { .. }
        | EntryKey::Bounce { .. }
        | EntryKey::Explained { .. }
        | EntryKey::Adopted { .. }
        | EntryKey::Orphan { .. }
        | EntryKey::OrphanBack { .. }
        | EntryKey::CarriedOver { .. }
        | EntryKey::Adjustment { .. } => false,
    });
    let postings = of_invoice.flat_map(|entry| entry.postings.iter());
    let entered = postings
        .map(|posting| posting.effect_on(Account::GatewayClearing))
        .fold(0_i64, i64::saturating_add);
    let entered = MicroUsd::from_micros(entered);
    let recorded = invoice.money.recorded().unwrap_or(MicroUsd::ZERO);
    if entered == recorded {
        Ok(())
    } else {
        Err(Broken::CreditsDiffer {
            invoice: invoice.id,
            entered,
            recorded,
        })
    }
}

/// An invoice has in the books what its payment is worth.
///
/// # Errors
/// The two sums.
pub fn credited_is_due(invoice: &Invoice, due: MicroUsd) -> Result<(), Broken> {
    let money = &invoice.money;
    let recorded = money
        .left()
        .checked_add(money.withheld_left())
        .unwrap_or(MicroUsd::ZERO);
    if recorded == due {
        Ok(())
    } else {
        Err(Broken::NotWhatIsDue {
            invoice: invoice.id,
            due,
            recorded,
        })
    }
}

/// Messages of an order that may still execute: not consumed, and not expired at a block time.
pub fn may_execute<'a>(
    messages: impl IntoIterator<Item = &'a Transfer>,
    order: OrderId,
    chain_seqno: u32,
    block_time: Timestamp,
) -> impl Iterator<Item = TransferId> {
    messages.into_iter().filter_map(move |one| {
        let open = one.seqno >= chain_seqno && block_time < one.valid_until;
        let goods = match one.purpose {
            Purpose::Goods => true,
            Purpose::Burn { .. } => false,
        };
        (one.order == order && goods && open).then_some(one.id)
    })
}
