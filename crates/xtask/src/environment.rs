//! The environment variables of the commands that xtask runs.

use std::env;
use std::process::{Command, ExitCode};

use anyhow::Result;

/// Variables that Cargo sets for a program that it runs, by the beginning of their names.
const OF_CARGO: [&str; 2] = ["CARGO_PKG_", "CARGO_MANIFEST_"];

/// If Cargo has started this program, runs it again without Cargo's variables and returns its exit code. The build script of ring
/// depends on these variables: with them, each build by xtask after one from a shell would compile ring again, and whatever depends
/// on ring, and so would the next build from a shell.
pub(crate) fn run_again_without_cargo() -> Result<Option<ExitCode>> {
    let names = env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let of_cargo: Vec<String> = names.filter(|name| is_of_cargo(name)).collect();
    if of_cargo.is_empty() {
        return Ok(None);
    }
    let mut again = Command::new(env::current_exe()?);
    again.args(env::args_os().skip(1));
    for name in of_cargo {
        again.env_remove(name);
    }
    let code = again.status()?.code().and_then(|code| u8::try_from(code).ok());
    Ok(Some(code.map_or(ExitCode::FAILURE, ExitCode::from)))
}

fn is_of_cargo(name: &str) -> bool {
    OF_CARGO.iter().any(|beginning| name.starts_with(beginning))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_of_the_user_stay() {
        assert!(is_of_cargo("CARGO_PKG_NAME"));
        assert!(is_of_cargo("CARGO_MANIFEST_DIR"));
        assert!(!is_of_cargo("CARGO_HOME"));
        assert!(!is_of_cargo("CARGO_TARGET_DIR"));
    }
}
