//! Every call that is made: where it goes, which key signs it, and whether it may be repeated.

/// Every call that is made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Endpoint {
    Create,
    Info,
    List,
    Services,
    Resend,
    Refund,
    Rates,
    Balance,
    TestWebhook,
    Qr,
    AmlLinks,
}

/// Which key signs a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Signed {
    Payment,
    Payout,
    /// Public: an empty body would be signed with the key's bare hash.
    Not,
}

impl Endpoint {
    /// In logs and metrics, and the path below `v1/` where it is fixed.
    pub(super) const fn path(self) -> &'static str {
        match self {
            Self::Create => "payment",
            Self::Info => "payment/info",
            Self::List => "payment/list",
            Self::Services => "payment/services",
            Self::Resend => "payment/resend",
            Self::Refund => "payment/refund",
            Self::Rates => "exchange-rate",
            Self::Balance => "balance",
            Self::TestWebhook => "test-webhook/payment",
            Self::Qr => "payment/qr",
            Self::AmlLinks => "payment/aml-links",
        }
    }

    /// Whether a second identical call changes nothing that the first has not. A second resend
    /// sends one webhook more, of ten; a second refund pays twice.
    pub(super) const fn is_repeatable(self) -> bool {
        match self {
            Self::Create
            | Self::Info
            | Self::List
            | Self::Services
            | Self::Rates
            | Self::Balance
            | Self::Qr
            | Self::AmlLinks => true,
            Self::Resend | Self::Refund | Self::TestWebhook => false,
        }
    }

    /// Whether the call is about an invoice that may be unknown.
    pub(super) const fn names_an_invoice(self) -> bool {
        match self {
            Self::Info
            | Self::Resend
            | Self::Refund
            | Self::TestWebhook
            | Self::Qr
            | Self::AmlLinks => true,
            Self::Create | Self::List | Self::Services | Self::Rates | Self::Balance => false,
        }
    }

    /// With which key.
    pub(super) const fn signed(self) -> Signed {
        match self {
            Self::Create
            | Self::Info
            | Self::List
            | Self::Services
            | Self::Resend
            | Self::Balance
            | Self::TestWebhook
            | Self::Qr
            | Self::AmlLinks => Signed::Payment,
            // Moved in 2026; with the payment key it is refused.
            Self::Refund => Signed::Payout,
            Self::Rates => Signed::Not,
        }
    }
}
