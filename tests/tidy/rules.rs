//! Every rule by name. A rule without a planted violation in `planted` fails the test of the test.

use crate::violation::Rule;

pub static DOMAIN_IS_PURE: Rule = Rule {
    name: "domain-is-pure",
    expects: "the domain uses only itself, std, serde, thiserror and chrono",
    remedy: "pass what is needed as an argument, or move the code to the actor that decides when",
};
pub static DOMAIN_IS_SYNCHRONOUS: Rule = Rule {
    name: "domain-is-synchronous",
    expects: "no async and no await in a rule",
    remedy: "let the actor wait and hand the rule what came back",
};
pub static DOMAIN_COUNTS_IN_INTEGERS: Rule = Rule {
    name: "domain-counts-in-integers",
    expects: "no f32, f64 or literal with a fraction in the domain",
    remedy: "use micro-USD, nano-TON, whole Stars or basis points, and say which way to round",
};
pub static PORTS_SEE_THE_DOMAIN: Rule = Rule {
    name: "ports-see-the-domain",
    expects: "a port uses the domain, std, serde, thiserror, chrono, async_trait and future types",
    remedy: "say it in words of the domain; what an outside library calls it stays in the adapter",
};
pub static SUPERVISION_KNOWS_NO_BUSINESS: Rule = Rule {
    name: "supervision-knows-no-business",
    expects: "supervision uses std, actix, actix_rt, tokio, tracing, futures, serde and thiserror, \
              and nothing else of the core",
    remedy: "make it a type parameter, or move the code to the actor that means it",
};
pub static ACTORS_ASK_DOWNHILL: Rule = Rule {
    name: "actors-ask-downhill",
    expects: "an actor knows only actors of a higher rank: session, payment, fulfilment, \
              cookie_refresh and pricing, browser_pool, notifier",
    remedy: "let it flow up through the books or a `watch` value; an ask uphill can dead-lock",
};
pub static ACTORS_MEET_AT_THE_MESSAGES: Rule = Rule {
    name: "actors-meet-at-the-messages",
    expects: "of another actor, only what its root file shows",
    remedy: "move the message to the root file, or ask instead of reaching inside",
};
pub static SYSTEM_IS_SEEN_BY_NONE: Rule = Rule {
    name: "system-is-seen-by-none",
    expects: "`system` sees every actor and no module of the core sees `system`",
    remedy: "pass the one address that is needed when the actor is made",
};
pub static OFFICE_SERVES_ALL: Rule = Rule {
    name: "office-serves-all",
    expects: "`office` uses domain, ports and supervision, and knows no actor",
    remedy: "pass it to the one actor that needs it, or hold it in `system`",
};
pub static TESTING_SEES_PORTS: Rule = Rule {
    name: "testing-sees-ports",
    expects: "`testing` knows domain, ports, supervision and office, and no actor, so that any \
              implementation can be held against it",
    remedy: "put a helper that needs an actor beside that actor's tests",
};
pub static EVERY_MODULE_HAS_A_PLACE: Rule = Rule {
    name: "every-module-has-a-place",
    expects: "a top-level module named in tests/tidy/layers.rs",
    remedy: "give it its place there (and in ARCHITECTURE.md), or move it under the module it serves",
};
pub static CORE_STAYS_LIGHT: Rule = Rule {
    name: "core-stays-light",
    expects: "no SQL, HTTP, browser or Telegram library under starkeeper-actors",
    remedy: "put a port in `actors/src/ports` and the library in an adapter",
};
pub static CORE_STANDS_ALONE: Rule = Rule {
    name: "core-stands-alone",
    expects: "starkeeper-actors depends on no other member of the workspace",
    remedy: "turn the dependency around: the daemon uses the core",
};
pub static ADAPTERS_SEE_DOMAIN_AND_PORTS: Rule = Rule {
    name: "adapters-see-domain-and-ports",
    expects: "of the core, an adapter uses only `domain` and `ports`",
    remedy: "answer through the port; an adapter never calls an actor",
};
pub static ADAPTERS_STAND_ALONE: Rule = Rule {
    name: "adapters-stand-alone",
    expects: "of the daemon, an adapter uses no other module but `outside`",
    remedy: "let daemon.rs pass it its own settings; what two adapters share belongs to a port",
};
pub static DRIVERS_SEND_MESSAGES: Rule = Rule {
    name: "drivers-send-messages",
    expects: "http and telegram::inbound use domain, ports, supervision and the actors' messages, \
              and of the daemon each other, metrics and telemetry",
    remedy: "ask an actor, and let daemon.rs hand over its address",
};
pub static LEAVES_HANG_ALONE: Rule = Rule {
    name: "leaves-hang-alone",
    expects: "config, telemetry, metrics and outside use `domain` and `ports` at most, and no module beside \
              them",
    remedy: "let daemon.rs pass the value in",
};
pub static STATUS_CODES_IN_ONE_PLACE: Rule = Rule {
    name: "status-codes-in-one-place",
    expects: "under src/http, only error.rs knows status codes",
    remedy: "return the failure and let http/error.rs choose its status",
};
pub static SANDBOX_SHARES_NOTHING: Rule = Rule {
    name: "sandbox-shares-nothing",
    expects: "the sandbox uses nothing of ours",
    remedy: "write the emulator's own type, from the outside system's documents and recordings",
};
pub static DAEMON_CARRIES_NO_EMULATOR: Rule = Rule {
    name: "daemon-carries-no-emulator",
    expects: "starkeeper-sandbox is a dev-dependency of tests and nothing more",
    remedy: "start it as a process of its own, or move the code to tests",
};
pub static NO_MOD_RS: Rule = Rule {
    name: "no-mod-rs",
    expects: "a module's root is `foo.rs` beside the folder `foo`",
    remedy: "rename `foo/mod.rs` to `foo.rs`",
};
pub static NO_DO_SEND: Rule = Rule {
    name: "no-do-send",
    expects: "no `do_send`: it ignores the mailbox limit",
    remedy: "ask with a deadline, or `try_send`",
};
pub static TIME_COMES_FROM_THE_CLOCK: Rule = Rule {
    name: "time-comes-from-the-clock",
    expects: "the core reads time from the `Clock` port, and measures with tokio's Instant",
    remedy: "take `now` as an argument, or use `tokio::time::Instant`, which a test can pause",
};
pub static TODO_NAMES_AN_ISSUE: Rule = Rule {
    name: "todo-names-an-issue",
    expects: "TODO(#12): what is missing",
    remedy: "name the issue, or do it now",
};
pub static FILES_STAY_SMALL: Rule = Rule {
    name: "files-stay-small",
    expects: "at most 500 lines in a file that is not a test",
    remedy: "look for the second responsibility in it and give that a file",
};
pub static NAMES_SAY_WHAT_IS_OWNED: Rule = Rule {
    name: "names-say-what-is-owned",
    expects: "a module named after what it owns or reaches",
    remedy: "find whose helper it is and put it there",
};

/// Every rule there is.
pub static ALL: &[&Rule] = &[
    &DOMAIN_IS_PURE,
    &DOMAIN_IS_SYNCHRONOUS,
    &DOMAIN_COUNTS_IN_INTEGERS,
    &PORTS_SEE_THE_DOMAIN,
    &SUPERVISION_KNOWS_NO_BUSINESS,
    &ACTORS_ASK_DOWNHILL,
    &ACTORS_MEET_AT_THE_MESSAGES,
    &SYSTEM_IS_SEEN_BY_NONE,
    &OFFICE_SERVES_ALL,
    &TESTING_SEES_PORTS,
    &EVERY_MODULE_HAS_A_PLACE,
    &CORE_STAYS_LIGHT,
    &CORE_STANDS_ALONE,
    &ADAPTERS_SEE_DOMAIN_AND_PORTS,
    &ADAPTERS_STAND_ALONE,
    &DRIVERS_SEND_MESSAGES,
    &LEAVES_HANG_ALONE,
    &STATUS_CODES_IN_ONE_PLACE,
    &SANDBOX_SHARES_NOTHING,
    &DAEMON_CARRIES_NO_EMULATOR,
    &NO_MOD_RS,
    &NO_DO_SEND,
    &TIME_COMES_FROM_THE_CLOCK,
    &TODO_NAMES_AN_ISSUE,
    &FILES_STAY_SMALL,
    &NAMES_SAY_WHAT_IS_OWNED,
];
