// The pages of managed login and of the stand-in providers, to which Field notes sends people: how they look to people, to a keyboard, to
// assistive technology and to a parser.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { VirtualAuthenticator } from '../../../bindings/wasm/tests/browser/virtual_authenticator.mjs';
import { LoginSuite, PASSWORD } from './login_suite.mjs';

describe('Pages of managed login', { timeout: 600_000 }, () => {
  let suite;
  before(async () => {
    suite = await LoginSuite.open();
  });
  after(() => suite?.close());

  test('signing in: the page, a wrong password, a name only, and the first factors', async () => {
    const pool = await suite.pool({ user: 'ada' });
    const ada = await suite.visitor();
    await ada.opens(pool.authorize());
    await ada.looks('sign-in', 'Sign in');
    await ada.fills({ 'User name': 'ada', Password: 'wrong' });
    await ada.presses('Sign in');
    await ada.hears('Incorrect username or password.');
    await ada.looks('wrong-password', 'Sign in');
    await ada.fills({ Password: PASSWORD });
    await ada.presses('Sign in');
    await ada.isBack(/code=/);

    await ada.opens(pool.authorize({}, 'login'));
    await ada.looks('signed-in', 'Sign in');
    await ada.presses('Continue');
    await ada.isBack(/code=/);

    const choice = await suite.pool({ user: 'ada', factors: ['PASSWORD', 'EMAIL_OTP', 'WEB_AUTHN'] });
    await ada.opens(choice.authorize());
    await ada.looks('name-only', 'Sign in');
    await ada.fills({ 'User name': 'ada' });
    await ada.presses('Next');
    await ada.looks('first-factor', 'How do you want to sign in?');
    await ada.presses('Code by email');
    await ada.looks('email-code', 'Enter your code');
    await ada.fills({ Code: '000000' });
    await ada.presses('Sign in');
    await ada.hears('Invalid code');
    await ada.looks('wrong-code', 'Enter your code');
    await ada.fills({ Code: await suite.backend.codeSentTo('ada@example.com') });
    await ada.presses('Sign in');
    await ada.isBack(/code=/);
  });

  test('signing up, confirming, and a forgotten password', async () => {
    const pool = await suite.pool({ user: 'ada' });
    const grace = await suite.visitor();
    await grace.opens(pool.authorize());
    await grace.follows('Create an account');
    await grace.looks('sign-up', 'Create an account');
    await grace.fills({ 'User name': 'grace', 'Email address': 'grace@example.com', Password: 'short' });
    await grace.presses('Create an account');
    await grace.hears('Password did not conform with policy');
    await grace.looks('weak-password', 'Create an account');
    await grace.fills({ Password: PASSWORD });
    await grace.presses('Create an account');
    await grace.looks('confirm', 'Confirm your account');
    await grace.presses('Send a new code');
    await grace.looks('code-sent-again', 'Confirm your account');
    const code = await suite.backend.codeSentTo('grace@example.com');
    const link = pool.authorize({ user_name: 'grace', confirmation_code: code }, 'confirmUser');
    await grace.opens(link);
    await grace.looks('confirmed', 'Confirm your account');

    await grace.opens(pool.authorize({ login_hint: 'grace' }));
    await grace.follows('Forgot your password?');
    await grace.looks('forgot-password', 'Reset your password');
    await grace.fills({ 'User name': 'grace' });
    await grace.presses('Next');
    await grace.looks('reset-password', 'Reset your password');
    await grace.fills({ Code: '000000', 'New password': PASSWORD });
    await grace.presses('Change password');
    await grace.hears('Invalid verification code');
    await grace.looks('wrong-reset-code', 'Reset your password');

    await suite.backend.admin('AdminCreateUser', {
      UserPoolId: pool.id,
      Username: 'new',
      TemporaryPassword: PASSWORD,
      MessageAction: 'SUPPRESS',
    });
    await grace.opens(pool.authorize());
    await grace.fills({ 'User name': 'new', Password: PASSWORD });
    await grace.presses('Sign in');
    await grace.looks('new-password', 'Change password');
  });

  test('second factors: setting one up, choosing one, and each kind of code', async () => {
    const pool = await suite.pool({ user: 'ada', phone: '+491701234567' });
    await pool.requireSecondFactor();
    const ada = await suite.visitor();
    await ada.opens(pool.authorize());
    await ada.fills({ 'User name': 'ada', Password: PASSWORD });
    await ada.presses('Sign in');
    await ada.looks('choose-second-factor', 'How do you want to sign in?');
    await ada.presses('Code by SMS');
    await ada.looks('sms-code', 'Enter your code');

    await pool.addUser('lin', {});
    await ada.opens(pool.authorize());
    await ada.fills({ 'User name': 'lin', Password: PASSWORD });
    await ada.presses('Sign in');
    await ada.looks('set-up-factor', 'Set up a second factor');
    const choice = ada.page.url();
    await ada.presses('Code by email');
    await ada.looks('set-up-email', 'Set up a second factor');
    await ada.opens(pool.authorize());
    assert.notEqual(ada.page.url(), choice);
    await ada.fills({ 'User name': 'lin', Password: PASSWORD });
    await ada.presses('Sign in');
    await ada.presses('Authenticator app');
    await ada.looks('set-up-app', 'Set up your authenticator app');
    await ada.fills({ Code: await ada.codeOfApp() });
    await ada.presses('Confirm');
    await ada.isBack(/code=/);
    await ada.opens(pool.authorize({ prompt: 'login' }));
    await ada.fills({ 'User name': 'lin', Password: PASSWORD });
    await ada.presses('Sign in');
    await ada.looks('app-code', 'Enter your code');
  });

  test('passkeys: one is added, and signs in', async () => {
    const pool = await suite.pool({ user: 'ada', factors: ['PASSWORD', 'WEB_AUTHN'] });
    const ada = await suite.visitor();
    const authenticator = await VirtualAuthenticator.in(ada.page);
    await ada.opens(pool.authorize({}, 'passkeys/add'));
    await ada.fills({ 'User name': 'ada' });
    await ada.presses('Next');
    await ada.fills({ Password: PASSWORD });
    await ada.presses('Sign in');
    await ada.looks('add-passkey', 'Add a passkey');
    await authenticator.setUserVerified(false);
    await ada.presses('Add a passkey');
    await ada.hears('The passkey was not added.');
    await authenticator.setUserVerified(true);
    await ada.presses('Add a passkey');
    await ada.isBack(/code=/);
    assert.equal((await authenticator.passkeys()).length, 1);

    await authenticator.setUserVerified(false);
    await ada.opens(pool.authorize({ prompt: 'login' }));
    await ada.fills({ 'User name': 'ada' });
    await ada.presses('Next');
    await ada.presses('Passkey');
    await ada.hears('The passkey was not used.');
    await ada.looks('passkey', 'Sign in with your passkey');
    await authenticator.setUserVerified(true);
    await ada.presses('Continue');
    await ada.isBack(/code=/);
  });

  test('errors, and a form whose cookie is gone', async () => {
    const pool = await suite.pool({ user: 'ada' });
    const ada = await suite.visitor();
    await ada.opens(pool.authorize({ redirect_uri: 'https://elsewhere.example/' }));
    await ada.looks('error', 'Something went wrong');
    await ada.opens(pool.authorize());
    await ada.context.clearCookies();
    await ada.fills({ 'User name': 'ada', Password: PASSWORD });
    await ada.presses('Sign in');
    await ada.looks('form-expired', 'Something went wrong');
    await ada.follows('Back to sign-in');
    await ada.fills({ 'User name': 'ada', Password: PASSWORD });
    await ada.presses('Sign in');
    await ada.isBack(/code=/);
  });

  test('the providers: who are you, consent, someone else, and an error', async () => {
    const grace = await suite.visitor();
    const demo = suite.demo();
    await grace.opens(demo.authorize());
    await grace.looks('all-providers', 'Sign in');
    for (const provider of ['Google', 'Facebook', 'Apple', 'Amazon', 'Example', 'Corporate']) {
      await grace.opens(demo.authorize({ prompt: 'login' }));
      await grace.follows(`Continue with ${provider}`);
      await grace.looks(`provider-${provider.toLowerCase()}`, 'Who are you?');
      await grace.presses(/^Grace Hopper/);
      await grace.isBack(/code=/);
    }
    await grace.opens(demo.authorize({ prompt: 'consent', identity_provider: 'Google' }));
    await grace.presses(/^Grace Hopper/);
    await grace.looks('consent', 'Give access?');
    await grace.presses('Deny');
    await grace.isBack(/error=access_denied/);
    await grace.opens(demo.authorize({ prompt: 'login', identity_provider: 'Google' }));
    await grace.page.getByText('Someone else').click();
    await grace.fills({ Name: 'Nobody' });
    await grace.presses('Continue');
    await grace.hears('Choose a person, or enter a name and an email address.');
    await grace.looks('provider-again', 'Who are you?');
    await grace.opens(`${suite.backend.endpoint}/_providers/google/authorize`);
    await grace.looks('provider-error', 'This cannot work');
  });

  test('every page works without script, and with a keyboard alone', async () => {
    const pool = await suite.pool({ user: 'ada' });
    const ada = await suite.visitor({ javaScriptEnabled: false });
    await ada.opens(pool.authorize());
    await ada.hasFocus();
    await ada.page.keyboard.type('ada');
    await ada.page.keyboard.press('Tab');
    await ada.page.keyboard.type(PASSWORD);
    await ada.page.keyboard.press('Enter');
    await ada.isBack(/code=/);

    await ada.opens(suite.demo().authorize({ identity_provider: 'Corporate' }));
    await ada.presses(/^Grace Hopper/);
    await ada.sees('Back to the app');
    await ada.hasFocus();
    await ada.page.keyboard.press('Enter');
    await ada.isBack(/code=/);

    const mouseless = await suite.visitor();
    await mouseless.opens(pool.authorize());
    await mouseless.hasFocus();
    for (const target of ['Password', 'Sign in', 'Forgot your password?', 'Create an account']) {
      await mouseless.page.keyboard.press('Tab');
      assert.match(await mouseless.focused(), new RegExp(target.replace('?', '\\?')), target);
    }
    await mouseless.page.keyboard.press('Enter');
    await mouseless.sees('Create an account');
  });

  test('other languages, and long names', async () => {
    const pool = await suite.pool({ user: 'ada', clientName: `Field notes ${'of the weir '.repeat(9)}`.trim() });
    const ada = await suite.visitor();
    for (const [lang, heading] of [['fr', 'Se connecter'], ['de', 'Anmelden']]) {
      await ada.opens(pool.authorize({ lang }));
      await ada.looks(`sign-in-${lang}`, heading);
    }
    assert.equal(await ada.page.getAttribute('html', 'lang'), 'de');
    const name = `${'a-long-name-without-any-place-to-break-'.repeat(2)}@${'mail'.repeat(9)}.example`;
    await pool.addUser(name, {});
    await ada.fills({ Benutzername: name, Passwort: PASSWORD });
    await ada.presses('Anmelden');
    await ada.isBack(/code=/);
    await ada.opens(pool.authorize({}, 'login'));
    await ada.looks('long-names', 'Anmelden');
  });

  test('nothing that a page is given becomes part of it', async () => {
    const evil = '"><script>document.title="hacked"</script><img src=x onerror=document.title="hacked">';
    const pool = await suite.pool({ user: 'ada' });
    const mallory = await suite.visitor();
    await mallory.opens(pool.authorize({ login_hint: evil, state: evil, lang: evil }));
    assert.equal(await mallory.page.inputValue('#username'), evil);
    await mallory.looks('evil-hint', 'Sign in');
    await mallory.fills({ Password: 'x' });
    await mallory.presses('Sign in');
    await mallory.looks('evil-name', 'Sign in');
    await mallory.opens(pool.authorize({ redirect_uri: evil }));
    await mallory.looks('evil-redirect', 'Something went wrong');
    await mallory.opens(`${pool.domain}/error?${new URLSearchParams({ error: evil })}`);
    await mallory.sees('Something went wrong');
    await mallory.looks('evil-error', 'Something went wrong');
    const redirect_uri = `${suite.app}?${evil}`;
    const query = { client_id: evil, redirect_uri, response_type: 'code', state: evil, login_hint: evil };
    await mallory.opens(`${suite.backend.endpoint}/_providers/google/authorize?${new URLSearchParams(query)}`);
    await mallory.looks('evil-provider', 'Who are you?');
    const name = '"><script>x</script>';
    await pool.addUser(name, {});
    await mallory.opens(pool.authorize());
    await mallory.fills({ 'User name': name, Password: PASSWORD });
    await mallory.presses('Sign in');
    await mallory.isBack(/code=/);
    await mallory.opens(pool.authorize({}, 'login'));
    await mallory.looks('evil-user', 'Sign in');
    await mallory.opens(pool.authorize({ state: evil, prompt: 'none' }));
    assert.equal(new URL(mallory.page.url()).searchParams.get('state'), evil);
  });
});
