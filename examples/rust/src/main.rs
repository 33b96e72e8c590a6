//! Poolpass from sign-up to a private DynamoDB item.
//!
//! Without arguments, the program runs offline, against a local AWS inside the process.
//! With `--config`, `--user` and `--password-file`, it runs on AWS or the configured endpoints.

mod arguments;
mod end;
mod guest;
mod items;
mod narrator;
mod objects;
mod people;
mod setting;

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;

use arguments::Arguments;
use narrator::Narrator;
use setting::Setting;

#[tokio::main]
async fn main() -> ExitCode {
    let mut narrator = Narrator::default();
    match run(&Arguments::parse(), &mut narrator).await {
        Ok(()) => {
            println!("\nquickstart: all {} steps passed", narrator.steps());
            ExitCode::SUCCESS
        }
        Err(error) => {
            match narrator.steps() {
                0 => eprintln!("quickstart: {error:#}"),
                step => eprintln!("\nquickstart: step {step} failed: {error:#}"),
            }
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments, narrator: &mut Narrator) -> Result<()> {
    let setting = Setting::prepare(arguments).await?;
    println!("Poolpass on {}\n", setting.place());

    let people = people::sign_in(&setting, narrator).await?;
    objects::tell(&setting, &people, narrator).await?;
    items::tell(&people, narrator).await?;
    guest::tell(&setting, narrator).await?;
    end::tell(&people, narrator).await?;

    setting.leave().await;
    Ok(())
}
