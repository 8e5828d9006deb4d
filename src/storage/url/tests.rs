//! Which URLs are taken as what, which are refused with which words, and that no password shows.

use proptest::prelude::*;
use secrecy::ExposeSecret;

use super::*;

fn read(text: &str) -> DatabaseUrl {
    DatabaseUrl::parse(text).unwrap_or_else(|why| panic!("{text}: {why}"))
}

fn server(text: &str) -> PostgresUrl {
    match read(text) {
        DatabaseUrl::Postgres(server) => *server,
        DatabaseUrl::Sqlite(file) => panic!("{text} became {file}"),
    }
}

fn refusal(text: &str) -> String {
    match DatabaseUrl::parse(text) {
        Ok(taken) => panic!("{text} was taken as {taken}"),
        Err(why) => why.to_string(),
    }
}

#[test]
fn embedded_books_are_a_file() {
    for (text, path) in [
        ("sqlite:starkeeper.db", "starkeeper.db"),
        ("sqlite:./data/books.db", "./data/books.db"),
        (
            "sqlite:/var/lib/starkeeper/books.db",
            "/var/lib/starkeeper/books.db",
        ),
        (
            "sqlite:///var/lib/starkeeper/books.db",
            "/var/lib/starkeeper/books.db",
        ),
        ("sqlite:////var/books.db", "/var/books.db"),
        ("SQLite:a folder/books %41.db", "a folder/books %41.db"),
        (" sqlite:books.db ", "books.db"),
    ] {
        match read(text) {
            DatabaseUrl::Sqlite(file) => assert_eq!(file.path(), Path::new(path), "{text}"),
            DatabaseUrl::Postgres(server) => panic!("{text} became {server}"),
        }
    }
}

#[test]
fn every_name_of_postgresql_means_the_same() {
    for scheme in ["postgres", "postgresql", "postgresql+asyncpg", "PostgreSQL"] {
        let server = server(&format!(
            "{scheme}://keeper:s%40me@db.example.com:6432/shop"
        ));
        assert_eq!(server.host(), &Host::Tcp("db.example.com".into()));
        assert_eq!(
            (server.port(), server.user(), server.name()),
            (6432, "keeper", "shop")
        );
        assert_eq!(server.password().unwrap().expose_secret(), "s@me");
        assert_eq!(server.encryption(), &Encryption::IfOffered);
    }
}

#[test]
fn what_a_url_does_not_say_has_a_default() {
    let server = server("postgres://keeper@[::1]/shop");
    assert_eq!(server.host(), &Host::Tcp("::1".into()));
    assert_eq!(server.port(), 5432);
    assert!(server.password().is_none());
    assert!(server.is_on_this_machine());
    assert_eq!(server.channel_binding(), ChannelBinding::Prefer);
    assert_eq!(
        server.to_string(),
        "postgres://keeper@[::1]:5432/shop?sslmode=prefer"
    );
}

#[test]
fn a_managed_server_with_a_pooler_is_taken_as_its_page_gives_it() {
    let server = server(
        "postgresql+asyncpg://keeper:pw@ep-cool-1-pooler.eu.aws.example.tech/neondb?ssl=require",
    );
    assert_eq!(
        server.encryption(),
        &Encryption::VerifiedHost(Authorities::WellKnown)
    );
    let server = super::tests::server(
        "postgresql://keeper:pw@ep-cool-1-pooler.example.tech/neondb?sslmode=require&channel_binding=require",
    );
    assert_eq!(server.channel_binding(), ChannelBinding::Require);
}

#[test]
fn sslmode_depends_on_where_the_server_is() {
    let own = || Authorities::File("/etc/ca.pem".into());
    let full = Encryption::VerifiedHost;
    for (options, here, elsewhere) in [
        ("", Encryption::IfOffered, Encryption::IfOffered),
        ("?sslmode=disable", Encryption::Off, Encryption::Off),
        ("?ssl=false", Encryption::Off, Encryption::Off),
        (
            "?sslmode=prefer",
            Encryption::IfOffered,
            Encryption::IfOffered,
        ),
        (
            "?sslmode=no-verify",
            Encryption::Unverified,
            Encryption::Unverified,
        ),
        (
            "?sslmode=require",
            Encryption::Unverified,
            full(Authorities::WellKnown),
        ),
        (
            "?ssl=true",
            Encryption::Unverified,
            full(Authorities::WellKnown),
        ),
        (
            "?ssl=require&sslrootcert=/etc/ca.pem",
            Encryption::VerifiedAuthority(own()),
            full(own()),
        ),
        (
            "?sslmode=require&sslrootcert=system",
            full(Authorities::WellKnown),
            full(Authorities::WellKnown),
        ),
        (
            "?sslmode=verify-ca&sslrootcert=/etc/ca.pem",
            Encryption::VerifiedAuthority(own()),
            Encryption::VerifiedAuthority(own()),
        ),
        (
            "?sslmode=verify-full",
            full(Authorities::WellKnown),
            full(Authorities::WellKnown),
        ),
        (
            "?sslmode=verify-full&sslrootcert=%2Fetc%2Fca.pem",
            full(own()),
            full(own()),
        ),
    ] {
        for host in ["localhost", "127.0.0.1", "127.8.8.8", "[::1]"] {
            let found = server(&format!("postgres://a:b@{host}/c{options}"));
            assert_eq!(found.encryption(), &here, "{host} {options}");
        }
        for host in [
            "postgres",
            "10.0.0.1",
            "db.example.com",
            "localhost.example.com",
        ] {
            let found = server(&format!("postgres://a:b@{host}/c{options}"));
            assert_eq!(found.encryption(), &elsewhere, "{host} {options}");
        }
    }
}

#[test]
fn a_socket_is_reached_by_its_folder() {
    for text in [
        "postgres://keeper@/shop?host=/run/postgresql",
        "postgres://keeper@%2Frun%2Fpostgresql/shop",
        "postgres://keeper@/shop?host=%2Frun%2Fpostgresql&sslmode=disable",
    ] {
        let server = server(text);
        assert_eq!(
            server.host(),
            &Host::Socket("/run/postgresql".into()),
            "{text}"
        );
        assert!(server.is_on_this_machine());
        assert_eq!(server.encryption(), &Encryption::Off);
    }
    let why = refusal("postgres://keeper@/shop?host=/run/postgresql&sslmode=require");
    assert!(why.contains("on a socket"), "{why}");
}

#[test]
fn spans_of_the_connection_are_seconds() {
    let server =
        server("postgres://a:b@h/c?connect_timeout=7&keepalives_idle=30&application_name=till%201");
    assert_eq!(server.connect_timeout(), Some(Duration::from_secs(7)));
    assert_eq!(server.keepalives_idle(), Some(Duration::from_secs(30)));
    assert_eq!(server.application_name(), Some("till 1"));
}

/// A URL, and two pieces of what its refusal says: the part, and what was expected.
const REFUSALS: &[(&str, [&str; 2])] = &[
    ("", ["no scheme", "sqlite:PATH or postgres://"]),
    ("books.db", ["no scheme", "sqlite:PATH"]),
    (
        "mysql://a:b@h/c",
        ["scheme `mysql`", "sqlite:PATH or postgres://"],
    ),
    (
        "sqlite+aiosqlite:///x",
        ["scheme `sqlite+aiosqlite`", "sqlite:PATH"],
    ),
    ("postgres:a", ["no `//`", "HOST:PORT/NAME"]),
    ("sqlite:", ["names no file", "sqlite:PATH"]),
    ("sqlite::memory:", ["gone with the process", "sqlite:PATH"]),
    (
        "sqlite:x?mode=memory",
        ["gone with the process", "sqlite:PATH"],
    ),
    ("sqlite://books.db", ["two slashes", "sqlite:starkeeper.db"]),
    ("sqlite:file:books.db", ["another URL", "sqlite:PATH"]),
    (
        "sqlite:books.db?cache=shared",
        ["`cache=shared`", "there are none"],
    ),
    ("sqlite:/var/lib/", ["names a folder", "books.db"]),
    ("sqlite:a\nb", ["control character", "one line"]),
    ("postgres://a:b@h:port/c", ["invalid port number", "%2F"]),
    ("postgres://a:b@h:0/c", ["the port is 0", "65535"]),
    ("postgres:///c", ["names no host", "postgres://USER"]),
    ("postgres://h/c", ["names no user", "postgres://USER"]),
    ("postgres://a@h", ["names no database", "/NAME"]),
    ("postgres://a@h/c/d", ["database's name", "NAME"]),
    ("postgres://a:b@h1,h2/c", ["several hosts", "the primary"]),
    ("postgres://a:b@h/c?host=x", ["named twice", "one host"]),
    ("postgres://a:b@h/c#d", ["after #", "%23"]),
    (
        "postgres://a:b@h/c?sslmode=allow",
        ["sslmode=allow", "verify-full"],
    ),
    (
        "postgres://a:b@h/c?sslmode=yes",
        ["sslmode is none", "verify-full"],
    ),
    (
        "postgres://a:b@h/c?sslmode=verify-ca",
        ["sslmode=verify-ca", "sslrootcert=FILE"],
    ),
    (
        "postgres://a:b@h/c?sslrootcert=x",
        ["checks no certificate", "verify-full"],
    ),
    (
        "postgres://a:b@h/c?sslmode=prefer&sslrootcert=x",
        ["sslmode=prefer", "checks no certificate"],
    ),
    (
        "postgres://a:b@h/c?ssl=require&sslmode=require",
        ["`sslmode` is there twice", "once"],
    ),
    (
        "postgres://a:b@h/c?options=-c%20x",
        ["`options`", "ALTER ROLE"],
    ),
    (
        "postgres://a:b@h/c?sslcert=x",
        ["`sslcert`", "not supported"],
    ),
    (
        "postgres://a:b@h/c?pgbouncer=true",
        ["`pgbouncer`", "found out at the start"],
    ),
    (
        "postgres://a:b@h/c?pool_size=5",
        ["`pool_size`", "daemon's own setting"],
    ),
    (
        "postgres://a:b@h/c?target_session_attrs=any",
        ["`target_session_attrs`", "primary"],
    ),
    (
        "postgres://a:b@h/c?colour=red",
        ["`colour` is not known", "one of sslmode"],
    ),
    (
        "postgres://a:b@h/c?connect_timeout=0",
        ["connect_timeout is `0`", "1 to 3600"],
    ),
    (
        "postgres://a:b@h/c?connect_timeout=soon",
        ["connect_timeout is `soon`", "1 to 3600"],
    ),
    (
        "postgres://a:b@h/c?channel_binding=yes",
        ["channel_binding is `yes`", "prefer"],
    ),
    (
        "postgres://a:b@h/c?sslmode=disable&channel_binding=require",
        ["without encryption", "sslmode=require"],
    ),
    ("postgres://a:%ff@h/c", ["the password is not UTF-8", "%25"]),
    ("postgres://a:%00@h/c", ["the password holds a %00", "text"]),
];

#[test]
fn a_refusal_names_the_part_and_what_was_expected() {
    for (text, names) in REFUSALS {
        let why = refusal(text);
        for name in names {
            assert!(why.contains(name), "{text}: {why:?} does not say {name:?}");
        }
        assert!(
            !why.starts_with(char::is_uppercase) && !why.ends_with('.'),
            "{why}"
        );
    }
    assert!(refusal(&format!("sqlite:{}", "x".repeat(5000))).contains("5007 bytes"));
    let long = format!("postgres://{}@h/c", "u".repeat(64));
    assert!(refusal(&long).contains("64 bytes"));
}

/// A password with the characters that are trouble, and a core that can be searched for.
fn password() -> impl Strategy<Value = String> {
    let trouble = "[ -~äß€/?#%@:&=]{0,4}";
    (trouble, trouble).prop_map(|(before, after)| format!("{before}SECRETxyz{after}"))
}

fn escaped(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

proptest! {
    #[test]
    fn what_was_escaped_is_read_back(
        user in "\\PC{1,10}", password in password(), database in "[^/.\\pC]{1,10}", port in 1_u16..
    ) {
        let text = format!(
            "postgres://{}:{}@h:{port}/{}", escaped(&user), escaped(&password), escaped(&database)
        );
        let server = server(&text);
        prop_assert_eq!(server.user(), user.as_str());
        prop_assert_eq!(server.password().unwrap().expose_secret(), password.as_str());
        prop_assert_eq!(server.name(), database.as_str());
        prop_assert_eq!(server.port(), port);
    }

    #[test]
    fn no_password_is_ever_shown(
        password in password(), raw in any::<bool>(),
        host in "(h|[a-z]{1,5}:[0-9]{1,6}|,|)", rest in "(/c|/|\\?sslmode=require|[ -~]{0,10})",
    ) {
        let password = if raw { password } else { escaped(&password) };
        let text = format!("postgresql://keeper:{password}@{host}{rest}");
        let shown = match DatabaseUrl::parse(&text) {
            Ok(url) => format!("{url} {url:?} {url:#?}"),
            Err(why) => format!("{why} {why:?}"),
        };
        prop_assert!(!shown.contains("SECRET"), "{} shows {}", text, shown);
    }

    #[test]
    fn no_text_makes_the_reader_stumble(text in "\\PC{0,60}", url in "(sqlite|postgres)://?\\PC{0,40}") {
        let _any_answer = DatabaseUrl::parse(&text);
        let _any_answer = DatabaseUrl::parse(&url);
    }
}
