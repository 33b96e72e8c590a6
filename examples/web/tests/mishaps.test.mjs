// Tests with answers that are late, lost or refusals, in Chromium and on local-aws.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';

import { isDrawn, picture } from './picture.mjs';
import { Suite } from './suite.mjs';

describe('Field notes, when something goes wrong', { timeout: 300_000 }, () => {
  let suite;
  before(async () => {
    suite = await Suite.open();
  });
  after(() => suite?.close());
  afterEach(async () => {
    await suite.backend.fault(null);
    await suite.clear();
  });

  test('a note that is being saved keeps its pictures when the page is left', async () => {
    const sara = await suite.member('sara');
    const release = await holdBack(sara.page, 'PutItem', () => sara.savesWithPicture('Otter tracks.', picture('otter.png')));
    await sara.follows('sara');
    await sara.sees('heading', 'Your account');
    release();
    await sara.hears('The note is in your notebook.');
    await sara.follows('Back to the notebook');
    await isDrawn(sara.page.locator('.thumbnail img'));
  });

  test('a note that is not saved after the page was left leaves no picture behind', async () => {
    const tom = await suite.member('tom');
    await suite.backend.fault({ operation: 'PutItem', action: { status: 400, code: 'ValidationException' } });
    const release = await holdBack(tom.page, 'PutItem', () => tom.savesWithPicture('Badger sett.', picture('sett.png')));
    await tom.follows('tom');
    await tom.sees('heading', 'Your account');
    const deletion = tom.page.waitForResponse((response) => new URL(response.url()).searchParams.has('delete'));
    release();
    assert.equal((await deletion).status(), 200);
  });

  test('a note that may be written keeps its pictures when the page is left', async () => {
    const mary = await suite.member('mary');
    await suite.backend.fault({ operation: 'PutItem', action: 'dropAfterHandling' });
    await mary.savesWithPicture('Kingfisher.', picture('kingfisher.png'));
    await mary.hears('The service cannot be reached.', 'alert');
    await suite.backend.fault(null);
    await suite.backend.takeRequestCounts();
    await mary.follows('mary');
    await mary.sees('heading', 'Your account');
    await mary.follows('Back to the notebook');
    await isDrawn(mary.page.locator('.thumbnail img'));
    assert.equal((await suite.backend.takeRequestCounts()).DeleteObjects, undefined);
  });

  test('a note that failed inside the service may be written too', async () => {
    const nora = await suite.member('nora');
    await suite.backend.fault({ operation: 'PutItem', action: { status: 500, code: 'InternalServerError' } });
    await nora.savesWithPicture('Wren.', picture('wren.png'));
    await nora.page.getByRole('alert').waitFor();
    await suite.backend.fault(null);
    await suite.backend.takeRequestCounts();
    await nora.follows('nora');
    await nora.sees('heading', 'Your account');
    await nora.follows('Back to the notebook');
    await nora.sees('heading', 'nora’s notebook');
    assert.equal((await suite.backend.takeRequestCounts()).DeleteObjects, undefined);
  });

  test('nothing of a note can be changed while it is being saved, and the focus comes back', async () => {
    const uma = await suite.member('uma');
    const { page } = uma;
    const refusal = { status: 400, code: 'ValidationException' };
    await suite.backend.fault({ operation: 'PutItem', action: refusal, times: 1 });
    const release = await holdBack(page, 'PutItem', () => uma.savesWithPicture('Frogspawn.', picture('spawn.png')));
    const text = page.getByLabel('What did you see?');
    const fields = [text, page.getByLabel('Where (optional)'), page.getByLabel('Add pictures')];
    for (const field of [...fields, page.getByRole('button', { name: 'Remove spawn.png' })]) {
      assert.ok(await field.isDisabled());
    }
    await uma.looksAround('saving');
    release();
    await page.getByRole('alert').waitFor();
    await uma.focusIsOn(page.getByRole('button', { name: 'Save note' }));
    assert.equal(await text.inputValue(), 'Frogspawn.');

    await page.keyboard.press('Enter');
    await uma.hears('The note is in your notebook.');
    await uma.focusIsOn(text);
    assert.equal(await text.inputValue(), '');
    await isDrawn(page.locator('.thumbnail img'));
  });

  test('a note that was written but not answered can be saved again, and is there once', async () => {
    const rosa = await suite.member('rosa');
    await suite.backend.fault({ operation: 'Query', action: { status: 400, code: 'ValidationException' } });
    await rosa.reloads();
    await rosa.hears('Your notes could not be read.', 'alert');
    await suite.backend.fault({ operation: 'PutItem', action: 'dropAfterHandling' });
    await rosa.fills('What did you see?', 'Swallows, the first.');
    await rosa.presses('Save note');
    await rosa.hears('The service cannot be reached.', 'alert');
    await suite.backend.fault(null);
    await rosa.presses('Try again');
    await rosa.entry('Swallows').waitFor();
    await rosa.presses('Save note');
    await rosa.hears('The note is in your notebook.');
    assert.equal(await rosa.page.locator('.entry').count(), 1);
    await rosa.reloads();
    await rosa.entry('Swallows').waitFor();
    assert.equal(await rosa.page.locator('.entry').count(), 1);
  });

  test('a note that is written while the notebook is being read appears once', async () => {
    const ines = await suite.member('ines');
    const release = await holdBack(ines.page, 'Query', () => ines.reloads());
    await ines.writes('Geese, going north.');
    assert.equal(await ines.page.getByText('Reading your notes').count(), 1);
    release();
    await ines.page.locator('.logbook[aria-busy="false"]').waitFor();
    assert.equal(await ines.entry('Geese').count(), 1);
  });

  test('a picture whose deletion was done but not answered can be deleted again', async () => {
    const pia = await suite.member('pia');
    await pia.writesWithPicture('A hedgehog under the leaves.', picture('hedgehog.png'));
    await pia.presses('Open hedgehog.png');
    const dialog = pia.page.getByRole('dialog', { name: 'hedgehog.png' });
    await suite.backend.fault({ operation: 'UpdateItem', action: 'dropAfterHandling' });
    await pia.presses('Delete picture', { within: dialog });
    await pia.hears('The service cannot be reached.', 'alert');
    await suite.backend.fault(null);
    await suite.backend.takeRequestCounts();
    await pia.presses('Delete picture', { within: dialog });
    await dialog.waitFor({ state: 'detached' });
    const { DeleteObjects } = await suite.backend.takeRequestCounts();
    assert.equal(DeleteObjects, 1);
    assert.equal(await pia.page.locator('.thumbnail').count(), 0);
  });

  test('a picture that does not come is said to be missing, also in full', async () => {
    const quentin = await suite.member('quentin');
    await quentin.writesWithPicture('A comet, perhaps.', picture('comet.png'));
    await suite.backend.fault({ operation: 'GetObject', action: { status: 403, code: 'AccessDenied' } });
    // All addresses are signed in one second, so they are equal.
    await quentin.page.clock.setFixedTime(Date.now());
    await quentin.reloads();
    await quentin.entry('A comet').scrollIntoViewIfNeeded();
    await quentin.page.getByText('The picture could not be loaded').waitFor();
    await quentin.presses('Open comet.png');
    await quentin.hears('The picture could not be loaded.', 'alert');
    await quentin.looksAround('missing-picture');
  });
});

/** Lets `act` send a request for this operation, which is held back until the answer of this is called. */
async function holdBack(page, operation, act) {
  const isHeld = (request) => request.headers()['x-amz-target']?.endsWith(`.${operation}`) ?? false;
  let release;
  const released = new Promise((resolve) => {
    release = resolve;
  });
  await page.route('**', async (route) => {
    if (isHeld(route.request())) await released;
    await route.continue();
  });
  await Promise.all([page.waitForRequest(isHeld), act()]);
  return release;
}
