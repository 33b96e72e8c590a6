// One client of the package, driven by the names of operations that tests/scenarios/README.md lists.

import { LOGINS } from './logins.mjs';
import { authenticatorOf, PASSKEYS } from './passkeys.mjs';
import { REDIRECTS } from './redirects.mjs';

/** One client with its store, as one tab has it. */
export class Driver {
  static async start(poolpass, backend, config, store, { clockOffsetSeconds = 0, refreshMetadata, deviceFingerprint, deviceName, userContextData }) {
    const driver = new Driver();
    driver.poolpass = poolpass;
    driver.backend = backend;
    driver.config = config;
    driver.options = {
      store,
      now: () => Date.now() + clockOffsetSeconds * 1000,
      refreshMetadata,
      deviceName,
      deviceFingerprint: deviceFingerprint && { platform: 'android', data: deviceFingerprint },
      userContextData: userContextData && ((username) => userContextData[username]),
    };
    await driver.restart();
    return driver;
  }

  async restart() {
    this.client = await this.poolpass.Client.create(this.config, this.options);
    this.challenge = undefined;
    const events = [];
    this.events = events;
    this.client.onSessionEvent((event) => events.push(event.kind));
  }

  async perform(operation, args) {
    const perform = OPERATIONS[operation];
    if (perform === undefined) throw new UnknownOperation(operation);
    return (await perform(this, args)) ?? null;
  }
}

/** The scenario's own mistake, or an operation that this player lacks. */
export class UnknownOperation extends Error {
  constructor(operation) {
    super(`there is no operation ${operation}`);
  }
}

export const OPERATIONS = {
  restart: (driver) => driver.restart(),
  events: async (driver) => {
    // Events arrive as soon as whatever is running has ended.
    await new Promise((resolve) => setTimeout(resolve));
    return driver.events.splice(0);
  },
  fetch: async (_driver, { url, method = 'GET', body }) => {
    // As bytes, so that fetch adds no content type.
    const answer = await fetch(url, { method, body: body && new TextEncoder().encode(body) });
    return { status: answer.status, body: await answer.text() };
  },

  signIn: async (driver, { username, password, ...options }) => {
    return next(driver, await driver.client.signIn(username, password, options));
  },
  signInWithoutPassword: async (driver, { username, ...options }) => {
    return next(driver, await driver.client.signInWithoutPassword(username, options));
  },
  autoSignIn: async (driver) => next(driver, await driver.client.autoSignIn()),
  'challenge.answer': async (driver, { code, method, factor, password, credential, answer, newPassword, responses, authenticator, ...options }) => {
    const challenge = await pending(driver);
    if (authenticator !== undefined) return next(driver, await challenge.answerWith(authenticatorOf(driver, authenticator)));
    const given = code ?? method ?? factor ?? password ?? credential ?? answer ?? newPassword ?? responses;
    return next(driver, await challenge.answer(given, options));
  },
  'challenge.answerWithPassword': async (driver, { password }) => {
    return next(driver, await (await pending(driver)).answerWithPassword(password));
  },
  'challenge.resend': async (driver) => next(driver, await (await pending(driver)).resend()),
  'challenge.associateSoftwareToken': async (driver) => setup(await (await pending(driver)).associateSoftwareToken()),
  'challenge.verifySoftwareToken': async (driver, { code, ...options }) => {
    return next(driver, await (await pending(driver)).verifySoftwareToken(code, options));
  },
  pendingChallenge: ({ client }) => client.pendingChallenge(),
  currentUser: ({ client }) => client.currentUser(),
  idToken: ({ client }) => client.idToken(),
  accessToken: ({ client }) => client.accessToken(),
  refresh: ({ client }) => client.refresh(),
  stepUp: async (driver, { level, ...options }) => next(driver, await driver.client.stepUp(level, options)),
  adoptSession: ({ client }, tokens) => client.adoptSession(tokens),
  signOut: ({ client }, options) => client.signOut(options),
  signOutEverywhere: ({ client }) => client.signOutEverywhere(),
  identityId: ({ client }) => client.identityId(),
  credentials: async ({ client }) => {
    const { accessKeyId, expiration } = await client.credentials();
    return { accessKeyId, expiration: expiration.toISOString() };
  },
  ...LOGINS,

  'account.signUp': ({ client }, { username, password, ...options }) => client.account.signUp(username, password, options),
  'account.signUpWithoutPassword': ({ client }, { username, ...options }) => client.account.signUpWithoutPassword(username, options),
  'account.confirmSignUp': ({ client }, { username, code, ...options }) => client.account.confirmSignUp(username, code, options),
  'account.resendConfirmationCode': ({ client }, { username, ...options }) => {
    return client.account.resendConfirmationCode(username, options);
  },
  'account.forgotPassword': ({ client }, { username, ...options }) => client.account.forgotPassword(username, options),
  'account.confirmForgotPassword': ({ client }, { username, code, newPassword, ...options }) => {
    return client.account.confirmForgotPassword(username, code, newPassword, options);
  },
  'account.changePassword': ({ client }, { previousPassword, proposedPassword }) => {
    return client.account.changePassword(previousPassword, proposedPassword);
  },
  'account.attributes': ({ client }) => client.account.attributes(),
  'account.updateAttributes': ({ client }, { attributes }) => client.account.updateAttributes(attributes),
  'account.deleteAttributes': ({ client }, { names }) => client.account.deleteAttributes(names),
  'account.requestAttributeCode': ({ client }, { name }) => client.account.requestAttributeCode(name),
  'account.verifyAttribute': ({ client }, { name, code }) => client.account.verifyAttribute(name, code),
  'account.associateSoftwareToken': async ({ client }) => setup(await client.account.associateSoftwareToken()),
  'account.verifySoftwareToken': ({ client }, { code }) => client.account.verifySoftwareToken(code),
  'account.authFactors': ({ client }) => client.account.authFactors(),
  'account.sessions': async ({ client }) => {
    const sessions = [];
    for await (const session of client.account.sessions()) {
      sessions.push({ ...session, created: session.created.toISOString(), lastActive: session.lastActive.toISOString() });
    }
    return sessions;
  },
  'account.revokeSession': ({ client }, { id, ...options }) => client.account.revokeSession(id, options),
  'account.setMfaPreference': ({ client }, settings) => client.account.setMfaPreference(settings),
  'account.devices': async ({ client }, options) => {
    const devices = [];
    for await (const device of client.account.devices(options)) devices.push(device);
    return devices;
  },
  'account.device': ({ client }, { key }) => client.account.device(key),
  'account.currentDeviceKey': ({ client }) => client.account.currentDeviceKey(),
  'account.rememberDevice': ({ client }, { key }) => client.account.rememberDevice(key),
  'account.doNotRememberDevice': ({ client }, { key }) => client.account.doNotRememberDevice(key),
  'account.forgetDevice': ({ client }, { key }) => client.account.forgetDevice(key),
  ...PASSKEYS,
  ...REDIRECTS,
  'account.deleteUser': ({ client }) => client.account.deleteUser(),

  'bucket.put': ({ client }, { key, body, ...options }) => client.bucket().put(key, body, options),
  'bucket.get': async ({ client }, { key, ...options }) => {
    const object = await client.bucket().get(key, options);
    return { metadata: object.metadata, text: await object.text() };
  },
  'bucket.head': ({ client }, { key }) => client.bucket().head(key),
  'bucket.delete': ({ client }, { key }) => client.bucket().delete(key),
  'bucket.copy': ({ client }, { from, to }) => client.bucket().copy(from, to),
  'bucket.list': async ({ client }, { prefix, ...options }) => {
    const [objects, commonPrefixes] = [[], []];
    for await (const page of client.bucket().list(prefix, options).pages()) {
      objects.push(...page.objects);
      commonPrefixes.push(...page.commonPrefixes);
    }
    return { objects, commonPrefixes };
  },
  'bucket.upload': async ({ client }, { key, size, ...options }) => {
    const ending = 'so it ends';
    const bytes = new Uint8Array(size).fill(120);
    bytes.set(new TextEncoder().encode(ending).slice(-size), Math.max(0, size - ending.length));
    let parts = 0;
    const onProgress = () => {
      parts += 1;
    };
    await client.bucket().upload(key, new Blob([bytes]), { ...options, onProgress });
    return { parts };
  },
  'bucket.presignGet': ({ client }, { key, expiresIn, ...options }) => client.bucket().presignGet(key, expiresIn, options),
  'bucket.presignPut': ({ client }, { key, expiresIn, ...options }) => client.bucket().presignPut(key, expiresIn, options),

  'table.put': ({ client, poolpass }, { item, ...options }) => client.table().put(item, conditional(poolpass, options)),
  'table.get': ({ client }, { key }) => client.table().get(key),
  'table.update': ({ client, poolpass }, { key, set, add, ...options }) => {
    return client.table().update(key, { set, add }, conditional(poolpass, options));
  },
  'table.delete': ({ client, poolpass }, { key, ...options }) => client.table().delete(key, conditional(poolpass, options)),
  'table.query': ({ client, poolpass }, { keyCondition, ...options }) => {
    return client.table().query(condition(poolpass, keyCondition), options).all();
  },
  'table.scan': ({ client }) => client.table().scan().all(),
  'table.batchGet': ({ client }, { keys }) => client.table().batchGet(keys),
  transactWrite: ({ client, poolpass }, { writes }) => {
    return client.transactWrite(writes.map((write) => conditional(poolpass, write)));
  },
  transactGet: ({ client }, { gets }) => client.transactGet(gets),

  'api.presign': ({ client }, { service, url, expiresIn, ...options }) => client.api(service).presign(url, expiresIn, options),
  'api.request': async ({ client }, { url, ...options }) => {
    const answer = await client.api().request(url, { ...options, throwOnError: true });
    return { status: answer.status, body: await answer.text() };
  },
};

/** The options of a write, with their condition. */
function conditional(poolpass, options) {
  return options.condition ? { ...options, condition: condition(poolpass, options.condition) } : options;
}

/** A condition by the name of its operator: `{"eq": ["n", 1]}`. */
function condition({ attribute }, json) {
  const [[operator, [name, ...values]]] = Object.entries(json);
  return attribute(name)[operator](...values);
}

/** The challenge that the last step returned, or after a restart the stored one. */
async function pending(driver) {
  driver.challenge ??= await driver.client.pendingChallenge();
  if (driver.challenge === undefined) throw new Error('there is no challenge to answer');
  return driver.challenge;
}

/** Keeps a challenge for the next answer; one that was answered stays, for scenarios that answer it twice. */
function next(driver, step) {
  if (step.kind !== 'done') driver.challenge = step;
  return step;
}

function setup(totp) {
  return { secret: totp.secret, otpauthUri: totp.otpauthUri('Poolpass', 'test') };
}
