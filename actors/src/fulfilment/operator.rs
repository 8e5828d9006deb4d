//! What a person does by hand, committed with the version that person was shown, a nonce, and the
//! till's current epoch (rule 20).

use super::desk::{Bench, wallet_of};
use super::tills::Tenure;
use super::{AssignTransaction, OpenWallet, OperatorActs, OperatorRefused};
use crate::domain::dialog::Against;
use crate::domain::ids::{OrderId, Version};
use crate::domain::order::{OperatorAct, OrderEvent};
use crate::ports::Failure;
use crate::ports::books::{Claim, Commit, CommitRefused, OrderFile, OutsideEvent, RowWrite, Write};

impl Bench {
    /// The file of an order that a person wants to act on.
    pub(super) async fn file_for(
        &self,
        order: OrderId,
        shown: Version,
    ) -> Result<OrderFile, OperatorRefused> {
        let file = self.office.ports.books.order_file(order).await;
        let file = file.map_err(|error| OperatorRefused::TryAgain(error.to_string()))?;
        let file = file.ok_or(OperatorRefused::NotFound)?;
        if file.order.version != shown {
            return Err(OperatorRefused::Changed);
        }
        Ok(file)
    }

    /// Decides and commits a person's action on an order.
    pub(super) async fn operate(
        &self,
        acts: OperatorActs,
        file: OrderFile,
        tenure: Tenure,
    ) -> Result<(), OperatorRefused> {
        let OperatorActs {
            order,
            shown,
            act,
            nonce,
            by,
        } = acts;
        let mut brings_row = false;
        let mut commit = self.commit(&tenure);
        let body = format!("{by} {} {order}", act.name());
        if let OperatorAct::MarkDelivered { row } = &act {
            brings_row = true;
            commit
                .claims
                .push((Claim::History(row.clone()), Some(order)));
        }
        let desk = self.desk(wallet_of(&file), &tenure);
        let decision = file.order.row.decide(OrderEvent::Operator(act), desk);
        let decision = decision.map_err(|refused| OperatorRefused::Rule {
            against: Against::from(&refused),
            why: refused.to_string(),
        })?;
        let next = self.office.absorb(&mut commit, decision);
        commit
            .rows
            .push(RowWrite::Order(Write::over(&file.order, next)));
        commit.events.push(OutsideEvent {
            key: format!("press/{nonce}"),
            body,
        });
        commit.claims.push((Claim::Press(nonce), Some(order)));
        match self.press(commit).await {
            // Either name may be taken. The order as it was shown says that nothing was done by this press.
            Err(OperatorRefused::Pressed)
                if brings_row && self.file_for(order, shown).await.is_ok() =>
            {
                Err(OperatorRefused::Rule {
                    against: Against::RowTaken,
                    why: "the row of the history belongs to another order".to_owned(),
                })
            }
            outcome => outcome,
        }
    }

    /// Lets a stopped wallet work again.
    pub(super) async fn open_wallet(
        &self,
        open: OpenWallet,
        tenure: Tenure,
    ) -> Result<(), OperatorRefused> {
        let wallets = self.office.ports.books.wallets().await;
        let wallets = wallets.map_err(|error| OperatorRefused::TryAgain(error.to_string()))?;
        let wallet = wallets.iter().find(|seen| seen.row.address == open.wallet);
        let wallet = wallet.ok_or(OperatorRefused::NotFound)?;
        if wallet.version != open.shown {
            return Err(OperatorRefused::Changed);
        }
        let mut commit = self.commit(&tenure);
        let body = format!("{} opened wallet {}", open.by, open.wallet);
        commit
            .rows
            .push(RowWrite::Wallet(Write::over(wallet, wallet.row.opened())));
        commit.events.push(OutsideEvent {
            key: format!("press/{}", open.nonce),
            body,
        });
        commit.claims.push((Claim::Press(open.nonce), None));
        self.press(commit).await
    }

    /// Remembers what a person says about a transaction. The next explanation uses it.
    pub(super) async fn assign_transaction(
        &self,
        assign: AssignTransaction,
        tenure: Tenure,
    ) -> Result<(), OperatorRefused> {
        let wallets = self.office.ports.books.wallets().await;
        let wallets = wallets.map_err(|error| OperatorRefused::TryAgain(error.to_string()))?;
        let row = wallets
            .iter()
            .find(|seen| seen.row.address == assign.wallet);
        // Of a wallet that works, everything is explained or about to be judged: a person's word
        // would be posted a second time.
        if !row.ok_or(OperatorRefused::NotFound)?.row.is_stopped() {
            return Err(OperatorRefused::Rule {
                against: Against::WalletWorks,
                why: "only a stopped wallet has transactions to assign".to_owned(),
            });
        }
        let AssignTransaction {
            wallet,
            lt,
            order,
            by,
        } = assign;
        let mut commit = self.commit(&tenure);
        let to = order.map_or_else(|| "no order".to_owned(), |order| order.to_string());
        let body = format!("{by} assigned lt {lt} of {wallet} to {to}");
        commit.events.push(OutsideEvent {
            key: format!("assigned/{wallet}/{lt}"),
            body,
        });
        commit.claims.push((Claim::Assigned { wallet, lt }, order));
        self.press(commit).await
    }

    async fn press(&self, commit: Commit) -> Result<(), OperatorRefused> {
        let outcome = self.office.write(commit).await;
        self.doors.notifier.wake();
        outcome.map_err(|failure| match failure {
            Failure::Refused(CommitRefused::Taken { .. }) => OperatorRefused::Pressed,
            Failure::Refused(CommitRefused::Stale { .. }) => OperatorRefused::Changed,
            Failure::Refused(CommitRefused::Fenced { .. }) => OperatorRefused::Elsewhere,
            Failure::Refused(
                refused @ (CommitRefused::OtherLife { .. }
                | CommitRefused::Handled(_)
                | CommitRefused::Floor { .. }
                | CommitRefused::Guard(_)
                | CommitRefused::Rule { .. }),
            ) => OperatorRefused::Rule {
                against: refused.against(),
                why: refused.to_string(),
            },
            Failure::NotDone { cause } | Failure::Unknown { cause } => {
                OperatorRefused::TryAgain(cause)
            }
        })
    }
}
