//! Kills processes that use the SDK at random moments, and looks whether the session survives.
//!
//! `crash [KILLS]` starts a local-aws and then, again and again, one or two worker processes on one folder of a [`FileStore`]. It
//! kills them with SIGKILL at a random moment, and opens the folder as the app's next start would.
//!
//! [`FileStore`]: poolpass::platform::FileStore

mod activity;
mod tally;
mod worker;

use std::process::{ExitCode, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result};
use poolpass_tests::TestPool;
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use activity::Activity;
use tally::{Finding, Tally};

/// A rotated refresh token goes on working for so long: Cognito's longest grace period.
const GRACE_SECONDS: u32 = 60;
/// How long a worker may work before it is killed. A sign-in takes longer than this, a write less.
const LONGEST_LIFE: Duration = Duration::from_millis(60);
const KILLS: u32 = 200;
const WORKER: &str = "--worker";

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let mut arguments = std::env::args().skip(1);
    match arguments.next() {
        Some(first) if first == WORKER => {
            let activity = arguments.next().context("the worker needs an activity")?;
            worker::work(activity.parse()?).await?;
            Ok(ExitCode::SUCCESS)
        }
        first => kill(first.map_or(Ok(KILLS), |number| number.parse())?).await,
    }
}

async fn kill(kills: u32) -> Result<ExitCode> {
    let seed = rand::random();
    println!("{kills} kills, seed {seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let pools = [TestPool::start().await?, TestPool::rotating(GRACE_SECONDS).await?];
    for pool in &pools {
        for user in worker::USERS {
            pool.add_user(user).await?;
        }
    }
    let mut tally = Tally::default();
    'all: loop {
        for activity in Activity::ALL {
            for processes in [1, 2] {
                if tally.kills() >= kills {
                    break 'all;
                }
                let pool = &pools[usize::from(activity.rotates())];
                round(pool, activity, processes, &mut random, &mut tally).await?;
            }
        }
    }
    print!("{tally}");
    Ok(if tally.is_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// One folder, on which workers are killed a few times in a row, as an app may crash more than once.
async fn round(
    pool: &TestPool,
    activity: Activity,
    processes: usize,
    random: &mut StdRng,
    tally: &mut Tally,
) -> Result<()> {
    const CRASHES: usize = 3;

    let folder = tempfile::tempdir()?;
    activity.prepare(pool, folder.path()).await?;
    let mut said = activity.said_before();
    for _ in 0..CRASHES {
        let mut workers = Vec::new();
        for _ in 0..processes {
            workers.push(Worker::start(activity, &pool.poolpass_json().to_string(), folder.path()).await?);
        }
        for worker in workers {
            let life = random.random_range(Duration::ZERO..LONGEST_LIFE);
            said.extend(worker.kill_after(life).await?);
            tally.killed(activity, processes);
        }
        let finding = activity.look(pool, folder.path(), &said).await?;
        if let Finding::Lost(what) | Finding::Unreadable(what) = &finding {
            println!("{activity} with {processes}: {what}; the worker had said {:?}", said.last());
        }
        tally.found(&finding);
    }
    tally.left(tally::leftovers(folder.path())?);
    Ok(())
}

/// A process that uses the SDK.
struct Worker {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Worker {
    /// Starts it and waits until it is about to work.
    async fn start(activity: Activity, config: &str, folder: &std::path::Path) -> Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .args([WORKER, activity.name()])
            .env(worker::CONFIG, config)
            .env(worker::FOLDER, folder)
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let stdout = child.stdout.take().context("the worker has no standard output")?;
        let mut lines = BufReader::new(stdout).lines();
        lines.next_line().await?.context("the worker ended before it began")?;
        Ok(Self { child, lines })
    }

    /// Lets it work, kills it, and returns what it had said to be done.
    async fn kill_after(mut self, life: Duration) -> Result<Vec<String>> {
        tokio::time::sleep(life).await;
        // SIGKILL, which nobody can answer.
        self.child.start_kill().context("the worker ended by itself")?;
        let mut said = Vec::new();
        while let Some(line) = self.lines.next_line().await? {
            said.push(line);
        }
        self.child.wait().await?;
        Ok(said)
    }
}
