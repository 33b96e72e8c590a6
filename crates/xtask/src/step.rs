//! The steps of `cargo xtask test`. Each also runs alone, by its name.

use anyhow::Result;

use crate::workspace::Workspace;
use crate::{
    browser, checks, deny, environments, fuzz, interop, kotlin, npm, packaging, size, swift, tests, web,
};

pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    /// Steps of one group also run together, by the group's name.
    pub(crate) group: &'static str,
    pub(crate) run: fn(&Workspace) -> Result<Outcome>,
}

/// How a step that did not fail ended.
pub(crate) enum Outcome {
    Passed,
    /// Not run, and why. Never in CI.
    Skipped(String),
}

const OURS: &str = "";
pub(crate) const INTEROP: &str = "interop";

/// Cheap ones first, so that a slip shows early.
pub(crate) const STEPS: &[Step] = &[
    Step { name: "fmt", group: OURS, about: "Formatting, as rustfmt would leave it", run: checks::fmt },
    Step {
        name: "clippy",
        group: OURS,
        about: "Lints of the whole workspace, warnings denied",
        run: checks::clippy,
    },
    Step {
        name: "wasm",
        group: OURS,
        about: "Lints of the SDK as a browser builds it, warnings denied",
        run: checks::wasm,
    },
    Step { name: "doc", group: OURS, about: "The documentation, warnings denied", run: checks::doc },
    Step {
        name: "deny",
        group: OURS,
        about: "Licences, banned crates and sources of the dependencies",
        run: deny::check,
    },
    Step {
        name: "unit",
        group: OURS,
        about: "Unit tests, and the examples in the documentation",
        run: tests::unit,
    },
    Step {
        name: "faults",
        group: OURS,
        about: "Every operation through every fault: how it ends, and whether it is sent again",
        run: tests::faults,
    },
    Step {
        name: "scenarios",
        group: OURS,
        about: "Integration tests: the scenarios on local-aws, the SDK against independent implementations",
        run: tests::scenarios,
    },
    Step {
        name: "quickstart",
        group: OURS,
        about: "The program that a newcomer runs, from sign-up to a private DynamoDB item",
        run: tests::quickstart,
    },
    Step {
        name: tests::CRASH,
        group: OURS,
        about: "Processes that use the SDK are killed 200 times; no session is lost",
        run: |workspace| tests::crash(workspace, None),
    },
    Step {
        name: "fuzz",
        group: OURS,
        about: "What a server, a file or an app could give to the SDK's parsers, made up by libFuzzer, 20 s for each",
        run: fuzz::run,
    },
    Step {
        name: "npm",
        group: OURS,
        about: "The npm package: its size, its manifest and its types",
        run: npm::check,
    },
    Step {
        name: "js-package",
        group: OURS,
        about: "The npm package in Node.js: the scenarios on local-aws",
        run: npm::test,
    },
    Step {
        name: "browser",
        group: OURS,
        about: "The npm package in Chromium: the scenarios on local-aws over CORS, and what only a browser has",
        run: browser::test,
    },
    Step {
        name: "packaging",
        group: OURS,
        about: "The packed npm package in projects without a bundler, with Vite, webpack and esbuild, and in Node.js",
        run: packaging::test,
    },
    Step {
        name: environments::STEP,
        group: OURS,
        about: "The packed npm package in runtimes, test runners, bundlers and development servers: the quickest of them",
        run: environments::quick,
    },
    Step {
        name: "web",
        group: OURS,
        about: "The web app in Chromium: its whole story, and whether everybody can use it",
        run: web::test,
    },
    Step {
        name: "swift",
        group: OURS,
        about: "The Swift package: compiled, the scenarios on local-aws, and its quickstart",
        run: swift::test,
    },
    Step {
        name: kotlin::STEP,
        group: OURS,
        about: "The Kotlin package: compiled, the scenarios on local-aws, and its quickstart",
        run: kotlin::test,
    },
    Step {
        name: "size",
        group: OURS,
        about: "The library in the Swift and the Kotlin package: its size by crate, against its budget",
        run: size::check,
    },
    Step {
        name: "botocore",
        group: INTEROP,
        about: "The signatures that the SDK is held to are still what botocore computes",
        run: interop::botocore::check,
    },
    Step {
        name: "iam",
        group: INTEROP,
        about: "The decisions that local-aws's policy evaluation is held to are those of another implementation",
        run: interop::iam::check,
    },
    Step {
        name: "python",
        group: INTEROP,
        about: "boto3 and pycognito drive local-aws",
        run: interop::clients::python,
    },
    Step {
        name: "js",
        group: INTEROP,
        about: "amazon-cognito-identity-js drives local-aws",
        run: interop::clients::js,
    },
    Step {
        name: "dynamodb-local",
        group: INTEROP,
        about: "local-aws's DynamoDB answers as Amazon's DynamoDB Local does",
        run: interop::dynamodb_local::test,
    },
    Step {
        name: "ministack",
        group: INTEROP,
        about: "The SDK on ministack, an AWS emulator that others wrote",
        run: interop::ministack::test,
    },
];
