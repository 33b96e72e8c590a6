// The locks among clients, and how long they are waited for; tests/browser/tabs.test.mjs has those among tabs.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { inside } from './player/package.mjs';

const { bounded, localLock, webLock } = await import(inside('stores/locks.js'));

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('one after the other holds a lock, and who has stopped waiting keeps nobody from it', { timeout: 10_000 }, async () => {
  const content = {};
  const [first, second, third] = ['a', 'a', 'a'].map((name) => localLock(content, name));
  await first.granted;
  let isGranted = false;
  const granted = third.granted.then(() => {
    isGranted = true;
  });
  second.release();
  await turn();
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

/** Web Locks as a browser has them, among all who call it. */
function fakeLocks() {
  const queues = new Map();
  return {
    request(name, { signal, steal }, hold) {
      const queue = queues.get(name) ?? [];
      queues.set(name, queue);
      return new Promise((resolve, reject) => {
        const entry = { hold, resolve, reject };
        const remove = () => {
          const index = queue.indexOf(entry);
          if (index >= 0) queue.splice(index, 1);
          if (index === 0) next();
        };
        const next = () => {
          const [head] = queue;
          if (head === undefined || head.isHeld) return;
          head.isHeld = true;
          head.hold().then(() => {
            head.remove();
            head.resolve();
          });
        };
        entry.remove = remove;
        signal?.addEventListener('abort', () => {
          if (entry.isHeld) return;
          remove();
          reject(signal.reason);
        });
        if (steal) {
          const [robbed] = queue;
          queue.splice(0, robbed?.isHeld ? 1 : 0, entry);
          robbed?.reject(new DOMException("Lock broken by another request with the 'steal' option.", 'AbortError'));
        } else {
          queue.push(entry);
        }
        next();
      });
    },
  };
}

describe('a lock whose holder hangs', () => {
  function ask(context, name) {
    const local = () => assert.fail('there are Web Locks');
    return bounded(name, () => webLock(name, local), () => webLock(name, local, true));
  }

  function setUp(context) {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
    context.after(() => (before ? Object.defineProperty(globalThis, 'navigator', before) : delete globalThis.navigator));
    Object.defineProperty(globalThis, 'navigator', { value: { locks: fakeLocks() }, configurable: true });
  }

  test('is taken away after five seconds if it is needed only briefly, and whoever comes next waits for the new holder', async (context) => {
    setUp(context);
    const hung = ask(context, 'x.session.write');
    await hung.granted;
    const second = ask(context, 'x.session.write');
    let isGranted = false;
    second.granted.then(() => (isGranted = true));
    context.mock.timers.tick(4_999);
    await turn();
    assert.equal(isGranted, false);
    context.mock.timers.tick(1);
    await second.granted;
    const third = ask(context, 'x.session.write');
    let isThird = false;
    third.granted.then(() => (isThird = true));
    await turn();
    assert.equal(isThird, false);
    // Should the first one wake up, it gives back nothing of the second's.
    hung.release();
    await turn();
    assert.equal(isThird, false);
    second.release();
    await third.granted;
    third.release();
  });

  test('is given up after a minute if requests are sent under it', async (context) => {
    setUp(context);
    const hung = ask(context, 'x.session.refresh');
    await hung.granted;
    const waiting = ask(context, 'x.session.refresh');
    const refused = assert.rejects(waiting.granted, /another tab/);
    context.mock.timers.tick(60_000);
    await refused;
    waiting.release();
    hung.release();
    await ask(context, 'x.session.refresh').granted;
  });

  test('is given up within one page too, where nobody can take it away', async (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    const content = {};
    for (const [name, limit] of [['x.session.write', 5_000], ['x.session.refresh', 60_000]]) {
      const hung = bounded(name, () => localLock(content, name));
      await hung.granted;
      const waiting = bounded(name, () => localLock(content, name));
      const refused = assert.rejects(waiting.granted, /too long/);
      context.mock.timers.tick(limit);
      await refused;
      hung.release();
      await bounded(name, () => localLock(content, name)).granted;
    }
  });

  test('which is granted in time has no time limit of its own, and who stops waiting is not heard of again', async (context) => {
    setUp(context);
    const first = ask(context, 'x.session.write');
    await first.granted;
    const gone = ask(context, 'x.session.write');
    gone.granted.catch(() => {});
    gone.release();
    context.mock.timers.tick(600_000);
    await turn();
    const next = ask(context, 'x.session.write');
    first.release();
    await next.granted;
  });
});
