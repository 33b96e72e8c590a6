"""pycognito enrols an authenticator, pyotp is the authenticator."""

import time

import pyotp
import pytest
from pycognito.exceptions import SoftwareTokenMFAChallengeException


@pytest.fixture
def enrolled(backend):
    """A user with TOTP, and their authenticator."""
    user = backend.new_user()
    session = backend.signed_in(user)
    authenticator = pyotp.TOTP(session.associate_software_token())
    assert session.verify_software_token(authenticator.now(), "interop")
    session.set_user_mfa_preference(sms_mfa=False, software_token_mfa=True, preferred="SOFTWARE_TOKEN")
    return user, authenticator


def test_the_code_is_asked_for_and_accepted(backend, enrolled):
    user, authenticator = enrolled
    session = backend.pycognito(user.name)
    with pytest.raises(SoftwareTokenMFAChallengeException):
        session.authenticate(user.password)
    assert not session.access_token
    # The code of enrolment counts once; an authenticator's next one is as good within the allowed drift.
    session.respond_to_software_token_mfa_challenge(next_code(authenticator))
    session.verify_tokens()


def test_a_wrong_code_is_refused(backend, enrolled, refused):
    user, authenticator = enrolled
    session = backend.pycognito(user.name)
    with pytest.raises(SoftwareTokenMFAChallengeException):
        session.authenticate(user.password)
    wrong = f"{(int(next_code(authenticator)) + 1) % 1_000_000:06}"
    with refused("CodeMismatchException"):
        session.respond_to_software_token_mfa_challenge(wrong)


def test_a_wrong_code_does_not_enrol(backend, refused):
    session = backend.signed_in(backend.new_user())
    authenticator = pyotp.TOTP(session.associate_software_token())
    wrong = f"{(int(authenticator.now()) + 1) % 1_000_000:06}"
    with refused("EnableSoftwareTokenMFAException", "CodeMismatchException"):
        session.verify_software_token(wrong)


def next_code(authenticator: pyotp.TOTP) -> str:
    return authenticator.at(int(time.time()) + authenticator.interval)
