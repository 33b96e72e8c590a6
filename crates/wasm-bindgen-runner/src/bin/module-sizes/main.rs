//! Prints what a WebAssembly module's functions weigh: by crate with `module-sizes MODULE`, by group of features with
//! `module-sizes MODULE groups`.
//!
//! The module must contain the names of its functions. A generic function counts for the crate that defines it, and a function that
//! the compiler has inlined counts for the one that calls it.

mod groups;

use std::collections::{BTreeMap, HashMap};
use std::env;
use std::fs;
use std::ops::Range;

use anyhow::{Context, Result};
use rustc_demangle::demangle;
use wasmparser::{KnownCustom, Name, Parser, Payload, TypeRef};

fn main() -> Result<()> {
    let mut arguments = env::args_os().skip(1);
    let bytes = fs::read(arguments.next().context("the argument MODULE is missing")?)?;
    let module = Module::read(&bytes)?;
    match arguments.next() {
        Some(_) => groups::print(&module, &bytes),
        None => {
            print_crates(&module);
            Ok(())
        }
    }
}

fn print_crates(module: &Module) {
    let mut crates: Vec<(&str, Weight)> = module.by_crate().into_iter().collect();
    crates.sort_by_key(|(_, weight)| std::cmp::Reverse(weight.bytes));
    println!("{:>9} {:>9}  crate", "bytes", "functions");
    for (name, weight) in crates {
        println!("{:>9} {:>9}  {name}", weight.bytes, weight.functions);
    }
    println!("{:>9} {:>9}  data", module.data, "");
}

/// The parts of a module. Ranges are positions in its file.
#[derive(Default)]
struct Module {
    names: HashMap<u32, String>,
    /// In the order of their indices, which follow those of the imported ones.
    functions: Vec<Range<usize>>,
    code: Range<usize>,
    imported: u32,
    data: usize,
}

#[derive(Default)]
struct Weight {
    bytes: usize,
    functions: usize,
}

impl Module {
    fn read(bytes: &[u8]) -> Result<Self> {
        let mut module = Self::default();
        for payload in Parser::new(0).parse_all(bytes) {
            match payload? {
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        module.imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                    }
                }
                Payload::CodeSectionStart { range, .. } => module.code = range,
                Payload::CodeSectionEntry(body) => module.functions.push(body.range()),
                Payload::DataSection(data) => module.data = data.range().len(),
                Payload::CustomSection(section) => {
                    if let KnownCustom::Name(names) = section.as_known() {
                        for part in names {
                            let Name::Function(functions) = part? else { continue };
                            for naming in functions {
                                let naming = naming?;
                                module.names.insert(naming.index, format!("{:#}", demangle(naming.name)));
                            }
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(module)
    }

    /// The module's own functions: names and bodies.
    fn functions(&self) -> impl Iterator<Item = (&str, &Range<usize>)> {
        let name = |index| self.names.get(&index).map_or("(no name)", String::as_str);
        (self.imported..).zip(&self.functions).map(move |(index, body)| (name(index), body))
    }

    fn by_crate(&self) -> BTreeMap<&str, Weight> {
        let mut crates = BTreeMap::<&str, Weight>::new();
        for (name, body) in self.functions() {
            let weight = crates.entry(crate_of(name)).or_default();
            weight.bytes += body.len();
            weight.functions += 1;
        }
        crates
    }
}

/// `poolpass` of `<poolpass::Client as core::clone::Clone>::clone`; what has no path is the glue of wasm-bindgen.
fn crate_of(name: &str) -> &str {
    let mut path = name;
    while let Some(rest) = ["<", "&", "mut ", "dyn "].iter().find_map(|before| path.strip_prefix(before)) {
        path = rest;
    }
    let end = path.find(|char: char| !char.is_ascii_alphanumeric() && char != '_').unwrap_or(path.len());
    match (path.get(..end), path.get(end..)) {
        (Some(name), Some(rest)) if rest.starts_with("::") => name,
        _ => "(glue and others)",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_belong_to_the_crate_that_wrote_them() {
        assert_eq!(crate_of("<poolpass::Client as core::clone::Clone>::clone"), "poolpass");
        assert_eq!(crate_of("core::fmt::write"), "core");
        assert_eq!(
            crate_of("<&mut serde_json::de::Deserializer<R> as serde_core::de::Deserializer>::x"),
            "serde_json"
        );
        assert_eq!(crate_of("client_new"), "(glue and others)");
    }
}
