//! Administration of groups. Tokens contain a user's groups and their IAM roles.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Call, admin_users::find, invalid_parameter, pool::Group};
use crate::{clock::json_timestamp, error::AwsError};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CreateGroup {
    user_pool_id: String,
    group_name: String,
    description: Option<String>,
    role_arn: Option<String>,
    precedence: Option<u32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GroupId {
    user_pool_id: String,
    group_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Membership {
    user_pool_id: String,
    username: String,
    group_name: String,
}

pub(super) fn create_group(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: CreateGroup = call.input()?;
    let mut pools = call.pools();
    let pool = pools.by_id(&input.user_pool_id)?;
    if input.group_name.is_empty() || input.group_name.chars().any(char::is_whitespace) {
        return Err(invalid_parameter("The group name must not be empty or contain spaces."));
    }
    if pool.groups.contains_key(&input.group_name) {
        return Err(AwsError::new("GroupExistsException", "A group with the name already exists."));
    }
    let group = Group {
        name: input.group_name,
        description: input.description,
        role_arn: input.role_arn,
        precedence: input.precedence,
        created: call.now,
    };
    let answer = json!({ "Group": group_json(&pool.id, &group) });
    pool.groups.insert(group.name.clone(), group);
    Ok(answer)
}

pub(super) fn delete_group(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: GroupId = call.input()?;
    let mut pools = call.pools();
    let pool = pools.by_id(&input.user_pool_id)?;
    pool.groups.remove(&input.group_name).ok_or_else(group_not_found)?;
    for user in pool.users.values_mut() {
        user.groups.remove(&input.group_name);
    }
    Ok(json!({}))
}

pub(super) fn add_user_to_group(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: Membership = call.input()?;
    let mut pools = call.pools();
    let (pool, username) = find(&mut pools, &input.user_pool_id, &input.username)?;
    if !pool.groups.contains_key(&input.group_name) {
        return Err(group_not_found());
    }
    pool.user_mut(&username)?.groups.insert(input.group_name);
    Ok(json!({}))
}

pub(super) fn remove_user_from_group(call: &Call<'_>) -> Result<Value, AwsError> {
    let input: Membership = call.input()?;
    let mut pools = call.pools();
    let (pool, username) = find(&mut pools, &input.user_pool_id, &input.username)?;
    if !pool.groups.contains_key(&input.group_name) {
        return Err(group_not_found());
    }
    pool.user_mut(&username)?.groups.remove(&input.group_name);
    Ok(json!({}))
}

fn group_json(pool_id: &str, group: &Group) -> Value {
    let mut json = json!({
        "GroupName": group.name,
        "UserPoolId": pool_id,
        "CreationDate": json_timestamp(group.created),
        "LastModifiedDate": json_timestamp(group.created),
    });
    let optional = [
        ("Description", group.description.as_ref().map(|text| json!(text))),
        ("RoleArn", group.role_arn.as_ref().map(|arn| json!(arn))),
        ("Precedence", group.precedence.map(|number| json!(number))),
    ];
    for (name, value) in optional {
        if let Some(value) = value {
            json[name] = value;
        }
    }
    json
}

fn group_not_found() -> AwsError {
    AwsError::new("ResourceNotFoundException", "Group not found.")
}

#[cfg(test)]
mod tests {
    use super::{
        super::testing::{TestPool, claims},
        *,
    };

    #[test]
    fn membership_comes_and_goes() {
        let test = TestPool::new();
        test.add_user("ada", &[]);
        let membership = json!({ "Username": "ada", "GroupName": "staff" });
        assert_eq!(
            test.admin("AdminAddUserToGroup", membership.clone()).unwrap_err().to_string(),
            "ResourceNotFoundException: Group not found."
        );
        let group = test.admin("CreateGroup", json!({ "GroupName": "staff", "Precedence": 3 })).unwrap();
        assert_eq!(group["Group"]["Precedence"], 3);
        assert_eq!(
            test.admin("CreateGroup", json!({ "GroupName": "staff" })).unwrap_err().code,
            "GroupExistsException"
        );
        let groups = |test: &TestPool| claims(&test.tokens("ada")["IdToken"]).get("cognito:groups").cloned();
        test.admin("AdminAddUserToGroup", membership.clone()).unwrap();
        assert_eq!(groups(&test), Some(json!(["staff"])));
        test.admin("AdminRemoveUserFromGroup", membership.clone()).unwrap();
        assert_eq!(groups(&test), None);

        test.admin("AdminAddUserToGroup", membership).unwrap();
        test.admin("DeleteGroup", json!({ "GroupName": "staff" })).unwrap();
        test.admin("CreateGroup", json!({ "GroupName": "staff" })).unwrap();
        assert_eq!(groups(&test), None, "a later group of the same name is another one");
    }

    #[test]
    fn a_tie_of_roles_leaves_the_preferred_one_open() {
        let test = TestPool::new();
        test.add_user("ada", &[]);
        for (name, role) in
            [("a", "arn:aws:iam::000000000000:role/a"), ("b", "arn:aws:iam::000000000000:role/b")]
        {
            let group = json!({ "GroupName": name, "RoleArn": role, "Precedence": 1 });
            test.admin("CreateGroup", group).unwrap();
            test.admin("AdminAddUserToGroup", json!({ "Username": "ada", "GroupName": name })).unwrap();
        }
        let claims = claims(&test.tokens("ada")["IdToken"]);
        assert_eq!(
            claims["cognito:roles"],
            json!(["arn:aws:iam::000000000000:role/a", "arn:aws:iam::000000000000:role/b"])
        );
        assert!(claims.get("cognito:preferred_role").is_none());
    }
}
