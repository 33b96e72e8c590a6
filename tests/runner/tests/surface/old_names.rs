//! Names that the glossary replaced: nobody finds them any more.

use std::process::Command;
use std::{fs, str};

use crate::glossary::{declares, root};

/// Whole words that no tracked file contains.
const WORDS: [&str; 57] = [
    "AwsCredentials",
    "CodeDelivery",
    "DeletedMany",
    "EmailCode",
    "EndReason",
    "OnlyHere",
    "PoolpassConfig",
    "PoolpassErrorCode",
    "PoolpassOptions",
    "PresignDownload",
    "RefusedByTrigger",
    "S3Object",
    "SetUpMfa",
    "SignedFetchOptions",
    "SignedInUser",
    "SignedRequest",
    "SignedResponse",
    "SignedUp",
    "SmsCode",
    "TotpSetup",
    "confirmTotp",
    "confirm_totp",
    "copy_with",
    "downloadAs",
    "emailCode",
    "get_with",
    "head_with",
    "isConfirmed",
    "lastKey",
    "last_key",
    "listPages",
    "list_pages",
    "mfaType",
    "mfaTypes",
    "oldPassword",
    "onlyHere",
    "preferMfa",
    "presignDownload",
    "presign_download",
    "presign_put_with",
    "privateKey",
    "put_with",
    "refusedByTrigger",
    "returningOld",
    "returning_old",
    "sentTo",
    "setUpMfa",
    "sign_in_with",
    "sign_up_with",
    "signedFetch",
    "smsCode",
    "startMfaSetup",
    "startTotp",
    "start_totp",
    "timeoutMs",
    "withClientMetadata",
    "with_client_metadata",
];

/// Metaphors that no type is called by.
const TYPES: [&str; 22] = [
    "Applicant",
    "Asked",
    "Door",
    "Fate",
    "Grace",
    "Held",
    "Holder",
    "Keeper",
    "Lent",
    "Misfit",
    "Noon",
    "Patience",
    "Rest",
    "Road",
    "Said",
    "Search",
    "Seen",
    "SessionMark",
    "Stands",
    "Thrown",
    "Trouble",
    "Wanted",
];

/// The files that may contain them: this list, versions of other people's packages, and tests that make keys with Node's own names.
const EXCEPT: [&str; 5] =
    ["old_names.rs", ".lock", "package-lock.json", "wasm/tests/verify.test.mjs", "clients/js/mutations.mjs"];

#[test]
fn no_tracked_file_has_an_old_name() {
    let files = tracked_files();
    let mut read = 0;
    let mut found = Vec::new();
    for name in files.iter().filter(|name| !EXCEPT.iter().any(|except| name.ends_with(except))) {
        // A file may be deleted and not committed, or be no text.
        let Ok(text) = fs::read_to_string(root().join(name)) else { continue };
        read += 1;
        let words = WORDS.iter().filter(|word| has_word(&text, word));
        let types =
            TYPES.iter().filter(|old| is_source(name) && text.contains(**old) && declares(&text, old));
        found.extend(words.chain(types).map(|old| format!("{name}: {old}")));
    }
    assert!(read > 500, "only {read} files were read");
    assert!(found.is_empty(), "old names, see CONTRIBUTING.md's glossary:\n{}", found.join("\n"));
}

#[test]
fn an_old_name_is_found_as_a_whole_word() {
    assert!(has_word("let key = privateKey;", "privateKey") && has_word("privateKey", "privateKey"));
    assert!(!has_word("privateKeys my_privateKey", "privateKey"));
    assert!(declares("pub(crate) struct Road {", "Road") && !declares("struct Roads;", "Road"));
}

/// The names of all files that Git tracks.
pub(crate) fn tracked_files() -> Vec<String> {
    let list = Command::new("git").args(["ls-files", "-z"]).current_dir(root()).output().unwrap();
    assert!(list.status.success(), "git lists the tracked files");
    let names = str::from_utf8(&list.stdout).unwrap();
    names.split_terminator('\0').map(ToOwned::to_owned).collect()
}

/// Whether a file is source code, by its name.
pub(crate) fn is_source(name: &str) -> bool {
    [".rs", ".ts", ".tsx", ".js", ".mjs", ".swift", ".kt"].iter().any(|ending| name.ends_with(ending))
}

fn has_word(text: &str, word: &str) -> bool {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    text.match_indices(word).any(|(start, _)| {
        let (before, after) =
            (text.get(..start).unwrap_or_default(), text.get(start + word.len()..).unwrap_or_default());
        !before.ends_with(is_part) && !after.starts_with(is_part)
    })
}
