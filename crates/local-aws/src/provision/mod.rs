//! Creates the demo on a server, with the same calls as on AWS.

mod client;
mod logins;
mod managed_login;
mod policies;
mod template;
#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, time::Duration};

use http::Method;
use serde_json::{Value, json};

use self::{client::Client, policies::Resources};
use crate::{
    account::ACCOUNT_ID,
    clock::unix_seconds,
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

/// The user without a second factor.
const FIRST_USER: (&str, &str) = ("ada", "Analytical-Engine-1843");
/// The user with an authenticator app.
const SECOND_USER: (&str, &str) = ("grace", "Nanosecond-Wire-1952");
const IDP: &str = "AWSCognitoIdentityProviderService";
/// The headers of S3's answers that a page may read: those that the SDK reads, and `author` as an example of user metadata. S3
/// does not allow a wildcard here.
const EXPOSED_HEADERS: [&str; 16] = [
    "Age",
    "Content-Disposition",
    "Content-Encoding",
    "Content-Range",
    "Date",
    "ETag",
    "Last-Modified",
    "Retry-After",
    "x-amz-bucket-region",
    "x-amz-checksum-crc32",
    "x-amz-checksum-type",
    "x-amz-meta-author",
    "x-amz-request-id",
    "x-amz-server-side-encryption",
    "x-amz-storage-class",
    "x-amz-version-id",
];

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
        config["demo"]["loadBalancer"] = self.demo_load_balancer(&config)?;
        config["api"]["url"] = format!("{}/_api", self.url()).into();
        // The requests of a test are counted from here on.
        self.request_counts().reset();
        Ok(config)
    }
}

impl LocalAws {
    /// Creates a load balancer in front of an echo, with a rule for each action.
    fn demo_load_balancer(&self, config: &Value) -> Result<Value, ProvisionError> {
        let unexpected = || ProvisionError::unexpected("CreateRule");
        let (region, pool) = (self.region(), text(&config["userPool"], "id", "CreateUserPool")?);
        let issuer = format!("https://cognito-idp.{region}.amazonaws.com/{pool}");
        let confidential = text(&config["demo"]["secretClient"], "clientId", "CreateUserPoolClient")?;
        let echo = json!({ "Type": "forward", "Target": "echo" });
        let session = |what: &str| {
            json!({ "pathPattern": format!("/{what}/*"), "actions": [
                { "Type": "authenticate-cognito", "AuthenticateCognitoConfig": {
                    "UserPoolArn": format!("arn:aws:cognito-idp:{region}:{ACCOUNT_ID}:userpool/{pool}"),
                    "UserPoolClientId": confidential,
                    "UserPoolDomain": config["userPool"]["domain"],
                    "OnUnauthenticatedRequest": what,
                } },
                echo,
            ] })
        };
        let clients = [&config["userPool"]["clientId"], &config["demo"]["rotatingClient"]["clientId"]];
        // One value each, as ELBv2 has it for a claim that is a text.
        let tokens_of = |path: &str, client: &Value| {
            json!({ "pathPattern": path, "actions": [
                { "Type": "jwt-validation", "JwtValidationConfig": {
                    "JwksEndpoint": format!("{issuer}/.well-known/jwks.json"),
                    "Issuer": issuer,
                    "AdditionalClaims": [
                        { "Format": "single-string", "Name": "token_use", "Values": ["access"] },
                        { "Format": "single-string", "Name": "client_id", "Values": [client] },
                    ],
                } },
                echo,
            ] })
        };
        let settings = json!({ "name": pool.replace('_', "-"), "rules": [
            tokens_of("/jwt/*", clients[0]),
            tokens_of("/jwt-rotating/*", clients[1]),
            session("authenticate"),
            session("allow"),
            session("deny"),
            { "pathPattern": "*", "actions": [echo] },
        ] });
        let created = self.set_load_balancer(settings).map_err(|_| unexpected())?;
        let callback = format!("{}/oauth2/idpresponse", created["url"].as_str().ok_or_else(unexpected)?);
        self.add_callback_urls(&confidential, &[callback]);
        Ok(created)
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

async fn create_user(
    client: &Client,
    user_pool: &str,
    (name, password): (&str, &str),
) -> Result<(), ProvisionError> {
    let user = json!({
        "UserPoolId": user_pool,
        "Username": name,
        "MessageAction": "SUPPRESS",
        "UserAttributes": [
            { "Name": "email", "Value": format!("{name}@example.com") },
            { "Name": "email_verified", "Value": "true" },
        ],
    });
    idp(client, "AdminCreateUser", &user).await?;
    let password =
        json!({ "UserPoolId": user_pool, "Username": name, "Password": password, "Permanent": true });
    idp(client, "AdminSetUserPassword", &password).await?;
    Ok(())
}

/// Signs the user in and sets up TOTP, as an app would. Returns the secret.
async fn enrol_totp(
    client: &Client,
    client_id: &str,
    (name, password): (&str, &str),
) -> Result<String, ProvisionError> {
    let sign_in = json!({
        "AuthFlow": "USER_PASSWORD_AUTH",
        "ClientId": client_id,
        "AuthParameters": { "USERNAME": name, "PASSWORD": password },
    });
    let signed_in = idp(client, "InitiateAuth", &sign_in).await?;
    let token = text(&signed_in["AuthenticationResult"], "AccessToken", "InitiateAuth")?;
    let associated = idp(client, "AssociateSoftwareToken", &json!({ "AccessToken": token })).await?;
    let secret = text(&associated, "SecretCode", "AssociateSoftwareToken")?;
    // The previous code is still valid, so the current one remains unused for the first sign-in.
    let code = totp(&secret, unix_seconds(client.clock.now()) - 30)
        .ok_or_else(|| ProvisionError::unexpected("AssociateSoftwareToken"))?;
    let verify = json!({ "AccessToken": token, "UserCode": code, "FriendlyDeviceName": "demo" });
    idp(client, "VerifySoftwareToken", &verify).await?;
    let preference = json!({
        "AccessToken": token,
        "SoftwareTokenMfaSettings": { "Enabled": true, "PreferredMfa": true },
    });
    idp(client, "SetUserMFAPreference", &preference).await?;
    Ok(secret)
}

fn totp(secret: &str, unix_seconds: i64) -> Option<String> {
    let secret = totp_rs::Secret::try_from_base32(secret).ok()?;
    let totp = totp_rs::Builder::new()
        .with_algorithm(totp_rs::Algorithm::SHA1)
        .with_digits(6)
        .with_step_duration(30)
        .with_secret(secret)
        .build_noncompliant();
    Some(totp.generate(u64::try_from(unix_seconds).ok()?).to_string())
}

/// The body of CreateBucket in a region.
fn create_location(region: &str) -> String {
    match region {
        "us-east-1" => String::new(),
        _ => format!(
            "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
             <LocationConstraint>{region}</LocationConstraint></CreateBucketConfiguration>"
        ),
    }
}

async fn create_bucket(client: &Client, bucket: &str) -> Result<(), ProvisionError> {
    client.s3("CreateBucket", Method::PUT, bucket, &[], create_location(&client.region)).await?;
    let exposed: String = EXPOSED_HEADERS.map(|name| format!("<ExposeHeader>{name}</ExposeHeader>")).concat();
    let cors = format!(
        "<CORSConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><CORSRule>\
         <AllowedOrigin>*</AllowedOrigin><AllowedHeader>*</AllowedHeader>\
         <AllowedMethod>GET</AllowedMethod><AllowedMethod>HEAD</AllowedMethod>\
         <AllowedMethod>PUT</AllowedMethod><AllowedMethod>POST</AllowedMethod>\
         <AllowedMethod>DELETE</AllowedMethod>{exposed}\
         <MaxAgeSeconds>3000</MaxAgeSeconds></CORSRule></CORSConfiguration>"
    );
    let digest = md5_of(&cors);
    client
        .s3("PutBucketCors", Method::PUT, &format!("{bucket}?cors="), &[("content-md5", &digest)], cors)
        .await?;
    let (key, content_type) = (format!("{bucket}/public/welcome.txt"), ("content-type", "text/plain"));
    client.s3("PutObject", Method::PUT, &key, &[content_type], "Everybody may read this.\n").await?;
    Ok(())
}

/// The digest that S3 requires with PutBucketCors.
fn md5_of(text: &str) -> String {
    use base64::Engine;
    use s3s::crypto::Checksum;
    base64::engine::general_purpose::STANDARD.encode(s3s::crypto::Md5::checksum(text.as_bytes()))
}

async fn create_table(client: &Client, table: &str) -> Result<(), ProvisionError> {
    let input = json!({
        "TableName": table,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [
            { "AttributeName": "pk", "AttributeType": "S" },
            { "AttributeName": "sk", "AttributeType": "S" },
        ],
        "KeySchema": [
            { "AttributeName": "pk", "KeyType": "HASH" },
            { "AttributeName": "sk", "KeyType": "RANGE" },
        ],
    });
    client.json("dynamodb", "DynamoDB_20120810.CreateTable", &input).await?;
    wait_for_table(client, table).await
}

async fn wait_for_table(client: &Client, table: &str) -> Result<(), ProvisionError> {
    const WAIT: Duration = Duration::from_millis(100);
    const TRIES: u32 = 600;

    for _ in 0..TRIES {
        let describe = json!({ "TableName": table });
        let answer = client.json("dynamodb", "DynamoDB_20120810.DescribeTable", &describe).await?;
        if answer["Table"]["TableStatus"] == "ACTIVE" {
            return Ok(());
        }
        tokio::time::sleep(WAIT).await;
    }
    Err(ProvisionError::unexpected("DescribeTable"))
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
        roles.insert(kind, role_arn(&created)?);
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

fn role_arn(document: &[u8]) -> Result<String, ProvisionError> {
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Document {
        create_role_result: Created,
    }
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Created {
        role: Role,
    }
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Role {
        arn: String,
    }
    let document: Document =
        quick_xml::de::from_reader(document).map_err(|_| ProvisionError::unexpected("CreateRole"))?;
    Ok(document.create_role_result.role.arn)
}

async fn idp(client: &Client, operation: &str, input: &Value) -> Result<Value, ProvisionError> {
    client.json("cognito-idp", &format!("{IDP}.{operation}"), input).await
}

fn text(value: &Value, member: &str, operation: &str) -> Result<String, ProvisionError> {
    value[member].as_str().map(str::to_owned).ok_or_else(|| ProvisionError::unexpected(operation))
}
