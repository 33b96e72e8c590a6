//! Creates the demo on a server, with the same calls as on AWS.

mod client;
mod load_balancer;
mod logins;
mod managed_login;
mod policies;
mod storage;
mod template;
#[cfg(test)]
mod tests;
mod users;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use self::{
    client::{Client, element},
    policies::Resources,
    storage::{create_bucket, create_table},
    users::{FIRST_USER, SECOND_USER, create_user, enrol_totp},
};
use crate::{
    execute_api::ApiSettings,
    server::LocalAws,
    sts::{ROOT_ACCESS_KEY_ID, ROOT_SECRET_ACCESS_KEY},
};

/// The permissions of the demo's roles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Policies {
    /// Each identity has its own objects and items: policies with `${cognito-identity.amazonaws.com:sub}` and
    /// `dynamodb:LeadingKeys`, as on AWS.
    #[default]
    PerIdentity,
    /// Each role has the whole bucket and table, and the user pool has no domain. For servers without policy variables and leading
    /// keys, such as ministack.
    Wide,
}

/// The reason why the demo could not be created.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProvisionError {
    /// The server could not be reached.
    #[error("{operation} could not be sent")]
    Unsent {
        /// The AWS operation.
        operation: String,
        /// The cause.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The server refused an operation.
    #[error("{operation} was refused: {status} {code}: {message}")]
    Refused {
        /// The AWS operation.
        operation: String,
        /// The HTTP status.
        status: u16,
        /// AWS's error code.
        code: String,
        /// AWS's message.
        message: String,
    },
    /// The template is malformed, or has something that local-aws does not.
    #[error("{message}")]
    Template {
        /// The reason.
        message: String,
    },
    /// The server's answer differs from AWS's.
    #[error("the answer of {operation} is not what AWS answers")]
    Unexpected {
        /// The AWS operation.
        operation: String,
    },
}

const IDP: &str = "AWSCognitoIdentityProviderService";
/// Creates the demo on the server at `endpoint` (plain HTTP, such as `http://127.0.0.1:4577`) with signed calls. It has a user
/// pool with a domain, six identity providers, three app clients (without a secret, with a secret, with rotating refresh tokens), two confirmed users (the second
/// with TOTP), an identity pool with roles for signed-in users and guests, a bucket with CORS rules, and a table with the keys
/// `pk` and `sk`. Names have a random suffix, so a server can hold several demos.
///
/// Returns a complete `poolpass.json`, with the users and the other two clients under `demo`.
///
/// # Errors
/// [`ProvisionError`] names the failed operation. Resources that were created before it remain.
pub async fn demo(
    endpoint: &str,
    region: &str,
    access_key_id: &str,
    secret_access_key: &str,
    policies: Policies,
) -> Result<Value, ProvisionError> {
    let client = Client::new(endpoint, region, access_key_id, secret_access_key);
    let suffix = hex::encode(rand::random::<[u8; 4]>());
    let bucket = format!("poolpass-demo-{suffix}");
    let table = format!("poolpass-demo-{suffix}");

    let user_pool = create_user_pool(&client, &suffix).await?;
    let domain = match policies {
        Policies::PerIdentity => {
            let name = format!("poolpass-demo-{suffix}");
            managed_login::create_providers(&client, endpoint, &user_pool).await?;
            Some(managed_login::create_domain(&client, endpoint, &user_pool, &name).await?)
        }
        Policies::Wide => None,
    };
    let app_client = |kind| create_app_client(&client, &user_pool, kind, domain.is_some());
    let public_client = app_client(AppClient::Public).await?;
    let secret_client = app_client(AppClient::Secret).await?;
    let rotating_client = app_client(AppClient::Rotating).await?;
    let client_id = text(&public_client, "ClientId", "CreateUserPoolClient")?;
    let rotating_client_id = text(&rotating_client, "ClientId", "CreateUserPoolClient")?;
    create_user(&client, &user_pool, FIRST_USER).await?;
    create_user(&client, &user_pool, SECOND_USER).await?;
    let totp_secret = enrol_totp(&client, &client_id, SECOND_USER).await?;

    create_bucket(&client, &bucket).await?;
    create_table(&client, &table).await?;
    let secret_client_id = text(&secret_client, "ClientId", "CreateUserPoolClient")?;
    let identity_pool = create_identity_pool(
        &client,
        &suffix,
        &user_pool,
        [&client_id, &secret_client_id, &rotating_client_id],
    )
    .await?;
    let resources = Resources { region, bucket: &bucket, table: &table };
    create_roles(&client, &suffix, &identity_pool, &resources, policies).await?;
    let (logins, roles) = match policies {
        Policies::PerIdentity => {
            let logins = logins::create(&client, endpoint, &suffix, &identity_pool).await?;
            let mut roles = logins::roles(&client, &identity_pool).await?;
            roles["foreign"] = logins::create_foreign_role(&client, &suffix).await?.into();
            (logins, roles)
        }
        Policies::Wide => (Value::Null, Value::Null),
    };

    Ok(json!({
        "region": region,
        "userPool": { "id": user_pool, "clientId": client_id, "clientSecret": null, "domain": domain },
        "identityPool": { "id": identity_pool },
        "endpoints": {
            "cognitoIdp": endpoint,
            "cognitoIdentity": endpoint,
            "sts": endpoint,
            "s3": endpoint,
            "dynamodb": endpoint,
        },
        "s3": { "bucket": bucket, "forcePathStyle": true },
        "dynamodb": { "table": table },
        "api": { "url": null },
        "demo": {
            "users": [
                { "username": FIRST_USER.0, "password": FIRST_USER.1 },
                { "username": SECOND_USER.0, "password": SECOND_USER.1, "totpSecret": totp_secret },
            ],
            "secretClient": {
                "clientId": secret_client_id,
                "clientSecret": text(&secret_client, "ClientSecret", "CreateUserPoolClient")?,
            },
            "rotatingClient": { "clientId": rotating_client_id },
            "logins": logins,
            "roles": roles,
        },
    }))
}

impl LocalAws {
    /// Creates the demo on this server, as [`demo`] does, and returns its `poolpass.json`, which includes the API's URL.
    ///
    /// # Errors
    /// [`ProvisionError`], for instance if a fault affects one of the calls.
    pub async fn demo(&self) -> Result<Value, ProvisionError> {
        let (id, secret) = (ROOT_ACCESS_KEY_ID, ROOT_SECRET_ACCESS_KEY);
        let mut config = demo(self.url(), self.region(), id, secret, Policies::PerIdentity).await?;
        let clients = [&config["userPool"]["clientId"], &config["demo"]["rotatingClient"]["clientId"]];
        self.set_api(ApiSettings {
            user_pool_id: text(&config["userPool"], "id", "CreateUserPool")?,
            audience: clients.into_iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        });
        let client = Client::new(self.url(), self.region(), id, secret);
        config["demo"]["loadBalancer"] = load_balancer::create(&client, self.port(), &config).await?;
        if let Some(callback) = config["demo"]["loadBalancer"]["url"].as_str() {
            let client_id = text(&config["demo"]["secretClient"], "clientId", "CreateUserPoolClient")?;
            self.add_callback_urls(&client_id, &[format!("{callback}/oauth2/idpresponse")]);
        }
        config["api"]["url"] = format!("{}/_api", self.url()).into();
        // The requests of a test are counted from here on.
        self.request_counts().reset();
        Ok(config)
    }
}

impl ProvisionError {
    fn unsent(operation: &str, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Unsent { operation: operation.to_owned(), source: source.into() }
    }

    fn unexpected(operation: &str) -> Self {
        Self::Unexpected { operation: operation.to_owned() }
    }
}

async fn create_user_pool(client: &Client, suffix: &str) -> Result<String, ProvisionError> {
    let input = json!({
        "PoolName": format!("poolpass-demo-{suffix}"),
        "AutoVerifiedAttributes": ["email"],
        "AliasAttributes": ["email"],
        "Policies": { "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN"] } },
    });
    let answer = idp(client, "CreateUserPool", &input).await?;
    let id = text(&answer["UserPool"], "Id", "CreateUserPool")?;
    let mfa = json!({
        "UserPoolId": id,
        "MfaConfiguration": "OPTIONAL",
        "SoftwareTokenMfaConfiguration": { "Enabled": true },
        "WebAuthnConfiguration": { "RelyingPartyId": "localhost" },
    });
    idp(client, "SetUserPoolMfaConfig", &mfa).await?;
    Ok(id)
}

/// The app clients of the demo.
#[derive(Clone, Copy, PartialEq, Eq)]
enum AppClient {
    Public,
    Secret,
    /// Has refresh token rotation, which excludes REFRESH_TOKEN_AUTH.
    Rotating,
}

async fn create_app_client(
    client: &Client,
    user_pool: &str,
    kind: AppClient,
    has_domain: bool,
) -> Result<Value, ProvisionError> {
    let name = match kind {
        AppClient::Public => "public",
        AppClient::Secret => "confidential",
        AppClient::Rotating => "rotating",
    };
    let mut input = json!({
        "UserPoolId": user_pool,
        "ClientName": name,
        "GenerateSecret": kind == AppClient::Secret,
        "ExplicitAuthFlows": [
            "ALLOW_USER_SRP_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_AUTH", "ALLOW_CUSTOM_AUTH",
            "ALLOW_REFRESH_TOKEN_AUTH"
        ],
        "PreventUserExistenceErrors": "ENABLED",
        "EnableTokenRevocation": true,
    });
    if kind == AppClient::Rotating {
        input["ExplicitAuthFlows"] = json!([
            "ALLOW_USER_SRP_AUTH",
            "ALLOW_USER_PASSWORD_AUTH",
            "ALLOW_USER_AUTH",
            "ALLOW_CUSTOM_AUTH"
        ]);
        input["RefreshTokenRotation"] = json!({ "Feature": "ENABLED", "RetryGracePeriodSeconds": 60 });
    }
    if has_domain {
        managed_login::allow_redirects(&mut input);
    }
    Ok(idp(client, "CreateUserPoolClient", &input).await?["UserPoolClient"].take())
}

async fn create_identity_pool(
    client: &Client,
    suffix: &str,
    user_pool: &str,
    client_ids: [&str; 3],
) -> Result<String, ProvisionError> {
    let provider = format!("cognito-idp.{}.amazonaws.com/{user_pool}", client.region);
    let providers = client_ids
        .map(|id| json!({ "ProviderName": provider, "ClientId": id, "ServerSideTokenCheck": false }));
    let input = json!({
        "IdentityPoolName": format!("poolpass-demo-{suffix}"),
        "AllowUnauthenticatedIdentities": true,
        "AllowClassicFlow": true,
        "CognitoIdentityProviders": providers,
    });
    let answer =
        client.json("cognito-identity", "AWSCognitoIdentityService.CreateIdentityPool", &input).await?;
    text(&answer, "IdentityPoolId", "CreateIdentityPool")
}

async fn create_roles(
    client: &Client,
    suffix: &str,
    identity_pool: &str,
    resources: &Resources<'_>,
    policies: Policies,
) -> Result<(), ProvisionError> {
    let mut roles = BTreeMap::new();
    for (kind, policy) in [
        ("authenticated", policies::authenticated(resources, policies)?),
        ("unauthenticated", policies::unauthenticated(resources, policies)?),
    ] {
        let name = format!("poolpass-demo-{suffix}-{kind}");
        let trust = policies::trust(identity_pool, resources.region, kind)?.to_string();
        let create = BTreeMap::from([("RoleName", name.as_str()), ("AssumeRolePolicyDocument", &trust)]);
        let created = client.iam("CreateRole", &create).await?;
        roles.insert(kind, element(&created, "Arn", "CreateRole")?);
        let policy = policy.to_string();
        let put = BTreeMap::from([
            ("RoleName", name.as_str()),
            ("PolicyName", "demo"),
            ("PolicyDocument", &policy),
        ]);
        client.iam("PutRolePolicy", &put).await?;
    }
    let input = json!({ "IdentityPoolId": identity_pool, "Roles": roles });
    client.json("cognito-identity", "AWSCognitoIdentityService.SetIdentityPoolRoles", &input).await?;
    Ok(())
}

async fn idp(client: &Client, operation: &str, input: &Value) -> Result<Value, ProvisionError> {
    client.json("cognito-idp", &format!("{IDP}.{operation}"), input).await
}

fn text(value: &Value, member: &str, operation: &str) -> Result<String, ProvisionError> {
    value[member].as_str().map(str::to_owned).ok_or_else(|| ProvisionError::unexpected(operation))
}
