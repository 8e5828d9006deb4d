//! What a start begins from: nothing, or where the last one stopped.
//!
//! Books and world belong together: a world that lacks what the books tell of would have lost money
//! and wallets, and one that knows more would have seen it twice. So the world is written when the
//! daemon has ended, and names the very bytes of the books that it was written beside. Whatever
//! does not fit is set aside, never combined, and the start says why.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use chrono::DateTime;
use ring::digest::{Context, SHA256};

use super::home::{COOKIES, Home, NoHome, SEED, VAULT_KEY};
use crate::{Kept, Place, Unusable};

/// The world, between two starts.
const WORLD: &str = "world";

/// The books, and what they would be worthless without.
const BOOKS: [&str; 5] = [DATABASE, JOURNAL, SEED, VAULT_KEY, COOKIES];
const DATABASE: &str = "starkeeper.db";
const JOURNAL: &str = "starkeeper.db-wal";

/// What a start begins from.
#[derive(Debug)]
pub(super) enum Begins {
    /// Nothing: nobody was here before, or that is what was asked for.
    New,
    /// Where the last one stopped.
    GoesOn(Box<Kept>),
    /// Nothing, although somebody was here before.
    Anew(NotKept),
}

/// Why a start does not go on from where the last one stopped.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotKept {
    #[error("the last run was killed before it could write its world down")]
    Killed,
    #[error("the world that the last run wrote down is of no use: {0}")]
    World(Unusable),
    #[error("no world was written down beside its books")]
    NoWorld,
    #[error("its books are not those that its world was written beside: somebody has changed them")]
    OtherBooks,
}

/// Looks at what is in the folder, and empties it unless the start goes on from there. What cannot be
/// gone on from is set aside.
pub(super) fn begin(home: &Home, fresh: bool) -> Result<Begins, NoHome> {
    if fresh {
        home.empty(true)?;
        return Ok(Begins::New);
    }
    let has_books = home.folder().join(DATABASE).exists();
    let why = match place(home).read() {
        Ok(Some(kept)) if kept.companion() == Some(&*books(home)?) => {
            return Ok(Begins::GoesOn(Box::new(kept)));
        }
        Ok(Some(_)) => NotKept::OtherBooks,
        Ok(None) => NotKept::NoWorld,
        Err(Unusable::NotEnded) => NotKept::Killed,
        Err(why) => NotKept::World(why),
    };
    if has_books {
        home.set_aside()?;
        Ok(Begins::Anew(why))
    } else {
        home.empty(false)?;
        Ok(Begins::New)
    }
}

/// Where the world is kept between two starts.
pub(super) fn place(home: &Home) -> Place {
    Place::at(&home.folder().join(WORLD))
}

/// The name of the books as they are, byte for byte. Nobody may be writing them.
pub(super) fn books(home: &Home) -> Result<String, NoHome> {
    let mut context = Context::new(&SHA256);
    for name in BOOKS {
        let path = home.folder().join(name);
        add(&mut context, &path).map_err(|why| NoHome::unwritable(&path, why))?;
    }
    let digest = context.finish();
    let bytes = digest.as_ref().iter();
    Ok(bytes.map(|byte| format!("{byte:02x}")).collect())
}

fn add(context: &mut Context, path: &Path) -> io::Result<()> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(why) if why.kind() == io::ErrorKind::NotFound => {
            context.update(b"absent");
            return Ok(());
        }
        Err(why) => return Err(why),
    };
    context.update(&file.metadata()?.len().to_le_bytes());
    let mut part = vec![0; 64 * 1024];
    loop {
        match file.read(&mut part)? {
            0 => return Ok(()),
            read => context.update(part.get(..read).unwrap_or_default()),
        }
    }
}

impl Begins {
    /// The line that says it, if there is something to say. `now` is in seconds since 1970, `shown`
    /// the folder as people know it, `block_ms` the length of blocks that was asked for.
    pub(super) fn said(&self, now: i64, shown: &str, block_ms: Option<u64>) -> Option<String> {
        match self {
            Self::New => None,
            Self::Anew(why) => Some(format!(
                "beginning anew: {why}. What the last run left is in {shown}/{}.",
                super::home::ASIDE
            )),
            Self::GoesOn(kept) => {
                let orders = match kept.orders() {
                    0 => "no order yet".to_owned(),
                    1 => "1 order".to_owned(),
                    more => format!("{more} orders"),
                };
                let block = kept.block_time().as_millis();
                let other = block_ms.is_some_and(|asked| u128::from(asked) != block);
                let blocks = if other {
                    format!(", still a block every {block} ms")
                } else {
                    String::new()
                };
                let from = clock_time(kept.written_at(), now);
                Some(format!(
                    "going on from {from}: {orders}, books kept{blocks} (--fresh begins anew)"
                ))
            }
        }
    }
}

/// `14:20 UTC`, with the day where that is not today.
fn clock_time(then: i64, now: i64) -> String {
    let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap_or_default();
    let (then, now) = (at(then), at(now));
    let form = if then.date_naive() == now.date_naive() {
        "%H:%M UTC"
    } else {
        "%-d %b, %H:%M UTC"
    };
    then.format(form).to_string()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::demo::home::ASIDE;
    use crate::{Sandbox, Settings};

    fn home(name: &str) -> Home {
        let name = format!("starkeeper-demo-begins-{name}-{}", std::process::id());
        Home::open(&std::env::temp_dir().join(name)).unwrap()
    }

    /// A run that ended in order, with these books.
    async fn run(home: &Home, written: &str) {
        place(home).take().unwrap();
        home.write(DATABASE, written).unwrap();
        let settings = Settings {
            port: None,
            ..Settings::default()
        };
        let closed = Sandbox::start(settings).unwrap().close().await;
        let books = books(home).unwrap();
        closed.write(&place(home), Some(&books)).await.unwrap();
    }

    fn why(home: &Home) -> String {
        match begin(home, false).unwrap() {
            Begins::Anew(why) => why.to_string(),
            other @ (Begins::New | Begins::GoesOn(_)) => panic!("{other:?}"),
        }
    }

    #[actix_web::test]
    async fn a_start_goes_on_where_the_last_one_ended_in_order_and_nowhere_else() {
        let home = home("order");
        assert!(matches!(begin(&home, false).unwrap(), Begins::New));
        run(&home, "books").await;
        let goes_on = begin(&home, false).unwrap();
        assert!(matches!(goes_on, Begins::GoesOn(_)), "{goes_on:?}");
        let said = goes_on.said(0, "demo", Some(1)).unwrap();
        assert!(said.starts_with("going on from "), "{said}");
        assert!(said.contains("no order yet"), "{said}");
        assert!(said.contains("still a block every 5000 ms"), "{said}");

        // Killed: the mark of the run is there, its world is not.
        place(&home).take().unwrap();
        home.write(DATABASE, "newer books").unwrap();
        let killed = why(&home);
        assert!(killed.contains("killed before"), "{killed}");
        let aside = home.folder().join(ASIDE).join(DATABASE);
        assert_eq!(fs::read_to_string(&aside).unwrap(), "newer books");
        assert!(!home.folder().join(DATABASE).exists());

        // Somebody has used the books without their world.
        run(&home, "books").await;
        home.write(DATABASE, "other books").unwrap();
        let changed = why(&home);
        assert!(changed.contains("somebody has changed them"), "{changed}");
        assert_eq!(fs::read_to_string(&aside).unwrap(), "other books");

        // Books that had no world.
        home.write(DATABASE, "old books").unwrap();
        assert!(why(&home).contains("no world was written down"));

        run(&home, "books").await;
        assert!(matches!(begin(&home, true).unwrap(), Begins::New));
        let left: Vec<_> = fs::read_dir(home.folder()).unwrap().collect();
        assert_eq!(left.len(), 1, "the lock alone: {left:?}");
        fs::remove_dir_all(home.folder()).unwrap();
    }

    #[test]
    fn a_time_of_another_day_says_its_day() {
        assert_eq!(clock_time(51_600, 60_000), "14:20 UTC");
        assert_eq!(clock_time(51_600, 90_000), "1 Jan, 14:20 UTC");
    }
}
