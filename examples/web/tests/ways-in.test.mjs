// The ways to prove who one is, as people meet them, in Chromium and on local-aws.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';

import { scan } from './scan.mjs';
import { PASSWORD, Suite } from './suite.mjs';

describe('Ways into Field notes', { timeout: 300_000 }, () => {
  let suite;
  before(async () => {
    suite = await Suite.open();
  });
  after(() => suite?.close());
  afterEach(() => suite.clear());

  test('someone chooses how to sign in, and has a code mailed, also after a reload', async () => {
    await suite.backend.createUser('pia', { password: PASSWORD, attributes: { email: 'pia@example.com' } });
    const pia = await suite.person();
    await pia.presses('Other ways to sign in');
    await pia.hears('Enter your user name or email first', 'alert');
    await pia.fills('User name or email', 'pia');
    await pia.presses('Other ways to sign in');
    await pia.sees('heading', 'How do you want to sign in?');
    await pia.looksAround('ways');
    await pia.reloads();
    await pia.page.getByLabel('A code by mail').check();
    await pia.presses('Go on');
    await pia.sees('heading', 'Enter the code');
    await pia.looksAround('mailed-code');
    const first = await pia.code('pia@example.com');
    await pia.presses('Send another code');
    await pia.hears('Another code is on its way to p***@e***');
    assert.notEqual(await pia.code('pia@example.com'), first);
    await pia.reloads();
    await pia.fills('Code', first);
    await pia.presses('Sign in');
    await pia.hears('not the right code', 'alert');
    await pia.fills('Code', await pia.code('pia@example.com'));
    await pia.presses('Sign in');
    await pia.sees('heading', 'pia’s notebook');

    await pia.follows('pia');
    await pia.presses('Sign out');
    await pia.fills('User name or email', 'pia');
    await pia.presses('Other ways to sign in');
    await pia.page.getByLabel('My password').check();
    await pia.fills('Password', 'not-Her-password-1');
    await pia.looksAround('ways-password');
    await pia.fills('Password', PASSWORD);
    await pia.presses('Sign in');
    await pia.sees('heading', 'pia’s notebook');
  });

  test('someone signs up without a password', async () => {
    const ola = await suite.person();
    await ola.follows('Create an account');
    await ola.fills('User name', 'ola');
    await ola.fills('Email', 'ola@example.com');
    await ola.presses('Create account');
    await ola.sees('heading', 'Check your mail');
    await ola.fills('Code', await ola.code('ola@example.com'));
    await ola.presses('Confirm');
    await ola.sees('heading', 'ola’s notebook');

    await ola.follows('ola');
    await ola.presses('Sign out');
    await ola.fills('User name or email', 'ola');
    await ola.presses('Other ways to sign in');
    await ola.sees('heading', 'How do you want to sign in?');
    assert.equal(await ola.page.getByLabel('My password').count(), 0);
    await ola.presses('Go on');
    await ola.sees('heading', 'Enter the code');
  });

  test('a trusted device is not asked for a code again, until it is not trusted any more', async () => {
    const rhea = await suite.member('rhea');
    await rhea.follows('rhea');
    await rhea.presses('Set up an authenticator app');
    const totp = await scan(rhea.page.getByRole('img', { name: 'QR code' }));
    await rhea.fills('Code of the app', totp.freshCode());
    await rhea.presses('Turn on');
    await rhea.hears('Two-step sign-in is on.');

    await rhea.presses('Sign out');
    await rhea.signIn('rhea', PASSWORD);
    await rhea.sees('heading', 'Two-step sign-in');
    await rhea.page.getByLabel(/Trust this device/).check();
    await rhea.fills('Code', totp.freshCode());
    await rhea.presses('Sign in');
    await rhea.sees('heading', 'rhea’s notebook');
    await rhea.follows('rhea');
    await rhea.page.getByText('This device is trusted').waitFor();
    await rhea.looksAround('trusted');

    await rhea.presses('Sign out');
    await rhea.signIn('rhea', PASSWORD);
    await rhea.sees('heading', 'rhea’s notebook');
    await rhea.follows('rhea');
    await rhea.presses('Stop trusting this device');
    await rhea.hears('This device is not trusted any more.');
    await rhea.presses('Sign out');
    await rhea.signIn('rhea', PASSWORD);
    await rhea.sees('heading', 'Two-step sign-in');
  });

  test('one sees where one is signed in, and ends what is open elsewhere', async () => {
    const laptop = await suite.member('sol');
    const phone = await suite.person();
    await phone.signIn('sol', PASSWORD);
    await phone.sees('heading', 'sol’s notebook');

    await laptop.follows('sol');
    const sessions = laptop.page.getByRole('list', { name: 'Where you are signed in' }).getByRole('listitem');
    await sessions.nth(1).waitFor();
    assert.equal(await sessions.filter({ hasText: 'This one' }).count(), 1);
    await laptop.page.getByRole('button', { name: /^End the session/ }).click();
    await laptop.sees('dialog', 'End this session?');
    await laptop.presses('End session');
    await laptop.hears('That session is over.');
    assert.equal(await sessions.count(), 1);

    await suite.anHourLater(phone, async () => {
      await phone.reloads();
      await phone.sees('heading', 'Sign in');
      await phone.hears('You were signed out', 'note');
    });
    await laptop.reloads();
    await laptop.sees('heading', 'Your account');
  });

  test('whoever closes the account has proved a moment ago who they are', async () => {
    const tess = await suite.member('tess');
    await suite.anHourLater(tess, async () => {
      await tess.follows('tess');
      await tess.presses('Close my account');
      await tess.sees('heading', 'How do you want to sign in?');
      await tess.presses('Cancel');
      await tess.sees('heading', 'Your account');
      await tess.presses('Close my account');
      await tess.page.getByLabel('My password').check();
      await tess.fills('Password', PASSWORD);
      await tess.presses('Sign in');
      await tess.sees('heading', 'Your account');
      await tess.presses('Close my account');
      await tess.presses('Delete everything');
      await tess.sees('heading', 'Sign in');
    });
  });
});
