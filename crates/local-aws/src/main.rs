//! Runs a local AWS until it is stopped.

use std::{collections::BTreeMap, io::IsTerminal as _, path::PathBuf, process::ExitCode};

use clap::{Parser, ValueEnum};
use local_aws::{
    LocalAws, Options,
    provision::{self, Policies},
};
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::{
    Layer as _,
    filter::{LevelFilter, Targets},
    layer::SubscriberExt as _,
    util::SubscriberInitExt as _,
};

/// A local AWS on 127.0.0.1: user pools, identity pools, STS, IAM, S3, DynamoDB and an API.
#[derive(Debug, Parser)]
struct Arguments {
    /// The port on 127.0.0.1; 0 selects a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// The region of pools, tokens and signatures.
    #[arg(long, default_value = "eu-west-1")]
    region: String,
    /// Create the demo and print its poolpass.json instead of the endpoint.
    #[arg(long)]
    demo: bool,
    /// Create the resources of a CloudFormation template and print its output PoolpassJson instead of the endpoint.
    #[arg(long, value_name = "FILE", conflicts_with = "demo")]
    template: Option<PathBuf>,
    /// A parameter of the template.
    #[arg(long, value_name = "NAME=VALUE", requires = "template", value_parser = parameter)]
    parameter: Vec<(String, String)>,
    /// Stop when standard input ends.
    #[arg(long)]
    until_eof: bool,
    /// Create the demo on another server (plain HTTP, root credentials test/test), print its poolpass.json and exit.
    #[arg(long, value_name = "ENDPOINT", conflicts_with_all = ["demo", "template", "port", "until_eof"])]
    provision: Option<String>,
    /// The permissions of that demo's roles.
    #[arg(long, value_enum, default_value_t, requires = "provision")]
    policies: PolicyChoice,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum PolicyChoice {
    /// Each identity has its own objects and items.
    #[default]
    PerIdentity,
    /// Each role has the whole bucket and table, for servers without policy variables.
    Wide,
}

fn parameter(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

#[tokio::main]
async fn main() -> ExitCode {
    log_to_stderr();
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Logs requests and internal failures. s3s is silenced, since it logs every refused request as an error.
fn log_to_stderr() {
    let to_terminal = std::io::stderr().is_terminal();
    let levels = Targets::new().with_default(LevelFilter::INFO).with_target("s3s", LevelFilter::OFF);
    let output = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(to_terminal);
    tracing_subscriber::registry().with(output.with_filter(levels)).init();
}

async fn run(arguments: Arguments) -> anyhow::Result<()> {
    if let Some(endpoint) = &arguments.provision {
        let policies = match arguments.policies {
            PolicyChoice::PerIdentity => Policies::PerIdentity,
            PolicyChoice::Wide => Policies::Wide,
        };
        println!("{}", provision::demo(endpoint, &arguments.region, "test", "test", policies).await?);
        return Ok(());
    }
    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    let aws = LocalAws::start(Options { port: arguments.port, region: arguments.region }).await?;
    let ready = match &arguments.template {
        Some(file) => {
            let parameters: BTreeMap<_, _> = arguments.parameter.into_iter().collect();
            aws.create_stack(&std::fs::read_to_string(file)?, &parameters).await?
        }
        None if arguments.demo => aws.demo().await?,
        None => json!({ "endpoint": aws.url() }),
    };
    println!("{ready}");
    tokio::select! {
        _ = interrupted.recv() => {}
        _ = terminated.recv() => {}
        () = end_of_input(), if arguments.until_eof => {}
    }
    aws.stop().await;
    Ok(())
}

/// Reads on its own thread, since a pending read of tokio would keep the process from ending.
async fn end_of_input() {
    let (ended, end) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        let _ = ended.send(());
    });
    let _ = end.await;
}
