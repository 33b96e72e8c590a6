import type { Poolpass } from 'poolpass';
import { useEffect, useState } from 'preact/hooks';

import { addressOf, type Picture } from './pictures';

/** An address for `<img>`. When it has expired before the picture was needed, a fresh one is made, once. */
export function usePictureAddress(client: Poolpass, picture: Picture) {
  const [address, setAddress] = useState<string>();
  const [attempt, setAttempt] = useState(1);
  const [hasFailed, setFailed] = useState(false);
  useEffect(() => {
    addressOf(client, picture).then(setAddress, () => setFailed(true));
  }, [client, picture.key, attempt]);
  return { address, hasFailed, onError: () => (attempt < 2 ? setAttempt(attempt + 1) : setFailed(true)) };
}
