//! The WebAssembly modules in the npm package, one for each entry point.

use std::path::{Path, PathBuf};

use anyhow::Result;
use serde_json::json;
use xshell::cmd;

use super::sources;
use crate::machine;
use crate::workspace::Workspace;

/// WebAssembly features of all recent browsers and Node.js 20, which does not support all that wasm-opt knows.
const WASM_FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// The second `-Oz` finds more after the other passes. Low memory is unused, since a Rust module has its stack there and no
/// valid address. Functions of one module of the source stand together, since they are alike: gzip saves 2 KB by that.
const PASSES: [&str; 6] = [
    "-Oz",
    "--low-memory-unused",
    "--optimize-added-constants-propagate",
    "--gufa-optimizing",
    "-Oz",
    "--reorder-functions-by-name",
];
/// The levels, without a pass, keep the code as the passes have left it.
const STRIP: [&str; 4] = ["--optimize-level=2", "--shrink-level=2", "--strip-debug", "--strip-producers"];

/// Compiles the standard library for size too, as a part of the module: the one that rustup installs is compiled for speed. Cargo takes these
/// options from a stable toolchain only with the variable below; `rust-toolchain.toml` names the one version that has to know them.
const OWN_STD: [&str; 2] = ["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"];
const ALLOWS_UNSTABLE: &str = "RUSTC_BOOTSTRAP";

/// Each module has this name, in its entry's folder.
pub(super) const FILE: &str = "poolpass.wasm";

/// The module of one entry point.
pub(super) struct Module {
    /// How an app imports the entry.
    pub(super) entry: &'static str,
    /// The folder of the entry's scripts in the package.
    pub(super) folder: &'static str,
    /// The names that wasm-bindgen gives the module and its script.
    name: &'static str,
    cargo: &'static [&'static str],
}

pub(super) const MODULES: [Module; 2] = [
    Module { entry: "poolpass", folder: "", name: "poolpass_wasm", cargo: &[] },
    Module {
        entry: "poolpass/core",
        folder: "core",
        name: "poolpass_core_wasm",
        cargo: &["--no-default-features"],
    },
];

impl Module {
    /// The script that wasm-bindgen writes around the module. All of them are in one folder, beside the scripts that they import.
    pub(super) fn glue(&self) -> String {
        format!("{}.js", self.name)
    }

    /// Compiles the module, and writes it with its script and types into the folder `bindgen`.
    pub(super) fn build(&self, workspace: &Workspace, bindgen: &Path) -> Result<()> {
        let shell = &workspace.shell;
        let (target, features) = (machine::WASM_TARGET, self.cargo);
        let flags = format!("target.{target}.rustflags={}", json!(without_paths(workspace)));
        cmd!(
            shell,
            "cargo build --package poolpass-wasm {features...} --target {target} --profile browser {OWN_STD...} --config {flags}"
        )
        .env(ALLOWS_UNSTABLE, "1")
        .run()?;
        // Cargo gives the same name to what it builds with other features.
        let built = workspace.target.join(target).join("browser").join("poolpass_wasm.wasm");
        let named = workspace.target.join("npm").join("built").join(self.name).with_extension("wasm");
        shell.create_dir(workspace.target.join("npm").join("built"))?;
        shell.copy_file(built, &named)?;
        let runner = workspace.program("wasm-bindgen-runner")?;
        cmd!(shell, "{runner} {named} {bindgen}").run()?;
        Ok(())
    }

    /// Optimizes the module, which takes longer than everything else, unless the result for the same input is there.
    pub(super) fn optimize(&self, workspace: &Workspace, bindgen: &Path, optimized: &Path) -> Result<()> {
        let shell = &workspace.shell;
        let module = bindgen.join(format!("{}_bg.wasm", self.name));
        let kept = kept(workspace, self.name);
        let (kept_input, kept_output) = (kept.join("input.wasm"), kept.join("output.wasm"));
        let mut input = shell.read_binary_file(&module)?;
        // With other passes it becomes another module.
        input.extend([PASSES.concat(), STRIP.concat()].concat().bytes());
        if shell.read_binary_file(&kept_input).is_ok_and(|before| before == input)
            && shell.path_exists(&kept_output)
        {
            shell.copy_file(kept_output, optimized)?;
            return Ok(());
        }
        let (wasm_opt, named) = (sources(workspace, "node_modules/.bin/wasm-opt"), kept.join(NAMED));
        shell.create_dir(&kept)?;
        cmd!(shell, "{wasm_opt} {PASSES...} {WASM_FEATURES...} --debuginfo {module} -o {named}").run()?;
        cmd!(shell, "{wasm_opt} {STRIP...} {WASM_FEATURES...} {named} -o {optimized}").run()?;
        shell.copy_file(optimized, kept_output)?;
        shell.write_file(kept_input, input)?;
        Ok(())
    }

    /// Prints the size of the module's functions by crate, before gzip.
    pub(super) fn print_sizes(&self, workspace: &Workspace) -> Result<()> {
        println!("{}:", self.entry);
        let (program, named) = self.sizes(workspace)?;
        cmd!(workspace.shell, "{program} {named}").run()?;
        Ok(())
    }

    /// Prints what each group of features adds to the module.
    pub(super) fn print_groups(&self, workspace: &Workspace) -> Result<()> {
        let (program, named) = self.sizes(workspace)?;
        cmd!(workspace.shell, "{program} {named} groups").run()?;
        Ok(())
    }

    /// The program that measures a module, and the optimized module with names.
    fn sizes(&self, workspace: &Workspace) -> Result<(PathBuf, PathBuf)> {
        Ok((workspace.program("module-sizes")?, kept(workspace, self.name).join(NAMED)))
    }
}

/// The optimized module before [`STRIP`].
const NAMED: &str = "named.wasm";

/// The folder of what was optimized before.
fn kept(workspace: &Workspace, name: &str) -> PathBuf {
    workspace.target.join("npm").join("optimized").join(name)
}

/// Removes the paths of the sources on this machine, which panics would name, from the module. Cargo adds these flags to those
/// of `.cargo/config.toml`.
fn without_paths(workspace: &Workspace) -> Vec<String> {
    let shell = &workspace.shell;
    let home = shell.var("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|_| shell.var("HOME").map(|home| Path::new(&home).join(".cargo")));
    let registries = home.and_then(|home| shell.read_dir(home.join("registry").join("src")));
    let remap = |registry: PathBuf| format!("--remap-path-prefix={}/=", registry.display());
    registries.unwrap_or_default().into_iter().map(remap).collect()
}
