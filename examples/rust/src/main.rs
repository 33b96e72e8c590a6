//! Poolpass from sign-up to a private DynamoDB item.
//!
//! Without arguments, the program runs offline, against a local AWS inside the process.
//! With `--config`, `--user` and `--password-file`, it runs on AWS or the configured endpoints.

mod arguments;
mod environment;
mod guest;
mod items;
mod objects;
mod people;
mod sign_out;
mod step_log;

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;

use arguments::Arguments;
use environment::Environment;
use step_log::StepLog;

#[tokio::main]
async fn main() -> ExitCode {
    let mut log = StepLog::default();
    match run(&Arguments::parse(), &mut log).await {
        Ok(()) => {
            println!("\nquickstart: all {} steps passed", log.steps());
            ExitCode::SUCCESS
        }
        Err(error) => {
            match log.steps() {
                0 => eprintln!("quickstart: {error:#}"),
                step => eprintln!("\nquickstart: step {step} failed: {error:#}"),
            }
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments, log: &mut StepLog) -> Result<()> {
    let environment = Environment::prepare(arguments).await?;
    println!("Poolpass on {}\n", environment.place());

    let people = people::sign_in(&environment, log).await?;
    objects::run(&environment, &people, log).await?;
    items::run(&people, log).await?;
    guest::run(&environment, log).await?;
    sign_out::run(&people, log).await?;

    environment.leave().await;
    Ok(())
}
