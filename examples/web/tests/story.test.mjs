// The whole story of the app, as its readers live it, in Chromium and on local-aws.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';

import { isDrawn, MIB, picture } from './picture.mjs';
import { scan } from './scan.mjs';
import { PASSWORD, Suite } from './suite.mjs';

describe('Field notes', { timeout: 300_000 }, () => {
  let suite;
  before(async () => {
    suite = await Suite.open();
  });
  after(() => suite?.close());
  afterEach(() => suite.clear());

  test('someone signs up, confirms the address, and finds their notes again', async () => {
    const maya = await suite.person();
    await maya.sees('heading', 'Sign in');
    await maya.looksAround('sign-in');
    await maya.follows('Create an account');
    await maya.sees('heading', 'Create an account');
    await maya.looksAround('sign-up');
    await maya.fills('User name', 'maya');
    await maya.fills('Email', 'maya@example.com');
    await maya.fills('Password', 'short');
    await maya.presses('Create account');
    await maya.hears(/password/i, 'alert');
    await maya.fills('Password', PASSWORD);
    await maya.presses('Create account');

    await maya.sees('heading', 'Check your mail');
    await maya.focusIsOn(maya.page.getByLabel('Code'));
    await maya.looksAround('confirm');
    await maya.fills('Code', '000000');
    await maya.presses('Confirm');
    await maya.hears('not the right code', 'alert');
    await maya.presses('Send another code');
    await maya.hears('Another code is on its way to m***@e***');
    await maya.fills('Code', await maya.code('maya@example.com'));
    await maya.presses('Confirm');

    await maya.sees('heading', 'maya’s notebook');
    await maya.sees('heading', 'The first page is blank');
    await maya.looksAround('empty');
    await maya.writes('Two herons at the weir, one fishing.', 'Mill pond');
    await maya.focusIsOn(maya.page.getByLabel('What did you see?'));
    await maya.writes('First ice on the ditch, thin as paper.');
    await maya.reloads();
    await maya.entry('Two herons').filter({ hasText: 'Mill pond' }).waitFor();
    const order = await maya.page.locator('.entry-text').allTextContents();
    assert.deepEqual(order, ['First ice on the ditch, thin as paper.', 'Two herons at the weir, one fishing.']);
  });

  test('a note is changed, and deleted', async () => {
    const bo = await suite.member('bo');
    await bo.writes('A buzzard over the quarry.', 'Quarry');
    await bo.page.getByRole('button', { name: /^Edit the note/ }).click();
    const editor = bo.page.getByRole('form', { name: 'Edit note' });
    await bo.focusIsOn(editor.getByLabel('What did you see?'));
    await bo.looksAround('edit');
    await editor.getByLabel('What did you see?').fill('Two buzzards over the quarry.');
    await bo.presses('Save', { within: editor });
    await bo.entry('Two buzzards').waitFor();
    await bo.focusIsOn(bo.page.getByRole('button', { name: /^Edit the note/ }));
    await bo.reloads();
    await bo.entry('Two buzzards').waitFor();

    await bo.page.getByRole('button', { name: /^Delete the note/ }).click();
    await bo.sees('dialog', 'Delete this note?');
    await bo.looksAround('delete');
    await bo.page.keyboard.press('Escape');
    await bo.focusIsOn(bo.page.getByRole('button', { name: /^Delete the note/ }));
    await bo.page.keyboard.press('Enter');
    await bo.presses('Delete note');
    await bo.sees('heading', 'The first page is blank');
    await bo.reloads();
    await bo.sees('heading', 'The first page is blank');
  });

  test('older notes are read when they are wanted', async () => {
    const cleo = await suite.member('cleo');
    for (let number = 1; number <= 21; number += 1) await cleo.writes(`Swift number ${number}.`);
    await cleo.reloads();
    await cleo.presses('Older notes');
    await cleo.entry('Swift number 1.').waitFor();
    assert.equal(await cleo.page.locator('.entry').count(), 21);
  });

  test('pictures are uploaded with progress, seen again, shared and deleted', async () => {
    const dora = await suite.member('dora', { permissions: ['clipboard-read', 'clipboard-write'] });
    const progress = await watchProgress(dora.page);
    await dora.fills('What did you see?', 'Lichen on the north wall.');
    // More than one part of 8 MiB, so that there is something between nothing and all.
    await dora.attaches(picture('wall.png', 9 * MIB), picture('detail.png'));
    await dora.sees('img', 'wall.png');
    await dora.page.getByText('Uploaded').nth(1).waitFor();
    await dora.looksAround('composer');
    const values = await progress();
    assert.ok(
      values.length >= 2 && values.every((value, index) => index === 0 || value > values[index - 1]),
      String(values),
    );
    await dora.presses('Save note');
    await dora.entry('Lichen on the north wall.').waitFor();

    await dora.reloads();
    await dora.entry('Lichen').scrollIntoViewIfNeeded();
    await isDrawn(dora.page.locator('.thumbnail img').first());
    await dora.looksAround('notes');
    await dora.presses('Open detail.png');
    const dialog = dora.page.getByRole('dialog', { name: 'detail.png' });
    await isDrawn(dialog.getByRole('img'));
    await dora.presses('Share by link', { within: dialog });
    await dora.hears('The link is copied.');
    await dora.looksAround('picture');
    const link = await dialog.getByLabel('Link to the picture').inputValue();
    assert.equal(await dora.page.evaluate(() => navigator.clipboard.readText()), link);
    assert.equal((await suite.fetch(link)).status, 200);
    assert.equal((await suite.fetch(link.split('?')[0])).status, 403);

    await dora.presses('Delete picture', { within: dialog });
    await dora.page.getByRole('button', { name: 'Open detail.png' }).waitFor({ state: 'detached' });
    await dora.hears('The picture is deleted.');
    assert.equal((await suite.fetch(link)).status, 404);
    await dora.reloads();
    await dora.sees('button', 'Open wall.png');
    assert.equal(await dora.page.locator('.thumbnail').count(), 1);
  });

  test('what another tab has written stays when a picture is deleted, and what fails half-way can be done again', async () => {
    const ella = await suite.member('ella');
    await ella.fills('What did you see?', 'A wren in the ivy.');
    await ella.attaches(picture('wren.png'), picture('ivy.png'));
    await ella.page.getByText('Uploaded').nth(1).waitFor();
    await ella.presses('Save note');
    await ella.entry('A wren').waitFor();

    const firstTab = ella.page;
    await ella.openTab();
    await ella.page.getByRole('button', { name: /^Edit the note/ }).click();
    await ella.page.getByRole('form', { name: 'Edit note' }).getByLabel('What did you see?').fill('Two wrens in the ivy.');
    await ella.presses('Save');
    await ella.entry('Two wrens').waitFor();

    // The first tab does not know of the other wren.
    ella.page = firstTab;
    await ella.entry('A wren').waitFor();
    await ella.presses('Open ivy.png');
    await ella.presses('Delete picture', { within: ella.page.getByRole('dialog') });
    await ella.hears('The picture is deleted.');
    await ella.entry('Two wrens').waitFor();

    // The last picture: its dialog stays until it is gone from the bucket too.
    const refusal = { status: 403, code: 'AccessDenied', message: 'Access Denied' };
    await suite.backend.fault({ operation: 'DeleteObjects', action: refusal });
    await ella.presses('Open wren.png');
    const dialog = ella.page.getByRole('dialog', { name: 'wren.png' });
    await ella.presses('Delete picture', { within: dialog });
    await ella.hears('You are not allowed to do that.', 'alert');
    await suite.backend.fault(null);
    await ella.presses('Delete picture', { within: dialog });
    await ella.page.getByText('The picture is deleted.').waitFor();
    await dialog.waitFor({ state: 'detached' });
    await ella.reloads();
    await ella.entry('Two wrens').waitFor();
    assert.equal(await ella.page.locator('.thumbnail').count(), 0);
  });

  test('an edit keeps the pictures as another tab has left them', async () => {
    const fay = await suite.member('fay');
    await fay.fills('What did you see?', 'Moss.');
    await fay.attaches(picture('moss.png'));
    await fay.page.getByText('Uploaded').waitFor();
    await fay.presses('Save note');
    await fay.entry('Moss.').waitFor();

    const firstTab = fay.page;
    await fay.openTab();
    await fay.presses('Open moss.png');
    await fay.presses('Delete picture', { within: fay.page.getByRole('dialog') });
    await fay.hears('The picture is deleted.');

    fay.page = firstTab;
    await fay.page.getByRole('button', { name: /^Edit the note/ }).click();
    await fay.page.getByRole('form', { name: 'Edit note' }).getByLabel('What did you see?').fill('Star moss.');
    await fay.presses('Save');
    await fay.entry('Star moss.').waitFor();
    assert.equal(await fay.page.locator('.thumbnail').count(), 0);
  });

  test('when the browser does not give the session back, that is said, and can be tried again', async () => {
    const kai = await suite.member('kai');
    await kai.page.addInitScript(() => {
      globalThis.isRefusing = true;
      const { open } = IDBFactory.prototype;
      IDBFactory.prototype.open = function (...args) {
        if (globalThis.isRefusing) throw new DOMException('The user denied permission.', 'SecurityError');
        return open.apply(this, args);
      };
    });
    await kai.reloads();
    await kai.hears('Your notebook could not be opened.', 'alert');
    await kai.looksAround('unreadable');
    await kai.presses('Try again');
    await kai.hears('Your notebook could not be opened.', 'alert');
    await kai.page.evaluate(() => {
      globalThis.isRefusing = false;
    });
    await kai.presses('Try again');
    await kai.sees('heading', 'kai’s notebook');
  });

  test('whether two-step sign-in is on can be asked for again', async () => {
    const lou = await suite.member('lou');
    const refusal = { status: 400, code: 'InternalErrorException', message: 'oops' };
    await suite.backend.fault({ operation: 'GetUser', action: refusal });
    await lou.follows('lou');
    await lou.hears('Whether it is on could not be read.', 'alert');
    await lou.looksAround('authenticator-failed');
    await suite.backend.fault(null);
    await lou.presses('Try again', { within: lou.page.getByRole('region', { name: 'Two-step sign-in' }) });
    await lou.sees('button', 'Set up an authenticator app');

    await suite.backend.fault({ operation: 'AssociateSoftwareToken', action: refusal });
    await lou.presses('Set up an authenticator app');
    await lou.page.getByRole('alert').waitFor();
    await suite.backend.fault(null);
    await lou.presses('Set up an authenticator app');
    await lou.sees('img', 'QR code');
  });

  test('an upload that fails can be tried again, and goes on where it stopped', async () => {
    const edda = await suite.member('edda');
    await edda.fills('What did you see?', 'Frost flowers.');
    // The connection breaks at the last part, as often as it is tried.
    await suite.backend.fault({ operation: 'UploadPart', action: 'drop', skip: 1 });
    await edda.attaches(picture('frost.png', 9 * MIB));
    await edda.page.getByText('The service cannot be reached.').waitFor();
    await edda.looksAround('failed-upload');
    await suite.backend.fault(null);
    await suite.backend.takeRequestCounts();
    await edda.presses('Try again to upload frost.png');
    await edda.page.getByText('Uploaded').waitFor();
    const { UploadPart, CreateMultipartUpload = 0 } = await suite.backend.takeRequestCounts();
    assert.deepEqual({ CreateMultipartUpload, isShort: UploadPart < 2 }, { CreateMultipartUpload: 0, isShort: true });
    await edda.presses('Save note');
    await isDrawn(edda.page.locator('.thumbnail img'));
  });

  test('an upload that is given up leaves nothing behind', async () => {
    const gus = await suite.member('gus');
    await suite.backend.fault({ operation: 'UploadPart', action: { delayMs: 60_000 } });
    const firstPart = gus.page.waitForRequest((request) => request.method() === 'PUT');
    await gus.attaches(picture('pond.png', 9 * MIB));
    await firstPart;
    const cleaned = gus.page.waitForResponse((response) => response.request().method() === 'DELETE');
    await gus.presses('Remove pond.png');
    assert.equal((await cleaned).status(), 204);
    await gus.page.getByRole('img', { name: 'pond.png' }).waitFor({ state: 'detached' });
    await suite.backend.fault(null);
  });

  test('an authenticator app is set up by scanning, and asked for at sign-in, also after a reload', async () => {
    const finn = await suite.member('finn');
    await finn.follows('finn');
    await finn.sees('heading', 'Your account');
    await finn.sees('button', 'Set up an authenticator app');
    await finn.looksAround('account');
    await finn.presses('Set up an authenticator app');
    const totp = await scan(finn.page.getByRole('img', { name: 'QR code' }));
    assert.deepEqual([totp.issuer, totp.label], ['Field notes', 'finn']);
    await finn.page.locator('a[href^="otpauth://totp/"]').waitFor();
    await finn.looksAround('totp');
    await finn.fills('Code of the app', totp.freshCode());
    await finn.presses('Turn on');
    await finn.hears('Two-step sign-in is on.');

    await finn.presses('Sign out');
    await finn.signIn('finn', PASSWORD);
    await finn.sees('heading', 'Two-step sign-in');
    await finn.looksAround('challenge');
    await finn.reloads();
    await finn.sees('heading', 'Two-step sign-in');
    await finn.fills('Code', '000000');
    await finn.presses('Sign in');
    await finn.hears('not the right code', 'alert');
    await finn.fills('Code', totp.freshCode());
    await finn.presses('Sign in');
    await finn.sees('heading', 'finn’s notebook');

    await finn.follows('finn');
    await finn.presses('Turn off');
    await finn.presses('Turn off', { within: finn.page.getByRole('dialog') });
    await finn.hears('Two-step sign-in is off.');
  });

  test('a sign-in that waits for a code can be given up', async () => {
    const grace = await suite.person();
    const [, { username, password }] = suite.backend.config.demo.users;
    await grace.signIn(username, password);
    await grace.sees('heading', 'Two-step sign-in');
    await grace.presses('Start again');
    await grace.sees('heading', 'Sign in');
    await grace.reloads();
    await grace.sees('heading', 'Sign in');
  });

  test('a guest writes, and keeps the notes when signing up', async () => {
    const guest = await suite.person();
    await guest.presses('Write as a guest');
    await guest.sees('heading', 'A guest’s notebook');
    await guest.writes('A fox behind the bakery.');
    await guest.looksAround('guest');
    assert.equal(await guest.page.getByText('Add pictures').count(), 0);
    await guest.reloads();
    await guest.entry('A fox').waitFor();

    await guest.page.getByRole('navigation').getByRole('link', { name: 'Create an account' }).click();
    await guest.fills('User name', 'hana');
    await guest.fills('Email', 'hana@example.com');
    await guest.fills('Password', PASSWORD);
    await guest.presses('Create account');
    await guest.sees('heading', 'Check your mail');
    await guest.fills('Code', await guest.code('hana@example.com'));
    await guest.presses('Confirm');
    await guest.sees('heading', 'hana’s notebook');
    await guest.entry('A fox').waitFor();
  });

  test('a forgotten password is replaced, and someone who never confirmed can still do so', async () => {
    await suite.backend.createUser('ida', { password: PASSWORD, attributes: { email: 'ida@example.com' } });
    const ida = await suite.person();
    await ida.signIn('ida', 'not-Her-password-1');
    await ida.hears('do not belong together', 'alert');
    await ida.looksAround('wrong-password');
    await ida.follows('Forgotten password?');
    await ida.fills('User name or email', 'ida');
    await ida.presses('Mail the code');
    await ida.sees('heading', 'Choose a new password');
    await ida.looksAround('new-password');
    await ida.fills('Code', await ida.code('ida@example.com'));
    await ida.fills('New password', 'Hygrometer-rising-8');
    await ida.presses('Set password');
    await ida.sees('heading', 'ida’s notebook');

    const unconfirmed = { password: PASSWORD, attributes: { email: 'jo@example.com' }, state: 'unconfirmed' };
    await suite.backend.createUser('jo', unconfirmed);
    const jo = await suite.person();
    await jo.signIn('jo', PASSWORD);
    await jo.sees('heading', 'Check your mail');
    await jo.fills('Code', await jo.code('jo@example.com'));
    await jo.presses('Confirm');
    await jo.sees('heading', 'jo’s notebook');
  });

  test("an administrator's password is replaced at the first sign-in, and changed later", async () => {
    const invited = { password: PASSWORD, attributes: { email: 'kit@example.com' }, state: 'forceChangePassword' };
    await suite.backend.createUser('kit', invited);
    const kit = await suite.person();
    await kit.signIn('kit', PASSWORD);
    await kit.sees('heading', 'Choose a new password');
    await kit.fills('New password', 'Hygrometer-rising-8');
    await kit.presses('Set password');
    await kit.sees('heading', 'kit’s notebook');

    await kit.follows('kit');
    await kit.presses('Change password');
    await kit.fills('Present password', 'wrong');
    await kit.fills('New password', 'Anemometer-still-9');
    await kit.presses('Change password');
    await kit.hears('not your present password', 'alert');
    await kit.fills('Present password', 'Hygrometer-rising-8');
    await kit.presses('Change password');
    await kit.hears('Your password is changed.');
  });

  test('signing out in one tab signs out the other; signing out everywhere reaches other devices', async () => {
    const laptop = await suite.member('lena');
    const phone = await suite.person();
    await phone.signIn('lena', PASSWORD);
    await phone.sees('heading', 'lena’s notebook');

    const firstTab = laptop.page;
    await laptop.openTab();
    await laptop.follows('lena');
    await laptop.presses('Sign out everywhere');
    await laptop.hears('You are signed out on all devices.');
    await laptop.sees('heading', 'Sign in');
    await firstTab.getByRole('heading', { name: 'Sign in' }).waitFor();

    // The phone notices when its tokens are due: an hour later.
    await suite.anHourLater(phone, async () => {
      await phone.reloads();
      await phone.sees('heading', 'Sign in');
      await phone.hears('You were signed out', 'note');
    });
  });

  test('without a network the notebook opens, says what is missing, and recovers', async () => {
    const mo = await suite.member('mo');
    await mo.writes('Rain, all day.');
    await mo.page.route(`${suite.backend.endpoint}/**`, (route) => route.abort('internetdisconnected'));
    await mo.reloads();
    await mo.sees('heading', 'mo’s notebook');
    await mo.hears('Check your connection', 'alert');
    await mo.looksAround('offline');
    await mo.page.unroute(`${suite.backend.endpoint}/**`);
    await mo.presses('Try again');
    await mo.entry('Rain, all day.').waitFor();
  });

  test('a keyboard is enough', async () => {
    await suite.backend.createUser('nils', { password: PASSWORD, attributes: { email: 'nils@example.com' } });
    const nils = await suite.person();
    const { keyboard } = nils.page;
    await nils.sees('heading', 'Sign in');
    await keyboard.press('Tab');
    await nils.focusIsOn(nils.page.getByRole('link', { name: 'Field notes' }));
    for (const provider of ['Google', 'Apple', 'Corporate']) {
      await keyboard.press('Tab');
      await nils.focusIsOn(nils.page.getByRole('button', { name: `Continue with ${provider}` }));
    }
    await keyboard.press('Tab');
    await keyboard.type('nils');
    await keyboard.press('Tab');
    await keyboard.type(PASSWORD);
    await keyboard.press('Enter');
    await nils.sees('heading', 'nils’s notebook');
    await nils.focusIsOn(nils.page.getByRole('heading', { level: 1 }));
    await keyboard.press('Tab');
    await keyboard.type('Hail.');
    for (const _ of ['place', 'pictures', 'save']) await keyboard.press('Tab');
    await nils.focusIsOn(nils.page.getByRole('button', { name: 'Save note' }));
    await keyboard.press('Enter');
    await nils.entry('Hail.').waitFor();
  });

  test('closing the account leaves nothing', async () => {
    const olga = await suite.member('olga');
    await olga.writes('Nobody about.');
    await olga.follows('olga');
    await olga.presses('Close my account');
    await olga.presses('Delete everything');
    await olga.sees('heading', 'Sign in');
    await olga.signIn('olga', PASSWORD);
    await olga.hears('do not belong together', 'alert');
  });
});

/** Notes what the first progress bar shows, until it is asked for. */
async function watchProgress(page) {
  await page.evaluate(() => {
    globalThis.progressValues = [];
    new MutationObserver(() => {
      const value = document.querySelector('progress[aria-label="Uploading wall.png"][value]')?.value;
      if (value !== undefined && value !== globalThis.progressValues.at(-1)) globalThis.progressValues.push(value);
    }).observe(document.body, { subtree: true, childList: true, attributes: true });
  });
  return () => page.evaluate(() => globalThis.progressValues);
}
