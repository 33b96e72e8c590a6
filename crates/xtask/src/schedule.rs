//! Runs several programs at the same time, and prints their outputs one after another.

use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result};

use crate::step::Group;

const PAUSE: Duration = Duration::from_millis(50);

/// A program whose output goes to a file.
pub(crate) struct Job {
    pub(crate) name: &'static str,
    pub(crate) group: Group,
    /// The line above its output.
    pub(crate) heading: String,
    pub(crate) command: Command,
    pub(crate) log: PathBuf,
}

enum State {
    Waiting,
    Running(Child),
    Ended(ExitStatus),
}

/// Runs the jobs, `at_a_time` of them at the same time, but only one of each group. What they print goes to `output` in the order of
/// the jobs, and as soon as possible: the first job that has not ended prints at once, the others when their turn comes. A failure
/// is announced at once.
pub(crate) fn run(jobs: &mut [Job], at_a_time: usize, output: &mut dyn Write) -> Result<Vec<ExitStatus>> {
    let groups: Vec<Group> = jobs.iter().map(|job| job.group).collect();
    let mut states: Vec<State> = jobs.iter().map(|_| State::Waiting).collect();
    let mut printed = 0;
    let mut printing: Option<File> = None;
    while printed < jobs.len() {
        while let Some(index) = next(&groups, &states, at_a_time) {
            states[index] = State::Running(jobs[index].start()?);
        }
        while let Some(job) = jobs.get(printed)
            && !matches!(states[printed], State::Waiting)
        {
            let has_ended = matches!(states[printed], State::Ended(_));
            let log = match &mut printing {
                Some(log) => log,
                None => {
                    writeln!(output, "\n{}", job.heading)?;
                    printing.insert(File::open(&job.log)?)
                }
            };
            io::copy(log, output)?;
            output.flush()?;
            if !has_ended {
                break;
            }
            printing = None;
            printed += 1;
        }
        for (index, (job, state)) in jobs.iter().zip(&mut states).enumerate() {
            let State::Running(child) = state else { continue };
            let Some(status) = child.try_wait()? else { continue };
            *state = State::Ended(status);
            if !status.success() && index > printed {
                writeln!(output, "\n== {} FAILED; its output follows below", job.name)?;
            }
        }
        thread::sleep(PAUSE);
    }
    let ended = states.into_iter().filter_map(|state| match state {
        State::Ended(status) => Some(status),
        _ => None,
    });
    Ok(ended.collect())
}

/// The first job that may start now.
fn next(groups: &[Group], states: &[State], at_a_time: usize) -> Option<usize> {
    let is_running = |state: &State| matches!(state, State::Running(_));
    let running: Vec<Group> =
        groups.iter().zip(states).filter(|(_, state)| is_running(state)).map(|(group, _)| *group).collect();
    if running.len() >= at_a_time {
        return None;
    }
    let may_start =
        |(group, state): (&Group, &State)| matches!(state, State::Waiting) && !running.contains(group);
    groups.iter().zip(states).position(may_start)
}

impl Job {
    fn start(&mut self) -> Result<Child> {
        let log = File::create(&self.log)?;
        self.command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        self.command.spawn().with_context(|| format!("{} did not start", self.name))
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::path::Path;

    use super::*;

    fn job(folder: &Path, name: &'static str, group: Group, script: &str) -> Job {
        let mut command = Command::new("sh");
        command.args(["-c", script]).current_dir(folder);
        Job { name, group, heading: format!("== {name}"), command, log: folder.join(name) }
    }

    /// Output that creates the file `announced` when a failure is announced.
    struct Output {
        bytes: Vec<u8>,
        announced: PathBuf,
    }

    impl Write for Output {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.bytes.extend(bytes);
            if String::from_utf8_lossy(&self.bytes).contains("FAILED") {
                File::create(&self.announced)?;
            }
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn run_jobs(folder: &Path, mut jobs: Vec<Job>, at_a_time: usize) -> (Vec<bool>, String) {
        let mut output = Output { bytes: Vec::new(), announced: folder.join("announced") };
        let ended = run(&mut jobs, at_a_time, &mut output).unwrap();
        (ended.iter().map(ExitStatus::success).collect(), String::from_utf8(output.bytes).unwrap())
    }

    #[test]
    fn jobs_of_two_groups_run_at_the_same_time() {
        let folder = tempfile::tempdir().unwrap();
        // Each waits for a file that the other writes.
        let jobs = vec![
            job(folder.path(), "a", Group::Rust, "touch from-a; until test -e from-b; do sleep 0.01; done"),
            job(folder.path(), "b", Group::Npm, "touch from-b; until test -e from-a; do sleep 0.01; done"),
        ];
        assert_eq!(run_jobs(folder.path(), jobs, 2).0, [true, true]);
    }

    #[test]
    fn jobs_of_one_group_do_not() {
        let folder = tempfile::tempdir().unwrap();
        let alone = "mkdir alone && sleep 0.1 && rmdir alone";
        let jobs =
            ["a", "b", "c"].into_iter().map(|name| job(folder.path(), name, Group::Npm, alone)).collect();
        assert_eq!(run_jobs(folder.path(), jobs, 3).0, [true, true, true]);
    }

    #[test]
    fn no_more_than_the_allowed_number_runs() {
        let groups = [Group::Rust, Group::Rust, Group::Npm, Group::Mobile];
        let running = || {
            let mut command = Command::new("true");
            State::Running(command.spawn().unwrap())
        };
        let waiting = || State::Waiting;
        assert_eq!(next(&groups, &[waiting(), waiting(), waiting(), waiting()], 1), Some(0));
        assert_eq!(next(&groups, &[running(), waiting(), waiting(), waiting()], 1), None);
        assert_eq!(next(&groups, &[running(), waiting(), waiting(), waiting()], 2), Some(2));
        assert_eq!(next(&groups, &[running(), waiting(), running(), waiting()], 2), None);
    }

    #[test]
    fn outputs_are_in_the_order_of_the_jobs_and_a_failure_is_announced() {
        let folder = tempfile::tempdir().unwrap();
        let jobs = vec![
            job(
                folder.path(),
                "slow",
                Group::Rust,
                "until test -e announced; do sleep 0.01; done; echo of slow",
            ),
            job(folder.path(), "wrong", Group::Npm, "echo of wrong; echo its error >&2; exit 3"),
        ];
        let (ended, output) = run_jobs(folder.path(), jobs, 2);
        assert_eq!(ended, [true, false]);
        let expected = "\n== slow\n\n== wrong FAILED; its output follows below\nof slow\n\n== wrong\nof wrong\nits error\n";
        assert_eq!(output, expected);
    }
}
