use std::path::PathBuf;

use clap::Parser;

/// Signs in, uses S3 and DynamoDB, is refused other users' data, and signs out.
#[derive(Debug, Parser)]
pub(crate) struct Arguments {
    /// A poolpass.json that names a bucket and a table. Without it, a local AWS is started inside this process.
    #[arg(long, requires_all = ["user", "password_file"])]
    pub(crate) config: Option<PathBuf>,
    /// The name of an existing user.
    #[arg(long, requires = "config")]
    pub(crate) user: Option<String>,
    /// A file with the user's password. A newline at its end is ignored.
    #[arg(long, requires = "config")]
    pub(crate) password_file: Option<PathBuf>,
}
