import type { Client } from 'poolpass';
import { useEffect, useState } from 'preact/hooks';

import { addressOf, type Picture } from './pictures';

/**
 * An address for `<img>`. When it has expired before the picture was needed, a fresh one is made, once. Two addresses of
 * one second are equal: `attempt` as the `key` has the browser load the second as well.
 */
export function usePictureAddress(client: Client, picture: Picture) {
  const [attempt, setAttempt] = useState(1);
  const [signed, setSigned] = useState<{ address: string; attempt: number }>();
  const [hasFailed, setFailed] = useState(false);
  useEffect(() => {
    addressOf(client, picture).then(
      (address) => setSigned({ address, attempt }),
      () => setFailed(true),
    );
  }, [client, picture.key, attempt]);
  return { ...signed, hasFailed, onError: () => (attempt < 2 ? setAttempt(attempt + 1) : setFailed(true)) };
}
