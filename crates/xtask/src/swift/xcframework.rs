//! Builds the XCFramework with the library for each of Apple's platforms. Needs Xcode.

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use xshell::cmd;

use super::{PACKAGE, generate};
use crate::mobile;
use crate::workspace::Workspace;

/// The platforms and their Rust targets. The libraries of one platform become one file.
const PLATFORMS: [(&str, &[&str]); 3] = [
    ("ios", &["aarch64-apple-ios"]),
    ("ios-simulator", &["aarch64-apple-ios-sim", "x86_64-apple-ios"]),
    ("macos", &["aarch64-apple-darwin", "x86_64-apple-darwin"]),
];

/// Writes `bindings/swift/PoolpassCore.xcframework`.
pub(crate) fn build(workspace: &Workspace) -> Result<()> {
    let shell = &workspace.shell;
    ensure!(
        cmd!(shell, "xcodebuild -version").ignore_stderr().run().is_ok(),
        "an XCFramework is made by Xcode, which is not on this machine"
    );
    workspace.program("uniffi-bindgen")?;
    generate(workspace)?;

    let folder = workspace.target.join("swift").join("xcframework");
    shell.remove_path(&folder)?;
    let headers = headers(workspace, &folder)?;
    let mut arguments = Vec::new();
    for (platform, targets) in PLATFORMS {
        let library = library(workspace, &folder.join(platform), targets)?;
        arguments.extend(["-library".into(), library, "-headers".into(), headers.clone()]);
    }
    let output = workspace.path(PACKAGE).join("PoolpassCore.xcframework");
    shell.remove_path(&output)?;
    cmd!(shell, "xcodebuild -create-xcframework {arguments...} -output {output}").run()?;
    Ok(())
}

/// Builds one static library for all `targets` of a platform.
fn library(workspace: &Workspace, folder: &Path, targets: &[&str]) -> Result<PathBuf> {
    let shell = &workspace.shell;
    let mut built = Vec::new();
    for target in targets {
        cmd!(shell, "rustup target add {target}").run()?;
        mobile::cargo(workspace, "staticlib", Some(target))?.run()?;
        built.push(workspace.target.join(target).join("mobile").join("libpoolpass_ffi.a"));
    }
    shell.create_dir(folder)?;
    let library = folder.join("libpoolpass_ffi.a");
    cmd!(shell, "lipo -create {built...} -output {library}").run()?;
    Ok(library)
}

/// Copies the headers into their own subfolder, since Xcode copies the headers of all packages into one place.
fn headers(workspace: &Workspace, folder: &Path) -> Result<PathBuf> {
    let shell = &workspace.shell;
    let (headers, core) = (folder.join("headers"), workspace.path(PACKAGE).join("Sources/PoolpassCore"));
    let own = shell.create_dir(headers.join("PoolpassCore"))?;
    for name in ["PoolpassCore.h", "module.modulemap"] {
        shell.copy_file(core.join(name), own.join(name))?;
    }
    Ok(headers)
}
