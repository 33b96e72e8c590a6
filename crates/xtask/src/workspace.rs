//! The work tree: its paths, and commands that run in it.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use xshell::{Cmd, Shell, cmd};

use crate::step::Outcome;

pub(crate) struct Workspace {
    pub(crate) shell: Shell,
    pub(crate) root: PathBuf,
    /// Cargo's target directory. xtask also installs tools and writes files there.
    pub(crate) target: PathBuf,
    /// Whether this is CI, where no step may be skipped.
    pub(crate) ci: bool,
}

impl Workspace {
    pub(crate) fn open() -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .ancestors()
            .nth(2)
            .context("crates/xtask lies two levels below the workspace")?
            .to_path_buf();
        let shell = Shell::new()?;
        shell.change_dir(&root);
        let metadata = cmd!(shell, "cargo metadata --no-deps --format-version 1").quiet().read()?;
        let metadata: serde_json::Value = serde_json::from_str(&metadata)?;
        let target =
            metadata["target_directory"].as_str().context("cargo metadata names no target directory")?;
        let ci = shell.var("CI").is_ok_and(|value| value == "true");
        Ok(Self { root, target: target.into(), ci, shell })
    }

    /// The command `cargo ARGUMENTS` in the workspace's root.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Cmd<'_> {
        self.shell.cmd("cargo").args(arguments)
    }

    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// Returns a program of this workspace, built in the dev profile. The command builds the whole workspace with its tests,
    /// so that each dependency is compiled once.
    pub(crate) fn program(&self, name: &str) -> Result<PathBuf> {
        self.cargo(&["build", "--workspace", "--all-targets"]).run()?;
        Ok(self.target.join("debug").join(name).with_extension(std::env::consts::EXE_EXTENSION))
    }

    /// Writes a file, unless it has this text: an unchanged file keeps its modification time, so that it is not compiled again.
    pub(crate) fn write_if_changed(&self, path: &Path, text: &str) -> Result<()> {
        if self.shell.read_file(path).is_ok_and(|present| present == text) {
            return Ok(());
        }
        Ok(self.shell.write_file(path, text)?)
    }

    /// The outcome of a step whose tool is missing and could not be installed.
    pub(crate) fn without(&self, tool: &str) -> Result<Outcome> {
        if self.ci {
            bail!("{tool} is missing, and no step may be skipped in CI");
        }
        Ok(Outcome::Skipped(format!("{tool} is missing")))
    }
}
