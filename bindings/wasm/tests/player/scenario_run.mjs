// Plays the steps of one scenario.
import { Driver, UnknownOperation } from './driver.mjs';
import { playEchoes } from './echo.mjs';
import { contains } from './matching.mjs';
import { fill } from './template.mjs';
import { TotpCodes } from './totp.mjs';

/**
 * Plays `scenario` on `backend` with the package `poolpass`; throws the step that did not go as expected. `newStore` makes a
 * store of the name that it is given, or with undefined lets the package choose.
 */
export async function play(scenario, backend, poolpass, newStore = () => new poolpass.MemoryStore()) {
  const run = new ScenarioRun(backend, poolpass, newStore);
  await run.set(scenario);
  for (const [index, step] of scenario.steps.entries()) {
    try {
      await run.play(step);
    } catch (cause) {
      throw new Error(`step ${index + 1}, ${JSON.stringify(step.do ?? step.admin ?? Object.keys(step)[0])}: ${cause.message}`, {
        cause,
      });
    }
  }
}

class ScenarioRun {
  constructor(backend, poolpass, newStore) {
    this.backend = backend;
    this.poolpass = poolpass;
    this.newStore = newStore;
    this.totp = new TotpCodes();
    this.drivers = new Map();
    this.kept = {
      config: backend.config,
      demo: backend.config.demo,
      random: crypto.randomUUID().slice(0, 8),
      users: {},
    };
  }

  async set({ users = {}, clients = { app: {} } }) {
    for (const [name, user] of Object.entries(users)) {
      await this.backend.createUser(name, user);
      this.kept.users[name] = { username: name, password: user.password, attributes: user.attributes };
    }
    const stores = new Map();
    for (const [name, spec] of Object.entries(clients)) {
      const storeName = spec.store ?? name;
      if (!stores.has(storeName)) stores.set(storeName, this.newStore(storeName));
      const config = configOf(this.backend.config, spec);
      const driver = await Driver.start(this.poolpass, this.backend, config, stores.get(storeName), spec);
      this.drivers.set(name, driver);
    }
  }

  async play(step) {
    if ('do' in step) return this.call(step);
    if ('admin' in step) {
      const answer = await this.backend.admin(step.admin, await this.filled(step.with ?? {}));
      if (step.as !== undefined) this.kept[step.as] = answer;
      return undefined;
    }
    if ('fault' in step) return this.backend.fault(step.fault);
    if ('serverClock' in step) {
      this.totp.clockOffsetSeconds = step.serverClock;
      return this.backend.setClock(step.serverClock);
    }
    if ('requests' in step) {
      const counts = await this.backend.takeRequestCounts();
      for (const [operation, expected] of Object.entries(step.requests)) {
        contains(counts[operation] ?? 0, expected, operation);
      }
      return undefined;
    }
    if ('triggers' in step) return this.backend.setTriggers(await this.filled(step.triggers));
    if ('userContexts' in step) {
      contains(await this.backend.takeUserContexts(), step.userContexts, 'userContexts');
      return undefined;
    }
    throw new Error('there is no such step');
  }

  async call(step) {
    const driver = this.drivers.get(step.on ?? 'app');
    const args = await this.filled(step.with ?? {});
    if (step.echo !== undefined) {
      return playEchoes(this.backend, this.poolpass, step.echo, () => driver.perform(step.do, args));
    }
    const expected = 'returns' in step ? await this.filled(step.returns) : undefined;
    const calls = Array.from({ length: step.times ?? 1 }, () => driver.perform(step.do, args));
    for (const outcome of await Promise.allSettled(calls)) {
      if (outcome.status === 'rejected') {
        await this.expectError(outcome.reason, step.fails);
        continue;
      }
      if (step.fails !== undefined) throw new Error(`expected ${step.fails.kind}, got ${JSON.stringify(outcome.value)}`);
      if (expected !== undefined) contains(outcome.value, expected);
      if (step.as !== undefined) this.kept[step.as] = outcome.value;
    }
  }

  async expectError(error, expected) {
    if (expected === undefined || error instanceof UnknownOperation) throw error;
    if (!(error instanceof this.poolpass.PoolpassError)) throw error;
    contains(error.kind, expected.kind, 'kind');
    if (expected.awsCode !== undefined) contains(error.awsCode, expected.awsCode, 'awsCode');
    const { item, cancellationReasons, stepUp, hides = [] } = expected;
    if (item !== undefined) contains(error.item, await this.filled(item), 'item');
    if (cancellationReasons !== undefined) {
      contains(error.cancellationReasons, await this.filled(cancellationReasons), 'cancellationReasons');
    }
    if (stepUp !== undefined) contains(error.stepUp, await this.filled(stepUp), 'stepUp');
    const printed = await printedForms(error);
    for (const text of hides) {
      const shown = printed.filter((form) => form.includes(text));
      if (shown.length > 0) throw new Error(`the error shows ${text}: ${shown[0]}`);
    }
  }

  filled(value) {
    return fill(value, (name) => this.lookUp(name));
  }

  async lookUp(name) {
    const [kind, ...rest] = name.split(':');
    const argument = rest.join(':');
    if (kind === 'code') return this.backend.codeSentTo(this.resolve(argument));
    if (kind === 'totp') return this.totp.next(this.resolve(argument));
    if (kind === 'lastTotp') return this.totp.last(this.resolve(argument));
    const value = this.find(name);
    if (value === undefined) throw new Error(`nothing is kept as ${name}`);
    return value;
  }

  /** The value kept under a dotted path, or else the text itself. */
  resolve(text) {
    const value = this.find(text);
    return typeof value === 'string' ? value : text;
  }

  find(path) {
    return path.split('.').reduce((value, member) => value?.[member], this.kept);
  }
}

/** An error in every form in which an app, a console or a reporter prints one. */
async function printedForms(error) {
  const forms = [String(error), error.message, error.stack, JSON.stringify(error), Object.entries(error).map(String).join()];
  const clone = structuredClone(error);
  forms.push(JSON.stringify(clone), String(clone.stack));
  if (globalThis.process?.versions?.node !== undefined) {
    const { inspect } = await import('node:util');
    forms.push(inspect(error), inspect(error, { depth: 9 }), inspect(clone, { depth: 9 }));
  }
  return forms;
}

/** The backend's configuration for one of its app clients. */
function configOf(config, { appClient = 'public', clientSecret, replica = false }) {
  if (appClient === 'none') return { ...config, userPool: null };
  const other = { public: config.userPool, secret: config.demo.secretClient, rotating: config.demo.rotatingClient }[appClient];
  if (other === undefined) throw new Error(`the backend has no app client ${appClient}`);
  const userPool = { ...config.userPool, clientId: other.clientId, clientSecret: clientSecret ?? other.clientSecret };
  const { cognitoIdp } = config.endpoints;
  const endpoints = replica ? { ...config.endpoints, cognitoIdp: `${cognitoIdp.replace(/\/$/, '')}/_region/us-west-2` } : config.endpoints;
  return { ...config, userPool, endpoints };
}
