// The operations on passkeys, with software authenticators that local-aws runs. Those of the browser are tested in
// tests/browser/passkeys.test.mjs.

/** The kinds that an app's own authenticator throws, for what the software authenticator says. */
const KINDS = {
  cancelled: 'cancelled',
  alreadyRegistered: 'conflict',
  notAssociated: 'invalidConfig',
  unsupported: 'platform',
  failed: 'platform',
};

/** A software authenticator as an app's `Authenticator`. */
export function authenticatorOf({ backend, poolpass: { PoolpassError } }, settings = {}) {
  const ask = async (ceremony, options) => {
    const question = { ceremony, options: JSON.parse(options), settings };
    const { credential, error } = await backend.askAuthenticator(settings.name ?? 'phone', question);
    if (credential !== undefined) return JSON.stringify(credential);
    if (!Object.hasOwn(KINDS, error?.kind)) throw new Error(`the authenticator says ${JSON.stringify(error)}`);
    throw new PoolpassError(KINDS[error.kind], error.detail);
  };
  return { create: (options) => ask('create', options), get: (options) => ask('get', options) };
}

export const PASSKEYS = {
  'account.registerPasskey': (driver, { authenticator }) => {
    return driver.client.account.registerPasskey(authenticatorOf(driver, authenticator));
  },
  'account.startPasskeyRegistration': async (driver) => {
    driver.registration = await driver.client.account.startPasskeyRegistration();
    return JSON.parse(driver.registration.creationOptions);
  },
  'account.completePasskeyRegistration': async (driver, { credential, authenticator }) => {
    const { registration } = driver;
    const given = credential ?? (await authenticatorOf(driver, authenticator).create(registration.creationOptions));
    await registration.complete(given);
    return given;
  },
  'account.passkeys': async ({ client }, options) => {
    const passkeys = [];
    for await (const passkey of client.account.passkeys(options)) {
      passkeys.push({ ...passkey, created: passkey.created.toISOString() });
    }
    return passkeys;
  },
  'account.deletePasskey': ({ client }, { credentialId }) => client.account.deletePasskey(credentialId),
};
