//! The steps of `cargo xtask test`. Each also runs by its own name.

use anyhow::Result;

use crate::workspace::Workspace;
use crate::{
    browser, checks, deny, environments, fuzz, interop, kotlin, npm, packaging, size, swift, tests, web,
};

pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    /// Steps of one group write to the same folder, so they run one after another.
    pub(crate) group: Group,
    pub(crate) run: fn(&Workspace) -> Result<Outcome>,
}

/// Steps that write to the same folder, besides `target/debug`, which Cargo locks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Group {
    /// Only `target/debug`.
    Rust,
    /// `target/fuzz`.
    Fuzz,
    /// `target/npm`.
    Npm,
    /// `target/mobile` and `target/stripped`.
    Mobile,
    /// `target/interop`. The command [`INTEROP`] runs this group.
    Interop,
}

/// The outcome of a step that did not fail.
pub(crate) enum Outcome {
    Passed,
    /// The step did not run, for this reason. Never happens in CI.
    Skipped(String),
}

/// The command that runs [`Group::Interop`].
pub(crate) const INTEROP: &str = "interop";

/// Quick steps come first, so that simple mistakes show early.
pub(crate) const STEPS: &[Step] = &[
    Step { name: "fmt", group: Group::Rust, about: "Checks formatting with rustfmt", run: checks::fmt },
    Step {
        name: "clippy",
        group: Group::Rust,
        about: "Lints the whole workspace; warnings fail",
        run: checks::clippy,
    },
    Step {
        name: "wasm",
        group: Group::Rust,
        about: "Lints the SDK and the npm package for WebAssembly; warnings fail",
        run: checks::wasm,
    },
    Step {
        name: "doc",
        group: Group::Rust,
        about: "Builds the documentation; warnings fail",
        run: checks::doc,
    },
    Step {
        name: "deny",
        group: Group::Rust,
        about: "Checks the dependencies' licences, sources and bans with cargo-deny",
        run: deny::check,
    },
    Step {
        name: "unit",
        group: Group::Rust,
        about: "Runs unit tests and the examples in the documentation",
        run: tests::unit,
    },
    Step {
        name: "faults",
        group: Group::Rust,
        about: "Runs every operation with every fault; checks results and retries",
        run: tests::faults,
    },
    Step {
        name: "operations",
        group: Group::Rust,
        about: "Calls every operation that user pools offer to clients with every error of AWS's model; prints the table",
        run: tests::operations,
    },
    Step {
        name: "scenarios",
        group: Group::Rust,
        about: "Runs the integration tests: the scenarios on local-aws, and comparisons with independent implementations",
        run: tests::scenarios,
    },
    Step {
        name: "quickstart",
        group: Group::Rust,
        about: "Runs the quickstart, from sign-up to a private DynamoDB item",
        run: tests::quickstart,
    },
    Step {
        name: tests::CRASH,
        group: Group::Rust,
        about: "Kills processes that use the SDK 200 times; no session may be lost",
        run: |workspace| tests::crash(workspace, None),
    },
    Step {
        name: "fuzz",
        group: Group::Fuzz,
        about: "Fuzzes the SDK's parsers with libFuzzer for 20 s each",
        run: fuzz::run,
    },
    Step {
        name: "npm",
        group: Group::Npm,
        about: "Builds the npm package; checks its size, manifest and types",
        run: npm::check,
    },
    Step {
        name: "js-package",
        group: Group::Npm,
        about: "Tests the npm package in Node.js, with the scenarios on local-aws",
        run: npm::test,
    },
    Step {
        name: "browser",
        group: Group::Npm,
        about: "Tests the npm package in Chromium: the scenarios on local-aws over CORS, and browser features",
        run: browser::test,
    },
    Step {
        name: "packaging",
        group: Group::Npm,
        about: "Tests the packed npm package in projects with Vite, webpack, esbuild, no bundler, and Node.js",
        run: packaging::test,
    },
    Step {
        name: environments::STEP,
        group: Group::Npm,
        about: "Tests the packed npm package in the quickest runtimes, test runners, bundlers and development servers",
        run: environments::quick,
    },
    Step {
        name: "web",
        group: Group::Npm,
        about: "Tests the web app in Chromium, including accessibility",
        run: web::test,
    },
    Step {
        name: "swift",
        group: Group::Mobile,
        about: "Compiles and tests the Swift package: the scenarios on local-aws, and the quickstart",
        run: swift::test,
    },
    Step {
        name: kotlin::STEP,
        group: Group::Mobile,
        about: "Compiles and tests the Kotlin package: the scenarios on local-aws, and the quickstart",
        run: kotlin::test,
    },
    Step {
        name: "size",
        group: Group::Mobile,
        about: "Measures the library in the Swift and Kotlin packages by crate, and checks its budget",
        run: size::check,
    },
    Step {
        name: "botocore",
        group: Group::Interop,
        about: "Checks that the tests' expected signatures and API model still match botocore",
        run: interop::botocore::check,
    },
    Step {
        name: "iam",
        group: Group::Interop,
        about: "Checks local-aws's table of policy decisions against another implementation",
        run: interop::iam::check,
    },
    Step {
        name: "python",
        group: Group::Interop,
        about: "Runs boto3 and pycognito against local-aws",
        run: interop::clients::python,
    },
    Step {
        name: "js",
        group: Group::Interop,
        about: "Runs amazon-cognito-identity-js and Amplify Auth against local-aws",
        run: interop::clients::js,
    },
    Step {
        name: "dynamodb-local",
        group: Group::Interop,
        about: "Compares local-aws's DynamoDB with Amazon's DynamoDB Local",
        run: interop::dynamodb_local::test,
    },
    Step {
        name: "ministack",
        group: Group::Interop,
        about: "Runs the SDK against ministack, an independent AWS emulator",
        run: interop::ministack::test,
    },
    Step {
        name: "oidc-provider",
        group: Group::Interop,
        about: "Runs the SDK against oidc-provider, a certified OpenID Connect provider",
        run: interop::oidc_provider::test,
    },
];
