// Field notes with its notes behind the server of `../server`, in Chromium and on local-aws.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';

import { isDrawn, picture } from './picture.mjs';
import { Suite } from './suite.mjs';

describe('Field notes behind its API', { timeout: 300_000 }, () => {
  let suite;
  before(async () => {
    suite = await Suite.open({ behindApi: true });
  });
  after(() => suite?.close());
  afterEach(async () => {
    await suite.backend.fault(null);
    await suite.clear();
  });

  test('a note is written with a picture, changed, found again and deleted, and the page itself asks no table', async () => {
    const ann = await suite.member('ann');
    const { toApi, toTable } = watchRequests(suite, ann);
    await ann.sees('heading', 'The first page is blank');
    await ann.writesWithPicture('A wren in the ivy.', picture('wren.png'));
    await ann.reloads();
    await ann.entry('A wren').waitFor();
    await isDrawn(ann.page.locator('.thumbnail img'));

    await revises(ann, 'Two wrens in the ivy.');
    await ann.entry('Two wrens').waitFor();
    await ann.presses('Open wren.png');
    await ann.presses('Delete picture', { within: ann.page.getByRole('dialog') });
    await ann.hears('The picture is deleted.');
    await ann.reloads();
    await ann.entry('Two wrens').waitFor();
    assert.equal(await ann.page.locator('.thumbnail').count(), 0);

    await deletesNote(ann);
    await ann.sees('heading', 'The first page is blank');
    await ann.reloads();
    await ann.sees('heading', 'The first page is blank');

    const methods = new Set(toApi.map((request) => request.method()));
    assert.deepEqual([...methods].sort(), ['DELETE', 'GET', 'PATCH', 'PUT']);
    for (const request of toApi) assert.match(request.headers().authorization, /^Bearer /);
    assert.deepEqual(toTable, []);
  });

  test('older notes are read when they are wanted', async () => {
    const cora = await suite.member('cora');
    for (let number = 1; number <= 21; number += 1) await cora.writes(`Swift number ${number}.`);
    await cora.reloads();
    await cora.presses('Older notes');
    await cora.entry('Swift number 1.').waitFor();
    assert.equal(await cora.page.locator('.entry').count(), 21);
    assert.equal(await cora.page.getByRole('button', { name: 'Older notes' }).count(), 0);
  });

  test('a change that comes after that of another tab is refused, and says so', async () => {
    const elin = await suite.member('elin');
    await elin.fills('What did you see?', 'Moss.');
    await elin.attaches(picture('moss.png'), picture('star.png'));
    await elin.page.getByText('Uploaded').nth(1).waitFor();
    await elin.presses('Save note');
    await elin.entry('Moss.').waitFor();

    const firstTab = elin.page;
    const secondTab = await elin.openTab();
    await elin.presses('Open moss.png');
    await elin.presses('Delete picture', { within: elin.page.getByRole('dialog') });
    await elin.hears('The picture is deleted.');

    elin.page = firstTab;
    await suite.backend.takeRequestCounts();
    await elin.presses('Open star.png');
    const dialog = elin.page.getByRole('dialog', { name: 'star.png' });
    await elin.presses('Delete picture', { within: dialog });
    await elin.hears('This was changed or deleted elsewhere in the meantime.', 'alert');
    await elin.presses('Close', { within: dialog });
    assert.equal((await suite.backend.takeRequestCounts()).DeleteObjects, undefined);
    await elin.reloads();
    await elin.sees('button', 'Open star.png');
    assert.equal(await elin.page.locator('.thumbnail').count(), 1);

    elin.page = secondTab;
    await deletesNote(elin);
    await elin.sees('heading', 'The first page is blank');
    elin.page = firstTab;
    await revises(elin, 'Star moss.');
    await elin.hears('This is not there any more. It may have been deleted elsewhere.', 'alert');
    await elin.reloads();
    await elin.sees('heading', 'The first page is blank');
  });

  test('an ended session leads to the sign-in page, without a request to the API', async () => {
    const lisa = await suite.member('lisa');
    await lisa.writes('Rain.');
    await suite.backend.admin('AdminUserGlobalSignOut', { Username: 'lisa' });
    const { toApi } = watchRequests(suite, lisa);
    await suite.anHourLater(lisa, async () => {
      await lisa.fills('What did you see?', 'More rain.');
      await lisa.presses('Save note');
      await lisa.sees('heading', 'Sign in');
      await lisa.hears('You were signed out', 'note');
    });
    assert.deepEqual(toApi, []);
  });

  test('an API that cannot be reached ends no session, and what was written is saved when it is back', async () => {
    const max = await suite.member('max');
    await max.writes('Rain, all day.');
    await suite.notesServer.stop();
    try {
      await max.reloads();
      await max.sees('heading', 'max’s notebook');
      await max.hears('Your notes could not be read. The service cannot be reached.', 'alert');
      await max.fills('What did you see?', 'A rainbow.');
      await max.presses('Save note');
      await max.page.getByRole('form', { name: 'New note' }).getByRole('alert').waitFor();
    } finally {
      await suite.startNotesServer();
    }
    await max.presses('Save note');
    await max.hears('The note is in your notebook.');
    await max.presses('Try again');
    await max.entry('Rain, all day.').waitFor();
    assert.equal(await max.page.locator('.entry').count(), 2);
  });

  test('a table that does not answer is told apart from an API that cannot be reached', async () => {
    const noa = await suite.member('noa');
    await suite.backend.fault({ operation: 'Query', action: { status: 500, code: 'InternalServerError' } });
    await noa.reloads();
    await noa.hears('The service does not answer just now.', 'alert');
    await suite.backend.fault(null);
    await noa.presses('Try again');
    await noa.sees('heading', 'The first page is blank');
  });

  test('a note that the API refuses leaves no picture behind; one that may be written keeps its pictures', async () => {
    const toni = await suite.member('toni');
    await suite.backend.fault({ operation: 'PutItem', action: { status: 403, code: 'AccessDeniedException' } });
    await toni.savesWithPicture('Badger sett.', picture('sett.png'));
    await toni.hears('You are not allowed to do that.', 'alert');
    await suite.backend.takeRequestCounts();
    const deletion = toni.page.waitForResponse((response) => new URL(response.url()).searchParams.has('delete'));
    await toni.follows('toni');
    await toni.sees('heading', 'Your account');
    assert.equal((await deletion).status(), 200);

    await suite.backend.fault(null);
    await suite.backend.fault({ operation: 'PutItem', action: { status: 500, code: 'InternalServerError' } });
    await toni.follows('Back to the notebook');
    await toni.savesWithPicture('Badger tracks.', picture('tracks.png'));
    await toni.hears('The service does not answer just now.', 'alert');
    await suite.backend.takeRequestCounts();
    await toni.follows('toni');
    await toni.sees('heading', 'Your account');
    await toni.follows('Back to the notebook');
    await toni.sees('heading', 'toni’s notebook');
    assert.equal((await suite.backend.takeRequestCounts()).DeleteObjects, undefined);
  });

  test('guests are not asked in, since they have no token', async () => {
    const guest = await suite.person();
    await guest.sees('heading', 'Sign in');
    // Someone who was a guest when the notes were still in the table.
    await guest.page.evaluate(() => localStorage.setItem('field-notes.guest', 'yes'));
    await guest.reloads();
    await guest.sees('heading', 'Sign in');
    assert.equal(await guest.page.getByText('Write as a guest').count(), 0);
  });

  test('closing the account deletes every note and picture', async () => {
    const olivia = await suite.member('olivia');
    await olivia.writes('Nobody about.');
    await olivia.writesWithPicture('A fox.', picture('fox.png'));
    await suite.backend.takeRequestCounts();
    await olivia.follows('olivia');
    await olivia.presses('Close my account');
    await olivia.presses('Delete everything');
    await olivia.sees('heading', 'Sign in');
    const { DeleteItem, DeleteObjects, DeleteUser } = await suite.backend.takeRequestCounts();
    assert.deepEqual({ DeleteItem, DeleteObjects, DeleteUser }, { DeleteItem: 2, DeleteObjects: 1, DeleteUser: 1 });
  });
});

/** Collects what the page sends to the API, and what it sends to DynamoDB. Preflight requests are the browser's own. */
function watchRequests(suite, { page }) {
  const [toApi, toTable] = [[], []];
  page.on('request', (request) => {
    if (request.url().startsWith(suite.notesServer.url) && request.method() !== 'OPTIONS') toApi.push(request);
    if (request.headers()['x-amz-target']?.startsWith('DynamoDB')) toTable.push(request.url());
  });
  return { toApi, toTable };
}

/** Writes another text into the only note. */
async function revises(person, text) {
  await person.page.getByRole('button', { name: /^Edit the note/ }).click();
  const editor = person.page.getByRole('form', { name: 'Edit note' });
  await editor.getByLabel('What did you see?').fill(text);
  await person.presses('Save', { within: editor });
}

/** Deletes the only note. */
async function deletesNote(person) {
  await person.page.getByRole('button', { name: /^Delete the note/ }).click();
  await person.presses('Delete note');
}
