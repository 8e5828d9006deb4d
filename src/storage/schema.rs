//! The tables, as both engines have them: names, order and nullability are compared with the
//! databases by a test.

diesel::table! {
    use crate::storage::columns::Instant;
    use diesel::sql_types::BigInt;

    books (id) {
        id -> BigInt,
        incarnation -> BigInt,
        since -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Text};

    accounts (id) {
        id -> BigInt,
        kind -> Text,
        owner -> Text,
        asset -> Text,
        side -> Text,
        floored -> Bool,
        balance -> BigInt,
        last_posting -> BigInt,
    }
}

diesel::table! {
    use crate::storage::columns::Instant;
    use diesel::sql_types::{BigInt, Bool, Nullable, Text};

    entries (id) {
        id -> BigInt,
        key -> Text,
        is_fact -> Bool,
        size -> BigInt,
        at -> Instant,
        admin -> Nullable<BigInt>,
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::BigInt;

    postings (id) {
        id -> BigInt,
        entry -> BigInt,
        debit -> BigInt,
        credit -> BigInt,
        amount -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::BigInt;

    account_snapshots (upto, account) {
        upto -> BigInt,
        account -> BigInt,
        balance -> BigInt,
    }
}

diesel::table! {
    use crate::storage::columns::{Document, Instant};
    use diesel::sql_types::{BigInt, Bool, Nullable, Text};

    customers (id) {
        id -> BigInt,
        version -> BigInt,
        telegram -> BigInt,
        frozen -> Bool,
        unreachable -> Bool,
        wants_opening -> Bool,
        since -> Instant,
        erased_at -> Nullable<Instant>,
        pseudonym -> Nullable<Text>,
        document -> Document,
    }
}

diesel::table! {
    use crate::storage::columns::Document;
    use diesel::sql_types::{BigInt, Bool, Text};

    wallets (address) {
        address -> Text,
        version -> BigInt,
        next_seqno -> BigInt,
        stopped -> Bool,
        document -> Document,
    }
}

diesel::table! {
    use crate::storage::columns::{Document, Instant};
    use diesel::sql_types::{BigInt, Bool, Nullable, Text};

    orders (id) {
        id -> BigInt,
        version -> BigInt,
        number -> Text,
        customer -> BigInt,
        quote -> BigInt,
        price -> BigInt,
        terms -> BigInt,
        since -> Instant,
        state -> Text,
        finished -> Bool,
        due -> Nullable<Instant>,
        wallet -> Nullable<Text>,
        premium -> Nullable<Text>,
        document -> Document,
        watched_until -> Nullable<Instant>,
    }
}

diesel::table! {
    use crate::storage::columns::Document;
    use diesel::sql_types::{BigInt, Bool, Text};

    transfers (id) {
        id -> BigInt,
        version -> BigInt,
        order_id -> BigInt,
        wallet -> Text,
        seqno -> BigInt,
        state -> Text,
        live -> Bool,
        takes_seqno -> Bool,
        message_hash -> Text,
        document -> Document,
    }
}

diesel::table! {
    use crate::storage::columns::{Document, Instant};
    use diesel::sql_types::{BigInt, Bool, Nullable, Text};

    invoices (id) {
        id -> BigInt,
        version -> BigInt,
        gateway_name -> Text,
        gateway_uuid -> Nullable<Text>,
        customer -> BigInt,
        order_id -> Nullable<BigInt>,
        face -> BigInt,
        payable -> Bool,
        due -> Nullable<Instant>,
        document -> Document,
    }
}

diesel::table! {
    use crate::storage::columns::Document;
    use diesel::sql_types::{BigInt, Text};

    logins (id) {
        id -> BigInt,
        version -> BigInt,
        wallet -> Text,
        document -> Document,
    }
}

diesel::table! {
    use crate::storage::columns::{Document, Instant};
    use diesel::sql_types::{BigInt, Bool, Nullable, Text};

    notices (id) {
        id -> BigInt,
        version -> BigInt,
        key -> Text,
        audience -> BigInt,
        since -> Instant,
        standing -> Text,
        waiting -> Bool,
        kept -> Bool,
        due -> Nullable<Instant>,
        document -> Document,
    }
}

diesel::table! {
    use crate::storage::columns::Instant;
    use diesel::sql_types::{BigInt, Nullable};

    live_messages (order_id) {
        order_id -> BigInt,
        version -> BigInt,
        chat -> BigInt,
        message -> Nullable<BigInt>,
        shows -> BigInt,
        wanted -> BigInt,
        not_before -> Instant,
    }
}

diesel::table! {
    use crate::storage::columns::Document;
    use diesel::sql_types::BigInt;

    prices (id) {
        id -> BigInt,
        version -> BigInt,
        document -> Document,
    }
}

diesel::table! {
    use crate::storage::columns::Instant;
    use diesel::sql_types::{BigInt, Nullable, Text};

    leases (key) {
        key -> Text,
        epoch -> BigInt,
        holder -> Nullable<BigInt>,
        until -> Instant,
    }
}

diesel::table! {
    use crate::storage::columns::Instant;
    use diesel::sql_types::{BigInt, Nullable, Text};

    claims (kind, name) {
        kind -> Text,
        name -> Text,
        order_id -> Nullable<BigInt>,
        wallet -> Nullable<Text>,
        at -> Instant,
    }
}

diesel::table! {
    use crate::storage::columns::Instant;
    use diesel::sql_types::Text;

    outside_events (key) {
        key -> Text,
        body -> Text,
        at -> Instant,
    }
}

diesel::table! {
    use crate::storage::columns::Instant;
    use diesel::sql_types::BigInt;

    handled_updates (bot, update_id) {
        bot -> BigInt,
        update_id -> BigInt,
        at -> Instant,
    }
}

diesel::table! {
    use crate::storage::columns::Instant;
    use diesel::sql_types::{BigInt, Text};

    jars (login, version) {
        login -> BigInt,
        version -> BigInt,
        sealed -> Text,
        at -> Instant,
    }
}

diesel::table! {
    use crate::storage::columns::Document;
    use diesel::sql_types::{BigInt, Bool, Text};

    breaks (key) {
        key -> Text,
        version -> BigInt,
        wallet -> Text,
        open -> Bool,
        document -> Document,
    }
}

diesel::table! {
    use crate::storage::columns::Instant;
    use diesel::sql_types::{BigInt, Nullable, Text};

    audit (id) {
        id -> BigInt,
        deed -> BigInt,
        at -> Instant,
        who -> Text,
        act -> Text,
        subject -> Text,
        reason -> Nullable<Text>,
        detail -> Text,
        outcome -> Text,
    }
}

diesel::table! {
    use crate::storage::columns::Instant;
    use diesel::sql_types::{BigInt, Nullable, Text};

    answers (key) {
        key -> Text,
        digest -> Text,
        at -> Instant,
        status -> Nullable<BigInt>,
        body -> Nullable<Text>,
    }
}

diesel::table! {
    use crate::storage::columns::Document;
    use diesel::sql_types::BigInt;

    shop (id) {
        id -> BigInt,
        version -> BigInt,
        document -> Document,
    }
}

// A view that stores nothing: inserting checks what a commit believes.
diesel::table! {
    use diesel::sql_types::{BigInt, Nullable, Text};

    beliefs (incarnation) {
        incarnation -> BigInt,
        lease -> Nullable<Text>,
        epoch -> Nullable<BigInt>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    books,
    accounts,
    entries,
    postings,
    account_snapshots,
    customers,
    wallets,
    orders,
    transfers,
    invoices,
    logins,
    notices,
    live_messages,
    prices,
    leases,
    claims,
    outside_events,
    handled_updates,
    jars,
    breaks,
    audit,
    answers,
    shop,
);
