//! The size that each group of features adds to a module.

use std::io::Write;
use std::ops::Range;

use anyhow::{Result, ensure};
use flate2::Compression;
use flate2::write::GzEncoder;

use super::{Module, Weight};

/// A group of features and the source's modules that only it needs. A function belongs to the first group whose module it names, also
/// as a type that it is generic over.
struct Group {
    name: &'static str,
    modules: &'static [&'static str],
}

const GROUPS: [Group; 9] = [
    Group {
        name: "choice, one-time codes, custom challenges",
        modules: &[
            "poolpass::sign_in::auth_factor",
            "poolpass::sign_in::choice",
            "poolpass::sign_in::custom",
            "poolpass::sign_in::passwordless",
            "poolpass::sign_in::challenge::custom_challenge",
            "poolpass::sign_in::challenge::one_time_code",
            "poolpass::sign_in::challenge::select_challenge",
        ],
    },
    Group {
        name: "devices",
        modules: &[
            "poolpass::account::devices",
            "poolpass::session::device",
            "poolpass::sign_in::device",
            "poolpass::srp::device",
            "poolpass::user_pool::devices",
            "poolpass_wasm::devices",
        ],
    },
    Group {
        name: "passkeys",
        modules: &[
            "poolpass::account::passkeys",
            "poolpass::sign_in::challenge::web_authn",
            "poolpass_wasm::passkeys",
        ],
    },
    Group {
        name: "step-up, sessions",
        modules: &["poolpass::account::sessions", "poolpass::session::step_up", "poolpass::sign_in::step_up"],
    },
    Group {
        name: "sign-in by redirect",
        modules: &["poolpass::sign_in::redirect", "poolpass::user_pool::domain", "poolpass_wasm::redirect"],
    },
    Group {
        name: "logins, classic flow",
        modules: &[
            "poolpass::client::logins",
            "poolpass::identity_pool::classic_flow",
            "poolpass::identity_pool::login_provider",
            "poolpass::identity_pool::login_sources",
            "poolpass_wasm::logins",
        ],
    },
    Group {
        name: "sessions from elsewhere",
        modules: &["poolpass::session::adopt", "poolpass::session::session_tokens"],
    },
    Group { name: "requests to APIs", modules: &["poolpass::api", "poolpass_wasm::api"] },
    Group {
        name: "data about the device",
        modules: &["poolpass::user_pool::user_context", "poolpass_wasm::user_context"],
    },
];

/// Prints what each group's functions add to the module with gzip, and before it. Functions that several groups call count for none.
pub(crate) fn print(module: &Module, bytes: &[u8]) -> Result<()> {
    let whole = gzip(&bytes[module.code.clone()])?;
    println!("{:>9} {:>9} {:>9}  group of features", "gzip", "bytes", "functions");
    for group in &GROUPS {
        let own: Vec<_> = module.functions().filter(|(name, _)| owner(name) == Some(group.name)).collect();
        ensure!(!own.is_empty(), "no function of the module is of {}: {:?}", group.name, group.modules);
        let weight = Weight { bytes: own.iter().map(|(_, body)| body.len()).sum(), functions: own.len() };
        let rest = gzip(&without(bytes, &module.code, own.into_iter().map(|(_, body)| body)))?;
        println!("{:>9} {:>9} {:>9}  {}", whole - rest, weight.bytes, weight.functions, group.name);
    }
    Ok(())
}

fn owner(function: &str) -> Option<&'static str> {
    let names = |module: &str| {
        let around: Vec<&str> = function.split(module).collect();
        around.windows(2).any(|sides| matches!(sides, [before, after] if !continues(before, after)))
    };
    let group = GROUPS.iter().find(|group| group.modules.iter().any(|module| names(module)))?;
    Some(group.name)
}

/// Whether a path is only a part of a longer name, as `poolpass::mfa` is of `poolpass::mfas`.
fn continues(before: &str, after: &str) -> bool {
    let is_name = |char: char| char.is_ascii_alphanumeric() || char == '_';
    before.ends_with(is_name) || after.starts_with(is_name)
}

fn without<'a>(
    bytes: &[u8],
    code: &Range<usize>,
    left_out: impl Iterator<Item = &'a Range<usize>>,
) -> Vec<u8> {
    let mut rest = Vec::new();
    let mut from = code.start;
    for body in left_out {
        rest.extend_from_slice(&bytes[from..body.start]);
        from = body.end;
    }
    rest.extend_from_slice(&bytes[from..code.end]);
    rest
}

fn gzip(bytes: &[u8]) -> Result<usize> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_belong_to_the_group_whose_module_they_name() {
        assert_eq!(owner("poolpass_wasm::passkeys::passkey"), Some("passkeys"));
        assert_eq!(owner("core::ptr::drop_in_place<poolpass::account::devices::Device>"), Some("devices"));
        assert_eq!(owner("poolpass::account::devices_of::device"), None);
        assert_eq!(owner("other_poolpass::account::devices::device"), None);
    }

    #[test]
    fn what_is_left_out_is_gone_and_the_rest_stays() {
        let bytes = b"header|one|two|three|names";
        assert_eq!(without(bytes, &(7..20), [&(7..11), &(15..20)].into_iter()), b"two|");
        assert_eq!(without(bytes, &(7..20), [].into_iter()), b"one|two|three");
    }
}
