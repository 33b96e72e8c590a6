import { PoolpassError } from './errors.js';

let failure: PoolpassError | undefined;
const waiting = new Set<(error: PoolpassError) => void>();

/** The module has failed inside, and what it holds cannot be relied on any more. */
export function failed(): void {
  failure ??= new PoolpassError(
    'platform',
    "poolpass has failed inside: reload the page, and please report it with this error's stack",
  );
  for (const reject of waiting) reject(failure);
  waiting.clear();
}

/** `promise`, unless the module fails before it settles. */
export function guarded<T>(promise: Promise<T>): Promise<T> {
  if (failure !== undefined) return Promise.reject(failure);
  return new Promise((resolve, reject) => {
    waiting.add(reject);
    const settled = (): boolean => waiting.delete(reject);
    promise.then(
      (value) => {
        settled();
        resolve(value);
      },
      (error: unknown) => {
        settled();
        reject(error);
      },
    );
  });
}
