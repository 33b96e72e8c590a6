"""Prints what the API models of Cognito, STS and IAM say of the inputs of the operations that local-aws knows, as JSON.

local-aws checks requests by it (crates/local-aws/src/model.json), as AWS does before it applies a rule.
"""

import json
import sys

import botocore.session

OPERATIONS = {
    "cognito-idp": """
        AdminAddUserToGroup AdminConfirmSignUp AdminCreateUser AdminDeleteUser AdminDisableUser AdminEnableUser
        AdminForgetDevice AdminGetDevice AdminListDevices AdminUpdateDeviceStatus ConfirmDevice ForgetDevice GetDevice
        ListDevices UpdateDeviceStatus
        AdminGetUser AdminRemoveUserFromGroup AdminResetUserPassword AdminSetUserMFAPreference AdminSetUserPassword
        AdminUpdateUserAttributes AdminUserGlobalSignOut AssociateSoftwareToken ChangePassword ConfirmForgotPassword
        ConfirmSignUp CreateGroup CreateUserPool CreateUserPoolClient DeleteGroup DeleteUser DeleteUserAttributes
        DeleteUserPool DeleteUserPoolClient DescribeUserPool DescribeUserPoolClient ForgotPassword
        GetTokensFromRefreshToken GetUser GetUserAttributeVerificationCode GetUserAuthFactors GlobalSignOut
        InitiateAuth ListUserPoolClients ListUserPools ResendConfirmationCode RespondToAuthChallenge RevokeToken
        SetUserMFAPreference SetUserPoolMfaConfig SignUp UpdateUserAttributes UpdateUserPoolClient
        VerifySoftwareToken VerifyUserAttribute
    """,
    "cognito-identity": """
        CreateIdentityPool DeleteIdentityPool DescribeIdentity DescribeIdentityPool GetCredentialsForIdentity GetId
        GetIdentityPoolRoles GetOpenIdToken ListIdentityPools SetIdentityPoolRoles UnlinkIdentity UpdateIdentityPool
    """,
    "sts": "AssumeRole AssumeRoleWithWebIdentity GetCallerIdentity",
    "iam": """
        CreateRole DeleteRole DeleteRolePolicy GetRole GetRolePolicy ListRolePolicies ListRoles PutRolePolicy
        UpdateAssumeRolePolicy
    """,
}
KEPT = ("type", "min", "max", "pattern", "enum", "required", "sensitive")


def main() -> None:
    table = {service: model(service, names.split()) for service, names in OPERATIONS.items()}
    json.dump(table, sys.stdout, indent=1, sort_keys=True)
    print()


def model(service: str, names: list[str]) -> dict:
    description = botocore.session.get_session().get_service_data(service)
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
    return {"inputs": inputs, "shapes": shapes}


main()
