//! Serves Field notes' API, for the AWS of a `poolpass.json` or for a local AWS inside this process.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::Parser;
use local_aws::LocalAws;
use tokio::net::TcpListener;

#[derive(Debug, Parser)]
struct Arguments {
    /// The poolpass.json. Without one, a local AWS with a demo runs inside this process.
    #[arg(long)]
    config: Option<PathBuf>,
    /// The port on 127.0.0.1.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// The origin of the web app.
    #[arg(long, default_value = "http://localhost:5173")]
    origin: String,
    /// Stop when standard input ends.
    #[arg(long)]
    until_eof: bool,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let (poolpass_json, local_aws) = match &arguments.config {
        Some(path) => {
            let text = std::fs::read_to_string(path);
            (text.with_context(|| format!("{} cannot be read", path.display()))?, None)
        }
        None => {
            let aws = LocalAws::start(local_aws::Options::default()).await?;
            (aws.demo().await?.to_string(), Some(aws))
        }
    };
    let router = field_notes_server::router(&poolpass_json, Some(&arguments.origin))?;
    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, arguments.port))).await?;
    println!("http://{}", listener.local_addr()?);
    if local_aws.is_some() {
        println!("the local AWS's poolpass.json: {poolpass_json}");
    }
    axum::serve(listener, router).with_graceful_shutdown(stopped(arguments.until_eof)).await?;
    if let Some(aws) = local_aws {
        aws.stop().await;
    }
    Ok(())
}

async fn stopped(until_eof: bool) {
    tokio::select! {
        () = interrupted() => {}
        () = end_of_input(), if until_eof => {}
    }
}

async fn interrupted() {
    // Without signals, the server runs until it is killed.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
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
