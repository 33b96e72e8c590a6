//! IAM's identity providers: OpenID and SAML.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

use serde_json::{Value, json};
use url::Url;

use crate::{
    account::{ACCOUNT_ID, Account},
    clock::rfc3339,
    error::AwsError,
    query_protocol::{Parameters, validation_error},
};

/// A provider of OpenID tokens or SAML responses.
#[derive(Clone, Debug)]
pub(crate) enum Provider {
    OpenId { url: String, client_ids: Vec<String>, thumbprints: Vec<String>, created: SystemTime },
    Saml { metadata: String, created: SystemTime },
}

/// The identity providers of the account, by ARN.
#[derive(Debug, Default)]
pub(crate) struct Providers(Mutex<BTreeMap<String, Provider>>);

impl Providers {
    pub(crate) fn exists(&self, arn: &str) -> bool {
        self.all().contains_key(arn)
    }

    pub(crate) fn find(&self, arn: &str) -> Option<Provider> {
        self.all().get(arn).cloned()
    }

    fn create(&self, arn: String, provider: Provider) -> Result<(), AwsError> {
        let mut all = self.all();
        if all.contains_key(&arn) {
            let message = format!("Provider {arn} already exists.");
            return Err(AwsError::new("EntityAlreadyExists", message).with_status(http::StatusCode::CONFLICT));
        }
        all.insert(arn, provider);
        Ok(())
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<String, Provider>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the operation is one of identity providers.
pub(super) fn operate(
    account: &Account,
    operation: &str,
    parameters: &Parameters,
) -> Option<Result<Value, AwsError>> {
    let providers = &account.iam.providers;
    Some(match operation {
        "CreateOpenIDConnectProvider" => create_open_id(account, parameters),
        "GetOpenIDConnectProvider" => get(providers, parameters, "OpenIDConnectProviderArn"),
        "DeleteOpenIDConnectProvider" => delete(providers, parameters, "OpenIDConnectProviderArn"),
        "ListOpenIDConnectProviders" => Ok(json!({ "OpenIDConnectProviderList": list(providers, true) })),
        "CreateSAMLProvider" => create_saml(account, parameters),
        "GetSAMLProvider" => get(providers, parameters, "SAMLProviderArn"),
        "DeleteSAMLProvider" => delete(providers, parameters, "SAMLProviderArn"),
        "ListSAMLProviders" => Ok(json!({ "SAMLProviderList": list(providers, false) })),
        _ => return None,
    })
}

fn create_open_id(account: &Account, parameters: &Parameters) -> Result<Value, AwsError> {
    const MOST_CLIENT_IDS: usize = 100;

    let text = parameters.required("Url")?;
    let invalid = || AwsError::new("InvalidInput", "Invalid Open ID Connect Provider URL");
    let url = Url::parse(text).map_err(|_| invalid())?;
    // AWS wants https. The stand-ins of local-aws have no certificate.
    let is_loopback = url.host_str() == Some("127.0.0.1");
    if url.scheme() != "https" && !(url.scheme() == "http" && is_loopback) || url.query().is_some() {
        return Err(invalid());
    }
    let client_ids = parameters.members("ClientIDList");
    if client_ids.len() > MOST_CLIENT_IDS {
        let message = format!("Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: {MOST_CLIENT_IDS}");
        return Err(AwsError::new("LimitExceeded", message).with_status(http::StatusCode::CONFLICT));
    }
    let name = text.split_once("://").map_or(text, |(_, name)| name).trim_end_matches('/');
    let arn = format!("arn:aws:iam::{ACCOUNT_ID}:oidc-provider/{name}");
    let provider = Provider::OpenId {
        url: text.trim_end_matches('/').to_owned(),
        client_ids,
        thumbprints: parameters.members("ThumbprintList"),
        created: account.clock.now(),
    };
    account.iam.providers.create(arn.clone(), provider)?;
    Ok(json!({ "OpenIDConnectProviderArn": arn }))
}

fn create_saml(account: &Account, parameters: &Parameters) -> Result<Value, AwsError> {
    let (name, metadata) = (parameters.required("Name")?, parameters.required("SAMLMetadataDocument")?);
    if !metadata.contains("EntityDescriptor") || !metadata.contains("X509Certificate") {
        return Err(AwsError::new("InvalidInput", "Could not parse metadata"));
    }
    let arn = format!("arn:aws:iam::{ACCOUNT_ID}:saml-provider/{name}");
    let provider = Provider::Saml { metadata: metadata.to_owned(), created: account.clock.now() };
    account.iam.providers.create(arn.clone(), provider)?;
    Ok(json!({ "SAMLProviderArn": arn }))
}

fn get(providers: &Providers, parameters: &Parameters, name: &str) -> Result<Value, AwsError> {
    let arn = parameters.required(name)?;
    check_arn(name, arn)?;
    Ok(match providers.find(arn).ok_or_else(|| no_such_provider(arn))? {
        Provider::OpenId { url, client_ids, thumbprints, created } => json!({
            "Url": url.split_once("://").map_or(url.as_str(), |(_, name)| name),
            "ClientIDList": client_ids,
            "ThumbprintList": thumbprints,
            "CreateDate": rfc3339(created),
        }),
        Provider::Saml { metadata, created } => {
            json!({ "SAMLMetadataDocument": metadata, "CreateDate": rfc3339(created) })
        }
    })
}

fn delete(providers: &Providers, parameters: &Parameters, name: &str) -> Result<Value, AwsError> {
    let arn = parameters.required(name)?;
    check_arn(name, arn)?;
    providers.all().remove(arn).map(|_| json!({})).ok_or_else(|| no_such_provider(arn))
}

fn list(providers: &Providers, open_id: bool) -> Vec<Value> {
    let all = providers.all();
    let of_kind = all.iter().filter(|(_, provider)| matches!(provider, Provider::OpenId { .. }) == open_id);
    of_kind.map(|(arn, _)| json!({ "Arn": arn })).collect()
}

/// An ARN of the other kind names no provider of this kind.
fn check_arn(name: &str, arn: &str) -> Result<(), AwsError> {
    let kind = if name.starts_with("SAML") { ":saml-provider/" } else { ":oidc-provider/" };
    if arn.contains(kind) { Ok(()) } else { Err(validation_error(format!("Invalid ARN: {arn}"))) }
}

fn no_such_provider(arn: &str) -> AwsError {
    let message = format!("Identity provider not found for arn {arn}");
    AwsError::new("NoSuchEntity", message).with_status(http::StatusCode::NOT_FOUND)
}
