//! The contracts of the ports, held by the implementations in memory.

use std::sync::Arc;

use async_trait::async_trait;
use starkeeper_actors::domain::Span;
use starkeeper_actors::domain::ids::IncarnationId;
use starkeeper_actors::ports::Books;
use starkeeper_actors::testing::contract;
use starkeeper_actors::testing::contract::books::EmptyBooks;
use starkeeper_actors::testing::{MemoryBooks, TestClock};

struct Empty {
    books: Arc<MemoryBooks>,
    passed: std::sync::Mutex<Span>,
}

#[async_trait]
impl EmptyBooks for Empty {
    fn client(&self) -> Arc<dyn Books> {
        Arc::<MemoryBooks>::clone(&self.books)
    }

    async fn pass(&self, by: Span) {
        let mut passed = self.passed.lock().unwrap();
        *passed += by;
        self.books.skew(*passed);
    }

    async fn adopt(&self, life: IncarnationId) {
        self.books.adopt(life);
    }

    async fn retire(&self) {
        self.books.retire();
    }
}

async fn empty_books() -> Empty {
    let clock = Arc::new(TestClock::at(contract::rows::noon()));
    Empty {
        books: Arc::new(MemoryBooks::checked(clock)),
        passed: std::sync::Mutex::new(Span::zero()),
    }
}

mod books {
    use super::empty_books;
    use starkeeper_actors::testing::contract;

    contract::books!(empty_books);
}
