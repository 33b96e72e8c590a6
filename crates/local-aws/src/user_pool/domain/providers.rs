//! The identity providers of a user pool: CreateIdentityProvider and its relatives.

use std::{collections::BTreeMap, time::SystemTime};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::session::COGNITO;
use crate::{
    clock::json_timestamp,
    error::AwsError,
    user_pool::{Call, invalid_parameter, pool::UserPool},
};

/// An identity provider.
#[derive(Clone, Debug)]
pub(in crate::user_pool) struct IdentityProvider {
    pub(in crate::user_pool) name: String,
    pub(in crate::user_pool) kind: ProviderKind,
    pub(super) details: BTreeMap<String, String>,
    /// The provider's attribute by the user pool's; `username` is the provider's id of the user.
    pub(super) mapping: BTreeMap<String, String>,
    pub(super) identifiers: Vec<String>,
    created: SystemTime,
    modified: SystemTime,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::user_pool) enum ProviderKind {
    #[serde(rename = "SAML")]
    Saml,
    Facebook,
    Google,
    LoginWithAmazon,
    SignInWithApple,
    #[serde(rename = "OIDC")]
    Oidc,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CreateIdentityProvider {
    user_pool_id: String,
    provider_name: String,
    provider_type: ProviderKind,
    provider_details: BTreeMap<String, String>,
    #[serde(default)]
    attribute_mapping: BTreeMap<String, String>,
    #[serde(default)]
    idp_identifiers: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct UpdateIdentityProvider {
    user_pool_id: String,
    provider_name: String,
    provider_details: Option<BTreeMap<String, String>>,
    attribute_mapping: Option<BTreeMap<String, String>>,
    idp_identifiers: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ProviderId {
    user_pool_id: String,
    provider_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ByIdentifier {
    user_pool_id: String,
    idp_identifier: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct OfPool {
    user_pool_id: String,
}

const MOST_IDENTIFIERS: usize = 50;

impl ProviderKind {
    /// AWS's name of the type.
    pub(in crate::user_pool) fn name(self) -> &'static str {
        match self {
            Self::Saml => "SAML",
            Self::Facebook => "Facebook",
            Self::Google => "Google",
            Self::LoginWithAmazon => "LoginWithAmazon",
            Self::SignInWithApple => "SignInWithApple",
            Self::Oidc => "OIDC",
        }
    }

    fn required_details(self) -> &'static [&'static str] {
        match self {
            Self::Saml => &[],
            Self::Facebook | Self::Google | Self::LoginWithAmazon => {
                &["client_id", "client_secret", "authorize_scopes"]
            }
            Self::SignInWithApple => &["client_id", "team_id", "key_id", "authorize_scopes"],
            Self::Oidc => &["client_id", "attributes_request_method", "oidc_issuer", "authorize_scopes"],
        }
    }

    /// The details that AWS adds. Here, others may be given, so that a provider on this machine can stand in.
    fn default_details(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Google => &[
                ("oidc_issuer", "https://accounts.google.com"),
                ("authorize_url", "https://accounts.google.com/o/oauth2/v2/auth"),
                ("token_url", "https://www.googleapis.com/oauth2/v4/token"),
                ("attributes_url", "https://people.googleapis.com/v1/people/me?personFields="),
                ("attributes_url_add_attributes", "true"),
                ("token_request_method", "POST"),
            ],
            Self::Facebook => &[
                ("api_version", "v17.0"),
                ("authorize_url", "https://www.facebook.com/v17.0/dialog/oauth"),
                ("token_url", "https://graph.facebook.com/v17.0/oauth/access_token"),
                ("attributes_url", "https://graph.facebook.com/v17.0/me?fields="),
                ("attributes_url_add_attributes", "true"),
                ("token_request_method", "GET"),
            ],
            Self::LoginWithAmazon => &[
                ("authorize_url", "https://www.amazon.com/ap/oa"),
                ("token_url", "https://api.amazon.com/auth/o2/token"),
                ("attributes_url", "https://api.amazon.com/user/profile"),
                ("attributes_url_add_attributes", "false"),
                ("token_request_method", "POST"),
            ],
            Self::SignInWithApple => &[
                ("oidc_issuer", "https://appleid.apple.com"),
                ("authorize_url", "https://appleid.apple.com/auth/authorize"),
                ("token_url", "https://appleid.apple.com/auth/token"),
                ("attributes_url_add_attributes", "false"),
                ("token_request_method", "POST"),
            ],
            Self::Oidc => &[("attributes_url_add_attributes", "false")],
            Self::Saml => &[],
        }
    }

    /// The provider's attribute that is its id of the user; SAML has the `NameID`.
    pub(super) fn subject(self) -> &'static str {
        match self {
            Self::Facebook => "id",
            Self::LoginWithAmazon => "user_id",
            Self::Google | Self::SignInWithApple | Self::Oidc => "sub",
            Self::Saml => "NameID",
        }
    }
}

impl IdentityProvider {
    pub(super) fn detail(&self, name: &str) -> Option<&str> {
        self.details.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    #[cfg(test)]
    pub(super) fn for_test(name: &str, kind: ProviderKind, details: BTreeMap<String, String>) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            details,
            mapping: BTreeMap::new(),
            identifiers: Vec::new(),
            created: SystemTime::UNIX_EPOCH,
            modified: SystemTime::UNIX_EPOCH,
        }
    }

    fn to_json(&self, pool: &UserPool) -> Value {
        json!({
            "UserPoolId": pool.id,
            "ProviderName": self.name,
            "ProviderType": self.kind,
            "ProviderDetails": self.details,
            "AttributeMapping": self.mapping,
            "IdpIdentifiers": self.identifiers,
            "CreationDate": json_timestamp(self.created),
            "LastModifiedDate": json_timestamp(self.modified),
        })
    }

    fn check(&self, pool: &UserPool) -> Result<(), AwsError> {
        let missing = |name: &&&str| self.detail(name).is_none();
        if let Some(missing) = self.kind.required_details().iter().find(missing) {
            return Err(invalid_parameter(format!("{missing} is required in the provider details.")));
        }
        if self.kind == ProviderKind::Saml
            && self.detail("MetadataURL").is_none()
            && self.detail("MetadataFile").is_none()
        {
            return Err(invalid_parameter("SAML provider details need MetadataURL or MetadataFile."));
        }
        if self.identifiers.len() > MOST_IDENTIFIERS {
            return Err(invalid_parameter("An identity provider can have at most 50 identifiers."));
        }
        let others = pool.identity_providers.values().filter(|other| other.name != self.name);
        for identifier in others.flat_map(|other| &other.identifiers) {
            if self.identifiers.contains(identifier) {
                return Err(AwsError::new(
                    "DuplicateProviderException",
                    format!("The identifier {identifier} is used by another identity provider."),
                ));
            }
        }
        for attribute in self.mapping.keys().filter(|attribute| *attribute != "username") {
            if !pool.schema.is_known(attribute) {
                return Err(invalid_parameter(format!(
                    "Attribute mapping contains an attribute that is not in the schema: {attribute}."
                )));
            }
        }
        Ok(())
    }
}

impl UserPool {
    /// The name of the provider with this identifier.
    pub(super) fn provider_by_identifier(&self, identifier: &str) -> Option<&IdentityProvider> {
        let mut providers = self.identity_providers.values();
        providers.find(|provider| provider.identifiers.iter().any(|own| own == identifier))
    }
}

/// CreateIdentityProvider.
pub(in crate::user_pool) fn create(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: CreateIdentityProvider = call.input()?;
    let mut pools = call.pools();
    let pool = pools.by_id(&input.user_pool_id)?;
    if pool.identity_providers.contains_key(&input.provider_name) {
        return Err(AwsError::new(
            "DuplicateProviderException",
            format!("A provider already exists with name {}.", input.provider_name),
        ));
    }
    let is_social = !matches!(input.provider_type, ProviderKind::Saml | ProviderKind::Oidc);
    let reserved = [COGNITO, "Cognito", "Google", "Facebook", "LoginWithAmazon", "SignInWithApple"];
    if is_social && input.provider_name != input.provider_type.name()
        || !is_social && reserved.contains(&input.provider_name.as_str())
    {
        return Err(invalid_parameter(format!(
            "The provider name {} is not valid for a provider of type {}.",
            input.provider_name,
            input.provider_type.name()
        )));
    }
    let mut provider = IdentityProvider {
        name: input.provider_name,
        kind: input.provider_type,
        details: input.provider_details,
        mapping: input.attribute_mapping,
        identifiers: input.idp_identifiers,
        created: call.now,
        modified: call.now,
    };
    complete(&mut provider);
    provider.check(pool)?;
    let answer = json!({ "IdentityProvider": provider.to_json(pool) });
    pool.identity_providers.insert(provider.name.clone(), provider);
    Ok(answer)
}

/// UpdateIdentityProvider.
pub(in crate::user_pool) fn update(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: UpdateIdentityProvider = call.input()?;
    let mut pools = call.pools();
    let pool = pools.by_id(&input.user_pool_id)?;
    let mut provider = find(pool, &input.provider_name)?.clone();
    if let Some(details) = input.provider_details {
        provider.details = details;
    }
    if let Some(mapping) = input.attribute_mapping {
        provider.mapping = mapping;
    }
    if let Some(identifiers) = input.idp_identifiers {
        provider.identifiers = identifiers;
    }
    provider.modified = call.now;
    complete(&mut provider);
    provider.check(pool)?;
    let answer = json!({ "IdentityProvider": provider.to_json(pool) });
    pool.identity_providers.insert(provider.name.clone(), provider);
    Ok(answer)
}

/// DescribeIdentityProvider.
pub(in crate::user_pool) fn describe(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: ProviderId = call.input()?;
    let mut pools = call.pools();
    let pool = pools.by_id(&input.user_pool_id)?;
    Ok(json!({ "IdentityProvider": find(pool, &input.provider_name)?.to_json(pool) }))
}

/// GetIdentityProviderByIdentifier.
pub(in crate::user_pool) fn by_identifier(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: ByIdentifier = call.input()?;
    let mut pools = call.pools();
    let pool = pools.by_id(&input.user_pool_id)?;
    let provider = pool.provider_by_identifier(&input.idp_identifier);
    Ok(json!({ "IdentityProvider": provider.ok_or_else(not_found)?.to_json(pool) }))
}

/// ListIdentityProviders, without pages.
pub(in crate::user_pool) fn list(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: OfPool = call.input()?;
    let mut pools = call.pools();
    let pool = pools.by_id(&input.user_pool_id)?;
    let providers: Vec<_> = pool
        .identity_providers
        .values()
        .map(|provider| {
            json!({
                "ProviderName": provider.name,
                "ProviderType": provider.kind,
                "CreationDate": json_timestamp(provider.created),
                "LastModifiedDate": json_timestamp(provider.modified),
            })
        })
        .collect();
    Ok(json!({ "Providers": providers }))
}

/// DeleteIdentityProvider.
pub(in crate::user_pool) fn delete(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: ProviderId = call.input()?;
    let mut pools = call.pools();
    let pool = pools.by_id(&input.user_pool_id)?;
    find(pool, &input.provider_name)?;
    pool.identity_providers.remove(&input.provider_name);
    Ok(json!({}))
}

fn find<'a>(pool: &'a UserPool, name: &str) -> Result<&'a IdentityProvider, AwsError> {
    pool.identity_providers.get(name).ok_or_else(not_found)
}

fn not_found() -> AwsError {
    AwsError::new("ResourceNotFoundException", "Identity provider does not exist.")
}

/// Adds what AWS adds.
fn complete(provider: &mut IdentityProvider) {
    for (name, value) in provider.kind.default_details() {
        provider.details.entry((*name).to_owned()).or_insert_with(|| (*value).to_owned());
    }
    if provider.kind != ProviderKind::Saml {
        let subject = provider.kind.subject().to_owned();
        provider.mapping.entry("username".to_owned()).or_insert(subject);
    }
}
