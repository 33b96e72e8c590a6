//! Replicas of a user pool in other regions, which serve its users but change little.
//!
//! A request to `/_region/REGION` is one to that region.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Call, Pools, invalid_parameter, pool::UserPool, tokens};
use crate::{account::ACCOUNT_ID, error::AwsError};

/// The paths of requests to one region.
pub(crate) const PATH: &str = "/_region/";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Replica {
    user_pool_id: String,
    region_name: String,
    status: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PoolId {
    user_pool_id: String,
}

/// The members that say which pool a client's request is about.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Target {
    client_id: Option<String>,
    user_pool_id: Option<String>,
    access_token: Option<String>,
    session: Option<String>,
}

/// The operations that an active replica offers to clients.
const OFFERED: [&str; 10] = [
    "InitiateAuth",
    "RespondToAuthChallenge",
    "GetTokensFromRefreshToken",
    "RevokeToken",
    "GetUser",
    "GetUserAuthFactors",
    "GetDevice",
    "ListDevices",
    "ListUserSessions",
    "ListWebAuthnCredentials",
];

pub(super) fn create(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: Replica = call.input()?;
    let mut pools = call.pools();
    let pool = pools.by_id(&input.user_pool_id)?;
    if pool.region == input.region_name || pool.replicas.contains_key(&input.region_name) {
        return Err(invalid_parameter(format!("The user pool is in {} already.", input.region_name)));
    }
    pool.replicas.insert(input.region_name.clone(), false);
    Ok(json!({ "UserPoolReplica": describe(pool, &input.region_name)? }))
}

pub(super) fn update(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: Replica = call.input()?;
    let mut pools = call.pools();
    let pool = pools.by_id(&input.user_pool_id)?;
    describe(pool, &input.region_name)?;
    pool.replicas.insert(input.region_name.clone(), input.status.as_deref() == Some("ACTIVE"));
    Ok(json!({ "UserPoolReplica": describe(pool, &input.region_name)? }))
}

pub(super) fn delete(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: Replica = call.input()?;
    let mut pools = call.pools();
    let pool = pools.by_id(&input.user_pool_id)?;
    let replica = describe(pool, &input.region_name)?;
    if replica["Status"] != "INACTIVE" {
        return Err(invalid_parameter("Only an inactive replica can be deleted."));
    }
    pool.replicas.remove(&input.region_name);
    Ok(json!({ "UserPoolReplica": replica }))
}

/// ListUserPoolReplicas, without pages.
pub(super) fn list(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: PoolId = call.input()?;
    let mut pools = call.pools();
    let pool = pools.by_id(&input.user_pool_id)?;
    let regions = std::iter::once(&pool.region).chain(pool.replicas.keys());
    let list: Result<Vec<_>, _> = regions.map(|region| describe(pool, region)).collect();
    Ok(json!({ "UserPoolReplicas": list? }))
}

/// Checks that the region of a client's request serves the operation.
///
/// # Errors
/// `OperationNotEnabledException`, and `ResourceNotFoundException` in a region that has no replica.
pub(super) fn check(call: &Call<'_>) -> Result<(), AwsError> {
    let path = call.request.uri.path();
    let Some(region) = path.strip_prefix(PATH).map(|rest| rest.trim_end_matches('/')) else {
        return Ok(());
    };
    let target: Target = serde_json::from_slice(&call.request.body).unwrap_or_default();
    let mut pools = call.pools();
    let Some(pool) = pool_of(&mut pools, &target) else { return Ok(()) };
    if pool.region == region {
        return Ok(());
    }
    let id = &pool.id;
    let Some(is_active) = pool.replicas.get(region) else {
        let message = format!("User pool {id} does not exist.");
        return Err(AwsError::new("ResourceNotFoundException", message));
    };
    let operation = &call.request.operation;
    if *is_active && OFFERED.contains(&operation.as_str()) {
        return Ok(());
    }
    let message = format!("{operation} is not enabled for user pool {id} in {region}.");
    Err(AwsError::new("OperationNotEnabledException", message))
}

fn pool_of<'a>(pools: &'a mut Pools, target: &Target) -> Option<&'a mut UserPool> {
    let of_token = |token: &String| {
        // Whether it has expired is not asked here.
        let claims = tokens::verify(token, i64::MIN).ok()?;
        tokens::text(&claims, "client_id").map(str::to_owned)
    };
    let client = target.client_id.clone().or_else(|| target.access_token.as_ref().and_then(of_token));
    let (id, session) = (target.user_pool_id.as_deref(), target.session.as_deref());
    pools.0.values_mut().find(|pool| {
        id == Some(&pool.id)
            || client.as_ref().is_some_and(|client| pool.clients.contains_key(client))
            || session.is_some_and(|session| pool.challenges.client_of(session).is_some())
    })
}

fn describe(pool: &UserPool, region: &str) -> Result<Value, AwsError> {
    let (role, status) = match pool.replicas.get(region) {
        _ if pool.region == region => ("PRIMARY", "ACTIVE"),
        Some(true) => ("SECONDARY", "ACTIVE"),
        Some(false) => ("SECONDARY", "INACTIVE"),
        None => {
            let message = format!("User pool {} has no replica in {region}.", pool.id);
            return Err(AwsError::new("ResourceNotFoundException", message));
        }
    };
    Ok(json!({
        "RegionName": region,
        "Role": role,
        "Status": status,
        "UserPoolArn": format!("arn:aws:cognito-idp:{region}:{ACCOUNT_ID}:userpool/{}", pool.id),
    }))
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;

    use super::{
        super::{
            handle,
            testing::{PASSWORD, TestPool, request},
        },
        *,
    };

    async fn at(test: &TestPool, region: &str, operation: &str, mut input: Value) -> Value {
        input["ClientId"] = json!(test.client_id);
        let mut request = request(operation, input.to_string());
        request.uri = format!("/_region/{region}/").parse().unwrap();
        let body = handle(&test.account, &request).into_body().collect().await.unwrap().to_bytes();
        serde_json::from_slice(&body).unwrap()
    }

    #[tokio::test]
    async fn a_replica_signs_in_once_it_is_active_and_signs_nobody_up() {
        let test = TestPool::new();
        test.add_user("ada", &[]);
        let sign_in = json!({
            "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": { "USERNAME": "ada", "PASSWORD": PASSWORD },
        });
        let code = |answer: Value| answer["__type"].as_str().unwrap_or_default().to_owned();
        let there = async |sign_in: &Value| at(&test, "us-east-1", "InitiateAuth", sign_in.clone()).await;
        assert_eq!(code(there(&sign_in).await), "ResourceNotFoundException");
        let replica = json!({ "RegionName": "us-east-1" });
        test.admin("CreateUserPoolReplica", replica.clone()).unwrap();
        assert!(test.admin("CreateUserPoolReplica", replica.clone()).is_err());
        assert_eq!(code(there(&sign_in).await), "OperationNotEnabledException");

        let active = json!({ "RegionName": "us-east-1", "Status": "ACTIVE" });
        test.admin("UpdateUserPoolReplica", active).unwrap();
        let tokens = there(&sign_in).await["AuthenticationResult"].clone();
        assert!(tokens["AccessToken"].is_string());
        let token = json!({ "AccessToken": tokens["AccessToken"] });
        assert_eq!(at(&test, "us-east-1", "GetUser", token.clone()).await["Username"], "ada");
        assert_eq!(
            code(at(&test, "us-east-1", "DeleteUser", token.clone()).await),
            "OperationNotEnabledException"
        );
        assert_eq!(
            code(at(&test, "us-east-1", "SignUp", json!({ "Username": "bob" })).await),
            "OperationNotEnabledException"
        );
        assert_eq!(at(&test, "eu-west-1", "GetUser", token).await["Username"], "ada");

        let listed = test.admin("ListUserPoolReplicas", json!({})).unwrap();
        assert_eq!(listed["UserPoolReplicas"][1]["Status"], "ACTIVE");
        assert!(test.admin("DeleteUserPoolReplica", replica.clone()).is_err(), "it is active");
        let inactive = json!({ "RegionName": "us-east-1", "Status": "INACTIVE" });
        test.admin("UpdateUserPoolReplica", inactive).unwrap();
        test.admin("DeleteUserPoolReplica", replica).unwrap();
    }
}
