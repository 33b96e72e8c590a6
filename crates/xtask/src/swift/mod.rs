//! Generates, compiles and tests the Swift package and its example, and builds the XCFramework for Apple's platforms.

mod toolchain;
mod xcframework;

use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use xshell::cmd;

use self::toolchain::Toolchain;
use crate::step::Outcome;
use crate::tests::logged_steps;
use crate::workspace::Workspace;
use crate::{ffi, mobile};

pub(crate) use self::xcframework::build as xcframework;

const PACKAGE: &str = "bindings/swift";
const EXAMPLE: &str = "examples/swift/quickstart";

/// Builds the package, runs its tests, and compares the example's steps with those of the Rust quickstart.
pub(crate) fn test(workspace: &Workspace) -> Result<Outcome> {
    let Some(toolchain) = Toolchain::find(workspace)? else {
        return workspace.without("Swift");
    };
    let local_aws = workspace.program("local-aws")?;
    let quickstart = local_aws.with_file_name("quickstart");
    generate(workspace)?;
    let scratch = workspace.shell.create_dir(workspace.target.join("swift"))?;
    let library = mobile::library(workspace)?.stripped;
    let libraries = text(library.parent().context("the library is in a folder")?.to_owned())?;
    let variables = [("LOCAL_AWS", local_aws.as_path())];
    for (command, package) in [("test", PACKAGE), ("build", EXAMPLE)] {
        toolchain.run(
            workspace,
            &scratch,
            &variables,
            &arguments(workspace, command, package, &libraries)?,
        )?;
    }

    let program = scratch.join("build/debug/quickstart");
    let output = toolchain.read(workspace, &scratch, &variables, &[text(program)?])?;
    println!("{output}");
    let rust = cmd!(workspace.shell, "{quickstart}").read()?;
    ensure!(
        logged_steps(&output) == logged_steps(&rust),
        "the steps of the Swift quickstart differ from those of the Rust one:\n{rust}"
    );
    ensure!(logged_steps(&output).len() >= 16, "the quickstart has lost steps");
    println!("the {} steps are those of the Rust quickstart", logged_steps(&output).len());
    Ok(Outcome::Passed)
}

/// `swift COMMAND` for one of our packages, linked with the library in the folder `libraries`.
fn arguments(workspace: &Workspace, command: &str, package: &str, libraries: &str) -> Result<Vec<String>> {
    let scratch = workspace.target.join("swift");
    // Both packages use the same scratch folder, so that shared code is compiled once. SwiftPM's cached build plan must not be
    // shared.
    let mut arguments =
        vec!["swift".to_owned(), command.to_owned(), "--disable-build-manifest-caching".to_owned()];
    arguments.extend(["--package-path".to_owned(), text(workspace.path(package))?]);
    for (option, folder) in [
        ("--scratch-path", "build"),
        ("--cache-path", "home/cache"),
        ("--config-path", "home/config"),
        ("--security-path", "home/security"),
    ] {
        arguments.extend([option.to_owned(), text(scratch.join(folder))?]);
    }
    for flag in [&format!("-L{libraries}"), "-rpath", libraries] {
        arguments.extend(["-Xlinker", flag].map(str::to_owned));
    }
    Ok(arguments)
}

fn text(path: PathBuf) -> Result<String> {
    path.into_os_string().into_string().ok().context("a path is not Unicode")
}

/// Writes the Swift code and the C header of `bindings/ffi` into the source folders, where git ignores them. The library and
/// the generator must be built.
fn generate(workspace: &Workspace) -> Result<()> {
    let shell = &workspace.shell;
    let generated = workspace.target.join("swift").join("generated");
    ffi::generate(workspace, "swift", &generated)?;

    let sources = workspace.path(PACKAGE).join("Sources");
    let (swift, header) = (sources.join("PoolpassFFI"), sources.join("PoolpassCore"));
    for (name, to) in [
        ("PoolpassFFI.swift", swift.join("PoolpassFFI.swift")),
        ("PoolpassCore.h", header.join("PoolpassCore.h")),
        ("PoolpassCore.modulemap", header.join("module.modulemap")),
    ] {
        workspace.write_if_changed(&to, &shell.read_file(generated.join(name))?)?;
    }
    Ok(())
}
