//! `Linked`, and the way back: signs with the books' own seqno and commits the bytes before
//! anything leaves.

use super::desk::{Stuck, wallet_of};
use super::run::{Flow, Run};
use crate::domain::ids::{Hash256, TransferId, WalletAddress};
use crate::domain::link::Link;
use crate::domain::money::NanoTon;
use crate::domain::notice::{OperatorNews, Owed, RefundReason};
use crate::domain::order::{OrderEvent, OrderRefused, OrderState, WhyParked, conclude};
use crate::domain::transfer::{Purpose, Transfer, TransferState};
use crate::domain::wallet::{CannotSign, Signature, SigningDesk, Wallet, WhyStopped};
use crate::ports::books::{Guard, OrderFile, RowWrite, Seen, Write};
use crate::ports::wallet::{Pays, SignRefused, SignedMessage, TransferIntent};

/// What is to be signed.
struct ToSign {
    purpose: Purpose,
    link: Option<Link>,
    amount: NanoTon,
    destination: WalletAddress,
}

impl Run {
    pub(super) async fn sign(&mut self, file: &OrderFile) -> Result<Flow, Stuck> {
        let OrderState::Linked { link, .. } = &file.order.row.state else {
            return Err(Stuck::Reread);
        };
        if file.customer.row.is_frozen() {
            return Err(Stuck::Rest("an AML lock is on the customer".into()));
        }
        let (amount, destination) = (link.amount, link.destination);
        let link = Some(link.clone());
        let what = ToSign {
            purpose: Purpose::Goods,
            link,
            amount,
            destination,
        };
        self.plan_and_sign(file, what).await
    }

    /// Gives the money back if nothing signed can execute any more; otherwise uses the open seqno
    /// up with a message to ourselves.
    pub(super) async fn return_money(&mut self, file: &OrderFile) -> Result<Flow, Stuck> {
        let desk = self.bench.desk(wallet_of(file), &self.tenure);
        match file.order.row.decide(OrderEvent::ReturnMoney, desk) {
            Ok(_) => self.apply(file, OrderEvent::ReturnMoney).await,
            Err(OrderRefused::NeedsMore { .. }) => {
                let OrderState::Held {
                    refund: Some(refund),
                    ..
                } = &file.order.row.state
                else {
                    return Err(Stuck::Reread);
                };
                self.burn(file, *refund).await
            }
            Err(other) => Err(other.into()),
        }
    }

    async fn burn(&mut self, file: &OrderFile, refund: RefundReason) -> Result<Flow, Stuck> {
        let destination = self.tenure.wallet;
        let purpose = Purpose::Burn { refund };
        let what = ToSign {
            purpose,
            link: None,
            amount: NanoTon::ZERO,
            destination,
        };
        self.plan_and_sign(file, what).await
    }

    async fn plan_and_sign(&mut self, file: &OrderFile, what: ToSign) -> Result<Flow, Stuck> {
        let wallet = file.wallet.as_ref().ok_or(Stuck::Reread)?;
        let state = self
            .bench
            .office
            .ports
            .chain
            .state(wallet.row.address)
            .await?;
        let desk = SigningDesk {
            epoch: self.tenure.epoch,
            rules: self.bench.settings.signing,
            now: self.bench.now(),
        };
        let deadline = what.link.as_ref().map(|link| link.valid_until);
        match wallet
            .row
            .plan(file.order.row.id, what.amount, deadline, &state, desk)
        {
            Ok(signature) => self.sign_planned(file, wallet, what, signature).await,
            Err(CannotSign::LinkExpires(_)) => self.apply(file, OrderEvent::LinkExpired).await,
            Err(ref cannot @ CannotSign::Ahead { shown, books, .. }) => {
                let why = WhyStopped::Ahead { shown, books };
                self.chain_is_ahead(file, wallet, cannot, why).await
            }
            Err(cannot @ CannotSign::TooPoor { .. }) => {
                self.tell_float_low(wallet, state.balance).await?;
                Err(Stuck::Rest(cannot.to_string()))
            }
            // What keeps the wallet from signing may be a message of this very order.
            Err(cannot @ (CannotSign::Stopped { .. } | CannotSign::NotExplained(_))) => {
                match self.look_at_older(file, wallet).await? {
                    Some(flow) => Ok(flow),
                    None => Err(Stuck::Rest(cannot.to_string())),
                }
            }
            Err(
                cannot @ (CannotSign::Busy { .. }
                | CannotSign::Claimed { .. }
                | CannotSign::Stale { .. }
                | CannotSign::ClockSkew { .. }),
            ) => Err(Stuck::Rest(cannot.to_string())),
        }
    }

    /// Signs and commits: order, transfer and wallet in one, under both leases, and only if the
    /// customer is not frozen in that very transaction.
    async fn sign_planned(
        &self,
        file: &OrderFile,
        wallet: &Seen<Wallet>,
        what: ToSign,
        signature: Signature,
    ) -> Result<Flow, Stuck> {
        let intent = TransferIntent {
            wallet: wallet.row.address,
            seqno: signature.seqno,
            valid_until: signature.valid_until,
            product: what.link.is_some().then_some(file.order.row.quote.product),
            pays: what.link.clone().map_or(Pays::Nothing, Pays::Link),
        };
        let message = match self.bench.office.ports.signer.sign(&intent) {
            Ok(message) => message,
            Err(refused) => {
                let why = OrderEvent::NeedsOperator(match refused {
                    SignRefused::NoKey(wallet) => WhyParked::NoKey(wallet),
                    SignRefused::Rule { rule } => WhyParked::SignerRule(rule),
                });
                return self.apply(file, why).await;
            }
        };
        let burns = what.link.is_none();
        let transfer = self.transfer(file, what, signature, message);
        let order = &file.order.row;
        let desk = self.bench.desk(Some(&wallet.row), &self.tenure);
        let decision = order.decide(OrderEvent::Signed(transfer.clone()), desk)?;
        let mut commit = self.bench.commit(&self.tenure);
        let next = self.bench.office.absorb(&mut commit, decision);
        if !burns {
            commit.guards.push(Guard::NotFrozen(order.customer));
        }
        let signed = wallet.row.signed(transfer.id);
        commit
            .rows
            .push(RowWrite::Order(Write::over(&file.order, next)));
        commit.rows.push(RowWrite::Transfer(Write::new(transfer)));
        commit
            .rows
            .push(RowWrite::Wallet(Write::over(wallet, signed)));
        self.bench.write(commit).await?;
        Ok(Flow::Onward)
    }

    fn transfer(
        &self,
        file: &OrderFile,
        what: ToSign,
        signature: Signature,
        message: SignedMessage,
    ) -> Transfer {
        let body_hash: Hash256 = message.body_hash;
        Transfer {
            id: TransferId::new(self.bench.office.ports.clock.fresh_id()),
            order: file.order.row.id,
            purpose: what.purpose,
            wallet: self.tenure.wallet,
            seqno: signature.seqno,
            valid_until: signature.valid_until,
            lt_before: signature.lt_before,
            destination: what.destination,
            amount: what.amount,
            body_hash,
            message_hash: message.message_hash,
            link: what.link,
            boc: message.boc,
            signed_at: self.bench.now(),
            state: TransferState::Signed,
        }
    }

    /// The chain shows a higher seqno than the books. If an older message of this very order
    /// explains it, that is judged; anything else stops the wallet, durably.
    async fn chain_is_ahead(
        &self,
        file: &OrderFile,
        wallet: &Seen<Wallet>,
        cannot: &CannotSign,
        why: WhyStopped,
    ) -> Result<Flow, Stuck> {
        if let Some(flow) = self.look_at_older(file, wallet).await? {
            return Ok(flow);
        }
        if wallet.row.claimed_by == Some(file.order.row.id) {
            return Err(Stuck::Rest(cannot.to_string()));
        }
        let stopped = wallet.row.stopped(why);
        let mut commit = self.bench.commit(&self.tenure);
        if let Some(owed) = stopped.stop_notice() {
            let decision = crate::domain::decision::Decision::quiet(()).tell(owed);
            self.bench.office.absorb(&mut commit, decision);
        }
        commit
            .rows
            .push(RowWrite::Wallet(Write::over(wallet, stopped)));
        self.bench.write(commit).await?;
        Err(Stuck::Rest(cannot.to_string()))
    }

    /// Looks at the messages of this order that were thought dead at the wallet's seqno.
    async fn look_at_older(
        &self,
        file: &OrderFile,
        wallet: &Seen<Wallet>,
    ) -> Result<Option<Flow>, Stuck> {
        let open = file.transfers.iter().filter(|seen| {
            let dead = matches!(seen.row.state, TransferState::Dead { .. });
            dead && seen.row.seqno == wallet.row.next_seqno
        });
        for seen in open {
            if let Some(flow) = self.judge_older(file, seen).await? {
                return Ok(Some(flow));
            }
        }
        Ok(None)
    }

    async fn judge_older(
        &self,
        file: &OrderFile,
        older: &Seen<Transfer>,
    ) -> Result<Option<Flow>, Stuck> {
        let evidence = self.bench.office.ports.chain.look(&older.row).await?;
        let others: Vec<Transfer> = file.transfers.iter().map(|seen| seen.row.clone()).collect();
        let verdict = older
            .row
            .judge(&evidence, &others, self.bench.settings.judge);
        let transfers: Vec<Transfer> = file.transfers.iter().map(|seen| seen.row.clone()).collect();
        let desk = self.bench.desk(wallet_of(file), &self.tenure);
        let concluded = conclude(&file.order.row, &older.row, &transfers, &verdict, desk)?;
        match concluded {
            Some(decision) => self.commit_conclusion(file, decision).await.map(Some),
            None => Ok(None),
        }
    }

    async fn tell_float_low(&self, wallet: &Seen<Wallet>, free: NanoTon) -> Result<(), Stuck> {
        let hour = self.bench.now().timestamp().div_euclid(3600);
        let news = OperatorNews::FloatLow {
            wallet: wallet.row.address,
            free,
            hour,
        };
        let decision = crate::domain::decision::Decision::quiet(()).tell(Owed::operators(news));
        let mut commit = self.bench.commit(&self.tenure);
        self.bench.office.absorb(&mut commit, decision);
        self.bench.write(commit).await
    }
}
