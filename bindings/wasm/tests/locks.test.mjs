// The lock among the clients of one process; tests/browser/tabs.test.mjs has the one among tabs.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { inside } from './player/package.mjs';

const { localLock } = await import(inside('stores/locks.js'));

test('one after the other holds a lock, and who has stopped waiting keeps nobody from it', { timeout: 10_000 }, async () => {
  const content = {};
  const [first, second, third] = ['a', 'a', 'a'].map((name) => localLock(content, name));
  await first.granted;
  let isGranted = false;
  const granted = third.granted.then(() => {
    isGranted = true;
  });
  second.release();
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(isGranted, false, 'the first holds it yet');
  first.release();
  await granted;
  // Neither another name nor another content waits for it.
  await localLock(content, 'b').granted;
  await localLock({}, 'a').granted;
  third.release();
  third.release();
  await localLock(content, 'a').granted;
});
