"""pycognito confirms a device, signs in with it, and forgets it.

pycognito sends three of its device operations to AWS's own address, whatever the endpoint of its client is. Here they go to the
backend.
"""

import pyotp
import pytest
import requests
from backend import Pool, User
from pycognito import AWSSRP, aws_srp
from pycognito.exceptions import SoftwareTokenMFAChallengeException

REMEMBERS = {"ChallengeRequiredOnNewDevice": True, "DeviceOnlyRememberedOnUserPrompt": False}
ASKS_FIRST = {"ChallengeRequiredOnNewDevice": True, "DeviceOnlyRememberedOnUserPrompt": True}


@pytest.fixture(autouse=True)
def to_the_backend(backend, monkeypatch):
    post = requests.post
    monkeypatch.setattr(
        aws_srp.requests, "post", lambda url, **rest: post(backend.endpoints["cognitoIdp"], **rest)
    )


@pytest.fixture(scope="module")
def remembering(backend) -> Pool:
    return backend.new_pool(DeviceConfiguration=REMEMBERS)


def sign_in(pool: Pool, user: User, device: dict | None = None) -> tuple[AWSSRP, dict]:
    srp = AWSSRP(user.name, user.password, pool.id, pool.client_id, client=pool.client, **(device or {}))
    return srp, srp.authenticate_user()


def new_device(pool: Pool, user: User) -> tuple[dict, dict, dict]:
    """Signs in on a new device. Returns what the device keeps, the tokens, and the answer to ConfirmDevice."""
    srp, answer = sign_in(pool, user)
    response, password = srp.confirm_device(answer, "an interop device")
    assert response.status_code == 200, response.text
    device = {
        "device_key": srp.device_key,
        "device_group_key": srp.device_group_key,
        "device_password": password,
    }
    return device, answer["AuthenticationResult"], response.json()


def test_a_confirmed_device_is_listed(remembering):
    device, tokens, confirmed = new_device(remembering, remembering.new_user())
    assert not confirmed["UserConfirmationNecessary"]
    assert device["device_key"].startswith(f"{remembering.region}_")
    [listed] = remembering.client.list_devices(AccessToken=tokens["AccessToken"])["Devices"]
    assert listed["DeviceKey"] == device["device_key"]
    attributes = {attribute["Name"]: attribute["Value"] for attribute in listed["DeviceAttributes"]}
    assert attributes["device_name"] == "an interop device"


def test_a_known_device_proves_itself(remembering):
    user = remembering.new_user()
    device, _, _ = new_device(remembering, user)
    for _ in range(5):
        _, answer = sign_in(remembering, user, device)
        assert answer["AuthenticationResult"]["AccessToken"]
        assert "NewDeviceMetadata" not in answer["AuthenticationResult"]


def test_a_wrong_device_password_is_refused(remembering, refused):
    user = remembering.new_user()
    device, _, _ = new_device(remembering, user)
    with refused("NotAuthorizedException"):
        sign_in(remembering, user, device | {"device_password": "wrong"})


def test_another_person_s_device_is_refused(remembering, refused):
    device, _, _ = new_device(remembering, remembering.new_user())
    with refused("ResourceNotFoundException", "NotAuthorizedException"):
        sign_in(remembering, remembering.new_user(), device)


def test_a_forgotten_device_is_unknown(remembering, refused):
    user = remembering.new_user()
    device, tokens, _ = new_device(remembering, user)
    AWSSRP(user.name, user.password, remembering.id, remembering.client_id, client=remembering.client).forget_device(
        tokens["AccessToken"], device["device_key"]
    )
    assert not remembering.client.list_devices(AccessToken=tokens["AccessToken"])["Devices"]
    with refused("ResourceNotFoundException", "NotAuthorizedException"):
        sign_in(remembering, user, device)


def test_a_refresh_needs_the_device_key(remembering, refused):
    device, tokens, _ = new_device(remembering, remembering.new_user())
    refresh = {"ClientId": remembering.client_id, "AuthFlow": "REFRESH_TOKEN_AUTH"}
    parameters = {"REFRESH_TOKEN": tokens["RefreshToken"]}
    with refused("NotAuthorizedException"):
        remembering.client.initiate_auth(AuthParameters=parameters, **refresh)
    parameters["DEVICE_KEY"] = device["device_key"]
    answer = remembering.client.initiate_auth(AuthParameters=parameters, **refresh)
    assert answer["AuthenticationResult"]["AccessToken"]


def test_a_remembered_device_skips_the_second_factor(backend):
    pool = with_totp(backend, REMEMBERS)
    user = pool.new_user()
    device, tokens, _ = new_device(pool, user)
    enrol_authenticator(pool, tokens["AccessToken"])
    with pytest.raises(SoftwareTokenMFAChallengeException):
        sign_in(pool, user)
    _, answer = sign_in(pool, user, device)
    assert answer["AuthenticationResult"]["AccessToken"]


def test_a_pool_that_asks_the_user_remembers_on_demand(backend):
    pool = with_totp(backend, ASKS_FIRST)
    user = pool.new_user()
    device, tokens, confirmed = new_device(pool, user)
    assert confirmed["UserConfirmationNecessary"]
    enrol_authenticator(pool, tokens["AccessToken"])
    with pytest.raises(SoftwareTokenMFAChallengeException):
        sign_in(pool, user, device)

    srp = AWSSRP(user.name, user.password, pool.id, pool.client_id, client=pool.client)
    assert "[200]" in srp.update_device_status(True, tokens["AccessToken"], device["device_key"])
    sign_in(pool, user, device)

    assert "[200]" in srp.update_device_status(False, tokens["AccessToken"], device["device_key"])
    with pytest.raises(SoftwareTokenMFAChallengeException):
        sign_in(pool, user, device)


def with_totp(backend, devices: dict) -> Pool:
    pool = backend.new_pool(DeviceConfiguration=devices)
    pool.admin.set_user_pool_mfa_config(
        UserPoolId=pool.id, MfaConfiguration="OPTIONAL", SoftwareTokenMfaConfiguration={"Enabled": True}
    )
    return pool


def enrol_authenticator(pool: Pool, access_token: str) -> None:
    secret = pool.client.associate_software_token(AccessToken=access_token)["SecretCode"]
    pool.client.verify_software_token(AccessToken=access_token, UserCode=pyotp.TOTP(secret).now())
    pool.client.set_user_mfa_preference(
        AccessToken=access_token, SoftwareTokenMfaSettings={"Enabled": True, "PreferredMfa": True}
    )
