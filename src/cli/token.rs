//! `starkeeper token`: draws a token for a part of the admin API.

use sha2::{Digest as _, Sha256};

use super::init::write::drawn_token;
use super::{Failed, say};
use crate::config::AdminToken;

/// A token of the admin API.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Who will show it: lower-case letters, digits, `-` and `_`. It stands in the log of what was done.
    name: String,
    /// What it opens, such as `read` or `read+operate`: read, operate, money.
    scopes: String,
}

/// Draws one, and shows it once with the line that lets it in. Nothing is stored.
pub(super) fn run(args: &Args) -> Result<(), Failed> {
    if !AdminToken::is_name(&args.name) {
        return Err(Failed::here(format!(
            "{:?} is no name of a token: expected 1 to 32 lower-case letters, digits, - and _, and not \
             `admin`, which is ADMIN_TOKEN",
            args.name
        )));
    }
    let scopes = AdminToken::scopes(&args.scopes).ok_or_else(|| {
        Failed::here(format!(
            "{:?} are no scopes: expected read, operate or money, with + between them",
            args.scopes
        ))
    })?;
    let scopes: Vec<&str> = scopes.iter().map(|scope| scope.name()).collect();
    let token = drawn_token()?;
    let hash: String = Sha256::digest(token.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    say(&format!(
        "For whoever calls; it is not shown again and stored nowhere:\n\n{token}\n"
    ));
    say("For the settings of the daemon; several stand there with commas:\n");
    say(&format!(
        "ADMIN_TOKENS={}:{}:{hash}",
        args.name,
        scopes.join("+")
    ));
    Ok(())
}
