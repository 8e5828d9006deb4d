//! Logging a wallet in and out, and logging out of Telegram.

use serde_json::json;

use super::super::cookies::{TOKEN, TON_TOKEN, read, set, take_away};
use super::super::desk::Desk;
use super::super::proof::{Unproven, proven};
use super::{Call, Reply, bad_request};
use crate::world::dice::Letters;

/// Lets a wallet in that proves itself over the session's challenge.
pub(super) fn prove(desk: &mut Desk, call: &Call<'_>) -> Reply {
    let dice = &call.world.dice;
    let Some(session) = desk.logins.session_mut(call.ssid) else {
        return bad_request().into();
    };
    let fields = call.field("account").zip(call.field("proof"));
    let Some((account, proof)) = fields.filter(|_| call.field("device").is_some()) else {
        return bad_request().into();
    };
    match proven(account, proof, &session.challenge) {
        Ok(wallet) => {
            session.challenge = dice.text(Letters::Hex, 36);
            let token = desk.logins.connect(wallet, dice);
            Reply {
                body: json!({"verified": true}),
                cookies: vec![set(TON_TOKEN, &token)],
            }
        }
        Err(Unproven::Untrue) => json!({"verified": false}).into(),
        Err(Unproven::Malformed) => bad_request().into(),
    }
}

/// Logs the caller's wallet out.
pub(super) fn forget(desk: &mut Desk, call: &Call<'_>) -> Reply {
    if let Some(token) = read(call.request, TON_TOKEN) {
        desk.logins.disconnect(token);
    }
    Reply {
        body: json!({"ok": true}),
        cookies: vec![take_away(TON_TOKEN)],
    }
}

/// Logs the caller out of Telegram.
pub(super) fn log_out(desk: &mut Desk, call: &Call<'_>) -> Reply {
    if let Some(token) = read(call.request, TOKEN) {
        desk.logins.log_out(token);
    }
    Reply {
        body: json!({"ok": true}),
        cookies: vec![take_away(TOKEN)],
    }
}
