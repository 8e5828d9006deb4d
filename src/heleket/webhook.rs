//! Signatures of webhooks: who wrote this body?
//!
//! The signature is a member of the body, and it was made over the other members as PHP prints
//! them. What PHP printed is not what arrives when a sender or a proxy writes the same JSON in
//! another way, so [`verify`] tries the [`Form`]s that were seen or documented. All of them are
//! keyed over the same members in the same order; trying several lets nobody in without the key.
//!
//! A valid signature says that Heleket wrote the body, not when: there is no time in it. So a
//! webhook is a hint to look, and never a reason to credit.

use serde_json::value::RawValue;
use starkeeper_actors::domain::ids::{GatewayOrderId, GatewayUuid};
use starkeeper_actors::domain::invoice::GatewayStatus;

use super::sign::{ApiKey, Sign};
use super::wire;

mod members;
mod php;

#[cfg(test)]
mod tests;

use members::{Member, read};
use php::Style;

/// The largest body that is looked at, in bytes. Real ones have about one KiB.
pub const LARGEST: usize = 64 * 1024;

/// The keys a webhook may be signed with. Which one is tried never depends on what the body says
/// of itself; what it says must fit the key that matched.
#[derive(Clone, Debug)]
pub struct Keys {
    /// Of payments and static wallets.
    pub payment: ApiKey,
    /// Of payouts.
    pub payout: Option<ApiKey>,
}

/// What a webhook is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// An invoice.
    Payment,
    /// A static wallet, which this shop does not use.
    Wallet,
    /// A payout, which this shop does not make.
    Payout,
}

/// How the signed text was made of the members, `sign` left out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// The values exactly as they arrived.
    AsSent,
    /// Printed anew as PHP does with `JSON_UNESCAPED_UNICODE`: `\/`, raw UTF-8.
    Php,
    /// The same with `/`.
    PlainSlash,
    /// As PHP does without that flag: `\/`, `\uXXXX`.
    PhpAscii,
    /// The same with `/`.
    PlainSlashAscii,
}

impl Form {
    /// All of them, the likeliest first.
    pub const ALL: [Self; 5] = [
        Self::AsSent,
        Self::Php,
        Self::PlainSlash,
        Self::PhpAscii,
        Self::PlainSlashAscii,
    ];

    /// The name in logs and metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AsSent => "as_sent",
            Self::Php => "php",
            Self::PlainSlash => "plain_slash",
            Self::PhpAscii => "php_ascii",
            Self::PlainSlashAscii => "plain_slash_ascii",
        }
    }
}

/// A body that Heleket wrote.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verified {
    /// What it is about.
    pub kind: Kind,
    /// Heleket's name of it.
    pub uuid: String,
    /// Its owner's name of it.
    pub order_id: String,
    /// What happened, as Heleket says; only worth a look.
    pub status: GatewayStatus,
    /// In which form the signature matched.
    pub form: Form,
}

impl Verified {
    /// The invoice it is about, if it can be one of ours: a static wallet is not, and neither is an
    /// order id that we could not have drawn.
    #[must_use]
    pub fn invoice(&self) -> Option<(GatewayOrderId, GatewayUuid)> {
        match self.kind {
            Kind::Payment => {
                let order_id = GatewayOrderId::parse(&self.order_id).ok()?;
                let uuid = GatewayUuid::parse(&self.uuid).ok()?;
                Some((order_id, uuid))
            }
            Kind::Wallet | Kind::Payout => None,
        }
    }
}

/// Why a body is not believed. Says nothing of what is in it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Rejected {
    /// Not a body that Heleket would send, signed or not.
    #[error("the body {0}")]
    Malformed(&'static str),
    /// No signature, or one that is none.
    #[error("the signature is missing or is not 32 lower-case hex digits")]
    Unsigned,
    /// The signature fits no form of the body.
    #[error("the signature does not fit the body")]
    Forged,
    /// Signed, but not a webhook: a request of the API is signed by the same key.
    #[error("the signed body has no {0}, so it is no webhook")]
    NoWebhook(&'static str),
    /// Signed with another key than its kind has.
    #[error("the signed body is of a kind that this key does not sign")]
    WrongKind,
}

/// Whether Heleket wrote this body.
///
/// # Errors
/// [`Rejected`] says why it is not believed.
pub fn verify(body: &[u8], keys: &Keys) -> Result<Verified, Rejected> {
    let members = read(body)?;
    let claimed = claimed(&members)?;
    let signed: Vec<&Member<'_>> = members.iter().filter(|it| it.key != "sign").collect();
    let payout = keys.payout.as_ref().map(|key| (key, &[Kind::Payout][..]));
    let payment = (&keys.payment, &[Kind::Payment, Kind::Wallet][..]);
    for form in Form::ALL {
        let Some(text) = text_of(&signed, form) else {
            continue;
        };
        for (key, kinds) in std::iter::once(payment).chain(payout) {
            if key.sign(text.as_bytes()).is(&claimed) {
                return accept(&signed, form, kinds);
            }
        }
    }
    Err(Rejected::Forged)
}

/// The signature that came with the body.
fn claimed(members: &[Member<'_>]) -> Result<String, Rejected> {
    let sign = members.iter().find(|member| member.key == "sign");
    let sign = sign.and_then(|member| text(member.value));
    let hex = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f');
    sign.filter(|sign| sign.len() == Sign::LENGTH && sign.bytes().all(hex))
        .ok_or(Rejected::Unsigned)
}

/// The text that was signed, if it was made in this form. None if the members cannot be printed
/// so: then nobody has signed that.
fn text_of(members: &[&Member<'_>], form: Form) -> Option<String> {
    let style = match form {
        Form::AsSent => {
            let parts = members
                .iter()
                .map(|it| format!("{}:{}", it.raw_key, it.value.get()));
            let parts: Vec<String> = parts.collect();
            return Some(format!("{{{}}}", parts.join(",")));
        }
        Form::Php => Style::new(true, false),
        Form::PlainSlash => Style::new(false, false),
        Form::PhpAscii => Style::new(true, true),
        Form::PlainSlashAscii => Style::new(false, true),
    };
    style.object(members.iter().map(|it| (it.key.as_str(), it.value)))
}

/// The signature covers bytes and key and nothing else, so what it covers must be a webhook.
fn accept(signed: &[&Member<'_>], form: Form, kinds: &[Kind]) -> Result<Verified, Rejected> {
    let [kind, uuid, order_id, status] =
        ["type", "uuid", "order_id", "status"].map(|name| required(signed, name));
    let (kind, uuid, order_id, status) = (kind?, uuid?, order_id?, status?);
    let kind = match kind.as_str() {
        "payment" => Kind::Payment,
        "wallet" => Kind::Wallet,
        "payout" => Kind::Payout,
        _ => return Err(Rejected::WrongKind),
    };
    if !kinds.contains(&kind) {
        return Err(Rejected::WrongKind);
    }
    Ok(Verified {
        kind,
        uuid,
        order_id,
        status: wire::gateway_status(&status),
        form,
    })
}

fn required(signed: &[&Member<'_>], name: &'static str) -> Result<String, Rejected> {
    let member = signed.iter().find(|member| member.key == name);
    let text = member.and_then(|member| text(member.value));
    text.filter(|text| !text.is_empty())
        .ok_or(Rejected::NoWebhook(name))
}

/// The value, if it is a string.
fn text(value: &RawValue) -> Option<String> {
    serde_json::from_str(value.get()).ok()
}
