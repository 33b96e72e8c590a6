// Passkeys as people meet them, with Chromium's virtual authenticator.
import { after, afterEach, before, describe, test } from 'node:test';

import { VirtualAuthenticator } from '../../../bindings/wasm/tests/browser/virtual_authenticator.mjs';
import { Suite } from './suite.mjs';

describe('Passkeys in Field notes', { timeout: 300_000 }, () => {
  let suite;
  before(async () => {
    suite = await Suite.open();
  });
  after(() => suite?.close());
  afterEach(() => suite.clear());

  test('a passkey is added, signs in when it is chosen and when it is suggested, and is deleted', async () => {
    const quin = await suite.member('quin');
    const authenticator = await VirtualAuthenticator.in(quin.page);
    await quin.follows('quin');
    await quin.presses('Add a passkey');
    await quin.hears('Your passkey is ready.');
    const passkeys = quin.page.getByRole('list', { name: 'Your passkeys' });
    await passkeys.getByRole('listitem').waitFor();
    await quin.looksAround('passkeys');
    await quin.presses('Add a passkey');
    await quin.hears('already has a passkey of yours', 'alert');

    // Without the person, nothing is suggested.
    await authenticator.setUserVerified(false);
    await quin.presses('Sign out');
    await quin.sees('heading', 'Sign in');
    await quin.presses('Other ways to sign in');
    await quin.page.getByLabel('My passkey').check();
    await quin.presses('Go on');
    await quin.sees('heading', 'Use your passkey');
    await quin.hears('The passkey was not used', 'alert');
    await quin.looksAround('passkey');
    await authenticator.setUserVerified(true);
    await quin.presses('Try again');
    await quin.sees('heading', 'quin’s notebook');

    await quin.follows('quin');
    await quin.presses('Sign out');
    // The browser suggests it in the field of the user name.
    await quin.sees('heading', 'quin’s notebook');

    await quin.follows('quin');
    await passkeys.getByRole('button', { name: /^Delete the passkey/ }).click();
    await quin.presses('Delete passkey', { within: quin.page.getByRole('dialog') });
    await quin.hears('The passkey is deleted.');
    await passkeys.waitFor({ state: 'detached' });
    await quin.presses('Sign out');
    await quin.sees('heading', 'Sign in');
  });
});
