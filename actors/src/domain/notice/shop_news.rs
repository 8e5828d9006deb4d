//! What the operators hear of the shop itself: its opening, its absences, its disk, its days.

use serde::{Deserialize, Serialize};

use crate::domain::Timestamp;
use crate::domain::ids::OrderId;
use crate::domain::report::DayReport;

/// News about the shop itself.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShopNews {
    /// The shop is new: it sells to the operators alone until it was checked and one of them was
    /// delivered an order.
    New {
        /// When it began; makes the key.
        at: Timestamp,
    },
    /// That has happened: it sells to everybody.
    Opened {
        /// The delivered order.
        order: OrderId,
    },
    /// Nobody served the shop for a while.
    Away {
        /// When somebody was last seen to.
        from: Timestamp,
        /// Since when somebody does again; makes the key.
        to: Timestamp,
        /// Paid orders that go on now.
        going_on: u64,
    },
    /// A disk has too little room: sales rest, orders are finished.
    DiskLow {
        /// When it was seen; makes the key.
        at: Timestamp,
        /// Which folder lies on it.
        folder: String,
        /// Room in MiB.
        free: u64,
        /// The least there must be, in MiB.
        least: u64,
    },
    /// There is room again: sales go on.
    DiskFine {
        /// When it was seen; makes the key.
        at: Timestamp,
    },
    /// A file of the log cannot be written: its lines are lost, and the shop goes on.
    LogLost {
        /// Which file.
        file: String,
        /// Why, in one line.
        why: String,
        /// The day of Unix time on which it was seen; one notice a day.
        day: i64,
    },
    /// How a day was.
    Day {
        /// Its figures.
        report: Box<DayReport>,
        /// Whether it is told later than it should be.
        late: bool,
    },
}

impl ShopNews {
    /// What makes this piece of news one and the same.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::New { at } => format!("shop/new/{}", at.timestamp()),
            Self::Opened { order } => format!("shop/opened/{order}"),
            Self::Away { to, .. } => format!("shop/away/{}", to.timestamp()),
            Self::DiskLow { at, .. } => format!("shop/disk-low/{}", at.timestamp()),
            Self::DiskFine { at } => format!("shop/disk-fine/{}", at.timestamp()),
            Self::LogLost { day, file, .. } => format!("shop/log-lost/{day}/{file}"),
            Self::Day { report, .. } => format!("shop/day/{}", report.day),
        }
    }
}
