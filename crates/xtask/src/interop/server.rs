//! Runs a server for the duration of a test.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

const START: Duration = Duration::from_secs(60);
const STOP: Duration = Duration::from_secs(10);

/// A running server. It prints one line on standard output when it is ready. It stops when its standard input closes,
/// which happens when this value is dropped or this program is killed.
pub(crate) struct Server {
    child: Child,
    stdin: Option<ChildStdin>,
    /// Held open, so that the server may print more.
    _stdout: BufReader<ChildStdout>,
    log: PathBuf,
    /// Its output when it was ready.
    pub(crate) ready: String,
}

impl Server {
    /// Starts `command`. What it prints on standard error goes to the file `log`.
    pub(crate) fn start(command: &mut Command, log: &Path) -> Result<Self> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::create(log)?)
            .spawn()
            .with_context(|| format!("{} did not start", command.get_program().display()))?;
        let stdin = child.stdin.take();
        let stdout = child.stdout.take().context("its standard output is a pipe")?;

        let (sender, first_line) = mpsc::channel();
        thread::spawn(move || {
            let mut stdout = BufReader::new(stdout);
            let mut line = String::new();
            let read = stdout.read_line(&mut line).map(|_| (line, stdout));
            sender.send(read)
        });
        let answer = first_line.recv_timeout(START).context("it did not become ready in time");
        let ready = answer.and_then(|read| {
            let (line, stdout) = read?;
            ensure!(!line.is_empty(), "it ended at once");
            Ok((line, stdout))
        });
        match ready {
            Ok((ready, stdout)) => Ok(Self { child, stdin, _stdout: stdout, log: log.to_path_buf(), ready }),
            Err(error) => {
                child.kill()?;
                child.wait()?;
                show(log);
                Err(error.context(format!("{} did not start", command.get_program().display())))
            }
        }
    }

    /// Runs a test against this server, and shows what the server logged if it fails.
    pub(crate) fn during<T>(&self, test: impl FnOnce() -> Result<T>) -> Result<T> {
        test().inspect_err(|_| show(&self.log))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stdin.take());
        let pause = Duration::from_millis(50);
        let mut waited = Duration::ZERO;
        while waited < STOP && matches!(self.child.try_wait(), Ok(None)) {
            thread::sleep(pause);
            waited += pause;
        }
        if matches!(self.child.try_wait(), Ok(None)) {
            println!("the server did not stop by itself, so it is killed");
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// The end of a log: what a developer would look at first.
fn show(log: &Path) {
    let Ok(text) = std::fs::read_to_string(log) else { return };
    let lines: Vec<&str> = text.lines().collect();
    println!("-- the end of {}", log.display());
    for line in lines.iter().skip(lines.len().saturating_sub(60)) {
        println!("{line}");
    }
    println!("--");
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn a_server_stops_by_itself_when_it_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let stopped = folder.path().join("stopped");
        let script = format!("echo ready; cat; touch {}", stopped.display());
        let server = Server::start(&mut shell(&script), &folder.path().join("log")).unwrap();
        assert_eq!(server.ready, "ready\n");
        assert!(!stopped.exists());
        drop(server);
        assert!(stopped.exists());
    }

    #[test]
    fn a_program_that_ends_at_once_is_no_server() {
        let folder = tempfile::tempdir().unwrap();
        let error = Server::start(&mut shell("exit 3"), &folder.path().join("log")).err().unwrap();
        assert!(format!("{error:#}").contains("it ended at once"));
    }

    #[test]
    fn a_test_that_fails_leaves_its_error() {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(&mut shell("echo ready; cat"), &folder.path().join("log")).unwrap();
        let failed: Result<()> = server.during(|| Err(anyhow::anyhow!("refused")));
        assert_eq!(failed.unwrap_err().to_string(), "refused");
    }
}
