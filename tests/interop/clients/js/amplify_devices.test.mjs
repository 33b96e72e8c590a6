// Amplify Auth confirms a device as part of signing in, signs in with it, remembers and forgets it.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import {
  fetchDevices,
  forgetDevice,
  rememberDevice,
  setUpTOTP,
  signIn,
  signOut,
  updateMFAPreference,
  verifyTOTPSetup,
} from '@aws-amplify/auth';
import { Secret, TOTP } from 'otpauth';

import { FLOWS, tokens, use, useBrowser, useNewBrowser } from './amplify.mjs';
import { admin, newPool, newUserIn } from './aws.mjs';

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
