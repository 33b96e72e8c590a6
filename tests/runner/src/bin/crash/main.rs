//! Kills processes that use the SDK at random moments, and checks that the session survives.
//!
//! `crash [KILLS]` starts a local-aws and then repeatedly starts one or two worker processes on one folder of a [`FileStore`]. It
//! kills them with SIGKILL at a random moment and opens the folder as the app's next start would.
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

/// How long a rotated refresh token still works: Cognito's longest grace period.
const GRACE_SECONDS: u32 = 60;
/// The longest time before a worker is killed. A sign-in takes longer, a write takes less.
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
    // Without and with device tracking; managed login has no devices.
    let pools = [
        vec![TestPool::start().await?, TestPool::tracking(None).await?],
        vec![TestPool::rotating(GRACE_SECONDS).await?, TestPool::tracking(Some(GRACE_SECONDS)).await?],
        vec![TestPool::with_domain(worker::REDIRECT_URI).await?],
    ];
    for pool in pools.iter().flatten() {
        for user in worker::USERS {
            pool.add_user(user).await?;
        }
    }
    let mut tally = Tally::default();
    'all: loop {
        for activity in Activity::ALL {
            for processes in [1, 2] {
                for pool in &pools[activity.pools()] {
                    if tally.kills() >= kills {
                        break 'all;
                    }
                    round(pool, activity, processes, &mut random, &mut tally).await?;
                }
            }
        }
    }
    print!("{tally}");
    Ok(if tally.is_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Kills workers on one folder a few times in a row, as an app may crash several times.
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
    let mut reported = activity.initially_reported();
    for _ in 0..CRASHES {
        let mut workers = Vec::new();
        for _ in 0..processes {
            workers.push(Worker::start(activity, &pool.poolpass_json().to_string(), folder.path()).await?);
        }
        for worker in workers {
            let life = random.random_range(Duration::ZERO..LONGEST_LIFE);
            reported.extend(worker.kill_after(life).await?);
            tally.killed(activity, processes);
        }
        let finding = activity.look(pool, folder.path(), &reported).await?;
        if let Finding::Lost(what) | Finding::Unreadable(what) = &finding {
            println!(
                "{activity} with {processes}: {what}; the worker's last report was {:?}",
                reported.last()
            );
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
    /// Starts the worker and waits until it is ready.
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

    /// Lets the worker run, kills it, and returns the work that it reported as completed.
    async fn kill_after(mut self, life: Duration) -> Result<Vec<String>> {
        tokio::time::sleep(life).await;
        // SIGKILL, which a process cannot handle.
        self.child.start_kill().context("the worker ended by itself")?;
        let mut reported = Vec::new();
        while let Some(line) = self.lines.next_line().await? {
            reported.push(line);
        }
        self.child.wait().await?;
        Ok(reported)
    }
}
