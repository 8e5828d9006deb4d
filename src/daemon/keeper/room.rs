//! Room on the disks that the daemon writes to, and whether its logs are written.

use std::path::{Path, PathBuf};

use starkeeper_actors::domain::ids::IncarnationId;
use starkeeper_actors::domain::notice::ShopNews;
use starkeeper_actors::domain::shop::RoomRules;

use super::{Keeper, Memory, Trouble};
use crate::metrics;

/// A folder that must have room.
#[derive(Clone, Debug)]
pub(in crate::daemon) struct Folder {
    /// A label of the metrics.
    pub(in crate::daemon) name: &'static str,
    pub(in crate::daemon) path: PathBuf,
}

/// Seconds of a day.
const DAY: i64 = 24 * 60 * 60;

impl Keeper {
    /// Rests sales while a folder has too little room, and tells both once. The shutter falls
    /// before the books are asked, which may lie on that disk.
    pub(super) async fn look_at_the_disk(
        &self,
        memory: &mut Memory,
        life: IncarnationId,
    ) -> Result<(), Trouble> {
        let rules = RoomRules { least: self.room };
        let mut tightest: Option<(&Folder, u64)> = None;
        for folder in &self.folders {
            // A folder that cannot be looked at is no full one; whoever writes there will say so.
            let Some(free) = free(&folder.path) else {
                continue;
            };
            metrics::shop::disk_free(folder.name, free);
            if tightest.is_none_or(|(_, least)| free < least) {
                tightest = Some((folder, free));
            }
        }
        let low = tightest.filter(|(_, free)| rules.is_low(memory.low, *free));
        let is_low = low.is_some();
        let known = self.shutters.borrow().is_some();
        if known || is_low {
            self.shut(|shutters| {
                shutters.disk_low = is_low;
                // Not known yet is as good as new.
                shutters.new_shop |= !known;
            });
        }
        if is_low == memory.low {
            return Ok(());
        }
        let at = self.clock.now();
        let news = match low {
            Some((folder, free)) => {
                let (path, mib, least) = (folder.path.display(), free >> 20, self.room >> 20);
                tracing::error!("sales rest: {path} has {mib} MiB left, less than {least}");
                ShopNews::DiskLow {
                    at,
                    folder: path.to_string(),
                    free: mib,
                    least,
                }
            }
            None => {
                tracing::info!("there is room on the disk again: sales go on");
                ShopNews::DiskFine { at }
            }
        };
        memory.low = is_low;
        self.tell(news, life).await
    }

    /// Tells once a day that a file of the log cannot be written.
    pub(super) async fn look_at_the_logs(
        &self,
        memory: &mut Memory,
        life: IncarnationId,
    ) -> Result<(), Trouble> {
        let Some((file, why)) = self.logs.failing() else {
            return Ok(());
        };
        let day = self.clock.now().timestamp().div_euclid(DAY);
        if memory.log_told == Some(day) {
            return Ok(());
        }
        tracing::error!("the log cannot be written to {file}: {why}; its lines are lost");
        let news = ShopNews::LogLost { file, why, day };
        self.tell(news, life).await?;
        memory.log_told = Some(day);
        Ok(())
    }
}

/// Bytes that this user may still write to the disk of a folder, or of the one it will be made in.
fn free(folder: &Path) -> Option<u64> {
    let there = folder.ancestors().find(|folder| folder.exists());
    let there = there.unwrap_or(Path::new("."));
    let room = rustix::fs::statvfs(there).ok()?;
    Some(room.f_bavail.saturating_mul(room.f_frsize))
}
