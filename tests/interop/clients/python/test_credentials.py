"""boto3 turns tokens into AWS credentials."""

import base64
import json
import secrets

from backend import ROOT


def test_the_identity_of_a_user_stays_the_same(backend):
    user = backend.new_user()
    first = backend.identity(backend.logins(backend.signed_in(user).id_token))
    second = backend.identity(backend.logins(backend.signed_in(user).id_token))
    assert first.id == second.id
    assert first.credentials["aws_access_key_id"] != second.credentials["aws_access_key_id"]


def test_two_users_have_two_identities(ada, bob):
    assert ada.id != bob.id


def test_sts_knows_the_credentials(backend, ada):
    caller = backend.client("sts", ada.credentials).get_caller_identity()
    assert ":assumed-role/" in caller["Arn"]


def test_a_guest_has_credentials_of_another_role(backend, ada, guest):
    role = backend.client("sts", ada.credentials).get_caller_identity()["Arn"]
    guest_role = backend.client("sts", guest.credentials).get_caller_identity()["Arn"]
    assert role.split("/")[1] != guest_role.split("/")[1]


def test_an_altered_secret_is_refused(backend, ada, refused):
    credentials = ada.credentials | {"aws_secret_access_key": "x" * 40}
    with refused("SignatureDoesNotMatch"):
        backend.client("sts", credentials).get_caller_identity()


def test_a_dropped_session_token_is_refused(backend, ada, refused):
    credentials = {name: value for name, value in ada.credentials.items() if name != "aws_session_token"}
    with refused("InvalidClientTokenId", "UnrecognizedClientException"):
        backend.client("sts", credentials).get_caller_identity()


def test_a_forged_id_token_gets_no_identity(backend, refused):
    header, payload, signature = backend.signed_in(backend.new_user()).id_token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    claims["sub"] = "00000000-0000-4000-8000-000000000000"
    forged = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    with refused("NotAuthorizedException"):
        backend.identity(backend.logins(f"{header}.{forged}.{signature}"))


def test_an_access_token_is_no_id_token(backend, refused):
    session = backend.signed_in(backend.new_user())
    with refused("NotAuthorizedException"):
        backend.identity(backend.logins(session.access_token))


def test_a_user_s_identity_gives_nothing_without_their_token(backend, ada, refused):
    with refused("NotAuthorizedException", "ResourceNotFoundException"):
        backend.client("cognito-identity").get_credentials_for_identity(IdentityId=ada.id)


def test_the_classic_flow_is_refused_where_the_pool_does_not_allow_it(backend, refused):
    pool_id = new_identity_pool(backend, classic_flow=False)
    with refused("InvalidParameterException"):
        open_id_token(backend, pool_id)


def test_the_classic_flow_assumes_a_role_that_trusts_the_pool(backend, refused):
    pool_id = new_identity_pool(backend, classic_flow=True)
    role = new_role(backend, trusts=pool_id)
    token = open_id_token(backend, pool_id)
    sts = backend.client("sts")
    assume = {"RoleArn": role["Arn"], "RoleSessionName": "interop"}

    answer = sts.assume_role_with_web_identity(WebIdentityToken=token, **assume)["Credentials"]
    credentials = {
        "aws_access_key_id": answer["AccessKeyId"],
        "aws_secret_access_key": answer["SecretAccessKey"],
        "aws_session_token": answer["SessionToken"],
    }
    caller = backend.client("sts", credentials).get_caller_identity()
    assert caller["Arn"].endswith(f":assumed-role/{role['RoleName']}/interop")
    with refused("InvalidIdentityToken"):
        sts.assume_role_with_web_identity(WebIdentityToken=token[:-8] + "AAAAAAAA", **assume)


def test_a_role_that_trusts_another_pool_is_not_assumed(backend, refused):
    token = open_id_token(backend, new_identity_pool(backend, classic_flow=True))
    role = new_role(backend, trusts=backend.identity_pool_id)
    with refused("AccessDenied"):
        backend.client("sts").assume_role_with_web_identity(
            RoleArn=role["Arn"], RoleSessionName="interop", WebIdentityToken=token
        )


def new_identity_pool(backend, classic_flow: bool) -> str:
    provider = {
        "ProviderName": f"cognito-idp.{backend.region}.amazonaws.com/{backend.user_pool_id}",
        "ClientId": backend.client_id,
    }
    pool = backend.client("cognito-identity", ROOT).create_identity_pool(
        IdentityPoolName=f"interop_{secrets.token_hex(6)}",
        AllowUnauthenticatedIdentities=False,
        AllowClassicFlow=classic_flow,
        CognitoIdentityProviders=[provider],
    )
    return pool["IdentityPoolId"]


def new_role(backend, trusts: str) -> dict:
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": "cognito-identity.amazonaws.com"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {"cognito-identity.amazonaws.com:aud": trusts}},
    }
    answer = backend.client("iam", ROOT).create_role(
        RoleName=f"interop_{secrets.token_hex(6)}",
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )
    return answer["Role"]


def open_id_token(backend, pool_id: str) -> str:
    logins = backend.logins(backend.signed_in(backend.new_user()).id_token)
    identities = backend.client("cognito-identity")
    identity_id = identities.get_id(IdentityPoolId=pool_id, Logins=logins)["IdentityId"]
    return identities.get_open_id_token(IdentityId=identity_id, Logins=logins)["Token"]
