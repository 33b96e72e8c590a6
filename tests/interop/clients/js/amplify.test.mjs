// Amplify Auth signs in by choice, with codes, custom challenges and devices, and lists passkeys.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import {
  autoSignIn,
  confirmSignIn,
  confirmSignUp,
  deleteWebAuthnCredential,
  fetchAuthSession,
  fetchDevices,
  forgetDevice,
  listWebAuthnCredentials,
  rememberDevice,
  setUpTOTP,
  signIn,
  signOut,
  signUp,
  updateMFAPreference,
  verifyTOTPSetup,
} from '@aws-amplify/auth';
import { cognitoUserPoolsTokenProvider } from '@aws-amplify/auth/cognito';
import { Amplify } from '@aws-amplify/core';
import { Secret, TOTP } from 'otpauth';

import { admin, deliveredCode, endpoint, newPool, newUserIn, setTriggers } from './aws.mjs';

const FLOWS = ['ALLOW_USER_AUTH', 'ALLOW_USER_SRP_AUTH', 'ALLOW_CUSTOM_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'];
const FACTORS = { SignInPolicy: { AllowedFirstAuthFactors: ['PASSWORD', 'EMAIL_OTP', 'SMS_OTP', 'WEB_AUTHN'] } };

// Amplify has one configuration and one storage at a time.
const use = ({ UserPoolId, ClientId }) => {
  Amplify.configure({
    Auth: { Cognito: { userPoolId: UserPoolId, userPoolClientId: ClientId, userPoolEndpoint: endpoint } },
  });
  useNewBrowser();
};

const useNewBrowser = () => {
  const browser = new Browser();
  useBrowser(browser);
  return browser;
};

const useBrowser = (browser) => cognitoUserPoolsTokenProvider.setKeyValueStorage(browser);

class Browser {
  #items = new Map();
  getItem = async (name) => this.#items.get(name) ?? null;
  setItem = async (name, value) => void this.#items.set(name, value);
  removeItem = async (name) => void this.#items.delete(name);
  clear = async () => this.#items.clear();
}

const newUser = async (pool) => {
  const email = `${crypto.randomUUID()}@example.com`;
  return { ...(await newUserIn(pool, { email, email_verified: 'true' })), email };
};

const tokens = async (options) => (await fetchAuthSession(options)).tokens;

const assertSignedIn = async ({ isSignedIn, nextStep }, { name }) => {
  assert.equal(nextStep.signInStep, 'DONE');
  assert.ok(isSignedIn);
  assert.equal((await tokens()).accessToken.payload.username, name);
};

const withUserAuth = (username, options = {}) =>
  signIn({ username, options: { authFlowType: 'USER_AUTH', ...options } });

describe('choice', () => {
  let pool;

  before(async () => {
    pool = await newPool({ Policies: FACTORS, AutoVerifiedAttributes: ['email'] }, FLOWS);
    use(pool);
  });

  test('the factors of a user are offered', async () => {
    const user = await newUser(pool);
    const { nextStep } = await withUserAuth(user.name);
    assert.equal(nextStep.signInStep, 'CONTINUE_SIGN_IN_WITH_FIRST_FACTOR_SELECTION');
    assert.deepEqual([...nextStep.availableChallenges].sort(), ['EMAIL_OTP', 'PASSWORD', 'PASSWORD_SRP']);
  });

  for (const [chosen, step] of [
    ['PASSWORD', 'CONFIRM_SIGN_IN_WITH_PASSWORD'],
    ['PASSWORD_SRP', 'CONFIRM_SIGN_IN_WITH_PASSWORD'],
  ]) {
    test(`${chosen} is chosen`, async () => {
      await signOut();
      const user = await newUser(pool);
      await withUserAuth(user.name);
      const { nextStep } = await confirmSignIn({ challengeResponse: chosen });
      assert.equal(nextStep.signInStep, step);
      await assertSignedIn(await confirmSignIn({ challengeResponse: user.password }), user);
    });

    test(`${chosen} is preferred`, async () => {
      await signOut();
      const user = await newUser(pool);
      const options = { authFlowType: 'USER_AUTH', preferredChallenge: chosen };
      await assertSignedIn(await signIn({ username: user.name, password: user.password, options }), user);
    });
  }

  test('a code by mail is chosen', async () => {
    await signOut();
    const user = await newUser(pool);
    await withUserAuth(user.name);
    const { nextStep } = await confirmSignIn({ challengeResponse: 'EMAIL_OTP' });
    assert.equal(nextStep.signInStep, 'CONFIRM_SIGN_IN_WITH_EMAIL_CODE');
    assert.equal(nextStep.codeDeliveryDetails.deliveryMedium, 'EMAIL');
    await assertSignedIn(await confirmSignIn({ challengeResponse: await deliveredCode(user.email) }), user);
  });

  test('a code by mail is preferred, and a wrong one is refused', async () => {
    await signOut();
    const user = await newUser(pool);
    const { nextStep } = await withUserAuth(user.name, { preferredChallenge: 'EMAIL_OTP' });
    assert.equal(nextStep.signInStep, 'CONFIRM_SIGN_IN_WITH_EMAIL_CODE');
    const code = await deliveredCode(user.email);
    const wrong = String((Number(code) + 1) % 10 ** code.length).padStart(code.length, '0');
    await assert.rejects(confirmSignIn({ challengeResponse: wrong }), { name: 'CodeMismatchException' });
    await assertSignedIn(await confirmSignIn({ challengeResponse: code }), user);
  });

  test('a preferred factor that the user lacks leads to the choice', async () => {
    await signOut();
    const user = await newUser(pool);
    const { nextStep } = await withUserAuth(user.name, { preferredChallenge: 'SMS_OTP' });
    assert.equal(nextStep.signInStep, 'CONTINUE_SIGN_IN_WITH_FIRST_FACTOR_SELECTION');
  });

  test('a user without a password signs up, confirms and is signed in', async () => {
    await signOut();
    const name = crypto.randomUUID();
    const email = `${name}@example.com`;
    await signUp({
      username: name,
      options: { userAttributes: { email }, autoSignIn: { authFlowType: 'USER_AUTH' } },
    });
    const { nextStep } = await confirmSignUp({ username: name, confirmationCode: await deliveredCode(email) });
    assert.equal(nextStep.signUpStep, 'COMPLETE_AUTO_SIGN_IN');
    await assertSignedIn(await autoSignIn(), { name });
  });

  test('the session is refreshed', async () => {
    await signOut();
    const user = await newUser(pool);
    await signIn({ username: user.name, password: user.password });
    const before = (await tokens()).accessToken.toString();
    const after = (await tokens({ forceRefresh: true })).accessToken.toString();
    assert.notEqual(after, before);
  });
});

describe('custom sign-in', () => {
  for (const [title, authFlowType] of [
    ['without the password', 'CUSTOM_WITHOUT_SRP'],
    ['after the password by SRP', 'CUSTOM_WITH_SRP'],
  ]) {
    test(title, async () => {
      const pool = await newPool({}, FLOWS);
      use(pool);
      const challenge = { publicParameters: { question: 'the colour of the sky' }, answer: 'blue' };
      await setTriggers({ userPoolId: pool.UserPoolId, customAuth: { challenges: [challenge], wrongAnswers: 1 } });
      const user = await newUserIn(pool);
      const { nextStep } = await signIn({
        username: user.name,
        ...(authFlowType === 'CUSTOM_WITH_SRP' && { password: user.password }),
        options: { authFlowType },
      });
      assert.equal(nextStep.signInStep, 'CONFIRM_SIGN_IN_WITH_CUSTOM_CHALLENGE');
      assert.equal(nextStep.additionalInfo.question, 'the colour of the sky');
      const again = await confirmSignIn({ challengeResponse: 'red' });
      assert.equal(again.nextStep.signInStep, 'CONFIRM_SIGN_IN_WITH_CUSTOM_CHALLENGE');
      await assertSignedIn(await confirmSignIn({ challengeResponse: 'blue' }), user);
    });
  }
});

describe('devices', () => {
  const newPoolThat = async (DeviceOnlyRememberedOnUserPrompt) => {
    const pool = await newPool(
      { DeviceConfiguration: { ChallengeRequiredOnNewDevice: true, DeviceOnlyRememberedOnUserPrompt } },
      FLOWS,
    );
    await admin('SetUserPoolMfaConfig', {
      UserPoolId: pool.UserPoolId,
      MfaConfiguration: 'OPTIONAL',
      SoftwareTokenMfaConfiguration: { Enabled: true },
    });
    use(pool);
    return pool;
  };

  const enrolAuthenticator = async () => {
    const { sharedSecret } = await setUpTOTP();
    await verifyTOTPSetup({ code: new TOTP({ secret: Secret.fromBase32(sharedSecret) }).generate() });
    await updateMFAPreference({ totp: 'PREFERRED' });
  };

  const stepOf = async ({ name: username, password }) => {
    await signOut();
    return (await signIn({ username, password })).nextStep.signInStep;
  };

  test('a device is confirmed by signing in, and proves itself later', async () => {
    const user = await newUserIn(await newPoolThat(false));
    for (let time = 0; time < 3; time += 1) {
      assert.equal(await stepOf(user), 'DONE');
      assert.equal((await fetchDevices()).length, 1);
    }
  });

  test('a refresh goes on with the device', async () => {
    const user = await newUserIn(await newPoolThat(false));
    await stepOf(user);
    const before = (await tokens()).accessToken.toString();
    assert.notEqual((await tokens({ forceRefresh: true })).accessToken.toString(), before);
  });

  test('a remembered device skips the second factor, a new browser does not', async () => {
    const user = await newUserIn(await newPoolThat(false));
    await stepOf(user);
    await enrolAuthenticator();
    assert.equal(await stepOf(user), 'DONE');
    useNewBrowser();
    assert.equal(await stepOf(user), 'CONFIRM_SIGN_IN_WITH_TOTP_CODE');
  });

  test('a pool that asks the person remembers on demand', async () => {
    const user = await newUserIn(await newPoolThat(true));
    await stepOf(user);
    await enrolAuthenticator();
    await rememberDevice();
    assert.equal(await stepOf(user), 'DONE');
  });

  test('a device that was forgotten elsewhere is registered anew', async () => {
    const user = await newUserIn(await newPoolThat(false));
    const here = useNewBrowser();
    await stepOf(user);
    const [{ id: forgotten }] = await fetchDevices();
    const there = useNewBrowser();
    await stepOf(user);
    await forgetDevice({ device: { id: forgotten } });
    assert.notEqual(here, there);

    useBrowser(here);
    assert.equal(await stepOf(user), 'DONE');
    const ids = (await fetchDevices()).map((device) => device.id);
    assert.equal(ids.length, 2);
    assert.ok(!ids.includes(forgotten));
  });
});

describe('passkeys', () => {
  const RELYING_PARTY = 'localhost';
  let pool;

  before(async () => {
    pool = await newPool({ Policies: FACTORS }, FLOWS);
    await admin('SetUserPoolMfaConfig', {
      UserPoolId: pool.UserPoolId,
      WebAuthnConfiguration: { RelyingPartyId: RELYING_PARTY, UserVerification: 'preferred' },
    });
    use(pool);
  });

  // Amplify registers passkeys only in a browser. Here the backend's software authenticator takes part.
  const register = async () => {
    const AccessToken = (await tokens()).accessToken.toString();
    const { CredentialCreationOptions } = await call('StartWebAuthnRegistration', { AccessToken });
    const answer = await fetch(`${endpoint}/_local/authenticators/interop`, {
      method: 'POST',
      body: JSON.stringify({
        ceremony: 'create',
        options: CredentialCreationOptions,
        origin: `https://${RELYING_PARTY}`,
        verifiesUser: true,
      }),
    });
    const { credential } = await answer.json();
    await call('CompleteWebAuthnRegistration', { AccessToken, Credential: credential });
    return credential.id;
  };

  const call = async (operation, input) => {
    const answer = await fetch(`${endpoint}/`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `AWSCognitoIdentityProviderService.${operation}`,
      },
      body: JSON.stringify(input),
    });
    assert.ok(answer.ok, `${operation}: ${await answer.clone().text()}`);
    return answer.json();
  };

  test('passkeys are listed in pages, and deleted', async () => {
    await signOut();
    const user = await newUserIn(pool);
    await signIn({ username: user.name, password: user.password });
    assert.deepEqual((await listWebAuthnCredentials()).credentials, []);

    const registered = [await register(), await register()];
    const first = await listWebAuthnCredentials({ pageSize: 1 });
    const second = await listWebAuthnCredentials({ pageSize: 1, nextToken: first.nextToken });
    const listed = [...first.credentials, ...second.credentials];
    assert.deepEqual(listed.map((credential) => credential.credentialId).sort(), registered.sort());
    assert.equal(listed[0].relyingPartyId, RELYING_PARTY);
    assert.ok(listed[0].createdAt instanceof Date);

    await deleteWebAuthnCredential({ credentialId: registered[0] });
    const { credentials } = await listWebAuthnCredentials();
    assert.deepEqual(credentials.map((credential) => credential.credentialId), [registered[1]]);
  });

  test('a passkey is offered to its owner', async () => {
    await signOut();
    const user = await newUserIn(pool);
    await signIn({ username: user.name, password: user.password });
    await register();
    await signOut();
    const { nextStep } = await withUserAuth(user.name);
    assert.ok(nextStep.availableChallenges.includes('WEB_AUTHN'));
  });
});
