"""boto3 calls every operation of a user pool that needs no signature."""

import base64
import secrets

import boto3
import pyotp
import pytest
from backend import PASSWORD, ROOT

OTHER_PASSWORD = "Another-horse-8-bättery"
PHONE = "+491701234567"


class Person:
    """A user in a pool of their own."""

    def __init__(self, backend) -> None:
        self.backend = backend
        self.admin = backend.client("cognito-idp", ROOT)
        self.pool = self.admin.create_user_pool(
            PoolName="operations",
            AutoVerifiedAttributes=["email"],
            DeviceConfiguration={"DeviceOnlyRememberedOnUserPrompt": False},
            UserPoolAddOns={"AdvancedSecurityMode": "ENFORCED"},
        )["UserPool"]["Id"]
        self.admin.set_user_pool_mfa_config(
            UserPoolId=self.pool,
            MfaConfiguration="OPTIONAL",
            SmsMfaConfiguration={"SmsConfiguration": {"SnsCallerArn": "arn:aws:iam::000000000000:role/sms"}},
            SoftwareTokenMfaConfiguration={"Enabled": True},
        )
        self.client_id = self.admin.create_user_pool_client(
            UserPoolId=self.pool,
            ClientName="operations",
            ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        )["UserPoolClient"]["ClientId"]
        self.idp = backend.client("cognito-idp")
        self.name = f"operations-{secrets.token_hex(6)}"
        self.mail = f"{self.name}@example.com"
        self.tokens: dict = {}

    def signed_up(self) -> dict:
        attributes = [{"Name": "email", "Value": self.mail}, {"Name": "phone_number", "Value": PHONE}]
        return self.idp.sign_up(
            ClientId=self.client_id, Username=self.name, Password=PASSWORD, UserAttributes=attributes
        )

    def confirmed(self) -> None:
        self.signed_up()
        self.idp.confirm_sign_up(ClientId=self.client_id, Username=self.name, ConfirmationCode=self.code())

    def sign_in(self, password: str = PASSWORD) -> dict:
        parameters = {"USERNAME": self.name, "PASSWORD": password}
        return self.idp.initiate_auth(
            ClientId=self.client_id, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=parameters
        )

    def signed_in(self) -> str:
        self.confirmed()
        self.tokens = self.sign_in()["AuthenticationResult"]
        return self.tokens["AccessToken"]

    def code(self) -> str:
        return self.backend.delivered_code(self.mail)

    def with_device(self) -> dict:
        """Signed in with a device that is confirmed."""
        token = self.signed_in()
        key = self.tokens["NewDeviceMetadata"]["DeviceKey"]
        verifier = {
            "PasswordVerifier": base64.b64encode(secrets.token_bytes(383)).decode(),
            "Salt": base64.b64encode(secrets.token_bytes(16)).decode(),
        }
        self.idp.confirm_device(AccessToken=token, DeviceKey=key, DeviceSecretVerifierConfig=verifier)
        return {"AccessToken": token, "DeviceKey": key}

    def with_phone(self) -> str:
        token = self.signed_in()
        verified = [{"Name": "phone_number_verified", "Value": "true"}]
        self.admin.admin_update_user_attributes(
            UserPoolId=self.pool, Username=self.name, UserAttributes=verified
        )
        return token


@pytest.fixture
def person(backend) -> Person:
    return Person(backend)


def sign_up(person):
    assert person.signed_up()["CodeDeliveryDetails"]["DeliveryMedium"] == "EMAIL"


def confirm_sign_up(person):
    person.confirmed()
    assert person.sign_in()["AuthenticationResult"]


def resend_confirmation_code(person):
    person.signed_up()
    sent = person.idp.resend_confirmation_code(ClientId=person.client_id, Username=person.name)
    assert sent["CodeDeliveryDetails"]["AttributeName"] == "email"
    person.idp.confirm_sign_up(
        ClientId=person.client_id, Username=person.name, ConfirmationCode=person.code()
    )


def initiate_auth(person):
    assert person.signed_in()


def respond_to_auth_challenge(person):
    person.admin.admin_create_user(
        UserPoolId=person.pool, Username=person.name, TemporaryPassword=PASSWORD, MessageAction="SUPPRESS"
    )
    challenge = person.sign_in()
    assert challenge["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
    answered = person.idp.respond_to_auth_challenge(
        ClientId=person.client_id,
        ChallengeName=challenge["ChallengeName"],
        Session=challenge["Session"],
        ChallengeResponses={"USERNAME": person.name, "NEW_PASSWORD": OTHER_PASSWORD},
    )
    assert answered["AuthenticationResult"]["AccessToken"]


def get_tokens_from_refresh_token(person):
    device = person.with_device()["DeviceKey"]
    refreshed = person.idp.get_tokens_from_refresh_token(
        ClientId=person.client_id, RefreshToken=person.tokens["RefreshToken"], DeviceKey=device
    )
    assert refreshed["AuthenticationResult"]["IdToken"]


def revoke_token(person):
    token = person.signed_in()
    person.idp.revoke_token(ClientId=person.client_id, Token=person.tokens["RefreshToken"])
    with pytest.raises(person.idp.exceptions.NotAuthorizedException):
        person.idp.get_user(AccessToken=token)


def global_sign_out(person):
    token = person.signed_in()
    person.idp.global_sign_out(AccessToken=token)
    with pytest.raises(person.idp.exceptions.NotAuthorizedException):
        person.idp.get_user(AccessToken=token)


def forgot_password(person):
    person.confirmed()
    sent = person.idp.forgot_password(ClientId=person.client_id, Username=person.name)
    assert sent["CodeDeliveryDetails"]["Destination"]


def confirm_forgot_password(person):
    forgot_password(person)
    person.idp.confirm_forgot_password(
        ClientId=person.client_id,
        Username=person.name,
        ConfirmationCode=person.code(),
        Password=OTHER_PASSWORD,
    )
    assert person.sign_in(OTHER_PASSWORD)["AuthenticationResult"]


def change_password(person):
    person.idp.change_password(
        AccessToken=person.signed_in(), PreviousPassword=PASSWORD, ProposedPassword=OTHER_PASSWORD
    )
    assert person.sign_in(OTHER_PASSWORD)["AuthenticationResult"]


def get_user(person):
    assert person.idp.get_user(AccessToken=person.signed_in())["Username"] == person.name


def update_user_attributes(person):
    token = person.signed_in()
    person.idp.update_user_attributes(AccessToken=token, UserAttributes=[{"Name": "name", "Value": "Ada"}])
    attributes = person.idp.get_user(AccessToken=token)["UserAttributes"]
    assert {"Name": "name", "Value": "Ada"} in attributes


def delete_user_attributes(person):
    token = person.signed_in()
    person.idp.delete_user_attributes(AccessToken=token, UserAttributeNames=["phone_number"])
    names = [attribute["Name"] for attribute in person.idp.get_user(AccessToken=token)["UserAttributes"]]
    assert "phone_number" not in names


def get_user_attribute_verification_code(person):
    sent = person.idp.get_user_attribute_verification_code(
        AccessToken=person.signed_in(), AttributeName="email"
    )
    assert sent["CodeDeliveryDetails"]["DeliveryMedium"] == "EMAIL"


def verify_user_attribute(person):
    token = person.signed_in()
    person.idp.get_user_attribute_verification_code(AccessToken=token, AttributeName="email")
    person.idp.verify_user_attribute(AccessToken=token, AttributeName="email", Code=person.code())


def delete_user(person):
    person.idp.delete_user(AccessToken=person.signed_in())
    with pytest.raises(person.idp.exceptions.UserNotFoundException):
        person.sign_in()


def associate_software_token(person):
    answer = person.idp.associate_software_token(AccessToken=person.signed_in())
    assert answer["SecretCode"]


def verify_software_token(person):
    token = person.signed_in()
    secret = person.idp.associate_software_token(AccessToken=token)["SecretCode"]
    code = pyotp.TOTP(secret).now()
    assert person.idp.verify_software_token(AccessToken=token, UserCode=code)["Status"] == "SUCCESS"


def set_user_mfa_preference(person):
    token = person.with_phone()
    person.idp.set_user_mfa_preference(
        AccessToken=token, SMSMfaSettings={"Enabled": True, "PreferredMfa": True}
    )
    assert person.idp.get_user(AccessToken=token)["PreferredMfaSetting"] == "SMS_MFA"


def set_user_settings(person):
    token = person.with_phone()
    options = [{"DeliveryMedium": "SMS", "AttributeName": "phone_number"}]
    person.idp.set_user_settings(AccessToken=token, MFAOptions=options)
    user = person.idp.get_user(AccessToken=token)
    assert user["MFAOptions"] == options and user["UserMFASettingList"] == ["SMS_MFA"]


def get_user_auth_factors(person):
    factors = person.idp.get_user_auth_factors(AccessToken=person.signed_in())
    assert "PASSWORD" in factors["ConfiguredUserAuthFactors"]


def confirm_device(person):
    assert person.with_device()["DeviceKey"]


def get_device(person):
    device = person.with_device()
    assert person.idp.get_device(**device)["Device"]["DeviceKey"] == device["DeviceKey"]


def list_devices(person):
    device = person.with_device()
    listed = person.idp.list_devices(AccessToken=device["AccessToken"])["Devices"]
    assert [each["DeviceKey"] for each in listed] == [device["DeviceKey"]]


def update_device_status(person):
    device = person.with_device()
    person.idp.update_device_status(**device, DeviceRememberedStatus="not_remembered")
    assert person.idp.list_devices(AccessToken=device["AccessToken"])["Devices"] == []


def forget_device(person):
    device = person.with_device()
    person.idp.forget_device(**device)
    with pytest.raises(person.idp.exceptions.ResourceNotFoundException):
        person.idp.get_device(**device)


def tracked(person) -> list[dict]:
    """The sessions of a user who is signed in twice."""
    person.admin.set_user_pool_session_configuration(
        UserPoolId=person.pool, UserSessionTracking="ENABLED", TokenSession={"MaxPerUser": 2}
    )
    person.signed_in()
    person.sign_in()
    return person.idp.list_user_sessions(AccessToken=person.tokens["AccessToken"])["Sessions"]


def list_user_sessions(person):
    assert sorted(session["IsCurrentSession"] for session in tracked(person)) == [False, True]


def revoke_user_session(person):
    (other,) = [session for session in tracked(person) if not session["IsCurrentSession"]]
    token = person.tokens["AccessToken"]
    person.idp.revoke_user_session(AccessToken=token, SessionId=other["SessionId"])
    left = person.idp.list_user_sessions(AccessToken=token)["Sessions"]
    assert [session["IsCurrentSession"] for session in left] == [True]


def creation_options(person) -> dict:
    """The options of a passkey for a user of a pool that allows them."""
    person.admin.update_user_pool(
        UserPoolId=person.pool,
        AutoVerifiedAttributes=["email"],
        Policies={"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"]}},
    )
    person.admin.set_user_pool_mfa_config(
        UserPoolId=person.pool, WebAuthnConfiguration={"RelyingPartyId": "notes.example"}
    )
    started = person.idp.start_web_authn_registration(AccessToken=person.signed_in())
    return started["CredentialCreationOptions"]


def with_passkey(person) -> list[dict]:
    """Signed in, with a passkey that local-aws's software authenticator makes."""
    question = {"ceremony": "create", "options": creation_options(person)}
    answer = person.backend.json(f"/_local/authenticators/{person.name}", question)
    token = person.tokens["AccessToken"]
    person.idp.complete_web_authn_registration(AccessToken=token, Credential=answer["credential"])
    return person.idp.list_web_authn_credentials(AccessToken=token)["Credentials"]


def start_web_authn_registration(person):
    assert creation_options(person)["rp"]["id"] == "notes.example"


def complete_web_authn_registration(person):
    assert with_passkey(person)


def list_web_authn_credentials(person):
    assert [passkey["RelyingPartyId"] for passkey in with_passkey(person)] == ["notes.example"]


def delete_web_authn_credential(person):
    (passkey,) = with_passkey(person)
    token = person.tokens["AccessToken"]
    person.idp.delete_web_authn_credential(AccessToken=token, CredentialId=passkey["CredentialId"])
    assert person.idp.list_web_authn_credentials(AccessToken=token)["Credentials"] == []


def update_auth_event_feedback(person):
    low = {"LowAction": {"Notify": True, "EventAction": "NO_ACTION"}}
    person.admin.set_risk_configuration(
        UserPoolId=person.pool, AccountTakeoverRiskConfiguration={"Actions": low}
    )
    person.confirmed()
    for _ in range(3):
        with pytest.raises(person.idp.exceptions.NotAuthorizedException):
            person.sign_in("Wrong-horse-9-bättery")
    person.sign_in()
    user = {"UserPoolId": person.pool, "Username": person.name}
    event = person.admin.admin_list_user_auth_events(**user)["AuthEvents"][0]
    person.idp.update_auth_event_feedback(
        **user, EventId=event["EventId"], FeedbackToken=person.code(), FeedbackValue="Valid"
    )
    event = person.admin.admin_list_user_auth_events(**user)["AuthEvents"][0]
    assert event["EventFeedback"]["FeedbackValue"] == "Valid"


CALLS = [
    associate_software_token,
    change_password,
    complete_web_authn_registration,
    confirm_device,
    confirm_forgot_password,
    confirm_sign_up,
    delete_user,
    delete_user_attributes,
    delete_web_authn_credential,
    forget_device,
    forgot_password,
    get_device,
    get_tokens_from_refresh_token,
    get_user,
    get_user_attribute_verification_code,
    get_user_auth_factors,
    global_sign_out,
    initiate_auth,
    list_devices,
    list_user_sessions,
    list_web_authn_credentials,
    resend_confirmation_code,
    respond_to_auth_challenge,
    revoke_token,
    revoke_user_session,
    set_user_mfa_preference,
    set_user_settings,
    sign_up,
    start_web_authn_registration,
    update_auth_event_feedback,
    update_device_status,
    update_user_attributes,
    verify_software_token,
    verify_user_attribute,
]


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.__name__)
def test_an_operation_does_its_work(person, call):
    called = set()
    person.idp.meta.events.register(
        "before-call.cognito-identity-provider", lambda model, **_: called.add(model.name)
    )
    call(person)
    assert operation_of(person.idp, call) in called


def test_every_operation_that_needs_no_signature_is_called():
    client = boto3.client("cognito-idp", region_name="eu-west-1", **ROOT)
    model = client.meta.service_model
    unsigned = {name for name in model.operation_names if model.operation_model(name).auth_type == "none"}
    assert {operation_of(client, call) for call in CALLS} == unsigned


def operation_of(client, call) -> str:
    return client.meta.method_to_api_mapping[call.__name__]
