//! Openings that plain English avoids: a summary names its subject first, as CONTRIBUTING.md asks.

use std::fs;

use crate::old_names::{is_source, tracked_files};

const COMMENTS: [&str; 6] = ["//! ", "/// ", "// ", "/** ", "//", "* "];
const OPENINGS: [&str; 5] = ["What ", "Whoever ", "Whatever ", "That there is ", "That it is "];

#[test]
fn no_comment_opens_with_a_clause_in_place_of_its_subject() {
    let mut found = Vec::new();
    for name in tracked_files().iter().filter(|name| is_source(name)) {
        // A file may be deleted and not committed.
        let Ok(text) = fs::read_to_string(crate::glossary::root().join(name)) else { continue };
        let lines = text.lines().enumerate().filter(|(_, line)| opens_with_a_clause(line));
        found.extend(lines.map(|(number, line)| format!("{name}:{}: {}", number + 1, line.trim())));
    }
    assert!(found.is_empty(), "name the subject first, see CONTRIBUTING.md, Style:\n{}", found.join("\n"));
}

#[test]
fn such_an_opening_is_found_in_every_kind_of_comment() {
    assert!(opens_with_a_clause("    /// What every call takes."));
    assert!(opens_with_a_clause("/** Whoever listens. */") && opens_with_a_clause(" * That there is none."));
    assert!(!opens_with_a_clause("/// Whatsoever") && !opens_with_a_clause("let text = \"// What \";"));
}

fn opens_with_a_clause(line: &str) -> bool {
    let line = line.trim_start();
    COMMENTS
        .iter()
        .filter_map(|comment| line.strip_prefix(comment))
        .any(|rest| OPENINGS.iter().any(|opening| rest.starts_with(opening)))
}
