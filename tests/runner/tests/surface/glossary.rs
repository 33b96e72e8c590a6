//! CONTRIBUTING.md's two tables of names, and whether they are true.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The languages beside Rust, in the order of the tables' columns, with their sources.
const LANGUAGES: [(&str, &str, &str); 3] = [
    ("javascript", "bindings/wasm/js", "ts"),
    ("swift", "bindings/swift/Sources/Poolpass", "swift"),
    ("kotlin", "bindings/kotlin/src/main/kotlin", "kt"),
];

/// The mark in a cell for a name that equals Rust's.
const SAME: &str = "same";

/// A row of a table: the names in Rust, and those in each other language.
struct Row {
    rust: Vec<String>,
    others: [Vec<String>; LANGUAGES.len()],
}

/// By the language, and the operation in Rust: how the language writes it.
pub(crate) fn differences() -> BTreeMap<&'static str, BTreeMap<String, String>> {
    let rows = table("| Rust | JavaScript | Swift | Kotlin | why |", 0);
    let of_language = |place: usize| {
        let named = rows.iter().filter_map(|row: &Row| {
            let other = row.others[place].first().filter(|other| **other != row.rust[0])?;
            Some((row.rust[0].clone(), other.clone()))
        });
        named.collect()
    };
    LANGUAGES.iter().enumerate().map(|(place, (name, ..))| (*name, of_language(place))).collect()
}

/// By the language, and the type in Rust: another name that the language has for it.
pub(crate) fn types() -> BTreeMap<&'static str, BTreeMap<String, String>> {
    let rows = glossary();
    let of_language = |place: usize| {
        let renamed = rows.iter().filter_map(|row| match (&row.rust[..], &row.others[place][..]) {
            ([rust], [other]) if rust != other => Some((rust.clone(), other.clone())),
            _ => None,
        });
        renamed.collect()
    };
    LANGUAGES.iter().enumerate().map(|(place, (name, ..))| (*name, of_language(place))).collect()
}

#[test]
fn each_public_name_of_the_sdk_is_in_the_glossary() {
    let source = root().join("crates/poolpass/src");
    let mut public = BTreeSet::new();
    let mut modules = vec![source.join("lib.rs")];
    while let Some(file) = modules.pop() {
        let text = fs::read_to_string(&file).unwrap();
        for statement in statements(&text) {
            match statement {
                Public::Name(name) => _ = public.insert(name),
                Public::Module(path) => modules.push(module(file.parent().unwrap(), &path)),
            }
        }
    }
    assert!(public.len() > 100 && public.contains("SmsMfaChallenge") && public.contains("PasswordKey"));
    let listed: BTreeSet<String> = glossary().into_iter().flat_map(|row| row.rust).collect();
    assert_eq!(missing(&public, &listed), BTreeSet::new(), "not in CONTRIBUTING.md's glossary");
    assert_eq!(missing(&listed, &public), BTreeSet::new(), "in the glossary, and not public");
}

#[test]
fn each_language_has_the_names_that_the_glossary_says() {
    for (place, (language, folder, ending)) in LANGUAGES.iter().enumerate() {
        let source = all(&root().join(folder), ending);
        let names = glossary().into_iter().flat_map(|row| row.others[place].clone());
        let absent: Vec<String> = names.filter(|name| !declares(&source, name)).collect();
        assert!(absent.is_empty(), "{language} declares none of {absent:?}");
        assert!(!declares(&source, "Teleport"));
    }
}

#[test]
fn swift_writes_an_operation_as_the_table_says() {
    let test = root().join("bindings/swift/Tests/PoolpassTests/SurfaceTests.swift");
    let test = fs::read_to_string(test).unwrap();
    for (operation, target) in &differences()["swift"] {
        let line = test.lines().find(|line| line.contains(&format!("\"{operation}\":")));
        let line = line.unwrap_or_else(|| panic!("SurfaceTests.swift does not have {operation}"));
        let words = target.split(['.', '(', ')']).filter(|word| !word.is_empty());
        // An operator has its type at its operands.
        let mut words = words.filter(|word| *word != "Attribute");
        assert!(words.all(|word| line.contains(word)), "{operation} is not {target} in {}", line.trim());
    }
}

fn glossary() -> Vec<Row> {
    table("| concept | Rust | JavaScript | Swift | Kotlin | AWS's name, or meaning |", 1)
}

/// The rows below this head, whose Rust column has this place.
fn table(head: &str, first: usize) -> Vec<Row> {
    let text = fs::read_to_string(root().join("CONTRIBUTING.md")).unwrap();
    let (_, rows) =
        text.split_once(&format!("{head}\n")).unwrap_or_else(|| panic!("there is no table {head}"));
    let rows = rows.lines().skip(1).take_while(|line| line.starts_with('|'));
    let read = |line: &str| {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let rust = names(cells[first]);
        assert!(!rust.is_empty(), "a row without a name: {line}");
        let other = |place: usize| match cells[first + 1 + place] {
            SAME => rust.clone(),
            cell => names(cell),
        };
        Row { others: [0, 1, 2].map(other), rust }
    };
    rows.map(read).collect()
}

/// The text between backticks in a cell.
fn names(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

enum Public {
    Name(String),
    Module(Vec<String>),
}

/// The public items of a module: its own, and those that it re-exports.
fn statements(text: &str) -> Vec<Public> {
    let mut found = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(item) = line.strip_prefix("pub ") else { continue };
        let item = item.strip_prefix("async ").unwrap_or(item);
        let (keyword, rest) = item.split_once(' ').unwrap_or((item, ""));
        match keyword {
            "struct" | "enum" | "trait" | "type" | "fn" => {
                let name = rest.split(|letter: char| !letter.is_alphanumeric() && letter != '_').next();
                found.push(Public::Name(name.unwrap_or_default().to_owned()));
            }
            "mod" => found.push(Public::Module(vec![rest.trim_end_matches(';').to_owned()])),
            "use" => {
                let mut statement = rest.to_owned();
                while !statement.ends_with(';') {
                    let more = lines.next().unwrap_or(";");
                    statement += more.trim();
                }
                found.extend(used(statement.trim_end_matches(';')));
            }
            _ => {}
        }
    }
    found
}

/// The names of a `use`: `a::b::C`, or `a::{C, D}`, where `self` is the module.
fn used(statement: &str) -> Vec<Public> {
    let (path, names) = match statement.split_once("::{") {
        Some((path, names)) => (path, names.trim_end_matches('}').split(',').collect()),
        None => statement.rsplit_once("::").map(|(path, name)| (path, vec![name])).unwrap_or_default(),
    };
    let path = || path.split("::").filter(|part| *part != "crate").map(str::to_owned).collect();
    let names = names.into_iter().map(str::trim).filter(|name| !name.is_empty());
    names
        .map(|name| if name == "self" { Public::Module(path()) } else { Public::Name(name.to_owned()) })
        .collect()
}

fn module(folder: &Path, path: &[String]) -> PathBuf {
    let folder = path.iter().fold(folder.to_owned(), |folder, part| folder.join(part));
    let file = folder.with_extension("rs");
    if file.is_file() { file } else { folder.join("mod.rs") }
}

/// Whether a type or a function of this name is declared; of a nested one, its last part.
pub(crate) fn declares(source: &str, name: &str) -> bool {
    let name = name.rsplit('.').next().unwrap_or(name);
    [
        "class",
        "interface",
        "object",
        "struct",
        "enum",
        "protocol",
        "type",
        "typealias",
        "function",
        "func",
        "fun",
        "const",
    ]
    .iter()
    .flat_map(|keyword| source.split(&format!("{keyword} {name}")).skip(1).collect::<Vec<_>>())
    .any(|rest| !rest.starts_with(|letter: char| letter.is_alphanumeric() || letter == '_'))
}

fn all(folder: &Path, ending: &str) -> String {
    let mut text = String::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            text += &all(&path, ending);
        } else if path.extension().is_some_and(|extension| extension == ending) {
            text += &fs::read_to_string(path).unwrap();
        }
    }
    text
}

fn missing(some: &BTreeSet<String>, others: &BTreeSet<String>) -> BTreeSet<String> {
    some.difference(others).cloned().collect()
}

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
