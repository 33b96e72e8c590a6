//! The environment: a local AWS inside this process, or the AWS of the configuration.

use std::fs;

use anyhow::{Context, Result};
use local_aws::LocalAws;
use poolpass::{Client, Config, Service};

use crate::arguments::Arguments;

/// The environment and the user.
#[derive(Debug)]
pub(crate) struct Environment {
    config: Config,
    local_aws: Option<LocalAws>,
    user: Option<(String, String)>,
}

impl Environment {
    pub(crate) async fn prepare(arguments: &Arguments) -> Result<Self> {
        let (Some(config), Some(user), Some(password_file)) =
            (&arguments.config, &arguments.user, &arguments.password_file)
        else {
            let aws = LocalAws::start(local_aws::Options::default()).await?;
            let config = Config::from_json(&aws.demo().await?.to_string())?;
            return Ok(Self { config, local_aws: Some(aws), user: None });
        };
        let password = fs::read_to_string(password_file)
            .with_context(|| format!("{} cannot be read", password_file.display()))?;
        let password = password.trim_end_matches(['\r', '\n']).to_owned();
        Ok(Self { config: Config::from_file(config)?, local_aws: None, user: Some((user.clone(), password)) })
    }

    pub(crate) fn place(&self) -> String {
        match &self.local_aws {
            Some(aws) => format!("a local AWS at {}", aws.url()),
            None => self.config.endpoint(Service::CognitoIdp, self.config.region()).to_string(),
        }
    }

    /// A new client with its own session, like another device.
    pub(crate) fn client(&self) -> Result<Client> {
        Ok(Client::new(self.config.clone())?)
    }

    /// The existing user, or none if the program starts with a sign-up.
    pub(crate) fn user(&self) -> Option<(&str, &str)> {
        self.user.as_ref().map(|(name, password)| (name.as_str(), password.as_str()))
    }

    /// The newest code that was sent to an address.
    pub(crate) fn code_sent_to(&self, address: &str) -> Result<String> {
        let aws = self.local_aws.as_ref().context("the codes are in a real mailbox")?;
        Ok(aws.messages().last_to(address).context("no code was sent")?.code)
    }

    pub(crate) async fn leave(self) {
        if let Some(aws) = self.local_aws {
            aws.stop().await;
        }
    }
}
