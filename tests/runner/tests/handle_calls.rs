//! The methods of the WebAssembly module's handles, which JavaScript names by texts: those that `js/calls.ts` types are the match arms of
//! the Rust side, and no others.
#![expect(clippy::unwrap_used, clippy::panic, reason = "what a test's helpers do not expect fails the test")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Each interface of `calls.ts`, and the file whose function `perform` has its methods as match arms.
const HANDLES: [(&str, &str); 7] = [
    ("ClientCalls", "client.rs"),
    ("AccountCalls", "account.rs"),
    ("PasskeyRegistrationCalls", "passkeys.rs"),
    ("ChallengeCalls", "challenge.rs"),
    ("BucketCalls", "bucket.rs"),
    ("TableCalls", "dynamodb/table.rs"),
    ("TransactCalls", "dynamodb/transaction.rs"),
];

#[test]
fn the_types_of_handle_calls_name_the_methods_of_the_module() {
    let types = read("js/calls.ts");
    assert_eq!(
        types.matches("Calls {").count(),
        HANDLES.len(),
        "an interface of calls.ts is compared with nothing"
    );
    for (interface, file) in HANDLES {
        let (typed, performed) = (typed(&types, interface), performed(&read(&format!("src/{file}"))));
        assert_eq!(
            typed, performed,
            "{interface} in js/calls.ts (left) and the match arms of {file} (right)"
        );
        assert!(!typed.is_empty(), "{interface} has no methods");
    }
}

/// The methods of an interface.
fn typed(source: &str, interface: &str) -> BTreeSet<String> {
    block(source, &format!("interface {interface} {{")).lines().filter_map(method).collect()
}

fn method(line: &str) -> Option<String> {
    let name = line.strip_prefix("  ").filter(|rest| !rest.starts_with([' ', ')']))?;
    name.split_once('(').map(|(name, _)| name.to_owned())
}

/// The texts that the match of `perform` takes: alone, or as the first of a pair.
fn performed(source: &str) -> BTreeSet<String> {
    block(source, "async fn perform(").lines().flat_map(arm).collect()
}

fn arm(line: &str) -> Vec<String> {
    let line = line.trim_start();
    let Some((patterns, _)) = line.strip_prefix('(').unwrap_or(line).split_once([',', '=']) else {
        return Vec::new();
    };
    let texts = patterns.split('|').map(|pattern| pattern.trim().strip_prefix('"')?.strip_suffix('"'));
    texts.flatten().map(str::to_owned).collect()
}

/// The block that begins with `head`, up to the brace in the first column that ends it.
fn block<'a>(source: &'a str, head: &str) -> &'a str {
    let (_, rest) = source.split_once(head).unwrap_or_else(|| panic!("there is no {head}"));
    rest.split_once("\n}").map_or(rest, |(block, _)| block)
}

fn read(name: &str) -> String {
    let bindings = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../bindings/wasm");
    fs::read_to_string(bindings.join(name)).unwrap()
}
