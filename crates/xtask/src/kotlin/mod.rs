//! Generates, compiles and tests the Kotlin package and its example.

mod aar;

use std::env::consts::{ARCH, OS};

use anyhow::{Context as _, Result, bail, ensure};
use xshell::cmd;

use crate::step::Outcome;
use crate::tests::logged_steps;
use crate::workspace::Workspace;
use crate::{ffi, machine, mobile};

/// The name of the step.
pub(crate) const STEP: &str = "kotlin";
/// The flag that assembles the library for Android.
pub(crate) const AAR: &str = "aar";

/// The examples' project. Maven builds the packages with it.
const PROJECT: &str = "examples/kotlin/pom.xml";
/// The project that fetches androidx.credentials.
const ANDROIDX: &str = "bindings/kotlin/android-passkeys/androidx/pom.xml";
const PACKAGES: [&str; 2] = ["maven", "openjdk-17-jdk-headless"];

/// Builds the package, runs its tests, and compares the example's steps with those of the Rust quickstart.
pub(crate) fn test(workspace: &Workspace) -> Result<Outcome> {
    if !machine::has(workspace, "mvn", &PACKAGES) {
        return workspace.without("Maven");
    }
    let shell = &workspace.shell;
    let local_aws = workspace.program("local-aws")?;
    let rust = local_aws.with_file_name("quickstart");
    prepare(workspace)?;

    let (project, target) = (workspace.path(PROJECT), &workspace.target);
    // A compiler daemon would outlive this program.
    let output = cmd!(
        shell,
        "mvn --batch-mode --no-transfer-progress --quiet --file {project} -Dpoolpass.target={target} -Dkotlin.compiler.daemon=false test"
    )
    .env("LOCAL_AWS", &local_aws)
    .ignore_status()
    .output()?;
    let printed = String::from_utf8_lossy(&output.stdout);
    println!("{printed}");
    ensure!(output.status.success(), "Maven failed");
    report(workspace)?;

    let steps = logged_steps(&printed);
    ensure!(steps.len() >= 16, "the quickstart has lost steps");
    let rust = cmd!(shell, "{rust}").read()?;
    ensure!(
        steps == logged_steps(&rust),
        "the steps of the Kotlin quickstart differ from those of the Rust one:\n{rust}"
    );
    println!("the {} steps are those of the Rust quickstart", steps.len());
    Ok(Outcome::Passed)
}

/// Compiles the package and assembles the library for Android.
pub(crate) fn aar(workspace: &Workspace) -> Result<()> {
    ensure!(machine::has(workspace, "mvn", &PACKAGES), "Maven is missing");
    workspace.cargo(&["build", "--package", "poolpass-ffi", "--package", "uniffi-bindgen"]).run()?;
    prepare(workspace)?;
    let (project, target) = (workspace.path(PROJECT), &workspace.target);
    cmd!(
        workspace.shell,
        "mvn --batch-mode --no-transfer-progress --quiet --file {project} -Dpoolpass.target={target} -Dkotlin.compiler.daemon=false compile"
    )
    .run()?;
    aar::assemble(workspace)
}

/// Generates the Kotlin code and copies the native library to where Maven looks for it.
fn prepare(workspace: &Workspace) -> Result<()> {
    let shell = &workspace.shell;
    let kotlin = workspace.target.join("kotlin");
    let (written, generated) = (kotlin.join("bindgen"), kotlin.join("generated"));
    ffi::generate(workspace, "kotlin", &written)?;
    let code = "dev/poolpass/ffi/poolpass_ffi.kt";
    let text = without_checksums(&shell.read_file(written.join(code))?);
    workspace.write_if_changed(&generated.join(code), &text)?;
    let natives = kotlin.join("natives");
    shell.remove_path(&natives)?;
    let folder = shell.create_dir(natives.join(jna_platform()?))?;
    shell.copy_file(mobile::library(workspace)?.stripped, folder)?;
    fetch_androidx(workspace)
}

/// Takes the classes of androidx.credentials out of its Android archive, for the compiler.
fn fetch_androidx(workspace: &Workspace) -> Result<()> {
    let (shell, target) = (&workspace.shell, &workspace.target);
    let folder = target.join("kotlin").join("androidx");
    if shell.path_exists(folder.join("classes.jar")) {
        return Ok(());
    }
    let project = workspace.path(ANDROIDX);
    cmd!(
        shell,
        "mvn --batch-mode --no-transfer-progress --quiet --file {project} -Dpoolpass.target={target} initialize"
    )
    .run()?;
    let _folder = shell.push_dir(&folder);
    cmd!(shell, "jar --extract --file credentials.aar classes.jar").run()?;
    Ok(())
}

/// Removes the declarations of the checksums, which uniffi writes even if it omits their comparison. JNA looks up every function
/// that is declared, and the library does not contain these (`bindings/ffi/discard.ld`).
fn without_checksums(code: &str) -> String {
    let mut lines = code.lines();
    let mut kept = String::with_capacity(code.len());
    while let Some(line) = lines.next() {
        if line.trim_start().starts_with("external fun uniffi_poolpass_ffi_checksum_") {
            // The rest of the declaration.
            lines.find(|line| line.trim() == "): Int");
        } else {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

/// The jar folder from which JNA loads the library on this machine.
fn jna_platform() -> Result<String> {
    let system = match OS {
        "macos" => "darwin",
        "windows" => "win32",
        other => other,
    };
    let processor = match ARCH {
        "x86_64" => "x86-64",
        "aarch64" => "aarch64",
        other => bail!("there is no Kotlin package for {other}"),
    };
    Ok(format!("{system}-{processor}"))
}

/// Prints the number of tests, which Maven does not print with `--quiet`.
fn report(workspace: &Workspace) -> Result<()> {
    let mut reports = Vec::new();
    for module in ["maven", "android", "android-passkeys"] {
        let folder = workspace.target.join("kotlin").join(module).join("surefire-reports");
        reports.extend(workspace.shell.read_dir(folder)?);
    }
    let mut total = 0;
    for file in reports {
        if file.extension().is_some_and(|extension| extension == "txt") {
            let text = workspace.shell.read_file(&file)?;
            let line = text.lines().find(|line| line.starts_with("Tests run:")).context("no test ran")?;
            println!("{line}");
            let count = line.trim_start_matches("Tests run: ").split(',').next().unwrap_or_default();
            total += count.parse::<u32>()?;
        }
    }
    println!("{total} tests passed");
    ensure!(total >= 70, "tests are missing");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_not_declared() {
        let code = "\
internal object IntegrityCheckingUniffiLib {
    external fun uniffi_poolpass_ffi_checksum_method_table_get(
    ): Int
    external fun uniffi_poolpass_ffi_checksum_method_table_put(
    ): Int
    external fun ffi_poolpass_ffi_uniffi_contract_version(
    ): Int
}
";
        let expected = "\
internal object IntegrityCheckingUniffiLib {
    external fun ffi_poolpass_ffi_uniffi_contract_version(
    ): Int
}
";
        assert_eq!(without_checksums(code), expected);
    }
}
