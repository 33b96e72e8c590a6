"""Prints what the API models of Cognito, STS, IAM and load balancers say of the inputs and the errors of operations, as JSON.

local-aws checks requests by it (crates/local-aws/src/model.json), as AWS does before it applies a rule. The operations of user pools
that need no signature are those of clients: tests play each of them with each of its errors.
"""

import json
import sys

import botocore.session

OPERATIONS = {
    # and every operation that needs no signature
    "cognito-idp": """
        AdminAddUserToGroup AdminConfirmSignUp AdminCreateUser AdminDeleteSoftwareToken AdminDeleteUser
        AdminDeleteUserAttributes AdminDisableProviderForUser AdminDisableUser AdminEnableUser
        AdminForgetDevice AdminGetDevice AdminGetUser AdminGetUserAuthFactors AdminInitiateAuth
        AdminLinkProviderForUser AdminListDevices AdminListUserAuthEvents AdminListUserSessions
        AdminRemoveUserFromGroup AdminResetUserPassword AdminRespondToAuthChallenge AdminRevokeUserSession
        AdminSetUserMFAPreference AdminSetUserPassword AdminSetUserSettings AdminUpdateAuthEventFeedback
        AdminUpdateDeviceStatus AdminUpdateUserAttributes AdminUserGlobalSignOut CreateGroup
        CreateIdentityProvider CreateResourceServer CreateUserPool CreateUserPoolClient CreateUserPoolDomain
        CreateUserPoolReplica DeleteGroup DeleteIdentityProvider DeleteResourceServer DeleteUserPool
        DeleteUserPoolClient DeleteUserPoolDomain DeleteUserPoolReplica DescribeIdentityProvider
        DescribeResourceServer DescribeRiskConfiguration DescribeUserPool DescribeUserPoolClient
        DescribeUserPoolDomain GetIdentityProviderByIdentifier GetProvisionedLimit
        GetUserPoolClientSessionConfiguration GetUserPoolMfaConfig GetUserPoolSessionConfiguration
        ListIdentityProviders ListResourceServers ListUserPoolClients ListUserPoolReplicas ListUserPools
        ListUsers SetRiskConfiguration SetUserPoolClientSessionConfiguration SetUserPoolMfaConfig
        SetUserPoolSessionConfiguration UpdateIdentityProvider UpdateProvisionedLimit UpdateResourceServer
        UpdateUserPool UpdateUserPoolClient UpdateUserPoolDomain UpdateUserPoolReplica
    """,
    "cognito-identity": """
        CreateIdentityPool DeleteIdentityPool DescribeIdentity DescribeIdentityPool GetCredentialsForIdentity GetId
        GetIdentityPoolRoles GetOpenIdToken GetOpenIdTokenForDeveloperIdentity GetPrincipalTagAttributeMap
        ListIdentityPools LookupDeveloperIdentity MergeDeveloperIdentities SetIdentityPoolRoles
        SetPrincipalTagAttributeMap UnlinkDeveloperIdentity UnlinkIdentity UpdateIdentityPool
    """,
    "sts": "AssumeRole AssumeRoleWithWebIdentity GetCallerIdentity",
    "iam": """
        CreateOpenIDConnectProvider CreateRole CreateSAMLProvider DeleteOpenIDConnectProvider DeleteRole
        DeleteRolePolicy DeleteSAMLProvider GetOpenIDConnectProvider GetRole GetRolePolicy GetSAMLProvider
        ListOpenIDConnectProviders ListRolePolicies ListRoles ListSAMLProviders PutRolePolicy
        UpdateAssumeRolePolicy
    """,
    "elbv2": """
        CreateListener CreateLoadBalancer CreateRule CreateTargetGroup DeleteListener DeleteLoadBalancer DeleteRule
        DeleteTargetGroup DeregisterTargets DescribeListeners DescribeLoadBalancers DescribeRules
        DescribeTargetGroups ModifyRule RegisterTargets
    """,
}
KEPT = ("type", "min", "max", "pattern", "enum", "required", "sensitive")


def main() -> None:
    table = {service: model(service, names.split()) for service, names in OPERATIONS.items()}
    json.dump(table, sys.stdout, indent=1, sort_keys=True)
    print()


def model(service: str, names: list[str]) -> dict:
    description = botocore.session.get_session().get_service_data(service)
    unsigned = [name for name, it in description["operations"].items() if it.get("authtype") == "none"]
    if service == "cognito-idp":
        names = names + unsigned
    shapes, wanted = {}, [description["operations"][name]["input"]["shape"] for name in names]
    while wanted:
        name = wanted.pop()
        if name in shapes:
            continue
        shape = description["shapes"][name]
        shapes[name] = {key: shape[key] for key in KEPT if key in shape}
        if shape["type"] == "structure":
            shapes[name]["members"] = {member: value["shape"] for member, value in shape["members"].items()}
        for part in ("key", "value", "member"):
            if part in shape and shape["type"] in ("list", "map"):
                shapes[name][part] = shape[part]["shape"]
        wanted += shapes[name].get("members", {}).values()
        wanted += [shapes[name][part] for part in ("key", "value", "member") if part in shapes[name]]
    inputs = {name: description["operations"][name]["input"]["shape"] for name in names}
    table = {"inputs": inputs, "shapes": shapes}
    if service == "cognito-idp":
        errors = {name: description["operations"][name]["errors"] for name in unsigned}
        table["errors"] = {name: sorted({error["shape"] for error in listed}) for name, listed in errors.items()}
    return table


main()
