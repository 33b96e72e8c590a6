// amazon-cognito-identity-js confirms a device as part of signing in, and signs in with it.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { admin, newPool, newUserIn } from './aws.mjs';
import { answerTotp, call, callWithHandlers, enrolAuthenticator, newBrowser, signIn } from './backend.mjs';

const remembers = { ChallengeRequiredOnNewDevice: true, DeviceOnlyRememberedOnUserPrompt: false };
const asksFirst = { ChallengeRequiredOnNewDevice: true, DeviceOnlyRememberedOnUserPrompt: true };

const newPoolWithTotp = async (DeviceConfiguration) => {
  const pool = await newPool({ DeviceConfiguration });
  await admin('SetUserPoolMfaConfig', {
    UserPoolId: pool.UserPoolId,
    MfaConfiguration: 'OPTIONAL',
    SoftwareTokenMfaConfiguration: { Enabled: true },
  });
  return pool;
};

const devicesOf = (user) => callWithHandlers(user, 'listDevices', 10, null).then((answer) => answer.Devices);

describe('devices', () => {
  let pool;

  before(async () => {
    pool = await newPool({ DeviceConfiguration: remembers });
  });

  test('a new device is confirmed, listed and shown', async () => {
    const { name, password } = await newUserIn(pool);
    const { user, asksToRemember } = await signIn(name, password, newBrowser(pool));
    assert.equal(asksToRemember, false);
    const [device, ...others] = await devicesOf(user);
    assert.equal(others.length, 0);
    const { Device } = await callWithHandlers(user, 'getDevice');
    assert.equal(Device.DeviceKey, device.DeviceKey);
  });

  test('a known device proves itself at each later sign-in, and stays one device', async () => {
    const { name, password } = await newUserIn(pool);
    const browser = newBrowser(pool);
    for (let time = 0; time < 5; time += 1) {
      const { user, session } = await signIn(name, password, browser);
      assert.ok(session.isValid());
      assert.equal((await devicesOf(user)).length, 1);
    }
  });

  test('a device that proves itself with a wrong password is refused', async () => {
    const { name, password } = await newUserIn(pool);
    const browser = newBrowser(pool);
    await signIn(name, password, browser);
    const prefix = `CognitoIdentityServiceProvider.${pool.ClientId}.${name}`;
    assert.ok(browser.Storage.getItem(`${prefix}.randomPasswordKey`));
    browser.Storage.setItem(`${prefix}.randomPasswordKey`, 'wrong');
    await assert.rejects(signIn(name, password, browser), { code: 'NotAuthorizedException' });
  });

  test('a refresh goes on with the device', async () => {
    const { name, password } = await newUserIn(pool);
    const { user, session } = await signIn(name, password, newBrowser(pool));
    const refreshed = await call(user, 'refreshSession', session.getRefreshToken());
    assert.notEqual(refreshed.getAccessToken().getJwtToken(), session.getAccessToken().getJwtToken());
  });

  test('a device that was forgotten elsewhere is registered anew', async () => {
    const { name, password } = await newUserIn(pool);
    const [here, there] = [newBrowser(pool), newBrowser(pool)];
    const first = await signIn(name, password, here);
    const [{ DeviceKey: forgotten }] = await devicesOf(first.user);
    const { user } = await signIn(name, password, there);
    await callWithHandlers(user, 'forgetSpecificDevice', forgotten);

    const again = await signIn(name, password, here);
    const keys = (await devicesOf(again.user)).map((device) => device.DeviceKey);
    assert.equal(keys.length, 2);
    assert.ok(!keys.includes(forgotten));
  });

  test('a remembered device skips the second factor, another one does not', async () => {
    const withTotp = await newPoolWithTotp(remembers);
    const { name, password } = await newUserIn(withTotp);
    const [here, there] = [newBrowser(withTotp), newBrowser(withTotp)];
    const { user } = await signIn(name, password, here);
    const authenticator = await enrolAuthenticator(user);

    assert.ok((await signIn(name, password, here)).session);
    const elsewhere = await signIn(name, password, there);
    assert.equal(elsewhere.challenge, 'SOFTWARE_TOKEN_MFA');
    // The code of enrolment counts once; an authenticator's next one is as good within the allowed drift.
    await answerTotp(elsewhere.user, authenticator.generate({ timestamp: Date.now() + 30_000 }));
    assert.ok((await signIn(name, password, there)).session);
  });

  test('a pool that asks the person remembers a device, and no longer, on demand', async () => {
    const withTotp = await newPoolWithTotp(asksFirst);
    const { name, password } = await newUserIn(withTotp);
    const browser = newBrowser(withTotp);
    const { user, asksToRemember } = await signIn(name, password, browser);
    assert.equal(asksToRemember, true);
    await enrolAuthenticator(user);
    assert.equal((await signIn(name, password, browser)).challenge, 'SOFTWARE_TOKEN_MFA');

    await callWithHandlers(user, 'setDeviceStatusRemembered');
    assert.ok((await signIn(name, password, browser)).session);
    await callWithHandlers(user, 'setDeviceStatusNotRemembered');
    assert.equal((await signIn(name, password, browser)).challenge, 'SOFTWARE_TOKEN_MFA');
  });
});
