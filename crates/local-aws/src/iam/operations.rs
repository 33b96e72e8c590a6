//! IAM's operations on roles and identity providers, over the query protocol.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::Context;
use super::{providers, role::Role};
use crate::{
    account::{ACCOUNT_ID, Account},
    caller::Caller,
    clock::rfc3339,
    error::AwsError,
    exchange::{Request, Response},
    model,
    query_protocol::{self, Parameters, validation_error},
    unsupported,
};

/// IAM returns policy documents percent-encoded.
const DOCUMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

pub(crate) fn handle(account: &Account, request: &Request) -> Response {
    query_protocol::response(request, operate(account, request))
}

fn operate(account: &Account, request: &Request) -> Result<Value, AwsError> {
    let caller = Caller::of(account, request)?;
    let parameters = Parameters::of(request);
    let iam = &account.iam;
    let role_name = || parameters.required("RoleName");
    let resource = match parameters.optional("RoleName") {
        Some(name) => iam
            .role(name)
            .map_or_else(|_| format!("arn:aws:iam::{ACCOUNT_ID}:role/{name}"), |role| role.arn()),
        None => format!("arn:aws:iam::{ACCOUNT_ID}:role/"),
    };
    caller
        .authorize(account, &format!("iam:{}", request.operation), &resource, &Context::default())
        .map_err(AwsError::from)?;

    model::query_input("iam", &request.operation, &parameters)?;
    unsupported::check(request)?;
    if let Some(outcome) = providers::operate(account, &request.operation, &parameters) {
        return outcome;
    }
    match request.operation.as_str() {
        "CreateRole" => create_role(account, &parameters),
        "GetRole" => Ok(json!({ "Role": describe(&iam.role(role_name()?)?) })),
        "ListRoles" => {
            let prefix = parameters.optional("PathPrefix").unwrap_or("/");
            let roles = iam.all();
            let roles: Vec<_> =
                roles.iter().filter(|role| role.path.starts_with(prefix)).map(describe).collect();
            Ok(json!({ "Roles": roles, "IsTruncated": false }))
        }
        "DeleteRole" => iam.delete(role_name()?).map(|()| json!({})),
        "UpdateAssumeRolePolicy" => {
            let document = parameters.required("PolicyDocument")?;
            let trust = Role::trust_policy(document)?;
            iam.update(role_name()?, |role| {
                role.trust = trust;
                document.clone_into(&mut role.trust_document);
                Ok(json!({}))
            })
        }
        "PutRolePolicy" => {
            let (name, document) =
                (parameters.required("PolicyName")?, parameters.required("PolicyDocument")?);
            iam.update(role_name()?, |role| role.put_policy(name, document)).map(|()| json!({}))
        }
        "GetRolePolicy" => {
            let name = parameters.required("PolicyName")?;
            let role = iam.role(role_name()?)?;
            let document = role.policy_document(name).ok_or_else(|| no_such_policy(name))?;
            Ok(json!({ "RoleName": role.name, "PolicyName": name, "PolicyDocument": encoded(document) }))
        }
        "ListRolePolicies" => {
            let role = iam.role(role_name()?)?;
            Ok(json!({ "PolicyNames": role.policy_names().collect::<Vec<_>>(), "IsTruncated": false }))
        }
        "DeleteRolePolicy" => {
            let name = parameters.required("PolicyName")?;
            iam.update(role_name()?, |role| {
                if role.delete_policy(name) { Ok(json!({})) } else { Err(no_such_policy(name)) }
            })
        }
        operation => Err(AwsError::new(
            "InvalidAction",
            format!("Could not find operation {operation} for version 2010-05-08"),
        )),
    }
}

fn create_role(account: &Account, parameters: &Parameters) -> Result<Value, AwsError> {
    let name = parameters.required("RoleName")?;
    let path = parameters.optional("Path").unwrap_or("/");
    if !path.starts_with('/') || !path.ends_with('/') {
        return Err(validation_error(format!("The specified value for path is invalid: {path}")));
    }
    let document = parameters.required("AssumeRolePolicyDocument")?;
    let mut role = Role::new(name, path, document, account.clock.now())?;
    role.description = parameters.optional("Description").map(str::to_owned);
    if let Some(seconds) = parameters.number("MaxSessionDuration", 3600..=43200)? {
        role.max_session_duration = seconds;
    }
    let description = describe(&role);
    account.iam.create(role)?;
    Ok(json!({ "Role": description }))
}

fn describe(role: &Role) -> Value {
    json!({
        "Path": role.path,
        "RoleName": role.name,
        "RoleId": role.id,
        "Arn": role.arn(),
        "CreateDate": rfc3339(role.created),
        "AssumeRolePolicyDocument": encoded(&role.trust_document),
        "Description": role.description,
        "MaxSessionDuration": role.max_session_duration,
    })
}

fn encoded(document: &str) -> String {
    utf8_percent_encode(document, DOCUMENT).to_string()
}

fn no_such_policy(name: &str) -> AwsError {
    let message = format!("The role policy with name {name} cannot be found.");
    AwsError::new("NoSuchEntity", message).with_status(http::StatusCode::NOT_FOUND)
}
