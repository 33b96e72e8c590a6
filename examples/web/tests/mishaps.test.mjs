// What happens when answers are late, lost or refusals, in Chromium and on local-aws.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';

import { picture } from './picture.mjs';
import { Stage } from './stage.mjs';

describe('Field notes, when something goes wrong', { timeout: 300_000 }, () => {
  let stage;
  before(async () => {
    stage = await Stage.open();
  });
  after(() => stage?.close());
  afterEach(() => stage.clear());

  test('a note that was written but not answered can be saved again, and is there once', async () => {
    const rosa = await stage.member('rosa');
    await stage.backend.fault({ operation: 'Query', action: { status: 400, code: 'ValidationException' } });
    await rosa.reloads();
    await rosa.hears('Your notes could not be read.', 'alert');
    await stage.backend.fault({ operation: 'PutItem', action: 'dropAfterHandling' });
    await rosa.fills('What did you see?', 'Swallows, the first.');
    await rosa.presses('Save note');
    await rosa.hears('The service cannot be reached.', 'alert');
    await stage.backend.fault(null);
    await rosa.presses('Try again');
    await rosa.entry('Swallows').waitFor();
    await rosa.presses('Save note');
    await rosa.hears('The note is in your notebook.');
    assert.equal(await rosa.page.locator('.entry').count(), 1);
    await rosa.reloads();
    await rosa.entry('Swallows').waitFor();
    assert.equal(await rosa.page.locator('.entry').count(), 1);
  });

  test('a picture whose deletion was done but not answered can be deleted again', async () => {
    const pia = await stage.member('pia');
    await pia.writesWithPicture('A hedgehog under the leaves.', picture('hedgehog.png'));
    await pia.presses('Open hedgehog.png');
    const dialog = pia.page.getByRole('dialog', { name: 'hedgehog.png' });
    await stage.backend.fault({ operation: 'UpdateItem', action: 'dropAfterHandling' });
    await pia.presses('Delete picture', { within: dialog });
    await pia.hears('The service cannot be reached.', 'alert');
    await stage.backend.fault(null);
    await stage.backend.takeRequestCounts();
    await pia.presses('Delete picture', { within: dialog });
    await dialog.waitFor({ state: 'detached' });
    const { DeleteObjects } = await stage.backend.takeRequestCounts();
    assert.equal(DeleteObjects, 1);
    assert.equal(await pia.page.locator('.plate').count(), 0);
  });

  test('a picture that does not come is said to be missing, also in full', async () => {
    const quentin = await stage.member('quentin');
    await quentin.writesWithPicture('A comet, perhaps.', picture('comet.png'));
    await stage.backend.fault({ operation: 'GetObject', action: { status: 403, code: 'AccessDenied' } });
    // All addresses are signed in one second, so they are equal.
    await quentin.page.clock.setFixedTime(Date.now());
    await quentin.reloads();
    await quentin.entry('A comet').scrollIntoViewIfNeeded();
    await quentin.page.getByText('The picture could not be loaded').waitFor();
    await quentin.presses('Open comet.png');
    await quentin.hears('The picture could not be loaded.', 'alert');
    await quentin.looksAround('missing-picture');
    await stage.backend.fault(null);
  });
});
