"""The AWS that the tests run against, as its `poolpass.json` describes it."""

import json
import os
import pathlib
import secrets
import urllib.parse
import urllib.request
from dataclasses import dataclass

import boto3
from botocore import UNSIGNED
from botocore.config import Config
from pycognito import Cognito

PASSWORD = "Correct-horse-7-bättery"
ROOT = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}


@dataclass
class User:
    name: str
    email: str
    password: str = PASSWORD


class Backend:
    def __init__(self) -> None:
        config = json.loads(pathlib.Path(os.environ["POOLPASS_BACKEND_CONFIG"]).read_text())
        self.region = config["region"]
        self.user_pool_id = config["userPool"]["id"]
        self.client_id = config["userPool"]["clientId"]
        self.secret_client = config["demo"]["secretClient"]
        self.identity_pool_id = config["identityPool"]["id"]
        self.bucket = config["s3"]["bucket"]
        self.table = config["dynamodb"]["table"]
        self.endpoints = config["endpoints"]

    def client(self, service: str, credentials: dict | None = None, **config):
        """A boto3 client, unsigned without credentials."""
        endpoint = {
            "cognito-idp": "cognitoIdp",
            "cognito-identity": "cognitoIdentity",
            "sts": "sts",
            "iam": "sts",  # poolpass.json does not name IAM and load balancers: the SDK has no use for them
            "elbv2": "sts",
            "s3": "s3",
            "dynamodb": "dynamodb",
        }[service]
        options = {"retries": {"total_max_attempts": 1}} | config
        if credentials is None:
            options["signature_version"] = UNSIGNED
        elif service == "s3":
            options |= {"signature_version": "s3v4", "s3": {"addressing_style": "path"}}
        return boto3.client(
            service,
            region_name=self.region,
            endpoint_url=self.endpoints[endpoint],
            config=Config(**options),
            **(credentials or {}),
        )

    def pycognito(self, name: str, secret: bool = False) -> Cognito:
        """A pycognito user, with the app client that has a secret or the one that has none."""
        client_id = self.secret_client["clientId"] if secret else self.client_id
        user = Cognito(
            self.user_pool_id,
            client_id,
            username=name,
            client_secret=self.secret_client["clientSecret"] if secret else None,
            access_key="unused",
            secret_key="unused",
            boto3_client_kwargs={"endpoint_url": self.endpoints["cognitoIdp"]},
        )
        # A custom endpoint would otherwise also become the issuer that pycognito expects, while tokens carry AWS's.
        user.pool_domain_url = None
        user.pool_jwk = self.json(f"/{self.user_pool_id}/.well-known/jwks.json")
        return user

    def new_pool(self, **settings) -> "Pool":
        """A user pool with these settings, and an app client without a secret that allows every flow."""
        admin = self.client("cognito-idp", ROOT)
        pool = admin.create_user_pool(PoolName=f"interop-{secrets.token_hex(6)}", **settings)["UserPool"]
        flows = ["ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
        client = admin.create_user_pool_client(UserPoolId=pool["Id"], ClientName="interop", ExplicitAuthFlows=flows)
        return Pool(self.region, pool["Id"], client["UserPoolClient"]["ClientId"], admin, self.client("cognito-idp"))

    def json(self, path: str, body: dict | None = None):
        """The JSON at this path; with a body, the answer to it."""
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(self.endpoints["cognitoIdp"] + path, data, timeout=10) as answer:
            return json.load(answer)

    def delivered_code(self, address: str) -> str:
        """The code that AWS would have sent there last."""
        messages = self.json("/_local/messages?" + urllib.parse.urlencode({"to": address}))
        return messages[-1]["code"]

    def new_user(self) -> User:
        """A user who has signed up and confirmed."""
        user = self.new_unconfirmed_user()
        self.client("cognito-idp").confirm_sign_up(
            ClientId=self.client_id, Username=user.name, ConfirmationCode=self.delivered_code(user.email)
        )
        return user

    def new_unconfirmed_user(self) -> User:
        name = f"interop-{secrets.token_hex(6)}"
        user = User(name, f"{name}@example.com")
        self.client("cognito-idp").sign_up(
            ClientId=self.client_id,
            Username=user.name,
            Password=user.password,
            UserAttributes=[{"Name": "email", "Value": user.email}],
        )
        return user

    def signed_in(self, user: User) -> Cognito:
        session = self.pycognito(user.name)
        session.authenticate(user.password)
        return session

    def logins(self, id_token: str) -> dict:
        return {f"cognito-idp.{self.region}.amazonaws.com/{self.user_pool_id}": id_token}

    def identity(self, logins: dict | None = None) -> "Identity":
        """The identity of whoever holds the tokens, or of a new guest, with AWS credentials."""
        identities = self.client("cognito-identity")
        logins = logins or {}
        identity_id = identities.get_id(IdentityPoolId=self.identity_pool_id, Logins=logins)["IdentityId"]
        answer = identities.get_credentials_for_identity(IdentityId=identity_id, Logins=logins)["Credentials"]
        return Identity(
            identity_id,
            {
                "aws_access_key_id": answer["AccessKeyId"],
                "aws_secret_access_key": answer["SecretKey"],
                "aws_session_token": answer["SessionToken"],
            },
        )


@dataclass
class Pool:
    region: str
    id: str
    client_id: str
    admin: object
    client: object

    def new_user(self) -> User:
        name = f"interop-{secrets.token_hex(6)}"
        user = User(name, f"{name}@example.com")
        self.admin.admin_create_user(UserPoolId=self.id, Username=name, MessageAction="SUPPRESS")
        self.admin.admin_set_user_password(UserPoolId=self.id, Username=name, Password=user.password, Permanent=True)
        return user


@dataclass
class Identity:
    id: str
    credentials: dict
