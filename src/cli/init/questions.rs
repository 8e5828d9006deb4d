//! What is asked, in this order.

/// A question, and the setting that it fills.
#[derive(Clone, Copy, Debug)]
pub(super) struct Question {
    /// The setting.
    pub(super) var: &'static str,
    /// For a person who has never heard of it.
    pub(super) text: &'static str,
    /// Whether the answer is kept off the screen.
    pub(super) secret: bool,
    /// What stands where nothing is typed.
    pub(super) usual: Option<&'static str>,
    /// Asked only where this setting was answered.
    pub(super) only_with: Option<&'static str>,
}

const fn open(var: &'static str, text: &'static str) -> Question {
    Question {
        var,
        text,
        secret: false,
        usual: None,
        only_with: None,
    }
}

const fn hidden(var: &'static str, text: &'static str) -> Question {
    Question {
        secret: true,
        ..open(var, text)
    }
}

/// All of them.
pub(super) const QUESTIONS: &[Question] = &[
    hidden("TELEGRAM_TOKEN", "The bot's token, from @BotFather"),
    open(
        "ADMIN_IDS",
        "Your own number in Telegram, for alerts; several with commas",
    ),
    open("SUPPORT_CONTACT", "Whom customers may write to, as @name"),
    open("MERCHANT_UUID", "The merchant's uuid at Heleket"),
    Question {
        only_with: Some("MERCHANT_UUID"),
        ..hidden("API_KEY", "The merchant's payment API key")
    },
    Question {
        only_with: Some("MERCHANT_UUID"),
        ..hidden(
            "PAYOUT_API_KEY",
            "The payout API key, only if payments shall be sent back from here",
        )
    },
    hidden(
        "FRAGMENT_SEED_PHRASE",
        "The 24 words of the wallet that pays Fragment, or `new` to draw some",
    ),
    Question {
        usual: Some("v5r1"),
        only_with: Some("FRAGMENT_SEED_PHRASE"),
        ..open(
            "TON_WALLET_VERSION",
            "The version of that wallet, v5r1 or v4r2",
        )
    },
    open(
        "FRAGMENT_COOKIES_FILE",
        "A file with the cookies of your login at fragment.com",
    ),
    open(
        "WEBHOOK_PUBLIC_URL",
        "Where the world reaches this machine, as https://shop.example; without it the shop polls",
    ),
    hidden(
        "DATABASE_URL",
        "The address of a PostgreSQL server; without it the books are a file here",
    ),
    hidden(
        "REDIS_URL",
        "The address of a Redis; one daemon alone needs none",
    ),
    open(
        "BACKUP_DIR",
        "A folder for nightly backups, best on another disk",
    ),
];
