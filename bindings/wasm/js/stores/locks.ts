/** A lock among all tabs and workers of the origin. A tab that is closed gives it back. */
export function webLock(name: string): Promise<() => void> {
  return new Promise((granted, refused) => {
    const held = () => new Promise<void>((release) => granted(release));
    navigator.locks.request(`poolpass:${name}`, held).catch(refused);
  });
}

const queues = new WeakMap<object, Map<string, Promise<void>>>();

/** A lock among the clients of one page, or of one Node process, that have the same `store`. */
export async function localLock(store: object, name: string): Promise<() => void> {
  const locks = queues.get(store) ?? new Map<string, Promise<void>>();
  queues.set(store, locks);
  const before = locks.get(name) ?? Promise.resolve();
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  locks.set(
    name,
    before.then(() => released),
  );
  await before;
  return release;
}
