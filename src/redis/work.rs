//! One piece of work for Redis, and what its failure leaves behind.

use std::sync::Arc;

use deadpool_redis::redis::{Cmd, ErrorKind, FromRedisValue, RedisError, RedisResult, Script};

use super::servers::{Connection, NoConnection};

/// What is to be done. In a cluster all keys of one piece lie in one slot.
#[derive(Clone)]
pub(super) enum Work {
    Command(Cmd),
    Script {
        script: Arc<Script>,
        keys: Vec<String>,
        words: Vec<String>,
    },
}

/// Why it was not done, as far as that is known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Trouble {
    /// Whether it may have been done.
    pub(super) perhaps: bool,
    /// In one line, without secrets or personal data.
    pub(super) cause: String,
}

impl Work {
    pub(super) async fn run<T: FromRedisValue>(
        self,
        connection: &mut Connection,
    ) -> RedisResult<T> {
        match self {
            Self::Command(command) => command.query_async(connection).await,
            Self::Script {
                script,
                keys,
                words,
            } => {
                let mut call = script.prepare_invoke();
                for key in keys {
                    call.key(key);
                }
                call.arg(words);
                call.invoke_async(connection).await
            }
        }
    }
}

impl Trouble {
    pub(super) fn not_done(cause: impl Into<String>) -> Self {
        Self {
            perhaps: false,
            cause: cause.into(),
        }
    }

    pub(super) fn perhaps(cause: impl Into<String>) -> Self {
        Self {
            perhaps: true,
            cause: cause.into(),
        }
    }

    /// Nothing was sent.
    pub(super) fn unsent(why: &NoConnection) -> Self {
        match why {
            NoConnection::Redis(why) => Self::not_done(why_in_words(why)),
            NoConnection::Pool(why) => Self::not_done(why),
        }
    }

    /// It was sent. What a server refuses it has not done: our scripts write last.
    pub(super) fn answered(why: &RedisError) -> Self {
        // With nobody in the cluster to send it to, it was not sent.
        let refused = matches!(
            why.kind(),
            ErrorKind::Server(_)
                | ErrorKind::Extension
                | ErrorKind::AuthenticationFailed
                | ErrorKind::ClusterConnectionNotFound
        );
        Self {
            perhaps: !refused && !why.is_connection_refusal(),
            cause: why_in_words(why),
        }
    }
}

/// What went wrong, without what the server quotes of a command: that may hold a dialog.
pub(super) fn why_in_words(why: &RedisError) -> String {
    let kind = why.kind();
    if matches!(kind, ErrorKind::Server(_) | ErrorKind::Extension) {
        return format!("the server answered {}", why.code().unwrap_or("ERR"));
    }
    if kind == ErrorKind::AuthenticationFailed {
        return "the server refuses the password".into();
    }
    if matches!(kind, ErrorKind::Parse | ErrorKind::UnexpectedReturnType) {
        return "the server answered what was not expected".into();
    }
    why.to_string()
}
