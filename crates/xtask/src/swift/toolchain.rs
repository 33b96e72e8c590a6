//! Finds the Swift compiler: the machine's own, or Debian 13's in a folder.
//!
//! Debian 12 has no Swift, and Debian 13's needs a newer C library. So that compiler runs in its own root directory. The work
//! tree and the target directory are mounted there read-only, at their own paths; only one scratch folder is writable.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use xshell::{Cmd, cmd};

use crate::machine;
use crate::workspace::Workspace;

/// The version in Package.swift's `swift-tools-version`.
const OLDEST: (u32, u32) = (6, 0);

/// The compiler, the packages that it links with, and the tests' tools for signing and TOTP codes.
const PACKAGES: &str = "swiftlang,ca-certificates,libc6-dev,gcc,libstdc++-14-dev,curl,oathtool";

/// Runs a program in another root directory. The mounts exist only in the mount namespace of this process and end with it, so
/// nothing can be deleted through them. `/tmp` is mounted first, since the work tree may be below it.
const ENTER: &str = r#"
set -e
root=$1 work=$2 target=$3 scratch=$4
shift 4
mount --bind "$root" "$root"
mount -t tmpfs tmpfs "$root/tmp"
mount --bind -o ro /proc "$root/proc"
mount --bind -o ro /dev "$root/dev"
for folder in "$work" "$target"; do
    mkdir -p "$root$folder"
    mount --bind "$folder" "$root$folder"
    mount -o remount,bind,ro "$root$folder"
done
mount --bind "$scratch" "$root$scratch"
mount -o remount,bind,ro "$root"
exec chroot "$root" env -i PATH=/usr/bin:/bin LANG=C.UTF-8 HOME="$scratch/home" "$@"
"#;

/// The options of `unshare` for a mount namespace whose mounts are invisible to other processes.
const ALONE: [&str; 3] = ["--mount", "--propagation", "private"];

#[derive(Debug)]
pub(crate) enum Toolchain {
    /// `swift` from PATH.
    Own,
    /// Debian 13's, in this root directory.
    Debian(PathBuf),
}

impl Toolchain {
    /// Returns the machine's own compiler, or Debian's, which is installed if it is missing. `None` if neither is possible.
    pub(crate) fn find(workspace: &Workspace) -> Result<Option<Self>> {
        if has_swift(workspace) {
            for tool in ["curl", "oathtool"] {
                if !machine::has(workspace, tool, &[tool]) {
                    bail!("the Swift tests need {tool}");
                }
            }
            return Ok(Some(Self::Own));
        }
        // Only root may mount.
        if !machine::is_root(workspace) {
            return Ok(None);
        }
        let root = workspace.target.join("tools").join("swift-debian-13");
        let installed = root.join("poolpass-packages");
        if workspace.shell.read_file(&installed).is_ok_and(|packages| packages == PACKAGES) {
            return Ok(Some(Self::Debian(root)));
        }
        if !machine::has(workspace, "debootstrap", &["debootstrap"]) {
            return Ok(None);
        }
        install(workspace, &root)?;
        workspace.shell.write_file(installed, PACKAGES)?;
        Ok(Some(Self::Debian(root)))
    }

    /// Runs `program`, with its arguments and these environment variables, where the compiler is. Only `scratch` is writable.
    pub(crate) fn run(
        &self,
        workspace: &Workspace,
        scratch: &Path,
        variables: &[(&str, &Path)],
        program: &[String],
    ) -> Result<()> {
        let outcome = self.command(workspace, scratch, variables, program)?.run();
        self.left_no_mount()?;
        // xshell's error would contain the whole script.
        outcome.map_err(|_| anyhow!("`{}` failed", program.join(" ")))
    }

    /// As [`run`](Self::run), but returns the program's output.
    pub(crate) fn read(
        &self,
        workspace: &Workspace,
        scratch: &Path,
        variables: &[(&str, &Path)],
        program: &[String],
    ) -> Result<String> {
        let output = self.command(workspace, scratch, variables, program)?.read()?;
        self.left_no_mount()?;
        Ok(output)
    }

    fn command<'a>(
        &self,
        workspace: &'a Workspace,
        scratch: &Path,
        variables: &[(&str, &Path)],
        program: &[String],
    ) -> Result<Cmd<'a>> {
        let shell = &workspace.shell;
        shell.create_dir(scratch.join("home"))?;
        let Self::Debian(root) = self else {
            let (program, arguments) = program.split_first().context("no program")?;
            return Ok(shell.cmd(program).args(arguments).envs(variables.iter().copied()));
        };
        let variables = variables.iter().map(|(name, path)| format!("{name}={}", path.display()));
        let (work, target) = (&workspace.root, &workspace.target);
        // Printed in place of the whole script.
        println!("$ {} (in {})", program.join(" "), root.display());
        Ok(cmd!(shell, "unshare {ALONE...} sh -c {ENTER} swift {root} {work} {target} {scratch}")
            .args(variables)
            .args(program)
            .quiet())
    }

    fn left_no_mount(&self) -> Result<()> {
        match self {
            Self::Own => Ok(()),
            Self::Debian(root) => no_mount_below(root),
        }
    }
}

fn has_swift(workspace: &Workspace) -> bool {
    let output = cmd!(workspace.shell, "swift --version").quiet().ignore_stderr().read();
    output.is_ok_and(|text| version(&text).is_some_and(|version| version >= OLDEST))
}

/// The version in `Apple Swift version 5.9.2 (…)` or `Swift version 6.0.3 (…)`.
fn version(output: &str) -> Option<(u32, u32)> {
    let (_, rest) = output.split_once("Swift version ")?;
    let mut numbers = rest.split(|character: char| !character.is_ascii_digit());
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

/// Installs Debian's compiler, which takes a minute and 2.7 GB. An incomplete root has another name, so it is never used.
fn install(workspace: &Workspace, root: &Path) -> Result<()> {
    let shell = &workspace.shell;
    let part = root.with_extension("part");
    for old in [root, &part] {
        no_mount_below(old)?;
        shell.remove_path(old)?;
    }
    shell.create_dir(&part)?;
    let options = ["--variant=minbase", "--force-check-gpg"];
    let packages = format!("--include={PACKAGES}");
    // debootstrap mounts /proc in the new root. In the namespace, that mount ends with it.
    let output = cmd!(shell, "unshare {ALONE...} debootstrap {options...} {packages} trixie {part}")
        .ignore_status()
        .output()
        .context("debootstrap could not be run by unshare")?;
    if !output.status.success() {
        let output = [output.stdout, output.stderr].concat();
        let output = String::from_utf8_lossy(&output);
        let end: Vec<&str> = output.lines().rev().take(15).collect();
        bail!("debootstrap failed: {}", end.into_iter().rev().collect::<Vec<_>>().join("\n"));
    }
    shell.remove_path(part.join("var/cache/apt/archives"))?;
    no_mount_below(&part)?;
    std::fs::rename(&part, root)?;
    Ok(())
}

/// Fails if something is mounted below the folder, since deleting the folder would delete the mounted files.
fn no_mount_below(folder: &Path) -> Result<()> {
    let mounts = std::fs::read_to_string("/proc/self/mountinfo")?;
    let left = mount_points(&mounts).find(|point| point.starts_with(folder));
    ensure!(left.is_none(), "something is mounted at {}", left.unwrap_or_default().display());
    Ok(())
}

/// The mount points: field five of each line, with escaped spaces decoded.
fn mount_points(mountinfo: &str) -> impl Iterator<Item = PathBuf> {
    mountinfo
        .lines()
        .filter_map(|line| line.split(' ').nth(4))
        .map(|point| point.replace("\\040", " ").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_either_vendor_is_read() {
        assert_eq!(version("Swift version 6.0.3 (swift-6.0.3-RELEASE)\nTarget: x86_64"), Some((6, 0)));
        assert_eq!(version("swift-driver version: 1.87.3 Apple Swift version 5.9.2 (x)"), Some((5, 9)));
        assert_eq!(version("OpenStack Swift"), None);
        assert!(version("Swift version 6.0.3").unwrap() >= OLDEST);
        assert!(version("Swift version 5.10").unwrap() < OLDEST);
    }

    #[test]
    fn a_mount_below_the_folder_is_found() {
        let mountinfo =
            "22 1 0:21 / /proc rw,nosuid - proc proc rw\n30 22 8:1 /w /a/root/w\\040x ro - ext4 /dev/a rw\n";
        let points: Vec<PathBuf> = mount_points(mountinfo).collect();
        assert_eq!(points, [Path::new("/proc"), Path::new("/a/root/w x")]);
        assert!(points[1].starts_with("/a/root"));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_folder_with_a_mount_is_not_deleted() {
        assert!(no_mount_below(Path::new("/")).is_err());
        assert!(no_mount_below(tempfile::tempdir().unwrap().path()).is_ok());
    }
}
