//! The results after the kills.

use std::fmt;
use std::path::Path;

use anyhow::Result;

use crate::activity::Activity;

/// The result of the app's next start.
#[derive(Debug)]
pub(crate) enum Finding {
    /// The completed work is still there.
    Kept,
    /// Completed work is lost.
    Lost(String),
    /// The store cannot be read.
    Unreadable(String),
}

#[derive(Debug, Default)]
pub(crate) struct Tally {
    killed: Vec<(Activity, usize)>,
    looks: u32,
    lost: u32,
    unreadable: u32,
    leftovers: usize,
}

impl Tally {
    pub(crate) fn kills(&self) -> u32 {
        u32::try_from(self.killed.len()).unwrap_or(u32::MAX)
    }

    pub(crate) fn killed(&mut self, activity: Activity, processes: usize) {
        self.killed.push((activity, processes));
    }

    pub(crate) fn found(&mut self, finding: &Finding) {
        self.looks += 1;
        match finding {
            Finding::Kept => {}
            Finding::Lost(_) => self.lost += 1,
            Finding::Unreadable(_) => self.unreadable += 1,
        }
    }

    /// Files of killed processes, which the store removes after a minute.
    pub(crate) fn left(&mut self, files: usize) {
        self.leftovers += files;
    }

    pub(crate) fn is_clean(&self) -> bool {
        self.looks > 0 && self.lost == 0 && self.unreadable == 0
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for activity in Activity::ALL {
            let kills = |processes| self.killed.iter().filter(|kill| **kill == (activity, processes)).count();
            writeln!(f, "{activity:>10}: {} kills of one process, {} of one of two", kills(1), kills(2))?;
        }
        let Self { looks, lost, unreadable, leftovers, .. } = self;
        writeln!(
            f,
            "{} kills, {looks} starts afterwards: {lost} lost, {unreadable} unreadable, {leftovers} unfinished files left to be removed",
            self.kills()
        )
    }
}

/// The number of files in the folder that were being written when their process died.
pub(crate) fn leftovers(folder: &Path) -> Result<usize> {
    let mut count = 0;
    for file in std::fs::read_dir(folder)? {
        count += usize::from(file?.file_name().to_string_lossy().starts_with(".new-"));
    }
    Ok(count)
}
