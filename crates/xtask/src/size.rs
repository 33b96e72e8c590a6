//! Measures the library in the Swift and Kotlin packages.

use std::collections::HashMap;

use anyhow::{Result, ensure};
use xshell::cmd;

use crate::mobile;
use crate::step::Outcome;
use crate::workspace::Workspace;

/// The most bytes that an app's user may have to download for one processor type.
const BUDGET: u64 = 4_082_500;
/// How many crates are listed by name.
const LARGEST: usize = 15;

/// Builds the library as it is released and compares its size with the budget.
pub(crate) fn check(workspace: &Workspace) -> Result<Outcome> {
    let mobile::Library { built, stripped } = mobile::library(workspace)?;
    let size = std::fs::metadata(&stripped)?.len();
    let symbols = cmd!(workspace.shell, "nm --defined-only --print-size --demangle {built}").read()?;
    show(&by_crate(&symbols));
    println!("{size} bytes stripped; the budget is {BUDGET}");
    ensure!(size <= BUDGET, "the library is {} bytes over its budget", size - BUDGET);
    // A budget far above the size would not catch growth.
    ensure!(BUDGET - size < BUDGET / 10, "the library has become smaller: lower the budget");
    Ok(Outcome::Passed)
}

fn show(crates: &[(String, u64)]) {
    for (name, size) in crates.iter().take(LARGEST) {
        println!("{size:>9}  {name}");
    }
    let rest: u64 = crates.iter().skip(LARGEST).map(|(_, size)| size).sum();
    println!("{rest:>9}  the rest");
}

/// The bytes of each crate's functions and data, largest first. Generic code counts for the crate that defines it.
fn by_crate(symbols: &str) -> Vec<(String, u64)> {
    let mut sizes: HashMap<String, u64> = HashMap::new();
    for line in symbols.lines() {
        // Address, size, kind, name. Symbols without a size occupy no space.
        let mut columns = line.splitn(4, ' ');
        let (_address, size, kind, name) = (columns.next(), columns.next(), columns.next(), columns.next());
        let (Some(size), Some(kind), Some(name)) = (size, kind, name) else { continue };
        let Ok(size) = u64::from_str_radix(size, 16) else { continue };
        if "tTrRdD".contains(kind) {
            *sizes.entry(crate_of(name).to_owned()).or_default() += size;
        }
    }
    let mut sizes: Vec<_> = sizes.into_iter().collect();
    sizes.sort_by(|(one, a), (other, b)| b.cmp(a).then_with(|| one.cmp(other)));
    sizes
}

fn crate_of(symbol: &str) -> &str {
    let path = symbol.trim_start_matches(|c: char| "<&*[({".contains(c));
    let path = ["mut ", "dyn ", "const "].iter().fold(path, |path, word| path.trim_start_matches(word));
    match path.split_once("::") {
        Some((name, _)) if name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') => name,
        _ => "C, assembly and data",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_are_counted_by_crate() {
        let symbols = "\
0000000000000010 0000000000000020 t poolpass::srp::compute
0000000000000030 0000000000000010 t <poolpass::Client as core::fmt::Debug>::fmt
0000000000000040 0000000000000001 T ring_core_0_17_14__bn_mul_mont
0000000000000050 0000000000000002 r <&mut dyn tokio::io::AsyncRead as x::Y>::z
0000000000000060 00000000000000ff b not::in::the::file
                 U malloc";
        let expected = [("poolpass", 0x30), ("tokio", 2), ("C, assembly and data", 1)];
        let expected: Vec<_> = expected.into_iter().map(|(name, size)| (name.to_owned(), size)).collect();
        assert_eq!(by_crate(symbols), expected);
    }
}
