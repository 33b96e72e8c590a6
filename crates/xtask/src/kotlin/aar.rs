//! Assembles the Android library from the classes, the rules for R8, and a native library for each processor type.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use xshell::cmd;

use crate::mobile;
use crate::workspace::Workspace;

const SOURCES: &str = "bindings/kotlin/android";
/// The minimum API level in the manifest.
const API: u32 = 26;

/// An Android ABI, its Rust target, and the prefix of the NDK's compiler.
struct Abi {
    name: &'static str,
    target: &'static str,
    compiler: &'static str,
}

const ABIS: [Abi; 4] = [
    Abi { name: "arm64-v8a", target: "aarch64-linux-android", compiler: "aarch64-linux-android" },
    Abi { name: "armeabi-v7a", target: "armv7-linux-androideabi", compiler: "armv7a-linux-androideabi" },
    Abi { name: "x86_64", target: "x86_64-linux-android", compiler: "x86_64-linux-android" },
    Abi { name: "x86", target: "i686-linux-android", compiler: "i686-linux-android" },
];

/// Writes `poolpass.aar` from the classes that Maven compiled.
pub(super) fn assemble(workspace: &Workspace) -> Result<()> {
    let shell = &workspace.shell;
    let kotlin = workspace.target.join("kotlin");
    let folder = kotlin.join("aar");
    shell.remove_path(&folder)?;
    shell.create_dir(&folder)?;

    let (jvm, android) = (kotlin.join("maven").join("classes"), kotlin.join("android").join("classes"));
    let classes = folder.join("classes.jar");
    cmd!(
        shell,
        "jar --create --file {classes} -C {jvm} dev -C {jvm} META-INF -C {android} dev -C {android} META-INF"
    )
    .run()?;
    let sources = workspace.path(SOURCES);
    shell.copy_file(sources.join("AndroidManifest.xml"), folder.join("AndroidManifest.xml"))?;
    shell.copy_file(sources.join("consumer-rules.pro"), folder.join("proguard.txt"))?;
    shell.write_file(folder.join("R.txt"), "")?;

    match ndk(workspace) {
        None => println!("there is no NDK (ANDROID_NDK_HOME): the AAR is without native libraries"),
        Some(ndk) => {
            for abi in ABIS {
                let library = build(workspace, &ndk, &abi)?;
                let place = shell.create_dir(folder.join("jni").join(abi.name))?;
                shell.copy_file(library, place)?;
                println!("{} is in the AAR", abi.name);
            }
        }
    }
    let aar = kotlin.join("poolpass.aar");
    shell.remove_path(&aar)?;
    cmd!(shell, "jar --create --no-manifest --file {aar} -C {folder} .").run()?;
    println!("{}", aar.display());
    Ok(())
}

/// The folder of the NDK's compilers.
fn ndk(workspace: &Workspace) -> Option<PathBuf> {
    let home = workspace.shell.var_os("ANDROID_NDK_HOME")?;
    let hosts = Path::new(&home).join("toolchains/llvm/prebuilt");
    let mut hosts = workspace.shell.read_dir(hosts).ok()?;
    Some(hosts.pop()?.join("bin"))
}

fn build(workspace: &Workspace, ndk: &Path, abi: &Abi) -> Result<PathBuf> {
    let shell = &workspace.shell;
    let target = abi.target;
    cmd!(shell, "rustup target add {target}").run()?;
    let compiler = ndk.join(format!("{}{API}-clang", abi.compiler));
    let variable = target.replace('-', "_");
    mobile::cargo(workspace, "cdylib", Some(target))?
        .env(format!("CARGO_TARGET_{}_LINKER", variable.to_uppercase()), &compiler)
        .env(format!("CC_{variable}"), &compiler)
        .env(format!("AR_{variable}"), ndk.join("llvm-ar"))
        .arg("--")
        .args(mobile::lld_flags(workspace))
        // New devices use 16 KB pages from 2025 on. NDKs before r28 link for 4 KB pages by default.
        .arg("-Clink-arg=-Wl,-z,max-page-size=16384")
        .run()?;
    let library = workspace.target.join(target).join("mobile").join("libpoolpass_ffi.so");
    let (strip, readelf) = (ndk.join("llvm-strip"), ndk.join("llvm-readelf"));
    cmd!(shell, "{strip} --strip-all {library}").run()?;
    let headers = cmd!(shell, "{readelf} --program-headers --wide {library}").read()?;
    ensure!(is_aligned(&headers)?, "{} is not aligned to pages of 16 KB", library.display());
    Ok(library)
}

/// Whether every loaded segment is aligned to 16 KB.
fn is_aligned(headers: &str) -> Result<bool> {
    let mut segments = headers.lines().filter(|line| line.trim_start().starts_with("LOAD")).peekable();
    segments.peek().context("the library has no segments")?;
    for segment in segments {
        let alignment = segment.split_whitespace().last().unwrap_or_default();
        let alignment = u64::from_str_radix(alignment.trim_start_matches("0x"), 16)?;
        if alignment < 0x4000 {
            return Ok(false);
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_of_4_kb_are_noticed() {
        let header = |alignment: &str| {
            format!(
                "  Type  Offset  VirtAddr  Flg Align\n  LOAD 0x000000 0x0000 R 0x4000\n  LOAD 0x01 0x02 R E {alignment}\n  NOTE 0x0 0x0 R 0x4\n"
            )
        };
        assert!(is_aligned(&header("0x4000")).unwrap());
        assert!(is_aligned(&header("0x10000")).unwrap());
        assert!(!is_aligned(&header("0x1000")).unwrap());
        assert!(is_aligned("nothing").is_err());
    }
}
