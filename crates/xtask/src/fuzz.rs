//! Fuzzes the SDK's parsers with libFuzzer: inputs that a server, a file or an app could supply.
//!
//! The fuzz crate is built as `cargo fuzz --sanitizer none` builds it. That needs only the stable toolchain and a C++ compiler.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;

use anyhow::{Context as _, Result, bail};
use xshell::cmd;

use crate::step::Outcome;
use crate::workspace::Workspace;

/// How long each target runs, unless `FUZZ_SECONDS` is set.
const SECONDS: &str = "20";

/// The number of targets that run at the same time.
const AT_A_TIME: usize = 2;

/// Adds coverage counters to all code except build scripts and macros.
const FLAGS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
                     -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
                     -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares";

/// Runs every target that has seeds in `tests/fuzz/corpus`. Failing inputs are saved in `target/fuzz/findings`.
pub(crate) fn run(workspace: &Workspace) -> Result<Outcome> {
    if cmd!(workspace.shell, "c++ --version").quiet().ignore_stdout().run().is_err() {
        return workspace.without("a C++ compiler");
    }
    let program = build(workspace)?;
    let corpus = workspace.path("tests/fuzz/corpus");
    let seconds = workspace.shell.var("FUZZ_SECONDS").unwrap_or_else(|_| SECONDS.to_owned());
    let mut targets = Vec::new();
    for seeds in workspace.shell.read_dir(&corpus)? {
        let target = seeds.file_name().and_then(|name| name.to_str()).context("a folder without a name")?;
        targets.push((target.to_owned(), seeds.clone()));
    }
    targets.reverse();
    let folder = workspace.target.as_path();
    let (waiting, failed) = (Mutex::new(targets), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                while let Some((target, seeds)) = next(&waiting) {
                    match fuzz(&program, &target, &seeds, &seconds, folder) {
                        Ok(()) => println!("{target}: nothing found in {seconds} s"),
                        Err(error) => {
                            eprintln!("{target}: {error:#}");
                            failed.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push(target);
                        }
                    }
                }
            });
        }
    });
    let failed = failed.into_inner()?;
    if !failed.is_empty() {
        bail!("found in: {}", failed.join(", "));
    }
    Ok(Outcome::Passed)
}

fn next<T>(waiting: &Mutex<Vec<T>>) -> Option<T> {
    waiting.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).pop()
}

fn build(workspace: &Workspace) -> Result<PathBuf> {
    let about = cmd!(workspace.shell, "rustc -vV").quiet().read()?;
    let host = about.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc names no host")?;
    let target = workspace.target.join("fuzz");
    // With `--target`, the flags do not apply to build scripts and macros.
    workspace
        .cargo(&["build", "--locked", "--manifest-path", "tests/fuzz/Cargo.toml", "--target", host])
        .arg("--target-dir")
        .arg(&target)
        .env("RUSTFLAGS", FLAGS)
        .run()?;
    Ok(target.join(host).join("debug/poolpass-fuzz"))
}

fn fuzz(program: &Path, target: &str, seeds: &Path, seconds: &str, folder: &Path) -> Result<()> {
    let found = folder.join("fuzz/findings");
    let grown = folder.join("fuzz/corpus").join(target);
    std::fs::create_dir_all(&found)?;
    std::fs::create_dir_all(&grown)?;
    let output = Command::new(program)
        .env("FUZZ_TARGET", target)
        .arg(format!("-max_total_time={seconds}"))
        .args(["-timeout=10", "-rss_limit_mb=2048", "-max_len=16384"])
        .arg(format!("-artifact_prefix={}/{target}-", found.display()))
        .args([grown.as_path(), seeds])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .output()?;
    if output.status.success() {
        return Ok(());
    }
    let log = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = log.lines().collect();
    let last = lines.get(lines.len().saturating_sub(60)..).unwrap_or_default();
    bail!("{}\n{}", output.status, last.join("\n"))
}
