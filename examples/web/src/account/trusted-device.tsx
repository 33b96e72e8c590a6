import type { Device } from 'poolpass';
import { useEffect, useState } from 'preact/hooks';

import { useApp } from '../context';
import { problem } from '../problem';
import { announce } from '../ui/announce';
import { Notice } from '../ui/notice';
import { Rows } from './rows';
import { useAccountList } from './use-account-list';

/** Trusts this device, so that its key replaces the code of two-step sign-in, and lists the trusted ones. */
export function TrustedDevice() {
  const { client } = useApp();
  const { items, failure, look } = useAccountList(() => client.account.devices());
  const [thisKey, setThisKey] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const [problemOfChange, setProblem] = useState<unknown>();
  const isTrusted = items?.some(({ key }) => key === thisKey) ?? false;

  useEffect(() => {
    client.account.currentDeviceKey().then(setThisKey, setProblem);
  }, [client]);

  const change = (make: () => Promise<void>, told: string) => async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      await make();
      announce(told);
      look();
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  const trust = change(() => client.account.rememberDevice(), 'This device is trusted.');
  const distrust = change(() => client.account.doNotRememberDevice(), 'This device is not trusted any more.');
  const forget = ({ key }: Device) => change(() => client.account.forgetDevice(key), 'That device is not trusted any more.');

  return (
    <>
      <p>
        {isTrusted
          ? 'This device is trusted: it is not asked for the code of two-step sign-in.'
          : 'A device that you trust is not asked for the code of two-step sign-in. Trust only what nobody else uses.'}
      </p>
      {problemOfChange !== undefined && <Notice kind="problem">{problem(problemOfChange)}</Notice>}
      <Rows
        label="Trusted devices"
        items={items}
        failure={failure}
        onRetry={look}
        row={(device) => ({
          key: device.key,
          title: device.name ?? 'A device',
          detail: `Last used on ${device.lastAuthenticated.toLocaleDateString()}`,
          action:
            device.key === thisKey ? (
              <span class="badge">This one</span>
            ) : (
              <button type="button" disabled={isBusy} aria-label={`Stop trusting ${device.name ?? 'that device'}`} onClick={forget(device)}>
                Stop trusting
              </button>
            ),
        })}
      />
      {thisKey !== undefined && items !== undefined && (
        <button type="button" disabled={isBusy} onClick={isTrusted ? distrust : trust}>
          {isTrusted ? 'Stop trusting this device' : 'Trust this device'}
        </button>
      )}
    </>
  );
}
