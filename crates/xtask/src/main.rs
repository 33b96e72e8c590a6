//! The developer commands of Poolpass. `cargo xtask --help` lists them.

mod bench;
mod browser;
mod checks;
mod cpu_time;
mod deny;
mod environment;
mod environments;
mod ffi;
mod fuzz;
mod interop;
mod kotlin;
mod machine;
mod mobile;
mod npm;
mod packaging;
mod report;
mod schedule;

mod size;
mod step;
mod swift;
mod tests;
mod web;
mod workspace;

use std::process::ExitCode;

use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::bench::MEASUREMENTS;
use crate::step::{Group, STEPS, Step};
use crate::workspace::Workspace;

fn main() -> anyhow::Result<ExitCode> {
    if let Some(code) = environment::run_again_without_cargo()? {
        return Ok(code);
    }
    let arguments = command_line().get_matches();
    let workspace = Workspace::open()?;
    let name = arguments.subcommand_name().unwrap_or_default();
    if name == UPDATE_BOTOCORE {
        interop::botocore::update(&workspace)?;
        return Ok(ExitCode::SUCCESS);
    }
    if name == NPM && arguments.subcommand_matches(NPM).is_some_and(|npm| npm.get_flag(SIZES)) {
        npm::sizes(&workspace)?;
        return Ok(ExitCode::SUCCESS);
    }
    if name == SWIFT && arguments.subcommand_matches(SWIFT).is_some_and(|swift| swift.get_flag(XCFRAMEWORK)) {
        swift::xcframework(&workspace)?;
        return Ok(ExitCode::SUCCESS);
    }
    if name == BENCH {
        let wanted = arguments.subcommand_matches(BENCH).and_then(ArgMatches::subcommand_name);
        for measurement in MEASUREMENTS.iter().filter(|measurement| Some(measurement.name) == wanted) {
            (measurement.run)(&workspace)?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    if arguments.subcommand_matches(kotlin::STEP).is_some_and(|kotlin| kotlin.get_flag(kotlin::AAR)) {
        kotlin::aar(&workspace)?;
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(kills) =
        arguments.subcommand_matches(tests::CRASH).and_then(|crash| crash.get_one(tests::KILLS))
    {
        tests::crash(&workspace, Some(kills))?;
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(wanted) = arguments.subcommand_matches(environments::STEP) {
        let mut names: Vec<String> =
            wanted.get_many::<String>(environments::NAME).unwrap_or_default().cloned().collect();
        if wanted.get_flag("all") {
            names.push(environments::ALL.to_owned());
        }
        if !names.is_empty() {
            environments::test(&workspace, &names)?;
            return Ok(ExitCode::SUCCESS);
        }
    }
    let steps: Vec<&Step> = STEPS
        .iter()
        .filter(|step| {
            name == TEST || name == step.name || (name == step::INTEROP && step.group == Group::Interop)
        })
        .collect();
    report::run(&workspace, &steps)
}

const TEST: &str = "test";
const UPDATE_BOTOCORE: &str = "update-botocore";
const NPM: &str = "npm";
const SIZES: &str = "sizes";
const SWIFT: &str = "swift";
const XCFRAMEWORK: &str = "xcframework";
const BENCH: &str = "bench";

fn command_line() -> Command {
    Command::new("cargo xtask")
        .about("The developer commands of Poolpass")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(
            Command::new(TEST).about("Runs all steps below and installs missing tools. CI runs this command"),
        )
        .subcommands(STEPS.iter().map(|step| Command::new(step.name).about(step.about)))
        .mut_subcommand(NPM, |npm| {
            npm.arg(
                Arg::new(SIZES)
                    .long(SIZES)
                    .action(ArgAction::SetTrue)
                    .help("Prints the module's size by crate, without checking the package"),
            )
        })
        .mut_subcommand(environments::STEP, |environments| {
            environments
                .arg(
                    Arg::new(environments::NAME)
                        .action(ArgAction::Append)
                        .help("The environments to run; the quickest by default"),
                )
                .arg(Arg::new("all").long("all").action(ArgAction::SetTrue).help("Runs all environments"))
        })
        .mut_subcommand(SWIFT, |swift| {
            swift.arg(
                Arg::new(XCFRAMEWORK)
                    .long(XCFRAMEWORK)
                    .action(ArgAction::SetTrue)
                    .help("Builds the library for Apple's platforms instead; needs Xcode"),
            )
        })
        .mut_subcommand(kotlin::STEP, |kotlin| {
            kotlin.arg(
                Arg::new(kotlin::AAR)
                    .long(kotlin::AAR)
                    .action(ArgAction::SetTrue)
                    .help("Assembles the library for Android instead; native parts need an NDK"),
            )
        })
        .mut_subcommand(tests::CRASH, |crash| {
            crash.arg(
                Arg::new(tests::KILLS)
                    .long(tests::KILLS)
                    .value_name("NUMBER")
                    .help("The number of kills, such as 2000"),
            )
        })
        .subcommand(Command::new(step::INTEROP).about("Runs the steps with third-party clients and servers"))
        .subcommand(Command::new(UPDATE_BOTOCORE).about("Writes the files that the botocore step checks"))
        .subcommand(Command::new(BENCH).about("Runs a benchmark").subcommand_required(true).subcommands(
            MEASUREMENTS.map(|measurement| Command::new(measurement.name).about(measurement.about)),
        ))
}

#[cfg(test)]
mod command_line_tests {
    use super::*;

    #[test]
    fn every_step_is_a_command_of_its_own() {
        command_line().debug_assert();
        for step in STEPS {
            let arguments = command_line().try_get_matches_from(["xtask", step.name]).unwrap();
            assert_eq!(arguments.subcommand_name(), Some(step.name));
        }
    }
}
