// “Continue with …” as people meet it, with the providers of local-aws that stand in for Google and a company.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';

import { PASSWORD, Suite } from './suite.mjs';

describe('Providers in Field notes', { timeout: 300_000 }, () => {
  let suite;
  before(async () => {
    suite = await Suite.open();
  });
  after(() => suite?.close());
  afterEach(() => suite.clear());

  /** Presses “Continue with …”, and is someone there. */
  async function continues(person, provider, email) {
    await person.presses(`Continue with ${provider}`);
    await person.page.getByRole('button', { name: email }).click();
    await person.page.waitForURL((url) => url.origin === new URL(suite.url).origin);
  }

  test('someone continues with Google, writes a note, and finds it again after signing out', async () => {
    const ada = await suite.person();
    await ada.sees('heading', 'Sign in');
    await ada.looksAround('providers');
    await continues(ada, 'Google', 'ada@example.com');
    await ada.sees('heading', 'Ada Lovelace’s notebook');
    assert.equal(ada.page.url().split('#')[0], suite.url);
    await ada.writes('A heron at the weir');

    await ada.follows('Ada Lovelace');
    await ada.page.getByText('signed in with Google').waitFor();
    await ada.looksAround('account-of-google');
    // The provider has passwords and passkeys of its own.
    assert.equal(await ada.page.getByRole('heading', { name: 'Password' }).count(), 0);
    await ada.presses('Sign out');
    await ada.sees('heading', 'Sign in');

    await continues(ada, 'Google', 'ada@example.com');
    await ada.sees('heading', 'Ada Lovelace’s notebook');
    await ada.entry('A heron at the weir').waitFor();
  });

  test('a company’s account signs in too, and other people’s notes stay theirs', async () => {
    const grace = await suite.person();
    await continues(grace, 'Corporate', 'grace@example.com');
    await grace.sees('heading', 'Grace Hopper’s notebook');
    assert.equal(await grace.entry('A heron at the weir').count(), 0);
  });

  test('someone who says no is told what to do, and someone who is signed in stays', async () => {
    const alan = await suite.person();
    await alan.presses('Continue with Google');
    await alan.page.getByRole('button', { name: 'Cancel' }).click();
    await alan.hears('You came back without signing in', 'alert');
    assert.equal(alan.page.url().split('#')[0], suite.url);
    await alan.looksAround('came-back');
    await alan.reloads();
    await alan.sees('heading', 'Sign in');
    assert.equal(await alan.page.getByRole('alert').count(), 0);

    await suite.backend.createUser('alan', { password: PASSWORD, attributes: { email: 'alan@example.com' } });
    await alan.signIn('alan', PASSWORD);
    await alan.sees('heading', 'alan’s notebook');
    await alan.page.goto(`${suite.url}?code=someones&state=poolpass-someones`);
    await alan.hears('was not begun in this browser');
    await alan.sees('heading', 'alan’s notebook');
    assert.equal(alan.page.url().split('#')[0], suite.url);
  });

  test('a linked Google account leads to the same notebook, until it is unlinked', async () => {
    const lin = await suite.member('lin');
    await lin.writes('Two hares on the ridge');
    await lin.follows('lin');
    await lin.presses('Link Google');
    await lin.hears('Your Google account is linked.');
    await lin.looksAround('linked');
    await lin.reloads();
    await lin.page.getByRole('list', { name: 'Linked accounts' }).getByText('Google').waitFor();
    await lin.follows('Back to the notebook');
    await lin.entry('Two hares on the ridge').waitFor();

    await lin.follows('lin');
    await lin.presses('Unlink Google');
    await lin.hears('Your Google account is unlinked.');
    await lin.presses('Link Google');
    await lin.hears('Your Google account is linked.');
    await lin.presses('Sign out');
    await lin.sees('heading', 'Sign in');
    assert.equal(await lin.page.evaluate(() => localStorage.getItem('field-notes.linked-google')), null);
  });

  test('going back from the provider finds the buttons as they were', async () => {
    const rosa = await suite.person();
    await rosa.presses('Continue with Google');
    await rosa.page.getByRole('button', { name: 'ada@example.com' }).waitFor();
    await rosa.page.goBack();
    await continues(rosa, 'Google', 'ada@example.com');
    await rosa.sees('heading', 'Ada Lovelace’s notebook');
  });
});
