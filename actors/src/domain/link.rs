//! What Fragment asks to be paid for an order, and every check it must pass before a signature.
//!
//! [`LinkOffer`] is what came over the wire, decoded and unchecked. [`Link`] is an offer that
//! passed [`LinkOffer::check`]: the only thing that is ever signed.

use serde::{Deserialize, Serialize};

use super::catalog::{PremiumMonths, Product, Recipient};
use super::ids::{Hash256, LoginId, PaymentRef, RequestId, WalletAddress};
use super::money::NanoTon;
use super::transfer::Boc;
use super::{Span, Timestamp};

#[cfg(test)]
mod tests;

/// Fragment's answer to "link, please", as decoded by the adapter.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LinkOffer {
    /// The login whose session holds the purchase.
    pub login: LoginId,
    /// The version of that login's cookie jar.
    pub jar: i64,
    /// The recipient that the link was made for, as Fragment showed it.
    pub recipient: Recipient,
    /// `req_id` of the init call.
    pub request: RequestId,
    /// The price of the init call.
    pub init_amount: NanoTon,
    /// The payer that Fragment expects, if it says so.
    pub from: Option<WalletAddress>,
    /// How many messages the transaction has.
    pub messages: u32,
    /// Whether a message carries a state init.
    pub has_state_init: bool,
    /// Where the TON shall go.
    pub destination: WalletAddress,
    /// How much.
    pub amount: NanoTon,
    /// The payload cell, verbatim.
    pub payload: Boc,
    /// Hash of the payload cell.
    pub payload_hash: Hash256,
    /// The text in the payload.
    pub payload_text: String,
    /// Fragment's deadline for the transaction.
    pub valid_until: Timestamp,
    /// The method that must be called with the signed message.
    pub confirm_method: String,
    /// Its parameters, as pairs.
    pub confirm_params: Vec<(String, String)>,
}

/// A purchase at Fragment that passed every check and waits for its payment.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Link {
    /// The login whose session holds the purchase.
    pub login: LoginId,
    /// The version of the cookie jar that linked it; kept until the confirm call is done.
    pub jar: i64,
    /// Fragment's id of the purchase.
    pub request: RequestId,
    /// The reference in the payment's comment.
    pub reference: PaymentRef,
    /// Where the TON goes.
    pub destination: WalletAddress,
    /// How much.
    pub amount: NanoTon,
    /// The payload cell, verbatim.
    pub payload: Boc,
    /// Hash of the payload cell.
    pub payload_hash: Hash256,
    /// Fragment's deadline for the transaction.
    pub valid_until: Timestamp,
    /// The method that must be called with the signed message.
    pub confirm_method: String,
    /// Its parameters, as pairs.
    pub confirm_params: Vec<(String, String)>,
}

/// Which check an offer failed. Nothing was signed.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum LinkRefused {
    /// Fragment expects another payer.
    #[error("link is for payer {got}, expected wallet {expected}")]
    WrongPayer {
        /// The payer named.
        got: WalletAddress,
        /// Our wallet.
        expected: WalletAddress,
    },
    /// More or fewer messages than one.
    #[error("link has {0} messages, expected exactly 1")]
    Messages(u32),
    /// A message carries a state init.
    #[error("link carries a state init, expected none")]
    StateInit,
    /// The destination is not on the allow-list.
    #[error("link pays {0}, which is not among the allowed destinations")]
    Destination(WalletAddress),
    /// The transaction does not ask for what init said.
    #[error("link asks for {link}, but init said {init}")]
    AmountDiffers {
        /// The transaction's amount.
        link: NanoTon,
        /// The init call's amount.
        init: NanoTon,
    },
    /// Nothing, or less.
    #[error("link asks for {0}, expected more than zero")]
    AmountNotPositive(NanoTon),
    /// Above the cap of one order.
    #[error("link asks for {amount}, above the cap of one order {cap}")]
    AboveCap {
        /// The transaction's amount.
        amount: NanoTon,
        /// The cap.
        cap: NanoTon,
    },
    /// The comment is not about this order.
    #[error("link's comment {text:?} is not about {expected}")]
    Comment {
        /// The comment, shortened.
        text: String,
        /// What was expected.
        expected: String,
    },
    /// The comment has no usable reference.
    #[error("link's comment {0:?} has no Ref#")]
    NoReference(String),
    /// The deadline is too near.
    #[error("link is valid until {valid_until}, less than {needed_s} s from now")]
    TooLate {
        /// Fragment's deadline.
        valid_until: Timestamp,
        /// Seconds needed.
        needed_s: i64,
    },
    /// Another person than the one who was confirmed (rule 10).
    #[error("link is for another recipient than the one that was confirmed")]
    Recipient,
}

/// What the checks depend on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LinkRules {
    /// Fragment's own addresses. Anything else is held for the operator.
    pub destinations: Vec<WalletAddress>,
    /// The most TON one order may cost.
    pub cap: NanoTon,
    /// How long a link must still be valid.
    pub min_validity: Span,
}

/// What the offer is compared with.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The wallet the order is bound to.
    pub wallet: WalletAddress,
    /// What was ordered.
    pub product: &'a Product,
    /// For whom, as the customer confirmed.
    pub recipient: &'a Recipient,
}

impl LinkOffer {
    /// Makes every check of a payment's contents and of rule 10. Whether the request id and the
    /// reference are new is the books' check, and whether the cost is within the quote is the
    /// price's.
    ///
    /// # Errors
    /// The first check that failed.
    pub fn check(
        self,
        expected: Expected<'_>,
        rules: &LinkRules,
        now: Timestamp,
    ) -> Result<Link, LinkRefused> {
        self.check_transaction(expected.wallet, rules)?;
        if !expected.recipient.is_same_person(&self.recipient) {
            return Err(LinkRefused::Recipient);
        }
        if self.valid_until < now + rules.min_validity {
            let needed_s = rules.min_validity.num_seconds();
            return Err(LinkRefused::TooLate {
                valid_until: self.valid_until,
                needed_s,
            });
        }
        let reference = self.check_comment(expected.product)?;
        Ok(Link {
            login: self.login,
            jar: self.jar,
            request: self.request,
            reference,
            destination: self.destination,
            amount: self.amount,
            payload: self.payload,
            payload_hash: self.payload_hash,
            valid_until: self.valid_until,
            confirm_method: self.confirm_method,
            confirm_params: self.confirm_params,
        })
    }

    fn check_transaction(
        &self,
        wallet: WalletAddress,
        rules: &LinkRules,
    ) -> Result<(), LinkRefused> {
        if let Some(got) = self.from.filter(|from| *from != wallet) {
            return Err(LinkRefused::WrongPayer {
                got,
                expected: wallet,
            });
        }
        if self.messages != 1 {
            return Err(LinkRefused::Messages(self.messages));
        }
        if self.has_state_init {
            return Err(LinkRefused::StateInit);
        }
        if !rules.destinations.contains(&self.destination) {
            return Err(LinkRefused::Destination(self.destination));
        }
        if self.amount != self.init_amount {
            return Err(LinkRefused::AmountDiffers {
                link: self.amount,
                init: self.init_amount,
            });
        }
        if !self.amount.is_positive() {
            return Err(LinkRefused::AmountNotPositive(self.amount));
        }
        if self.amount > rules.cap {
            return Err(LinkRefused::AboveCap {
                amount: self.amount,
                cap: rules.cap,
            });
        }
        Ok(())
    }

    /// The comment must name exactly this product and quantity, and a reference.
    fn check_comment(&self, product: &Product) -> Result<PaymentRef, LinkRefused> {
        let text = self.payload_text.as_str();
        let shown = || text.chars().take(120).collect::<String>();
        let titles = comment_titles(product);
        let Some((title, reference)) = text.split_once("Ref#") else {
            return Err(LinkRefused::NoReference(shown()));
        };
        if !titles.iter().any(|expected| expected == title.trim()) {
            return Err(LinkRefused::Comment {
                text: shown(),
                expected: titles.join(" or "),
            });
        }
        let reference = reference.trim();
        let sound = !reference.is_empty() && reference.bytes().all(|b| b.is_ascii_alphanumeric());
        match PaymentRef::parse(reference) {
            Ok(parsed) if sound => Ok(parsed),
            Ok(_) | Err(_) => Err(LinkRefused::NoReference(shown())),
        }
    }
}

/// Whether a comment's title, the text before `Ref#`, names exactly this product.
#[must_use]
pub fn names_product(title: &str, product: &Product) -> bool {
    comment_titles(product).iter().any(|known| known == title)
}

/// How Fragment's comment names a product (recorded samples): a year may be written
/// as a year or as twelve months.
fn comment_titles(product: &Product) -> Vec<String> {
    match product {
        Product::Stars(quantity) => vec![format!("{} Telegram Stars", quantity.get())],
        Product::Premium(months) => match months {
            PremiumMonths::Three => vec!["Telegram Premium for 3 months".into()],
            PremiumMonths::Six => vec!["Telegram Premium for 6 months".into()],
            PremiumMonths::Twelve => vec![
                "Telegram Premium for 1 year".into(),
                "Telegram Premium for 12 months".into(),
            ],
        },
    }
}
