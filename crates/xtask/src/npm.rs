//! Builds the npm package `poolpass` and checks its size, manifest and types.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};
use xshell::cmd;

use crate::interop::node;
use crate::machine;
use crate::step::Outcome;
use crate::workspace::Workspace;

/// The folder of the package's sources.
pub(crate) const SOURCES: &str = "bindings/wasm";
const MODULE: &str = "poolpass.wasm";
/// The JavaScript that wasm-bindgen generates.
const GLUE: &str = "poolpass_wasm.js";

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
/// valid address.
const PASSES: [&str; 5] =
    ["-Oz", "--low-memory-unused", "--optimize-added-constants-propagate", "--gufa-optimizing", "-Oz"];
const STRIP: [&str; 2] = ["--strip-debug", "--strip-producers"];

/// Builds the package and checks it.
pub(crate) fn check(workspace: &Workspace) -> Result<Outcome> {
    if !node::install(workspace, SOURCES)? {
        return workspace.without("Node.js");
    }
    let folder = built_package(workspace)?;
    measure(workspace, &folder)?;
    let project = install(workspace, &folder)?;
    cmd!(workspace.shell, "npx --prefix {SOURCES} --no-install publint run {folder} --strict").run()?;
    check_types(workspace, &project)?;
    Ok(Outcome::Passed)
}

/// Compiles programs that use the package with strict settings, which also check its declarations.
fn check_types(workspace: &Workspace, project: &Path) -> Result<()> {
    let compiler = sources(workspace, "node_modules/.bin/tsc");
    let strictly = [
        "--noEmit",
        "--strict",
        "--exactOptionalPropertyTypes",
        "--isolatedModules",
        "--verbatimModuleSyntax",
        "--skipLibCheck",
        "false",
        "--target",
        "es2022",
    ];
    let node: &[&str] = &["--module", "nodenext"];
    let bundler: &[&str] = &["--module", "esnext", "--moduleResolution", "bundler"];
    let programs = [
        ("types.ts", "es2023,dom,dom.iterable", node),
        ("types_anywhere.ts", "es2022", node),
        ("types_anywhere.ts", "es2022", bundler),
    ];
    for (name, libraries, resolution) in programs {
        let program = project.join(name);
        workspace.shell.copy_file(sources(workspace, "tests").join(name), &program)?;
        cmd!(workspace.shell, "{compiler} {strictly...} {resolution...} --lib {libraries} {program}")
            .run()?;
    }
    Ok(())
}

/// Prints the size of the module's functions by crate, before gzip.
pub(crate) fn sizes(workspace: &Workspace) -> Result<Outcome> {
    if !node::install(workspace, SOURCES)? {
        return workspace.without("Node.js");
    }
    let shell = &workspace.shell;
    built_package(workspace)?;
    let npm = workspace.target.join("npm");
    let (module, named) = (npm.join("bindgen").join("poolpass_wasm_bg.wasm"), npm.join("named.wasm"));
    let wasm_opt = sources(workspace, "node_modules/.bin/wasm-opt");
    cmd!(shell, "{wasm_opt} {PASSES...} {WASM_FEATURES...} --debuginfo {module} -o {named}").run()?;
    let module_sizes = workspace.program("module-sizes")?;
    cmd!(shell, "{module_sizes} {named}").run()?;
    Ok(Outcome::Passed)
}

/// Runs the scenarios and the package's own tests on local-aws.
pub(crate) fn test(workspace: &Workspace) -> Result<Outcome> {
    if !node::install(workspace, SOURCES)? {
        return workspace.without("Node.js");
    }
    let project = installed_package(workspace)?;
    let local_aws = workspace.program("local-aws")?;
    let tests = glob(workspace, "tests", ".test.mjs")?;
    cmd!(workspace.shell, "node --test --test-concurrency=2 {tests...}")
        .env("LOCAL_AWS", local_aws)
        .env("POOLPASS_PROJECT", project)
        .run()?;
    Ok(Outcome::Passed)
}

/// Builds the package and installs it into a project. Returns the project's folder.
pub(crate) fn installed_package(workspace: &Workspace) -> Result<PathBuf> {
    let folder = built_package(workspace)?;
    install(workspace, &folder)
}

/// Builds and packs the package. Returns the file that a registry would get.
pub(crate) fn packed_package(workspace: &Workspace) -> Result<PathBuf> {
    let folder = built_package(workspace)?;
    pack(workspace, &folder)
}

/// Returns the package's folder. The first step of a run that needs the package builds it.
pub(crate) fn built_package(workspace: &Workspace) -> Result<PathBuf> {
    if let Some(folder) = workspace.npm_package.get() {
        return Ok(folder.clone());
    }
    let folder = build(workspace)?;
    Ok(workspace.npm_package.get_or_init(|| folder).clone())
}

fn build(workspace: &Workspace) -> Result<PathBuf> {
    let shell = &workspace.shell;
    let target = machine::WASM_TARGET;
    machine::install_wasm_target(workspace)?;
    let flags = format!("target.{target}.rustflags={}", json!(without_paths(workspace)));
    cmd!(shell, "cargo build --package poolpass-wasm --target {target} --profile browser --config {flags}")
        .run()?;
    let built = workspace.target.join(target).join("browser").join("poolpass_wasm.wasm");

    let bindgen = workspace.target.join("npm").join("bindgen");
    let runner = workspace.program("wasm-bindgen-runner")?;
    cmd!(shell, "{runner} {built} {bindgen}").run()?;

    let folder = workspace.target.join("npm").join("poolpass");
    shell.remove_path(&folder)?;
    shell.create_dir(&folder)?;
    optimize(workspace, &bindgen.join("poolpass_wasm_bg.wasm"), &folder.join(MODULE))?;
    // The generated types are not published: only our TypeScript uses them.
    shell.copy_file(bindgen.join(GLUE), folder.join(GLUE))?;
    compile(workspace, &bindgen, &folder)?;
    shell.copy_file(sources(workspace, "js/poolpass.wasm.d.ts"), &folder)?;
    minify(workspace, &folder)?;
    inline(workspace, &folder)?;
    for name in ["LICENSE-APACHE", "LICENSE-MIT"] {
        shell.copy_file(workspace.path(name), folder.join(name))?;
    }
    shell.copy_file(sources(workspace, "README.md"), folder.join("README.md"))?;
    write_manifest(workspace, &folder)?;
    Ok(folder)
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

/// Compiles the TypeScript. The generated types are in Cargo's target directory, which need not be the default one.
fn compile(workspace: &Workspace, bindgen: &Path, folder: &Path) -> Result<()> {
    let shell = &workspace.shell;
    let project = workspace.target.join("npm").join("tsconfig.json");
    let config = json!({
        "extends": sources(workspace, "tsconfig.json"),
        "compilerOptions": {
            "rootDirs": [sources(workspace, "js"), bindgen],
            "typeRoots": [sources(workspace, "node_modules/@types")],
            "outDir": folder,
        },
        "include": [sources(workspace, "js")],
    });
    shell.write_file(&project, config.to_string())?;
    let compiler = sources(workspace, "node_modules/.bin/tsc");
    cmd!(shell, "{compiler} --project {project}").run()?;
    Ok(())
}

/// Minifies the scripts. Names stay, since errors and consoles show them, except in the script that wasm-bindgen generates.
fn minify(workspace: &Workspace, folder: &Path) -> Result<()> {
    let esbuild = sources(workspace, "node_modules/.bin/esbuild");
    let (ours, generated): (Vec<PathBuf>, Vec<PathBuf>) =
        scripts(workspace, folder)?.into_iter().partition(|script| !script.ends_with(GLUE));
    let always = ["--format=esm", "--target=es2022", "--allow-overwrite", "--log-level=error"];
    for (scripts, what) in
        [(ours, &["--minify-whitespace", "--minify-syntax"][..]), (generated, &["--minify"])]
    {
        cmd!(
            workspace.shell,
            "{esbuild} {scripts...} {what...} {always...} --outdir={folder} --outbase={folder}"
        )
        .run()?;
    }
    Ok(())
}

/// Writes the module as a script too, for bundlers that handle only scripts, and the CommonJS bundle.
fn inline(workspace: &Workspace, folder: &Path) -> Result<()> {
    let shell = &workspace.shell;
    let esbuild = sources(workspace, "node_modules/.bin/esbuild");
    let always = ["--bundle", "--platform=neutral", "--target=es2022", "--log-level=error"];
    let (module, script) = (folder.join(MODULE), folder.join("wasm_bytes.js"));
    cmd!(
        shell,
        "{esbuild} {module} {always...} --loader:.wasm=binary --format=esm --minify --outfile={script}"
    )
    .run()?;
    let commonjs = folder.join("cjs");
    let (entry, bundle) = (folder.join("inline.js"), commonjs.join("index.js"));
    cmd!(shell, "{esbuild} {entry} {always...} --format=cjs --minify-whitespace --outfile={bundle}").run()?;
    // The nearest manifest tells TypeScript whether a declaration file is CommonJS.
    shell.write_file(commonjs.join("package.json"), "{ \"type\": \"commonjs\" }\n")?;
    for declarations in ["", "stores"] {
        for file in shell.read_dir(folder.join(declarations))? {
            if file.to_string_lossy().ends_with(".d.ts") {
                shell.create_dir(commonjs.join(declarations))?;
                shell.copy_file(file, commonjs.join(declarations))?;
            }
        }
    }
    Ok(())
}

fn scripts(workspace: &Workspace, folder: &Path) -> Result<Vec<PathBuf>> {
    let mut scripts = Vec::new();
    for folder in [folder.to_owned(), folder.join("stores")] {
        scripts.extend(workspace.shell.read_dir(folder)?);
    }
    scripts.retain(|script| script.extension().is_some_and(|extension| extension == "js"));
    Ok(scripts)
}

/// Optimizes the module, which takes longer than everything else, unless the result for the same input is there.
fn optimize(workspace: &Workspace, module: &Path, optimized: &Path) -> Result<()> {
    let shell = &workspace.shell;
    let kept = workspace.target.join("npm").join("optimized");
    let (kept_input, kept_output) = (kept.join("input.wasm"), kept.join("output.wasm"));
    let mut input = shell.read_binary_file(module)?;
    // The result depends on the passes too.
    input.extend(PASSES.concat().bytes());
    if shell.read_binary_file(&kept_input).is_ok_and(|before| before == input)
        && shell.path_exists(&kept_output)
    {
        shell.copy_file(kept_output, optimized)?;
        return Ok(());
    }
    let wasm_opt = sources(workspace, "node_modules/.bin/wasm-opt");
    cmd!(shell, "{wasm_opt} {PASSES...} {STRIP...} {WASM_FEATURES...} {module} -o {optimized}").run()?;
    shell.create_dir(&kept)?;
    shell.copy_file(optimized, kept_output)?;
    shell.write_file(kept_input, input)?;
    Ok(())
}

/// Writes the published manifest, with the crates' version and without the developers' dependencies.
fn write_manifest(workspace: &Workspace, folder: &Path) -> Result<()> {
    let shell = &workspace.shell;
    shell.copy_file(sources(workspace, "package.json"), folder.join("package.json"))?;
    let _inside = shell.push_dir(folder);
    let version = env!("CARGO_PKG_VERSION");
    // npm keeps the order of the export conditions, which is their precedence.
    cmd!(shell, "npm pkg set version={version}").run()?;
    cmd!(shell, "npm pkg delete devDependencies").run()?;
    Ok(())
}

/// Prints how much a browser downloads and compares it with the budget.
fn measure(workspace: &Workspace, folder: &Path) -> Result<()> {
    let script = sources(workspace, "measure.mjs");
    let measured = cmd!(workspace.shell, "node {script} {folder}").read()?;
    println!("{measured}");
    let last: Value = serde_json::from_str(measured.lines().last().unwrap_or_default())?;
    let gzip = last["gzip"].as_u64().context("no size")?;
    let budget = workspace.shell.read_file(sources(workspace, "budget.json"))?;
    let budget: Value = serde_json::from_str(&budget)?;
    let (limit, goal) = (budget["gzip"].as_u64(), budget["goal"].as_u64());
    let (limit, goal) = limit.zip(goal).context("budget.json has gzip and goal")?;
    println!("{gzip} bytes with gzip; the budget is {limit}, the goal {goal}");
    if gzip > limit {
        bail!("the package is {} bytes over its budget", gzip - limit);
    }
    // A budget far above the size would not catch growth.
    ensure!(limit - gzip < limit / 10, "the package has become smaller: lower the budget");
    Ok(())
}

/// Packs the package and installs it into a new project, as an app does.
fn install(workspace: &Workspace, folder: &Path) -> Result<PathBuf> {
    let shell = &workspace.shell;
    let tarball = pack(workspace, folder)?;
    let project = workspace.target.join("npm").join("project");
    shell.remove_path(&project)?;
    shell.create_dir(&project)?;
    shell.write_file(project.join("package.json"), "{ \"private\": true, \"type\": \"module\" }\n")?;
    cmd!(shell, "npm install --prefix {project} --no-audit --no-fund --no-save --silent {tarball}").run()?;
    Ok(project)
}

/// Writes the file that a registry would get.
fn pack(workspace: &Workspace, folder: &Path) -> Result<PathBuf> {
    let npm = workspace.target.join("npm");
    let tarball = cmd!(workspace.shell, "npm pack {folder} --pack-destination {npm} --silent").read()?;
    Ok(npm.join(tarball.trim()))
}

pub(crate) fn glob(workspace: &Workspace, folder: &str, ending: &str) -> Result<Vec<PathBuf>> {
    let mut files = workspace.shell.read_dir(sources(workspace, folder))?;
    files.retain(|file| file.to_string_lossy().ends_with(ending));
    ensure!(!files.is_empty(), "there are no files *{ending} in {folder}");
    Ok(files)
}

fn sources(workspace: &Workspace, name: &str) -> PathBuf {
    workspace.path(SOURCES).join(name)
}
