//! Reads how much processor time programs took. Unlike their duration, it hardly depends on what else the machine does.

use std::time::Duration;

/// The length of a clock tick in `/proc`, the same on every Linux.
const TICK: Duration = Duration::from_millis(10);

/// The processor time of all child processes of this process that have ended, or `None` where there is no `/proc`.
pub(crate) fn of_ended_children() -> Option<Duration> {
    children(&std::fs::read_to_string("/proc/self/stat").ok()?)
}

/// The fields `cutime` and `cstime`. The second field, the program's name, is in parentheses and may contain spaces.
fn children(stat: &str) -> Option<Duration> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(13);
    let (user, system): (u32, u32) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some(TICK * (user + system))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_and_system_time_of_children_are_added() {
        let stat = "7 (a ) b) S 1 7 7 0 -1 4194304 101 5 0 0 1 2 300 45 20 0 1 0 99 1000 10";
        assert_eq!(children(stat), Some(Duration::from_millis(3450)));
        assert_eq!(children(""), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_system_tells_it() {
        assert!(of_ended_children().is_some());
    }
}
