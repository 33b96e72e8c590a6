//! The layers of `crates/poolpass`, read from its source: `lib.rs` declares the modules in blocks from the top to the bottom, and a
//! module imports from its own block and from the blocks below. No modules import each other in a circle. `ARCHITECTURE.md` shows
//! the same order, and argues for each exception.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::string_slice,
    reason = "what a test's helpers do not expect fails the test"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The imports that go up or close a circle nevertheless. `ARCHITECTURE.md` has the reasons.
const EXCEPTIONS: [(&str, &str); 3] =
    [("error", "dynamodb"), ("dynamodb/attribute_value", "dynamodb/item"), ("dynamodb/table", ANY)];
const ANY: &str = "*";

type Imports = BTreeMap<String, BTreeMap<String, BTreeSet<String>>>;

#[test]
fn a_module_imports_from_its_own_block_and_from_those_below() {
    let (blocks, imports) = (blocks(), imports());
    let level = |module: &str| blocks.iter().position(|block| block.iter().any(|name| name == module));
    let mut upwards = Vec::new();
    for (module, its) in &imports {
        for (other, files) in its {
            let (own, its) = (level(module), level(other));
            assert!(own.is_some(), "lib.rs does not declare {module}");
            assert!(its.is_some(), "lib.rs does not declare {other}, which {files:?} import");
            if its < own && !is_exception(module, other) {
                upwards.push(format!("{module} imports {other}, which is above it: {files:?}"));
            }
        }
    }
    assert_eq!(upwards, Vec::<String>::new());
}

#[test]
fn no_modules_import_each_other_in_a_circle() {
    let mut imports = imports();
    for (module, its) in &mut imports {
        its.retain(|other, _| !is_exception(module, other));
    }
    assert_eq!(circle_in(&imports), None);
}

#[test]
fn no_files_of_a_module_import_each_other_in_a_circle() {
    for folder in folders(&sources()).into_iter().filter(|folder| *folder != sources()) {
        let mut imports = imports_among_files(&folder);
        for (file, its) in &mut imports {
            its.retain(|other, _| !is_exception(file, other));
        }
        assert_eq!(circle_in(&imports), None);
    }
}

#[test]
fn every_exception_is_needed_and_argued_for() {
    let mut all = imports();
    for folder in folders(&sources()).into_iter().filter(|folder| *folder != sources()) {
        all.extend(imports_among_files(&folder));
    }
    let architecture = read(&root().join("ARCHITECTURE.md"));
    for (module, other) in EXCEPTIONS {
        assert!(other == ANY || all[module].contains_key(other), "{module} no longer imports {other}");
        let arrow =
            if other == ANY { format!("`{module}` →") } else { format!("`{module}` → `{other}`") };
        assert!(architecture.contains(&arrow), "ARCHITECTURE.md does not argue for {arrow}");
    }
}

#[test]
fn architecture_md_shows_the_blocks_of_lib_rs() {
    let blocks = blocks();
    let level = |module: &str| blocks.iter().position(|block| block.iter().any(|name| name == module));
    let architecture = read(&root().join("ARCHITECTURE.md"));
    let picture = architecture.split("```").nth(1).unwrap();
    let (_, rows) = picture.split_once("crates/poolpass\n").unwrap();
    let mut shown = BTreeSet::new();
    let mut above = 0;
    for row in rows.lines().filter(|row| !row.trim().is_empty()) {
        // The modules follow the caption after a gap.
        let (_caption, modules) = row.trim().split_once("  ").unwrap();
        let modules: String =
            modules.split('(').map(|part| part.split_once(')').map_or(part, |(_, after)| after)).collect();
        let names: Vec<&str> = modules
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .filter(|name| level(name).is_some())
            .collect();
        assert!(!names.is_empty(), "no module in {row:?}");
        for name in names {
            assert!(level(name).unwrap() >= above, "{name} stands too low in ARCHITECTURE.md");
            above = level(name).unwrap();
            shown.insert(name.to_owned());
        }
    }
    for module in ["client", "session", "identity_pool", "user_pool", "aws_request", "platform"] {
        assert!(shown.contains(module), "ARCHITECTURE.md does not show {module}");
    }
}

#[test]
fn a_circle_is_found() {
    let imports = |edges: &[(&str, &str)]| {
        let mut imports = Imports::new();
        for (module, other) in edges {
            imports.entry((*module).to_owned()).or_default().entry((*other).to_owned()).or_default();
        }
        imports
    };
    assert_eq!(circle_in(&imports(&[("a", "b"), ("a", "c"), ("b", "c")])), None);
    let circle = circle_in(&imports(&[("a", "b"), ("b", "c"), ("c", "d"), ("d", "b")]));
    assert_eq!(circle.unwrap(), ["b", "c", "d", "b"]);
}

#[test]
fn imports_are_found_however_they_are_written() {
    let source = "
//! crate::prose
use crate::one::{A, B};
use crate::{two, three::C};
use crate::{
    four::D,
    five,
};

/// [`E`](crate::link)
fn work() {
    crate::six::work(); // crate::comment
}

#[cfg(test)]
use crate::scripted::Pool;

#[cfg(test)]
mod tests {
    use crate::only_in_tests::F;
}
";
    let found = named_after("crate::", source, &BTreeMap::new());
    assert_eq!(found.into_iter().collect::<Vec<_>>(), ["five", "four", "one", "six", "three", "two"]);
    let reexports = BTreeMap::from([("Error".to_owned(), "error".to_owned())]);
    assert_eq!(
        named_after("crate::", "fn f() -> crate::Error {}", &reexports).into_iter().collect::<Vec<_>>(),
        ["error"]
    );
}

fn is_exception(module: &str, other: &str) -> bool {
    EXCEPTIONS.iter().any(|(from, to)| *from == module && (*to == ANY || *to == other))
}

/// A path of imports that ends where it begins.
fn circle_in(imports: &Imports) -> Option<Vec<String>> {
    fn walk(imports: &Imports, path: &mut Vec<String>, done: &mut BTreeSet<String>) -> Option<Vec<String>> {
        let module = path.last()?.clone();
        for other in imports.get(&module).into_iter().flat_map(BTreeMap::keys) {
            if let Some(start) = path.iter().position(|name| name == other) {
                let mut circle = path.split_off(start);
                circle.push(other.clone());
                return Some(circle);
            }
            if !done.contains(other) {
                path.push(other.clone());
                if let Some(circle) = walk(imports, path, done) {
                    return Some(circle);
                }
                path.pop();
            }
        }
        done.insert(module);
        None
    }
    let mut done = BTreeSet::new();
    imports.keys().find_map(|module| walk(imports, &mut vec![module.clone()], &mut done))
}

/// The modules that `lib.rs` declares, block by block, without those of tests.
fn blocks() -> Vec<Vec<String>> {
    let lib = read(&sources().join("lib.rs"));
    let mut blocks = vec![Vec::new()];
    let mut is_test = false;
    for line in lib.lines() {
        if line.is_empty() {
            blocks.push(Vec::new());
        }
        if let Some(module) = declared_module(line)
            && !is_test
        {
            blocks.last_mut().unwrap().push(module.to_owned());
        }
        is_test = line == "#[cfg(test)]";
    }
    blocks.retain(|block| !block.is_empty());
    assert!(blocks.len() > 5, "{blocks:?}");
    blocks
}

fn declared_module(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("pub ").or_else(|| line.strip_prefix("pub(crate) ")).unwrap_or(line);
    rest.strip_prefix("mod ")?.strip_suffix(';')
}

/// The top modules that each top module imports, with the files that do.
fn imports() -> Imports {
    let reexports = reexports(&sources().join("lib.rs"));
    let mut imports = Imports::new();
    for file in files(&sources()) {
        let path = file.strip_prefix(sources()).unwrap().to_owned();
        let first = path.components().next().unwrap().as_os_str().to_str().unwrap();
        let module = first.strip_suffix(".rs").unwrap_or(first).to_owned();
        if module == "lib" {
            continue;
        }
        for other in named_after("crate::", &read(&file), &reexports) {
            if other != module {
                let its = imports.entry(module.clone()).or_default();
                its.entry(other).or_default().insert(path.display().to_string());
            }
        }
    }
    assert!(imports.len() > 15, "{imports:?}");
    imports
}

/// The files in a folder that each file in it imports by `super::`, all with the folder's path.
fn imports_among_files(folder: &Path) -> Imports {
    let reexports = reexports(&module_file(folder));
    let siblings: BTreeSet<String> = children(folder).iter().map(|path| stem(path)).collect();
    let name = |stem: &str| format!("{}/{stem}", folder.strip_prefix(sources()).unwrap().display());
    let mut imports = Imports::new();
    for file in children(folder).into_iter().filter(|path| path.is_file() && stem(path) != "mod") {
        for other in named_after("super::", &read(&file), &reexports) {
            if other != stem(&file) && siblings.contains(&other) {
                imports.entry(name(&stem(&file))).or_default().entry(name(&other)).or_default();
            }
        }
    }
    imports
}

/// The modules behind the names that `lib.rs` or a `mod.rs` exports, such as `Error`.
fn reexports(file: &Path) -> BTreeMap<String, String> {
    let source =
        format!("\n{}", read(file)).replace("\npub use ", "\nuse ").replace("\npub(crate) use ", "\nuse ");
    let statements = source.split("\nuse ").skip(1).filter_map(|rest| rest.split_once(';'));
    let mut reexports = BTreeMap::new();
    for (statement, _) in statements {
        let Some((module, names)) = statement.split_once("::") else { continue };
        for name in names.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|name| !name.is_empty()) {
            reexports.insert(name.to_owned(), module.to_owned());
        }
    }
    reexports
}

/// The modules that a file names after `crate::` or `super::`, apart from its tests and comments.
fn named_after(path: &str, source: &str, reexports: &BTreeMap<String, String>) -> BTreeSet<String> {
    let code = source.split("#[cfg(test)]\nmod tests {").next().unwrap();
    let mut lines: Vec<&str> = Vec::new();
    let mut is_test = false;
    for line in code.lines() {
        let line = line.split("//").next().unwrap();
        if !is_test {
            lines.push(line);
        }
        is_test = line.trim() == "#[cfg(test)]";
    }
    let code = lines.join("\n");
    let names = code.split(path).skip(1).flat_map(|rest| match rest.strip_prefix('{') {
        None => vec![identifier(rest)],
        Some(group) => members(group).into_iter().map(|member| identifier(member.trim())).collect(),
    });
    names
        .filter(|name| !name.is_empty())
        .map(|name| reexports.get(name).cloned().unwrap_or_else(|| name.to_owned()))
        .collect()
}

fn identifier(text: &str) -> &str {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()
}

/// The members of the group that `text` continues, up to its closing brace.
fn members(text: &str) -> Vec<&str> {
    let (mut members, mut depth, mut start) = (Vec::new(), 0, 0);
    for (index, character) in text.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => {
                members.push(&text[start..index]);
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                members.push(&text[start..index]);
                start = index + 1;
            }
            _ => {}
        }
    }
    members
}

/// The source files, without those of tests.
fn files(folder: &Path) -> Vec<PathBuf> {
    let children = children(folder).into_iter();
    children.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// The folder and all below it, without those of tests.
fn folders(folder: &Path) -> Vec<PathBuf> {
    let below = children(folder).into_iter().filter(|path| path.is_dir()).flat_map(|path| folders(&path));
    [folder.to_owned()].into_iter().chain(below).collect()
}

/// The files and folders in a folder, without those of tests.
fn children(folder: &Path) -> Vec<PathBuf> {
    let mut children: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    children.retain(|path| path.is_dir() || path.extension().is_some_and(|extension| extension == "rs"));
    let mut tests = BTreeSet::new();
    for file in children.iter().filter(|path| path.is_file()) {
        for after in read(file).split("#[cfg(test)]\n").skip(1) {
            tests.extend(after.lines().next().and_then(declared_module).map(ToOwned::to_owned));
        }
    }
    children.retain(|path| !tests.contains(&stem(path)));
    children
}

/// The file that declares the modules in a folder.
fn module_file(folder: &Path) -> PathBuf {
    let beside = folder.with_extension("rs");
    if beside.is_file() { beside } else { folder.join("mod.rs") }
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap().to_str().unwrap().to_owned()
}

fn sources() -> PathBuf {
    root().join("crates/poolpass/src")
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
