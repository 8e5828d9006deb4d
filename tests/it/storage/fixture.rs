//! Empty books of each engine.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use starkeeper::storage::url::DatabaseUrl;
use starkeeper::storage::{Storage, StorageSettings};
use starkeeper_actors::domain::Span;
use starkeeper_actors::domain::ids::IncarnationId;
use starkeeper_actors::ports::Books;
use starkeeper_actors::testing::contract::books::EmptyBooks;

use crate::support::Database;

/// Books of which several clients, as of several replicas, see the same.
pub struct Sql {
    replicas: Vec<Arc<Storage>>,
    next: AtomicUsize,
    /// Gone last: the file or the database.
    _place: Box<dyn Send + Sync>,
}

/// A folder with the file of embedded books.
pub async fn sqlite() -> Sql {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("books.db");
    let storage = open_sqlite(&file).await;
    Sql::of(vec![storage], folder)
}

pub async fn open_sqlite(file: &std::path::Path) -> Storage {
    let url = format!("sqlite:{}", file.display());
    let url = DatabaseUrl::parse(&url).unwrap();
    Storage::open(StorageSettings::at(url)).await.unwrap()
}

/// A database of its own, opened by three replicas.
pub async fn postgres() -> Sql {
    let database = Database::migrated();
    let mut replicas = Vec::new();
    for _ in 0..3 {
        replicas.push(open_postgres(&database.url()).await);
    }
    Sql::of(replicas, database)
}

pub async fn open_postgres(url: &str) -> Storage {
    let url = DatabaseUrl::parse(url).unwrap();
    Storage::open(StorageSettings::at(url)).await.unwrap()
}

impl Sql {
    fn of(replicas: Vec<Storage>, place: impl Send + Sync + 'static) -> Self {
        Self {
            replicas: replicas.into_iter().map(Arc::new).collect(),
            next: AtomicUsize::new(0),
            _place: Box::new(place),
        }
    }

    pub fn storage(&self) -> &Storage {
        &self.replicas[0]
    }

    /// The books of the next replica.
    pub fn next_storage(&self) -> Storage {
        let next = self.next.fetch_add(1, Ordering::Relaxed);
        Storage::clone(&self.replicas[next % self.replicas.len()])
    }
}

#[async_trait]
impl EmptyBooks for Sql {
    fn client(&self) -> Arc<dyn Books> {
        let next = self.next.fetch_add(1, Ordering::Relaxed);
        Arc::<Storage>::clone(&self.replicas[next % self.replicas.len()])
    }

    /// The databases' clocks are real.
    async fn pass(&self, by: Span) {
        tokio::time::sleep(by.to_std().unwrap()).await;
    }

    async fn adopt(&self, life: IncarnationId) {
        self.storage().adopt(life).await.unwrap();
    }

    async fn retire(&self) {
        self.storage().retire().await.unwrap();
    }
}
