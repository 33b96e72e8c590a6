//! Builds the npm package `poolpass` and checks its size, manifest and types.

mod module;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};
use xshell::cmd;

use self::module::{FILE, MODULES, Module};
use crate::interop::node;
use crate::step::Outcome;
use crate::workspace::Workspace;
use crate::{machine, report};

/// The folder of the package's sources.
pub(crate) const SOURCES: &str = "bindings/wasm";
/// The folders of the package that have scripts.
const FOLDERS: [&str; 4] = ["", "core", "stores", "verify"];

/// The entry that draws QR codes.
const QR: &str = "qr.js";
/// The entry with which servers verify tokens.
const VERIFY: &str = "verify.js";

/// Builds the package and checks it.
pub(crate) fn check(workspace: &Workspace) -> Result<Outcome> {
    if !node::install(workspace, SOURCES)? {
        return workspace.without("Node.js");
    }
    let folder = built_package(workspace)?;
    for module in &MODULES {
        measure(workspace, &folder, module)?;
        module.print_groups(workspace)?;
    }
    print_small(workspace, &folder, "poolpass/qr", QR)?;
    print_small(workspace, &folder, "poolpass/verify", VERIFY)?;
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

/// Prints the size of each module's functions by crate, before gzip.
pub(crate) fn sizes(workspace: &Workspace) -> Result<Outcome> {
    if !node::install(workspace, SOURCES)? {
        return workspace.without("Node.js");
    }
    built_package(workspace)?;
    for module in &MODULES {
        module.print_sizes(workspace)?;
    }
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

/// Returns the package's folder. In a run of several steps, only the first that needs the package builds it.
pub(crate) fn built_package(workspace: &Workspace) -> Result<PathBuf> {
    let shell = &workspace.shell;
    let folder = workspace.target.join("npm").join("poolpass");
    let built = shell.var_os(report::RUN).map(|run| Path::new(&run).join("npm-package-is-built"));
    if built.as_ref().is_some_and(|built| shell.path_exists(built)) {
        return Ok(folder);
    }
    build(workspace, &folder)?;
    if let Some(built) = built {
        shell.write_file(built, "")?;
    }
    Ok(folder)
}

fn build(workspace: &Workspace, folder: &Path) -> Result<()> {
    let shell = &workspace.shell;
    machine::install_wasm_target(workspace)?;
    machine::install_std_source(workspace)?;
    let bindgen = bindgen(workspace);
    shell.remove_path(folder)?;
    for module in &MODULES {
        module.build(workspace, &bindgen)?;
        shell.create_dir(folder.join(module.folder))?;
        module.optimize(workspace, &bindgen, &folder.join(module.folder).join(FILE))?;
        // The generated types are not published: only our TypeScript uses them.
        shell.copy_file(bindgen.join(module.glue()), folder.join(module.glue()))?;
    }
    compile(workspace, &bindgen, folder)?;
    for module in &MODULES {
        let types = sources(workspace, "js").join(module.folder).join("poolpass.wasm.d.ts");
        shell.copy_file(types, folder.join(module.folder))?;
    }
    minify(workspace, folder)?;
    inline(workspace, folder)?;
    bundle_qr(workspace, folder)?;
    for name in ["LICENSE-APACHE", "LICENSE-MIT"] {
        shell.copy_file(workspace.path(name), folder.join(name))?;
    }
    shell.copy_file(sources(workspace, "README.md"), folder.join("README.md"))?;
    write_manifest(workspace, folder)
}

/// Where wasm-bindgen writes the modules, their scripts and types.
fn bindgen(workspace: &Workspace) -> PathBuf {
    workspace.target.join("npm").join("bindgen")
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
    let (ours, generated): (Vec<PathBuf>, Vec<PathBuf>) = scripts(workspace, folder)?
        .into_iter()
        .partition(|script| !MODULES.iter().any(|module| script.ends_with(module.glue())));
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

/// Writes each module as a script too, for bundlers that handle only scripts, and the CommonJS bundles.
fn inline(workspace: &Workspace, folder: &Path) -> Result<()> {
    let shell = &workspace.shell;
    let esbuild = sources(workspace, "node_modules/.bin/esbuild");
    let always = ["--bundle", "--platform=neutral", "--target=es2022", "--log-level=error"];
    let commonjs = folder.join("cjs");
    for module in &MODULES {
        let inside = folder.join(module.folder);
        let (binary, script) = (inside.join(FILE), inside.join("wasm_bytes.js"));
        cmd!(
            shell,
            "{esbuild} {binary} {always...} --loader:.wasm=binary --format=esm --minify --outfile={script}"
        )
        .run()?;
        let (entry, bundle) = (inside.join("inline.js"), commonjs.join(module.folder).join("index.js"));
        cmd!(shell, "{esbuild} {entry} {always...} --format=cjs --minify-whitespace --outfile={bundle}")
            .run()?;
    }
    let (entry, bundle) = (folder.join(VERIFY), commonjs.join(VERIFY));
    cmd!(shell, "{esbuild} {entry} {always...} --format=cjs --minify-whitespace --outfile={bundle}").run()?;
    // The nearest manifest tells TypeScript whether a declaration file is CommonJS.
    shell.write_file(commonjs.join("package.json"), "{ \"type\": \"commonjs\" }\n")?;
    for declarations in FOLDERS {
        for file in shell.read_dir(folder.join(declarations))? {
            if file.to_string_lossy().ends_with(".d.ts") {
                shell.create_dir(commonjs.join(declarations))?;
                shell.copy_file(file, commonjs.join(declarations))?;
            }
        }
    }
    Ok(())
}

/// Puts the library that draws QR codes into the entry `poolpass/qr`, so that the package needs no other.
fn bundle_qr(workspace: &Workspace, folder: &Path) -> Result<()> {
    let shell = &workspace.shell;
    let (esbuild, libraries) =
        (sources(workspace, "node_modules/.bin/esbuild"), sources(workspace, "node_modules"));
    let entry = folder.join(QR);
    let always = ["--bundle", "--minify", "--target=es2022", "--allow-overwrite", "--log-level=error"];
    // The second reads what the first has written.
    for (format, bundle) in [("esm", entry.clone()), ("cjs", folder.join("cjs").join(QR))] {
        cmd!(shell, "{esbuild} {entry} {always...} --format={format} --outfile={bundle}")
            .env("NODE_PATH", &libraries)
            .run()?;
    }
    shell.copy_file(libraries.join("uqr").join("LICENSE"), folder.join("LICENSE-uqr"))?;
    Ok(())
}

fn scripts(workspace: &Workspace, folder: &Path) -> Result<Vec<PathBuf>> {
    let mut scripts = Vec::new();
    for inside in FOLDERS {
        scripts.extend(workspace.shell.read_dir(folder.join(inside))?);
    }
    scripts.retain(|script| script.extension().is_some_and(|extension| extension == "js"));
    Ok(scripts)
}

/// The published manifest: the version of the crates, and without what only developers need.
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

/// Prints how much a browser downloads of an entry, and compares it with the entry's budget.
fn measure(workspace: &Workspace, folder: &Path, module: &Module) -> Result<()> {
    let (script, entry) = (sources(workspace, "measure.mjs"), module.entry);
    let inside = folder.join(module.folder);
    let measured = cmd!(workspace.shell, "node {script} {inside}").read()?;
    println!("{entry}\n{measured}");
    let last: Value = serde_json::from_str(measured.lines().last().unwrap_or_default())?;
    let gzip = last["gzip"].as_u64().context("no size")?;
    let budgets = workspace.shell.read_file(sources(workspace, "budget.json"))?;
    let budgets: Value = serde_json::from_str(&budgets)?;
    let budget = &budgets[entry];
    let (limit, goal) = (budget["gzip"].as_u64(), budget["goal"].as_u64());
    let (limit, goal) =
        limit.zip(goal).with_context(|| format!("budget.json has no gzip and goal of {entry}"))?;
    println!("{gzip} bytes of {entry} with gzip; the budget is {limit}, the goal {goal}");
    if gzip > limit {
        bail!("{entry} is {} bytes over its budget", gzip - limit);
    }
    // A budget far above the size would not catch growth.
    ensure!(limit - gzip < limit / 10, "{entry} has become smaller: lower the budget");
    Ok(())
}

/// Prints the size of an entry without a module.
fn print_small(workspace: &Workspace, folder: &Path, name: &str, entry: &str) -> Result<()> {
    let (script, entry) = (sources(workspace, "measure.mjs"), folder.join(entry));
    let measured = cmd!(workspace.shell, "node {script} {entry}").read()?;
    println!("{name}\n{measured}");
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
