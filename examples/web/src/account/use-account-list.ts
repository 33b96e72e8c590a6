import type { AccountList } from 'poolpass';
import { useEffect, useState } from 'preact/hooks';

/** Reads a list of the account, and reads it again on `look`. What is known stays until then; `without` leaves an item out. */
export function useAccountList<T>(list: () => AccountList<T>) {
  const [items, setItems] = useState<readonly T[]>();
  const [failure, setFailure] = useState<unknown>();

  function look() {
    setFailure(undefined);
    all(list()).then(setItems, setFailure);
  }
  useEffect(look, []);
  const without = (gone: T) => setItems((known) => known?.filter((item) => item !== gone));
  return { items, failure, look, without };
}

async function all<T>(list: AccountList<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of list) items.push(item);
  return items;
}
