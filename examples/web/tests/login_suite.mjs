// A local-aws with user pools of one test's own, and visitors of its pages with a browser.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';

import { parse } from 'parse5';
import { chromium } from 'playwright-core';
import { TOTP } from 'otpauth';

import { Backend } from '../../../bindings/wasm/tests/player/backend.mjs';
import { look } from './look.mjs';

export const PASSWORD = 'Barometer-falling-7';

export class LoginSuite {
  #visitors = [];
  #pools = 0;

  static async open() {
    const executablePath = process.env.CHROMIUM;
    if (executablePath === undefined) throw new Error('CHROMIUM names the program of the browser');
    const suite = new LoginSuite();
    suite.backend = await Backend.start();
    suite.server = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<!DOCTYPE html><title>App</title>'));
    suite.server.listen(0, '127.0.0.1');
    await once(suite.server, 'listening');
    suite.app = `http://localhost:${suite.server.address().port}/`;
    await suite.backend.addCallbackUrls([suite.app]);
    suite.browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
    return suite;
  }

  async close() {
    await this.browser?.close();
    this.server?.close();
    this.server?.closeAllConnections();
    await this.backend?.stop();
    assert.deepEqual(this.#visitors.flatMap(({ complaints }) => complaints), []);
  }

  /** The demo's pool, with all providers. */
  demo() {
    const { clientId, domain, id } = this.backend.config.userPool;
    return new Pool(this, { id, clientId, domain: domain.replace('127.0.0.1', 'localhost') });
  }

  /** A user pool, with one user. */
  async pool({ user, phone, factors, clientName = 'Field notes' }) {
    const { backend } = this;
    const name = `pages${++this.#pools}`;
    const created = await backend.admin('CreateUserPool', {
      UserPoolId: undefined,
      PoolName: name,
      AutoVerifiedAttributes: ['email'],
      EmailConfiguration: { EmailSendingAccount: 'DEVELOPER', SourceArn: 'arn:aws:ses:eu-west-1:000000000000:identity/a@b.example' },
      ...(factors && { Policies: { SignInPolicy: { AllowedFirstAuthFactors: factors } } }),
    });
    const id = created.UserPool.Id;
    await backend.admin('CreateUserPoolDomain', { UserPoolId: id, Domain: name });
    if (factors?.includes('WEB_AUTHN')) {
      const WebAuthnConfiguration = { RelyingPartyId: 'localhost', UserVerification: 'required' };
      await backend.admin('SetUserPoolMfaConfig', { UserPoolId: id, MfaConfiguration: 'OFF', WebAuthnConfiguration });
    }
    const { UserPoolClient } = await backend.admin('CreateUserPoolClient', {
      UserPoolId: id,
      ClientName: clientName,
      ExplicitAuthFlows: ['ALLOW_USER_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
      AllowedOAuthFlowsUserPoolClient: true,
      AllowedOAuthFlows: ['code'],
      AllowedOAuthScopes: ['openid', 'email'],
      CallbackURLs: [this.app],
      SupportedIdentityProviders: ['COGNITO'],
    });
    const domain = `${backend.endpoint.replace('127.0.0.1', 'localhost')}/_domain/${name}`;
    const pool = new Pool(this, { id, clientId: UserPoolClient.ClientId, domain });
    await pool.addUser(user, { email: `${user}@example.com`, ...(phone && { phone_number: phone }) });
    if (phone) pool.user = user;
    return pool;
  }

  /** Someone with a browser of their own. */
  async visitor(options = {}) {
    const context = await this.browser.newContext({ locale: 'en', ...options });
    const visitor = new Visitor(await context.newPage(), this.app);
    this.#visitors.push(visitor);
    return visitor;
  }
}

class Pool {
  constructor({ backend, app }, { id, clientId, domain }) {
    Object.assign(this, { backend, app, id, clientId, domain });
  }

  /** The address where a sign-in begins. */
  authorize(more = {}, path = 'oauth2/authorize') {
    const query = { client_id: this.clientId, redirect_uri: this.app, response_type: 'code', scope: 'openid email', state: 's', ...more };
    return `${this.domain}/${path}?${new URLSearchParams(query)}`;
  }

  async addUser(Username, attributes) {
    const verified = Object.keys(attributes).map((name) => [`${name}_verified`, 'true']);
    const UserAttributes = [...Object.entries(attributes), ...verified].map(([Name, Value]) => ({ Name, Value }));
    await this.backend.admin('AdminCreateUser', { UserPoolId: this.id, Username, UserAttributes, MessageAction: 'SUPPRESS' });
    await this.backend.admin('AdminSetUserPassword', { UserPoolId: this.id, Username, Password: PASSWORD, Permanent: true });
  }

  /** Second factors of all kinds; the pool's first user has those that need an address. */
  async requireSecondFactor() {
    await this.backend.admin('SetUserPoolMfaConfig', {
      UserPoolId: this.id,
      MfaConfiguration: 'ON',
      SmsMfaConfiguration: { SmsConfiguration: { SnsCallerArn: 'arn:aws:iam::000000000000:role/sms' } },
      EmailMfaConfiguration: {},
      SoftwareTokenMfaConfiguration: { Enabled: true },
    });
    await this.backend.admin('AdminSetUserMFAPreference', {
      UserPoolId: this.id,
      Username: this.user,
      SMSMfaSettings: { Enabled: true },
      EmailMfaSettings: { Enabled: true },
    });
  }
}

class Visitor {
  #source;

  constructor(page, app) {
    this.page = page;
    this.app = app;
    this.context = page.context();
    /** Errors in the browser's console: among others, content that the page's policy forbids. */
    this.complaints = [];
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('console', (message) => {
      // Error pages have an error's status.
      const isStatus = message.text().startsWith('Failed to load resource');
      if (['error', 'warning'].includes(message.type()) && !isStatus) this.complaints.push(message.text());
    });
    page.on('response', (response) => {
      if (response.request().isNavigationRequest() && response.headers()['content-type']?.startsWith('text/html')) this.#source = response;
    });
  }

  async opens(address) {
    await this.page.goto(address);
  }

  async fills(values) {
    for (const [label, value] of Object.entries(values)) await this.page.getByLabel(label, { exact: true }).fill(value);
  }

  presses(name) {
    return this.page.getByRole('button', { name, ...(typeof name === 'string' && { exact: true }) }).click();
  }

  follows(name) {
    return this.page.getByRole('link', { name, exact: true }).click();
  }

  async hears(text) {
    await this.page.getByRole('alert').filter({ hasText: text }).waitFor();
  }

  async sees(heading) {
    await this.page.getByRole('heading', { name: heading, level: 1, exact: true }).waitFor();
  }

  /** Waits for the focus, which the browser gives some time after the page has loaded. */
  async hasFocus() {
    await this.page.locator('input:focus, button:focus, a:focus').waitFor();
  }

  /** The browser was sent back to the app. */
  async isBack(query) {
    await this.page.waitForURL((url) => url.href.startsWith(this.app) && query.test(url.search));
  }

  /** The label of the element with the focus. */
  focused() {
    return this.page.evaluate(() => document.activeElement.labels?.[0]?.textContent || document.activeElement.textContent);
  }

  codeOfApp() {
    return this.page.getAttribute('[data-secret]', 'data-secret').then((secret) => new TOTP({ secret }).generate());
  }

  async #excess() {
    const before = this.page.viewportSize();
    await this.page.setViewportSize({ width: 360, height: 640 });
    const excess = await this.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    await this.page.setViewportSize(before);
    return excess;
  }

  /** The page is in order: to the eye, to assistive technology, and to a parser. */
  async looks(name, heading) {
    await this.sees(heading);
    assert.deepEqual(await look(this.page, `login-${name}`), []);
    assert.equal(await this.#excess(), 0, `${name} is wider than a small phone`);
    const page = await this.page.evaluate(() => ({
      lang: document.documentElement.lang,
      title: document.title,
      headings: document.querySelectorAll('h1').length,
      unnamed: [...document.querySelectorAll('input:not([type="hidden"], [hidden])')]
        .filter((field) => field.labels.length === 0 || field.autocomplete === '' && field.type !== 'checkbox')
        .map((field) => field.outerHTML),
    }));
    assert.match(page.lang, /^(en|de|fr)$/, name);
    assert.ok(page.title.length > 3 && page.title !== 'hacked', `${name}: ${page.title}`);
    assert.equal(page.headings, 1, name);
    assert.deepEqual(page.unnamed, [], name);
    const faults = [];
    const source = await this.#source.text();
    parse(source, { onParseError: ({ code, startLine }) => faults.push(`${name}: ${code} in ${source.split('\n')[startLine - 1]}`) });
    assert.deepEqual(faults, []);
    const headers = this.#source.headers();
    assert.match(headers['content-security-policy'], /default-src 'none'.*script-src 'self'.*frame-ancestors 'none'/, name);
    assert.equal(headers['x-frame-options'], 'DENY', name);
    assert.equal(headers['cache-control'], 'no-store', name);
    assert.equal(headers['referrer-policy'], 'no-referrer', name);
  }
}
